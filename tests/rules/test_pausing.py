"""Who may pause and resume a plan, and what that does to what was promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import DAY, HOUR, MONDAY, enrolment, lead

from leadlight.model.lead import Hold, Lead, Pause, StopReason
from leadlight.model.touch import Objective
from leadlight.rules.stop import LEAD, OPERATOR, paused, quiet_left, resumed, stopped, why_quiet, without_pauses

IN_TWO_WEEKS = MONDAY + 14 * DAY
HOLD = Hold("rita", Objective.START, MONDAY, MONDAY + 2 * DAY)
IN_A_COURSE = lead(enrolments=(enrolment(),))


def put_off(of: Lead) -> timedelta:
    return of.enrolments[0].put_off


def ends(of: Lead) -> dict[str, timedelta]:
    return {pause.by: pause.until - MONDAY for pause in of.pauses}


@pytest.mark.parametrize("by", [LEAD, OPERATOR, "rita"])
def test_a_pause_lasts_until_the_day_that_was_named(by: str) -> None:
    assert paused(IN_A_COURSE, by, IN_TWO_WEEKS, MONDAY).pauses == (Pause(by, MONDAY, IN_TWO_WEEKS),)


def test_the_leads_own_pause_puts_off_the_end_of_the_promise_and_nobody_elses_does() -> None:
    assert put_off(paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)) == 14 * DAY
    assert put_off(paused(IN_A_COURSE, "rita", IN_TWO_WEEKS, MONDAY)) == timedelta(0)


def test_time_of_a_pause_that_was_not_needed_is_taken_back() -> None:
    quiet = paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)

    early = resumed(quiet, LEAD, MONDAY + 4 * DAY + HOUR)

    assert (early.pauses, put_off(early)) == ((), 4 * DAY + HOUR)


def test_p14_pausing_and_going_on_all_the_time_puts_off_no_more_than_the_quiet_itself() -> None:
    tapping, second = IN_A_COURSE, timedelta(seconds=1)

    for tap in range(60):
        at = MONDAY + tap * 2 * second
        tapping = resumed(paused(tapping, LEAD, at + 14 * DAY, at), LEAD, at + second)

    assert put_off(tapping) == 60 * second


def test_a_pause_named_anew_counts_once() -> None:
    quiet = paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)

    longer = paused(quiet, LEAD, MONDAY + 20 * DAY, MONDAY + 2 * DAY)

    assert (ends(longer), put_off(longer)) == ({LEAD: 20 * DAY}, 20 * DAY)


@pytest.mark.parametrize(("later", "same"), [(HOUR, True), (-HOUR, True), (23 * HOUR, False), (-DAY, False)])
def test_the_same_pause_to_the_day_is_one(later: timedelta, same: bool) -> None:
    quiet = paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)

    assert (paused(quiet, LEAD, IN_TWO_WEEKS + later, MONDAY) == quiet) is same


@pytest.mark.parametrize(
    ("by", "left"),
    [
        (LEAD, {"rita": 2 * DAY, "olaf": 3 * DAY, OPERATOR: 4 * DAY}),
        ("rita", {LEAD: DAY, OPERATOR: 4 * DAY}),
        (OPERATOR, {}),
    ],
)
def test_each_lifts_what_is_its_own_reps_that_of_reps_and_the_operator_all(by: str, left: dict[str, timedelta]) -> None:
    quiet = IN_A_COURSE
    for days, whose in enumerate((LEAD, "rita", "olaf", OPERATOR), 1):
        quiet = paused(quiet, whose, MONDAY + days * DAY, MONDAY)

    assert ends(resumed(quiet, by, MONDAY + HOUR)) == left


@pytest.mark.parametrize(("lead_days", "rep_days", "latest"), [(30, 14, LEAD), (14, 30, "rita")])
def test_nothing_goes_out_before_the_latest_pause_is_over(lead_days: int, rep_days: int, latest: str) -> None:
    quiet = paused(IN_A_COURSE, "rita", MONDAY + rep_days * DAY, MONDAY)
    quiet = paused(quiet, LEAD, MONDAY + lead_days * DAY, MONDAY)

    assert why_quiet(quiet) == f"paused by {latest} until 2026-02-04 10:00 UTC"
    assert why_quiet(resumed(quiet, LEAD, MONDAY)) is not None
    assert put_off(quiet) == lead_days * DAY


@pytest.mark.parametrize("first", [LEAD, "rita"])
@pytest.mark.parametrize("at", [MONDAY + 10 * DAY, MONDAY + 30 * DAY])
def test_a_wait_stands_still_once_where_two_pauses_overlap(first: str, at: datetime) -> None:
    quiet = paused(IN_A_COURSE, "rita", MONDAY + 10 * DAY, MONDAY)
    quiet = paused(quiet, LEAD, MONDAY + 30 * DAY, MONDAY + 4 * DAY)
    second = "rita" if first == LEAD else LEAD

    over = without_pauses(without_pauses(quiet, [first], at), [second], at)

    assert over.enrolments[0].last_at == at
    assert put_off(over) == at - (MONDAY + 4 * DAY)


def test_a_lead_lifts_no_take_over() -> None:
    held = replace(paused(IN_A_COURSE, "rita", IN_TWO_WEEKS, MONDAY), hold=HOLD)

    assert resumed(held, LEAD, MONDAY) == held


@pytest.mark.parametrize("reason", StopReason)
def test_resuming_lifts_an_answers_stop_and_no_other(reason: StopReason) -> None:
    gone = replace(stopped(IN_A_COURSE, reason, MONDAY), hold=HOLD)

    again = resumed(gone, "rita", MONDAY)

    assert (again.hold, again.stops == ()) == (None, reason is StopReason.REPLIED)


def test_resuming_reopens_what_an_answer_had_ended_and_nothing_else() -> None:
    over = ("stopped: replied", "ends when the lead replies", "stopped: unsubscribed", "all steps are done")
    gone = lead(enrolments=tuple(enrolment(ended=why) for why in over))

    assert [e.ended for e in resumed(gone, "rita", MONDAY).enrolments] == [None, *over[1:]]


@given(st.integers(1, 400), st.integers(0, 9600), st.integers(1, 400))
def test_a_promise_is_put_off_by_no_more_than_the_days_of_quiet(first: int, hours: int, second: int) -> None:
    quiet = paused(IN_A_COURSE, LEAD, MONDAY + first * DAY, MONDAY)
    again = MONDAY + min(hours * HOUR, first * DAY)

    other = resumed(paused(quiet, LEAD, again + second * DAY, again), LEAD, again)

    assert put_off(other) == again - MONDAY


def test_a_sequence_that_begins_in_a_pause_is_put_off_by_what_is_left_of_it() -> None:
    assert quiet_left(paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY), MONDAY + 10 * DAY) == 4 * DAY
    assert quiet_left(paused(IN_A_COURSE, "rita", IN_TWO_WEEKS, MONDAY), MONDAY) == timedelta(0)
