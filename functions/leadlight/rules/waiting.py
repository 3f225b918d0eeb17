"""Which due rows stand for what somebody waits for: the end of a take-over, of a pause, a rep's answer?

Asked by whatever ends such a wait before its time, to take its rows away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import CallKind
from leadlight.model.team import Team
from leadlight.rules.next_action import PAUSE, pauser_of, reminder

ANSWER = "replied/"
"""Begins the ref of a task that an answer of the lead has set."""

LAPSED, OUTCOME = "hold-lapsed/", "outcome/"
"""The same where the answer was left open by a take-over, or by what a rep wrote down."""

CALL, QUESTION = "call.wanted/", "question.asked/"
"""The same of a wish for a call, and of a question."""

ACCEPTED, SATISFACTION = "offer.answered/", "satisfaction.given/"
"""The same of a yes to an offer, and of a customer who is not satisfied."""

HANDED, ADDED = "handed/", "added/"
"""The same of a lead that a colleague has handed over, and of somebody from a rep's own day."""

AT_ONCE = 25
"""So many tasks does one change take away: it has room for 90 rows in all."""


def ends_of_holds(rows: Sequence[Due]) -> tuple[str, ...]:
    """The keys of those that end a take-over."""
    return tuple(row.key for row in rows if row.kind is DueKind.HOLD and not row.ref.startswith(PAUSE))


def ends_of_pauses(rows: Sequence[Due], whose: Collection[str]) -> tuple[str, ...]:
    """The keys of those that end a pause which one of these has set."""
    return tuple(row.key for row in rows if pauser_of(row) in whose)


def tasks(rows: Sequence[Due]) -> tuple[str, ...]:
    """The keys of what a rep has to do, as many as one change has room for: the earliest."""
    return tuple(row.key for row in rows if row.kind is DueKind.TASK)[:AT_ONCE]


def reminders(rows: Sequence[Due], *of: str) -> tuple[str, ...]:
    """The keys of the tasks that such things have set."""
    return tuple(row.key for row in rows if row.kind is DueKind.TASK and row.ref.startswith(of))[:AT_ONCE]


def unanswered(lead: Lead, rows: Sequence[Due]) -> tuple[str, ...]:
    """The keys of the tasks that an answer of this lead has set, however often it was left open since.

    While somebody holds the lead, what an outcome has set is the next step that was agreed on.
    """
    return reminders(rows, ANSWER, LAPSED, *(() if lead.hold else (OUTCOME,)))


def to_answer(lead: Lead, touch: str, team: Team, now: datetime, *, rows: Sequence[Due] = ()) -> tuple[Due, ...]:
    """The reminder of a lead that an answer has stopped or put aside, or that wants a call, and nobody has taken over.

    Without it nobody would come back to it. `rows` are those that stood before: a wish reminds by its own, if it may.
    """
    answered = [stop.reason for stop in lead.stops] == [StopReason.REPLIED]
    unhappy = not lead.stops and any(enrolment.held for enrolment in lead.enrolments)
    called = wants_call(lead) and not lead.stops and not reminders(rows, CALL)
    if lead.hold or not (answered or unhappy or called):
        return ()
    since = lead.call.at if lead.call and lead.call.at else now
    return (reminder(lead, touch, team.hours, max(since, now)),)


def wants_call(lead: Lead) -> bool:
    """Whether somebody is to call, by the lead's own word: not reached so far, or not yet."""
    return lead.call is not None and lead.call.kind is not CallKind.NO
