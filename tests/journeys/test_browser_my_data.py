"""Somebody's own data in a real browser, by the keyboard alone: read, then erased; in both looks, for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.browser import code_of, flaws
from tests.journeys.test_browser_control import opened
from tests.journeys.walks import New

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KEYS = 60
"""So many times is Tab pressed before a button counts as out of reach."""


def enter(tab: Page) -> None:
    """Presses Enter, and waits for the page that it leads to."""
    with tab.expect_event("load"):
        tab.keyboard.press("Enter")


def press(tab: Page, words: str) -> None:
    """Goes by Tab to what says that, and presses Enter."""
    for _ in range(KEYS):
        tab.keyboard.press("Tab")
        if words in str(tab.evaluate("document.activeElement.closest('a, button')?.innerText")):
            enter(tab)
            return
    raise AssertionError(f"the keyboard does not come to “{words}”")


def test_by_the_keyboard_alone_somebody_reads_what_is_kept_of_them_and_erases_it(new: New, address: str) -> None:
    where = opened(new, address).url
    somebody = new()
    tab = somebody.open(where)
    found: list[str] = []
    press(tab, "Read, save or erase")
    found += flaws(tab, "ask")
    press(tab, "Send me the digits")
    found += flaws(tab, "code")
    tab.get_by_label("Six digits").focus()
    tab.keyboard.type(code_of(somebody.demo.mail(address, "Six digits")))
    enter(tab)
    found += flaws(tab, "open")
    press(tab, "Read all of it here")
    expect(tab.get_by_role("heading", name="What you sent us")).to_be_visible()
    expect(tab.get_by_text(address)).to_be_visible()
    found += flaws(tab, "export")
    tab.go_back()
    press(tab, "Erase everything")
    found += flaws(tab, "sure")
    press(tab, "Erase everything now")
    expect(tab.get_by_role("status")).to_contain_text("From this moment nothing is sent to you any more.")
    found += flaws(tab, "erased")

    assert found == []
