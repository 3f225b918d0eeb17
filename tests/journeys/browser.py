"""A demo to visit and a Chromium to visit it with: what the browser tests stand on."""

from __future__ import annotations

import email
import email.policy
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, ViewportSize, expect
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds until something that should have happened by itself counts as not happening."""

MAILED, AT_ONCE = "/tutorials/seven-touch-points/", "/tutorials/first-five-minutes/"
"""Two pages of our own site: one that opens by mail, one that opens with the form."""
WITHHELD = "flooded"
"""A word that stands in the withheld half of `MAILED` only."""
DEEP = "#when-to-stop"
"""The anchor of a heading there."""

GLASS = """\
site_name: Glass
theme:
  name: material
  font: false
  palette:
    - {media: "(prefers-color-scheme: light)", scheme: default}
    - {media: "(prefers-color-scheme: dark)", scheme: slate}
plugins: [leadlight]
exclude_docs: /playbook/
"""
"""What a small site of a test says to MkDocs: our theme by day and by night, and nothing else."""

OURS = ".leadlight, .leadlight-after, .leadlight-page"
"""What of a page is ours, and none of the theme's."""

Look = Callable[[Page], list[str]]
"""Somebody else who looks at a page, and what is wrong with it."""

LOOKS: tuple[tuple[Literal["light", "dark"], str, ViewportSize], ...] = (
    ("light", "default", {"width": 1280, "height": 720}),
    ("dark", "slate", {"width": 320, "height": 640}),
)
"""How a page is looked at: by day at a desk, and by night on a small phone; and what the theme calls day and night."""

CHOSEN = """scheme => {
    document.querySelector(`.md-option[data-md-color-scheme=${scheme}]`)?.click()
    const moving = () => document.getAnimations().filter(one => one instanceof CSSTransition)
    for (let round = 0, on = moving(); on.length; on = moving()) {
        if (++round > 20) throw Error("colours that never come to rest")
        for (const one of on) one.finish()
    } }"""
"""The theme heeds what the system prefers only as it loads; later there is its button. Colours that are on their way to
others have a contrast that nobody chose: they arrive at once, and those too that only set out as others arrive."""

SEEN = """async parts => {
    const { violations } = await axe.run(parts, { resultTypes: ["violations"] })
    const flaws = violations.flatMap(flaw => flaw.nodes.map(node => `${flaw.id} at ${node.target}`))
    if (document.documentElement.scrollWidth > innerWidth) flaws.push("wider than the window")
    return { flaws, ground: getComputedStyle(document.body).backgroundColor } }"""
"""What is wrong with these parts as they are shown now, and what they stand on. All that axe finds in order is ten
times as much to work out and to carry over."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",  # the tabs of one person share a process: starting one costs as much as a page
)


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: where it answers, and the Maildir of everybody it writes to."""

    url: str
    maildir: Path

    def at(self, path: str) -> str:
        """The address of a path of ours; a whole address stays as it is."""
        return path if path.startswith("http") else self.url + path

    def mail(self, to: str, subject: str = "", *, text: str = "") -> EmailMessage:
        """The newest mail to that address with this in its subject and text, waited for."""
        return self.mails(to, subject, text=text, at_least=1)[-1]

    def mails(self, to: str, subject: str = "", *, text: str = "", at_least: int = 0) -> list[EmailMessage]:
        """All of them, oldest first; waits for so many."""
        end = time.monotonic() + PATIENCE
        while True:
            found = [mail for mail in self._to(to) if subject in mail["Subject"] and text in words_of(mail)]
            if len(found) >= at_least:
                return found
            if time.monotonic() > end:
                there = [_mail(path)["Subject"] for path in self._paths()]
                raise AssertionError(f"no mail to {to} about {subject!r}; there are {there}")
            threading.Event().wait(0.03)

    def days_go_by(self, days: int) -> None:
        """Everything that is due until then happens."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=60)
        body = json.dumps({"advance": f"{days} days"})
        connection.request("POST", "/_dev/clock", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        assert status == 200, f"the clock answered {status}"

    def _paths(self) -> list[Path]:
        return sorted((self.maildir / "new").glob("*"), key=came)

    def _to(self, address: str) -> list[EmailMessage]:
        """Oldest first. Most mails are somebody else's: taking them all apart cost more than all waiting for them."""
        mine = [_mail(path) for path in self._paths() if address.encode() in _bytes(path)]
        return [mail for mail in mine if address in mail["To"]]


def came(path: Path) -> tuple[int, int]:
    """When a mail came: by the demo's own clock, which its name begins with, and of one second by the file's time."""
    return int(path.name.partition(".")[0]), path.stat().st_mtime_ns


@cache
def _bytes(path: Path) -> bytes:
    """A mail as it lies in its Maildir, where none is ever changed."""
    return path.read_bytes()


@cache
def _mail(path: Path) -> EmailMessage:
    return email.message_from_bytes(_bytes(path), policy=email.policy.default)


def words_of(mail: EmailMessage) -> str:
    """The plain part."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def code_of(mail: EmailMessage) -> str:
    """The six digits."""
    return re.findall(r"^\s*(\d{6})\s*$", words_of(mail), re.MULTILINE)[0]


def link_of(mail: EmailMessage, path: str) -> str:
    """The link in a mail whose path is this."""
    return next(url for url in re.findall(r"https?://[^\s>)]+", words_of(mail)) if f"{path}?token=" in url)


@contextmanager
def running_demo(data: Path, config: Path = ROOT / "mkdocs.yml", *more: str) -> Iterator[Demo]:
    """This repository's own site, or another one, built and served as `make demo` does."""
    port = free_port()
    entry = "from leadlight.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", entry, "demo", "-f", str(config), "--port", str(port), "--data", str(data), *more],
        cwd=ROOT,
        env={**os.environ, "LEADLIGHT_BUDGETS": "off"},  # all these visitors come from one network
        stdout=subprocess.DEVNULL,
    )
    try:
        _answers(process, port)
        yield Demo(f"http://127.0.0.1:{port}", data / "mail")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError(f"the demo did not start: it ended with {process.poll()}")


@dataclass(frozen=True, slots=True)
class Person:
    """One browser of one person, and what it asked for and complained about."""

    context: BrowserContext
    demo: Demo
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """A new tab with that page; a whole address stays as it is."""
        tab = self.context.new_page()
        tab.goto(self.demo.at(path))
        return tab

    def strangers(self) -> list[str]:
        """Requests to anybody else."""
        ours = (self.demo.url + "/", "data:", "blob:", "about:")
        return [url for url in self.asked if not url.startswith(ours)]

    def forgiven(self, status: int) -> int:
        """Takes back the complaints that Chromium makes of an answer with this status, and counts them."""
        mine = [text for text in self.complaints if f"status of {status} " in text]
        for text in mine:
            self.complaints.remove(text)
        return len(mine)


def person(browser: Browser, demo: Demo, **options: object) -> Person:
    """Somebody new, with no cookies, whose requests and console are written down."""
    context = browser.new_context(**options)  # type: ignore[arg-type]  # Playwright's own keywords, passed on
    context.set_default_timeout(PATIENCE * 1000)
    somebody = Person(context, demo)

    def note(request: Request) -> None:
        somebody.asked.append(request.url)

    context.on("request", note)
    context.on("console", lambda said: somebody.complaints.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda wrong: somebody.complaints.append(str(wrong.error)))
    return somebody


def flaws(tab: Page, where: str, *, parts: str = OURS, also: Look = lambda _: []) -> list[str]:
    """What is wrong with our parts in each look: what axe finds, wider than the window, or deaf to the look itself;
    and what `also` finds there.

    Both looks are taken of one and the same page, since getting there costs more than looking. It begins with the one
    that the tab has, and stays in the last.
    """
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
    found, grounds = [], set()
    for scheme, name, size in LOOKS if tab.viewport_size != LOOKS[-1][2] else LOOKS[::-1]:
        tab.emulate_media(color_scheme=scheme)
        tab.set_viewport_size(size)
        tab.evaluate(CHOSEN, name)
        seen = tab.evaluate(SEEN, parts)
        found += [f"{where}, {scheme}: {flaw}" for flaw in seen["flaws"] + also(tab)]
        grounds.add(seen["ground"])
    return found + [f"{where}: as bright in the dark"] * (len(grounds) < len(LOOKS))


def chromium(playwright: Playwright, executable: str) -> Browser:
    """Debian's own, without anything that calls home."""
    expect.set_options(timeout=PATIENCE * 1000)
    return playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
