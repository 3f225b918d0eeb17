"""The programs in the manual's page on other ways in do what the page says, against stand-ins for two CRMs."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.hooks import SECRET, Receiver, receiver

from leadlight.errors import NotGiven
from leadlight.local.clock import SystemClock
from leadlight.local.webhook import SignedHook

PAGE = Path(__file__).parents[2] / "content" / "project" / "other-ways-in.md"

LEAD = {
    "email": "ada@northwind.example", "name": "Ada Nowak", "first_name": "", "last_name": "", "company": "Northwind",
    "phone": "", "country": "PL", "stage": "repeat", "value": 4800.0,
}  # fmt: skip


def program(name: str) -> dict[str, Any]:
    """What that program of the page defines."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (source,) = (block for block in blocks if block.startswith(f'"""{name}:'))
    found: dict[str, Any] = {"__name__": name}
    exec(compile(source, name, "exec"), found)
    return found


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """It answers on a free port of this machine, and says nothing about it."""
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    with HTTPServer(("127.0.0.1", 0), quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


Asked = list[tuple[str, str, Any]]


def service(asked: Asked, answer: Callable[[str, str], object]) -> type[BaseHTTPRequestHandler]:
    """A stand-in that notes what it is asked and answers as told; None is a 500."""

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers["Content-Length"] or 0)
            asked.append((self.command, self.path, json.loads(self.rfile.read(size)) if size else None))
            found = answer(self.command, self.path)
            self.send_response(500 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": found}).encode())

        def do_POST(self) -> None:
            self.do_GET()

    return Service


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUBSPOT_TOKEN", "PIPEDRIVE_TOKEN"):
        monkeypatch.setenv(name, "token")
    for name in ("LEADLIGHT_CRM_SECRET", "LEADLIGHT_HOOK_SECRET"):
        monkeypatch.setenv(name, SECRET)


def give(url: str, secret: str = SECRET) -> None:
    SignedHook(url, secret, SystemClock().now).give("one", json.dumps({"type": "lead.handed_over", "data": LEAD}))


def test_hubspot_gets_a_contact_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Asked = []
    with listening(service(asked, lambda *_: {})) as api:
        monkeypatch.setenv("HUBSPOT_API", api)
        with listening(program("hubspot.py")["Receiver"]) as url:
            give(url)

    ((_, path, body),) = asked
    assert path == "/crm/v3/objects/contacts/batch/upsert"
    assert body["inputs"][0]["id"] == LEAD["email"]
    assert body["inputs"][0]["properties"] == {
        "email": LEAD["email"], "company": "Northwind", "country": "PL",
        "firstname": "Ada", "lastname": "Nowak", "lifecyclestage": "customer",
    }  # fmt: skip


def test_pipedrive_gets_a_person_and_a_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Asked = []

    def answer(method: str, path: str) -> object:
        return {"items": []} if "search" in path else [] if method == "GET" else {"id": 7}

    with listening(service(asked, answer)) as api:
        monkeypatch.setenv("PIPEDRIVE_API", api)
        with listening(program("pipedrive.py")["Receiver"]) as url:
            give(url)

    assert [(method, path.partition("?")[0]) for method, path, _ in asked] == [
        ("GET", "/api/v2/persons/search"), ("POST", "/api/v2/persons"), ("GET", "/v1/leads"), ("POST", "/v1/leads"),
    ]  # fmt: skip
    assert asked[-1][2] == {
        "title": "Northwind", "person_id": 7, "value": {"amount": 4800.0, "currency": "EUR"},
    }  # fmt: skip


def test_a_lead_that_pipedrive_has_is_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Asked = []

    def answer(_: str, path: str) -> object:
        return {"items": [{"item": {"id": 7}}]} if "search" in path else [{"id": "x"}]

    with listening(service(asked, answer)) as api:
        monkeypatch.setenv("PIPEDRIVE_API", api)
        with listening(program("pipedrive.py")["Receiver"]) as url:
            give(url)

    assert [method for method, _, _ in asked] == ["GET", "GET"]


@pytest.mark.parametrize("name", ["hubspot", "pipedrive"])
def test_what_somebody_else_has_signed_or_the_crm_refuses_is_not_taken(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(service([], lambda *_: None)) as api:
        monkeypatch.setenv(f"{name.upper()}_API", api)
        with listening(program(f"{name}.py")["Receiver"]) as url:
            with pytest.raises(NotGiven, match="401"):
                give(url, secret="whsec_" + "b" * 32)
            with pytest.raises(NotGiven, match="502"):
                give(url)


def test_the_sender_in_the_manual_signs_as_we_check() -> None:
    found: Receiver
    with receiver() as found:
        site = found.url.partition("/hooks")[0]

        assert program("tell.py")["tell"](site, "crm.won", "deal-1", email="ada@northwind.example", value=10) == 204

    assert (found.paths, found.ids, found.forged) == (["/api/hooks/crm.won"], ["deal-1"], 0)
