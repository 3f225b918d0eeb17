"""A browser that waits for a mail finds back to the place for its six digits."""

from __future__ import annotations

import pytest
from tests.world import ANNA, FORM, MAIL, World

BOTH = pytest.mark.grounds("local", "prompt")
BEN = "ben@example.com"


@BOTH
def test_the_form_says_that_its_browser_waits_until_the_digits_were_typed(world: World) -> None:
    browser = world.browser()
    assert "mailed" not in browser.get(f"/api/form/{MAIL}").json
    browser.ask_for(MAIL)
    world.settle()
    assert browser.get(f"/api/form/{MAIL}").json["mailed"] is True

    browser.post("/api/code", gate=MAIL, code=world.mail(ANNA).code)

    assert "mailed" not in browser.get(f"/api/form/{MAIL}").json


def test_no_other_page_and_no_other_browser_waits_with_it(world: World) -> None:
    browser = world.browser()
    browser.ask_for(MAIL)

    assert "mailed" not in browser.get(f"/api/form/{FORM}").json
    assert "mailed" not in world.browser().get(f"/api/form/{MAIL}").json


def test_after_a_day_nothing_is_waited_for_any_more(world: World) -> None:
    browser = world.browser()
    browser.ask_for(MAIL)
    world.jump("25 hours")

    assert "mailed" not in browser.get(f"/api/form/{MAIL}").json
    assert browser.get("/guides/mail/_full").location == "/guides/mail/"


def test_that_a_browser_waits_tells_neither_the_address_nor_whether_it_is_known(world: World) -> None:
    world.confirmed(MAIL, name="Anna")
    browsers = [world.browser(), world.browser()]
    for browser, address in zip(browsers, (ANNA, BEN), strict=True):
        browser.ask_for(MAIL, address)
    known, new = (browser.get(f"/api/form/{MAIL}") for browser in browsers)

    assert known.body == new.body
    assert known.json["address"] is None


def test_without_a_script_the_whole_page_leads_back_to_the_digits(world: World) -> None:
    browser = world.browser()
    waiting = browser.submit("/api/access", gate=MAIL, email=ANNA, consent="true").location

    found = browser.get("/guides/mail/_full").location

    assert found == waiting
    assert 'name="code"' in browser.get(found, accept="text/html").text
