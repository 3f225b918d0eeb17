"""What a preview adds to the served site: a bar on each page, the readers to look as, each mail as it will look."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from leadlight.pages import dev as pages
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.preview.people import People, Who
from leadlight.preview.rehearsed import Rehearsed
from leadlight.preview.watch import Watch
from leadlight.serve import App, Receive, Scope, Send

BAR = b'<script type="module" src="/_preview/bar.js"></script></body>'
KEPT = {b"if-none-match", b"if-modified-since"}
"""By these a browser would be told that the page it has, perhaps without a bar, is still good."""

AS = "leadlight_preview_as"


HERE = {"127.0.0.1", "localhost"}


def at_home(app: App) -> App:
    """The app for this machine's own browser: a foreign name that was made to lead here gets nothing."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Request(scope).headers.get("host", "").partition(":")[0] not in HERE:
            refused = JSONResponse({"title": "The preview answers at http://127.0.0.1 and nowhere else."}, 403)
            await refused(scope, receive, send)
            return
        await app(scope, receive, send)

    return guarded


def with_bar(app: App) -> App:
    """The app whose pages carry the bar; everything else passes as it is."""

    async def barred(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        page = _Page(send)
        plain = [(name, value) for name, value in scope["headers"] if name not in KEPT]
        await app({**scope, "headers": plain}, receive, page.send)

    return at_home(barred)


class _Page:
    """Holds an HTML answer back until it is whole."""

    def __init__(self, send: Send) -> None:
        self._send, self._body = send, b""
        self._start: MutableMapping[str, Any] | None = None

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """As the server's own."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                body = self._body.replace(b"</body>", BAR, 1)
                headers = MutableHeaders(raw=self._start["headers"])
                headers["content-length"], headers["cache-control"] = str(len(body)), "no-store"
                await self._send(self._start)
                await self._send({"type": "http.response.body", "body": body})


def _is_html(start: MutableMapping[str, Any]) -> bool:
    return MutableHeaders(raw=start["headers"]).get("content-type", "").startswith("text/html")


class Preview:
    """The addresses below `/_preview/`."""

    def __init__(self, services: Services, bundle: Path, watch: Watch, people: People) -> None:
        self._services, self._bundle, self._watch, self._people = services, bundle, watch, people
        routes = [
            Route("/_preview/bar.js", self._bar),
            Route("/_preview/state", self._state),
            Route("/_preview/as", self._look_as, methods=["POST"]),
            Route("/_preview/confirm", self._confirm),
            Route("/_preview/mails", self._mails),
        ]
        self.app: App = at_home(Starlette(routes=routes))

    async def _bar(self, _: Request) -> Response:
        return FileResponse(Path(__file__).with_name("bar.js"), media_type="text/javascript")

    async def _state(self, request: Request) -> Response:
        now, page = self._watch.state, request.query_params.get("page", "")
        gated = any(gate.page == page for gate in open_bundle(self._services.files).manifest.gates.values())
        who = unquote(request.cookies.get(AS, Who.STRANGER))
        known = {"version": now.version, "building": now.building, "problems": now.problems}
        return JSONResponse({**known, "who": who, "people": list(Who), "gated": gated})

    async def _look_as(self, request: Request) -> Response:
        if not _is_ours(request):
            return JSONResponse({"title": "Only the bar of the preview says as whom to look."}, 403)
        wanted = (await request.json()).get("who", "")
        if wanted not in set(Who):
            return JSONResponse({"title": "There is nobody of that name."}, 422)
        cookies = await run_in_threadpool(self._people.cookies, Who(wanted))
        answer = Response(status_code=204)
        for name in request.cookies:
            if name.startswith("leadlight_") and name not in cookies:
                answer.delete_cookie(name, path="/")
        for cookie in cookies.values():
            answer.set_cookie(cookie.name, cookie.value, path="/", httponly=not cookie.readable, samesite="lax")
        answer.set_cookie(AS, quote(wanted), path="/", samesite="lax")
        return answer

    async def _confirm(self, request: Request) -> Response:
        link = await run_in_threadpool(self._people.asked, request.query_params.get("page", ""))
        return RedirectResponse(link or "/", 303)

    async def _mails(self, _: Request) -> Response:
        now = open_bundle(self._services.files)
        played = await run_in_threadpool(_rehearsed, now.manifest.version, self._bundle)
        return HTMLResponse(pages.previewed(now.shell, mails=played.mails, wrong=played.wrong))


def _is_ours(request: Request) -> bool:
    """Whether a page of the preview, or a program, has sent it: no foreign page may send JSON or hide its origin."""
    origin, kind = request.headers.get("origin"), request.headers.get("content-type", "")
    own = origin is None or origin == f"http://{request.headers.get('host', '')}"
    return own and kind.partition(";")[0].strip().lower() == "application/json"


@lru_cache(maxsize=2)
def _rehearsed(version: str, bundle: Path) -> Rehearsed:  # noqa: ARG001 the version makes it another bundle
    """Every mail that would go out. In a process of its own: the handlers here are busy with the preview."""
    command = [sys.executable, "-m", "leadlight.preview.rehearsed", str(bundle)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own module
    if done.returncode:
        return Rehearsed(wrong=f"The rehearsal broke: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return msgspec.json.decode(done.stdout, type=Rehearsed)
