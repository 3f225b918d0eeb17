"""The main job in a real browser, as a visitor with JavaScript lives it. `test_browser_plain.py` has the others."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browser import AT_ONCE, DEEP, MAILED, WITHHELD, Demo, Person, code_of, person, words_of
from tests.journeys.walks import New, confirm, send_form, unlock, wait_for_mail

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

READER = f"reader.{secrets.token_hex(4)}@northwind.example"


@pytest.fixture(scope="module")
def reader(browser: Browser, demo: Demo) -> Iterator[Person]:
    """Somebody who opened a page, for those who look at what is there afterwards."""
    reader = person(browser, demo)
    unlock(reader, READER)
    yield reader
    reader.context.close()
    assert reader.strangers() + reader.complaints == []


@pytest.fixture
def opened(reader: Person) -> Page:
    """The tab in which that page was opened."""
    return reader.context.pages[0]


def test_what_is_missing_is_said_beside_its_field(new: New) -> None:
    tab = new().open(MAILED)
    tab.locator(".leadlight").get_by_role("button", name="Send me the way in").click()

    expect(tab.get_by_label("E-mail")).to_be_focused()
    expect(tab.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(tab.locator("#leadlight-email-error")).not_to_be_empty()
    expect(tab.locator("#leadlight-consent-error")).not_to_be_empty()


def test_half_an_address_and_a_box_without_its_tick_are_said_at_once(new: New) -> None:
    tab = new().open(MAILED)
    tab.get_by_label("E-mail").fill("x@waterworks")
    tab.locator(".leadlight").get_by_role("button", name="Send me the way in").click()

    expect(tab.locator("#leadlight-consent-error")).not_to_be_empty()
    expect(tab.locator("#leadlight-email-error")).to_contain_text("a letter missing, or a dot")


def test_what_only_the_server_can_refuse_is_said_beside_its_field_too(new: New) -> None:
    visitor = new()
    tab = visitor.open(MAILED)
    send_form(tab, "a..b@northwind.example")

    expect(tab.locator("#leadlight-email-error")).not_to_be_empty()
    expect(tab.get_by_label("E-mail")).to_be_focused()
    assert visitor.forgiven(422) == 1


def test_the_form_tells_by_which_clock_its_reader_lives(new: New, address: str) -> None:
    tab = new(timezone_id="Asia/Kathmandu").open(MAILED)
    with tab.expect_request("**/api/access") as asked:
        send_form(tab, address)

    assert asked.value.post_data_json["zone"] in {"Asia/Kathmandu", "Asia/Katmandu"}  # the second is ICU's older name


def test_the_six_digits_open_the_page_in_place(opened: Page) -> None:
    expect(opened).to_have_url(re.compile(rf"{MAILED}(#.*)?$"))  # the theme follows the scrolling
    expect(opened.get_by_text(WITHHELD).first).to_be_visible()
    expect(opened.locator(".leadlight")).to_have_count(0)


def test_an_opened_page_takes_the_focus_and_says_so(new: New, address: str) -> None:
    note = unlock(new(), address).get_by_role("status").filter(has_text="The whole page is open")

    expect(note).to_be_focused()


def test_an_opened_page_has_its_whole_table_of_contents(opened: Page) -> None:
    missing = """() => [...document.querySelectorAll('.md-content h2[id]')].map(h => '#' + h.id)
        .filter(id => ![...document.querySelectorAll('.md-nav--secondary a')].some(a => a.hash === id))"""

    assert opened.locator(f'.md-nav--secondary a[href$="{DEEP}"]').count() > 0
    assert opened.evaluate(missing) == []


def test_an_opened_page_is_mounted_once(opened: Page) -> None:
    twice = """() => { const ids = [...document.querySelectorAll('.md-content [id]')].map(e => e.id);
        return ids.filter((id, i) => ids.indexOf(id) !== i) }"""
    without_one_button = """() => [...document.querySelectorAll('.md-content pre')]
        .filter(pre => pre.querySelectorAll('.md-code__nav').length !== 1).length"""
    expect(opened.locator(".md-content pre .md-code__nav").first).to_be_attached()

    assert opened.evaluate(twice) == []
    assert opened.evaluate(without_one_button) == 0
    assert opened.locator(".md-typeset__scrollwrap .md-typeset__scrollwrap").count() == 0
    assert opened.locator(".tabbed-control + .tabbed-control").count() == 0


def test_a_wrong_code_is_said_and_the_right_one_still_opens(new: New, address: str) -> None:
    visitor = new()
    tab = visitor.open(MAILED)
    wait_for_mail(tab, address)
    code = code_of(visitor.demo.mail(address))
    tab.get_by_label("Six digits").fill("000000" if code != "000000" else "000001")
    expect(tab.locator("#leadlight-code-error")).not_to_be_empty()
    tab.get_by_label("Six digits").fill(code)

    expect(tab.locator(".leadlight-after")).to_be_visible()
    assert visitor.forgiven(422) == 1


def test_a_mistyped_address_can_be_corrected(new: New, address: str) -> None:
    visitor = new()
    tab = visitor.open(MAILED)
    wait_for_mail(tab, "x" + address)
    tab.get_by_role("button", name="Correct it").click()
    expect(tab.get_by_label("E-mail")).to_be_focused()
    wait_for_mail(tab, address)

    expect(tab.get_by_text(f"We wrote to {address}")).to_be_visible()
    assert code_of(visitor.demo.mail(address))


def test_a_link_confirmed_in_another_tab_opens_the_waiting_one(new: New, address: str) -> None:
    visitor = new()
    waiting = visitor.open(MAILED)
    wait_for_mail(waiting, address)
    confirm(visitor, address)
    waiting.bring_to_front()
    waiting.evaluate("dispatchEvent(new Event('focus'))")  # headless Chromium gives every tab the focus

    expect(waiting.locator(".leadlight-after")).to_be_visible()
    expect(waiting.get_by_text("The whole page is open")).to_be_focused()


def test_a_link_confirmed_in_another_browser_never_opens_this_one(new: New, address: str) -> None:
    desk, elsewhere = new(), new()
    waiting = desk.open(MAILED)
    wait_for_mail(waiting, address)
    confirm(elsewhere, address)
    waiting.evaluate("dispatchEvent(new Event('focus'))")
    waiting.reload()

    expect(waiting.get_by_label("Six digits")).to_be_visible()
    assert WITHHELD not in waiting.content()
    assert [url for url in desk.asked if "/api/content/" in url] == []


def test_a_returning_visitor_finds_the_page_open(reader: Person) -> None:
    again = reader.open(MAILED)
    expect(again.locator(".leadlight-after")).to_be_visible()
    again.reload()

    expect(again.get_by_text(WITHHELD).first).to_be_visible()
    expect(again.locator(".leadlight-opened")).to_have_count(0)


def test_a_link_into_the_withheld_part_arrives_there(reader: Person) -> None:
    tab = reader.open(MAILED + DEEP)

    expect(tab.locator(DEEP)).to_be_in_viewport()


def test_a_stranger_with_a_link_into_the_withheld_part_arrives_there_after_the_code(new: New, address: str) -> None:
    visitor = new()
    tab = visitor.open(MAILED + DEEP)
    wait_for_mail(tab, address)
    tab.get_by_label("Six digits").fill(code_of(visitor.demo.mail(address)))

    expect(tab.locator(DEEP)).to_be_in_viewport()


def test_an_open_page_stays_open_when_going_away_and_back(new: New, address: str) -> None:
    visitor = new()
    tab = unlock(visitor, address)
    tab.evaluate("window.same = true")
    tab.locator(".md-footer__link--next").click()
    expect(tab).to_have_url(re.compile(AT_ONCE))
    expect(tab.locator(".leadlight")).to_have_count(1)
    tab.go_back()

    expect(tab.locator(".leadlight-after")).to_have_count(1)
    assert tab.evaluate("window.same"), "instant navigation loads no page anew"
    assert visitor.forgiven(401) <= 1  # the other page was asked for: this visitor has a pass, though not for it


def test_a_form_gate_opens_at_once(new: New, address: str) -> None:
    visitor = new()
    tab = visitor.open(AT_ONCE)
    tab.get_by_label("Name").fill("Ada Brink")
    tab.get_by_label("Company").fill("Northwind")
    send_form(tab, address)

    expect(tab.get_by_role("status").filter(has_text="The whole page is open")).to_be_focused()
    assert "unconfirmed" in visitor.demo.mail("@leadlight.example", "Ada Brink", text=address)["Subject"]


def test_both_files_can_be_taken_along(opened: Page) -> None:
    tab = opened
    sizes = []
    for link in tab.locator("a[download]").all():
        with tab.expect_download() as started:
            link.click()
        sizes.append(Path(started.value.path()).stat().st_size)

    assert len(sizes) == 2
    assert min(sizes) > 50_000
    expect(tab.get_by_label("Listen to")).to_be_visible()


def test_a_question_is_answered_in_place_and_reaches_the_rep(opened: Page, demo: Demo) -> None:
    tab = opened
    question = "Does it hold in summer, too?"
    tab.get_by_label("What would you like to know").fill(question)
    tab.get_by_role("button", name="Send the question").click()

    expect(tab.get_by_role("status").filter(has_text="A person reads it")).to_be_visible()
    assert question in words_of(demo.mail("@leadlight.example", "asks", text=READER))


def test_a_call_asked_for_later_reaches_the_rep(opened: Page, demo: Demo) -> None:
    card = opened.locator("form[action^='/api/call']")
    expect(card.get_by_label("Phone")).to_be_hidden()
    card.get_by_label("Call me now").check()
    card.get_by_label("Phone").fill("+44 20 7946 0123")
    card.get_by_role("button").click()

    expect(card.get_by_role("status").filter(has_text="Noted")).to_be_visible()
    assert "+44 20 7946 0123" in words_of(demo.mail("@leadlight.example", "CALL NOW", text=READER))


def test_the_search_finds_no_withheld_phrase(new: New) -> None:
    tab = new().open("/")
    results, field = tab.locator(".md-search-result__meta"), tab.locator(".md-search__input")
    field.click()
    field.press_sequentially("folklore")
    expect(results).to_contain_text("1 matching")
    field.fill("")
    field.press_sequentially(WITHHELD)

    expect(results).to_contain_text("No matching documents")


def test_nothing_moves_when_the_form_appears(new: New) -> None:
    visitor = new()
    visitor.context.add_init_script("""window.moved = []
        const text = () => document.querySelector(".md-content")  // Material moves the words in its header by itself
        new PerformanceObserver(list => { for (const shift of list.getEntries()) for (const { node } of shift.sources)
            if (!shift.hadRecentInput && text().contains(node)) moved.push(node.outerHTML ?? node.data)
        }).observe({ type: "layout-shift", buffered: true })""")
    tab = visitor.open(MAILED)
    tab.locator(".leadlight").scroll_into_view_if_needed()
    expect(tab.get_by_label("E-mail")).to_be_visible()
    tab.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    assert tab.evaluate("moved") == []


def test_a_stranger_is_not_asked_for_a_pass(new: New) -> None:
    visitor = new()
    visitor.open(MAILED).wait_for_load_state("networkidle")

    assert [url for url in visitor.asked if "/api/" in url] == []


def test_who_reads_in_the_dark_on_a_small_screen_gets_such_a_page_at_once(new: New) -> None:
    tab = new(color_scheme="dark", viewport={"width": 320, "height": 640}).open(MAILED)

    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
    assert max(paper) < 80
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
