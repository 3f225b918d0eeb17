"""How much a request may hold: whoever sends more is told so, and costs us nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from urllib.parse import urlencode

import pytest
import uvicorn
from tests.ports import free_port
from tests.probing import Probed, grounds_in, probed
from tests.world import SETTINGS

from leadlight import serve
from leadlight.handlers.request import LIMIT, MOST_FIELDS
from leadlight.openapi.document import TAGS
from leadlight.openapi.route import FORM, JSON, Route
from leadlight.serve import App, Receive, Scope, Send

READ = [route for _, group in TAGS.values() for route in group if route.body and route.path != "/api/seen"]
"""Routes that read a body. `/api/seen` does, too, but says the same to everybody, whatever was sent."""
SIGNED = {"/api/hooks/{name}"}
"""Reads no field before the signature fits."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    with probed(grounds_in(tmp_path_factory.mktemp("grounds")), tmp_path_factory.mktemp("asked")) as server:
        yield server


def told(server: Probed, route: Route, kind: str, body: bytes) -> tuple[int, str]:
    """Status and kind of the answer to a program with every cookie."""
    cookies = "; ".join(f"{name}={value}" for name, value in server.keys.cookies().items())
    headers = {"origin": SETTINGS.site_url, "cookie": cookies, "content-type": kind}
    answer = server.send("POST", route.path.format(**server.keys.parts(route.path, Random(0))), headers, body)
    return answer.status, answer.headers.get("content-type", [""])[0]


def too_much(server: Probed, route: Route, kind: str, *, fields: int, letters: int) -> tuple[int, str]:
    wish = {**server.keys.few(route.path, Random(0)), **{f"more{n}": "x" * letters for n in range(fields)}}
    body = urlencode(wish) if kind == FORM else "{" + ",".join(f'"{n}": "{v}"' for n, v in wish.items()) + "}"
    return told(server, route, kind, body.encode())


@pytest.mark.parametrize("route", READ, ids=lambda route: route.path)
def test_more_than_64_kilobytes_are_too_much_for_every_route(server: Probed, route: Route) -> None:
    before = server.world.dump()

    status, kind = too_much(server, route, JSON, fields=1, letters=LIMIT)

    assert (status, kind) == (413, "application/problem+json")
    assert server.world.dump() == before


@pytest.mark.parametrize("kind", [JSON, FORM])
def test_no_route_takes_more_fields_than_a_form_has(server: Probed, kind: str) -> None:
    asked = [route for route in READ if kind in route.kinds and route.path not in SIGNED]
    before = server.world.dump()

    met = {route.path: too_much(server, route, kind, fields=MOST_FIELDS, letters=1)[0] for route in asked}

    assert {path: status for path, status in met.items() if status != 400} == {}
    assert len(met) > 10
    assert server.world.dump() == before


@contextmanager
def listening(app: App) -> Iterator[int]:
    """The port that an app is served at, as `serve` does it."""
    port = free_port()
    served = uvicorn.Server(serve.listening(app, port=port))
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not served.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield port
    served.should_exit = True
    thread.join(60)


@pytest.mark.parametrize(
    ("sent", "status"), [(b"x" * 8_000 + b"\r\n\r\n", 204), (b"x" * 20_000, 400)], ids=["ended", "endless"]
)
def test_headers_without_end_reach_nothing_of_ours(sent: bytes, status: int) -> None:
    reached: list[str] = []

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "http":
            reached.append(scope["path"])
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    with listening(app) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + sent)
        answer = line.recv(1000)

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert reached == (["/"] if status == 204 else [])
