"""The edge that both HTTP functions share: event in, one actor called, answer out; nothing raised ever leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight.errors import (
    BadSignature,
    BadToken,
    ForeignOrigin,
    LeadlightError,
    NotSignedIn,
    NotThroughTheDoor,
    OperatorMustFix,
    TooLarge,
    TooMany,
    TryAgain,
    UnknownGate,
    WrongCode,
)
from leadlight.handlers.http import TOKEN_HEADERS, broken, guarding, is_https, refusal
from leadlight.handlers.log import logger
from leadlight.handlers.request import HOST, Request, check_door, read
from leadlight.handlers.stale import answer_to
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.visitor import proof
from leadlight.words import ENGLISH

Event = Mapping[str, Any]
Handler = Callable[[Event, object], dict[str, Any]]

TELLING = (BadSignature, BadToken, ForeignOrigin, NotSignedIn, NotThroughTheDoor, TooLarge, TooMany, WrongCode)
"""Refusals that somebody who looks into an attack wants to count. All others are everyday, such as a wrong field."""

SHOWN = 200
"""Characters of a path that a log line has room for: a stranger chose it."""


def here(router: Router) -> tuple[Services, Request]:
    """What a route works with: the services and the request of this call."""
    return router.context["services"], router.context["request"]


def handler_of(router: Router, services: Services, *more: Router) -> Handler:
    """A Lambda handler over these routes. Calls must not overlap: the resolver keeps its request on its class."""
    app = APIGatewayHttpResolver()
    for routes in (router, *more):
        app.include_router(routes)

    @app.exception_handler(LeadlightError)  # type: ignore[untyped-decorator]  # Powertools leaves it untyped
    def refused(error: LeadlightError) -> Response[str]:
        request = app.context["request"]
        if isinstance(error, OperatorMustFix):
            logger.exception("request.failed", path=_route(request))
        if isinstance(error, TryAgain):
            logger.warning("request.delayed", path=_route(request), why=str(error))
        note_refusal(error, request)
        shell, language = _shell_for(error, request, services)
        return answer_to(error, request, services, language) or refusal(error, request, shell, language)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]  # the same
    def failed(_: Exception) -> Response[str]:
        logger.exception("request.failed", path=_route(app.context["request"]))
        return broken(app.context["request"])

    @app.not_found
    def nowhere(_: Exception) -> Response[str]:
        request = app.context["request"]
        language = language_of(services, request)
        return refusal(UnknownGate(""), request, shell_of(services, language), language)

    def guarded(app: APIGatewayHttpResolver, proceed: Callable[..., Response[str]]) -> Response[str]:
        check_door(app.context["request"], services.settings)
        return proceed(app)

    app.use([guarded])

    def handle(event: Event, context: object) -> dict[str, Any]:
        request = read(event, https=is_https(services))
        logger.thread_safe_append_keys(correlation_id=request.id)
        traced = replace(services, request=request.id)
        app.append_context(services=traced, request=request)  # type: ignore[no-untyped-call]  # the same
        answer = app.resolve(_as_get(event) if request.inert else dict(event), context)  # type: ignore[arg-type]  # any context object does
        return _guarded(answer, request, services)

    return handle


def _guarded(answer: dict[str, Any], request: Request, services: Services) -> dict[str, Any]:
    """The answer with what protects it: headers, and the names of its cookies."""
    answer["headers"].update(guarding(answer["headers"], services))
    if "token" in request.query:
        answer["headers"].update(TOKEN_HEADERS)
    if is_https(services) and "cookies" in answer:
        answer["cookies"] = [HOST + cookie for cookie in answer["cookies"]]
    return answer


def note_refusal(error: LeadlightError, request: Request) -> None:
    """A line in the log, if it is one that tells of an attack."""
    if isinstance(error, TELLING):
        logger.info("request.refused", path=_route(request)[:SHOWN], why=type(error).__name__)


def warmed(services: Services) -> Services:
    """The same services, with what requests ask of them read: at init there is more CPU, and nobody waits yet."""
    with suppress(LeadlightError):  # the first request says what is wrong, to whoever asks
        open_bundle(services.files)
        proof.is_attacked(services)
    return services


def shell_of(services: Services, language: str = "") -> str:
    """The site's own page around ours, in that language if it has one; nothing if there is no bundle."""
    try:
        return open_bundle(services.files).shell_in(language)
    except LeadlightError:
        return ""


def language_of(services: Services, request: Request) -> str:
    """Which of the site's languages to answer in, where no lead tells."""
    try:
        return request.language(open_bundle(services.files).languages)
    except LeadlightError:
        return ENGLISH


def _shell_for(error: LeadlightError, request: Request, services: Services) -> tuple[str, str]:
    """The page around an answer, read only for a person, and its language.

    Neither is looked for where somebody goes around the distribution.
    """
    if isinstance(error, NotThroughTheDoor):
        return "", ENGLISH
    language = language_of(services, request)
    return shell_of(services, language) if request.wants_page else "", language


def _as_get(event: Event) -> dict[str, Any]:
    """A HEAD runs the route of its GET; the request says that it must not change anything."""
    http = {**event["requestContext"]["http"], "method": "GET"}
    return {**event, "requestContext": {**event["requestContext"], "http": http}}


def _route(request: Request) -> str:
    """What the log may say about a request: which route it took. Queries carry tokens, and the rest of a path whatever
    somebody has typed there.
    """
    if request.path.endswith("_full"):
        return "/…/_full"
    return "/".join(request.path.split("/")[:3])
