"""One gate over languages: a Polish reader gets Polish from the form to the last mail, and an English one English.

The site has no other plugin than ours: its Polish pages are known by their names.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.polish import english_in
from tests.world import ANNA, FILES, MAIL, REP_ADDRESS, Browser, World, built
from tests.world_site import COURSE

from leadlight.playbook.bundle import open_bundle
from leadlight.rights.erasing import begin

BOTH = pytest.mark.grounds("local", "prompt")
POLISH = f"/{MAIL}.pl/"
SECRET = "Bursztynowe latarnie mruczą pod zakrytym łukiem poczty."
ON_TOP = {
    "docs/guides/mail.pl.md": "---\ntitle: Poczta\n---\n# Poczta\n\nTę część może przeczytać każdy, kto tu zajrzy.\n\n"
    f"<!-- more -->\n\n## Reszta\n\n{SECRET}\n",
    "docs/playbook/forms/exchange.yml": """
title: {en: Read on, pl: Czytaj}
button: {en: Send, pl: Wyślij}
consent: required
fields:
  - {name: email, type: email, label: {en: E-mail, pl: Poczta}, required: true}
  - {name: name, label: {en: Your name, pl: Jak się nazywasz}, required: true}
wording:
  content: {en: We send you the page., pl: Wyślemy tę stronę.}
  follow-up: {en: You may write to me about it., pl: Możecie do mnie o tym pisać.}
  news: {en: Tell me what is new., pl: Proszę o nowości.}
""",
    f"{COURSE}/01-hello.pl.md": "---\nsubject: Pierwsza\n---\nO stronie {{ gate.title }}: {{ gate.url }}",
    f"{COURSE}/02-company.pl.md": "---\nsubject: Druga\n---\nJak robią to inni.",
    f"{COURSE}/04-offer.pl.md": "---\nsubject: Czwarta\n---\nPropozycja.",
}


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("languages"), {**FILES, **ON_TOP})


def asked(world: World, browser: Browser, **values: str) -> str:
    """The plain form of the Polish page, filled in; what the browser shows then."""
    sent = {"gate": MAIL, "lang": "pl", "email": ANNA, "name": "Anna", "consent": "true", **values}
    answer = browser.submit("/api/access", **sent)
    shown = browser.get(answer.location, accept="text/html") if answer.status == 303 else answer
    world.settle()
    return shown.text


def confirmed(world: World) -> Browser:
    """A Polish reader who has pressed the mail's button."""
    browser = world.browser()
    asked(world, browser)
    browser.submit(world.mail(ANNA, "Twój link").link("/confirm"))
    world.settle()
    return browser


@BOTH
def test_a_polish_reader_reads_no_english_of_ours_from_form_to_farewell(world: World) -> None:
    browser, shown = world.browser(), []
    form = (world.bundle.parent / "site" / "guides" / "mail.pl" / "index.html").read_text()
    shown.append(form[form.index('<section class="leadlight"') : form.index("data-leadlight-rest")])
    shown += [asked(world, browser, email="x", name=""), asked(world, browser)]
    shown.append(browser.submit("/api/code", gate=MAIL, lang="pl", code="000000").text)
    opt_in = world.mail(ANNA)
    shown.append(browser.get(opt_in.link("/confirm")).text)
    answer = browser.submit(opt_in.link("/confirm"))
    shown.append(browser.get(f"/api/content/{MAIL}?lang=pl").json["html"])
    world.settle()
    plan = world.mail(ANNA, "tędy wrócisz").link("/preferences")
    shown += [browser.get(plan).text, browser.submit(plan, do="pause", span="2 weeks").text]
    shown += [
        browser.submit(plan, do="purposes").text,
        browser.submit(plan, **{"do": "purposes", "follow-up": "yes"}).text,
    ]
    world.settle()
    wish = world.mail(ANNA, "Jedno dotknięcie").link("/preferences")
    shown += [browser.get(wish).text, browser.submit(wish).text, browser.submit(plan, do="resume").text]
    world.advance("20 days")
    stop = world.mail(ANNA, "Pierwsza").link("/unsubscribe")
    shown += [browser.get(stop).text, browser.submit(stop).text]
    shown += [part for mail in world.mails(ANNA) for part in (mail.subject, mail.text, mail.html)]

    assert answer.location == POLISH
    assert [english for text in shown for english in english_in(text)] == []
    assert len(shown) > 25


def test_an_old_link_speaks_the_language_of_its_reader(world: World) -> None:
    browser = confirmed(world)
    old = world.mail(ANNA, "tędy wrócisz").link("/confirm")
    world.jump("15 days")
    shown = [browser.send("GET", old, headers={"accept": "text/html"}).text, browser.submit(old, fresh="yes").text]
    world.settle()
    begin(world.services, world.id_of(), how="test")
    world.settle()
    shown.append(browser.send("GET", old, headers={"accept": "text/html", "accept-language": "pl"}).text)

    assert "Działał do: poniedziałek, 19 stycznia 2026." in shown[0]
    assert [english for text in shown for english in english_in(text)] == []
    assert "Jeśli chcesz, możesz zacząć od nowa: formularz jest na stronie „Poczta”." in shown[2]


def test_what_is_wrong_with_a_form_is_said_by_its_own_names_for_its_fields(world: World) -> None:
    shown = asked(world, world.browser(), email="x", name="")

    assert re.findall("<dt>(.*)</dt>", shown) == ["Poczta", "Jak się nazywasz"]


def test_both_languages_are_one_gate_and_each_opens_its_own_words(world: World) -> None:
    browser = confirmed(world)

    assert SECRET in browser.get(f"/api/content/{MAIL}?lang=pl").json["html"]
    assert SECRET in browser.get(f"{POLISH}_full").text
    assert "Quartz lanterns" in browser.get(f"/api/content/{MAIL}").json["html"]
    assert browser.get(f"/api/files/{MAIL}/guide.pdf").status == 200


def test_what_stays_closed_is_closed_in_each_language(world: World) -> None:
    stranger, page = world.browser(), (world.bundle.parent / "site" / "guides" / "mail.pl" / "index.html").read_text()

    assert stranger.get(f"/api/content/{MAIL}?lang=pl").status == 401
    assert stranger.get(f"{POLISH}_full").location == POLISH
    assert "Bursztynowe" not in page


def test_the_receipt_names_the_words_that_were_shown(world: World) -> None:
    confirmed(world)

    consent = world.services.store.captures(world.id_of())[0].consent
    words = open_bundle(world.services.files).wording(consent.wording)
    assert words is not None
    assert (words.language, words.wording["follow-up"]) == ("pl", "Możecie do mnie o tym pisać.")


def test_the_language_of_a_lead_is_that_of_the_newest_form(world: World) -> None:
    confirmed(world)
    first = world.lead().language
    world.jump("1 hour")
    browser = world.browser()
    browser.ask_for(MAIL, name="Anna")
    world.settle()
    browser.submit(world.mail(ANNA, "Your link").link("/confirm"))

    assert (first, world.lead().language) == ("pl", "en")


def test_the_reps_mail_says_in_which_language_to_call_where_it_is_another_one(world: World) -> None:
    confirmed(world)
    told = world.mail(REP_ADDRESS).text.splitlines()[0]
    world.confirmed(address="john@example.com", name="John")

    assert told.startswith("Anna")
    assert told.endswith("language: pl")
    assert "language" not in world.mail(REP_ADDRESS).text


def test_a_program_is_told_of_its_mistakes_in_the_language_of_its_page(world: World) -> None:
    answer = world.browser().post("/api/access", gate=MAIL, lang="pl", email="anna", consent=True)

    assert answer.json["fields"]["email"] == "To nie wygląda na cały adres. Czy nie brakuje litery albo kropki?"


@pytest.mark.parametrize(
    ("preferred", "heading"),
    [("pl-PL,pl;q=0.9,en;q=0.8", "Ten link nie działa"), ("de,en;q=0.5", "This link does not work"), ("", "This link")],
)
def test_where_nobody_is_known_the_browser_says_which_language(world: World, preferred: str, heading: str) -> None:
    headers = {"accept": "text/html", "accept-language": preferred}
    answer = world.browser().send("GET", "/confirm?token=x", headers=headers)

    assert heading in answer.text


def test_pages_link_to_their_other_language(world: World) -> None:
    site = world.bundle.parent / "site" / "guides"
    english, polish = ((site / name / "index.html").read_text() for name in ("mail", "mail.pl"))

    assert '<a href="../mail.pl/" hreflang="pl" lang="pl">Ta strona jest dostępna po polsku</a>' in english
    assert '<a href="../mail/" hreflang="en" lang="en">This page is available in English</a>' in polish
    assert "hreflang" not in (site / "form" / "index.html").read_text()
