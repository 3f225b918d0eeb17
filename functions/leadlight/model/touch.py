"""A touch: one fact on a lead's timeline, never changed once stored. The feed is made of touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from leadlight.model.person import GateId, LeadId, Sealed


class TouchKind(StrEnum):
    """What happened. The values are the names of the events that are published."""

    CAPTURED = "lead.captured"
    CONFIRMED = "lead.confirmed"
    READ = "content.read"
    DOWNLOADED = "file.downloaded"
    ASKED = "question.asked"
    CALL_WANTED = "call.wanted"
    SENT = "touch.sent"
    PARKED = "touch.parked"
    SKIPPED = "touch.skipped"
    NOTIFIED = "rep.notified"
    SIGNED_IN = "rep.signed_in"
    CLAIMED = "rep.claimed"
    HOLD_LAPSED = "hold.lapsed"
    OUTCOME = "outcome.logged"
    NOTED = "rep.noted"  # a rep adds to an outcome, or writes something down without one: no contact of its own
    UNSUBSCRIBED = "lead.unsubscribed"
    PREFERRED = "preferences.set"  # what the lead itself lowered or raised
    PAUSED = "plan.paused"
    RESUMED = "plan.resumed"
    ENDED = "sequence.ended"  # before its last step, or with it: `reason` says why
    RESOLVED = "touch.resolved"  # what became of a parked mail, by evidence or by a person's word
    REPLIED = "lead.replied"
    AUTO_REPLIED = "mail.auto_replied"
    ACCEPTED = "mail.accepted"  # the carrier says so: evidence for a mail whose worker could not
    BOUNCED = "mail.bounced"
    COMPLAINED = "mail.complained"
    ROUTED = "lead.routed"  # whose lead it is from now on, and why
    ESCALATED = "lead.escalated"  # nobody took it in time: passed on, or told to the manager
    HANDED_OVER = "lead.handed_over"  # from one rep to another, by a person's word
    STAGE_CHANGED = "lead.stage_changed"
    HEATED = "lead.heated"
    OFFERED = "offer.made"
    OFFER_ANSWERED = "offer.answered"
    SATISFACTION = "satisfaction.given"
    FACT = "fact.received"  # another system says so: a booking, a trial used, a deal won
    ADDED = "lead.added"  # by a rep, from their own day
    IMPORTED = "lead.imported"  # from a supplier's list
    FEEDBACK = "feedback.given"  # one line of a rep for those who write
    FEEDBACK_DONE = "feedback.done"
    GIVEN_TO_CRM = "crm.handed_over"
    ERASED = "lead.erased"  # the last fact of all: everything of the lead goes


class Encounter(StrEnum):
    """With whom or what a touch is a meeting."""

    PERSON = "person"
    SUBJECT = "subject"
    COMPANY = "company"
    PRODUCT = "product"


class Objective(StrEnum):
    """Which progress a contact is to effect."""

    START = "start"
    ADVANCE = "advance"
    CLOSE = "close"
    RELATE = "relate"


class WhyNot(StrEnum):
    """Why a contact did not achieve its objective."""

    NOT_REACHED = "not-reached"
    WRONG_TIME = "wrong-time"
    WRONG_PERSON = "wrong-person"
    OBJECTION = "objection"
    NO_NEED = "no-need"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Touch:
    """`facts` hold ids, names of steps, reasons: nothing personal. Free text of people goes into `sealed`.

    `id` is unique per lead. A deterministic id (`read:tutorials/x:2026-01-05`) makes a fact count once.
    `quality` is 0 for what is only a cost (a mail sent), 1 to 5 for an experience.
    """

    id: str
    lead_id: LeadId
    kind: TouchKind
    at: datetime
    encounter: Encounter | None = None
    objective: Objective | None = None
    quality: int = 0
    gate: GateId | None = None
    by: str | None = None  # a person of the team, by id
    facts: Mapping[str, str] = field(default_factory=dict)
    sealed: Sealed | None = None
