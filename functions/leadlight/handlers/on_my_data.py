"""Somebody asks what we keep of them, or has it erased. Behind the function of the team's routes: see below.

What is personal is sealed, and the function that every stranger's request reaches may not read its keys. That of the
team's routes may; so it answers here, too, for who has shown that a mailbox is theirs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight.errors import BadFields, BadToken, WrongCode
from leadlight.handlers.edge import here, note_refusal, shell_of
from leadlight.handlers.http import as_page, as_saved
from leadlight.handlers.request import Request, check_origin
from leadlight.pages import my_data as pages
from leadlight.ports import Services
from leadlight.visitor import my_data
from leadlight.visitor.my_data import Step
from leadlight.visitor.passes import Cookie
from leadlight.visitor.preferences import Visit, visit_of
from leadlight.words import N_

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

SAVED_AS = "my-data.json"

USED_UP = N_("That code does not fit. It was tried too often. Have fresh digits sent.")
WRONG = N_("That code does not fit, or its 10 minutes are over. Have fresh digits sent.")
FRESH = N_("Fresh digits are on their way. Older ones do not count.")


@router.get("/my-data")
def get_my_data() -> Response[str]:
    """How far this tab is on the way to its data; changes nothing."""
    services, request = here(router)
    visit = visit_of(services, request.cookies, request.query.get("token", ""))
    return _page(services, visit, my_data.step_of(services, visit, request.cookies))


@router.post("/my-data")
def post_my_data() -> Response[str]:
    """A button: have digits sent, show them, read, save, erase."""
    services, request = here(router)
    values = request.values if request.body else {}
    token = request.query.get("token", "") or values.get("token", "")
    check_origin(request, services.settings, by_token=bool(token))
    button = BUTTONS.get(values.get("do", ""))
    if button is None:
        raise BadFields({"do": N_("Please use one of the buttons on the page.")})
    visit = visit_of(services, request.cookies, token)
    step = my_data.step_of(services, visit, request.cookies)
    if step is Step.ERASED:  # the same button again, or another tab's: there is nothing left to do
        return _page(services, visit, step)
    try:
        return button(services, request, visit)
    except BadToken as error:
        if not request.is_form:
            raise
        note_refusal(error, request)
        return _page(services, visit, step, said=error.args[0], status=HTTPStatus.FORBIDDEN)


def _ask(services: Services, request: Request, visit: Visit) -> Response[str]:
    once_more = my_data.step_of(services, visit, request.cookies) is Step.CODE
    return _page(services, visit, Step.CODE, my_data.ask_code(services, visit), said=FRESH if once_more else "")


def _open(services: Services, request: Request, visit: Visit) -> Response[str]:
    if my_data.step_of(services, visit, request.cookies) is Step.OPEN:  # a browser's way back sends it again
        return _page(services, visit, Step.OPEN)
    try:
        cookie = my_data.enter_code(services, visit, request.cookies, request.values.get("code", ""))
    except WrongCode as wrong:
        if not request.is_form:
            raise
        note_refusal(wrong, request)
        why = USED_UP if wrong.used_up else WRONG
        return _page(services, visit, Step.CODE, error=why, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(services, visit, Step.OPEN, cookie)


def _show(services: Services, request: Request, visit: Visit) -> Response[str]:
    document, language = my_data.export(services, visit, request.cookies), _language(services, visit)
    return as_page(pages.readable(shell_of(services, language), document, token=visit.token, language=language))


def _save(services: Services, request: Request, visit: Visit) -> Response[str]:
    document = my_data.export(services, visit, request.cookies)
    return as_saved(json.dumps(document, ensure_ascii=False, indent=2), name=SAVED_AS)


def _sure(services: Services, request: Request, visit: Visit) -> Response[str]:
    return _page(services, visit, my_data.sure(services, visit, request.cookies))


def _erase(services: Services, request: Request, visit: Visit) -> Response[str]:
    language = my_data.erase(services, visit, request.cookies).language
    return as_page(
        pages.my_data(shell_of(services, language), Step.ERASED, token=visit.token, language=language),
        cookies=(my_data.CLOSED_COOKIE,),
    )


BUTTONS: Mapping[str, Callable[[Services, Request, Visit], Response[str]]] = {
    "ask": _ask,
    "open": _open,
    "show": _show,
    "save": _save,
    "sure": _sure,
    "erase": _erase,
}
"""What each button of the page says in `do`."""


def _page(
    services: Services,
    visit: Visit,
    step: Step,
    cookie: Cookie | None = None,
    *,
    error: str = "",
    said: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[str]:
    language = _language(services, visit)
    page = pages.my_data(
        shell_of(services, language), step, token=visit.token, error=error, said=said, language=language
    )
    return as_page(page, status, (cookie,) if cookie else ())


def _language(services: Services, visit: Visit) -> str:
    return my_data.lead_of(services, visit).language
