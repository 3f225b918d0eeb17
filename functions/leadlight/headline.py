"""Who, and why now? The subject of a mail to a rep, and each cause of it in a line. Called by `notify`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadlight.briefing import Case, at_in_words
from leadlight.model.person import CallKind, CallWish
from leadlight.model.touch import TouchKind
from leadlight.playbook.context import GateView
from leadlight.rules import offers
from leadlight.rules.notices import days_of_silence, is_now
from leadlight.rules.there import stamped

REASONS = {
    TouchKind.CAPTURED: "{who} opened “{what}”",
    TouchKind.CONFIRMED: "{who} opened “{what}”",
    TouchKind.READ: "{who} reads “{what}”",
    TouchKind.DOWNLOADED: "{who} downloaded “{what}”",
    TouchKind.ASKED: "{who} asks about “{what}”",
    TouchKind.REPLIED: "{who} answered “{what}”",
    TouchKind.CALL_WANTED: "{who} about “{what}”",
    TouchKind.HEATED: "{who} looks ready for an offer",
    TouchKind.OUTCOME: "Today: your next step with {who}",
    TouchKind.NOTED: "Today: your next step with {who}",
    TouchKind.SKIPPED: "Your turn with {who} about “{what}”",
    TouchKind.HANDED_OVER: "{who} is yours now",
    TouchKind.ADDED: "Get in touch with {who}",
    TouchKind.FACT: "News of {who}",
    TouchKind.IMPORTED: "New on your list: {who}",
}
"""Why this mail, now: its subject, behind the wish for a call."""

TAKEN = "{who} downloaded “{what}”"
"""The same of a form that has opened a page with files: who sends it comes for these."""

COLLEAGUE = {
    TouchKind.OUTCOME: "A colleague was in touch with {who}",
    TouchKind.NOTED: "A colleague wrote something down about {who}",
    TouchKind.PAUSED: "A colleague has paused the plan of {who}",
    TouchKind.RESUMED: "A colleague lets the plan of {who} go on",
}
"""The same of what somebody else of the team has done, when it is told for the first time."""

FACTS = {"booking": "{who} has booked a meeting", "renewal": "{who} is to renew soon"}
"""The same of a fact that another system tells, by its name."""

FIRST_TOLD = frozenset({TouchKind.OUTCOME, TouchKind.NOTED, TouchKind.ADDED, TouchKind.IMPORTED, TouchKind.FACT})
"""What sets a task for a later day: when that comes, the rep hears of it for the first time."""

BACK = frozenset({TouchKind.CONFIRMED, TouchKind.READ, TouchKind.DOWNLOADED})
"""By what somebody comes back who was silent for long."""

PRESSING = (
    TouchKind.REPLIED,
    TouchKind.ASKED,
    TouchKind.OFFER_ANSWERED,
    TouchKind.SATISFACTION,
    TouchKind.HEATED,
    TouchKind.CALL_WANTED,
    TouchKind.CONFIRMED,
)
"""What gives a mail its subject that tells of several things, behind a wish for a call now; all else comes last."""


def most_pressing(cases: Sequence[Case], now: datetime) -> Case:
    """The one that a mail is about that tells of all of them. What nobody confirmed stands back."""

    def rank(case: Case) -> tuple[bool, bool, int]:
        kind = case.touch.kind
        return (
            not case.confirmed,
            not is_now(case.wish, now),
            (PRESSING.index(kind) if kind in PRESSING else len(PRESSING)),
        )

    return min(cases, key=rank)


def subject(case: Case, page: GateView, zone: str) -> str:
    """Who and why now; a wish for a call comes first, and a reminder or a lead passed on says that it is one.

    `page` is the one that it is about. `zone` is the reader's: the hour of a call is by their clock, and says so.
    """
    reason = in_words(case, page)
    if case.reminds and case.touch.kind not in FIRST_TOLD:
        reason = f"Still open: {reason}"
    if case.passed:
        reason = f"Passed on to you: {reason}"
    match case.wish:
        case CallWish(kind=CallKind.NOW):
            return f"CALL NOW: {reason}"
        case CallWish(kind=CallKind.AT) if case.reminds or case.passed:  # the agreed time has come
            return f"CALL NOW: {reason}"
        case CallWish(kind=CallKind.AT, at=datetime() as at):
            return f"CALL AT {stamped(at, zone)}: {reason}"
        case CallWish(kind=CallKind.NO):
            return f"No call: {reason}"
        case _:
            return reason


def in_words(case: Case, page: GateView) -> str:
    """Who, and what they did."""
    what = page.title
    company = case.profile.fields.get("company", "")
    name = case.profile.name or case.profile.address
    who = f"{name}, {company}" if company else name
    if case.touch.facts.get("from") == "other":
        return f"Somebody answered “{what}” in the place of {who}"
    days = days_of_silence(case.touch, case.touches) if case.touch.kind in BACK else None
    if days is not None:
        return f"{who} is back after {days} days: “{what}”"
    known = offers.in_words(case.touch) or FACTS.get(case.touch.facts.get("name", ""))
    colleague = None if case.reminds else COLLEAGUE.get(case.touch.kind)
    taken = TAKEN if page.files and case.touch.kind is TouchKind.CAPTURED else None
    reason = known or colleague or taken or REASONS.get(case.touch.kind, "{who}")
    return reason.format(who=who, what=what)


def cause(case: Case, page: GateView, now: datetime, zone: str) -> str:
    """One line of a mail that tells of several things, with its time by the reader's clock."""
    unsure = "" if case.confirmed else " (address not confirmed)"
    return f"{in_words(case, page)}, {at_in_words(case.touch.at, now, zone)}{unsure}"
