"""Strangers are counted by a real browser when they have come to the form, once, and never against their word."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Request
from tests.journeys.browser import AT_ONCE, MAILED, Person
from tests.journeys.walks import New, send_form

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SMALL = {"viewport": {"width": 390, "height": 500}}
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
"""Whatever looks at what is in view has looked."""


def counting(visitor: Person) -> list[str]:
    """What that browser says it has seen, as it says it."""
    told: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/seen"):
            told.append(json.loads(request.post_data or "{}")["what"])

    visitor.context.on("request", note)
    return told


def scrolled(tab: Page, place: str) -> None:
    tab.locator(place).first.evaluate("one => one.scrollIntoView({ block: 'center' })")
    tab.evaluate(FRAMES)


def test_a_stranger_who_comes_to_the_form_is_counted_once_a_session_and_gets_no_cookie(new: New) -> None:
    visitor = new(**SMALL)
    told = counting(visitor)
    tab = visitor.open(MAILED)
    tab.evaluate(FRAMES)
    at_the_top = list(told)
    scrolled(tab, ".leadlight [name=email]")
    first = list(told)
    tab.reload()
    scrolled(tab, ".leadlight [name=email]")

    assert (at_the_top, first, told) == ([], ["teaser", "form"], ["teaser", "form"])
    assert visitor.context.cookies() == []


def test_who_asks_not_to_be_counted_or_has_a_pass_is_not(new: New, address: str) -> None:
    shy, reader = new(**SMALL), new()
    shy.context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    tab = reader.open(AT_ONCE)
    tab.get_by_label("Name").fill("Ada Brink")
    tab.get_by_label("Company").fill("Northwind")
    send_form(tab, address)
    tab.locator(".leadlight-opened").wait_for()
    told = [counting(shy), counting(reader)]
    for visitor in (shy, reader):
        scrolled(visitor.open(MAILED), ".leadlight [name=email]")

    assert told == [[], []]
    assert reader.forgiven(401) <= 1  # the other page was asked for: this reader has a pass, though not for it
