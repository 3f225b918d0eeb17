"""A marketer edits, saves, and sees it: the page, its form, the confirm page and the mails, as stranger and as lead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect
from tests.ports import free_port

from leadlight.cli import main

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
GUIDE, STEP = "content/guides/first-guide.md", "content/playbook/sequences/first-guide/01-which-line.md"
SOON = 30_000  # milliseconds that a build may take on a busy machine


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mine") / "lamps"
    CliRunner().invoke(main, ["new", str(folder), "--solo"], catch_exceptions=False)
    return folder


@pytest.fixture(scope="module")
def preview(site: Path) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable,
        "-c",
        "from leadlight.cli import main; main()",
        "serve",
        "--preview",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, cwd=site, start_new_session=True, stdout=subprocess.DEVNULL)
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/_preview/state")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)


@pytest.fixture
def tab(browser: Browser, preview: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{preview}/guides/first-guide/")
    yield page
    context.close()


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def test_a_saved_page_and_form_show_in_the_open_tab(site: Path, tab: Page) -> None:
    edit(site / GUIDE, "## What a reader pays with", "## What readers give")
    expect(tab.get_by_role("heading", name="What readers give")).to_be_visible(timeout=SOON)

    edit(site / "content/playbook/forms/short.yml", "Send me the way in", "Let me in")
    expect(tab.get_by_role("button", name="Let me in")).to_be_visible(timeout=SOON)


def test_a_mistake_is_named_with_its_line_while_the_last_good_site_stays(site: Path, tab: Page) -> None:
    edit(site / GUIDE, "  unlock: email", "  unlcok: email")
    problem = tab.get_by_text("first-guide.md:6: unknown key `unlcok`")
    expect(problem).to_be_visible(timeout=SOON)
    expect(tab.locator("#leadlight")).to_be_visible()

    edit(site / GUIDE, "  unlcok: email", "  unlock: email")
    expect(tab.get_by_text("Up to date")).to_be_visible(timeout=SOON)
    expect(problem).to_be_hidden()


def test_the_same_page_as_a_stranger_and_as_a_lead(tab: Page) -> None:
    expect(tab.get_by_role("heading", name="Read the rest")).to_be_visible()
    for who in ("customer", "lead"):
        tab.get_by_role("button", name=who, exact=True).click()
        expect(tab.get_by_role("button", name=who, exact=True)).to_have_attribute("aria-pressed", "true")
        expect(tab.get_by_role("heading", name="The sheet")).to_be_visible()

    tab.get_by_role("button", name="stranger").click()
    expect(tab.get_by_role("heading", name="Read the rest")).to_be_visible()


def test_the_confirm_page_and_each_mail_can_be_looked_at(site: Path, tab: Page, preview: str) -> None:
    tab.get_by_role("link", name="Confirm page").click()
    expect(tab.get_by_role("button", name="Open the whole page")).to_be_visible()

    tab.goto(f"{preview}/_preview/mails")
    expect(tab.get_by_role("heading", name="which line was hard?")).to_be_visible(timeout=SOON)
    edit(site / STEP, "which line was hard?", "which line is empty?")
    expect(tab.get_by_role("heading", name="which line is empty?")).to_be_visible(timeout=SOON)
