"""An erasure that is cut off anywhere, or meets somebody else's work, comes to the same end (P9, P12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.journeys.test_erasing import at_rest
from tests.world import ANNA, MAIL, World

from leadlight import figures
from leadlight.model.touch import TouchKind
from leadlight.ports import Services
from leadlight.retention import keep_no_longer
from leadlight.rights.erasing import begin, erase

BOTH = pytest.mark.grounds("local", "prompt")


class Dies(Exception):
    """The machine is off."""


class Mortal:
    """A part that dies before or after its n-th call that changes something, counted over all parts."""

    CHANGES = frozenset(
        {
            "commit",
            "erase",
            "keep_past",
            "rekey_figures",
            "keep_figures",
            "shred",
            "raise_note",
            "scrub",
            "drop",
            "publish",
        }
    )

    def __init__(self, part: object, left: list[int], *, after: bool) -> None:
        self._part, self._left, self._after = part, left, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._part, name)
        if name not in self.CHANGES:
            return call

        def guarded(*args: Any, **options: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] == 0 and not self._after:
                raise Dies
            try:
                return call(*args, **options)
            finally:
                if self._left[0] == 0:
                    raise Dies

        return guarded


def mortal(services: Services, call: int, *, after: bool) -> Services:
    left = [call]
    parts = {
        name: Mortal(getattr(services, name), left, after=after) for name in ("store", "keys", "mailer", "inbox", "bus")
    }
    return replace(services, **parts)  # type: ignore[arg-type]  # they pass everything on


@pytest.mark.parametrize("after", [False, True])
def test_p12_an_erasure_whose_worker_dies_at_any_call_is_finished_by_the_next(world: World, *, after: bool) -> None:
    died, call = 0, 0
    while died == call:
        call += 1
        address = f"anna.{call}.{after}@example.com"
        world.confirmed(address=address, name=f"Anna Number{call}")
        before = world.services.store.totals()
        try:
            erase(mortal(world.services, call, after=after), world.id_of(address), how="test")
        except Dies:
            died += 1
        world.settle()
        erase(world.services, world.id_of(address), how="test")

        assert world.services.store.lead(world.id_of(address)) is None
        assert not world.services.store.due_of(world.id_of(address))
        assert world.services.store.totals() == before
        assert world.mails(address) == []
        assert f"Anna Number{call}".encode() not in at_rest(world.data)

    assert died >= 12


def meeting(services: Services, form: Callable[[], None], part: str = "keys", call: str = "shred") -> Services:
    """At the first such call, by default while keys are shredded, somebody sends a form."""
    met, left = getattr(services, part), [form]

    class Meeting:
        def __getattr__(self, name: str) -> Any:
            return self.called if name == call else getattr(met, name)

        def called(self, *args: Any) -> Any:
            found = getattr(met, call)(*args)
            if left:
                left.pop()()
            return found

    return replace(services, **{part: Meeting()})  # type: ignore[arg-type]  # as above


def sends_a_form(world: World, address: str = ANNA, **values: object) -> None:
    assert world.browser().ask_for(address=address, **values).status == 202


@BOTH
def test_a_form_that_comes_in_the_midst_of_an_erasure_begins_a_new_life(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    assert begin(world.services, world.id_of(), how="test")
    world.jump("1 minute")
    erase(meeting(world.services, lambda: sends_a_form(world, name="Anna New")), world.id_of(), how="test")
    lead, captures = world.lead(), world.services.store.captures(world.id_of())
    world.settle()

    assert (lead.generation, lead.stops, lead.confirmed_at, len(captures)) == (2, (), None, 1)
    reader = world.browser()
    assert reader.post(world.mail(ANNA, "Your link").link("/confirm")).status == 303
    assert reader.get(f"/api/content/{MAIL}").status == 200
    assert world.lead().confirmed == (captures[0].id,)
    assert [touch.facts["capture"] for touch in world.touches(TouchKind.CAPTURED)] == [captures[0].id]
    world.settle()
    assert figures.rebuild(world.services).changed == 0


@BOTH
def test_a_form_that_was_on_its_way_when_an_erasure_began_begins_anew(world: World) -> None:
    world.confirmed()

    erase(meeting(world.services, lambda: sends_a_form(world)), world.id_of(), how="test")
    world.settle()

    assert (world.lead().generation, len(world.services.store.captures(world.id_of()))) == (2, 1)
    assert world.mail(ANNA).link("/confirm")


def test_who_comes_back_while_retention_looks_at_them_begins_anew(world: World) -> None:
    world.confirmed()
    world.clock.move_to(world.clock.now() + timedelta(days=1500))

    keep_no_longer(meeting(world.services, lambda: sends_a_form(world), "store", "due_of"))
    world.settle()

    assert world.lead().generation == 2


def test_p12_a_form_outlives_an_erasure_whose_worker_dies_at_any_call(world: World) -> None:
    died, call = 0, 0
    world.lift_budgets()
    while died == call:
        call += 1
        address = f"anna.{call}@example.com"
        sends_a_form(world, address, name=f"Anna Number{call}")
        begin(world.services, world.id_of(address), how="test")
        world.jump("1 minute")
        services = meeting(world.services, lambda at=address: sends_a_form(world, at))  # type: ignore[misc]  # a default binds it
        sends_a_form(world, address)
        try:
            erase(mortal(services, call, after=True), world.id_of(address), how="test")
        except Dies:
            died += 1
        world.settle()

        assert (world.lead(address).generation, world.lead(address).stops) == (2, ())
        assert len(world.touches(TouchKind.CAPTURED, address)) in {1, 2}
        assert len(world.mails(address)) == len(world.services.store.captures(world.id_of(address)))
        assert f"Anna Number{call}".encode() not in at_rest(world.data)

    world.settle()
    rebuilt = figures.rebuild(world.services)
    assert (rebuilt.changed, rebuilt.off) == (0, 0)
    assert died >= 10


def test_who_counts_a_lead_for_the_first_time_while_it_is_erased_counts_it_once(world: World) -> None:
    world.browser().ask_for()
    store, lead_id = world.services.store, world.id_of()
    read: list[str] = []

    class Store:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def touches(self, of: Any) -> Any:
            found = store.touches(of)
            if of not in read:
                read.append(of)
                erase(world.services, lead_id, how="test")
            return found

    late = replace(world.services, store=Store())  # type: ignore[arg-type]  # as above
    figures.roll_up(late, lead_id, figures.gates_now(late))

    assert read == [lead_id]
    assert set(store.totals().values()) == {1}
    assert figures.rebuild(world.services).changed == 0
