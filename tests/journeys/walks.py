"""Ways through the site that many browser tests walk before they look at something."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.journeys.browser import MAILED, Person, code_of, link_of

New = Callable[..., Person]
"""A browser of somebody new; keywords as for Playwright's `new_context`."""


def send_form(tab: Page, address: str) -> None:
    """An address, the agreement, and the button."""
    form = tab.locator(".leadlight form").first
    form.get_by_label("E-mail").fill(address)
    form.get_by_role("checkbox").first.check()
    form.get_by_role("button").click()


def wait_for_mail(tab: Page, address: str) -> None:
    """The form is sent, and the tab waits for the six digits."""
    send_form(tab, address)
    expect(tab.get_by_role("heading", name="Check your mail")).to_be_focused()


def unlock(somebody: Person, address: str) -> Page:
    """A tab with the whole page, opened by its code."""
    tab = somebody.open(MAILED)
    wait_for_mail(tab, address)
    tab.get_by_label("Six digits").fill(code_of(somebody.demo.mail(address)))
    expect(tab.locator(".leadlight-after")).to_be_visible()
    return tab


def confirm(somebody: Person, address: str) -> Page:
    """Another tab, in which the button of the mailed link was pressed."""
    tab = somebody.open(link_of(somebody.demo.mail(address, "Your link"), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()
    expect(tab.locator(".leadlight-after")).to_be_visible()
    return tab


def whole_page_without_script(somebody: Person, address: str) -> Page:
    """By plain posts: the form, the waiting page, the code."""
    tab = somebody.open(MAILED)
    send_form(tab, address)
    tab.get_by_label("Six digits").fill(code_of(somebody.demo.mail(address)))
    tab.get_by_role("button", name="Open").click()
    return tab
