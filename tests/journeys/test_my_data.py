"""Somebody asks what we keep of them, and has it erased: the page, the digits, the file, and what is left."""

from __future__ import annotations

import json

import pytest
from tests.journeys.control import words
from tests.world import ANNA, Answer, Browser, World

BOTH = pytest.mark.grounds("local", "prompt")
PAGE = "/my-data"


def link(world: World) -> str:
    """The page as the link on the page of preferences has it."""
    token = world.mail(ANNA, "way back").link("/preferences").partition("=")[2]
    return f"{PAGE}?token={token}"


def asked(world: World, browser: Browser | None = None) -> tuple[Browser, str]:
    """A browser that waits for the digits, and the digits as they come by mail."""
    browser = browser or world.browser()
    assert browser.submit(link(world), do="ask").status == 200
    world.settle()
    return browser, world.mail(ANNA, "Six digits").code


def opened(world: World) -> Browser:
    """A browser that has shown them."""
    browser, code = asked(world)
    assert browser.submit(link(world), do="open", code=code).status == 200
    return browser


def erased(world: World) -> Answer:
    """Anna presses the last button, and what follows by itself has happened."""
    browser = opened(world)
    assert browser.submit(link(world), do="sure").status == 200
    answer = browser.submit(link(world), do="erase")
    world.settle()
    return answer


@BOTH
def test_who_has_shown_the_digits_saves_all_of_it(world: World) -> None:
    world.confirmed(name="Anna Nowak")

    answer = opened(world).submit(link(world), do="save")

    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    document = json.loads(answer.text)
    assert document["forms"][0]["said"] == {"email": ANNA, "network": "198.51.100.0/24", "name": "Anna Nowak"}


@BOTH
def test_erased_is_erased(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    page = erased(world)

    assert "From this moment nothing is sent to you any more." in words(page)
    assert world.services.store.lead(world.id_of()) is None
    assert world.dump() == {}
