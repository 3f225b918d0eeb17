"""The pages behind a lead's mails without a mouse: seen by axe, walked by Tab, pressed by Enter and Space; in English
and in Polish, by day at a desk and by night on a small phone."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import Demo, code_of, flaws, link_of, person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

KEYS = 80
"""So many times is Tab pressed before what comes next counts as out of reach."""

OURS = """() => [...document.querySelectorAll(
    '.leadlight-page :is(a[href], button, input:not([type=hidden]), select, textarea, summary)')]
    .filter(one => one.checkVisibility())"""
"""What of ours can be pressed or filled in, in the order in which it is read."""

FOCUSED = f"""() => {{
    const one = document.activeElement, ring = getComputedStyle(one)
    const {{ left, top, width, height }} = one.getClientRects()[0]
    const shown = document.elementFromPoint(left + width / 2, top + height / 2)
    return {{ place: ({OURS})().indexOf(one), name: one.innerText || one.name,
             ring: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 1,
             seen: [one, ...(one.labels ?? [])].some(part => part.contains(shown)) }} }}"""
"""Where the keyboard is: which of ours, whether that is marked, and whether anything lies before it."""

BEGIN = """() => { const ours = document.querySelector('.leadlight-page')
    ours.tabIndex = -1; ours.focus(); ours.removeAttribute('tabindex') }"""
"""From where our part begins: what stands before it is the theme's."""

CALLED = """() => {
    const one = document.activeElement
    return one === document.body ? '' : [one, ...(one.labels ?? [])].map(part => part.innerText).join(' ') }"""
"""What the thing is called that has the keyboard."""


@dataclass(frozen=True)
class Words:
    """What the pages call things."""

    page: str
    link: str
    back: str
    open: str
    pause: str
    paused: str
    data: str
    send: str
    digits: str
    erase: str
    gone: str


ENGLISH = Words(
    page="/guide/", link="Your link", back="way back", open="Open the whole page", pause="2 weeks", paused="Paused",
    data="Read, save or erase", send="Send me the digits", digits="Six digits",
    erase="Erase everything …", gone="Erase everything now",
)  # fmt: skip
POLISH = Words(
    page="/pl/guide/", link="Twój link", back="tędy wrócisz", open="Otwórz całą stronę", pause="2 tygodnie",
    paused="Wstrzymane", data="Przeczytaj, zapisz albo usuń", send="Wyślij mi cyfry",
    digits="Sześć cyfr", erase="Usuń wszystko …", gone="Usuń wszystko teraz",
)  # fmt: skip


@pytest.fixture
def tab(browser: Browser, two_tongues: Demo) -> Iterator[Page]:
    somebody = person(browser, two_tongues)
    yield somebody.context.new_page()
    somebody.context.close()
    assert (somebody.complaints, somebody.strangers()) == ([], [])


def asked(demo: Demo, words: Words) -> str:
    """A new address whose form was sent on that page."""
    address = f"ada.{secrets.token_hex(4)}@northwind.example"
    language = {"lang": "pl"} if words is POLISH else {}
    body = json.dumps({"gate": "guide", "email": address, "consent": True, **language}).encode()
    request = urllib.request.Request(demo.at("/api/access"), body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202
    return address


def wrong(tab: Page, where: str) -> list[str]:
    """What axe finds, and what the keyboard does not reach, hides, does not mark or does not leave again."""
    return flaws(tab, where, also=walked)


def walked(tab: Page) -> list[str]:
    """Our part by Tab, until the keyboard has left it."""
    count, met = tab.evaluate(f"({OURS})().length"), list[dict[str, Any]]()
    tab.evaluate(BEGIN)
    for _ in range(KEYS):
        tab.keyboard.press("Tab")
        here = tab.evaluate(FOCUSED)
        if here["place"] < 0:
            break
        if not met or met[-1]["place"] != here["place"]:  # a date has a place for its day, its month and its year
            met.append(here)
    else:
        return ["there is no way out"]
    places = [one["place"] for one in met]
    order = [] if places == [*range(count)] else [f"of {count} the keyboard comes to {places}"]
    return order + [f"{one['name']}: {lack}" for one in met for lack in ("ring", "seen") if not one[lack]]


def go_to(tab: Page, words: str) -> None:
    """Goes by Tab to what says that."""
    for _ in range(KEYS):
        tab.keyboard.press("Tab")
        if words in tab.evaluate(CALLED):
            return
    raise AssertionError(f"the keyboard does not come to “{words}”")


def press(tab: Page, words: str, key: str = "Enter") -> None:
    """Presses what says that, and waits for the page that follows."""
    go_to(tab, words)
    with tab.expect_event("load"):
        tab.keyboard.press(key)


@pytest.mark.parametrize("words", [ENGLISH, POLISH], ids=["English", "Polish"])
def test_the_pages_of_a_lead_need_no_mouse(tab: Page, two_tongues: Demo, words: Words) -> None:
    address = asked(two_tongues, words)
    tab.goto(link_of(two_tongues.mail(address, words.link), "/confirm"))
    found = wrong(tab, "confirm")
    press(tab, words.open, "Space")
    expect(tab).to_have_url(two_tongues.at(words.page))
    tab.goto(link_of(two_tongues.mail(address, words.back), "/preferences"))
    found += wrong(tab, "preferences")
    press(tab, words.pause)
    expect(tab.get_by_role("status")).to_contain_text(words.paused)
    press(tab, words.data)
    press(tab, words.send)
    found += wrong(tab, "digits")
    go_to(tab, words.digits)
    tab.keyboard.type(code_of(two_tongues.mail(address, words.digits)))
    with tab.expect_event("load"):
        tab.keyboard.press("Enter")
    found += wrong(tab, "data")
    press(tab, words.erase, "Space")
    expect(tab.get_by_role("button", name=words.gone)).to_be_visible()

    assert "\n".join(found) == ""
