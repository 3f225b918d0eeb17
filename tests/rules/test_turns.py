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
ANSWERED = Lead(ID, NOW - 9 * DAY, stops=(Stop(StopReason.REPLIED, NOW),))
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
    (HELD, [ENDS], [touch(TouchKind.OUTCOME, DAY, next_at=NOW.isoformat())], Urgency.OVERDUE, NOW),
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


FACT = touch(TouchKind.FACT, DAY, at=(NOW + HOUR).isoformat())


@pytest.mark.parametrize(
    ("lead", "rows", "touches", "turn"),
    [
        (LEAD, [row(DueKind.CLAIM, "asked~2", HOUR)], [ASKED],
         Turn(Urgency.TODAY, NOW + HOUR, ASKED, row(DueKind.CLAIM, "asked~2", HOUR))),
        (LEAD, [row(DueKind.TASK, "asked~1", DAY)], [ASKED],
         Turn(Urgency.OVERDUE, ASKED.at, ASKED, row(DueKind.TASK, "asked~1", DAY))),
        (LEAD, [row(DueKind.TASK, "outcome~1", -HOUR)], [OUTCOME],
         Turn(Urgency.OVERDUE, NOW - HOUR, OUTCOME, row(DueKind.TASK, "outcome~1", -HOUR))),
        (LEAD, [row(DueKind.TASK, "gone~1", HOUR)], [],
         Turn(Urgency.OVERDUE, NOW + HOUR, None, row(DueKind.TASK, "gone~1", HOUR))),
        (LEAD, [row(DueKind.TASK, "gone", HOUR)], [],
         Turn(Urgency.TODAY, NOW + HOUR, None, row(DueKind.TASK, "gone", HOUR))),
        (LEAD, [row(DueKind.TASK, "fact", 14 * HOUR)], [FACT],
         Turn(Urgency.COMING, NOW + 14 * HOUR, FACT, row(DueKind.TASK, "fact", 14 * HOUR))),
        (LEAD, [row(DueKind.TASK, "fact", timedelta(0))], [FACT],
         Turn(Urgency.OVERDUE, NOW, FACT, row(DueKind.TASK, "fact", timedelta(0)))),
        (HELD, [row(DueKind.STEP, "x", HOUR), ENDS], [touch(TouchKind.CLAIMED, DAY)],
         Turn(Urgency.TODAY, NOW + DAY, touch(TouchKind.CLAIMED, DAY), ENDS)),
        (HELD, [ENDS], [AGREED], Turn(Urgency.OVERDUE, NOW - HOUR, AGREED, ENDS)),
        (HELD, [], [AGREED, touch(TouchKind.CLAIMED, HOUR)],
         Turn(Urgency.TODAY, NOW + DAY, touch(TouchKind.CLAIMED, HOUR), None)),
        (HELD, [], [], Turn(Urgency.TODAY, NOW + DAY)),
        (LEAD, [], [OLD_STEP, STEP], Turn(Urgency.OVERDUE, OLD_STEP.at, OLD_STEP)),
        (LEAD, [], [touch(TouchKind.SKIPPED, HOUR, reason="no-consent")], Turn(Urgency.WAITING)),
        (LEAD, [], [OLD_STEP, touch(TouchKind.CLAIMED, DAY), STEP], Turn(Urgency.TODAY, STEP.at, STEP)),
        (LEAD, [row(DueKind.STEP, "b", DAY), row(DueKind.STEP, "a", DAY), row(DueKind.STEP, "0", 2 * DAY)], [],
         Turn(Urgency.WAITING, NOW + DAY, None, row(DueKind.STEP, "a", DAY))),
        (LOST, [row(DueKind.CLAIM, "asked", HOUR)], [ASKED],
         Turn(Urgency.WAITING, NOW + HOUR, None, row(DueKind.CLAIM, "asked", HOUR))),
        (LOST, [row(DueKind.TASK, "asked", HOUR)], [ASKED],
         Turn(Urgency.TODAY, ASKED.at, ASKED, row(DueKind.TASK, "asked", HOUR))),
        (ANSWERED, [], [STEP], Turn(Urgency.TODAY, STEP.at, STEP)),
        (LEAD, [row(DueKind.TASK, "outcome", 2 * HOUR), row(DueKind.CLAIM, "asked", HOUR)], [OUTCOME, ASKED],
         Turn(Urgency.TODAY, NOW + HOUR, ASKED, row(DueKind.CLAIM, "asked", HOUR))),
    ],
)  # fmt: skip
def test_a_turn_says_what_it_is_about(lead: Lead, rows: list[Due], touches: list[Touch], turn: Turn) -> None:
    assert turn_of(lead, rows, touches, now=NOW, tonight=TONIGHT) == turn


@pytest.mark.parametrize(
    ("lead", "due", "urgency"),
    [
        (LEAD, row(DueKind.TASK, "asked", DAY), Urgency.OVERDUE),
        (HELD, row(DueKind.TASK, "asked", DAY), Urgency.TODAY),  # somebody has it now
        (LEAD, row(DueKind.TASK, "fact", 2 * DAY), Urgency.COMING),
    ],
)
def test_what_was_passed_on_is_overdue_if_it_was_due(lead: Lead, due: Due, urgency: Urgency) -> None:
    asked = [touch(TouchKind.ASKED, HOUR), FACT]
    passed_on = touch(TouchKind.ESCALATED, HOUR)  # in the same moment, after it

    assert turn_of(lead, [due], [*asked, passed_on], now=NOW, tonight=TONIGHT).urgency is urgency


@pytest.mark.parametrize(
    ("handed", "urgency"), [(8, Urgency.TODAY), (10, Urgency.TODAY), (10.1, Urgency.OVERDUE), (19, Urgency.OVERDUE)]
)
def test_a_step_is_todays_by_the_day_of_who_works(handed: float, urgency: Urgency) -> None:
    tonight = NOW + 14 * HOUR  # ten in the morning, though another date by UTC begins within the same day of work

    found = turn_of(LEAD, [], [touch(TouchKind.SKIPPED, handed * HOUR, reason=HANDED)], now=NOW, tonight=tonight)

    assert found.urgency is urgency
