"""What an enrolment looks like once a step is behind it, and which enrolment a due row names."""

from __future__ import annotations

from dataclasses import replace

from tests.rules.examples import COURSE, DAY, HOUR, MONDAY, enrolment, lead

from leadlight.model.sequence import Wait, WaitUnit
from leadlight.rules.steps import gone, named_by, step_ref

TUESDAY = MONDAY + DAY


def test_after_a_step_the_next_one_waits_from_then_on() -> None:
    hurried = enrolment(wait=Wait(1, WaitUnit.DAYS))

    assert gone(hurried, COURSE, "01", TUESDAY) == replace(
        hurried, next_step="02", last_at=TUESDAY, done=("01",), wait=None
    )


def test_after_the_last_step_nothing_comes() -> None:
    assert gone(enrolment(next_step="03", done=("01", "02")), COURSE, "03", TUESDAY).next_step is None


def test_a_step_counts_as_done_once() -> None:
    assert gone(enrolment(done=("01",)), COURSE, "01", TUESDAY).done == ("01",)


def test_after_a_step_that_the_sequence_no_longer_has_the_first_that_is_not_done_comes() -> None:
    assert gone(enrolment(next_step="00", done=("01",)), COURSE, "00", TUESDAY).next_step == "02"


def test_a_step_that_the_plan_has_passed_moves_nothing_back() -> None:
    passed = enrolment(next_step="02", last_at=TUESDAY)

    assert gone(passed, COURSE, "01", MONDAY) == replace(passed, done=("01",))


def test_a_due_row_names_its_enrolment_its_version_and_its_step() -> None:
    ours, other = enrolment(), enrolment("other")

    assert named_by(step_ref(ours, "01"), lead(enrolments=(other, ours))) == (ours, "v1", "01")


def test_a_row_of_an_enrolment_that_is_not_there_names_nothing() -> None:
    again = replace(enrolment(), started_at=MONDAY + HOUR)

    assert named_by(step_ref(again, "01"), lead(enrolments=(enrolment(),))) is None
    assert named_by(step_ref(enrolment(), "01"), lead(enrolments=(enrolment("other"),))) is None
