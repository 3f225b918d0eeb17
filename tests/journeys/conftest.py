"""One demo and one Chromium for all browser tests of a worker, and browsers of new people."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.journeys.browser import Demo, Person, chromium, person, running_demo
from tests.journeys.tongues import FILES
from tests.journeys.walks import New


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture(scope="session")
def two_tongues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A site of two languages. Days go by in it."""
    root = tmp_path_factory.mktemp("tongues")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with running_demo(root / "data", root / "mkdocs.yml") as demo:
        yield demo


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # The shell is the same engine without the windows around it, and opens a page for a third of the work.
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if executable is None:
        why = "there is no chromium on the PATH; on Debian: apt-get install chromium"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    with sync_playwright() as playwright:
        browser = chromium(playwright, executable)
        yield browser
        browser.close()


@pytest.fixture
def new(browser: Browser, demo: Demo) -> Iterator[New]:
    """Browsers of new people. Whatever they did, nobody else was asked for anything and no script complained."""
    people: list[Person] = []

    def somebody(**options: object) -> Person:
        people.append(person(browser, demo, **options))
        return people[-1]

    yield somebody
    for one in people:
        one.context.close()
    assert [url for one in people for url in one.strangers()] == []
    assert [text for one in people for text in one.complaints] == []


@pytest.fixture
def address() -> str:
    return f"ada.{secrets.token_hex(4)}@northwind.example"
