"""Who gets in behind the distribution, and whose network somebody counts to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.world import SETTINGS, World

from leadlight.handlers import on_rep_request, on_visitor_request
from leadlight.handlers.request import Request, network_of
from leadlight.serve import event_of

OLD, NEW = "o" * 32, "n" * 32
BEHIND = replace(SETTINGS, origin_secrets=(OLD, NEW))
PATHS = ["/confirm", "/api/health", "/api/files/a/b", "/guides/mail/_full", "/nowhere", "/rep/lead", "/sign-in"]


def status(world: World, method: str, path: str, headers: dict[str, str]) -> set[int]:
    """What both functions answer to that."""
    services = replace(world.services, settings=BEHIND)
    sent = [(name.encode(), value.encode()) for name, value in {"host": "a.example", **headers}.items()]
    scope: dict[str, Any] = {"method": method, "path": path, "query_string": b"", "headers": sent}
    event = event_of({**scope, "client": ("198.51.100.7", 4711)}, b"")
    return {module.handler(services)(event, None)["statusCode"] for module in (on_visitor_request, on_rep_request)}


@pytest.mark.parametrize("path", PATHS)
def test_whoever_goes_around_the_distribution_is_refused_whatever_they_ask(world: World, path: str) -> None:
    shown: list[dict[str, str]] = [{}, {"x-leadlight-origin": ""}, {"x-leadlight-origin": "é"}, {"accept": "text/html"}]
    methods = ("GET", "HEAD", "POST", "PUT", "OPTIONS")

    found = [status(world, method, path, headers) for method in methods for headers in shown]

    assert set().union(*found) == {403}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_the_old_secret_opens_as_well_as_the_new_one(world: World, secret: str) -> None:
    assert status(world, "GET", "/nowhere", {"x-leadlight-origin": secret}) == {404}


@pytest.mark.parametrize(
    ("viewer", "network"),
    [
        ("192.0.2.1:4711", "192.0.2.0/24"),
        ("2001:db8::1:4711", "2001:db8::/64"),
        ("[2001:db8::1]:4711", "2001:db8::/64"),
        ("::ffff:192.0.2.1:443", "192.0.2.0/24"),
        ("192.0.2.1", "unknown"),
        ("192.0.2.1, 203.0.113.9:1", "unknown"),
        ("anything", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_network_is_the_one_that_the_distribution_saw(viewer: str, network: str) -> None:
    headers = {"cloudfront-viewer-address": viewer, "x-forwarded-for": "203.0.113.9"}

    assert network_of(Request("GET", "/", {}, headers, {}, b"", "203.0.113.9"), BEHIND) == network
