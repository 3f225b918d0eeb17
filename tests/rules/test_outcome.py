"""What a logged outcome changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.rules.examples import DAY, MONDAY, TEAM, enrolment, lead

from leadlight.model.lead import Hold, Lead, Stage
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.outcome import Outcome, after_outcome, hold_until

HELD = lead(hold=Hold("rita", Objective.START, MONDAY, MONDAY + 2 * DAY))


def logged(outcome: Outcome) -> Lead:
    return after_outcome(HELD, outcome, by="rita", team=TEAM, now=MONDAY)


def test_an_achieved_objective_is_kept_once_and_ends_the_hold() -> None:
    twice = after_outcome(
        logged(Outcome(Objective.START, True)), Outcome(Objective.START, True), by="rita", team=TEAM, now=MONDAY
    )

    assert twice.achieved == (Objective.START,)
    assert twice.hold is None


@pytest.mark.parametrize("why", sorted(set(WhyNot) - {WhyNot.NO_NEED, WhyNot.LOST}))
def test_a_reason_that_may_pass_stops_nothing(why: WhyNot) -> None:
    after = logged(Outcome(Objective.START, False, why))

    assert (after.stops, after.achieved, after.hold) == ((), (), None)


@pytest.mark.parametrize(("why", "stage"), [(WhyNot.NO_NEED, Stage.DISQUALIFIED), (WhyNot.LOST, Stage.LOST)])
def test_no_need_and_lost_stop_for_good(why: WhyNot, stage: Stage) -> None:
    after = logged(Outcome(Objective.CLOSE, False, why, next_at=MONDAY + DAY))

    assert after.stage is stage
    assert after.stops
    assert after.hold is None


def test_a_next_step_holds_the_plan_until_some_time_after_it() -> None:
    after = logged(Outcome(Objective.START, True, next_at=MONDAY + DAY))

    assert after.hold is not None
    assert after.hold.until == MONDAY + 3 * DAY


def test_a_hold_may_be_counted_in_days() -> None:
    assert hold_until(MONDAY, replace(TEAM, hold=Wait(3, WaitUnit.DAYS))) == MONDAY + 3 * DAY


@pytest.mark.parametrize(
    ("why_not", "since"), [(None, MONDAY + DAY), (WhyNot.WRONG_TIME, MONDAY + DAY), (WhyNot.NOT_REACHED, MONDAY)]
)
def test_the_next_wait_counts_from_a_talk(why_not: WhyNot | None, since: datetime) -> None:
    in_course = lead(enrolments=(enrolment(),))
    spoke = Outcome(Objective.START, achieved=why_not is None, why_not=why_not)

    after = after_outcome(in_course, spoke, by="rita", team=TEAM, now=MONDAY + DAY)

    assert after.enrolments[0].last_at == since
