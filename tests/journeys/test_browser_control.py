"""The page of preferences in a real browser: without a script, on a phone, in the dark, for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.browser import MAILED, flaws, link_of
from tests.journeys.test_browser_plain import PHONE, PLAIN
from tests.journeys.walks import New, send_form

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(new: New, address: str, **look: object) -> Page:
    """The page behind the link in the mail that leads back, as somebody without a script sees it."""
    somebody = new(**PLAIN, **look)
    send_form(somebody.open(MAILED), address)
    tab = somebody.open(link_of(somebody.demo.mail(address), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()
    tab.goto(link_of(somebody.demo.mail(address, "way back"), "/preferences"))
    return tab


def days(tab: Page) -> list[str]:
    return tab.locator(".leadlight-plan time").all_inner_texts()


def test_a_thumb_pauses_and_goes_on(new: New, address: str) -> None:
    tab = opened(new, address, **PHONE)
    before = days(tab)
    tab.get_by_role("button", name="1 month").tap()
    expect(tab.get_by_role("status")).to_contain_text("Paused")
    quiet = days(tab)
    tab.get_by_role("button", name="Go on now").tap()
    expect(tab.get_by_role("status")).to_contain_text("It goes on")

    assert len(before) == len(quiet) == len(days(tab)) == 5
    assert not set(before) & set(quiet)


def test_what_was_unticked_comes_back_by_the_button_of_a_mail(new: New, address: str) -> None:
    tab = opened(new, address)
    tab.get_by_label("Follow-ups").uncheck()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_label("Follow-ups")).not_to_be_checked()
    tab.get_by_label("Follow-ups").check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status")).to_contain_text("Look into your mail")
    expect(tab.get_by_label("Follow-ups")).not_to_be_checked()
    mailed = new(**PLAIN)
    again = mailed.open(link_of(mailed.demo.mail(address, "One tap"), "/preferences"))
    again.get_by_role("button", name="Yes, I want this").click()

    expect(again.get_by_label("Follow-ups")).to_be_checked()


def test_the_page_of_preferences_can_be_used_by_everybody(new: New, address: str) -> None:
    where = opened(new, address).url
    tab = new().open(where)
    found = flaws(tab, "running")
    for button in ("2 weeks", "At most one mail in two weeks", "Stop all mails"):
        tab.get_by_role("button", name=button).click()
        expect(tab.get_by_role("status")).to_be_visible()
        found += flaws(tab, button)
    tab.get_by_label("Follow-ups").check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status")).to_contain_text("Look into your mail")
    mailed = new()
    found += flaws(mailed.open(link_of(mailed.demo.mail(address, "One tap"), "/preferences")), "wish")

    assert found == []
