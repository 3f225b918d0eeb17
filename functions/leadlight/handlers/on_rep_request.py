"""A rep's browser asks for something, by a mailed link."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight.handlers import on_desk, on_fact, on_insights, on_my_data, outcome
from leadlight.handlers.edge import Handler, handler_of, here, shell_of
from leadlight.handlers.http import as_page, see_other
from leadlight.handlers.request import Request, check_origin
from leadlight.model.team import Person
from leadlight.pages import rep as pages
from leadlight.pages.briefing import briefing_of
from leadlight.pages.desk import link_to
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.link import BROWSER, Elsewhere, Visit, gone_to, visit
from leadlight.rep.pausing import pause, resume
from leadlight.rep.replying import they_replied
from leadlight.rep.taking import pending_gates, take_over
from leadlight.tokens import TokenUse
from leadlight.visitor.passes import Cookie
from leadlight.words import ENGLISH, day

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


def handler(services: Services) -> Handler:
    """The function behind the rep's routes: mailed links, the desk, the report, what other systems tell.

    And behind somebody's own data: it may open what is sealed.
    """
    return handler_of(router, services, on_desk.router, on_insights.router, on_fact.router, on_my_data.router)


@router.get("/rep/lead")
def get_lead() -> Response[str]:
    """The briefing; changes nothing."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        briefing = briefing_of(services, opened.lead, reader=opened.rep)
        page = pages.lead(shell_of(services), briefing=briefing, token=_token(request), desk=link_to(opened.lead))
        return as_page(page, cookies=(_browser(services, opened),))

    return _visited(answer)


@router.get("/rep/claim")
def get_claim() -> Response[str]:
    """The page with the button that takes the lead, or lets it in."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        touches = services.store.touches(opened.lead.id)
        waiting = bool(pending_gates(open_bundle(services.files), opened.lead, touches))
        briefing = briefing_of(services, opened.lead, reader=opened.rep)
        page = pages.claim(shell_of(services), briefing=briefing, token=_token(request), approve=waiting)
        return as_page(page, cookies=(_browser(services, opened),))

    return _visited(answer)


@router.post("/rep/claim")
def post_claim() -> Response[str]:
    """The rep has the lead from now on."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        take_over(services, opened, objective=request.values.get("objective", ""))
        return _to_briefing(services, request, opened)

    return _visited(answer)


@router.get("/rep/outcome")
def get_outcome() -> Response[str]:
    """The page with the one-tap answers; after a tap, what became of the plan."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        page = outcome.ask(services, request, opened, token=_token(request))
        return as_page(page, cookies=(_browser(services, opened),))

    return _visited(answer)


@router.post("/rep/outcome")
def post_outcome() -> Response[str]:
    """One tap: what the contact achieved, or why not."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        cookies = (_browser(services, opened),)
        return outcome.log(services, request, opened, token=_token(request), cookies=cookies)

    return _visited(answer)


@router.get("/rep/replied")
def get_replied() -> Response[str]:
    """The page with the button that says so; changes nothing."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        briefing = briefing_of(services, opened.lead, reader=opened.rep)
        page = pages.replied(shell_of(services), briefing=briefing, token=_token(request))
        return as_page(page, cookies=(_browser(services, opened),))

    return _visited(answer)


@router.post("/rep/replied")
def post_replied() -> Response[str]:
    """They have answered by another way than our mail: the plan stops."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        they_replied(services, opened)
        return _to_briefing(services, request, opened)

    return _visited(answer)


@router.post("/rep/pause")
def post_pause() -> Response[str]:
    """The plan waits until the day that the form names."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        pause(services, opened, until=request.values.get("until", ""))
        return _to_briefing(services, request, opened)

    return _visited(answer)


@router.post("/rep/resume")
def post_resume() -> Response[str]:
    """The plan goes on."""

    def answer(services: Services, request: Request, opened: Visit) -> Response[str]:
        resume(services, opened)
        return _to_briefing(services, request, opened)

    return _visited(answer)


def _visited(answer: Callable[[Services, Request, Visit], Response[str]]) -> Response[str]:
    """The answer to the rep whose link it is, in the browser it belongs to; elsewhere, the way to a fresh link.

    Who has handed the lead on learns who has it, and nothing of the lead; what they write down all the same is kept.
    """
    services, request = here(router)
    if request.method == "POST":
        check_origin(request, services.settings, by_token=True)
    token = _token(request)
    try:
        opened = visit(services, token, request.cookies)
        owner = gone_to(services, opened)
        if owner is None:
            return answer(services, request, opened)
        return _moved(services, request, opened, owner, answer)
    except Elsewhere as error:
        status = HTTPStatus.GONE if error.since else HTTPStatus.FORBIDDEN
        zone = ZoneInfo(open_bundle(services.files).team.hours.zone)
        until = day(error.since.astimezone(zone).date(), ENGLISH) if error.since else ""
        return as_page(pages.elsewhere(shell_of(services), token=token, until=until), status)


def _moved(
    services: Services,
    request: Request,
    opened: Visit,
    owner: Person,
    answer: Callable[[Services, Request, Visit], Response[str]],
) -> Response[str]:
    """For somebody whose lead it is no more. A tap that came too late is stored; no page shows them the lead."""
    if request.method != "POST":
        wrote = bool(request.query.get("done"))
        status = HTTPStatus.OK if wrote else HTTPStatus.FORBIDDEN
        return as_page(pages.moved(shell_of(services), owner=owner, wrote=wrote), status)
    answered = answer(services, request, opened)
    if answered.status_code == HTTPStatus.SEE_OTHER:
        return answered
    return as_page(pages.moved(shell_of(services), owner=owner), HTTPStatus.FORBIDDEN)


def _to_briefing(services: Services, request: Request, opened: Visit) -> Response[str]:
    return see_other(f"/rep/lead?token={quote(_token(request))}", (_browser(services, opened),))


def _token(request: Request) -> str:
    posted = request.values.get("token") if request.method == "POST" else None
    return posted or request.query.get("token", "")


def _browser(services: Services, opened: Visit) -> Cookie:
    value = services.tokens.sign(TokenUse.REP_BROWSER, {"id": opened.browser})
    return Cookie(BROWSER, value, opened.life)
