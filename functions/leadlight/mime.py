"""What of a message travels, and to whom? The mailers of `local` and `aws` ask, so that all carry the same bytes."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Collection
from email.message import EmailMessage
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.headerregistry import AddressHeader  # only a name for the type checker: importing it costs a cold start

CRLF = "\r\n"

SHORTEST_NUMBER = 6
"""Digits that make a number somebody's; with fewer, half of all mails would hold it."""


def wire_bytes(message: EmailMessage) -> bytes:
    """What travels: CRLF lines, folded as the message's own policy says.

    Another policy would fold a long `List-Unsubscribe` into encoded words, which no mail client can follow.
    Without `Return-Path`: that is the envelope's, and whoever delivers the mail writes it down (RFC 5321 § 4.4).
    """
    travels = message
    if "Return-Path" in message:
        travels = copy.copy(message)
        del travels["Return-Path"]
    policy = message.policy if message.policy.linesep == CRLF else message.policy.clone(linesep=CRLF)
    return travels.as_bytes(policy=policy)


def sender_of(message: EmailMessage) -> str:
    """The envelope's sender, to whom a mail comes back that does not arrive: `Return-Path` if there is one, or `From`.

    With SES it is `From` always: SES takes what comes back itself, and tells us by events.
    """
    own = str(message["Return-Path"] or "").strip("<>")
    return own or addresses(message, "From")[0]


def recipients_of(message: EmailMessage) -> list[str]:
    """The envelope's recipients: `To` and `Cc`."""
    return addresses(message, "To") + addresses(message, "Cc")


def holds(raw: bytes, words: Collection[str]) -> bool:
    """Whether one of the words stands in a mail, in its headers or in a text of it, decoded; whatever its case.

    A word is any text, also several words with any white space between them. It counts only as a whole: `Li Wu` is not
    in `Li Wuhan`, and `wu@town.example` not in `li.wu@town.example`. Of a number the digits alone count, however they
    are grouped.
    """
    from email import message_from_bytes, policy  # noqa: PLC0415 only for who was erased
    from html import unescape  # noqa: PLC0415 the same

    if not _may_hold(raw, words):
        return False
    mail = message_from_bytes(raw, policy=policy.default)
    try:
        headers = [str(value) for value in mail.values()]
    except (ValueError, LookupError, TypeError, IndexError, AttributeError):  # some that people send break the parser
        headers = []
    texts = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_maintype() == "text"]
    said = [text.decode("utf-8", "replace") for text in texts if isinstance(text, bytes)]
    everything = unescape("\n".join([raw.decode("utf-8", "replace"), *headers, *said]))
    return any(_pattern(word).search(everything) for word in words if word.strip())


_FOREIGN_WORD = re.compile(rb"=\?(?!utf-8\?)[\w.:-]+\?[bq]\?", re.IGNORECASE)
_ENCODED_WORD = re.compile(rb"=\?utf-8\?b\?([^?]*)\?=", re.IGNORECASE)


def _may_hold(raw: bytes, words: Collection[str]) -> bool:
    """Whether it is worth reading the mail closely: most are of other people, and many are asked about one person.

    It never says no of a mail that holds a word: what is encoded in another way than ours is read closely.
    """
    from binascii import Error, a2b_base64, a2b_qp  # noqa: PLC0415 the same
    from html import unescape  # noqa: PLC0415 the same

    if b"base64" in raw.lower() or _FOREIGN_WORD.search(raw):
        return True
    try:
        encoded = b"".join(a2b_base64(each) for each in _ENCODED_WORD.findall(raw))
    except Error:
        return True
    either = b"\n".join((raw, a2b_qp(raw), encoded))  # what is not quoted holds `=da` as it stands, too
    text = unescape(either.decode("utf-8", "replace")).replace("_", " ").casefold()
    numbers = [number for word in words if (number := _number(word))]
    digits = re.sub(r"\D", "", text) if numbers else ""
    return any(_begins(word) in text for word in words if word.strip()) or any(each in digits for each in numbers)


def _begins(word: str) -> str:
    """What of a word stands in one piece, wherever a line breaks; as `_may_hold` writes it."""
    return word.replace("_", " ").casefold().split()[0] if word.replace("_", " ").split() else ""


def _number(word: str) -> str | None:
    """The digits of what is a number; None for other words."""
    digits = re.sub(r"\D", "", word)
    return digits if len(digits) >= SHORTEST_NUMBER and not re.search(r"[^\W\d_]", word) else None


def is_to(raw: bytes, ours: Collection[str]) -> bool:
    """Whether the mail is to one of these addresses."""
    from email import message_from_bytes  # noqa: PLC0415 only for who was erased

    mail = message_from_bytes(raw)
    to = "\n".join(str(value) for name in ("To", "Cc") for value in mail.get_all(name, ()))
    return any(_pattern(address).search(to) for address in ours if address.strip())


def _pattern(word: str) -> re.Pattern[str]:
    if digits := _number(word):
        return re.compile(r"(?<!\d)" + r"[\s().\-/\u00a0]*".join(digits) + r"(?!\d)")
    before, after = (r"(?<![\w+])(?<!\w[.-])", r"(?!\w)(?![.-]\w)") if "@" in word else (r"(?<!\w)", r"(?!\w)")
    return re.compile(before + r"\s+".join(map(re.escape, word.split())) + after, re.IGNORECASE)


def addresses(message: EmailMessage, name: str) -> list[str]:
    """The bare addresses of one header."""
    header: AddressHeader | None = message[name]
    return [address.addr_spec for address in header.addresses] if header else []


def digest(name: str) -> str:
    """A name of any length and any characters as 32 that every carrier takes: in a file's name, in a message tag."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
