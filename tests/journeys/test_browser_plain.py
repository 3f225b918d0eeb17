"""The main job in a real browser without JavaScript, the rep's part of it on a phone, and how all of it looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.browser import MAILED, WITHHELD, Demo, code_of, flaws, link_of, person, words_of
from tests.journeys.walks import New, confirm, send_form, wait_for_mail, whole_page_without_script

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PLAIN = {"java_script_enabled": False}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


# --- without JavaScript


def test_without_a_script_the_six_digits_lead_to_the_whole_page(new: New, address: str) -> None:
    tab = whole_page_without_script(new(**PLAIN), address)

    expect(tab).to_have_url(re.compile(f"{MAILED}_full$"))
    expect(tab.get_by_text(WITHHELD).first).to_be_visible()


def test_without_a_script_a_wrong_code_is_said_beside_its_field(new: New, address: str) -> None:
    visitor = new(**PLAIN)
    tab = visitor.open(MAILED)
    send_form(tab, address)
    code = code_of(visitor.demo.mail(address))
    tab.get_by_label("Six digits").fill("000000" if code != "000000" else "000001")
    tab.get_by_role("button", name="Open").click()

    expect(tab.get_by_label("Six digits")).to_have_attribute("aria-invalid", "true")
    assert visitor.forgiven(422) == 1


def test_without_a_script_what_is_wrong_is_named(new: New) -> None:
    visitor = new(**PLAIN)
    tab = visitor.open(MAILED)
    send_form(tab, "a@b")

    expect(tab.locator(".leadlight-page dt")).to_have_text(["E-mail"])
    assert visitor.forgiven(422) == 1


def test_without_a_script_the_mailed_link_leads_to_the_whole_page(new: New, address: str) -> None:
    visitor = new(**PLAIN)
    send_form(visitor.open(MAILED), address)
    tab = visitor.open(link_of(visitor.demo.mail(address), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()

    expect(tab).to_have_url(re.compile(f"{MAILED}_full$"))
    expect(tab.get_by_text(WITHHELD).first).to_be_visible()


def test_without_a_script_a_question_and_a_call_reach_the_rep(new: New, address: str) -> None:
    visitor = new(**PLAIN)
    tab = whole_page_without_script(visitor, address)
    tab.get_by_label("What would you like to know").fill("Does it hold in summer?")
    tab.get_by_role("button", name="Send the question").click()
    expect(tab.get_by_text("A person reads it")).to_be_visible()
    tab.get_by_label("Call me now").check()
    tab.locator("form[action^='/api/call']").get_by_label("Phone").fill("+44 20 7946 0123")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Noted")).to_be_visible()

    assert "in summer?" in words_of(visitor.demo.mail("@leadlight.example", "asks", text=address))
    assert "+44 20 7946 0123" in words_of(visitor.demo.mail("@leadlight.example", "CALL NOW", text=address))


# --- the rep, and everybody's mailed links


@dataclass(frozen=True, slots=True)
class Known:
    """A lead that asked something and has had a first follow-up."""

    address: str
    confirm: str
    unsubscribe: str
    briefing: str

    def pages(self) -> tuple[str, ...]:
        """What can be opened besides the site; opening changes nothing."""
        rep = [self.briefing.replace("/rep/lead", path) for path in ("/rep/lead", "/rep/claim", "/rep/outcome")]
        return (f"/api/access?gate={MAILED.strip('/')}", self.confirm, self.unsubscribe, *rep, "/_dev/")


@pytest.fixture(scope="module")
def known(browser: Browser, demo: Demo) -> Known:
    somebody, address = person(browser, demo, **PLAIN), "known@northwind.example"
    tab = whole_page_without_script(somebody, address)
    tab.get_by_label("What would you like to know").fill("Does it hold in summer?")
    tab.get_by_role("button", name="Send the question").click()
    somebody.context.close()
    told = demo.mail("@leadlight.example", "asks", text=address)
    demo.days_go_by(3)
    step = next(mail for mail in demo.mails(address) if "/unsubscribe?token=" in words_of(mail))
    return Known(
        address,
        link_of(demo.mail(address, "Your link"), "/confirm"),
        link_of(step, "/unsubscribe"),
        link_of(told, "/rep/lead"),
    )


def test_a_rep_takes_over_and_logs_an_outcome_with_one_tap(new: New, address: str) -> None:
    visitor, rep = new(**PLAIN), new(**PHONE)
    whole_page_without_script(visitor, address)
    tab = rep.open(link_of(rep.demo.mail("@leadlight.example", text=address), "/rep/lead"))
    tab.get_by_role("button", name="Take over").tap()
    expect(tab.get_by_text("held until")).to_be_visible()
    tab.get_by_role("link", name="Log how it went").tap()
    tab.get_by_role("button", name="Achieved").tap()

    expect(tab.get_by_role("heading", name="Logged")).to_be_visible()
    expect(tab.get_by_text("Next:")).to_be_visible()
    tab.get_by_role("link", name="Back to the briefing").tap()
    expect(tab.get_by_text("Start a conversation: achieved")).to_be_visible()


def test_a_lead_taken_over_opens_in_no_second_browser(new: New, address: str) -> None:
    visitor, rep, other = new(**PLAIN), new(**PHONE), new()
    whole_page_without_script(visitor, address)
    link = link_of(rep.demo.mail("@leadlight.example", text=address), "/rep/lead")
    rep.open(link).get_by_role("button", name="Take over").tap()
    tab = other.open(link)

    expect(tab.get_by_role("button", name="Mail me a fresh link")).to_be_visible()
    assert address not in tab.content()
    assert other.forgiven(403) == 1


# --- how it looks


def test_the_gate_can_be_used_by_everybody(new: New, address: str) -> None:
    tab = new().open(MAILED)
    found = flaws(tab, "locked")
    tab.get_by_label("Call me now").check()
    tab.locator(".leadlight").get_by_role("button", name="Send me the way in").click()
    found += flaws(tab, "complaining")
    tab.get_by_label("Please don").check()
    wait_for_mail(tab, address)

    assert found + flaws(tab, "waiting") == []


def test_an_opened_page_can_be_used_by_everybody(new: New, known: Known) -> None:
    tab = confirm(new(), known.address)
    tab.get_by_label("At a time").check()

    assert flaws(tab, "opened") == []


def test_every_page_of_ours_can_be_used_by_everybody(new: New, demo: Demo, known: Known) -> None:
    tab = new().open("/_dev/mail")
    found = flaws(tab, "mailbox")
    tab.locator(".leadlight-mails a").first.click()
    tab.get_by_text("All headers").click()
    found += flaws(tab, "mail")
    for address in known.pages():
        answer = tab.goto(demo.at(address))
        assert answer is not None
        assert answer.ok
        found += flaws(tab, address.partition("?")[0])

    assert found == []


def test_a_problem_page_can_be_used_by_everybody(new: New) -> None:
    somebody = new()
    tab = somebody.open("/confirm?token=broken")

    assert flaws(tab, "problem") == []
    assert somebody.forgiven(403) == 1


def test_leaving_takes_one_tap_on_the_page_of_the_mailed_link(new: New, known: Known) -> None:
    tab = new(**PLAIN, **PHONE).open(known.unsubscribe)
    tab.get_by_role("button", name="Stop all mails").tap()

    expect(tab.get_by_role("heading", name="Done. No more mails")).to_be_visible()
