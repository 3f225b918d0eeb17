"""How long functions go on, and what the tick tells about being late: the alarm `overdue` looks at it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ground import Here
from tests.test_on_change import Counting, Notes, deliver, records, stream
from tests.world import ANNA, World

from leadlight.handlers import measures, on_due, on_tick


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


def test_what_there_is_no_time_for_waits_for_the_next_minute(world: World) -> None:
    world.browser().ask_for()
    tick = on_tick.handler(world.services)

    assert tick({}, Here(left=on_due.RESERVE_MS)) == {"swept": 0}
    assert tick({}, Here()) == {"swept": 1}
    assert len(world.mails(ANNA)) == 1


def test_the_stream_leaves_it_to_the_tick_as_well_and_tells_others_all_the_same(world: World) -> None:
    world.confirmed()
    world.browser().ask_for()
    bus, scheduler = Notes(), Counting()
    services = replace(world.services, bus=bus, scheduler=scheduler)

    assert deliver(services, records(*stream(world)), left=on_due.RESERVE_MS) == []

    assert world.subjects(ANNA).count("Your link to “Mail guide”") == 1
    assert (len(scheduler.woken), bus.told != []) == (1, True)
