"""Who asks for a call hears from a person first; the plan waits, says so, and goes on when somebody has called."""

from __future__ import annotations

import pytest
from tests.journeys.control import page, words
from tests.world import MAIL, Browser, World

BOTH = pytest.mark.grounds("local", "prompt")
CALL = {"call": "now", "phone": "+44 20 7946 0999"}


def wishing(world: World) -> Browser:
    """A reader who asks for a call a few hours before the first follow-up is due, and is not called that day."""
    reader = world.confirmed()
    world.advance("20 hours")
    assert reader.post("/api/call", gate=MAIL, **CALL).status == 200
    world.advance("8 hours")
    assert world.follow_ups() == []
    return reader


@BOTH
def test_no_follow_up_goes_out_while_a_wished_call_is_open_and_then_the_plan_goes_on(world: World) -> None:
    wishing(world)

    world.advance("1 day")

    assert world.follow_ups() == ["First: hello"]


@BOTH
def test_a_call_that_reached_nobody_lets_the_plan_go_on(world: World) -> None:
    wishing(world)

    world.log(world.browser(), achieved="no", why_not="not-reached", objective="start")
    world.advance("1 hour")

    assert world.follow_ups() == ["First: hello"]


def test_a_refusal_lets_the_plan_go_on(world: World) -> None:
    wishing(world).post("/api/call", gate=MAIL, call="no")
    world.advance("1 hour")

    assert world.follow_ups() == ["First: hello"]


def test_reader_and_rep_see_that_the_plan_waits_for_the_call(world: World) -> None:
    world.confirmed(**CALL)

    assert "We call you first, as you have asked: no mail comes before that" in page(world)
    assert "Waits for the call that they want, until" in words(world.browser().get(world.briefing()))
