"""What does a mail say that came in for us? Reads raw MIME of any kind, also broken; called by `replies`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadlight.playbook.expressions import clean
from leadlight.playbook.plain import plain_text
from leadlight.rules.mail_events import BOUNCE, NOTE, REPLY, why_automatic
from leadlight.undelivered import Failure, failure_in

if TYPE_CHECKING:
    from email.message import Message  # only a name: reading mail is imported when there is one

LARGEST = 10 * 2**20
"""Bytes that are looked at. A mail may have 40 MB; what a person wrote stands before what they attached."""

SAID = 6_000
"""Characters of a text that are read. The rest is lost on nobody: the sender has it, and the rep has their address.

Where the quoted part begins is found by expressions whose time grows with the square of the text, at the worst.
"""

LINES, HEADER, PARTS, TAGS = 200_000, 10_000, 100, 10_000
"""Lines of a mail, characters of one of its headers, mentions of parts within parts, and HTML tags that are looked at.

No mail that a person writes has more. Parsers take a time that grows with the square of each of them, or give up.
"""

NESTED = re.compile(rb"boundary|message/", re.IGNORECASE)
"""What each part that holds others is announced by, and perhaps a text speaks of."""

NAMED = 10
"""Attachments whose names are told."""

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs"]
"""Languages whose words for "on … she wrote:" are known."""

FOR = ("to", "cc", "delivered-to", "x-original-to", "resent-to", "received")
"""Where the address stands that a mail was for; `Received` has it (`for <…>`) if it was a blind copy."""

TOKEN = re.compile(f"({'|'.join(map(re.escape, (REPLY, BOUNCE, NOTE)))})([a-z0-9-]{{8,58}})@", re.IGNORECASE)

RETURNS = 3
"""Addresses of returned mail that are looked at: each costs reading a lead. A server's report comes to one."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail, as far as it matters.

    `tokens`, `returns` and `notes` are what stands behind `reply+`, `bounce+` and `note+` in its addresses, unchecked.
    `id` is the same for a mail that is delivered twice. `answers` are the ids of the mails it refers to. `automatic` is
    why no person wrote it, or None. `failure` is what it reports of a mail that did not arrive; then `answers` are also
    the ids in that mail. Its addresses do not count: whoever writes a report chooses them.
    """

    id: str
    tokens: tuple[str, ...]
    sender: str
    text: str
    attachments: tuple[str, ...]
    answers: frozenset[str]
    automatic: str | None
    failure: Failure | None = None
    returns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(raw: bytes) -> Incoming:
    """Whatever the bytes are, there is an answer; what cannot be read is empty."""
    mail = _parsed(raw[:LARGEST])
    headers = _headers(mail)
    id_ = headers.get("message-id", "").encode() or raw
    failure = failure_in(mail)
    returned = failure.headers if failure else ""
    answered = headers.get("in-reply-to", "") + headers.get("references", "") + returned
    addressed = dict.fromkeys(TOKEN.findall("\n".join(headers.get(name, "") for name in FOR)))
    return Incoming(
        id=hashlib.sha256(id_).hexdigest()[:32],
        tokens=tuple(token for kind, token in addressed if kind.lower() == REPLY),
        sender=_address(headers.get("from", "")),
        text=_said(mail),
        attachments=tuple(_attachments(mail))[:NAMED],
        answers=frozenset(re.findall(r"<([^<>\s@]+)", answered)),
        automatic=why_automatic(headers) or ("a report" if failure else None),
        failure=failure,
        returns=tuple(token for kind, token in addressed if kind.lower() == BOUNCE)[:RETURNS],
        notes=tuple(token for kind, token in addressed if kind.lower() == NOTE),
    )


def _parsed(raw: bytes) -> Message:
    """The mail and its parts; of one that is made of too many, the headers alone: it counts, whatever it says."""
    from email.parser import BytesParser  # noqa: PLC0415 only for mail that came in
    from email.policy import Compat32  # noqa: PLC0415 the same

    # Not the default policy: it parses each header by grammar, and raises on some that people really send.
    class ShortHeaders(Compat32):  # the standard library lets nobody look at a header's source in another way
        def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
            name, value = super().header_source_parse(sourcelines)
            return name[:HEADER], value[:HEADER]

    beginning = b"\n".join(raw.split(b"\n", LINES)[:LINES])
    nested = len(NESTED.findall(beginning))
    return BytesParser(policy=ShortHeaders()).parsebytes(beginning, headersonly=nested > PARTS)


def _headers(mail: Message) -> Mapping[str, str]:
    """By name in lower case; of a name that is there more than once, all, line by line."""
    found: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        found.setdefault(name.lower(), []).append(str(value).encode("ascii", "replace").decode())
    return {name: "\n".join(values) for name, values in found.items()}


def _address(header: str) -> str:
    from email.utils import parseaddr  # noqa: PLC0415 only for mail that came in

    try:
        return parseaddr(header)[1][:320]
    except RecursionError:  # comments within comments
        return ""


def _said(mail: Message) -> str:
    """What its writer wrote on top of what they answer, as plain text."""
    from mailparser_reply import (  # type: ignore[import-untyped]  # noqa: PLC0415 it ships no types; late as above
        EmailReplyParser,
    )

    lines = "\n".join(" ".join(line.split()) for line in _text(mail).splitlines()).strip()
    text = re.sub(r"\n{3,}", "\n\n", lines)[:SAID]
    own = EmailReplyParser(languages=list(LANGUAGES)).parse_reply(text) or ""
    return own.strip() or text


def _text(mail: Message) -> str:
    """The first plain text in it, else its first HTML as text."""
    written = [part for part in mail.walk() if not part.is_multipart() and not _is_attached(part)]
    for part in written:
        if part.get_content_type() == "text/plain" and (text := _decoded(part)).strip():
            return text
    for part in written:
        if part.get_content_type() == "text/html":
            return _from_html(_decoded(part))
    return ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload[: 40 * SAID] if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def _from_html(text: str) -> str:
    import nh3  # noqa: PLC0415 the same

    beginning = "<".join(text.split("<", TAGS)[:TAGS])
    lines = re.sub(r"(?i)</(?:div|tr|table)>", "<br>", beginning)
    tags = {"p", "br", "blockquote", "ul", "ol", "li", "pre", "h1", "h2", "h3"}
    return plain_text(nh3.clean(lines, tags=tags))


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _attachments(mail: Message) -> Iterator[str]:
    for part in mail.walk():
        if not part.is_multipart() and _is_attached(part):
            yield " ".join(clean(_filename(part) or "without a name").split())[:80]


def _filename(part: Message) -> str:
    from email.errors import HeaderParseError  # noqa: PLC0415 the same
    from email.header import decode_header, make_header  # noqa: PLC0415 the same

    try:
        name = part.get_filename()
        return str(make_header(decode_header(name))) if name else ""
    except (HeaderParseError, LookupError, ValueError, TypeError):
        return "unreadable name"
