"""Phones let go of a page while its mail is read: it comes back with the place for the six digits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.browser import MAILED, Person, code_of, flaws
from tests.journeys.walks import New, wait_for_mail

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def waiting(visitor: Person, address: str) -> Page:
    """The page after its form was sent, let go of and loaded again."""
    tab = visitor.open(MAILED)
    wait_for_mail(tab, address)
    tab.reload()
    expect(tab.get_by_role("heading", name="Check your mail")).to_be_visible()
    return tab


def test_a_page_that_waits_for_its_mail_still_waits_after_a_reload_and_opens(new: New, address: str) -> None:
    visitor = new()
    tab = waiting(visitor, address)
    expect(tab.get_by_text("We wrote to the address that you gave.")).to_be_visible()
    assert flaws(tab, "waiting") == []

    tab.get_by_role("button", name="send it again").click()
    expect(tab.get_by_text("Sent again.")).to_be_visible()
    tab.get_by_label("Six digits").fill(code_of(visitor.demo.mail(address)))

    expect(tab.locator(".leadlight-after")).to_be_visible()


def test_on_a_page_that_waits_after_a_reload_another_address_can_be_given(new: New, address: str) -> None:
    visitor = new()
    tab = waiting(visitor, "x" + address)
    tab.get_by_role("button", name="Correct it").click()
    expect(tab.get_by_label("E-mail")).to_be_focused()
    tab.reload()
    wait_for_mail(tab, address)

    expect(tab.get_by_text(f"We wrote to {address}")).to_be_visible()


def test_of_who_has_sent_nothing_the_server_is_asked_nothing(new: New) -> None:
    visitor = new()
    visitor.open(MAILED).wait_for_load_state("networkidle")

    assert [url for url in visitor.asked if "/api/form" in url] == []
