"""The OpenAPI file says all that can be asked, and of each answer just what the handlers give: no more and no less."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import validate
from tests.probing import GATES, Grounds, Keys, Probed, grounds_in, probed
from tests.world import MAIL, SETTINGS

from leadlight.handlers import on_desk, on_fact, on_insights, on_my_data, on_rep_request, on_visitor_request
from leadlight.handlers.request import HOST, LIMIT
from leadlight.openapi.document import ALWAYS, SCHEMES, TAGS, document
from leadlight.openapi.route import FORM, HTML, JSON, Caller, Route
from leadlight.rep.saying import STAGES
from leadlight.rep.session import SESSION
from leadlight.rules.fact import FactName
from leadlight.tokens import Tokens
from leadlight.visitor import answer, preferences, seen
from leadlight.visitor.passes import LEAD_PASS

FILE: dict[str, Any] = json.loads(document("Glass"))
ROUTES = [route for _, group in TAGS.values() for route in group]
ROUTERS = [
    handlers.router for handlers in (on_visitor_request, on_rep_request, on_desk, on_insights, on_fact, on_my_data)
]
GREEDY = {
    "/api/form/.+": "/api/form/{gate}",
    "/api/content/.+": "/api/content/{gate}",
    "/api/files/.+": "/api/files/{gate}/{name}",
}
IN_WORDS = ".*_full"


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return grounds_in(tmp_path_factory.mktemp("asked"))


def handled() -> Iterator[tuple[str, str]]:
    """Each method and address that a router knows."""
    for router in ROUTERS:
        for pattern, methods, *_ in router._routes:
            address = GREEDY.get(pattern) or re.sub(r"<(\w+)>", r"{\1}", pattern)
            yield from ((method.lower(), address) for method in methods)


def test_every_route_is_in_the_file_and_nothing_else() -> None:
    said = {(method, path) for path, operations in FILE["paths"].items() for method in operations}

    assert said == {route for route in handled() if route[1] != IN_WORDS}


def test_what_the_format_cannot_say_stands_in_words() -> None:
    assert ("get", IN_WORDS) in set(handled())
    assert "`GET <page>_full`" in FILE["info"]["description"]


def test_the_file_is_openapi_3_1() -> None:
    validate(FILE)

    assert FILE["openapi"].startswith("3.1.")


def test_a_build_puts_it_into_the_site(world_bundle: Path) -> None:
    served = json.loads((world_bundle.parent / "site" / "openapi.json").read_text())

    assert served == FILE


def test_passes_and_sessions_are_named_as_browsers_get_them() -> None:
    assert SCHEMES[Caller.PASS]["name"] == HOST + LEAD_PASS
    assert SCHEMES[Caller.SESSION]["name"] == HOST + SESSION


@pytest.mark.parametrize(
    ("shape", "field", "known"),
    [
        ("Preferences", "do", preferences.BUTTONS),
        ("Preferences", "span", preferences.SPANS),
        ("MyDataButton", "do", on_my_data.BUTTONS),
        ("OneTap", "answer", [said for both in answer.CHOICES.values() for said in both]),
        ("Seen", "what", seen.COUNTS),
        ("Outcome", "stage", STAGES),
        ("Fact", "type", FactName),
    ],
)
def test_the_file_names_the_buttons_that_there_are(shape: str, field: str, known: Iterable[str]) -> None:
    said = FILE["components"]["schemas"][shape]["properties"][field]["enum"]

    assert {*said} - {""} == {*known}


@pytest.mark.parametrize(
    "value", ["items=0-1", "half of it", "bytes=5-2", "bytes=0-1,3-4", "bytes=-", f"bytes={9**999}-", "bytes="]
)
def test_a_range_that_makes_no_sense_is_as_none(value: str, grounds: Grounds, tmp_path: Path) -> None:
    with probed(grounds, tmp_path) as server:
        told = server.send("GET", f"/api/files/{MAIL}/guide.pdf", {**cookie(server), "range": value})

    assert (told.status, told.body) == (200, b"%PDF-1.4 a guide")


def test_what_a_site_has_no_page_for_is_no_fault_of_ours(grounds: Grounds, tmp_path: Path) -> None:
    with probed(grounds, tmp_path) as server:
        told = [server.send(method, "/nowhere/", {}).status for method in ("GET", "HEAD", "POST", "PUT")]

    assert told == [404, 404, 405, 405]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "get"], ids=lambda route: route.path)
def test_a_head_is_answered_as_its_get_without_a_body(route: Route, grounds: Grounds, tmp_path: Path) -> None:
    with probed(grounds, tmp_path) as server:
        urls = list(addresses(server, route))[:3]
        heads = [server.send("HEAD", url, as_browser(server)) for url in urls]
        gets = [server.send("GET", url, as_browser(server)) for url in urls]

    assert [told.status for told in heads] == [told.status for told in gets]
    assert b"".join(told.body for told in heads) == b""


def test_a_whole_page_is_answered_as_the_words_say(grounds: Grounds, tmp_path: Path) -> None:
    with probed(grounds, tmp_path) as server:
        told = [
            server.send("GET", url, way(server)).status
            for url in (f"/{MAIL}/_full", "/none/_full")
            for way in (as_browser, as_reader)
        ]

    assert told == [200, 303, 404, 404]


# --- each status that the file has is met, and no other

MORE_THAN_ANY_BUDGET = 120

RARE = {("post", "/api/access"), ("get", "/api/content/{gate}"), ("get", "/api/files/{gate}/{name}")}
"""Where 410 takes an erasure between two looks at the same lead, within one request."""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_the_file_has_the_statuses_that_are_met_and_no_other(route: Route, grounds: Grounds, tmp_path: Path) -> None:
    with probed(grounds, tmp_path) as server:
        met = {server.send(route.method.upper(), *sent).status for sent in attempts(server, route)}

    documented = {*map(int, FILE["paths"][route.path][route.method]["responses"])} - set(ALWAYS)
    assert met - documented == set()
    rare = {429} | ({410} if (route.method, route.path) in RARE else set())
    assert documented - met <= rare & {*route.refuses}


@pytest.mark.parametrize("route", [route for route in ROUTES if 429 in route.refuses], ids=lambda route: route.path)
def test_too_many_of_a_kind_are_told_when_to_come_back(route: Route, grounds: Grounds, tmp_path: Path) -> None:
    with probed(grounds, tmp_path, budgets=True) as server:
        wishes = ({**fitting(server, route, n), **another(route, n)} for n in range(MORE_THAN_ANY_BUDGET))
        held = as_program(server)
        told = [server.send("POST", route.path, held, as_json(wish)) for wish in wishes]

    refused = [answer for answer in told if answer.status == 429]
    assert refused
    assert all(int(answer.headers["retry-after"][0]) > 0 for answer in refused)


def attempts(server: Probed, route: Route) -> Iterator[tuple[Any, ...]]:
    """Address, headers and body of what is wrong in each way, of each of these ways together, and of what is right.

    The right ones come last: after some of them nothing more can be done with a link. What a caller holds is the same
    for all that they ask, as with a browser: to sign it anew each time took longer than the answers.
    """
    wrong = [from_elsewhere, as_stranger, as_browser_of_old, as_reader, as_one_who_was_erased]
    right = [as_browser, as_program]
    for way in [*wrong, *right, *([in_part, in_no_part] if route.headers else [])]:
        of_any_gate, held = way is as_one_who_was_erased and route.caller is Caller.PASS, way(server)
        for url in addresses(server, route):
            wishes = 1 if way in wrong and not of_any_gate else 7
            for kind, body in bodies(server, route, wishes) if route.method == "post" else (("", b""),):
                signed = server.keys.signed(body, f"msg_{len(body)}") if way is as_program and is_text(body) else {}
                yield url, {"content-type": kind, **held, **signed}, body


def cookie(server: Probed, tokens: Tokens | None = None, *, gone: bool = False) -> dict[str, str]:
    services = replace(server.keys.services, tokens=tokens) if tokens else server.keys.services
    keys = Keys(services, server.keys.offer, gone)
    return {"cookie": "; ".join(f"{name}={value}" for name, value in keys.cookies().items())}


def late(server: Probed) -> Tokens:
    """What signs as it did six years ago."""
    then = server.world.clock.now() - timedelta(days=365 * 6)
    return Tokens(SETTINGS.token_keys, lambda: then)


def from_elsewhere(server: Probed) -> dict[str, str]:
    return {"origin": "https://evil.example", **cookie(server)}


def as_stranger(_: Probed) -> dict[str, str]:
    return {"origin": SETTINGS.site_url}


def as_browser_of_old(server: Probed) -> dict[str, str]:
    return {"origin": SETTINGS.site_url, **cookie(server, late(server))}


def as_one_who_was_erased(server: Probed) -> dict[str, str]:
    return {**as_reader(server), **cookie(server, gone=True)}


def as_reader(_: Probed) -> dict[str, str]:
    return {"origin": SETTINGS.site_url, "accept": HTML}


def as_browser(server: Probed) -> dict[str, str]:
    return {"origin": SETTINGS.site_url, "accept": HTML, **cookie(server)}


def as_program(server: Probed) -> dict[str, str]:
    return {"origin": SETTINGS.site_url, "content-type": JSON, **cookie(server)}


def in_part(server: Probed) -> dict[str, str]:
    return {**as_program(server), "range": "bytes=0-3"}


def in_no_part(server: Probed) -> dict[str, str]:
    return {**as_program(server), "range": "bytes=999-"}


def addresses(server: Probed, route: Route) -> Iterator[str]:
    """Those that lead nowhere, then those that lead somewhere."""
    keys, path = server.keys, route.path
    parts = keys.parts(path, Random(0))
    yield path.format(**dict.fromkeys(parts, "none"))
    for name in NAMES if "{name}" in path else ("",):
        for gate in GATES if "{gate}" in path else ("",):
            yield path.format(**{**parts, "gate": gate, "name": name})
    if route.method == "get":
        here = path.format(**{**parts, "gate": MAIL, "name": NAMES[0]})
        erased = replace(keys, gone=True).token(path)
        tokens = ("none", erased, keys.token(path, tokens=late(server)), keys.token(path))
        yield from (f"{here}?{urlencode(query)}" for query in (*({"token": token} for token in tokens), *QUERIES))


NAMES = ("guide.pdf", "trial", "booking")
QUERIES = ({"gate": "none"}, {"gate": MAIL}, {"of": "nobody"}, {"weeks": "many"}, {"find": "anna"})


def bodies(server: Probed, route: Route, wishes: int) -> Iterator[tuple[str, bytes]]:
    """Such as cannot be read, such as are to be mended, and such as are right, for each kind of caller."""
    yield JSON, b"{"
    yield JSON, b'"' + b"x" * LIMIT + b'"'
    yield JSON, as_json({"gate": {}, "token": [], "email": {}, "data": {}})
    wish = fitting(server, route, 0)
    erased = replace(server.keys, gone=True).token(route.path)
    for gone in ("none", erased, server.keys.token(route.path, tokens=late(server))):
        yield JSON, as_json({**wish, **{name: gone for name in ("token", "enter", "gate", "code") if name in wish}})
    yield JSON, as_json({**wish, "gate": "none"})
    if FORM in route.kinds and "gate" in wish:
        yield FORM, urlencode({**wish, "gate": "none"}).encode()
    yield JSON, as_json({**wish, "fresh": "yes"})
    for number in range(wishes):
        wish = fitting(server, route, number)
        yield JSON, as_json(wish)
        if FORM in route.kinds:
            yield FORM, urlencode(wish).encode()


def fitting(server: Probed, route: Route, number: int) -> dict[str, object]:
    """What somebody says who is in their right."""
    return server.keys.fact("booking") if "hooks" in route.path else server.keys.few(route.path, Random(number))


def another(route: Route, number: int) -> dict[str, object]:
    """What makes it something else than the time before."""
    if route.path == "/my-data":
        return {"do": "ask"}
    if route.path == "/preferences":
        return {"do": ("pause", "resume")[number % 2]}
    return {"email": f"new{number}@example.net"} if route.path == "/rep/leads" else {}


def as_json(wish: Mapping[str, object]) -> bytes:
    return json.dumps(wish).encode()


def is_text(body: bytes) -> bool:
    return len(body) <= LIMIT
