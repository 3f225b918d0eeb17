"""Somebody asks what we keep of them, and has it erased: the page, the digits, the file, and what is left."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace

import pytest
from tests.journeys.control import words
from tests.world import ANNA, MAIL, SITE, Answer, Browser, World

from leadlight.model.data_map import DATA_MAP
from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.touch import TouchKind
from leadlight.pausing import pause_lead
from leadlight.rights.export import export_of
from leadlight.rules.stop import LEAD

BOTH = pytest.mark.grounds("local", "prompt")
PAGE = "/my-data"
SECRET = "Marzipan is what we need most."


def link(world: World, address: str = ANNA) -> str:
    """The page as the link on the page of preferences has it."""
    token = world.mail(address, "way back").link("/preferences").partition("=")[2]
    return f"{PAGE}?token={token}"


def asked(world: World, browser: Browser | None = None) -> tuple[Browser, str]:
    """A browser that waits for the digits, and the digits as they come by mail."""
    browser = browser or world.browser()
    assert browser.submit(link(world), do="ask").status == 200
    world.settle()
    return browser, world.mail(ANNA, "Six digits").code


def opened(world: World) -> Browser:
    """A browser that has shown them."""
    browser, code = asked(world)
    assert browser.submit(link(world), do="open", code=code).status == 200
    return browser


def erased(world: World, browser: Browser | None = None) -> Answer:
    """Anna presses the last button, and what follows by itself has happened."""
    browser = browser or opened(world)
    answer = browser.submit(link(world), do="erase")
    world.settle()
    return answer


@BOTH
def test_the_page_is_one_click_from_the_preferences(world: World) -> None:
    world.confirmed()
    preferences = world.browser().get(world.mail(ANNA, "way back").link("/preferences"))

    assert link(world).replace("&", "&amp;") in preferences.text
    assert "six digits to your own mailbox" in words(world.browser().get(link(world)))


@BOTH
def test_who_has_shown_the_digits_reads_all_of_it_and_saves_it(world: World) -> None:
    reader = world.confirmed(name="Anna Nowak", phone="+44 20 7946 0958")
    reader.post("/api/question", gate=MAIL, question=SECRET)
    pause_lead(world.services, world.lead(), until=world.later("2 weeks"), by=LEAD)
    browser = opened(world)

    saved, shown = browser.submit(link(world), do="save"), browser.submit(link(world), do="show")

    assert saved.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert saved.headers["cache-control"] == "private, no-store"
    for text in (ANNA, "Anna Nowak", "7946 0958", "198.51.100.0/24", SECRET, "You may write to me about it."):
        assert text in json.dumps(saved.json, ensure_ascii=False), text
        assert text in shown.text, text
    assert re.search(r"put off</dt>\s*<dd>1[34] days</dd>", shown.text)


@BOTH
def test_p9_the_export_is_everything_that_is_stored(world: World) -> None:
    reader = world.confirmed(name="Anna Nowak", news=True)
    reader.post("/api/question", gate=MAIL, question=SECRET)
    world.settle()
    world.taken()
    world.advance("1 day")
    store, lead = world.services.store, world.lead()

    document = export_of(world.services, lead.id) or {}

    assert set(document["lead"]) == {field.name for field in fields(Lead)}
    assert {touch["id"] for touch in document["timeline"]} == {touch.id for touch in store.touches(lead.id)}
    assert {form["id"] for form in document["forms"]} == {capture.id for capture in store.captures(lead.id)}
    assert {mail["key"] for mail in document["mails"]} == {entry.key for entry in store.ledger(lead.id)}
    assert len(document["planned"]) == len(store.due_of(lead.id)) > 0
    counted = store.figures(lead.id)
    assert counted
    assert document["counted"] == counted.cells
    assert {"text": SECRET} in [touch.get("said") for touch in document["timeline"]]
    assert {row.part for row in DATA_MAP if row.part} <= set(document)


@BOTH
def test_p9_the_last_button_erases_and_says_what_remains(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    browser = opened(world)
    sure = browser.submit(link(world), do="sure")
    kept = world.lead()
    page = words(erased(world, browser))

    assert kept.stops == ()
    assert "Erase everything now" in words(sure)
    for said in ("From this moment nothing is sent to you any more.", "Figures without a name", "14 days at most"):
        assert said in page
    assert world.services.store.lead(kept.id) is None


@BOTH
def test_p4_opening_the_page_changes_nothing_at_any_step(world: World) -> None:
    world.confirmed()
    where = link(world)
    waiting, code = asked(world)
    ready = opened(world)
    before = world.dump()

    for browser in (world.browser(), waiting, ready):
        for _ in range(3):
            assert browser.get(where, accept="text/html").status == 200
            assert browser.head(where).status == 200
    world.settle()

    assert world.dump() == before
    assert "Read all of it here" in words(ready.get(where))
    assert "Six digits from the mail" in words(waiting.get(where))
    assert waiting.submit(where, do="open", code=code).status == 200


def test_a_forwarded_mail_shows_nothing_and_erases_nothing(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    where, stranger = link(world), world.browser()

    for button in ("show", "save", "sure", "erase", "open"):
        answer = stranger.submit(where, do=button, code="123456")
        assert answer.status == 403
        assert "Anna" not in answer.text
    assert ANNA not in stranger.get(where).text
    assert world.lead().stops == ()


def test_the_digits_open_the_tab_that_asked_and_no_other(world: World) -> None:
    world.confirmed()
    _, code = asked(world)
    other, newer = asked(world)
    where = link(world)

    assert world.browser().submit(where, do="open", code=code).status == 403
    assert other.submit(where, do="open", code=code).status == 422
    for _ in range(2):  # going back sends it again
        assert other.submit(where, do="open", code=f"{newer[:3]} {newer[3:]}").status == 200


def test_somebody_elses_tab_opens_nothing_of_hers(world: World) -> None:
    world.confirmed()
    world.confirmed(address="ben@example.com")
    browser = opened(world)

    answer = browser.submit(link(world, "ben@example.com"), do="save")

    assert answer.status == 403


def test_the_digits_work_for_ten_minutes_and_five_tries(world: World) -> None:
    world.confirmed()
    where = link(world)
    late, code = asked(world)
    world.advance("11 minutes")
    assert late.submit(where, do="open", code=code).status == 422
    patient, code = asked(world)
    assert "They work for 10 minutes" in words(patient.get(where))
    assert "They work for 10 minutes" in world.mail(ANNA, "Six digits").text
    world.advance("9 minutes")
    assert patient.submit(where, do="open", code=code).status == 200
    browser, code = asked(world)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    answers = [browser.submit(where, do="open", code=wrong) for _ in range(5)]
    used_up = browser.submit(where, do="open", code=code)

    assert [answer.status for answer in (*answers, used_up)] == [422] * 6
    assert "its 10 minutes are over" in words(answers[0])
    assert "Have fresh digits sent." in words(used_up)


def test_before_the_mail_is_out_there_are_no_digits(world: World) -> None:
    world.confirmed()
    browser, where = world.browser(), link(world)
    browser.submit(where, do="ask")

    answers = {browser.submit(where, do="open", code=code).status for code in ("000000", "", "12345x")}

    assert answers == {422}


def test_what_was_opened_is_closed_after_half_an_hour(world: World) -> None:
    world.confirmed()
    browser = opened(world)
    world.advance("31 minutes")

    answer = browser.submit(link(world), do="save")

    assert answer.status == 403
    assert "Send me the digits" in words(browser.get(link(world)))


def test_so_many_mails_a_day_and_no_more(world: World) -> None:
    world.confirmed()
    where = link(world)

    statuses = [world.browser().submit(where, do="ask").status for _ in range(6)]
    world.settle()

    assert statuses == [200] * 4 + [429] * 2
    assert world.subjects(ANNA).count("Six digits for the page with your data") == 4
    world.advance("1 day")
    assert world.browser().submit(where, do="ask").status == 200


def test_the_mail_with_the_digits_names_nobody_and_lists_nothing(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acmeworks")
    asked(world)
    mail = world.mail(ANNA, "Six digits")

    assert not [name for name in mail.message if name.startswith("List-")]
    assert not [word for word in ("Anna", "Nowak", "Acmeworks") if word in mail.text.replace(ANNA, "")]
    assert not [found for found in mail.links if found.startswith(SITE) and "token" in found]


def test_the_browser_that_confirmed_needs_no_link_but_the_digits(world: World) -> None:
    reader = world.confirmed()
    assert reader.submit(PAGE, do="show").status == 403
    reader.submit(PAGE, do="ask")
    world.settle()

    assert reader.submit(PAGE, do="open", code=world.mail(ANNA, "Six digits").code).status == 200
    assert ANNA in reader.submit(PAGE, do="show").text
    assert world.browser().get(PAGE, accept="text/html").status == 403


def test_another_site_cannot_press_for_her(world: World) -> None:
    world.confirmed()
    browser = opened(world)
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example"}

    assert browser.send("POST", link(world), b"do=erase", headers).status == 403
    assert world.lead().stops == ()


def test_who_has_left_gets_the_digits_all_the_same(world: World) -> None:
    reader = world.confirmed()
    world.advance("1 day")
    reader.submit("/preferences", do="stop")

    assert asked(world)[1]


def test_a_second_tap_on_the_last_button_is_answered_kindly(world: World) -> None:
    world.confirmed()
    browser, where = opened(world), link(world)
    erased(world, browser)

    again = browser.submit(where, do="erase")

    assert [again.status, browser.get(where, accept="text/html").status] == [410, 410]
    assert "Nothing is kept here any more" in words(again)


def test_a_page_that_is_loaded_again_meanwhile_says_that_it_goes_on(world: World) -> None:
    world.confirmed()
    browser, where = opened(world), link(world)
    pages = [browser.submit(where, do="erase"), browser.submit(where, do="erase"), browser.get(where)]

    assert [page.status for page in pages] == [200] * 3
    for page in pages:
        assert "Everything is being erased" in words(page)
        assert f'<a href="{where}">See whether it is done</a>' in page.text
        assert "Ask for fresh digits first" not in words(page)
    assert len(world.touches(TouchKind.ERASED)) == 1


def test_a_button_that_we_do_not_have_does_nothing(world: World) -> None:
    world.confirmed()
    before = world.dump()

    assert world.browser().submit(link(world), do="everything").status == 422
    assert world.dump() == before


def test_the_erasure_stands_on_the_timeline_until_all_is_gone(world: World) -> None:
    world.confirmed()
    opened(world).submit(link(world), do="erase")

    (fact,) = world.touches(TouchKind.ERASED)
    assert fact.facts == {"how": "my-data"}
    assert [row.kind for row in world.services.store.due_of(world.id_of())] == [DueKind.ERASURE]
    assert "From this moment" in words(world.browser().get(link(world)))


def test_the_page_speaks_her_language(world: World) -> None:
    world.confirmed()
    world.services.store.commit(Change(replace(world.lead(), language="pl")))

    assert "Co o Tobie przechowujemy" in words(world.browser().get(link(world)))
    world.browser().submit(link(world), do="ask")
    world.settle()
    assert world.mail(ANNA, "Sześć cyfr").code
