"""Where a lead goes on when its sequence has a new version that takes it over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import COURSE, DAY, MONDAY, PROMISE, enrolment, step

from leadlight.model.sequence import Migrate, Sequence, Step, Wait, WaitUnit
from leadlight.rules.planning import migrated
from leadlight.rules.steps import behind, gone


def said(slug: str) -> Step:
    """A step with words of its own."""
    return replace(step(slug), subject=slug, body=f"This is {slug}.")


OLD = replace(COURSE, steps=tuple(said(slug) for slug in ("01", "02", "03")))


def new(*steps: Step, migrate: Migrate = Migrate.MOVE) -> Sequence:
    return Sequence("course", "v2", steps, migrate=migrate)


@pytest.mark.parametrize(
    ("now", "goes_on"),
    [
        (("01", "02", "03"), "02"),
        (("01", "new", "02"), "new"),
        (("new", "01", "02"), "02"),
        (("02", "01", "03"), "03"),
        (("02", "03"), "02"),
        (("new",), "new"),
        (("01",), None),
    ],
)
def test_it_goes_on_after_the_last_step_that_was_done(now: tuple[str, ...], goes_on: str | None) -> None:
    at_two = enrolment(next_step="02", done=("01",))

    assert migrated(at_two, OLD, new(*map(said, now))).next_step == goes_on


def test_a_step_with_a_new_name_and_the_old_words_is_done() -> None:
    renamed = replace(said("01"), slug="01-hello")

    moved = migrated(enrolment(next_step="02", done=("01",)), OLD, new(renamed, said("02")))

    assert (moved.next_step, moved.done) == ("02", ("01", "01-hello"))


def test_a_step_that_was_there_before_is_not_done_because_another_says_the_same() -> None:
    alike = [replace(said(slug), subject="Call", body="Call them.") for slug in ("01", "03")]
    old = replace(COURSE, steps=(alike[0], said("02"), alike[1]))

    moved = migrated(enrolment(next_step="02", done=("01",)), old, new(alike[0], said("02"), alike[1]))

    assert (moved.next_step, moved.done) == ("02", ("01",))


def test_the_old_promise_binds_in_the_new_version() -> None:
    moved = migrated(enrolment(next_step="02", done=("01",), mails_sent=1), OLD, new(said("02")))

    assert (moved.version, moved.promise, moved.mails_sent, moved.last_at) == ("v2", PROMISE, 1, MONDAY)


def test_a_version_that_stops_ends_it_and_says_so() -> None:
    assert migrated(enrolment(), OLD, new(migrate=Migrate.STOP)).ended == "a new version has ended it"


def test_a_wait_that_a_jump_has_set_holds_for_the_step_it_was_set_for() -> None:
    jumped = enrolment(next_step="03", done=("01", "02"), wait=Wait(1, WaitUnit.HOURS))

    assert migrated(jumped, OLD, new(*map(said, ("01", "02", "03")))).wait == jumped.wait
    assert migrated(jumped, OLD, new(*map(said, ("01", "02", "new", "03")))).wait is None


SLUGS = st.lists(st.sampled_from(["01", "02", "03", "04", "05"]), unique=True, min_size=1)


@given(SLUGS, SLUGS, st.data())
def test_nothing_that_is_behind_ever_comes_again(old: list[str], now: list[str], data: st.DataObject) -> None:
    sequence = replace(OLD, steps=tuple(map(said, old)))
    at = data.draw(st.sampled_from(old))
    before = enrolment(next_step=at)
    passed = behind(before, sequence)

    moved = migrated(before, sequence, new(*map(said, now)))
    seen: list[str] = []
    while moved.next_step:
        seen.append(moved.next_step)
        moved = gone(moved, new(*map(said, now)), moved.next_step, MONDAY)

    assert not set(seen) & set(passed)
    assert seen == [slug for slug in now if slug in seen]
    assert len(seen) == len(set(seen))


def test_what_was_on_its_way_when_it_moved_counts_as_done() -> None:
    moved = migrated(enrolment(next_step="02", done=("01",)), OLD, new(*map(said, ("01", "new", "02", "03"))))

    settled = gone(moved, new(*map(said, ("01", "new", "02", "03"))), "02", MONDAY + DAY)

    assert (settled.next_step, settled.done, settled.last_at) == ("new", ("01", "02"), MONDAY + DAY)
