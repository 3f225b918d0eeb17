"""The preview is for this machine's own browser: a name that was made to lead here, or a foreign page, gets nothing."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.responses import HTMLResponse
from tests.world import World

from leadlight.preview.app import Preview, with_bar
from leadlight.preview.people import People
from leadlight.serve import App

HOME, FOREIGN = "127.0.0.1:8000", "rebound.example:8000"
BAR = {"origin": f"http://{HOME}", "content-type": "application/json"}


@pytest.fixture
def preview(world: World) -> App:
    watch: Any = SimpleNamespace(state=SimpleNamespace(version=1, building=False, problems=()))
    return Preview(world.services, Path(world.bundle), watch, People(world.services)).app


def asked(app: App, method: str, url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    async def sent() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:  # type: ignore[arg-type]  # an app is an app
            return await client.request(method, url, headers=headers, content='{"who": "stranger"}')

    with ThreadPoolExecutor(1) as other:  # a browser test before this one may have left a loop running here
        return other.submit(asyncio.run, sent()).result()


@pytest.mark.parametrize(("host", "status"), [(HOME, 200), ("localhost:8000", 200), (FOREIGN, 403)])
def test_the_preview_answers_under_this_machines_own_names_only(preview: App, host: str, status: int) -> None:
    page = with_bar(HTMLResponse("<body>A page</body>"))

    assert asked(preview, "GET", f"http://{host}/_preview/state").status_code == status
    assert asked(page, "GET", f"http://{host}/").status_code == status
    assert asked(page, "POST", f"http://{host}/api/access").status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (BAR, 204),
        ({"content-type": "application/json; charset=utf-8"}, 204),
        ({**BAR, "origin": "https://evil.example"}, 403),
        ({**BAR, "origin": "null"}, 403),
        ({**BAR, "content-type": "text/plain"}, 403),
    ],
)
def test_only_the_previews_own_bar_says_as_whom_to_look(preview: App, headers: dict[str, str], status: int) -> None:
    assert asked(preview, "POST", f"http://{HOME}/_preview/as", headers).status_code == status
