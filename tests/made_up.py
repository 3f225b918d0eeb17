"""Requests as the OpenAPI file allows them, made up by schemathesis, with what people really send in some places."""

from __future__ import annotations

from random import Random

import requests
from schemathesis import Case, Response
from tests.probing import Keys, Probed

from leadlight.openapi.route import Caller

RANGES = ("bytes=0-3", "bytes=2-", "bytes=-2", "bytes=999-", "bytes=5-2", "items=0-1", "half of it")
ACCEPTS = ("*/*", "text/html,*/*;q=0.8", "application/json")


def asked(server: Probed, case: Case) -> Response:
    """The server's answer, as the checks of schemathesis read it."""
    request = _prepared(case, str(server.keys.services.settings.site_url))
    told = server.send(str(request.method), str(request.url), dict(request.headers), _body_of(request))
    return Response(told.status, told.headers, told.body, request, elapsed=0.0, verify=False)


def furnished(case: Case, keys: Keys, dice: Random) -> Case:
    """The request, with links, passes, sessions, names and words that fit in the place of some of what was made up."""
    path, site = case.operation.path, keys.services.settings.site_url
    known = keys.parts(path, dice)
    if Caller.TOKEN in str(case.operation.definition.raw.get("security")) and _often(dice):
        case.query = {**(case.query or {}), "token": known["token"]}
    for values in (case.path_parameters, case.query):
        for name in [name for name in values or () if name in known and _often(dice)]:
            values[name] = known[name]
    if isinstance(case.body, dict):
        case.body = _filled(path, case.body, keys, dice)
    case.cookies = {**(case.cookies or {}), **(keys.cookies(waits=dice.random() < 0.5) if _often(dice) else {})}
    origin = dice.choice([*[site] * 7, "", "null", "https://evil.example"])
    headers = {**(case.headers or {}), "Accept": dice.choice(ACCEPTS), **({"Origin": origin} if origin else {})}
    if "Range" in headers:
        headers["Range"] = dice.choice(RANGES)
    case.headers = headers
    if "hooks" in path and isinstance(case.body, dict) and _often(dice):
        case.headers |= keys.signed(_body_of(_prepared(case, site)), f"msg_{dice.randrange(10**6)}")
    return case


def _often(dice: Random) -> bool:
    return dice.random() < 0.8


def _filled(path: str, body: dict[str, object], keys: Keys, dice: Random) -> dict[str, object]:
    if "hooks" in path:
        return keys.fact(dice.choice(["booking", "trial.used", "crm.won"])) if dice.random() < 0.5 else body
    if dice.random() < 0.5:
        return keys.few(path, dice)
    known = keys.values(path, dice)
    return {**body, **{name: value for name, value in known.items() if name in body and _often(dice)}}


def _prepared(case: Case, site: str) -> requests.PreparedRequest:
    return requests.Request(**case.as_transport_kwargs(base_url=site)).prepare()


def _body_of(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)
