"""A small puzzle in a real browser: whoever looks like a program gets through, and does nothing for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import GLASS, Demo, Person, code_of, flaws, person, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SITE = {
    "mkdocs.yml": GLASS,
    "docs/index.md": "# Home\n",
    "docs/lamp.md": "---\ngate: {}\n---\n# Lamp\n\nOpen to all.\n\n<!-- more -->\n\nHere is how it is lit.\n",
    "docs/playbook/team.yml": "company: Glass\npeople: [{name: Rita Rep, email: rita@glass.example}]\n",
}
PUZZLE = re.compile("solving a small puzzle")
"""What the page says meanwhile."""

AT_ITS_CENTRE = """() => {
    const {x, y, width, height} = document.querySelector("[name=homepage]").getBoundingClientRect()
    return document.elementFromPoint(x + width / 2, y + height / 2)?.name
}"""
NO_WORKERS = "window.Worker = class { constructor() { throw Error('none here') } }"


@pytest.fixture(scope="module")
def glass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("proof")
    for name, text in SITE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with running_demo(folder / "data", folder / "mkdocs.yml", "--proof-of-work") as demo:
        yield demo


@pytest.fixture
def somebody(browser: Browser, glass: Demo) -> Iterator[Person]:
    visitor = person(browser, glass)
    yield visitor
    visitor.context.close()
    assert visitor.strangers() + visitor.complaints == []


def filled(somebody: Person, address: str) -> Page:
    """A tab whose form was filled in faster than a person does it."""
    tab = somebody.open("/lamp/")
    with tab.expect_response("**/api/form/lamp*"):
        tab.get_by_label("E-mail").fill(address)
    return tab


def send(tab: Page) -> None:
    tab.locator(".leadlight form").first.get_by_role("button").click()


def test_who_is_faster_than_a_person_gets_through_without_doing_anything(somebody: Person, address: str) -> None:
    tab = filled(somebody, address)
    before = list(somebody.asked)
    send(tab)
    expect(tab.get_by_role("heading", name="Check your mail")).to_be_focused()
    tab.get_by_label("Six digits").fill(code_of(somebody.demo.mail(address)))
    expect(tab.get_by_text("Here is how it is lit.")).to_be_visible()

    assert [url for url in before if "leadlight-proof" in url] == []
    assert somebody.forgiven(422) == 1


def test_the_page_says_what_is_going_on_and_can_still_be_used(somebody: Person, address: str) -> None:
    tab = filled(somebody, address)
    tab.route("**/leadlight-proof.*", lambda _: None)  # for as long as we look
    tab.get_by_label("E-mail").press("Enter")  # a pointer on the button would show the theme's own colours
    status = tab.locator(".leadlight form").first.get_by_role("status")
    expect(status).to_have_text(PUZZLE)

    assert flaws(tab, "the form that waits for a puzzle") == []
    tab.unroute("**/leadlight-proof.*")
    expect(tab.get_by_role("heading", name="Check your mail")).to_be_focused()
    assert somebody.forgiven(422) == 1


def test_neither_a_pointer_nor_a_key_nor_a_screen_reader_finds_the_field_for_programs(somebody: Person) -> None:
    tab = somebody.open("/lamp/")
    tab.get_by_label("E-mail").press("Tab")

    assert tab.evaluate(AT_ITS_CENTRE) != "homepage"
    assert tab.evaluate("document.activeElement.name") == "call"
    assert tab.get_by_role("textbox", name="leave this empty").count() == 0


@pytest.mark.parametrize("lacking", ["workers", "the file"])
def test_a_browser_that_cannot_do_the_work_sends_its_form_plainly(somebody: Person, address: str, lacking: str) -> None:
    if lacking == "workers":
        somebody.context.add_init_script(NO_WORKERS)
    else:
        somebody.context.route("**/leadlight-proof.*", lambda route: route.fulfill(status=404))
    tab = filled(somebody, address)
    send(tab)
    expect(tab).to_have_url(re.compile("/api/access"))
    tab.get_by_label("Six digits").fill(code_of(somebody.demo.mail(address)))
    tab.get_by_role("button", name="Open").click()

    expect(tab.get_by_text("Here is how it is lit.")).to_be_visible()
    assert (somebody.forgiven(422), somebody.forgiven(404)) == (1, lacking == "the file")


def test_without_a_script_nobody_is_asked_for_anything(browser: Browser, glass: Demo, address: str) -> None:
    visitor = person(browser, glass, java_script_enabled=False)
    tab = visitor.open("/lamp/")
    tab.get_by_label("E-mail").fill(address)
    send(tab)
    tab.get_by_label("Six digits").fill(code_of(glass.mail(address)))
    tab.get_by_role("button", name="Open").click()

    expect(tab.get_by_text("Here is how it is lit.")).to_be_visible()
    assert visitor.complaints == []
    visitor.context.close()
