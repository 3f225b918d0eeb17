"""A link is too old, or what it belonged to was erased: what its reader sees, and the button that sends a fresh one.

Called by `edge` for every page that would otherwise only say no, and by the routes that such links lead to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response

from leadlight.decide import Erased
from leadlight.errors import ExpiredToken, LeadlightError
from leadlight.handlers.http import as_page
from leadlight.handlers.request import Request
from leadlight.pages import stale as pages
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.tokens import INSTEAD, TokenUse
from leadlight.visitor import afresh
from leadlight.visitor.afresh import Owner
from leadlight.words import ENGLISH, day, moment

WAYS: Mapping[str, str] = {
    TokenUse.CONFIRM: "/confirm",
    TokenUse.CONSENT: "/preferences",
    TokenUse.PREFERENCES: "/preferences",
    TokenUse.ANSWER: "/answer",
    TokenUse.SIGN_IN: "/sign-in",
}
"""Which links can be had afresh, and where their button posts to. A lead's own, for its rep, has a page of its own."""


def is_wanted(values: Mapping[str, str]) -> bool:
    """Whether that button was pressed."""
    return values.get("fresh") == "yes"


def answer_to(error: LeadlightError, request: Request, services: Services, language: str) -> Response[str] | None:
    """The page for such an error, in the language of whose link it was; None for any other, or for a program."""
    if not request.wants_page or not isinstance(error, (ExpiredToken, Erased)):
        return None
    try:
        if isinstance(error, Erased):
            return _gone(services, error, language)
        return _too_old(services, request, error) if error.use in WAYS else None
    except Erased as gone:
        return _gone(services, gone, language)
    except LeadlightError:  # what was wrong at first is told, in plain words
        return None


def send(services: Services, use: TokenUse, token: str) -> Response[str]:
    """Has a fresh link mailed, and says so whatever becomes of it. Raises `BadToken`, `Erased`."""
    owner = afresh.send(services, use, services.tokens.read(use, token, even_expired=True))
    return said(services, owner.language)


def said(services: Services, language: str = ENGLISH) -> Response[str]:
    """That a fresh link is in the mail."""
    return as_page(pages.sent(open_bundle(services.files).shell_in(language), language=language))


def _too_old(services: Services, request: Request, error: ExpiredToken) -> Response[str]:
    bundle, use = open_bundle(services.files), TokenUse(error.use)
    at_desk = use is TokenUse.SIGN_IN
    owner = Owner(ENGLISH) if at_desk else afresh.whose(services, use, error.facts)
    until = error.expired_at.astimezone(ZoneInfo(bundle.team.hours.zone))
    body = request.values if request.method == "POST" and request.body else {}
    token = request.query.get("token", "") or body.get("enter" if at_desk else "token", "")
    page = pages.too_old(
        bundle.shell_in(owner.language),
        action=WAYS[use],
        field="enter" if at_desk else "token",
        token=token,
        until=_in_words(until, owner.language, to_the_minute=at_desk),
        hint="" if at_desk else INSTEAD.get(use, ("",))[0],
        page_url=f"/{owner.page}" if owner.title else "",
        title=owner.title,
        language=owner.language,
    )
    return as_page(page, HTTPStatus.GONE)


def _in_words(until: datetime, language: str, *, to_the_minute: bool) -> str:
    return moment(until, language) if to_the_minute else day(until.date(), language)


def _gone(services: Services, error: Erased, language: str) -> Response[str]:
    bundle = open_bundle(services.files)
    gate = bundle.gate(error.gate, language) if error.gate in bundle.manifest.gates else None
    page = pages.gone(
        bundle.shell_in(language),
        page_url=f"/{gate.page}#leadlight" if gate else "",
        title=gate.title if gate else "",
        language=language,
    )
    return as_page(page, HTTPStatus.GONE)
