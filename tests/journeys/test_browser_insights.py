"""The report in a real browser: by day and by night, on a small phone, and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.journeys.browser import flaws
from tests.journeys.test_browser_desk import at_desk
from tests.journeys.walks import New, whole_page_without_script

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

UNFOLD = "document.querySelectorAll('.insights details').forEach(one => one.open = true)"


def test_the_report_reads_well_in_any_light_on_a_phone_and_on_paper(new: New, address: str) -> None:
    whole_page_without_script(new(java_script_enabled=False), address)
    rep = new()
    tab = at_desk(rep)
    tab.get_by_role("link", name="Report").click()
    expect(tab.get_by_role("heading", name="The report")).to_be_visible()
    tab.emulate_media(media="print")
    numbers = tab.locator("#funnel details table").first
    expect(numbers).to_be_visible()
    tab.emulate_media(media="screen")
    expect(numbers).to_be_hidden()
    tab.evaluate(UNFOLD)

    expect(tab.get_by_role("img", name="People", exact=True)).to_be_visible()
    assert flaws(tab, "the report") == []
    rep.forgiven(404)  # the theme asks for a site map of each language, which only the whole site has
