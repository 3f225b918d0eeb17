"""Who asks for a call is not to be written to by itself before somebody has called; but nobody waits for ever."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.rules.examples import ALL_WEEK, COURSE, DAY, HOUR, MONDAY, OFFICE, TEAM, enrolment, lead

from leadlight.model.due import Due
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.calls import patience, with_call
from leadlight.rules.news import NEWS, put_off_until
from leadlight.rules.outcome import Outcome, after_outcome
from leadlight.rules.planning import replan
from leadlight.rules.stop import LEAD, OPERATOR, resumed, waits_for_call

NOW, NO = CallWish(CallKind.NOW), CallWish(CallKind.NO)
NOT_REACHED = Outcome(Objective.START, False, WhyNot.NOT_REACHED)
THURSDAY = MONDAY + 3 * DAY
"""One working day and two more after it was asked for."""


def wished(wish: CallWish = NOW) -> Lead:
    """A lead whose first follow-up would come on Tuesday."""
    return with_call(lead(enrolments=(enrolment(),)), wish, OFFICE, MONDAY)


def planned(lead: Lead, now: datetime = MONDAY) -> Due:
    (row,) = replan(lead, sequences={"v1": COURSE}, team=ALL_WEEK, now=now).due
    return row


def test_the_plan_waits_for_the_call_that_somebody_wants() -> None:
    assert patience(MONDAY, OFFICE) == THURSDAY
    assert planned(wished()).at == THURSDAY


def test_it_waits_from_the_time_that_they_have_named_for_the_call() -> None:
    later = CallWish(CallKind.AT, MONDAY + 7 * DAY)

    assert planned(wished(later)).at == THURSDAY + 7 * DAY


def test_who_wants_no_call_is_written_to_as_planned() -> None:
    assert planned(with_call(lead(enrolments=(enrolment(),)), NO, OFFICE, MONDAY)).at == MONDAY + DAY


def test_who_takes_the_wish_back_hears_of_us_again() -> None:
    taken_back = with_call(wished(), NO, OFFICE, MONDAY + 2 * DAY)

    assert planned(taken_back, MONDAY + 2 * DAY).at == MONDAY + 2 * DAY


@pytest.mark.parametrize(("outcome", "at"), [(Outcome(Objective.RELATE, True), 3), (NOT_REACHED, 2)])
def test_a_logged_call_lets_the_plan_go_on(outcome: Outcome, at: int) -> None:
    called = after_outcome(wished(), outcome, by="rita", team=TEAM, now=MONDAY + 2 * DAY)

    assert planned(called, MONDAY + 2 * DAY).at == MONDAY + at * DAY


def test_a_word_with_them_before_the_time_of_the_call_does_not() -> None:
    before = wished(CallWish(CallKind.AT, MONDAY + 2 * DAY))

    spoken = after_outcome(before, NOT_REACHED, by="rita", team=TEAM, now=MONDAY + DAY)

    assert spoken.call_first == before.call_first


@pytest.mark.parametrize(("by", "waits"), [("rita", False), (OPERATOR, False), (LEAD, True)])
def test_a_rep_may_let_the_plan_go_on_before(by: str, waits: bool) -> None:
    assert waits_for_call(resumed(wished(), by, MONDAY + HOUR), MONDAY + HOUR) is waits


def test_after_the_second_reminder_of_it_the_plan_goes_on_by_itself() -> None:
    forgotten = wished()

    assert planned(forgotten, THURSDAY + HOUR).at == THURSDAY + HOUR
    assert resumed(forgotten, "rita", THURSDAY) == forgotten


def test_news_waits_for_the_call_as_well() -> None:
    assert put_off_until(wished(), f"{NEWS}page") == THURSDAY
