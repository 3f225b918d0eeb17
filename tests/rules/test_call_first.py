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
ASKED, WAITED = MONDAY + 4 * HOUR, MONDAY + DAY + 4 * HOUR
"""When the call was asked for, and a working day after that: when the rep is reminded."""


def wished(wish: CallWish = NOW) -> Lead:
    """A lead whose first follow-up would come on Tuesday morning."""
    return with_call(lead(enrolments=(enrolment(),)), wish, OFFICE, ASKED)


def planned(lead: Lead, now: datetime = MONDAY) -> Due:
    (row,) = replan(lead, sequences={"v1": COURSE}, team=ALL_WEEK, now=now).due
    return row


def test_the_plan_waits_for_the_call_that_somebody_wants() -> None:
    assert patience(ASKED, OFFICE, ASKED) == WAITED
    assert planned(wished()).at == WAITED


def test_it_waits_from_the_time_that_they_have_named_for_the_call() -> None:
    later = CallWish(CallKind.AT, ASKED + 7 * DAY)

    assert planned(wished(later)).at == WAITED + 7 * DAY


def test_a_call_that_is_far_away_holds_up_nothing() -> None:
    far = CallWish(CallKind.AT, ASKED + 7 * DAY + HOUR)

    assert planned(wished(far)).at == MONDAY + DAY


def test_who_wants_no_call_is_written_to_as_planned() -> None:
    assert planned(with_call(lead(enrolments=(enrolment(),)), NO, OFFICE, MONDAY)).at == MONDAY + DAY


def test_who_takes_the_wish_back_hears_of_us_again() -> None:
    taken_back = with_call(wished(), NO, OFFICE, ASKED + HOUR)

    assert planned(taken_back, ASKED + HOUR).at == MONDAY + DAY


@pytest.mark.parametrize(
    ("outcome", "at"), [(Outcome(Objective.RELATE, True), ASKED + HOUR + DAY), (NOT_REACHED, MONDAY + DAY)]
)
def test_a_logged_call_lets_the_plan_go_on(outcome: Outcome, at: datetime) -> None:
    called = after_outcome(wished(), outcome, by="rita", team=TEAM, now=ASKED + HOUR)

    assert planned(called, ASKED + HOUR).at == at


def test_a_word_with_them_before_the_time_of_the_call_does_not() -> None:
    before = wished(CallWish(CallKind.AT, MONDAY + 2 * DAY))

    spoken = after_outcome(before, NOT_REACHED, by="rita", team=TEAM, now=MONDAY + DAY)

    assert spoken.call_first == before.call_first


@pytest.mark.parametrize(("by", "waits"), [("rita", False), (OPERATOR, False), (LEAD, True)])
def test_a_rep_may_let_the_plan_go_on_before(by: str, waits: bool) -> None:
    assert waits_for_call(resumed(wished(), by, ASKED + HOUR), ASKED + HOUR) is waits


def test_when_the_rep_is_reminded_of_it_the_plan_goes_on_by_itself() -> None:
    forgotten = wished()

    assert planned(forgotten, WAITED + HOUR).at == WAITED + HOUR
    assert resumed(forgotten, "rita", WAITED) == forgotten


def test_news_waits_for_the_call_as_well() -> None:
    assert put_off_until(wished(), f"{NEWS}page") == WAITED
