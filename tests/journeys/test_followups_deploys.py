"""Leads on their way while the content changes: pinned, moved on or stopped; promised before, and never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.journeys.deploys import course_of, deploy
from tests.world import ANNA, HOUR, World

from leadlight.handlers import on_due
from leadlight.ledger import LEASE
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.sequence import Channel, Migrate, Sequence, Step
from leadlight.model.touch import TouchKind
from leadlight.ports import Store

ALL = pytest.mark.grounds("local", "prompt", "hostile", "tick")
BOTH = pytest.mark.grounds("local", "prompt")


def newer(course: Sequence, *steps: Step, migrate: Migrate = Migrate.MOVE) -> Sequence:
    return replace(course, version="a-newer-version", steps=steps or course.steps, migrate=migrate)


def extra(course: Sequence, slug: str, **other: object) -> Step:
    """One more mail, with words of its own."""
    return replace(course.steps[0], slug=slug, subject=slug.title(), body=f"About {slug}.", **other)  # type: ignore[arg-type]  # named


def step_row(world: World) -> Due:
    return next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP)


def ended(world: World) -> list[str]:
    return [touch.facts["reason"] for touch in world.touches(TouchKind.ENDED)]


def test_a_lead_on_its_way_finishes_what_it_has_begun(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    course = course_of(world)

    deploy(world, newer(course, course.steps[0], extra(course, "more"), migrate=Migrate.FINISH))
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


@ALL
def test_a_lead_that_moves_on_gets_the_new_steps_and_none_of_the_old_again(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    first, second, call, _ = course_of(world).steps

    deploy(world, newer(course_of(world), first, extra(course_of(world), "new"), second, call))
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "New", "Second"]
    assert world.lead().enrolments[0].version == "a-newer-version"
    assert ended(world) == ["all steps are done"]


def test_a_new_version_may_end_the_older_ones(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    deploy(world, newer(course_of(world), migrate=Migrate.STOP))
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello"]
    assert ended(world) == ["a new version has ended it"]
    assert [row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP] == []


def test_back_and_forth_between_versions_sends_everything_once(world: World) -> None:
    old = replace(course_of(world), migrate=Migrate.MOVE, version="an-old-version")
    deploy(world, old, gates={"guides/mail": "course"})
    world.confirmed()
    world.advance("1 day")

    deploy(world, newer(old, *old.steps[:3], extra(old, "more")))
    on_due.handle(world.services, step_row(world))
    world.jump("2 days")
    world.settle()
    deploy(world, old)
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


@BOTH
def test_p14_steps_and_calls_that_a_deploy_adds_are_not_sent_to_whom_they_were_not_promised(world: World) -> None:
    course = replace(course_of(world), version="mails-only", steps=course_of(world).steps[:2])
    deploy(world, course, gates={"guides/mail": "course"})
    world.confirmed()
    world.advance("1 day")
    calls = extra(course, "call", channel=Channel.REP)

    deploy(world, newer(course, *course.steps, calls, *(extra(course, f"more{n}") for n in range(3))))
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "Second"]
    reasons = {touch.facts["reason"] for touch in world.touches(TouchKind.SKIPPED)}
    assert reasons == {"no call was promised", "the promise of 2 mails is used up"}


def test_p14_a_new_version_with_another_purpose_takes_nobody_along(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    deploy(world, replace(newer(course_of(world)), purpose="to sell a car"))
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello"]
    assert ended(world) == ["its purpose is not the one that was agreed to"]


class Beside:
    """A store beside which somebody else acts right before each claim, once."""

    def __init__(self, store: object, act: object) -> None:
        self._store, self._act = store, act

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def claim(self, due: Due, **other: object) -> LedgerEntry:
        act, self._act = self._act, lambda: None
        act()  # type: ignore[operator]  # a function
        return self._store.claim(due, **other)  # type: ignore[attr-defined]  # a store


@BOTH
def test_of_a_worker_that_sends_and_one_that_moves_the_lead_on_only_one_comes_through(world: World) -> None:
    world.confirmed()
    world.clock.move_to(step_row(world).at)
    row, old = step_row(world), world.services
    course = course_of(world)
    deploy(world, newer(course))
    moving = world.services

    beside = Beside(old.store, lambda: on_due.handle(moving, row))
    on_due.handle(replace(old, store=beside), row)  # type: ignore[arg-type]  # a store but for one method
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


@BOTH
def test_p3_a_held_lead_is_not_moved_on_for_that_would_take_a_claim(world: World) -> None:
    world.confirmed()
    world.clock.move_to(step_row(world).at)
    row, course = step_row(world), course_of(world)
    world.taken()
    world.services.store.commit(Change(lead=world.lead(), due=(row,)))  # as put off by a cap: its plan's time has come
    deploy(world, newer(course))

    on_due.handle(world.services, row)

    assert [entry.key for entry in world.services.store.ledger(world.id_of()) if "/step/" in entry.key] == []
    assert row.key not in [due.key for due in world.services.store.due_of(world.id_of())]


class Interrupted:
    """A store beside which another worker claims a row right after it was read."""

    def __init__(self, store: Store, row: Due) -> None:
        self._store, self._row = store, row

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def dossier(self, due: Due) -> Dossier | None:
        read, at = self._store.dossier(due), self._row.at
        if read and read.entry is None:
            claim = {"lead": read.lead, "owner": "slow", "now": at, "lease_until": at + LEASE, "may_repeat": False}
            self._store.claim(self._row, **claim)  # type: ignore[arg-type]  # as named
        return read


@BOTH
def test_a_lead_is_not_moved_on_while_another_worker_is_at_its_step(world: World) -> None:
    world.confirmed()
    world.clock.move_to(step_row(world).at)
    row, course = step_row(world), course_of(world)
    deploy(world, newer(course))

    on_due.handle(replace(world.services, store=Interrupted(world.services.store, row)), row)  # type: ignore[arg-type]  # a store but for one method

    assert (step_row(world), world.lead().enrolments[0].version) == (row, course.version)


def test_what_was_being_sent_when_the_lead_was_to_move_is_settled_and_not_sent_again(world: World) -> None:
    world.confirmed()
    world.clock.move_to(step_row(world).at)
    row, good = step_row(world), world.services
    course = course_of(world)

    class Slow:
        reports_later = False

        def send(self, message: object, *, tag: str) -> str:
            deploy(world, newer(course, *course.steps[:2], extra(course, "more")))
            on_due.handle(world.services, row)  # the other worker comes by while we are sending
            return good.mailer.send(message, tag=tag)  # type: ignore[arg-type]  # a message

        def was_sent(self, tag: str) -> bool | None:
            return good.mailer.was_sent(tag)

    on_due.handle(good.with_mailer(Slow()), row)
    assert world.lead().enrolments[0].done == ("01-hello",)
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "More"]


def test_a_dead_workers_step_is_settled_under_its_old_name_before_the_lead_moves_on(world: World) -> None:
    world.confirmed()
    world.clock.move_to(step_row(world).at)
    row, store = step_row(world), world.services.store
    lead = world.lead()
    store.claim(row, lead=lead, owner="dead", now=row.at, lease_until=row.at + HOUR / 20, may_repeat=False)

    deploy(world, newer(course_of(world)))
    world.jump("5 minutes")
    world.settle()
    world.advance("3 weeks")

    (entry,) = [e for e in store.ledger(lead.id) if e.key == row.ledger_key]
    assert entry.state in {LedgerState.SENT, LedgerState.PARKED}
    assert len(set(world.follow_ups(ANNA))) == len(world.follow_ups(ANNA))
    assert world.follow_ups()[-2:] == ["Second", "Fourth"]


def test_an_outage_over_the_promised_span_ends_the_plan_and_says_so(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    world.jump("40 days")
    world.advance("30 days")

    assert world.follow_ups() == ["First: hello"]
    assert ended(world)[0].startswith("the promise of ")
