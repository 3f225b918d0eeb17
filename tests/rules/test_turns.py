"""Whose turn is it with a lead, and how urgently?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Lead, Stage, Stop, StopReason
from leadlight.model.person import LeadId
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.turns import HANDED, Turn, Urgency, turn_of

NOW = datetime(2026, 1, 6, 10, 0, tzinfo=UTC)
TONIGHT = datetime(2026, 1, 7, 0, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ID = LeadId("lead")
LEAD = Lead(ID, NOW - 9 * DAY)
HELD = Lead(ID, NOW - 9 * DAY, hold=Hold("rita", Objective.START, NOW - DAY, NOW + DAY))
LOST = Lead(ID, NOW - 9 * DAY, stage=Stage.LOST)
GONE = Lead(ID, NOW - 9 * DAY, stops=(Stop(StopReason.UNSUBSCRIBED, NOW),))


def touch(kind: TouchKind, ago: timedelta, **facts: str) -> Touch:
    return Touch(f"{kind.name.lower()}", ID, kind, NOW - ago, facts=facts)


def row(kind: DueKind, ref: str, ahead: timedelta) -> Due:
    return Due(ID, 1, kind, ref, NOW + ahead)


ASKED, OUTCOME = touch(TouchKind.ASKED, HOUR), touch(TouchKind.OUTCOME, DAY)
AGREED = touch(TouchKind.OUTCOME, DAY, next_at=(NOW - HOUR).isoformat())
CALL = touch(TouchKind.CALL_WANTED, DAY, at=(NOW + HOUR).isoformat())
STEP, OLD_STEP = (touch(TouchKind.SKIPPED, ago, reason=HANDED) for ago in (HOUR, 3 * DAY))
ENDS = row(DueKind.HOLD, "claimed", DAY)

CASES = [
    # what is stored → how urgent, since or until when
    (LEAD, [], [], Urgency.WAITING, None),
    (LEAD, [row(DueKind.STEP, "course@1/x/02", DAY)], [], Urgency.WAITING, NOW + DAY),
    (LEAD, [row(DueKind.TASK, "asked", DAY)], [ASKED], Urgency.TODAY, NOW - HOUR),
    (LEAD, [row(DueKind.TASK, "asked~1", DAY)], [ASKED], Urgency.OVERDUE, NOW - HOUR),
    (LEAD, [row(DueKind.TASK, "call_wanted", HOUR)], [CALL], Urgency.TODAY, NOW + HOUR),
    (LEAD, [row(DueKind.TASK, "outcome", 3 * HOUR)], [OUTCOME], Urgency.TODAY, NOW + 3 * HOUR),
    (LEAD, [row(DueKind.TASK, "outcome", 2 * DAY)], [OUTCOME], Urgency.COMING, NOW + 2 * DAY),
    (LEAD, [row(DueKind.TASK, "outcome", -HOUR)], [OUTCOME], Urgency.OVERDUE, NOW - HOUR),
    (HELD, [ENDS], [touch(TouchKind.CLAIMED, DAY)], Urgency.TODAY, NOW + DAY),
    (HELD, [ENDS], [AGREED], Urgency.OVERDUE, NOW - HOUR),
    (HELD, [ENDS, row(DueKind.TASK, "outcome", 2 * DAY)], [OUTCOME], Urgency.COMING, NOW + 2 * DAY),
    (LEAD, [row(DueKind.CLAIM, "confirmed", HOUR)], [], Urgency.TODAY, NOW + HOUR),
    (LEAD, [], [STEP], Urgency.TODAY, NOW - HOUR),
    (LEAD, [], [OLD_STEP], Urgency.OVERDUE, NOW - 3 * DAY),
    (LEAD, [], [OLD_STEP, OUTCOME], Urgency.WAITING, None),
    (LOST, [], [STEP], Urgency.WAITING, None),
    (GONE, [], [STEP], Urgency.WAITING, None),
    (LEAD, [row(DueKind.TASK, "asked~1", DAY)], [OLD_STEP, ASKED], Urgency.OVERDUE, NOW - 3 * DAY),
]


@pytest.mark.parametrize(("lead", "rows", "touches", "urgency", "at"), CASES)
def test_it_is_as_urgent_as_the_most_urgent_thing_that_waits(
    lead: Lead, rows: list[Due], touches: list[Touch], urgency: Urgency, at: datetime | None
) -> None:
    found = turn_of(lead, rows, touches, now=NOW, tonight=TONIGHT)

    assert (found.urgency, found.at) == (urgency, at)


def test_a_turn_names_what_asks_for_it() -> None:
    task = row(DueKind.TASK, "asked", DAY)

    assert turn_of(LEAD, [task], [ASKED], now=NOW, tonight=TONIGHT) == Turn(Urgency.TODAY, ASKED.at, ASKED, task)


@pytest.mark.parametrize(("passed_on", "urgency"), [(HOUR, Urgency.OVERDUE), (3 * HOUR, Urgency.TODAY)])
def test_what_nobody_took_in_time_is_overdue_and_what_was_asked_later_is_not(
    passed_on: timedelta, urgency: Urgency
) -> None:
    asked = touch(TouchKind.ASKED, 2 * HOUR)
    escalated = touch(TouchKind.ESCALATED, passed_on)

    found = turn_of(LEAD, [row(DueKind.TASK, asked.id, DAY)], [asked, escalated], now=NOW, tonight=TONIGHT)

    assert found.urgency is urgency
