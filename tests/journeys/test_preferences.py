"""The visitor is in control: one tap makes it less, and that is so at once. More takes a mail."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.journeys.control import as_shown, dates, page, press, say_yes, shown_dates, words
from tests.world import DAY, REP_ADDRESS, World

from leadlight.model.due import DueKind
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind
from leadlight.rules.preferences import FEWER

pytestmark = pytest.mark.grounds("local", "prompt", "hostile", "tick")


def test_a_pause_moves_every_date_and_the_plan_goes_on_by_itself(world: World) -> None:
    world.confirmed()
    before = shown_dates(page(world))

    shown = words(press(world, "pause", span="2 weeks"))
    world.advance("12 days")
    quiet = world.follow_ups()
    world.advance("16 days")

    assert "You have paused this until Monday 19 January 2026." in shown
    assert not set(shown_dates(shown)) & set(before)
    assert quiet == []
    planned = shown_dates(shown)
    assert [as_shown(at) for at in dates(world)] == [planned[0], planned[1], planned[3]]


@pytest.mark.grounds("local", "tick")
def test_fewer_really_gives_fewer(world: World) -> None:
    world.confirmed()

    shown = words(press(world, "fewer"))
    world.advance("30 days")

    assert world.lead().at_most == FEWER
    assert 1 <= len(dates(world)) < 3
    assert all(later - earlier >= 14 * DAY for earlier, later in pairwise(dates(world)))
    assert [as_shown(at) for at in dates(world)] == shown_dates(shown)[: len(dates(world))]


def test_stop_wins_over_a_pause_that_ends_later(world: World) -> None:
    world.confirmed()
    press(world, "pause", span="2 weeks")
    press(world, "stop")
    press(world, "resume")

    world.advance("20 days")

    assert world.follow_ups() == []


@pytest.mark.grounds("local", "hostile")
def test_an_unticked_purpose_is_taken_back_at_once(world: World) -> None:
    world.confirmed(call="now", news=True, phone="+44 20 7946 0999")

    press(world, "purposes", news="yes")

    lead = world.lead()
    assert lead.purposes == (Purpose.CONTENT, Purpose.NEWS)
    assert lead.call.kind is CallKind.NO
    assert world.mail(REP_ADDRESS, "No call")
    assert not [due for due in world.services.store.due_of(lead.id) if due.kind is DueKind.STEP]
    assert world.touches(TouchKind.PREFERRED)[0].facts["purposes"] == "follow-up phone"


def test_more_takes_the_button_of_a_fresh_mail(world: World) -> None:
    world.confirmed()
    press(world, "purposes")

    asked = words(press(world, "purposes", **{"follow-up": "yes"}))
    world.advance("1 day")
    before = world.lead().purposes, world.follow_ups()
    agreed = words(say_yes(world))
    world.advance("8 days")

    assert "Look into your mail" in asked
    assert before == ((Purpose.CONTENT,), [])
    assert "It is so again" in agreed
    assert world.follow_ups() == ["First: hello", "Second"]
