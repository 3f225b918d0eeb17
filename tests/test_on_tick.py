"""What the tick tells about being late: the alarm `overdue` looks at it."""

from __future__ import annotations

import pytest
from tests.world import World

from leadlight.handlers import measures, on_tick


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is counted from now on."""
    names: list[str] = []
    monkeypatch.setattr(measures, "count", lambda name, times=1: names.append(name))
    return names


def test_a_row_that_nobody_did_for_five_minutes_is_overdue(world: World, counted: list[str]) -> None:
    world.browser().ask_for()
    counted.clear()
    world.clock.move_to(world.later("6 minutes"))

    on_tick.handle(world.services)

    assert counted == ["Overdue", "MailSent"]


def test_a_row_that_the_tick_only_found_first_is_not_overdue(world: World, counted: list[str]) -> None:
    world.browser().ask_for()
    counted.clear()
    world.clock.move_to(world.later("1 minute"))

    on_tick.handle(world.services)

    assert counted == ["MailSent"]
