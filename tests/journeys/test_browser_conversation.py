"""A whole conversation in a real browser, from a wished call to an unhappy customer; with JavaScript and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import MAILED, Demo, Person, link_of, person
from tests.journeys.test_browser_desk import MANAGER, PHONE, at_desk, open_lead
from tests.journeys.walks import send_form

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

TEAM = "@leadlight.example"
NUMBER = "+44 20 7946 0123"


def briefed(rep: Person, subject: str, address: str) -> Page:
    """The page that the newest mail of that subject about this lead opens."""
    return rep.open(link_of(rep.demo.mail(TEAM, subject, text=address), "/rep/lead"))


def wants_a_call(visitor: Person, address: str) -> None:
    """The form with the wish for a call, confirmed by the mailed link."""
    tab = visitor.open(MAILED)
    tab.get_by_label("Call me now").check()
    tab.get_by_label("Phone").fill(NUMBER)
    send_form(tab, address)
    tab = visitor.open(link_of(visitor.demo.mail(address, "Your link"), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()
    expect(tab).to_have_url(re.compile(f"{re.escape(visitor.demo.at(MAILED))}(_full)?$"))  # without a script, whole


def is_told_and_takes_over(rep: Person, address: str) -> Page:
    tab = briefed(rep, "CALL NOW", address)
    expect(tab.get_by_role("link", name=f"Call {NUMBER}")).to_be_visible()
    tab.get_by_role("button", name="Take over").tap()
    expect(tab.get_by_text("held until")).to_be_visible()
    return tab


def advances(tab: Page) -> None:
    """Advance, achieved, a next step, and a line for those who write."""
    tab.get_by_role("link", name="Log how it went").tap()
    tab.get_by_label("It was to effect").select_option("advance")
    tab.locator("summary", has_text="Add a note").tap()
    tab.get_by_label("tomorrow").first.check()
    tab.get_by_label("One line").fill("They look for prices first")
    tab.get_by_role("button", name="Achieved").tap()
    expect(tab.get_by_role("heading", name="What happens now")).to_be_visible()


def logs(rep: Person, subject: str, address: str, objective: str, **deal: str) -> Page:
    """An outcome with what it says of the deal, by the mail of that subject."""
    tab = briefed(rep, subject, address)
    tab.get_by_role("link", name="Log how it went").tap()
    tab.get_by_label("It was to effect").select_option(objective)
    tab.locator("summary", has_text="Add a note").tap()
    tab.get_by_label("Where it stands").select_option(deal["stage"])
    tab.get_by_label("Worth").fill(deal["worth"])
    tab.get_by_label("Their say in it").select_option("decides")
    if deal["stage"] == "customer":
        tab.get_by_label("They agreed to mails after the sale").check()
    tab.get_by_role("button", name="Achieved").tap()
    expect(tab.get_by_role("heading", name="What happens now")).to_be_visible()
    return tab


def answers(lead: Person, address: str, subject: str, words: str) -> None:
    """One tap on a link of that mail, one on the page behind it."""
    mail = lead.demo.mail(address, subject)
    tab = lead.open(link_of(mail, "/answer"))
    tab.get_by_role("button", name=words).click()
    expect(tab.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_conversation_goes_from_a_wished_call_to_an_unhappy_customer_and_the_timeline_tells_it(
    browser: Browser, demo: Demo, address: str, *, script: bool
) -> None:
    visitor = person(browser, demo, java_script_enabled=script)
    rep = person(browser, demo, **{**PHONE, "java_script_enabled": script})

    wants_a_call(visitor, address)
    advances(is_told_and_takes_over(rep, address))
    demo.days_go_by(2)
    logs(rep, "your next step", address, "advance", stage="opportunity", worth="12000")
    demo.days_go_by(70)
    answers(visitor, address, "Yes, no, or not this year", "Yes")
    logs(rep, "accept", address, "close", stage="customer", worth="14000")
    demo.days_go_by(40)
    answers(visitor, address, "One tap", "No")
    demo.mail(TEAM, "Unhappy", text=address)

    tab = at_desk(rep, MANAGER)
    open_lead(tab, address)
    for words in ("opportunity", "customer", "offer", "They look for prices first"):
        expect(tab.locator("main")).to_contain_text(words)
    assert visitor.complaints == rep.complaints == []
