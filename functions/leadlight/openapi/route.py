"""How is one route described? The words that the lists of routes are written in; `document` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Caller(StrEnum):
    """Who may call a route, and how they show it."""

    VISITOR = "visitor"
    TOKEN = "token"  # noqa: S105 a word, not a password
    PASS = "pass"  # noqa: S105 the same
    SESSION = "session"
    WEBHOOK = "webhook"


JSON, FORM, HTML, PROBLEM = (
    "application/json",
    "application/x-www-form-urlencoded",
    "text/html",
    "application/problem+json",
)


@dataclass(frozen=True, slots=True)
class Named:
    """A value in the path, the query or a header."""

    name: str
    says: str
    example: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One status. `kinds` is the shape by content type: None for a page or a file; `cookie` is what it sets."""

    says: str
    kinds: Mapping[str, type | None]
    cookie: str = ""
    location: str = ""

    def setting(self, cookie: str) -> Answer:
        """The same, with a cookie."""
        return replace(self, cookie=cookie)


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address, as OpenAPI writes it. `refuses` are statuses that mean the same on every route."""

    method: str
    path: str
    does: str
    caller: Caller
    answers: Mapping[int, Answer]
    refuses: tuple[int, ...] = ()
    more: str = ""
    parts: tuple[Named, ...] = ()
    query: tuple[Named, ...] = ()
    headers: tuple[Named, ...] = ()
    body: type | None = None
    kinds: tuple[str, ...] = (JSON, FORM)
    needs_body: bool = True
    needs_caller: bool = True
    """Whether nothing is to be had without what shows the caller."""


def page(says: str) -> Answer:
    """A page for a person."""
    return Answer(says, {HTML: None})


def told(shape: type, says: str) -> Answer:
    """JSON for a program."""
    return Answer(says, {JSON: shape})


def goes(to: str, says: str = "After a form: look there.") -> Answer:
    """A redirect."""
    return Answer(says, {}, location=to)


GATE = Named("gate", "A gate's id. It may hold `/`, which may be sent raw or as `%2F`.", "tutorials/zero-trust", True)
LANGUAGE = Named("lang", "The language of the page, such as `pl`; without it, or where there is none, the site's own.")
