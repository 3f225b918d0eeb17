"""What has become of a string that was sent in? Reads outputs as those read them who would fall for it: by parsing.

Each judge answers what is wrong, in words; nothing is wrong where every marker stands in text alone, and literally.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from tests.injections import by_marker, visible

MARKED = re.compile(r"zq\d{4}x", re.IGNORECASE)
FOREIGN = "evil"
"""Every address that a string leads to has it, and none of ours."""

HOST = "glass.example"
SHOWN = frozenset({"value", "title", "aria-label", "alt", "placeholder", "content", "label"})
"""Attributes that are text."""

LEADS_TO = frozenset({"href", "action"})
RUNS = frozenset({"script", "style", "iframe", "object", "noscript", "template", "svg", "math"})
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BEGINS_A_FORMULA = frozenset("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
ALWAYS = ("From", "To", "Reply-To", "Return-Path", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
OURS = frozenset({*ALWAYS, "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "List-Help"})
"""Headers that a mail of ours has."""


class _Reader(HTMLParser):  # the standard library offers this by inheritance only
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.text = self.typed = ""  # what stands in a field turns nothing outside it
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        if MARKED.search(tag):
            self.wrong.append(f"a tag <{tag}>")
        for name, value in attrs:
            self.wrong += _attribute(tag, name, value or "")
            self.typed += f" {value} " if name in SHOWN else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if MARKED.search(data) and RUNS & set(self._within):
            self.wrong.append(f"within <{self._within[-1]}>: {data[:80]!r}")
        if "textarea" in self._within:
            self.typed += data
        else:
            self.text += data

    def handle_comment(self, data: str) -> None:
        self._nothing_in(data)

    def handle_decl(self, decl: str) -> None:
        self._nothing_in(decl)

    def handle_pi(self, data: str) -> None:
        self._nothing_in(data)

    def unknown_decl(self, data: str) -> None:
        self._nothing_in(data)

    def _nothing_in(self, data: str) -> None:
        if MARKED.search(data):
            self.wrong.append(f"in a comment: {data[:80]!r}")


def _attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if MARKED.search(name):
        yield f"an attribute {name!r} of <{tag}>"
    if name in SHOWN or not (MARKED.search(value) or FOREIGN in value):
        return
    if name not in LEADS_TO:
        yield f"in {name}={value[:80]!r} of <{tag}>"
    elif not _is_ours(value):
        yield f"a link {value[:120]!r}"


def _is_ours(address: str) -> bool:
    """Whether a link leads to us, to the lead's own number or to the lead's own address, and says nothing else."""
    parts = urlsplit(address)
    if parts.scheme in {"mailto", "tel"}:
        return not parts.query and "," not in unquote(address) and ";" not in address
    return address.startswith(("?", "#")) or (address.startswith("/") and address[1:2] not in {"/", "\\"}) or (
        parts.scheme == "https" and parts.netloc == HOST
    )  # fmt: skip


def in_html(page: str) -> list[str]:
    """What is wrong with a page, or with the HTML of a mail."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [*reader.wrong, *in_text(reader.text), *in_text("".join(char for char in reader.typed if char not in TURNS))]


def in_text(text: str) -> list[str]:
    """What is wrong with text that somebody reads: all that was typed stands there as it was, and turns nothing.

    A marker that no string has came through something that reads what it gets, such as the HTML of a reply.
    """
    turns = [] if TURNS.isdisjoint(text) else [at for at, char in enumerate(text) if char in TURNS]
    wrong = [f"a turn {text[max(0, at - 60) : at + 60]!r}" for at in turns]
    words = {word for word in visible(text).lower().split() if MARKED.search(word)}
    for word in words:
        for marker in by_marker().keys() & set(MARKED.findall(word)):
            seen = by_marker()[marker].seen
            if not any(each.removeprefix("'") in word for each in seen) and "…" not in word:
                wrong.append(f"not as it was: {seen} became {word!r}")
    return wrong


def on_terminal(text: str) -> list[str]:
    """What is wrong with what a terminal shows."""
    odd = {char for char in set(text) if unicodedata.category(char) == "Cc" and char not in "\n\t"}
    return [*(f"a control character {char!r}" for char in odd), *in_text(text)]


def in_mail(raw: bytes) -> list[str]:
    """What is wrong with a mail: its headers, its one receiver, its two parts."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    wrong = [f"a header {name!r}" for name in mail if name not in OURS]
    receivers = mail["To"].addresses
    wrong += [f"to {receivers}"] if len(receivers) != 1 or mail["Cc"] or mail["Bcc"] else []
    wrong += [f"the receiver {receivers}"] if any(FOREIGN in each.addr_spec for each in receivers) else []
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    wrong += [f"a line of the head {line!r}" for line in head.split(b"\n") if MARKED.match(line.decode("latin-1"))]
    parts = [part.get_content_type() for part in mail.walk()]
    wrong += [f"the parts {parts}"] if parts != ["multipart/alternative", "text/plain", "text/html"] else []
    wrong += in_text(str(mail["Subject"]))
    for part in list(mail.walk())[1:]:
        content = str(part.get_content())
        wrong += (
            in_html(content) if part.get_content_subtype() == "html" else on_terminal(content.replace("\r\n", "\n"))
        )
    return [f"{mail['Subject']}: {what}" for what in wrong]


def in_table(text: str) -> list[str]:
    """What is wrong with a table that a spreadsheet opens."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    begun = [f"a formula {cell[:60]!r}" for cell in cells if _first_seen(cell) in BEGINS_A_FORMULA]
    return [*begun, *(wrong for cell in cells for wrong in in_text(cell))]


def _first_seen(cell: str) -> str:
    """The first character that is no white space and not invisible, or a space of those that act by themselves."""
    if cell[:1] in BEGINS_A_FORMULA:
        return cell[:1]
    return next((char for char in cell if not char.isspace() and unicodedata.category(char) != "Cf"), " ")


def in_json(text: str) -> list[str]:
    """What is wrong with an answer to a program: it is JSON, and could not end a script that it stood in."""
    json.loads(text)
    return []


def in_log(lines: str) -> list[str]:
    """What is wrong with a log: one JSON object a line, with nothing in it that anybody typed."""
    wrong = [f"{found} in {line[:200]!r}" for line in lines.splitlines() for found in MARKED.findall(line)]
    objects = [isinstance(json.loads(line), dict) for line in lines.splitlines() if line]
    return wrong if all(objects) else [*wrong, "a line that is no object"]


def markers_in(text: str) -> set[str]:
    """Which strings stand in an output at all, whatever became of them."""
    return {found.lower() for found in MARKED.findall(text)}
