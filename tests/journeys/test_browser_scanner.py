"""A mail scanner that runs a page's scripts opens every link before its reader does: nothing comes of it but load."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import expect
from tests.journeys.browser import MAILED, Demo, link_of
from tests.journeys.walks import New, confirm, send_form

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FACTS = ("lead", "touch", "due", "capture", "ledger")
"""The tables that say what is known of a lead and what is planned."""


def known_of(demo: Demo, lead: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row that names the lead."""
    with closing(sqlite3.connect(f"file:{demo.maildir.parent / 'leads.db'}?mode=ro", uri=True)) as db:
        return {table: [row for row in db.execute(f"SELECT * FROM {table}") if lead in row] for table in FACTS}


def lead_in(link: str) -> str:
    """Whom a link is about: its token is signed, not secret."""
    _, said = URLSafeTimedSerializer("").loads_unsafe(link.partition("token=")[2].partition("&")[0])
    return str(said["lead"])


def opened(new: New, links: Sequence[str]) -> Iterator[str]:
    """What a scanner sees that opens all of them, waits until each page is quiet, and taps nothing."""
    scanner = new()
    for tab in [scanner.open(link) for link in links]:
        tab.wait_for_load_state("networkidle")
        yield tab.get_by_role("heading", level=1).inner_text()
        tab.close()


def test_opening_links_with_scripts_changes_nothing_until_a_person_taps(new: New, address: str) -> None:
    reader = new()
    demo = reader.demo
    send_form(reader.open(MAILED), address)
    asked = link_of(demo.mail(address, "Your link"), "/confirm")
    lead = lead_in(asked)

    def scanned(*links: str) -> int:
        """How many pages there were to look at, none of which did anything."""
        before, mails = known_of(demo, lead), len(demo.mails(""))
        seen = list(opened(new, links))
        assert (known_of(demo, lead), len(demo.mails(""))) == (before, mails)
        return len(set(seen))

    assert scanned(asked) == 1
    confirm(reader, address)
    back, told = demo.mail(address, "way back"), demo.mail("", text=f"{address}")
    control, briefing = link_of(back, "/preferences"), link_of(told, "/rep/lead")
    ways = ("/rep/claim", "/rep/outcome")
    at_rep = [briefing, *(briefing.replace("/rep/lead", way) for way in ways)]
    assert scanned(link_of(back, "/confirm"), control, control.replace("/preferences", "/my-data"), *at_rep) == 6
    demo.days_go_by(40)
    offer = demo.mail(address, text="/answer?token=")
    answer, stop = link_of(offer, "/answer"), link_of(offer, "/unsubscribe")
    assert scanned(answer, stop) == 2

    tab = reader.open(answer)
    tab.locator(".leadlight-page button").first.click()
    expect(tab.get_by_role("status")).to_be_visible()
    tab.goto(stop)
    tab.get_by_role("button", name="Stop all mails").click()
    expect(tab.get_by_role("heading", name="Done. No more mails")).to_be_visible()
