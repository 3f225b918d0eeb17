"""A rep logs an outcome with a thumb on a phone, with JavaScript and without, and mends what was typed wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.journeys.browser import flaws, link_of
from tests.journeys.test_browser_plain import PHONE, PLAIN
from tests.journeys.walks import New, whole_page_without_script

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_one_tap_logs_an_outcome_and_details_follow_by_choice(new: New, address: str, *, script: bool) -> None:
    visitor, rep = new(**PLAIN), new(**PHONE, java_script_enabled=script)
    whole_page_without_script(visitor, address)
    link = link_of(rep.demo.mail("@leadlight.example", text=address), "/rep/lead")
    tab = rep.open(link.replace("/rep/lead", "/rep/outcome"))
    achieved = tab.get_by_role("button", name="Achieved")
    expect(achieved).to_be_in_viewport()
    achieved.tap()

    expect(tab.get_by_role("heading", name="What happens now")).to_be_visible()
    tab.locator("summary", has_text="Add to this").tap()
    tab.get_by_label("Worth").fill("12.000")
    tab.get_by_label("Where it stands").select_option("opportunity")
    tab.get_by_role("button", name="Add to this contact").tap()
    expect(tab.get_by_label("Worth")).to_be_focused()
    expect(tab.get_by_label("Worth")).to_have_attribute("aria-invalid", "true")
    assert rep.forgiven(422) == 1
    tab.get_by_label("Worth").fill("12000")
    tab.get_by_role("button", name="Add to this contact").tap()
    expect(tab.get_by_text("An opportunity, worth 12,000")).to_be_visible()


def test_the_outcome_can_be_logged_by_everybody(new: New, address: str) -> None:
    visitor, rep = new(**PLAIN), new()
    whole_page_without_script(visitor, address)
    link = link_of(rep.demo.mail("@leadlight.example", text=address), "/rep/lead")
    tab = rep.open(link.replace("/rep/lead", "/rep/outcome"))
    tab.locator("summary", has_text="Add a note").click()
    found = flaws(tab, "unfolded")
    tab.get_by_role("button", name="Lost to another").click()
    expect(tab.get_by_role("heading", name="Logged")).to_be_visible()
    found += flaws(tab, "logged")

    assert found == []
    expect(tab.get_by_label("Lost to whom")).to_be_visible()
