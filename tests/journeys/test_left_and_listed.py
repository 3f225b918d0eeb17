"""The page of preferences counts what was promised and lists what comes; where these differ, it says why."""

from __future__ import annotations

import re

import pytest
from tests.journeys.control import page, press, words
from tests.world import World

from leadlight.model.person import Purpose

BOTH = pytest.mark.grounds("local", "prompt")


def counted(text: str) -> tuple[int, int]:
    """So many mails are listed, and so many are left of the promise less those that are said to be left out."""
    (left,) = re.findall(r"(\d) of \d mails? (?:is|are) left, until", text)
    out = re.findall(r"(\d) of them (?:is|are) left out", text)
    return text.count(", a mail from"), int(left) - sum(map(int, out))


@BOTH
def test_all_that_was_promised_is_listed_and_nothing_is_said_to_be_left_out(world: World) -> None:
    world.confirmed()
    shown = page(world)

    assert counted(shown) == (3, 3)
    assert "left out" not in shown


@BOTH
def test_what_an_intent_makes_needless_is_counted_and_said(world: World) -> None:
    world.confirmed(intent="ready")
    shown = page(world)

    assert counted(shown) == (1, 1)
    assert "2 of them are left out: after what you told us or did" in shown


@BOTH
def test_what_comes_too_late_for_the_promise_is_counted_and_said(world: World) -> None:
    world.confirmed()
    shown = words(press(world, "fewer"))

    assert counted(shown) == (1, 1)
    assert "2 of them are left out: they would come after that day." in shown


def test_a_pause_that_is_longer_than_the_promise_has_its_reason_too(world: World) -> None:
    world.confirmed(intent="evaluating")
    press(world, "pause", span="2 weeks")
    shown = page(world)

    assert len(set(counted(shown))) == 1


def test_of_mails_that_nobody_agrees_to_any_more_nothing_is_said(world: World) -> None:
    world.confirmed()
    shown = words(press(world, "purposes"))

    assert Purpose.FOLLOW_UP not in world.lead().purposes
    assert "left out" not in shown
