"""A server of everybody's own to ask anything of, and what people there hold in their hands.

Requests reach the app that `serve` runs, without a socket between. A made-up token opens nothing, so that nearly all
made-up requests would end at the door: `Keys` has what lets them go on.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from standardwebhooks import Webhook
from tests.journeys.desk import at_desk
from tests.world import ANNA, FORM, MAIL, MANAGER_ADDRESS, MONDAY, SETTINGS, World
from tests.world_sale import SALE, offered
from tests.world_site import SECRETS, gated

from leadlight import links
from leadlight.gate.lean import compile_lean
from leadlight.handlers import on_my_data
from leadlight.handlers.http import is_https
from leadlight.handlers.request import HOST
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, GateId, LeadId
from leadlight.openapi.document import document
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import capture_of
from leadlight.rep.link import BROWSER
from leadlight.rep.session import SESSION, member, session_of
from leadlight.serve import App, server
from leadlight.tokens import Tokens, TokenUse
from leadlight.vault import lead_id, six_digits
from leadlight.visitor.my_data import COOKIE
from leadlight.visitor.passes import LEAD_PASS, gate_cookie, gate_cookies, lead_cookies, tab_cookie, tab_cookie_name
from leadlight.visitor.preferences import BUTTONS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BEN, CLEO = "ben@example.org", "cleo@example.org"
FREE, TRIED = "guides/free", "guides/try"
GATES = (*SECRETS, FREE, TRIED)


def of_its_own(title: str, secret: str, **gate: object) -> str:
    """The source of one more gated page."""
    return gated(MAIL, title, **gate).replace(SECRETS[MAIL], secret)


FILES = {
    **SALE,
    "docs/guides/free.md": of_its_own("Free guide", "Tin cranes turn above the withheld dock.", meter="2/month"),
    "docs/guides/try.md": of_its_own(
        "Trial",
        "Brass kites climb above the withheld hill.",
        kind="sample",
        unlock="email",
        trial="https://app.example",
    ),
}


@dataclass(frozen=True)
class Grounds:
    """An installation to start from again and again, as it lies in a folder, and the time it is there."""

    data: Path
    bundle: Path
    at: datetime
    offer: str


def grounds_in(folder: Path) -> Grounds:
    """Anna has confirmed and has an offer in her mail; Ben has sent a form; Cleo is a colleague's."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    compile_lean(folder / "mkdocs.yml", folder / "bundle")
    world = World(folder / "data", folder / "bundle")
    world.confirmed(TRIED, company="Zinc", role="buyer")
    offer = offered(world)
    assert at_desk(world, MANAGER_ADDRESS).post("/rep/leads", email=CLEO).status == 202
    world.browser().ask_for(MAIL, BEN)
    world.settle()
    at = world.clock.now()
    world.close()
    return Grounds(folder / "data", folder / "bundle", at, dict(parse_qsl(urlsplit(offer).query))["token"])


@dataclass(frozen=True)
class Told:
    """What the server answered."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes


@dataclass(frozen=True)
class Probed:
    """A server over its own copy of the grounds, on which each request finds it a second later."""

    world: World
    app: App
    keys: Keys
    run: Callable[[Coroutine[Any, Any, Told]], Told]

    def later(self) -> None:
        self.world.clock.move_to(self.world.clock.now() + timedelta(seconds=1))

    def send(self, method: str, url: str, headers: Mapping[str, str | bytes], body: bytes = b"") -> Told:
        self.later()
        return self.run(_told(self.app, method, url, headers, body))


@cache
def written() -> str:
    """The OpenAPI file of that site, as text."""
    return document("Glass")


@contextmanager
def probed(grounds: Grounds, folder: Path, **settings: object) -> Iterator[Probed]:
    """The grounds as a server that nobody has asked for anything yet. Without `settings` there are no budgets."""
    shutil.copytree(grounds.data, folder / "data", ignore=shutil.ignore_patterns("mail", "inbox"))
    world = World(folder / "data", grounds.bundle)
    world.clock.move_to(grounds.at)
    ours = replace(SETTINGS, **{"budgets": False, "hook_secrets": (SECRET,), **settings})
    world.serve(replace(world.services, settings=ours))
    (folder / "site").mkdir()
    (folder / "site" / "openapi.json").write_text(written())
    app = server(world.services, site=folder / "site", bundle=grounds.bundle).app
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1) as thread:  # of its own: Playwright leaves a loop running in the main one

        def run(asked: Coroutine[Any, Any, Told]) -> Told:
            return thread.submit(loop.run_until_complete, asked).result()

        try:
            yield Probed(world, app, Keys(world.services, grounds.offer), run)
        finally:
            thread.submit(loop.run_until_complete, loop.shutdown_default_executor()).result()
            loop.close()
            world.close()


async def _told(app: App, method: str, url: str, headers: Mapping[str, str | bytes], body: bytes) -> Told:
    parts = urlsplit(url)
    sent = [(name.lower().encode(), _as_bytes(value)) for name, value in {"host": "x", **headers}.items()]
    scope = {
        "type": "http",
        "asgi": {"spec_version": "2.4"},  # so that nobody listens for the end of the connection
        "method": method,
        "path": unquote(parts.path),
        "query_string": parts.query.encode(),
        "headers": sent,
        "client": ("198.51.100.7", 4711),
    }
    got: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        got.append(message)

    await app(scope, receive, send)
    found: dict[str, list[str]] = {}
    for name, value in got[0]["headers"]:
        found.setdefault(name.decode(), []).append(value.decode("latin-1"))
    return Told(got[0]["status"], found, b"".join(message.get("body", b"") for message in got[1:]))


def _as_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1" if value.isprintable() else "utf-8", "replace")


@dataclass(frozen=True)
class Keys:
    """What opens doors in this installation: Anna's, Ben's, and those of Rita, the rep."""

    services: Services
    offer: str
    gone: bool = False  # of people of whom nothing is kept any more

    @property
    def anna(self) -> Lead:
        return self._lead(ANNA)

    @cached_property
    def asked(self) -> Capture:
        """The form that Ben has sent."""
        ben = self.services.store.lead(lead_id(BEN, SETTINGS.lead_key))
        found = capture_of(self.services, ben, self.services.store.captures(ben.id)[0].id) if ben else None
        assert found is not None
        return replace(found, lead_id=self._id(BEN))

    def token(self, path: str, *, tokens: Tokens | None = None) -> str:
        """What stands in the mailed link that leads there; signed by `tokens`, if it is to be of another time."""
        lead = {"lead": self.anna.id, "gen": self.anna.generation}
        uses: Mapping[str, tuple[TokenUse, Mapping[str, object]]] = {
            "/confirm": (TokenUse.CONFIRM, {"lead": self.asked.lead_id, "gen": 1, "capture": self.asked.id}),
            "/unsubscribe": (TokenUse.UNSUBSCRIBE, lead),
            "/preferences": (TokenUse.PREFERENCES, lead),
            "/my-data": (TokenUse.PREFERENCES, self._cleo),
            "/sign-in": (TokenUse.SIGN_IN, {"person": "rita", "id": self.services.token()}),
        }
        if path == "/answer":
            facts = self.services.tokens.read(TokenUse.ANSWER, self.offer, even_expired=True)
            return (tokens or self.services.tokens).sign(TokenUse.ANSWER, {**facts, **lead})
        if path in uses:
            return (tokens or self.services.tokens).sign(*uses[path])
        services = replace(self.services, tokens=tokens) if tokens else self.services
        return links.rep_token(services, self.anna, "rita", cause="probed")

    def cookies(self, *, waits: bool = False) -> dict[str, str]:
        """Those of a browser in which Anna has confirmed, Ben waits for his code, and Rita has signed in.

        Cleo has shown the digits for her data, or `waits` for them.
        """
        person = member(open_bundle(self.services.files).team, "rita")
        assert person is not None
        values = {
            LEAD_PASS: lead_cookies(self.services, self.anna, self.asked.gate, shown="a…@example.com")[0].value,
            SESSION: session_of(self.services, person),
            BROWSER: self.services.tokens.sign(TokenUse.REP_BROWSER, {"id": "probed"}),
            tab_cookie_name(MAIL): tab_cookie(self.services, self.asked, BEN).value,
            gate_cookie(FORM): gate_cookies(self.services, replace(self.asked, gate=GateId(FORM)))[0].value,
        }
        use = TokenUse.MY_DATA_TAB if waits else TokenUse.MY_DATA
        values[COOKIE] = self.services.tokens.sign(use, {**self._cleo, "ask": "probed"})
        host = HOST if is_https(self.services) else ""
        return {host + name: value for name, value in values.items()}

    def parts(self, path: str, dice: Random) -> dict[str, str]:
        """What fits between the slashes of such an address, and into its query."""
        name = ["booking", "trial.used", "crm.won"] if "hooks" in path else ["guide.pdf", "guide.mp3", "trial"]
        return {
            "gate": dice.choice([MAIL, MAIL, MAIL, *GATES]),
            "token": self.token(path),
            "lead_id": self.anna.id,
            "company": self.anna.company or "zinc",
            "name": dice.choice(name),
        }

    def values(self, path: str, dice: Random) -> dict[str, object]:
        """What people say in the fields of such a body."""
        return {
            "gate": MAIL if path == "/api/code" else dice.choice([MAIL, FORM, *GATES]),
            "email": dice.choice([ANNA, BEN, CLEO, f"new{dice.randrange(9)}@example.net", "rita@glass.example"]),
            "consent": True,
            "token": self.token("" if path == "/sign-in" else path),
            "enter": self.token("/sign-in"),
            "code": six_digits(self.asked.id, SETTINGS.token_keys[0]),
            "to": "mark",
            "until": f"{self.services.clock.now() + timedelta(days=60):%Y-%m-%d}",
            "call": dice.choice(["now", "no"]),
            "phone": "+44 20 7946 0999",
            "zone": "Europe/Warsaw",
            "role": "buyer",
            "question": "Does it fit under a desk?",
            "what": dice.choice(["teaser", "form"]),
            "do": dice.choice([*(on_my_data.BUTTONS if path == "/my-data" else BUTTONS)]),
            "span": "2 weeks",
            "answer": dice.choice(["accepted", "declined"]),
            "achieved": "yes",
            "name": "Newman",
            **dict.fromkeys(("wording", "lang", "asked", "why"), ""),
        }

    def few(self, path: str, dice: Random) -> dict[str, object]:
        """Only those that such a post cannot do without."""
        values, needed = self.values(path, dice), NEEDED.get(path.rpartition("/")[2], ())
        return {name: values[name] for name in (needed if isinstance(needed, tuple) else (dice.choice(needed),))}

    def signed(self, body: bytes, fact_id: str) -> dict[str, str]:
        """The headers that another system adds to a fact."""
        at = self.services.clock.now()
        signature = Webhook(SECRET).sign(fact_id, at, body.decode())
        stamp = str(int(at.timestamp()))
        return {"webhook-id": fact_id, "webhook-timestamp": stamp, "webhook-signature": signature}

    def fact(self, name: object) -> dict[str, object]:
        """One that is told of Anna."""
        return {"type": name, "data": {"email": ANNA, "at": (MONDAY + timedelta(days=30)).isoformat()}}

    @property
    def _cleo(self) -> dict[str, object]:
        """Whose data may be erased on the way: all others are needed."""
        return {"lead": self._id(CLEO), "gen": 1}

    def _lead(self, address: str) -> Lead:
        lead = self.services.store.lead(lead_id(address, SETTINGS.lead_key))
        assert lead is not None
        return replace(lead, id=self._id(address))

    def _id(self, address: str) -> LeadId:
        return lead_id(f"{address}.gone" if self.gone else address, SETTINGS.lead_key)


NEEDED: Mapping[str, tuple[str, ...] | list[str]] = {
    "access": ("gate", "email", "consent"),
    "code": ("gate", "code"),
    "question": ("gate", "question"),
    "call": ("gate", "call"),
    "seen": ("gate", "what"),
    "confirm": ("token",),
    "unsubscribe": ("token",),
    "preferences": ("token", "do", "span"),
    "my-data": ("token", "do", "code"),
    "answer": ("token", "answer"),
    "claim": ("token",),
    "outcome": ("token", "achieved"),
    "replied": ("token",),
    "pause": ("token", "until"),
    "resume": ("token",),
    "hand-over": ("to",),
    "leads": ("email", "name"),
    "sign-in": ["email", "enter", "token"],
}
"""What a post cannot do without, by the last word of its address; of a list, one."""
