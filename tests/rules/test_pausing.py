"""Who may pause and resume a plan, and what that does to what was promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import DAY, HOUR, MONDAY, enrolment, lead

from leadlight.model.lead import Hold, Pause, StopReason
from leadlight.model.touch import Objective
from leadlight.rules.stop import LEAD, OPERATOR, days_left, paused, resumed, stopped

IN_TWO_WEEKS = MONDAY + 14 * DAY
HOLD = Hold("rita", Objective.START, MONDAY, MONDAY + 2 * DAY)
IN_A_COURSE = lead(enrolments=(enrolment(),))


def extra_days(of: object) -> int:
    return of.enrolments[0].extra_days  # type: ignore[attr-defined]  # a lead


@pytest.mark.parametrize("by", [LEAD, OPERATOR, "rita"])
def test_a_pause_lasts_until_the_day_that_was_named(by: str) -> None:
    assert paused(IN_A_COURSE, by, IN_TWO_WEEKS, MONDAY).pause == Pause(by, MONDAY, IN_TWO_WEEKS)


def test_the_leads_own_pause_puts_off_the_end_of_the_promise_and_nobody_elses_does() -> None:
    assert extra_days(paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)) == 14
    assert extra_days(paused(IN_A_COURSE, "rita", IN_TWO_WEEKS, MONDAY)) == 0


def test_days_of_a_pause_that_were_not_needed_are_taken_back() -> None:
    quiet = paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)

    early = resumed(quiet, LEAD, MONDAY + 4 * DAY + HOUR)

    assert (early.pause, extra_days(early)) == (None, 5)


def test_a_pause_named_anew_counts_once() -> None:
    quiet = paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)

    longer = paused(quiet, LEAD, MONDAY + 20 * DAY, MONDAY + 2 * DAY)

    assert extra_days(longer) == 20


def test_a_rep_neither_replaces_nor_lifts_the_pause_that_a_lead_asked_for() -> None:
    quiet = paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY)

    assert paused(quiet, "rita", MONDAY + DAY, MONDAY) == quiet
    assert resumed(quiet, "rita", MONDAY + DAY).pause == quiet.pause
    assert resumed(quiet, OPERATOR, MONDAY + DAY).pause is None


def test_a_lead_lifts_nothing_but_its_own_pause() -> None:
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

    assert timedelta(0) <= extra_days(other) * DAY - (again - MONDAY) < DAY


def test_a_sequence_that_begins_in_a_pause_is_put_off_by_what_is_left_of_it() -> None:
    assert days_left(paused(IN_A_COURSE, LEAD, IN_TWO_WEEKS, MONDAY), MONDAY + 10 * DAY) == 4
    assert days_left(paused(IN_A_COURSE, "rita", IN_TWO_WEEKS, MONDAY), MONDAY) == 0
