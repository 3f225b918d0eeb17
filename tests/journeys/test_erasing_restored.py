"""P9 after a restore: what an older copy of the leads is worth, and who is erased again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.journeys import test_restore
from tests.journeys.test_erasing import BEN, BOTH, WORDS, gone, lived, stored
from tests.world import World

from leadlight.rights import erasing
from leadlight.rights.erasing import erase

copied = test_restore.copied


@BOTH
def test_p9_restored_leads_hold_only_what_no_key_opens_and_are_erased_again(
    world: World, copied: Callable[[], test_restore.Restore]
) -> None:
    lived(world)
    restore = copied()
    gone(world)
    after = restore()
    sealed = after.services.store.captures(world.id_of())[0].sealed

    assert world.services.keys.secrets([sealed.key_id]) == {}
    assert not [word for word in WORDS if word in stored(after)]
    assert erasing.erase_again(after.services).leads == 1
    assert after.services.store.lead(world.id_of()) is None
    assert erasing.erase_again(after.services).leads == 0
    after.jump("1 hour")
    after.browser().ask_for()
    assert after.lead().generation == 2


@BOTH
def test_who_was_erased_after_the_copy_was_made_and_came_before_it_is_new_after_a_restore(
    world: World, copied: Callable[[], test_restore.Restore]
) -> None:
    restore = copied()
    world.confirmed()
    gone(world)
    after = restore()

    erasing.erase_again(after.services)
    after.browser().ask_for()

    assert after.lead().generation == 2


@BOTH
@pytest.mark.parametrize("is_known", [True, False])
def test_a_form_that_comes_while_restored_leads_are_held_begins_anew(
    world: World, copied: Callable[[], test_restore.Restore], *, is_known: bool
) -> None:
    if is_known:
        world.confirmed()
    restore = copied()
    if not is_known:
        world.confirmed()
    gone(world)
    after = restore()
    after.jump("2 hours")
    after.browser().ask_for()

    assert erasing.erase_again(after.services) == erasing.Again(1, is_over=True)
    assert (after.lead().generation, len(after.services.store.captures(after.id_of()))) == (2, 1)


def test_who_is_to_be_erased_again_may_be_too_many_for_one_turn(
    world: World, copied: Callable[[], test_restore.Restore]
) -> None:
    world.confirmed()
    world.confirmed(address=BEN)
    restore = copied()
    gone(world)
    erase(world.services, world.id_of(BEN), how="test")
    after, turns = restore(), iter([True, False])

    first = erasing.erase_again(after.services, may_go_on=lambda: next(turns))

    assert first == erasing.Again(1, is_over=False)
    assert erasing.erase_again(after.services) == erasing.Again(1, is_over=True)


def test_who_has_begun_anew_before_a_restore_stays(world: World) -> None:
    world.confirmed()
    gone(world)
    world.confirmed()

    assert erasing.erase_again(world.services).leads == 0
    assert world.lead().generation == 2
