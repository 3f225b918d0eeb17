"""Which step comes next, when it is planned and what it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from tests.rules.examples import COURSE, DAY, HOUR, MONDAY, OFFICE, enrolment, lead, step

from leadlight.model.sequence import Channel, OpenHours, Wait, WaitUnit, Window
from leadlight.rules.steps import (
    behind,
    first_not_done,
    following,
    gone,
    hours_of,
    is_same,
    named_by,
    open_enrolments,
    planned_at,
    step_key,
    step_of,
    step_ref,
    with_enrolment,
)

FIRST, SECOND, THIRD = COURSE.steps
REF = "course@v1/20260105T100000/"


def test_a_step_is_found_by_its_name() -> None:
    assert step_of(COURSE, "02") == SECOND
    assert step_of(COURSE, "04") is None
    assert step_of(COURSE, None) is None


def test_the_step_after_the_last_is_none() -> None:
    assert [following(COURSE, each) for each in COURSE.steps] == [SECOND, THIRD, None]


@pytest.mark.parametrize(
    ("done", "goes_on"),
    [((), FIRST), (("00",), FIRST), (("01",), SECOND), (("02",), THIRD), (("02", "01"), THIRD), (("03",), None)],
)
def test_who_comes_from_another_version_goes_on_after_the_last_step_that_is_known(
    done: tuple[str, ...], goes_on: object
) -> None:
    assert first_not_done(COURSE, done) == goes_on


@pytest.mark.parametrize(
    ("at", "done", "past"),
    [("01", (), ()), ("03", (), ("01", "02")), ("03", ("02", "00"), ("02", "00", "01")), ("09", ("01",), ("01",))],
)
def test_what_is_done_or_was_passed_over_does_not_come_again(
    at: str, done: tuple[str, ...], past: tuple[str, ...]
) -> None:
    assert behind(enrolment(next_step=at, done=done), COURSE) == past


def test_over_a_finished_sequence_only_what_is_done_is_behind() -> None:
    assert behind(enrolment(next_step=None, done=("01",)), COURSE) == ("01",)


def test_a_mail_goes_by_its_readers_clock_and_a_task_by_the_teams() -> None:
    there = lead(zone="Asia/Kathmandu")

    assert hours_of(step("01"), there, OFFICE).zone == "Asia/Kathmandu"
    assert hours_of(step("01", channel=Channel.REP), there, OFFICE) == OFFICE


def test_a_step_is_planned_when_its_wait_is_over_and_its_window_opens() -> None:
    at_night = OpenHours((1,), time(20), time(22))

    assert planned_at(step("01", window=Window.ANY), enrolment(), OFFICE) == MONDAY + DAY
    assert planned_at(step("01", window=at_night), enrolment(), OFFICE) == MONDAY + DAY + 10 * HOUR
    assert planned_at(step("01", days=5, window=Window.WORKING_HOURS), enrolment(), OFFICE) == MONDAY + 7 * DAY - HOUR


def test_a_step_that_stands_where_another_was_left_out_comes_at_that_ones_wait() -> None:
    hurried = enrolment(wait=Wait(3, WaitUnit.HOURS), last_at=MONDAY + DAY)

    assert planned_at(step("01", window=Window.ANY), hurried, OFFICE) == MONDAY + DAY + 3 * HOUR


def test_a_step_that_is_not_the_next_moves_the_wait_on_and_nothing_else() -> None:
    later = enrolment(next_step="03", done=("02",), wait=Wait(1, WaitUnit.DAYS))

    assert gone(later, COURSE, "01", MONDAY + HOUR) == replace(later, done=("02", "01"), last_at=MONDAY + HOUR)


def test_the_last_step_of_a_version_that_is_gone_ends_the_sequence() -> None:
    assert gone(enrolment(next_step="09", done=("03",)), COURSE, "09", MONDAY).next_step is None


def test_a_due_row_names_sequence_version_start_and_step() -> None:
    assert step_ref(enrolment(), "02") == f"{REF}02"
    assert step_key(enrolment()) == f"step/{REF}01"
    assert step_key(enrolment(next_step=None)) == f"step/{REF}"


@pytest.mark.parametrize(
    ("ref", "version", "slug"),
    [(f"{REF}01", "v1", "01"), ("course@v9/20260105T100000/a", "v9", "a"), ("course@v@1/20260105T100000/a", None, "")],
)
def test_a_row_names_the_enrolment_whatever_its_version_is_now(ref: str, version: str | None, slug: str) -> None:
    ours = enrolment()

    assert named_by(ref, lead(enrolments=(enrolment("other"), ours))) == (version and (ours, version, slug))


def test_two_starts_of_one_sequence_are_two_and_two_versions_of_one_start_are_one() -> None:
    ours = enrolment()

    assert is_same(ours, replace(ours, version="v2", next_step="03"))
    assert not is_same(ours, replace(ours, started_at=MONDAY + HOUR))
    assert not is_same(ours, enrolment("other"))


def test_an_enrolment_takes_the_place_of_its_former_self_among_the_others() -> None:
    before, ours, after = enrolment("a"), enrolment(), enrolment("z", ended="over")
    moved = replace(ours, version="v2")

    found = with_enrolment(lead(enrolments=(before, ours, after)), moved)

    assert found.enrolments == (before, moved, after)
    assert open_enrolments(found) == (before, moved)


def test_the_step_after_the_one_that_went_out_comes_though_a_later_one_was_done_before() -> None:
    assert gone(enrolment(next_step="01", done=("03",)), COURSE, "01", MONDAY).next_step == "02"


def test_a_row_names_an_enrolment_of_a_sequence_in_a_folder() -> None:
    ours = enrolment("guides/course")

    assert named_by(step_ref(ours, "01"), lead(enrolments=(ours,))) == (ours, "v1", "01")
