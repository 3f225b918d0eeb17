"""The OpenAPI 3.1 file of a site. Called by the MkDocs plugin at each build.

What all routes have in common is said once, in `ABOUT`; there, too, stands the one route that OpenAPI has no words for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from leadlight import __version__
from leadlight.openapi import team, visitor
from leadlight.openapi.answered import FieldsProblem, Problem
from leadlight.openapi.route import GATE, HTML, PROBLEM, Answer, Caller, Named, Route

IN_WORDS = {"get .*_full": "`GET <page>_full`"}
"""Routes that OpenAPI cannot say, by method and pattern, and how `ABOUT` names them."""

ABOUT = """\
What the pages of this site and their forms ask of it. Times are ISO 8601; text is UTF-8; bodies hold at most 64 KB.

**Two kinds of callers.** Programs send JSON and get JSON. Browsers without a script post the same fields as a form
(`application/x-www-form-urlencoded`) and get 303 to a page. Errors are problem JSON (RFC 9457) for programs, and a page
for whoever accepts `text/html` or has posted a form; both say what to do next, in the reader's language. In JSON,
fields hold text, numbers, true, false or null; a list of texts only where a question takes several answers.

**HEAD** is answered wherever GET is, with the same status and without a body, and changes nothing. Neither does GET,
but that a read is noted for whoever has a pass, once a day.

**Gate ids** may hold `/`, raw or as `%2F`.

**`GET <page>_full`** is the whole page for who has the pass, at `/tutorials/zero-trust/_full` for
`/tutorials/zero-trust/`, so that relative links in it hold; `free=yes` asks for one of the meter's free reads. 200 is
the page as HTML; 303 leads to the open page, or to the short form of the gate for a browser with a pass of another
gate; 404 says that no page of the site with a gate lies there.

**Origin.** A post with an `Origin` other than the site's own is refused with 403. Without one it passes, except where
a session alone lets in: there a browser's `Origin` has to come along. `null` passes where a token stands for itself.

**Cookies** are HttpOnly, Secure and SameSite=Lax, but for two hints that a script may read and that open nothing. Where
a site has no HTTPS, as on one's own machine, their names go without `__Host-`.

**Other answers.** 404 also where there is no such address or method at all. On AWS, 403 meets whoever goes around the
site's own address, and the platform itself may answer 413, 429, 503 or 504 before a function is reached.
"""

TAGS: Mapping[str, tuple[str, tuple[Route, ...]]] = {
    "Gates": ("Forms, and what opens a page.", visitor.GATES),
    "Reading": ("What a pass opens.", visitor.READING),
    "Talking back": ("Questions, answers, preferences, leaving.", visitor.TALKING),
    "A rep's mailed links": ("Each opens one lead, for seven days.", team.MAILED),
    "The desk": ("For people of `team.yml`, by a session.", team.DESK),
    "Other systems": ("Signed facts.", team.SYSTEMS),
}

REFUSALS: Mapping[int, str] = {
    400: "What was sent cannot be read.",
    401: "This browser has no pass for it; at the desk, no session; of a webhook, no signature that fits.",
    403: "The link or its browser is not the right one, or the post comes from another site.",
    404: "There is nothing of that name.",
    410: "The link's time is over, or what it or a pass belonged to was erased.",
    413: "More than 64 KB.",
    422: "Some fields need another value; `fields` says which and what to do.",
    429: "Too many. `Retry-After` says in how many seconds there is room again.",
    500: "Something is broken on our side.",
    503: "Could not be stored just now, and nothing is half done: the same again may succeed.",
}
ALWAYS = (500, 503)
LATER = {429, 503}
"""Refusals that say when to come back."""

SCHEMES: Mapping[Caller, Mapping[str, str]] = {
    Caller.TOKEN: {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "What stands in the link of a mail: signed, for one purpose, for a limited time.",
    },
    Caller.PASS: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-leadlight_pass",
        "description": "The pass of a browser in which an address was confirmed. For one gate alone, "
        "`__Host-leadlight_gate_` and the first 12 hexadecimal digits of the SHA-256 of the gate's id does as well.",
    },
    Caller.SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-leadlight_desk",
        "description": "The session of somebody of the team, by a mailed link and its button.",
    },
    Caller.WEBHOOK: {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "`v1,` and the signature as Standard Webhooks says; several with spaces between.",
    },
}

REF = "#/components/schemas/{model}"
TEXT = {"type": "string"}


@lru_cache(maxsize=8)
def document(site_name: str) -> str:
    """The file, as JSON. Remembered: a build writes it, and then looks for what is withheld in anything but it."""
    routes = [(tag, route) for tag, (_, group) in TAGS.items() for route in group]
    shapes = sorted({shape for _, route in routes for shape in _shapes_of(route)}, key=lambda shape: shape.__name__)
    kinds = [(shape.__name__, "validation", TypeAdapter[Any](shape)) for shape in (*shapes, Problem, FieldsProblem)]
    _, schemas = TypeAdapter.json_schemas(kinds, ref_template=REF)  # type: ignore[arg-type]  # its list is invariant
    paths: dict[str, dict[str, Any]] = {}
    for tag, route in routes:
        paths.setdefault(route.path, {})[route.method] = _operation(tag, route)
    return json.dumps(
        {
            "openapi": "3.1.1",
            "info": {"title": site_name, "version": __version__, "description": ABOUT},
            "servers": [{"url": "."}],
            "tags": [{"name": tag, "description": says} for tag, (says, _) in TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": schemas["$defs"],
                "responses": {_name(status): _refusal(status, says) for status, says in REFUSALS.items()},
                "securitySchemes": {str(caller): dict(scheme) for caller, scheme in SCHEMES.items()},
            },
        },
        indent=1,
        ensure_ascii=False,
    )


def _operation(tag: str, route: Route) -> dict[str, Any]:
    refused = {status: {"$ref": f"#/components/responses/{_name(status)}"} for status in (*route.refuses, *ALWAYS)}
    answers = {**{status: _answer(answer) for status, answer in route.answers.items()}, **refused}
    return {
        "operationId": _id(route),
        "tags": [tag],
        "summary": route.does,
        **({"description": route.more} if route.more else {}),
        "security": _security(route),
        "parameters": [*_parameters(route)],
        **({"requestBody": _body(route)} if route.body else {}),
        "responses": {str(status): answers[status] for status in sorted(answers)},
    }


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.caller is Caller.VISITOR:
        return [{}]
    return [{str(route.caller): []}, *([] if route.needs_caller and not _has_token_in_body(route) else [{}])]


def _has_token_in_body(route: Route) -> bool:
    return route.caller is Caller.TOKEN and route.body is not None


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    for part in route.path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}")
            said = next(said for said in (*route.parts, GATE, *PARTS) if said.name == name)
            yield {**_parameter(said, "path"), "required": True}
    for named in route.query:
        yield _parameter(named, "query")
    for named in route.headers:
        yield _parameter(named, "header")


PARTS = (
    Named("name", "The last segment.", "guide.pdf"),
    Named("lead_id", "A lead's id, as the desk's own links have it."),
    Named("company", "A company's id, as the desk's own links have it."),
)


def _parameter(named: Named, place: str) -> dict[str, Any]:
    return {
        "name": named.name,
        "in": place,
        "description": named.says,
        **({"required": True} if named.required else {}),
        "schema": dict(TEXT),
        **({"example": named.example} if named.example else {}),
    }


def _body(route: Route) -> dict[str, Any]:
    schema = {"$ref": REF.format(model=route.body.__name__ if route.body else "")}
    return {"required": route.needs_body, "content": {kind: {"schema": schema} for kind in route.kinds}}


def _answer(answer: Answer) -> dict[str, Any]:
    headers = {
        **({"Location": _header(answer.location, required=True)} if answer.location else {}),
        **({"Set-Cookie": _header(answer.cookie)} if answer.cookie else {}),
    }
    content = {
        kind: {"schema": {"$ref": REF.format(model=shape.__name__)}} if shape else {"schema": dict(TEXT)}
        for kind, shape in answer.kinds.items()
    }
    return {
        "description": answer.says,
        **({"headers": headers} if headers else {}),
        **({"content": content} if content else {}),
    }


def _refusal(status: int, says: str) -> dict[str, Any]:
    shape = FieldsProblem if status == HTTPStatus.UNPROCESSABLE_ENTITY else Problem
    wait = {"Retry-After": {**_header("Seconds.", required=True), "schema": {"type": "integer", "minimum": 1}}}
    return {**_answer(Answer(says, {PROBLEM: shape, HTML: None})), **({"headers": wait} if status in LATER else {})}


def _header(says: str, *, required: bool = False) -> dict[str, Any]:
    return {"description": says, **({"required": True} if required else {}), "schema": dict(TEXT)}


def _shapes_of(route: Route) -> Iterator[type]:
    if route.body:
        yield route.body
    yield from (shape for answer in route.answers.values() for shape in answer.kinds.values() if shape)


def _name(status: int) -> str:
    """Without its phrase, which differs between releases of Python."""
    return f"Refused{status}"


def _id(route: Route) -> str:
    """`post_api_access`, `get_api_files_gate_name`."""
    words = route.path.translate(str.maketrans("/-", "__", "{}")).strip("_")
    return f"{route.method}_{words}"
