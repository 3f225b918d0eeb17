"""What does a carrier's report on one of our mails mean, and who wrote an answer: a person or a machine?

Reports are events of Amazon SES on EventBridge (https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html;
the `detail` is https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html). They come on
best effort: late, twice, in any order, or not at all. Addresses and diagnostic texts in them are never read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from leadlight.errors import BadEvent
from leadlight.model.due import DueKind
from leadlight.model.person import LeadId
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.standing import Said, Sort, Standing, sort_of, standing_of


class ReportKind(StrEnum):
    """What is reported. The values are the event's `detail-type`."""

    ACCEPTED = "Email Sent"
    DELIVERED = "Email Delivered"
    BOUNCED = "Email Bounced"
    COMPLAINED = "Email Complaint Received"
    REJECTED = "Email Rejected"  # a virus was found in it: accepted, and thrown away
    DELAYED = "Email Delivery Delayed"


@dataclass(frozen=True, slots=True)
class Report:
    """One report on one mail of ours.

    `mail` is `mail_tag` of its ledger key, `message_id` the carrier's. `at` is when what is reported happened,
    `sent_at` when the mail was sent, if that is said. `reason` is in the carrier's words, nothing personal. `final` is
    true of bounces that no later mail will cure, and of complaints that a person made; `sort` is what a bounce
    says of the address.
    """

    kind: ReportKind
    lead_id: LeadId
    mail: str
    message_id: str
    at: datetime
    reason: str = ""
    final: bool = False
    sent_at: datetime | None = None
    sort: Sort = Sort.SOFT


REPLY = "reply+"
"""How the addresses begin that answers are sent to; a token follows."""

NOTE = "note+"
"""How the addresses begin at which a rep says in a line how it went with a lead; a token follows."""

BOUNCE = "bounce+"
"""How the addresses begin that a mail of ours comes back to, one for each mail; a token follows."""

BOUNCED = "bounced/"
"""How the ids of touches begin that say that a mail came back."""

STATUS, FEEDBACK = re.compile(r"[245]\.\d{1,3}\.\d{1,3}"), re.compile(r"[A-Za-z-]{1,40}")
"""What a bounce's `status` (RFC 3463) and a complaint's type look like. They come from the receiver's server, which may
write anything there, an address for example; the log and the timeline get what they should be, or nothing."""

NO_COMPLAINT = "not-spam"
"""A complaint's `complaintFeedbackType` when a person took a mail *out* of the spam folder (RFC 6430)."""

TEAM = LeadId("team")
"""Stands in the place of a lead where a mail to our own people is about none: a digest, a link to the desk."""

_MAILED = ("optin", "delivery", "news", "arrived", "raise", "afresh", "my-data")
TO_LEADS = (f"{DueKind.STEP}/", *(f"{DueKind.MAIL}/{what}/" for what in _MAILED))
"""How the due keys of mails to a lead begin. Whatever else we mail goes to our own people."""


def mail_tag(ledger_key: str) -> str:
    """How a carrier's tag names a mail: 32 hexadecimal digits, since keys have characters that tags may not have."""
    return hashlib.sha256(ledger_key.encode()).hexdigest()[:32]


def mail_name(lead_id: LeadId, ledger_key: str) -> str:
    """The part of our own Message-ID before its @: the same for the same due thing, so a repeated mail is the same."""
    return hashlib.sha256(f"{lead_id}/{ledger_key}".encode()).hexdigest()[:32]


def accepted_id(ledger_key: str) -> str:
    """The id of the touch by which a carrier says that it had that mail: evidence, whoever settles it."""
    return f"accepted/{ledger_key}"


def due_key(ledger_key: str) -> str:
    """The due key within a ledger key: all but the generation."""
    return ledger_key.partition("/")[2]


def is_to_lead(ledger_key: str) -> bool:
    """Whether that mail went to the lead, and not to a rep about the lead."""
    return due_key(ledger_key).startswith(TO_LEADS)


def report_of(event: Mapping[str, Any]) -> Report | None:
    """The report in an event; None if it is about somebody else's mail, or of a kind we do nothing about.

    Raises `BadEvent` when it has not the documented shape.
    """
    try:
        kind = _kind(event["detail-type"])
        if kind is None:
            return None
        detail = event["detail"]
        mail = detail["mail"]
        tags = mail.get("tags") or {}
        lead, name = _only(tags.get("lead")), _only(tags.get("touch"))
        if not lead or not name:
            return None
        at, reason, final, sort = _what(kind, detail)
        sent_at, message_id = _time(mail["timestamp"]), str(mail["messageId"])
        return Report(kind, LeadId(lead), name, message_id, at, reason, final, sent_at, sort)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise BadEvent(f"of SES cannot be read ({type(error).__name__})") from error


def _kind(detail_type: str) -> ReportKind | None:
    return ReportKind(detail_type) if detail_type in set(ReportKind) else None


def _only(values: Sequence[str] | None) -> str:
    return str(values[0]) if values else ""


def _what(kind: ReportKind, detail: Mapping[str, Any]) -> tuple[datetime, str, bool, Sort]:
    """When, why, whether for good, and what that says of the address."""
    match kind:
        case ReportKind.BOUNCED:
            bounce = detail["bounce"]
            status = next((r["status"] for r in bounce.get("bouncedRecipients") or () if r.get("status")), "")
            status = status if STATUS.fullmatch(status) else ""
            reason = " ".join(part for part in (bounce["bounceType"], bounce.get("bounceSubType"), status) if part)
            final = bounce["bounceType"] == "Permanent"
            sort = sort_of(status, final=final, subtype=str(bounce.get("bounceSubType", "")))
            return _time(bounce["timestamp"]), reason, final, sort
        case ReportKind.COMPLAINED:
            complaint = detail["complaint"]
            feedback = complaint.get("complaintFeedbackType") or complaint.get("complaintSubType") or "complaint"
            known = feedback if FEEDBACK.fullmatch(feedback) else "complaint"
            return _time(complaint["timestamp"]), known, feedback != NO_COMPLAINT, Sort.COMPLAINT
        case ReportKind.DELIVERED:
            return _time(detail["delivery"]["timestamp"]), "", False, Sort.OURS
        case _:
            return _time(detail["mail"]["timestamp"]), "", False, Sort.OURS


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def standing(report: Report, touches: Iterable[Touch], *, proven_at: datetime | None) -> Standing:
    """Where an address is after this report on a mail to it that came back; `proven_at` as in `standing_of`."""
    before = (
        Said(Sort(touch.facts.get("sort", Sort.SOFT)), touch.facts.get("mail", touch.id), touch.at)
        for touch in touches
        if touch.kind is TouchKind.BOUNCED and touch.facts.get("to") == "lead"
    )
    sort = Sort.HARD if report.final else report.sort
    return standing_of((*before, Said(sort, report.message_id, report.at)), proven_at=proven_at)


AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "list-id", "list-unsubscribe")


def why_automatic(headers: Mapping[str, str]) -> str | None:
    """Why a mail was not written by a person, or None if it was. `headers` by name in lower case.

    RFC 3834 asks machines to say `Auto-Submitted`; the others are what vacation notices, lists and bounces have.
    """
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted != "no":
        return "Auto-Submitted"
    if headers.get("precedence", "").strip().lower() in AUTOMATIC_PRECEDENCE:
        return "Precedence"
    if found := next((name for name in AUTOMATIC_HEADERS if name in headers), None):
        return found.title()
    if headers.get("return-path", "").replace(" ", "") == "<>":
        return "no return path"
    if headers.get("content-type", "").strip().lower().startswith("multipart/report"):
        return "a report"
    return None
