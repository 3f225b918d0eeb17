"""The manual's pictures, taken anew from the running product: `make screenshots`.

The site is this repository's own. Its clock stands, its names and keys are always the same, so the pictures change
only where what they show has changed. Each is a WebP of at most 60 KB in `content/assets/screens`.
"""

from __future__ import annotations

import base64
import logging
import random
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
import uvicorn
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from tests.journeys.browser import AT_ONCE, MAILED, ROOT, Demo, Person, chromium, link_of, person

from leadlight.local.clock import StandingClock
from leadlight.ports import Services
from leadlight.preview.app import Preview, with_bar
from leadlight.preview.people import People
from leadlight.preview.watch import Watch
from leadlight.publish.local import republish
from leadlight.serve import App, server
from leadlight.wiring.local import Place, local

SCREENS = ROOT / "content" / "assets" / "screens"
NAMES = ("form", "rep-mail", "phone", "desk", "preview", "insights")
"""What there is a picture of."""

AT_MOST = 60_000
MARGIN = 14
MONDAY = datetime(2026, 1, 5, 9, 40, tzinfo=UTC)
SECRETS = {"token_keys": ["of-the-manual-only"], "lead_key": "07" * 32}
PHONE = {"viewport": {"width": 390, "height": 760}, "is_mobile": True, "has_touch": True}
CALM = """*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent }
.md-top { display: none !important }"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody invented who leaves an address."""

    name: str
    company: str
    email: str
    gate: str
    call: str = ""
    intent: str = ""


READERS = (
    Reader("Ines Moreau", "Moreau & Fils", "ines@moreau.example", MAILED, intent="exploring"),
    Reader("Jonas Keller", "Keller Pumps", "jonas.keller@keller-pumps.example", AT_ONCE, intent="evaluating"),
    Reader("Priya Raman", "Raman Textiles", "priya@raman-textiles.example", MAILED),
    Reader("Tom Ferris", "Ferris Joinery", "tom@ferris-joinery.example", AT_ONCE),
    Reader("Anna Nowak", "Riverside Clinics", "anna.nowak@riverside.example", AT_ONCE, "now", "evaluating"),
)


def main() -> None:
    """Takes all of them; ends with 1 where one is too large."""
    logging.getLogger("leadlight").setLevel(logging.WARNING)
    SCREENS.mkdir(parents=True, exist_ok=True)
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if executable is None:
        sys.exit("There is no chromium on the PATH.")
    with TemporaryDirectory(prefix="screens-") as folder, sync_playwright() as playwright:
        browser = chromium(playwright, executable)
        place = _built(Path(folder) / "data")
        with _preview(place) as url:
            _look_at_preview(browser, Demo(url, place.mail))
        with _running(place) as (demo, services):
            _tell(browser, demo, services)
        browser.close()
    large = [path.name for path in SCREENS.glob("*.webp") if path.stat().st_size > AT_MOST]
    if large:
        sys.exit(f"Larger than {AT_MOST} bytes: {', '.join(large)}. Show less of it.")


def _built(data: Path) -> Place:
    """The installation, before anybody was there. Its secrets are no secrets: whose turn it is must not change."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = Place(data, data / "bundle", f"http://127.0.0.1:{probe.getsockname()[1]}")
    data.mkdir()
    (data / "secrets.json").write_bytes(msgspec.json.encode(SECRETS))
    (data / "secrets.json").chmod(0o600)
    republish(ROOT / "mkdocs.yml", place)
    return place


def _services(place: Place) -> Services:
    """By a clock that stands, with nothing left to chance and no budget of mails."""
    services = local(place, demo=True)
    settings = replace(services.settings, budgets=False)
    return replace(services, clock=StandingClock(MONDAY), random=random.Random(6).randbytes, settings=settings)


@contextmanager
def _running(place: Place) -> Iterator[tuple[Demo, Services]]:
    services = _services(place)
    with _served(server(services, site=place.data / "site", bundle=place.bundle).app, place.site_url):
        yield Demo(place.site_url, place.mail), services


@contextmanager
def _preview(place: Place) -> Iterator[str]:
    """`leadlight serve --preview` on a copy, so that its made-up people are not in the other pictures."""
    with TemporaryDirectory(prefix="screens-") as folder:
        data = Path(folder) / "data"
        shutil.copytree(place.data, data, symlinks=True)
        if (data / "site").is_symlink():
            release = data / "releases" / (data / "site").resolve().name
            (data / "site").unlink()
            (data / "site").symlink_to(release)
        services = _services(Place(data, data / "bundle", place.site_url))
        watch = Watch(dict, lambda: republish(ROOT / "mkdocs.yml", place))
        people = People(services)
        served = server(
            services,
            site=data / "site",
            bundle=data / "bundle",
            dev=lambda _: Preview(services, data / "bundle", watch, people).app,
            below="/_preview/",
        )
        with _served(with_bar(served.app), place.site_url):
            yield place.site_url


@contextmanager
def _served(app: App, url: str) -> Iterator[None]:
    port = int(url.rpartition(":")[2])
    running = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=running.run)
    thread.start()
    until = time.monotonic() + 30
    while not running.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield
    finally:
        running.should_exit = True
        thread.join(20)


def _look_at_preview(browser: Browser, demo: Demo) -> None:
    tab = _calm(person(browser, demo, viewport={"width": 1000, "height": 560}, device_scale_factor=1.5), AT_ONCE)
    tab.locator("leadlight-preview").wait_for(state="attached")
    tab.locator(".leadlight").first.evaluate("form => form.scrollIntoView()")
    tab.mouse.wheel(0, -130)
    tab.wait_for_timeout(300)
    _take(tab, "preview")


def _tell(browser: Browser, demo: Demo, services: Services) -> None:
    """Five readers, the mail to the rep of the last, and what that rep sees."""
    visitor = person(browser, demo, viewport={"width": 560, "height": 1400}, device_scale_factor=1.5)
    tab = _calm(visitor, MAILED)
    _element(tab, "form", tab.locator(".leadlight").first)
    for reader in READERS:
        _comes(demo, reader)
    mail = demo.mails("", "Anna Nowak", text="/rep/lead", at_least=1)[-1]
    html = mail.get_body(("html",))
    assert html is not None
    sheet = person(browser, demo, viewport={"width": 620, "height": 900}, device_scale_factor=1.5).context.new_page()
    sheet.set_content(str(html.get_content()))
    _take(sheet, "rep-mail", clip={"x": 0, "y": 0, "width": 620, "height": 760})
    _two_on_a_phone(browser, demo, link_of(mail, "/rep/lead"))
    desk = _signed_in(browser, demo, "maya.okafor@leadlight.example")
    desk.locator("details").first.evaluate("rest => { rest.open = true }")
    _take(desk, "desk")
    _weeks_go_by(demo, services)
    report = _signed_in(browser, demo, "ruth.lindqvist@leadlight.example")
    report.goto(demo.at("/insights"))
    _take(report, "insights")


def _comes(demo: Demo, reader: Reader) -> None:
    """The form, and the button of the mail."""
    told = {"name": reader.name, "first_name": reader.name.split()[0], "company": reader.company}
    wish = {"call": reader.call, "phone": "+44 20 7946 0345"} if reader.call else {}
    asked = {"gate": reader.gate.strip("/"), "email": reader.email, "consent": True, "zone": "Europe/London"}
    intent = {"intent": reader.intent} if reader.intent else {}
    answer = httpx.post(demo.at("/api/access"), json={**asked, **told, **wish, **intent})
    assert answer.status_code in {200, 202}, answer.text
    link = link_of(demo.mail(reader.email, "Your link"), "/confirm")
    assert httpx.post(link).status_code == 303


def _two_on_a_phone(browser: Browser, demo: Demo, link: str) -> None:
    """The briefing and the page for the outcome, side by side."""
    rep = person(browser, demo, **PHONE, device_scale_factor=2)
    tab = _calm(rep, link)
    first = tab.screenshot()
    tab.get_by_role("button", name="Take over").tap()
    tab.get_by_role("link", name="Log how it went").tap()
    tab.get_by_role("button", name="Achieved").wait_for()
    pictures = [base64.b64encode(shot).decode() for shot in (first, tab.screenshot())]
    frames = "".join(f'<img src="data:image/png;base64,{picture}" alt="">' for picture in pictures)
    style = "body { margin: 12px; display: flex; gap: 24px; background: #fff }"
    style += "img { width: 380px; border: 1px solid #bbb; border-radius: 18px }"
    sheet = person(browser, demo, viewport={"width": 812, "height": 770}, device_scale_factor=1.5).context.new_page()
    sheet.set_content(f"<style>{style}</style>{frames}")
    _take(sheet, "phone", clip={"x": 0, "y": 0, "width": 812, "height": 770})


def _signed_in(browser: Browser, demo: Demo, address: str) -> Page:
    """The desk of that person."""
    somebody = person(browser, demo, viewport={"width": 760, "height": 720}, device_scale_factor=1.5)
    tab = _calm(somebody, "/sign-in")
    tab.get_by_label("Your address").fill(address)
    tab.get_by_role("button", name="Mail me a link").click()
    tab.goto(link_of(demo.mail(address, "Your link to the desk"), "/sign-in"))
    tab.get_by_role("button", name="Open the desk").click()
    tab.get_by_role("heading", name="Your desk").wait_for()
    return tab


def _weeks_go_by(demo: Demo, services: Services) -> None:
    """Six weeks in which more and more people read, send the form, and come back for the rest."""
    clock = services.clock
    assert isinstance(clock, StandingClock)
    for week in range(1, 7):
        clock.move_to(MONDAY + timedelta(weeks=week))
        for number in range(30 + 6 * week):
            page = MAILED if number % 2 else AT_ONCE
            for what in ("teaser", "form") if number % 3 else ("teaser",):
                seen = {"gate": page.strip("/"), "what": what}
                httpx.post(demo.at("/api/seen"), json=seen, headers={"Origin": demo.url})
        for number in range(3 + week):
            gate = MAILED if number % 2 else AT_ONCE
            _comes(demo, Reader(f"Reader {number}", f"Firm {number}", f"r{week}{number}@firm{number}.example", gate))
    time.sleep(2)  # until the figures are counted: nobody tells a screenshot


def _calm(somebody: Person, path: str) -> Page:
    """The page by day, with nothing that moves."""
    tab = somebody.context.new_page()
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.goto(somebody.demo.at(path))
    tab.add_style_tag(content=CALM)
    return tab


def _element(tab: Page, name: str, what: Locator) -> None:
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    scrolled = tab.evaluate("scrollY")
    x, y = box["x"] - MARGIN, box["y"] + scrolled - MARGIN
    _take(tab, name, clip={"x": x, "y": y, "width": box["width"] + 2 * MARGIN, "height": box["height"] + 2 * MARGIN})


def _take(tab: Page, name: str, *, clip: dict[str, float] | None = None) -> None:
    """What the window shows, or a part of the page; as WebP, which Playwright does not write but Chromium does."""
    assert name in NAMES
    tab.evaluate("document.fonts.ready")
    tab.add_style_tag(content=CALM)
    part = {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True} if clip else {}
    shot = tab.context.new_cdp_session(tab).send("Page.captureScreenshot", {"format": "webp", "quality": 72, **part})
    data = base64.b64decode(shot["data"])
    (SCREENS / f"{name}.webp").write_bytes(data)
    print(f"{name}.webp  {len(data) // 1000} KB")


if __name__ == "__main__":
    main()
