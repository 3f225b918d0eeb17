"""Which rows stand for what somebody waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import DAY, MONDAY, TEAM, enrolment, lead

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Lead, Stop, StopReason
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.touch import Objective
from leadlight.rules.next_action import reminder
from leadlight.rules.waiting import (
    ANSWER,
    AT_ONCE,
    LAPSED,
    OUTCOME,
    ends_of_holds,
    ends_of_pauses,
    reminders,
    tasks,
    to_answer,
    unanswered,
)


def row(kind: DueKind, ref: str) -> Due:
    return Due(LeadId("anna"), 1, kind, ref, MONDAY)


HELD, PAUSED = row(DueKind.HOLD, "rita/1"), row(DueKind.HOLD, "pause/rita/2")
CALL, REPLY, STEP = row(DueKind.TASK, "call/3"), row(DueKind.TASK, "replied/4"), row(DueKind.STEP, "pause/replied/5")
ROWS = (HELD, PAUSED, CALL, REPLY, STEP)


def test_the_end_of_a_take_over_is_not_that_of_a_pause() -> None:
    assert ends_of_holds(ROWS) == (HELD.key,)
    assert ends_of_pauses(ROWS, ["rita"]) == (PAUSED.key,)
    assert ends_of_pauses(ROWS, ["lead"]) == ()


def test_tasks_are_what_a_rep_has_to_do() -> None:
    assert tasks(ROWS) == (CALL.key, REPLY.key)


def test_a_reminder_is_a_task_that_such_a_thing_has_set() -> None:
    assert reminders(ROWS, ANSWER) == (REPLY.key,)
    assert reminders(ROWS, "call/", ANSWER) == (CALL.key, REPLY.key)


def test_one_change_takes_away_no_more_than_it_has_room_for() -> None:
    many = [row(DueKind.TASK, f"{ANSWER}{number:02}") for number in range(AT_ONCE + 1)]

    assert tasks(many) == reminders(many, ANSWER) == tuple(each.key for each in many[:-1])


def test_an_answer_that_stopped_the_plan_is_to_be_read() -> None:
    stopped = lead(stops=(Stop(StopReason.REPLIED, MONDAY),))

    (due,) = to_answer(stopped, "replied/7", TEAM, MONDAY)

    assert (due.lead_id, due.kind) == (stopped.id, DueKind.TASK)
    assert due.at > MONDAY
    assert due.ref.endswith("replied/7")


@pytest.mark.parametrize(
    "other",
    [
        lead(),
        lead(stops=(Stop(StopReason.UNSUBSCRIBED, MONDAY), Stop(StopReason.REPLIED, MONDAY))),
        lead(
            stops=(Stop(StopReason.REPLIED, MONDAY),),
            hold=Hold("rita", Objective.START, MONDAY, MONDAY + DAY),
        ),
    ],
)
def test_nobody_is_reminded_of_who_is_taken_over_or_stopped_for_more(other: Lead) -> None:
    assert to_answer(other, "replied/7", TEAM, MONDAY) == ()


UNHAPPY = lead(enrolments=(enrolment(held=True),))
WANTED = lead(call=CallWish(CallKind.NOW))
GONE = (Stop(StopReason.UNSUBSCRIBED, MONDAY),)


@pytest.mark.parametrize(
    ("who", "rows", "answered"),
    [
        (UNHAPPY, (), True),
        (replace(UNHAPPY, stops=GONE), (), False),
        (WANTED, (), True),
        (replace(WANTED, stops=GONE), (), False),
        (lead(call=CallWish(CallKind.NO)), (), False),
        (WANTED, (row(DueKind.TASK, "call.wanted/9"),), False),
        (WANTED, ROWS, True),
        (UNHAPPY, (row(DueKind.TASK, "call.wanted/9"),), True),
    ],
)
def test_who_is_unhappy_or_wants_a_call_is_to_be_answered(who: Lead, rows: tuple[Due, ...], answered: bool) -> None:
    assert bool(to_answer(who, "x/7", TEAM, MONDAY, rows=rows)) is answered


def test_a_call_that_is_wanted_at_a_time_reminds_after_it() -> None:
    then = MONDAY + 3 * DAY

    (due,) = to_answer(lead(call=CallWish(CallKind.AT, then)), "x/7", TEAM, MONDAY)

    assert due.at == MONDAY + 4 * DAY


def test_an_answer_is_seen_to_with_all_that_it_has_left_open() -> None:
    rows = [row(DueKind.TASK, f"{begin}{n}") for n, begin in enumerate((ANSWER, LAPSED, OUTCOME, "call.wanted/"))]
    holding = lead(hold=Hold("rita", Objective.START, MONDAY, MONDAY + DAY))

    assert unanswered(lead(), rows) == tuple(each.key for each in rows[:3])
    assert unanswered(holding, rows) == tuple(each.key for each in rows[:2])


def test_the_reminder_of_an_answer_comes_on_the_next_working_day() -> None:
    stopped = lead(stops=(Stop(StopReason.REPLIED, MONDAY),))

    (due,) = to_answer(stopped, "replied/7", TEAM, MONDAY)

    assert due == reminder(stopped, "replied/7", TEAM.hours, MONDAY)
