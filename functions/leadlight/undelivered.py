"""Is that a machine's word that a mail of ours did not arrive? Asked by `incoming`, for each mail that came in.

Such words are reports as RFC 3464 has them: one part for machines, which is read here, and mostly the mail that came
back, or its headers. The part for people is not read. Servers word the same thing in many ways; what they all have is
a status (RFC 3463), or one within the answer that they got themselves, which is the better one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message  # only a name: reading mail is imported when there is one

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
ANSWER = re.compile(r"smtp;\s*(?:\S+\s+)?([245]\d\d)[ -]", re.IGNORECASE)

NOT_FOR_GOOD = re.compile(r"5\.(?:1\.[78]|2\.[23]|3\.\d+|4\.[67]|[567]\.\d+)")
"""Failures that say nothing of the address: our own address, a full mailbox, too big a mail, a server in trouble, a
loop, a mail that was too long on its way, protocol, content, policy. SES calls these transient, too."""

ABOUT_US = re.compile(
    r"relay|spam|block|black|listed|policy|reputation|spf|dkim|dmarc|full|quota|too large", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A mail that did not arrive. `final`: no later one would. `status` is of RFC 3463, or empty.

    `headers` are those of the mail that came back, as far as they came along, in one text.
    """

    final: bool
    status: str
    headers: str


def failure_in(mail: Message) -> Failure | None:
    """The failure that the mail reports, or None: it is no such report, or one of a delay, or of success."""
    if mail.get_content_type() != "multipart/report":
        return None
    failed = [fields for fields in _recipients(mail) if _field(fields, "action").lower() == "failed"]
    if not failed:
        return None
    verdicts = [_status_of(fields) for fields in failed]
    final = all(_is_final(status, fields) for status, fields in zip(verdicts, failed, strict=True))
    return Failure(final, verdicts[0], _headers_that_came_back(mail))


def _recipients(mail: Message) -> Iterator[Message]:
    """The groups of fields on one recipient each; the first group is on the mail as a whole, and has no action."""
    for part in mail.walk():
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            groups = part.get_payload()
            yield from (group for group in groups if not isinstance(group, str)) if isinstance(groups, list) else ()


def _field(fields: Message, name: str) -> str:
    return " ".join(str(fields.get(name, "")).split())


def _status_of(fields: Message) -> str:
    """The status within the answer that the other server gave, else the one that the reporting server chose."""
    for text in (_field(fields, "diagnostic-code"), _field(fields, "status")):
        if found := STATUS.search(text):
            return found[0]
    return ""


def _is_final(status: str, fields: Message) -> bool:
    if not status.startswith("5") or NOT_FOR_GOOD.fullmatch(status):
        return False
    if status != "5.0.0":
        return True
    said = _field(fields, "diagnostic-code")
    answer = ANSWER.search(said)
    return answer is not None and answer[1] in {"550", "551", "553"} and not ABOUT_US.search(said)


def _headers_that_came_back(mail: Message) -> str:
    for part in mail.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
            return _as_text(dict(payload[0].items())) if not isinstance(payload[0], str) else ""
        if part.get_content_type() == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            return raw.decode("ascii", "replace") if isinstance(raw, bytes) else ""
    return ""


def _as_text(headers: Mapping[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())
