"""A small installation for one test: visitors, reps, mailboxes, and a clock that stands until it is moved.

Requests reach the real handlers as API Gateway events, without HTTP; store, keys, mail and tokens are the local ones.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cached_property, lru_cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlencode, urlsplit

import msgspec
from tests.ground import Ground, LocalGround
from tests.world_site import FILES

from leadlight.gate.build import build_site
from leadlight.handlers import on_rep_request, on_visitor_request
from leadlight.local.clock import StandingClock
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.model.team import Hours
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.spans import wait_of
from leadlight.ports import MovableClock, Services
from leadlight.rules.cadence import after
from leadlight.serve import event_of, is_for_rep
from leadlight.settings import Settings
from leadlight.vault import lead_id

MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
SITE = "https://glass.example"
ANNA = "anna.nowak@example.com"
REP_ADDRESS, MANAGER_ADDRESS = "rita@glass.example", "mark@glass.example"
LINK = re.compile(r"https://glass\.example[^\s<>()\"\]]*")
CODE = re.compile(r"(?m)^\s*(\d{6})\s*$")
SETTINGS = Settings(site_url=SITE, token_keys=("k" * 32,), lead_key=b"l" * 32)
MAIL, FORM, REPS = "guides/mail", "guides/form", "guides/rep"


@dataclass(frozen=True)
class Answer:
    """What a handler answered."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])

    @property
    def location(self) -> str:
        return self.headers["location"]


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it."""

    message: EmailMessage

    @cached_property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @cached_property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def links(self) -> list[str]:
        """Every address of ours in it, headers included, each once."""
        found = LINK.findall(self.text) + LINK.findall(self.html) + LINK.findall(str(self.message["List-Unsubscribe"]))
        return list(dict.fromkeys(link.rstrip(".,").replace("&amp;", "&") for link in found))

    def link(self, path: str) -> str:
        """The address that goes to `path`."""
        return next(link for link in self.links if urlsplit(link).path == path)

    @property
    def code(self) -> str:
        found = CODE.search(self.text)
        assert found, self.text
        return found[1]


@lru_cache(maxsize=1000)
def mail_of(raw: bytes) -> Mail:
    """Reads a mail, once: stories look into the same mailboxes again and again. Nobody changes what was sent."""
    return Mail(email.message_from_bytes(raw, policy=email.policy.default))


class Browser:
    """Cookies, and the way to the handlers."""

    def __init__(self, world: World, source: str = "198.51.100.7") -> None:
        self.cookies: dict[str, str] = {}
        self._world, self._source = world, source

    def get(self, path: str, *, accept: str = "*/*") -> Answer:
        return self.send("GET", path, headers={"accept": accept})

    def head(self, path: str) -> Answer:
        return self.send("HEAD", path)

    def post(self, path: str, **values: object) -> Answer:
        """Posts JSON, as our script does."""
        headers = {"content-type": "application/json", "origin": SETTINGS.site_url}
        return self.send("POST", path, msgspec.json.encode(values), headers)

    def submit(self, path: str, **values: str) -> Answer:
        """Posts a form, as a browser without script does."""
        form = "application/x-www-form-urlencoded"
        headers = {"content-type": form, "accept": "text/html", "origin": SETTINGS.site_url}
        return self.send("POST", path, urlencode(values).encode(), headers)

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """Anything, raw."""
        parts = urlsplit(path)
        sent = {"host": "glass.example", **(headers or {})}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "method": method,
            "path": unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            "client": (self._source, 4711),
        }
        answer = self._world.answer(event_of(scope, body))
        self._keep(answer.cookies)
        return answer

    def ask_for(self, gate: str = MAIL, address: str = ANNA, **values: object) -> Answer:
        """Sends the form of a gate with the box ticked."""
        return self.post("/api/access", **{"gate": gate, "email": address, "consent": True, **values})

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for line in cookies:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


class World:
    """Everything about one installation, and the people around it."""

    def __init__(self, data: Path, bundle: Path, ground: Callable[[MovableClock], Ground] | None = None) -> None:
        self.data, self.bundle = data, bundle
        self.clock = StandingClock(MONDAY)
        self.ground = ground(self.clock) if ground else LocalGround(data, bundle, self.clock, SETTINGS)
        self.services = self.ground.services
        self._visitor = on_visitor_request.handler(self.services)
        self._rep = on_rep_request.handler(self.services)

    def close(self) -> None:
        self.ground.close()

    def browser(self, source: str = "198.51.100.7") -> Browser:
        return Browser(self, source)

    def answer(self, event: dict[str, Any]) -> Answer:
        """What the function behind the path answers."""
        event = self.ground.arrives(event)
        raw = (self._rep if is_for_rep(event["rawPath"]) else self._visitor)(event, None)
        fetched = self.ground.fetched(raw)
        return Answer(fetched.status, fetched.headers, tuple(raw.get("cookies") or ()), fetched.body)

    def settle(self) -> None:
        """Everything that is due now happens."""
        self.ground.settle(self.services)

    def advance(self, span: str) -> None:
        """Time passes from due time to due time, and everything happens when it is due."""
        self.ground.walk(self.services, self.later(span))

    def jump(self, span: str) -> None:
        """Time passes and nothing happens: the machine is off."""
        self.clock.move_to(self.later(span))

    def later(self, span: str) -> datetime:
        return after(wait_of(span), self.clock.now(), Hours())

    def mails(self, to: str = "") -> list[Mail]:
        """What lies in the mailbox of that address, oldest first."""
        mails = map(mail_of, self.ground.mails())
        return [mail for mail in mails if to in mail.to]

    def mail(self, to: str = "", subject: str = "") -> Mail:
        """The newest mail to that address with those words in its subject."""
        fitting = [mail for mail in self.mails(to) if subject in mail.subject]
        assert fitting, [(mail.to, mail.subject) for mail in self.mails()]
        return fitting[-1]

    def subjects(self, to: str) -> list[str]:
        return [mail.subject for mail in self.mails(to)]

    def follow_ups(self, to: str = ANNA) -> list[str]:
        """The subjects of the follow-ups that address got, in order."""
        return [mail.subject for mail in self.mails(to) if mail.message["List-Unsubscribe"]]

    def id_of(self, address: str = ANNA) -> LeadId:
        return lead_id(address, SETTINGS.lead_key)

    def lead(self, address: str = ANNA) -> Lead:
        lead = self.services.store.lead(self.id_of(address))
        assert lead is not None
        return lead

    def touches(self, kind: TouchKind, address: str = ANNA) -> list[Touch]:
        return [touch for touch in self.services.store.touches(self.id_of(address)) if touch.kind is kind]

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        return self.ground.rows()

    def confirmed(self, gate: str = MAIL, address: str = ANNA, **values: object) -> Browser:
        """A reader who sent the form, pressed the mail's button, and has the way back."""
        browser = self.browser()
        assert browser.ask_for(gate, address, **values).status in {200, 202}
        self.settle()
        assert browser.post(self.mail(address, "Your link").link("/confirm")).status == 303
        self.settle()
        return browser

    def briefing(self, subject: str = "") -> str:
        """The link to the briefing in the rep's newest mail, as its path and query."""
        return self.mail(REP_ADDRESS, subject).link("/rep/lead")

    def taken(self, browser: Browser | None = None, **values: str) -> Browser:
        """The rep's browser after taking over the newest lead."""
        browser = browser or self.browser()
        claim = self.briefing().replace("/rep/lead", "/rep/claim")
        assert browser.submit(claim, **values).status == 303
        self.settle()
        return browser

    def log(self, browser: Browser, **values: str) -> Answer:
        """The rep logs an outcome."""
        answer = browser.submit(self.briefing().replace("/rep/lead", "/rep/outcome"), **values)
        self.settle()
        return answer

    def lift_budgets(self) -> None:
        """No limits per network and address."""
        self.serve(replace(self.services, settings=replace(SETTINGS, budgets=False)))

    def serve(self, services: Services) -> None:
        """From now on everything happens with these services."""
        self.services = services
        self._visitor = on_visitor_request.handler(services)
        self._rep = on_rep_request.handler(services)


def built(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """The world's site, built into `folder`; returns its bundle.

    MkDocs runs right here: to start it takes a second, each time. `tests/site` builds in processes of their own, too.
    """
    from leadlight.gate.config import build_here  # brings MkDocs along

    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with patch("leadlight.gate.build._run", build_here):
        return build_site(folder / "mkdocs.yml", folder / "site", folder / "bundle").bundle_dir


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
