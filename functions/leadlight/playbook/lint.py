"""How will a mail arrive? What keeps its words from a reader is a mistake, what puts a reader off a warning.

Build only. `steps` asks for the mistakes of each text; `source` for remarks on all that a team has written to leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from leadlight.errors import BadPlaybook, Problem
from leadlight.playbook.linked import Link, links_in, without_code
from leadlight.playbook.written import Page, split_front, text_of

LONGEST_SUBJECT = 60
"""Characters of a subject that a telephone shows; the rest is cut."""

MOST_LINKS = 5
"""Places to go to in one mail. More of them, and filters and readers take it for an advertisement."""

SAYS_NOTHING = frozenset(
    {
        "click",
        "click here",
        "here",
        "link",
        "more",
        "read more",
        "this link",
        "kliknij",
        "kliknij tutaj",
        "tutaj",
        "więcej",
    }
)
"""Words of a link that mean nothing by themselves, in a list of links or read aloud."""

SHORTENERS = frozenset(
    {
        "bit.ly",
        "buff.ly",
        "cutt.ly",
        "goo.gl",
        "is.gd",
        "lnkd.in",
        "ow.ly",
        "rb.gy",
        "rebrand.ly",
        "shorturl.at",
        "t.co",
    }
    | {"t.ly", "tiny.cc", "tinyurl.com"}
)
"""Hosts that hide where a link leads. Block lists know them."""

TO_LEADS = ("afresh", "arrived", "confirm", "consent", "delivery", "my-data", "news")
"""The messages that go to leads; the others go to the team."""

_SCHEMES = ("https", "http", "mailto", "tel")
_ELEMENTS = "table|div|span|font|center|style|script|form|input|button|iframe|video|audio|section|i|b|u|svg|object"
_SUBJECT = re.compile(r"^subject\s*:\s*(?P<words>\S.*?)\s*$", re.MULTILINE)
_TASK = re.compile(r"^channel\s*:\s*[\"']?rep\b", re.MULTILINE)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LEFT = re.compile(
    r"\{\{|\}\}|\{%|%\}|\$?\{\s*[a-z_]+(?:\.[a-z_]+)*\s*\}|\*\|\w+\|\*|\[\[\s*\w+\s*\]\]|%[A-Z]+_?[A-Z]+%",
    re.IGNORECASE,
)
_ELEMENT = re.compile(rf"<({_ELEMENTS})(?=[\s/>])", re.IGNORECASE)
_ATTACHED = re.compile(
    r"\battachments?\b|\b(?:find|see|have|is|are) attached\b|\battached (?:is|are|you|to this|file|pdf)\b"
    r"|\bzałącznik|\bim anhang\b|\bangehängt\b",
    re.IGNORECASE,
)
_PRETENDS = re.compile(r"\s*(?:re|fwd?|aw|odp)\s*:", re.IGNORECASE)
_ITEM = re.compile(r"[\s>*+-]*\Z")


def mistakes(subject: str, page: Page, file: str, subject_line: int) -> Iterator[Problem]:
    """What a reader would not see, or would see as it should not be."""
    for line, text in ((subject_line, _outside(subject)), *enumerate(_outside(page.body).split("\n"), page.body_line)):
        if left := _LEFT.search(text):
            message = f"`{left[0].strip()}` would stand in the mail as it is; write a name in two braces, such as"
            yield Problem(file, line, f"{message} `{{{{ lead.first_name }}}}`")
    links = list(links_in(page.body))
    pictures = [link for link in links if link.is_picture]
    if pictures and not _without_pictures(page.body):
        message = "this mail is nothing but a picture, which mails of ours leave out: write what it says as text"
        yield Problem(file, page.body_line + pictures[0].line - 1, message)
        return
    for link in pictures:
        message = "mails show no pictures, since programs block them; say it in words, or link to a page that has it"
        yield Problem(file, page.body_line + link.line - 1, message)
    for link in links:
        if not link.is_picture and (wrong := _unusable(link)):
            yield Problem(file, page.body_line + link.line - 1, wrong)


def remarks(playbook_dir: Path, *, books: bool) -> Iterator[Problem]:
    """What could be better about mails to leads: those of sequences, and those that the team has written anew.

    `books` tells whether anybody of the team has a page for booking.
    """
    for path in sorted(playbook_dir.glob("sequences/*/*.md")):
        if not path.name.startswith((".", "_")) and path.stem.lower() != "readme" and not _is_task(path):
            yield from _remarks(path, books=books)
    for name in TO_LEADS:
        for path in sorted(playbook_dir.glob(f"messages/{name}.md")) + sorted(
            playbook_dir.glob(f"messages/{name}.*.md")
        ):
            yield from _remarks(path, books=books)


def _is_task(path: Path) -> bool:
    """Whether nobody but a rep reads it. A translation goes by the step that it translates."""
    base = path.with_name(path.name.partition(".")[0] + ".md")
    return any(_TASK.search(_page(each).front) for each in (path, base) if each.is_file())


def _page(path: Path) -> Page:
    try:
        return split_front(text_of(path))
    except BadPlaybook:  # no UTF-8, which whoever reads the step tells of
        return Page("", "", 1)


def _remarks(path: Path, *, books: bool) -> Iterator[Problem]:
    page = _page(path)
    if found := _SUBJECT.search(page.front):
        line = page.front.count("\n", 0, found.start()) + 2
        for message in _on_subject(found["words"].strip("\"'")):
            yield Problem(str(path), line, message)
    links = [link for link in links_in(page.body) if not link.is_picture]
    for link in links:
        for message in _on_link(link):
            yield Problem(str(path), page.body_line + link.line - 1, message)
    yield from _too_many(links, page, str(path))
    yield from _on_text(page, str(path))
    if not books and "if rep.booking" not in page.body and (at := page.body.find("rep.booking")) >= 0:
        message = "nobody of team.yml has a `booking:`, so this is empty; give one to somebody, or ask `if rep.booking`"
        yield Problem(str(path), page.body_line + page.body.count("\n", 0, at), message)


def _on_subject(subject: str) -> Iterator[str]:
    fixed = _JINJA.sub("", subject)
    shown = len(_JINJA.sub("Magdalena", subject))
    if shown > LONGEST_SUBJECT:
        yield f"this subject has {shown} characters, and telephones cut it at {LONGEST_SUBJECT}; make it shorter"
    letters = [char for char in fixed if char.isalpha()]
    if len(letters) > 7 and all(char.isupper() for char in letters):
        yield "a subject all in capital letters looks like an advertisement to filters; write it as a sentence"
    if re.search(r"[!?]{2,}|[$€£]{2,}", fixed):
        yield "a subject with several exclamation or currency marks looks like an advertisement; one is enough"
    if _PRETENDS.match(fixed):
        yield f"`{fixed.strip().partition(':')[0]}:` pretends to answer a mail that nobody wrote; take it away"


def _on_link(link: Link) -> Iterator[str]:
    host = _host(link.address)
    if " ".join(link.text.lower().split()).strip(" .:»>") in SAYS_NOTHING:
        yield f"the link `{link.text}` does not say where it leads; name what the reader finds there"
    if host in SHORTENERS:
        yield f"{host} hides where this leads, and filters distrust it; write the address itself"
    if link.address.startswith("http://") and host not in {"localhost", "127.0.0.1"}:
        yield f"`{link.address}` is not encrypted; write https:// if that page has it"
    if "unsubscribe" in link.text.lower() and not link.address.startswith("{{"):
        yield "below each mail stands a link that ends it; this other one would not, so take it away"


def _too_many(links: list[Link], page: Page, file: str) -> Iterator[Problem]:
    addresses = list(dict.fromkeys(link.address for link in links))
    if len(addresses) > MOST_LINKS:
        first = next(link for link in links if link.address == addresses[MOST_LINKS])
        message = (
            f"this mail leads to {len(addresses)} places; with more than {MOST_LINKS} it reads as an advertisement:"
        )
        yield Problem(file, page.body_line + first.line - 1, f"{message} leave out what can wait")


def _on_text(page: Page, file: str) -> Iterator[Problem]:
    text = without_code(page.body)
    for number, line in enumerate(text.split("\n"), page.body_line):
        if said := _ATTACHED.search(line):
            message = f"`{said[0]}`: no mail of ours has anything attached; link to it, as with `{{{{ links.page }}}}`"
            yield Problem(file, number, message)
        for name in dict.fromkeys(match[1].lower() for match in _ELEMENT.finditer(line)):
            yield Problem(file, number, f"`<{name}>` is left out of mails; write Markdown, which has all they show")


def _unusable(link: Link) -> str:
    if not link.address:
        return f"the link `{link.text}` leads nowhere; write its address between the brackets"
    scheme = link.address.partition(":")[0].lower()
    if ":" in link.address and scheme.isalpha() and scheme not in _SCHEMES and "{{" not in link.address:
        return f"a mail cannot link to `{scheme}:`, so it is left out; it can to https, mailto and tel"
    return ""


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""  # a stray bracket: no address


def _outside(body: str) -> str:
    """The text without code and without what Jinja fills in; lines stay."""
    return _JINJA.sub(lambda match: "\n" * match[0].count("\n"), without_code(body))


def _without_pictures(body: str) -> str:
    left = re.sub(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])|<img\b[^>]*>", "", _JINJA.sub("", body))
    return "".join(line for line in left.split("\n") if not _ITEM.match(line)).strip("[]()# ")
