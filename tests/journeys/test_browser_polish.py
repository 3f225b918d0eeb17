"""A Polish visitor in a real browser, on a site of two languages: Polish from the first page to the last button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import Demo, Person, code_of, flaws, link_of, person, words_of
from tests.journeys.tongues import SECRET
from tests.polish import english_in

from leadlight.gate.tongues import HERE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def reader(browser: Browser, two_tongues: Demo) -> Iterator[Person]:
    one = person(browser, two_tongues, locale="pl-PL")
    yield one
    one.context.close()


def english_on(tab: Page) -> list[str]:
    """Our own English in the whole page, attributes and what is hidden included, but for the way to the English one."""
    return [words for words in english_in(tab.content()) if words != HERE]


def sends_the_form(tab: Page, address: str) -> None:
    tab.get_by_label("Twój adres e-mail").fill(address)
    tab.get_by_label("I pisać do mnie dalej").check()
    tab.get_by_role("button", name="Wyślij mi link").click()


def test_a_polish_visitor_gets_polish_throughout(reader: Person, address: str) -> None:
    demo, found = reader.demo, list[str]()
    tab = reader.open("/guide/")
    tab.get_by_role("link", name="po polsku").click()
    expect(tab).to_have_url(demo.at("/pl/guide/"))
    sends_the_form(tab, "anna@example")
    expect(tab.locator("#leadlight-email-error")).to_contain_text("To nie wygląda na cały adres")
    sends_the_form(tab, address)
    expect(tab.get_by_role("heading", name="Sprawdź pocztę")).to_be_visible()
    tab.get_by_label("Sześć cyfr z wiadomości").fill("000000")
    expect(tab.locator("#leadlight-code-error")).to_contain_text("Ten kod nie pasuje")
    found += english_on(tab) + flaws(tab, "form")
    confirm = reader.open(link_of(demo.mail(address, "Twój link do „Bursztyn”"), "/confirm"))
    found += english_on(confirm)
    confirm.get_by_role("button", name="Otwórz całą stronę").click()
    expect(confirm.get_by_text(SECRET)).to_be_visible()
    confirm.get_by_label("Czego chcesz się o tym dowiedzieć?").fill("Ile kosztuje?")
    confirm.get_by_role("button", name="Wyślij pytanie").click()
    expect(confirm.get_by_text("Wysłane. Przeczyta to człowiek").first).to_be_visible()
    found += english_on(confirm)
    plan = reader.open(link_of(demo.mail(address, "tędy wrócisz"), "/preferences"))
    plan.get_by_role("button", name="1 miesiąc").click()
    expect(plan.get_by_role("status")).to_contain_text("Wstrzymane")
    found += english_on(plan)
    plan.get_by_role("button", name="Idź dalej teraz").click()
    expect(plan.get_by_role("status")).to_contain_text("Idziemy dalej")
    plan.get_by_role("link", name="Przeczytaj, zapisz albo usuń").click()
    plan.get_by_role("button", name="Wyślij mi cyfry").click()
    expect(plan.get_by_role("heading", name="Zajrzyj do poczty")).to_be_visible()
    found += english_on(plan) + flaws(plan, "digits")
    plan.get_by_label("Sześć cyfr z wiadomości").fill(code_of(demo.mail(address, "Sześć cyfr")))
    plan.get_by_role("button", name="Pokaż, co o mnie przechowujecie").click()
    expect(plan.get_by_role("heading", name="Co o Tobie przechowujemy")).to_be_visible()
    found += english_on(plan)
    plan.get_by_role("button", name="Przeczytaj wszystko tutaj").click()
    expect(plan.get_by_role("heading", name="Do czego to służy")).to_be_visible()
    found += flaws(plan, "data")  # names of things are those of our programs there, and it says so
    demo.days_go_by(3)
    mail = demo.mail(address, "Pierwsza", text="Jak go trzymasz?")
    leaving = reader.open(link_of(mail, "/unsubscribe"))
    found += english_on(leaving)
    leaving.get_by_role("button", name="Zakończ wszystkie wiadomości").click()
    expect(leaving.get_by_role("heading", name="Gotowe")).to_be_visible()
    found += english_on(leaving)
    found += [words for one in demo.mails(address) for words in english_in(f"{one['Subject']}\n{words_of(one)}")]

    assert found == []
    assert reader.forgiven(422) == 1  # the digits; half an address is stopped before it is sent
    assert (reader.complaints, reader.strangers()) == ([], [])
