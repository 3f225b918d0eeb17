"""Who has confirmed once is asked for less: the short form of a browser with a pass, and what it may do."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from tests.world import ANNA, FORM, MAIL, REP_ADDRESS, REPS, Browser, World

from leadlight.handlers.request import Request
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind
from leadlight.profile import profile_of
from leadlight.tokens import TokenUse

BOTH = pytest.mark.grounds("local", "prompt")
STRANGER = {
    "address": None,
    "fields": ["email", "name", "company", "country", "phone", "role", "about"],
    "consent": True,
    "news": True,
    "button": None,
    "waits": False,
}


def asked(browser: Browser, gate: str) -> list[str]:
    return list(browser.get(f"/api/form/{gate}").json["fields"])


def agreed_by_mail(world: World) -> Browser:
    """Whoever owns the mailbox presses the button in the mail about the boxes."""
    world.settle()
    mail = world.browser()
    assert mail.post(world.mail(ANNA, "One tap").link("/preferences")).status == 200
    world.settle()
    return mail


def test_a_stranger_is_asked_for_everything(world: World) -> None:
    assert world.browser().get(f"/api/form/{FORM}").json == STRANGER


def test_a_lead_is_asked_for_what_is_not_known_and_for_three_things_at_most(world: World) -> None:
    browser = world.confirmed(name="Anna", phone="+44 20 7946 0999")

    shown = browser.get(f"/api/form/{FORM}").json

    assert shown["fields"] == ["company", "country", "role"]
    assert (shown["address"], shown["button"]) == ("a…@example.com", "Open the whole page")


@BOTH
def test_three_gates_ask_less_each_time_until_one_button_is_left(world: World) -> None:
    browser = world.confirmed(name="Anna", company="Acme")
    assert asked(browser, FORM) == ["country", "role", "about"]
    assert (
        browser.post("/api/access", gate=FORM, country="Poland", role="buyer", about="Glass").json["status"] == "open"
    )

    assert asked(browser, REPS) == []
    assert browser.get(f"/api/content/{FORM}").status == 200


def test_what_is_answered_later_fills_the_profile(world: World) -> None:
    browser = world.confirmed(name="Anna")
    browser.post("/api/access", gate=FORM, company="Acme", country="Poland")

    lead = world.lead()
    assert profile_of(world.services, lead).answers == {"name": "Anna", "company": "Acme", "country": "Poland"}
    assert (lead.country, lead.known) == ("PL", ("name", "company", "country"))


def test_an_answer_that_was_given_is_not_changed_by_whoever_has_the_browser(world: World) -> None:
    browser = world.confirmed(name="Anna", company="Acme")
    browser.post("/api/access", gate=FORM, name="Mallory", company="Evil", role="user")

    assert profile_of(world.services, world.lead()).answers == {"name": "Anna", "company": "Acme", "role": "user"}


@BOTH
def test_the_page_opens_at_once_with_its_way_back_by_mail_and_a_word_to_the_rep(world: World) -> None:
    browser = world.confirmed(name="Anna")
    told = len(world.mails(REP_ADDRESS))

    answer = browser.post("/api/access", gate=FORM, company="Acme")
    world.settle()

    assert (answer.status, answer.json) == (200, {"status": "open"})
    assert world.mail(ANNA, "Form guide: here is your way back").link("/confirm")
    assert "Acme" in world.mail(REP_ADDRESS).text
    assert len(world.mails(REP_ADDRESS)) == told + 1
    assert world.touches(TouchKind.CONFIRMED)[-1].facts["how"] == "pass"


def test_the_way_back_opens_the_page_in_another_browser_too(world: World) -> None:
    world.confirmed(name="Anna").post("/api/access", gate=FORM)
    world.settle()
    phone = world.browser()
    phone.post(world.mail(ANNA, "Form guide: here is your way back").link("/confirm"))

    assert phone.get(f"/api/content/{FORM}").status == 200
    assert phone.get(f"/api/form/{MAIL}").json["address"] == "a…@example.com"


def test_the_same_button_twice_is_one_visit(world: World) -> None:
    browser = world.confirmed(name="Anna")
    for _ in range(2):
        assert browser.post("/api/access", gate=FORM, company="Acme").json["status"] == "open"
    world.settle()

    assert len(world.touches(TouchKind.CONFIRMED)) == 2
    assert world.subjects(ANNA).count("Form guide: here is your way back") == 1


@BOTH
def test_boxes_ticked_in_a_known_browser_count_after_the_button_in_the_mail(world: World) -> None:
    browser = world.confirmed(REPS, name="Anna", consent=True)
    browser.post("/api/access", gate=MAIL, consent=True, news=True)
    assert Purpose.NEWS not in world.lead().purposes
    assert world.lead().enrolments == ()

    agreed_by_mail(world)

    lead = world.lead()
    assert {Purpose.FOLLOW_UP, Purpose.NEWS} <= set(lead.purposes)
    assert [(each.sequence, each.promise.mails) for each in lead.enrolments] == [("course", 3)]


def test_the_yes_is_a_receipt_with_the_words_of_that_form(world: World) -> None:
    world.confirmed(REPS).post("/api/access", gate=MAIL, consent=True)
    agreed_by_mail(world)

    receipt = world.touches(TouchKind.PREFERRED)[-1]
    assert receipt.facts["did"] == "agreed"
    assert receipt.facts["words"].startswith("You may write to me about it.\nWhat follows: 3 mails")


def test_boxes_that_nobody_confirms_bring_no_mail(world: World) -> None:
    world.confirmed(FORM, consent=False).post("/api/access", gate=MAIL, consent=True)
    world.advance("30 days")

    assert world.follow_ups() == []


def test_an_exchange_takes_the_box_of_a_known_browser_too(world: World) -> None:
    browser = world.confirmed(FORM, consent=False)

    answer = browser.post("/api/access", gate=MAIL)

    assert (answer.status, list(answer.json["fields"])) == (422, ["consent"])


def test_a_gate_of_the_reps_waits_for_them_whoever_asks(world: World) -> None:
    browser = world.confirmed(name="Anna")

    answer = browser.post("/api/access", gate=REPS, consent=True)
    world.settle()

    assert (answer.status, answer.json) == (202, {"status": "check_mail"})
    assert browser.get(f"/api/content/{REPS}").status == 401
    assert browser.get(f"/api/form/{REPS}").json["waits"] is True


def test_a_wish_for_a_call_counts_at_once_as_it_does_on_the_open_page(world: World) -> None:
    world.confirmed(name="Anna").post("/api/access", gate=FORM, call="now", phone="020 7946 0999", country="UK")
    world.settle()

    call = world.lead().call
    assert call is not None
    assert call.kind is CallKind.NOW
    assert "+44 20 7946 0999" in world.mail(REP_ADDRESS).text


@BOTH
def test_two_people_on_one_browser_stay_two_leads(world: World) -> None:
    browser = world.confirmed(name="Anna")
    before = world.lead()
    assert browser.ask_for(FORM, "ben@example.com", name="Ben").status == 200
    world.settle()
    assert browser.get(f"/api/form/{REPS}").json["address"] is None

    browser.post(world.mail("ben@example.com", "Your link").link("/confirm"))

    assert browser.get(f"/api/form/{REPS}").json["address"] == "b…@example.com"
    assert world.lead() == before
    assert profile_of(world.services, world.lead("ben@example.com")).name == "Ben"


@BOTH
def test_who_types_an_address_of_their_own_speaks_for_nobody_else(world: World) -> None:
    browser = world.confirmed(FORM, name="Anna")
    before = world.lead()
    browser.ask_for(FORM, "ben@example.com")

    assert browser.post("/api/question", gate=FORM, question="It is Ben who asks").status == 200
    assert browser.post("/api/call", gate=FORM, call="now", phone="+44 20 7946 0777").status == 200

    asked = [len(world.touches(TouchKind.ASKED, who)) for who in (ANNA, "ben@example.com")]
    assert asked == [0, 1]
    assert world.lead() == before


def test_while_they_wait_for_their_mail_the_page_of_the_one_before_is_closed_to_them(world: World) -> None:
    browser = world.confirmed(MAIL)
    browser.ask_for(MAIL, "ben@example.com")

    assert browser.get(f"/api/content/{MAIL}").status == 401
    assert browser.post("/api/question", gate=MAIL, question="It is Ben who asks").status == 401
    assert browser.get("/preferences").status == 403


def test_who_types_their_own_address_again_stays_known(world: World) -> None:
    browser = world.confirmed(MAIL)
    browser.ask_for(FORM, ANNA.upper())

    assert browser.get(f"/api/form/{REPS}").json["address"] == "a…@example.com"


def test_taps_on_a_ticked_box_are_one_wish_also_where_a_rep_decides(world: World) -> None:
    browser = world.confirmed(FORM, consent=False)
    for _ in range(3):
        assert browser.post("/api/access", gate=REPS, consent=True).status == 202
        world.settle()

    assert world.subjects(ANNA).count("One tap, and it is so") == 1
    assert [touch.gate for touch in world.touches(TouchKind.CONFIRMED)] == [FORM, REPS]


def test_a_submit_that_nobody_confirmed_makes_nothing_known(world: World) -> None:
    browser = world.confirmed(name="Anna")
    world.browser().ask_for(FORM, ANNA, company="Evil", role="user")
    world.settle()

    assert asked(browser, FORM) == ["company", "country", "role"]


def test_the_same_is_required_of_known_and_unknown_addresses(world: World) -> None:
    world.confirmed(name="Anna", company="Acme")
    answers = [world.browser().post("/api/access", gate=MAIL, email=who) for who in (ANNA, "new@example.com")]
    forms = [world.browser().get(f"/api/form/{MAIL}") for _ in range(2)]

    assert answers[0].status == answers[1].status == 422
    assert answers[0].body == answers[1].body
    assert forms[0].body == forms[1].body


@pytest.mark.parametrize("gone", ["forged", "expired", "none"])
def test_a_pass_that_does_not_hold_is_like_none(world: World, gone: str) -> None:
    browser = world.confirmed(name="Anna")
    if gone == "forged":
        browser.cookies["__Host-leadlight_pass"] = browser.cookies["__Host-leadlight_pass"][:-3] + "abc"
    elif gone == "expired":
        world.jump("366 days")
    else:
        browser.cookies.clear()

    assert browser.get(f"/api/form/{FORM}").json == STRANGER
    assert list(browser.post("/api/access", gate=FORM).json["fields"]) == ["email"]


def test_a_pass_of_somebody_erased_since_is_like_none(world: World) -> None:
    browser = world.confirmed(name="Anna")
    facts = {"lead": world.id_of(), "gen": 2, "to": "a…@example.com"}
    browser.cookies["__Host-leadlight_pass"] = world.services.tokens.sign(TokenUse.LEAD_PASS, facts)

    assert browser.get(f"/api/form/{FORM}").json == STRANGER


def test_a_page_that_opened_without_a_mail_makes_nobody_known(world: World) -> None:
    world.confirmed(name="Anna")
    browser = world.browser()
    assert browser.ask_for(FORM).json["status"] == "open"

    assert browser.get(f"/api/form/{REPS}").json == {**STRANGER}


def test_looking_at_the_form_changes_nothing(world: World) -> None:
    browser = world.confirmed(name="Anna")
    before = world.dump()
    for accept in ("application/json", "text/html"):
        browser.get(f"/api/form/{FORM}", accept=accept)
    browser.head(f"/api/form/{FORM}")

    assert world.dump() == before


def test_without_a_script_a_locked_page_leads_to_the_short_form(world: World) -> None:
    browser = world.confirmed(name="Anna", company="Acme", role="buyer")
    where = browser.get("/guides/form/_full").location

    page = browser.get(where, accept="text/html").text
    answer = browser.submit("/api/access", gate=FORM, country="Poland")

    assert "a…@example.com" in page
    assert 'name="country"' in page
    assert 'name="email"' not in page
    assert "Acme" not in page
    assert answer.location == "/guides/form/_full"
    assert browser.get(answer.location).status == 200


def test_without_a_script_who_asks_a_rep_is_told_to_wait(world: World) -> None:
    browser = world.confirmed(name="Anna")

    where = browser.submit("/api/access", gate=REPS, consent="true").location

    assert urlsplit(where).path == f"/api/form/{REPS}"
    assert "writes to you then" in browser.get(where, accept="text/html").text


def test_a_stranger_without_a_script_gets_the_page_with_its_whole_form(world: World) -> None:
    assert world.browser().get("/guides/form/_full").location == "/guides/form/"
    assert world.browser().get(f"/api/form/{FORM}", accept="text/html").location == "/guides/form/"


def test_the_digits_make_the_tab_a_known_browser(world: World) -> None:
    tab = world.browser()
    tab.ask_for(MAIL)
    world.settle()
    tab.post("/api/code", gate=MAIL, code=world.mail(ANNA).code)

    assert tab.get(f"/api/form/{FORM}").json["address"] == "a…@example.com"


def test_the_source_of_a_visit_is_kept_from_its_first_form_to_its_last(world: World) -> None:
    world.confirmed(name="Anna", landing="utm_source=Google&utm_campaign=Spring").post("/api/access", gate=FORM)
    world.browser().ask_for(FORM, landing="referrer=news.example", landing_last="utm_source=mail")

    sources = [touch.facts["source"] for touch in world.touches(TouchKind.CAPTURED)]
    assert sources == ["google/spring", "direct", "news.example"]
    assert world.touches(TouchKind.CONFIRMED)[0].facts["source"] == "google/spring"
    assert world.services.store.captures(world.id_of())[-1].campaign == {
        "referrer": "news.example", "source": "news.example", "last": "mail",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"likes=tea&likes=water&about=a%0Ab"),
        ("application/json", b'{"likes": ["tea", "water"], "about": "a\\nb"}'),
    ],
)
def test_several_answers_to_a_question_are_one_text(kind: str, body: bytes) -> None:
    request = Request("POST", "/api/access", {}, {"content-type": kind}, {}, body, "")

    assert request.answers == {"likes": "tea, water", "about": "a\nb"}


def test_without_a_script_the_address_of_the_page_tells_the_campaign(world: World) -> None:
    browser = world.browser()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "origin": "https://glass.example",
        "referer": "https://glass.example/guides/form/?utm_source=flyer&from=rita",
    }
    browser.send("POST", "/api/access", b"gate=guides%2Fform&email=anna.nowak%40example.com", headers)

    (capture,) = world.services.store.captures(world.id_of())
    assert capture.campaign == {"utm_source": "flyer", "from": "rita", "source": "qr/rita"}


def test_no_field_of_the_store_holds_the_masked_address(world: World) -> None:
    world.confirmed(name="Anna").post("/api/access", gate=FORM, company="Acme")
    world.settle()

    assert "a…@" not in str(world.dump())
    assert "a\\u2026@" not in str(world.dump())
