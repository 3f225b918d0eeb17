"""A lead pauses its plan until a day of its own choosing, by its own clock, at most a year ahead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.journeys.control import link, page, press, words
from tests.world import World

from leadlight.model.due import DueKind

TOO = ("2026-01-05", "2026-01-04", "2027-01-06", "soon", "", "2026-02-30")
"""Today, before, a year and a day ahead, and what is no day. It is Monday 5 January 2026."""


@pytest.mark.grounds("local", "prompt")
def test_a_pause_ends_as_the_chosen_day_begins_where_they_are(world: World) -> None:
    world.confirmed(zone="Asia/Kathmandu")

    shown = words(press(world, "pause", until="2026-02-10"))

    lead = world.lead()
    (hold,) = [due for due in world.services.store.due_of(lead.id) if due.kind is DueKind.HOLD]
    assert lead.pause.until == hold.at == datetime(2026, 2, 9, 18, 15, tzinfo=UTC)
    assert "You have paused this until Tuesday 10 February 2026." in shown


def test_nothing_goes_out_before_that_day_and_the_rest_afterwards(world: World) -> None:
    world.confirmed()
    press(world, "pause", until="2026-02-10")

    world.jump("35 days")
    assert world.follow_ups() == []
    world.advance("60 days")

    assert world.follow_ups()[0] == "First: hello"


@pytest.mark.parametrize("day", TOO)
def test_a_day_that_is_none_or_too_far_is_refused_in_words(world: World, day: str) -> None:
    world.confirmed()
    before = world.dump()

    answer = world.browser().submit(link(world), do="pause", until=day)

    assert answer.status == 422
    assert "Choose a day from 2026-01-06 to 2027-01-05." in words(answer)
    assert world.dump() == before


def test_the_page_offers_only_days_that_count(world: World) -> None:
    world.confirmed()
    html = world.browser().get(link(world)).text

    assert 'min="2026-01-06" max="2027-01-05"' in html
    assert "Or until a day that you choose" in page(world)
