"""What happens next with this lead, who sees to it, and when? Asked by briefings, by `leads`, and by every simulation.

No lead that is open is ever forgotten: it has a next action with an owner and a date, or there is a reason for none.
The answer follows from what is stored alone; only whether something was left lying depends on the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead, Stage, StopReason
from leadlight.model.person import Purpose
from leadlight.model.sequence import Wait, WaitUnit, Window
from leadlight.model.team import Hours
from leadlight.rules.cadence import after, within
from leadlight.rules.stop import is_aside

BY_ITSELF = "leadlight"
"""The owner of what nobody has to do."""

OVERDUE = timedelta(hours=1)
"""So long after its time a row that still stands was left lying: the sweep of each minute should have done it."""

CLOSED = frozenset({Stage.LOST, Stage.LAPSED, Stage.DISQUALIFIED})
"""Stages in which nobody should do anything."""

APPROVAL = "confirmed/"
"""Begins the ref of a task that a gate has set which waits for a rep's approval."""

LISTED = "imported/"
"""The same of one that a supplier's list has set. A rep hears of it once, on its day: nobody waits for an answer."""

PAUSE = "pause/"
"""Begins the ref of the row that ends a pause; who has set it and the touch of that follow."""

WITHHELD = "withheld/"
"""Begins the ref of the row that drops an opt-in mail which was held back, unless somebody lets it out."""

REMINDERS = (Wait(1, WaitUnit.BUSINESS_DAYS), Wait(2, WaitUnit.BUSINESS_DAYS), Wait(1, WaitUnit.WEEKS))
"""How long after what is to be answered, and after each reminder of it, the next one comes; the last wait repeats."""


@dataclass(frozen=True, slots=True)
class Action:
    """The next thing: the key of its due row, who sees to it (`leadlight` or a person's id), and when (UTC).

    `why` says why nothing comes before, where all that comes is a look at the lead.
    """

    what: str
    owner: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing comes next, in words."""

    why: str


def next_action(lead: Lead, rows: Sequence[Due]) -> Action | Reason | None:
    """What comes next, by the lead and its due rows. None is a dead end: neither an action nor a reason."""
    if rows:
        first = min(rows, key=lambda row: (row.at, row.key))
        why = why_nothing(lead) if first.kind is DueKind.REVIEW else _why_withheld(first)
        return Action(first.key, _owner(lead, first), first.at, why or "")
    why = why_nothing(lead)
    return Reason(why) if why else None


def in_words(coming: Action | Reason | None) -> str:
    """One line for a person.

    >>> in_words(Reason("stopped: bounced"))
    'nothing: stopped: bounced'
    """
    match coming:
        case Action(what, owner, at) if what.startswith(f"{DueKind.CLAIM}/"):
            return f"{at:%Y-%m-%d %H:%M} goes on to the next rep, or the manager, unless {owner} takes it"
        case Action(what, owner, at, why):
            return f"{at:%Y-%m-%d %H:%M} {what} ({owner})" + (f"; until then nothing: {why}" if why else "")
        case Reason(why):
            return f"nothing: {why}"
        case _:
            return "nothing, and no reason why"


def why_nothing(lead: Lead) -> str | None:
    """Why it is right that nothing is planned, or None where something should be."""
    final = [stop.reason for stop in lead.stops if stop.reason is not StopReason.REPLIED]
    if final:
        return f"stopped: {final[-1]}"
    if lead.stage in CLOSED:
        return f"the lead is {lead.stage}"
    if lead.confirmed_at is None and lead.source.startswith("import/"):
        return "from a list: the rep was told, and may begin a conversation"
    if lead.confirmed_at is None:
        return "the address is not confirmed"
    if lead.stops or lead.hold or lead.pause:
        return None
    return _why_no_plan(lead)


def _why_withheld(row: Due) -> str | None:
    is_held = row.kind is DueKind.MAIL and row.ref.startswith(WITHHELD)
    return "its opt-in mail is withheld; then it is dropped" if is_held else None


def _why_no_plan(lead: Lead) -> str | None:
    if not lead.enrolments:
        return "no follow-ups were agreed to"
    unfinished = [enrolment for enrolment in lead.enrolments if not enrolment.ended]
    if Purpose.FOLLOW_UP not in lead.purposes and not any(enrolment.basis for enrolment in unfinished):
        return "the consent to follow-ups was taken back"
    return None if unfinished else f"nothing more was promised: {lead.enrolments[-1].ended}"


def why_stuck(lead: Lead, rows: Sequence[Due], now: datetime) -> str | None:
    """Why this lead is at a dead end, in words, or None if it is not. Nobody should ever read it."""
    if lying := _left_lying(rows, now):
        return lying
    if lead.stops and not any(stop.reason is StopReason.REPLIED for stop in lead.stops):
        return None
    kinds = {row.kind for row in rows}
    if lead.hold and DueKind.HOLD not in kinds:
        return f"held by {lead.hold.by}, and nothing ends it"
    ending = {pauser_of(row) for row in rows}
    if endless := [pause.by for pause in lead.pauses if pause.by not in ending]:
        return f"paused by {endless[0]}, and nothing ends it"
    if not (lead.stops or lead.hold or lead.pause) and (step := _unplanned(lead, rows)):
        return f"{step} comes next, and nothing brings it"
    acting = [row for row in rows if row.kind is not DueKind.REVIEW]  # a look in half a year answers nobody
    return "no next action and no reason for none" if next_action(lead, acting) is None else None


def _left_lying(rows: Sequence[Due], now: datetime) -> str | None:
    """What should be done by now and is not, as nobody came or as it fails again and again."""
    late = [row for row in rows if row.at < now - OVERDUE]
    if late:
        return f"{late[0].key} is overdue since {late[0].at:%Y-%m-%d %H:%M} UTC"
    failing = [(row.failing_since, row.key) for row in rows if row.failing_since is not None]
    since, key = min(failing, default=(now, ""))
    return f"{key} has failed since {since:%Y-%m-%d %H:%M} UTC; the log says why" if since < now - OVERDUE else None


def pauser_of(row: Due) -> str | None:
    """Whose pause this row ends; None for every other row."""
    ends_one = row.kind is DueKind.HOLD and row.ref.startswith(PAUSE)
    return row.ref.removeprefix(PAUSE).partition("/")[0] if ends_one else None


def reminder(lead: Lead, touch: str, hours: Hours, now: datetime, *, before: int = 0) -> Due:
    """The row that reminds the rep of what waits for an answer: the touch of that id, after so many reminders.

    Its ref is that id, and from the second reminder on `~` and how many there were before.
    """
    wait = REMINDERS[min(before, len(REMINDERS) - 1)]
    at = within(Window.WORKING_HOURS, after(wait, now, hours), hours)
    return Due(lead.id, lead.generation, DueKind.TASK, f"{touch}~{before}" if before else touch, at)


def reminder_after(lead: Lead, row: Due, hours: Hours, now: datetime) -> Due | None:
    """The reminder after this one has gone out; None where the lead is somebody's by now, or nobody's any more.

    Who has taken over a lead before it asked for one more page has yet to approve that page.
    """
    taken = lead.hold is not None and not row.ref.startswith(APPROVAL)
    if (
        taken
        or row.ref.startswith(LISTED)
        or lead.stage in CLOSED
        or any(stop.reason is not StopReason.REPLIED for stop in lead.stops)
    ):
        return None
    return reminder(lead, reminded_of(row), hours, now, before=reminders_before(row) + 1)


def reminded_of(row: Due) -> str:
    """The id of the touch that a reminder is about."""
    return row.ref.partition("~")[0]


def reminders_before(row: Due) -> int:
    """How many reminders of the same went out before this one."""
    return int(row.ref.partition("~")[2] or 0)


def _owner(lead: Lead, row: Due) -> str:
    match row.kind:
        case DueKind.TASK | DueKind.CLAIM:
            return lead.owner or BY_ITSELF
        case DueKind.HOLD if lead.hold:
            return lead.hold.by
        case _:
            return BY_ITSELF


def _unplanned(lead: Lead, rows: Sequence[Due]) -> str | None:
    """The step of an open enrolment that no row stands for."""
    planned = {row.ref for row in rows if row.kind in {DueKind.STEP, DueKind.EVIDENCE}}
    going = [e for e in lead.enrolments if not e.ended and e.next_step and not is_aside(lead, e)]
    return next((f"{e.sequence}/{e.next_step}" for e in going if not _stands(e, planned)), None)


def _stands(enrolment: Enrolment, refs: set[str]) -> bool:
    start = f"/{enrolment.started_at:%Y%m%dT%H%M%S}/{enrolment.next_step}"
    return any(ref.startswith(f"{enrolment.sequence}@") and ref.endswith(start) for ref in refs)
