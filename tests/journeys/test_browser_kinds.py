"""Kinds of gates in a real browser: recordings play, two reads are free, a path opens, a waited-for page comes."""

from __future__ import annotations

import math
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import GLASS, OURS, Demo, Person, flaws, link_of, person, running_demo
from tests.journeys.test_browser_seen import counting

from leadlight.publish.local import republish
from leadlight.wiring.local import Place

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGE = "---\n{front}\n---\n# {name}\n\nOpen to all.\n\n<!-- more -->\n\nHere is the withheld half of {name}.\n"
GATES = {
    "talk": "gate: {kind: audio, files: [sound/talk.wav], chapters: ['0:00 How it began', '0:02 Where it broke']}",
    "open": "audio: {file: sound/open.wav, chapters: ['0:00 How it began', '0:02 Where it broke']}",
    "try": "gate: {kind: sample, trial: 'https://app.example.com/start'}",
    **dict.fromkeys(("amber", "umber", "ochre"), "gate: {meter: 2/month}"),
    "lamp-1": "gate: {series: lamps}",
    "lamp-2": "gate: {series: lamps}",
    "soon": "gate: {kind: waitlist}",
}
SITE = {
    "mkdocs.yml": GLASS,
    "docs/index.md": "# Home\n",
    **{f"docs/{name}.md": PAGE.format(name=name, front=front) for name, front in GATES.items()},
    "docs/soon.md": "---\ngate: {kind: waitlist}\n---\n# soon\n\nThis is what it will be about.\n",
    "docs/playbook/team.yml": "company: Glass\npeople: [{name: Rita Rep, email: rita@glass.example}]\n",
}
PLAYS = "() => { const it = document.querySelector('audio'); return (!it.paused || it.ended) && it.currentTime > 2.1 }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    for name, text in SITE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "docs/sound").mkdir()
    for number, name in enumerate(("talk", "open")):
        hum(folder / f"docs/sound/{name}.wav", 220 + 110 * number)
    return folder


@pytest.fixture(scope="module")
def glass(folder: Path) -> Iterator[Demo]:
    with running_demo(folder / "data", folder / "mkdocs.yml") as demo:
        yield demo


@pytest.fixture
def somebody(browser: Browser, glass: Demo) -> Iterator[Person]:
    visitor = person(browser, glass)
    yield visitor
    visitor.context.close()
    visitor.forgiven(401)  # a locked page, asked for with a pass, or a free read too many
    assert visitor.strangers() + visitor.complaints == []


def hum(path: Path, pitch: int) -> None:
    """A recording of six seconds."""
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(int(128 + 30 * math.sin(i * pitch * math.tau / 8000)) for i in range(48_000)))


def confirmed(visitor: Person, path: str, address: str, *, button: str = "Open the whole page") -> Page:
    """A tab with that page open, after its form and the button behind its mail."""
    tab = visitor.open(path)
    tab.get_by_label("E-mail").fill(address)
    tab.locator(".leadlight form").first.get_by_role("button").click()
    expect(tab.get_by_role("heading", name="Check your mail")).to_be_focused()
    tab = visitor.open(link_of(visitor.demo.mail(address, "Your link"), "/confirm"))
    tab.get_by_role("button", name=button).click()
    expect(tab.locator(".leadlight-after")).to_be_visible()
    return tab


def heard(tab: Page) -> str:
    """Takes the player to its second chapter; the chapter that is then shown as the one that is heard."""
    tab.get_by_role("link", name="Where it broke").press("Enter")
    tab.wait_for_function(PLAYS)
    expect(tab.locator("[aria-current=true]")).to_contain_text("0:02")
    return tab.locator("[aria-current=true]").inner_text()


def test_a_recording_plays_once_its_gate_is_open_and_is_401_before(somebody: Person) -> None:
    address = somebody.demo.at("/api/files/talk/talk.wav")
    assert somebody.context.request.get(address).status == 401

    tab = confirmed(somebody, "/talk/", "ada@northwind.example")
    assert heard(tab).endswith("Where it broke")
    part = somebody.context.request.get(address, headers={"range": "bytes=0-3"})
    assert (part.status, part.body()) == (206, b"RIFF")
    assert flaws(tab, "a recording", parts=f"{OURS}, .leadlight-player") == []


def test_a_recording_for_everybody_plays_at_once(somebody: Person) -> None:
    assert heard(somebody.open("/open/")).endswith("Where it broke")


def test_two_reads_a_month_are_free_and_the_third_page_says_so(somebody: Person) -> None:
    told = counting(somebody)
    for name, left in (("amber", "2 free reads left"), ("umber", "1 free read left")):
        tab = somebody.open(f"/{name}/")
        tab.get_by_role("link", name=left).click()
        expect(tab.get_by_text(f"withheld half of {name}")).to_be_visible()
        expect(tab.get_by_text("The whole page is open.")).to_be_focused()
        expect(tab.get_by_label("E-mail")).to_be_visible()  # the form stays, below

    third = somebody.open("/ochre/")
    expect(third.get_by_text("You have used your 2 free reads this month; the other")).to_be_visible()
    expect(third.get_by_role("link", name="Read it now")).to_be_hidden()
    assert flaws(third, "used up") == []
    expect(somebody.open("/amber/").get_by_text("withheld half of amber")).to_be_visible()
    assert told.count("free") == 2

    somebody.demo.days_go_by(31)
    expect(somebody.open("/ochre/").get_by_role("link", name="2 free reads left this month")).to_be_visible()


def test_without_a_script_two_reads_are_free_too(browser: Browser, glass: Demo) -> None:
    visitor = person(browser, glass, java_script_enabled=False)
    for name in ("amber", "umber"):
        tab = visitor.open(f"/{name}/")
        tab.get_by_role("link", name="Read it now").click()
        expect(tab.get_by_text(f"withheld half of {name}")).to_be_visible()
    tab = visitor.open("/ochre/")
    tab.get_by_role("link", name="Read it now").click()

    expect(tab.get_by_text("You have used your 2 free reads this month")).to_be_visible()
    expect(tab.get_by_role("link", name="Read it now")).to_be_hidden()
    visitor.context.close()


def test_one_confirmation_opens_a_path_and_each_page_leads_to_the_next(somebody: Person) -> None:
    tab = confirmed(somebody, "/lamp-1/", "cyd@northwind.example")
    tab.get_by_role("link", name="lamp-2", exact=True).last.click()

    expect(tab.get_by_text("withheld half of lamp-2")).to_be_visible()


def test_who_waits_for_a_page_is_told_when_it_is_there(somebody: Person, folder: Path) -> None:
    tab = confirmed(somebody, "/soon/", "dot@northwind.example", button="Put me on the list")
    expect(tab.get_by_text("You are on the list").first).to_be_visible()

    (folder / "docs/soon.md").write_text(PAGE.format(name="soon", front="gate: {}"))
    republish(folder / "mkdocs.yml", Place(folder / "data", folder / "data/bundle", somebody.demo.url))
    somebody.demo.days_go_by(5)
    told = somebody.demo.mail("dot@northwind.example", "It is there: soon")
    tab = somebody.open(next(word for word in str(told).split() if word.strip("<>()").endswith("/soon/")).strip("<>()"))

    expect(tab.get_by_text("withheld half of soon")).to_be_visible()


def test_who_keeps_no_cookies_is_told_before_asking(somebody: Person) -> None:
    somebody.context.add_init_script("Object.defineProperty(navigator, 'cookieEnabled', {get: () => false})")
    tab = somebody.open("/talk/")

    expect(tab.get_by_text("This browser keeps no cookies for this site")).to_be_visible()


def test_the_way_to_a_trial_is_a_button(somebody: Person) -> None:
    tab = confirmed(somebody, "/try/", "eve@northwind.example")
    button = tab.get_by_role("link", name="Start the trial")

    answer = somebody.context.request.get(somebody.demo.at(str(button.get_attribute("href"))), max_redirects=0)
    assert (answer.status, answer.headers["location"].partition("=")[0]) == (302, "https://app.example.com/start?ref")
    assert flaws(tab, "a trial") == []
