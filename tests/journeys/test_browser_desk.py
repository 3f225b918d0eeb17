"""The desk in a real browser, on a phone and without JavaScript; and how all of it looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.browser import MAILED, Demo, Person, flaws, link_of
from tests.journeys.walks import New, send_form, whole_page_without_script

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MANAGER = "ruth.lindqvist@leadlight.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "java_script_enabled": False}


def at_desk(somebody: Person, address: str = MANAGER, *, scanner: Person | None = None) -> Page:
    """The desk of who has asked for a link and pressed its button; a scanner may have opened the link before."""
    tab = somebody.open("/sign-in")
    before = len(somebody.demo.mails(address, "Your link to the desk"))
    tab.get_by_label("Your address").fill(address)
    tab.get_by_role("button", name="Mail me a link").click()
    expect(tab.get_by_role("heading", name="Look into your mail")).to_be_visible()
    mail = somebody.demo.mails(address, "Your link to the desk", at_least=before + 1)[-1]
    if scanner is not None:
        scanner.open(link_of(mail, "/sign-in")).wait_for_load_state("networkidle")
    tab.goto(link_of(mail, "/sign-in"))
    tab.get_by_role("button", name="Open the desk").click()
    expect(tab.get_by_role("heading", name="Your desk")).to_be_visible()
    return tab


def open_lead(tab: Page, address: str) -> None:
    """The page of one lead, found by its address."""
    tab.goto(tab.url.partition("/rep/")[0] + "/rep/desk")
    tab.get_by_label("Name, company or address").fill(address)
    tab.get_by_role("button", name="Search").click()
    tab.locator(".desk-list a").first.click()
    expect(tab.get_by_role("heading", name=address)).to_be_visible()


def test_a_rep_works_at_the_desk_with_one_thumb_and_no_script(new: New, address: str) -> None:
    visitor, rep = new(java_script_enabled=False), new(**PHONE)
    whole_page_without_script(visitor, address)
    tab = at_desk(rep, scanner=new())
    open_lead(tab, address)
    tab.get_by_role("button", name="Take over").tap()
    tab.get_by_role("link", name="Log how it went").tap()
    tab.get_by_role("button", name="Achieved").tap()
    expect(tab.get_by_role("heading", name="Logged")).to_be_visible()
    tab.get_by_role("link", name="Back to the briefing").tap()

    expect(tab.get_by_text("Start a conversation: achieved")).to_be_visible()
    tab.goto(rep.demo.at("/rep/desk"))
    tab.get_by_role("button", name="Sign out").tap()
    expect(tab.get_by_role("heading", name="Sign in to the desk")).to_be_visible()


def test_somebody_from_a_reps_own_day_is_added_with_the_words_they_heard(new: New, address: str) -> None:
    rep = new(**PHONE)
    tab = at_desk(rep)
    tab.get_by_role("link", name="Add somebody").tap()
    tab.get_by_label("Have they asked").select_option(MAILED.strip("/"))
    tab.get_by_role("button", name="Show what to read out").tap()
    tab.get_by_label("E-mail").fill(address)
    tab.get_by_label("Note").fill("Met beside the pitch")
    tab.get_by_label("They asked for it").check()
    tab.get_by_role("button", name="Add", exact=True).tap()

    expect(tab.get_by_text("Met beside the pitch")).to_be_visible()
    assert "/confirm?token=" in str(rep.demo.mail(address))


@pytest.mark.parametrize("script", [True, False])
def test_who_scans_a_reps_code_and_leaves_an_address_is_that_reps_lead(new: New, address: str, script: bool) -> None:
    visitor, rep = new(java_script_enabled=script), new(**PHONE)
    tab = at_desk(rep)
    tab.goto(rep.demo.at(f"/rep/desk/qr?gate={MAILED.strip('/')}"))
    code = tab.locator(".qr-name .leadlight-quiet").inner_text()
    send_form(visitor.open(code), address)
    visitor.demo.mail(address)
    open_lead(tab, address)

    expect(tab.get_by_text("qr/ruth")).to_be_visible()


def test_the_desk_and_a_lead_can_be_used_by_everybody(new: New, address: str) -> None:
    whole_page_without_script(new(java_script_enabled=False), address)
    tab = at_desk(new())
    found = flaws(tab, "desk")
    open_lead(tab, address)
    for fold in tab.locator(".leadlight-page details > summary").all():
        fold.click()

    assert found + flaws(tab, "lead") == []


def test_every_other_page_of_the_desk_can_be_used_by_everybody(new: New, demo: Demo) -> None:
    tab = new().open("/sign-in")
    found = flaws(tab, "sign-in")
    tab = at_desk(new())
    gate = MAILED.strip("/")
    for path in ("?find=nobody", f"/add?gate={gate}", f"/qr?gate={gate}"):
        tab.goto(demo.at(f"/rep/desk{path}"))
        found += flaws(tab, path)

    assert found == []
