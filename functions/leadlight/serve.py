"""The whole product in one process: the site, the API, and what happens by itself. Run by `serve` and `demo`.

Requests reach the same handlers as on AWS, as the same events, one at a time; a worker thread stands in for the
stream, the schedules and the tick.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from leadlight.errors import TryAgain
from leadlight.handlers import on_change, on_due, on_mail_event, on_rep_request, on_tick, on_visitor_request
from leadlight.handlers.http import STREAM, site_headers
from leadlight.handlers.request import LIMIT, names_a_part
from leadlight.ports import Alarm, MovableClock, Outbox, Services

if TYPE_CHECKING:
    from uvicorn import Config

logger = logging.getLogger("leadlight")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REP, REP_PAGES = ("/rep/", "/api/hooks/"), {"/sign-in", "/sign-out", "/insights", "/my-data"}
VISITOR, VISITOR_PAGES = ("/api/",), {"/confirm", "/unsubscribe", "/preferences", "/answer"}
TICK = 1.0
"""Seconds between sweeps while nothing happens."""
ROUNDS = 3
"""Rounds of counting in one sweep: where there is more to count, as after an upgrade, mails go in between."""
PATIENCE = 0.02
"""Seconds that the worker lets visitors go first before each thing it does; a crowd cannot keep it waiting for ever."""


class Worker:
    """Does what happens by itself, one thing at a time, right after it is woken and at least once a `TICK`.

    A second thread tells other systems, so that one of them that does not answer holds up no mail.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._busy = threading.Lock()
        self._wake = threading.Event()
        self._over = False
        self._visitors = 0
        self._alone = threading.Event()
        self._alone.set()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._news = threading.Event()
        self._courier = threading.Thread(target=self._deliver, name="courier", daemon=True)

    def start(self) -> None:
        """From now on, until `stop`."""
        self._thread.start()
        self._courier.start()

    def stop(self) -> None:
        """Ends after what is being done. What was not delivered yet is kept for the next start."""
        self._over = True
        self._wake.set()
        self._news.set()
        self._thread.join(timeout=30)
        self._courier.join(timeout=1)

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Somebody waits for an answer. Called from the event loop only."""
        self._visitors += 1
        self._alone.clear()
        try:
            yield
        finally:
            self._visitors -= 1
            if not self._visitors:
                self._alone.set()

    def wake(self) -> None:
        """Something was stored."""
        self._wake.set()

    def move_clock(self, target: datetime) -> datetime:
        """Walks from due time to due time up to `target`; returns the time once everything due has run."""
        clock = self._services.clock
        if not isinstance(clock, MovableClock):
            raise TypeError("only a demo's clock can be moved")
        with self._busy:
            self._sweep()
            while (coming := self._next_due(target)) is not None:
                clock.move_to(coming)
                self._sweep()
            clock.move_to(target)
            self._sweep()
        return clock.now()

    def _next_due(self, target: datetime) -> datetime | None:
        """When the next thing comes due, up to then; rows that wait for somebody else's lease are passed over."""
        now = self._services.clock.now()
        rows = self._services.store.due(until=target, limit=1000)
        return next((due.at for due in rows if due.at > now), None)

    def _run(self) -> None:
        while not self._over:
            self._wake.wait(self._pause())
            self._wake.clear()
            with self._busy:
                self._sweep()

    def _pause(self) -> float:
        """Seconds until the next wake-up that was asked for, a `TICK` at most."""
        scheduler = self._services.scheduler
        coming = scheduler.next_at() if isinstance(scheduler, Alarm) else None
        if coming is None:
            return TICK
        return min(TICK, max(0.0, (coming - self._services.clock.now()).total_seconds()))

    def _give_way(self) -> None:
        self._alone.wait(PATIENCE)

    def _sweep(self) -> None:
        for part in (self._take_in, self._drain, self._fire, self._tick, self._roll_up):
            try:
                part()
            except TryAgain:
                time.sleep(0.05)  # another process has the store; the next sweep sees the same rows
                self._wake.set()
            except Exception:
                logger.exception("sweep.failed")  # the edge: the next sweep, a tick later, begins where this one ended
        self._news.set()

    def _take_in(self) -> None:
        """What S3 tells of on AWS: answers that a mail server has put into the inbox."""
        on_mail_event.take_in(self._services)

    def _drain(self) -> None:
        on_change.drain(self._services, between=self._give_way)

    def _fire(self) -> None:
        """What schedules wake on AWS, in the same way: for a row that was moved or done since, nothing happens."""
        scheduler = self._services.scheduler
        for due in scheduler.fired(self._services.clock.now()) if isinstance(scheduler, Alarm) else ():
            self._give_way()
            on_due.handle(self._services, due)

    def _tick(self) -> None:
        on_tick.handle(self._services, between=self._give_way)

    def _roll_up(self) -> None:
        """The report's figures, a little at a time: no mail and no visitor waits for them."""
        for _ in range(ROUNDS):
            waits = self._wake.is_set() or not self._pause()
            if waits or not on_change.roll_up(self._services, between=self._give_way):
                return
        self._wake.set()

    def _deliver(self) -> None:
        bus = self._services.bus
        while isinstance(bus, Outbox) and not self._over:
            self._news.wait(TICK)
            self._news.clear()
            try:
                bus.deliver()
            except TryAgain:
                continue  # another process has the outbox; the next round sees the same events
            except Exception:
                logger.exception("deliver.failed")  # the edge of this thread: the next round, a tick later


@dataclass(frozen=True, slots=True)
class Server:
    """What answers on one port."""

    app: App
    worker: Worker


def server(
    services: Services,
    *,
    site: Path,
    bundle: Path,
    dev: Callable[[Worker], App] | None = None,
    below: str = "/_dev/",
) -> Server:
    """The ASGI app over a built site and its bundle. `dev` adds what only a demo or a preview has, `below` there."""
    worker = Worker(services)
    lock = threading.Lock()
    behind = Behind(services, worker, bundle, lock)
    rep = bridge(on_rep_request.handler(services), behind)
    visitor = bridge(on_visitor_request.handler(services), behind)
    dev_app = dev(worker) if dev else None
    _release(site.resolve())  # now: a missing site should be heard of before it is asked for

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, worker)
            return
        scope, path = _with_a_readable_range(scope), scope["path"]
        if dev_app and path.startswith(below):
            await dev_app(scope, receive, send)
        elif is_for_rep(path):
            await rep(scope, receive, send)
        elif path.startswith(VISITOR) or path in VISITOR_PAGES or path.endswith("_full"):
            await visitor(scope, receive, _guarded(send, services))
        else:
            await _release(site.resolve())(scope, receive, _guarded(send, services))

    return Server(app, worker)


def _guarded(send: Send, services: Services) -> Send:
    """Adds to the site's pages and files what the distribution adds on AWS; what an answer says by itself stands."""

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            for name, value in site_headers(services).items():
                headers.setdefault(name, value)
        await send(message)

    return sent


def _with_a_readable_range(scope: Scope) -> Scope:
    """The request without a `Range` that makes no sense: the whole is answered, as S3 does; Starlette refuses it."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"range" or names_a_part(value)]
    return {**scope, "headers": headers}


@lru_cache(maxsize=4)
def _release(site: Path) -> App:
    """Serves one release. A request stays with the one that it found, whatever is published meanwhile."""
    return ExceptionMiddleware(StaticFiles(directory=site, html=True))  # which answers what the other only raises


def is_for_rep(path: str) -> bool:
    """Which of the two functions answers. Exact names, so that a page `/sign-in-sheets/` stays the marketer's."""
    return path.startswith(REP) or path in REP_PAGES


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind both HTTP functions."""

    services: Services
    worker: Worker
    bundle: Path
    lock: threading.Lock


def run(served: Server, *, port: int, ready: Callable[[], None], over: Callable[[], None]) -> None:
    """Serves on 127.0.0.1 until told to stop; `ready` once the port answers, `over` once all work has ended."""
    import uvicorn  # noqa: PLC0415 tests drive the app itself

    class Announced(uvicorn.Server):
        async def startup(self, sockets: list[Any] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

        async def shutdown(self, sockets: list[Any] | None = None) -> None:
            await super().shutdown(sockets)
            over()  # not behind `run`, which may never come back: the signal is raised once more

    Announced(listening(served.app, port=port)).run()


def listening(app: App, *, port: int) -> Config:
    """How uvicorn listens: h11 reads, which gives up on headers that have no end after 16 KB, whatever is installed."""
    import uvicorn  # noqa: PLC0415 the same

    return uvicorn.Config(app, host="127.0.0.1", port=port, http="h11", log_level="warning", access_log=False)


def bridge(handler: Callable[[dict[str, Any], object], dict[str, Any]], behind: Behind) -> App:
    """An ASGI app that feeds a Lambda handler with API Gateway events (payload v2).

    One event at a time, as in one Lambda environment. The answer leaves once everything is durable, and files are
    streamed, both outside the lock.
    """

    def answered(event: dict[str, Any]) -> dict[str, Any]:
        with behind.lock:
            answer = handler(event, _context())
        if event["requestContext"]["http"]["method"] == "POST":
            behind.services.store.durable()
            behind.worker.wake()
        return answer

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        event = event_of(scope, await _body(receive))
        with behind.worker.visited():
            answer = await asyncio.to_thread(answered, event)
        response = _answer(answer, behind.bundle, head=scope["method"] == "HEAD")
        await response(scope, receive, send)

    return app


def event_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as API Gateway hands it to a function (payload format 2.0, "Working with AWS Lambda proxy
    integrations for HTTP APIs"); the body always as base64, as API Gateway does for what is not text."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    client = scope.get("client") or ("127.0.0.1", 0)
    http = {
        "method": scope["method"],
        "path": scope["path"],
        "protocol": "HTTP/1.1",
        "sourceIp": client[0],
        "userAgent": headers.get("user-agent", ""),
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": scope["path"],
        "rawQueryString": scope["query_string"].decode("latin-1"),
        "headers": headers,
        "cookies": cookies,
        "requestContext": {"http": http, "requestId": str(uuid.uuid4()), "stage": "$default"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


async def _body(receive: Receive) -> bytes:
    """The body, kept up to a little more than a form may have; the rest is read and dropped."""
    body = b""
    more = True
    while more:
        message = await receive()
        if len(body) <= LIMIT:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[: LIMIT + 1]


def _answer(answer: dict[str, Any], bundle: Path, *, head: bool) -> Response:
    """What a Lambda handler answered, as HTTP; a download is streamed with Range (RFC 9110 § 14)."""
    headers = dict(answer.get("headers") or {})
    stored = headers.pop(STREAM, None)
    response: Response
    if stored:
        name, media_type = headers.pop("X-Leadlight-Name"), headers.pop("Content-Type")
        response = FileResponse(bundle / stored, headers=headers, media_type=media_type, filename=name or None)
    else:
        body = answer.get("body") or ""
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        response = Response(b"" if head else content, int(answer["statusCode"]), headers)
    for cookie in answer.get("cookies") or ():
        response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))
    return response


def _context() -> object:
    """What Lambda says about a call."""
    return SimpleNamespace(
        function_name="local",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:local:000000000000:function:local",
        aws_request_id=str(uuid.uuid4()),
    )


async def _lifespan(receive: Receive, send: Send, worker: Worker) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            worker.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await asyncio.to_thread(worker.stop)
            await send({"type": "lifespan.shutdown.complete"})
            return
