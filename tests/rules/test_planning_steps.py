"""When the next step of one enrolment is due, and which steps are left out."""

from __future__ import annotations

from tests.rules.examples import ALWAYS, COURSE, DAY, MONDAY, OFFICE, enrolment, lead, step

from leadlight.model.sequence import Sequence
from leadlight.model.touch import Objective
from leadlight.rules.planning import plan


def test_the_next_step_counts_from_the_one_before() -> None:
    planned = plan(lead(), enrolment(next_step="02", last_at=MONDAY), COURSE, hours=OFFICE, now=MONDAY)

    assert planned.due is not None
    assert planned.due.at == MONDAY + 2 * DAY


def test_a_step_whose_time_is_over_is_due_now_and_not_in_the_past() -> None:
    planned = plan(lead(), enrolment(), COURSE, hours=ALWAYS, now=MONDAY + 9 * DAY)

    assert planned.due is not None
    assert planned.due.at == MONDAY + 9 * DAY


def test_steps_whose_objective_is_achieved_are_left_out_and_named() -> None:
    planned = plan(lead(achieved=(Objective.START,)), enrolment(), COURSE, hours=ALWAYS, now=MONDAY)

    assert (planned.enrolment.next_step, planned.skipped) == ("02", ("01",))


def test_a_sequence_with_nothing_left_to_effect_is_over_and_says_so() -> None:
    only = Sequence("course", "v1", (step("01"),))

    planned = plan(lead(achieved=(Objective.START,)), enrolment(), only, hours=ALWAYS, now=MONDAY)

    assert planned.due is None
    assert planned.enrolment.ended == "all steps are done"
