"""What tests of outcomes share: a tap, what is added to it, and what is stored."""

from __future__ import annotations

import re

from tests.world import Answer, Browser, World

from leadlight.model.touch import Touch, TouchKind


def after(world: World, rep: Browser, **values: str) -> str:
    """The page that follows the tap."""
    answer = world.log(rep, **values)
    assert answer.status == 303, answer.text
    return rep.get(answer.location, accept="text/html").text


def add(world: World, rep: Browser, answer: Answer, **values: str) -> Answer:
    """The rep adds to what was just logged."""
    named = re.search(r"outcome=([0-9a-f]+)", answer.location)
    assert named
    return world.log(rep, outcome=named[1], **values)


def the_outcome(world: World) -> Touch:
    (touch,) = world.touches(TouchKind.OUTCOME)
    return touch
