"""Whose turn is it with this lead, since when or until when? Asked by the desk, for each lead of a rep.

The plan's own rows say when something happens by itself. A person's turn is what no row waits for any more: a task that
was told of, a take-over without an outcome, a step of the plan that was handed to the rep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.next_action import CLOSED, reminded_of, reminders_before

HANDED = "handed to the rep"
"""What a touch says of a step that is a person's."""

DEALT_WITH = frozenset({TouchKind.OUTCOME, TouchKind.CLAIMED})
"""What a rep does about a lead; a step that was handed over before is seen to by it."""


class Urgency(StrEnum):
    """How much a lead waits for its rep, most urgent first."""

    OVERDUE = "overdue"
    TODAY = "today"
    COMING = "coming"
    WAITING = "waiting"  # nobody's turn: the plan goes on by itself, or nothing more comes


ORDER = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes next. `cause` is the touch that asks for it, `row` the due row that stands for it, if there is one.

    `at` is when it is due, or since when it waits where nobody gave it a time; None where nothing comes.
    """

    urgency: Urgency
    at: datetime | None = None
    cause: Touch | None = None
    row: Due | None = None


def turn_of(lead: Lead, rows: Sequence[Due], touches: Sequence[Touch], *, now: datetime, tonight: datetime) -> Turn:
    """The most urgent turn. `tonight` is when today ends where the rep works."""
    closed = lead.stage in CLOSED or any(stop.reason is not StopReason.REPLIED for stop in lead.stops)
    by_id = {touch.id: touch for touch in touches}
    found = [_of_task(row, by_id.get(reminded_of(row)), now, tonight) for row in rows if row.kind is DueKind.TASK]
    if not found and lead.hold is not None:
        found = [_of_hold(lead, rows, touches, now)]
    if not closed:
        found += _steps_handed(touches, tonight - timedelta(days=1))
        found += [Turn(Urgency.TODAY, r.at, by_id.get(reminded_of(r)), r) for r in rows if r.kind is DueKind.CLAIM]
        found = [_let_down(turn) if lead.hold is None and _was_passed_on(turn, touches) else turn for turn in found]
    return min(found, key=_rank) if found else _by_itself(rows)


def _was_passed_on(turn: Turn, touches: Sequence[Touch]) -> bool:
    """Whether nobody took it in time since it was asked for."""
    asked = turn.cause.at if turn.cause else None
    return asked is not None and any(t.kind is TouchKind.ESCALATED and t.at >= asked for t in touches)


def _let_down(turn: Turn) -> Turn:
    """The turn of somebody who has waited for too long."""
    return replace(turn, urgency=Urgency.OVERDUE) if turn.urgency is Urgency.TODAY else turn


def _rank(turn: Turn) -> tuple[int, float]:
    return ORDER.index(turn.urgency), turn.at.timestamp() if turn.at else 0.0


def _of_task(row: Due, cause: Touch | None, now: datetime, tonight: datetime) -> Turn:
    """A next step with its own time, or something that waits for an answer since it was said."""
    agreed = cause is None or cause.kind in {TouchKind.OUTCOME, TouchKind.NOTED} or bool(cause.facts.get("at"))
    if reminders_before(row):
        return Turn(Urgency.OVERDUE, row.at if agreed or cause is None else cause.at, cause, row)
    if not agreed and cause is not None:
        return Turn(Urgency.TODAY, cause.at, cause, row)
    urgency = Urgency.OVERDUE if row.at <= now else Urgency.TODAY if row.at < tonight else Urgency.COMING
    return Turn(urgency, row.at, cause, row)


def _of_hold(lead: Lead, rows: Sequence[Due], touches: Sequence[Touch], now: datetime) -> Turn:
    """Taken over, and nothing written down; or the agreed next step has come, and nothing was written down of it."""
    assert lead.hold is not None  # noqa: S101 the caller has looked
    ends = next((row for row in rows if row.kind is DueKind.HOLD), None)
    last = next((touch for touch in reversed(touches) if touch.kind in DEALT_WITH), None)
    agreed = last.facts.get("next_at") if last is not None else None
    if agreed and (at := datetime.fromisoformat(agreed)) <= now:
        return Turn(Urgency.OVERDUE, at, last, ends)
    return Turn(Urgency.TODAY, lead.hold.until, last, ends)


def _steps_handed(touches: Sequence[Touch], morning: datetime) -> list[Turn]:
    """Steps of the plan that are the rep's, with nothing done about the lead since. `morning` is when today began."""
    since: list[Touch] = []
    for touch in touches:
        if touch.kind in DEALT_WITH:
            since = []
        elif touch.kind is TouchKind.SKIPPED and touch.facts.get("reason") == HANDED:
            since.append(touch)
    return [Turn(Urgency.TODAY if t.at >= morning else Urgency.OVERDUE, t.at, t) for t in since]


def _by_itself(rows: Iterable[Due]) -> Turn:
    first = min(rows, key=lambda row: (row.at, row.key), default=None)
    return Turn(Urgency.WAITING, first.at if first else None, None, first)
