"""An erasure that is cut off anywhere, or meets somebody else's work, comes to the same end (P9, P12)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.journeys.test_erasing import at_rest
from tests.world import World

from leadlight import figures
from leadlight.ports import Services
from leadlight.rights.erasing import erase


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
            answer = call(*args, **options)
            if self._left[0] == 0:
                raise Dies
            return answer

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


def test_a_form_that_comes_in_the_midst_of_an_erasure_is_erased_with_the_rest(world: World) -> None:
    world.confirmed()
    shred = world.services.keys.shred
    came: list[int] = []

    class Keys:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.services.keys, name)

        def shred(self, key_ids: Any) -> None:
            shred(key_ids)
            if not came:
                came.append(world.browser().ask_for().status)

    erase(replace(world.services, keys=Keys()), world.id_of(), how="test")  # type: ignore[arg-type]  # as above

    assert came == [202]
    assert world.services.store.lead(world.id_of()) is None
    assert not world.services.store.captures(world.id_of())
    assert not world.services.store.due_of(world.id_of())


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
