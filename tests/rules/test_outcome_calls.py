"""When a logged outcome meets a wish for a call, and whose hold a next step begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.rules.examples import DAY, MONDAY, TEAM, enrolment, lead

from leadlight.model.lead import Hold, Lead, StopReason
from leadlight.model.person import CallKind, CallWish
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.outcome import Outcome, after_outcome, hold_until

SPOKEN = Outcome(Objective.START, True)


def logged(before: Lead, outcome: Outcome) -> Lead:
    return after_outcome(before, outcome, by="rita", team=TEAM, now=MONDAY)


@pytest.mark.parametrize("at", [None, MONDAY - DAY, MONDAY])
def test_who_was_spoken_to_wants_no_call_any_more(at: datetime | None) -> None:
    assert logged(lead(call=CallWish(CallKind.AT, at)), SPOKEN).call is None


def test_a_call_for_later_is_still_wanted() -> None:
    wish = CallWish(CallKind.AT, MONDAY + DAY)

    assert logged(lead(call=wish), SPOKEN).call == wish


def test_who_was_not_reached_still_wants_the_call() -> None:
    wish = CallWish(CallKind.NOW, None)

    assert logged(lead(call=wish), Outcome(Objective.START, False, WhyNot.NOT_REACHED)).call == wish


def test_a_refusal_of_calls_stands_whatever_is_logged() -> None:
    refusal = CallWish(CallKind.NO, None)

    assert logged(lead(call=refusal), SPOKEN).call == refusal


def test_a_next_step_is_held_by_who_logged_it_for_what_was_logged() -> None:
    after = logged(lead(), Outcome(Objective.ADVANCE, True, next_at=MONDAY + DAY))

    assert after.hold is not None
    assert after.hold == Hold("rita", Objective.ADVANCE, MONDAY, after.hold.until)


def test_who_has_no_need_is_disqualified_from_that_moment() -> None:
    (stop,) = logged(lead(), Outcome(Objective.CLOSE, False, WhyNot.NO_NEED)).stops

    assert (stop.reason, stop.at) == (StopReason.DISQUALIFIED, MONDAY)


@pytest.mark.parametrize(
    ("outcome", "since"),
    [(SPOKEN, 2), (Outcome(Objective.START, False, WhyNot.NOT_REACHED), 0)],
    ids=["talk", "no talk"],
)
def test_after_a_talk_the_next_step_waits_anew(outcome: Outcome, since: int) -> None:
    before = lead(enrolments=(enrolment(), enrolment("other", last_at=MONDAY + 3 * DAY)))

    after = after_outcome(before, outcome, by="rita", team=TEAM, now=MONDAY + since * DAY)

    assert [each.last_at for each in after.enrolments] == [MONDAY + since * DAY, MONDAY + 3 * DAY]


def test_what_is_achieved_is_kept_beside_what_was_achieved_before() -> None:
    before = lead(achieved=(Objective.START, Objective.ADVANCE))

    assert logged(before, Outcome(Objective.CLOSE, True)).achieved == (*before.achieved, Objective.CLOSE)
    assert logged(before, SPOKEN).achieved == before.achieved
    assert logged(before, Outcome(Objective.CLOSE, False, WhyNot.WRONG_TIME)).achieved == before.achieved


def test_a_hold_lasts_for_the_teams_working_hours_or_for_days() -> None:
    assert hold_until(MONDAY, replace(TEAM, hold=Wait(8, WaitUnit.HOURS))) == MONDAY + DAY
    assert hold_until(MONDAY, replace(TEAM, hold=Wait(1, WaitUnit.WEEKS))) == MONDAY + 7 * DAY


def test_without_a_next_step_nobody_holds_the_lead_any_more() -> None:
    held = lead(hold=Hold("olaf", Objective.START, MONDAY, MONDAY + DAY))

    assert logged(held, SPOKEN).hold is None
