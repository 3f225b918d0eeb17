"""Forms that learn, in a real browser: three gates ask less each time; whoever else sits there is somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import GLASS, Demo, Person, flaws, link_of, person, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADA, BEN = "ada@northwind.example", "ben@southwind.example"
GATED = """\
---
gate: {form: long, unlock: email}
---
# NAME

Open to all.

<!-- more -->

Here is the withheld half of NAME, which is longer than what is open to everybody.
"""
SITE = {
    "mkdocs.yml": GLASS,
    "docs/index.md": "# Home\n\n[One](one.md)\n",
    **{f"docs/{name}.md": GATED.replace("NAME", name) for name in ("one", "two", "three")},
    "docs/playbook/team.yml": "company: Glass\npeople: [{name: Rita Rep, email: rita@glass.example}]\n",
    "docs/playbook/forms/long.yml": dedent("""\
        button: Send it
        fields:
          - {name: name, required: yes}
          - {name: company, help: As on your card., buys: Examples of your size.}
          - {name: country, type: country}
          - {name: topics, type: multi-choice, choices: [costs, law]}
          - {name: utm_medium, type: hidden}
        wording: {content: We mail you the way in., follow-up: You may write to me.}
        """),
}


@pytest.fixture(scope="module")
def glass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("known")
    for name, text in SITE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with running_demo(folder / "data", folder / "mkdocs.yml") as demo:
        yield demo


@pytest.fixture
def somebody(browser: Browser, glass: Demo) -> Iterator[Person]:
    visitor = person(browser, glass)
    yield visitor
    visitor.context.close()
    visitor.forgiven(401)  # a locked page, asked for with a pass
    assert visitor.strangers() + visitor.complaints == []


def fill(tab: Page, address: str, name: str) -> None:
    tab.get_by_label("E-mail").fill(address)
    tab.get_by_label("Name").fill(name)
    tab.get_by_role("button", name="Send it").click()
    expect(tab.get_by_role("heading", name="Check your mail")).to_be_focused()


def known(visitor: Person, address: str, name: str) -> None:
    """A browser in which that address was confirmed, on the first page."""
    fill(visitor.open("/one/"), address, name)
    tab = visitor.open(link_of(visitor.demo.mail(address, "Your link"), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()
    expect(tab.get_by_text("withheld half of one")).to_be_visible()


def test_three_gates_ask_less_each_time_and_the_third_is_one_button(somebody: Person) -> None:
    known(somebody, ADA, "Ada")
    two = somebody.open("/two/")
    expect(two.get_by_text("You are here as a…@northwind.example.")).to_be_visible()
    expect(two.locator("[data-field]:visible")).to_have_count(3)
    expect(two.get_by_label("E-mail")).to_be_hidden()
    assert flaws(two, "the short form") + flaws(somebody.open("/api/form/two"), "the same as a page") == []

    two.get_by_label("Company").fill("Northwind")
    two.get_by_label("Country").select_option("Poland")
    for topic in ("costs", "law"):
        two.get_by_label(topic).check()
    two.get_by_role("button", name="Open the whole page").click()
    expect(two.get_by_text("withheld half of two")).to_be_visible()

    three = somebody.open("/three/")
    expect(three.get_by_text("You are here as")).to_be_visible()
    asked = three.locator(".leadlight :is(input, select, textarea):visible")
    expect(asked.and_(three.locator(":not([type=checkbox], [name=homepage])"))).to_have_count(0)
    three.get_by_role("button", name="Open the whole page").click()
    expect(three.get_by_text("withheld half of three")).to_be_visible()
    assert "costs, law" in str(somebody.demo.mail("rita@glass.example", text="Northwind"))


def test_somebody_else_at_the_same_browser_gets_the_whole_form_and_a_lead_of_their_own(somebody: Person) -> None:
    known(somebody, "ada.too@northwind.example", "Ada")
    two = somebody.open("/two/")
    two.get_by_role("button", name="Not you?").click()
    expect(two.get_by_label("E-mail")).to_be_focused()
    expect(two.get_by_role("button", name="Send it")).to_be_visible()

    fill(two, BEN, "Ben")
    tab = somebody.open(link_of(somebody.demo.mail(BEN, "Your link"), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()
    expect(tab.get_by_text("withheld half of two")).to_be_visible()

    three = somebody.open("/three/")
    expect(three.get_by_text("You are here as b…@southwind.example.")).to_be_visible()


def test_without_a_script_the_page_leads_a_known_browser_to_the_short_form(browser: Browser, glass: Demo) -> None:
    visitor = person(browser, glass, java_script_enabled=False)
    visitor.open("/one/")
    tab = visitor.context.pages[0]
    tab.get_by_label("E-mail").fill("cyd@northwind.example")
    tab.get_by_label("Name").fill("Cyd")
    tab.get_by_role("button", name="Send it").click()
    tab = visitor.open(link_of(glass.mail("cyd@northwind.example", "Your link"), "/confirm"))
    tab.get_by_role("button", name="Open the whole page").click()

    tab = visitor.open("/three/")
    tab.get_by_role("link", name="Open the whole page").click()
    expect(tab.get_by_text("You are here as c…@northwind.example.")).to_be_visible()
    tab.get_by_label("Country").select_option("Poland")
    tab.get_by_role("button", name="Open the whole page").click()
    expect(tab.get_by_text("withheld half of three")).to_be_visible()
    visitor.context.close()


def test_a_visit_remembers_the_campaign_that_it_began_with(somebody: Person) -> None:
    tab = somebody.open("/?utm_source=News&utm_campaign=Spring+26&utm_medium=mail")
    tab.get_by_role("link", name="One", exact=True).first.click()
    with tab.expect_request("**/api/access") as asked:
        fill(tab, "dot@northwind.example", "Dot")

    sent = asked.value.post_data_json
    assert sent["landing"] == "utm_source=News&utm_campaign=Spring+26&utm_medium=mail"
    assert sent["utm_medium"] == "mail"
    assert somebody.context.cookies() == [cookie for cookie in somebody.context.cookies() if "tab" in cookie["name"]]
