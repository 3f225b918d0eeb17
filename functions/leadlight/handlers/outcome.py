"""The outcome's page and its tap, for whoever opens a lead: by a mailed link, or at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from leadlight.errors import BadFields
from leadlight.handlers.edge import shell_of
from leadlight.handlers.http import as_page, see_other
from leadlight.handlers.request import Request
from leadlight.pages import outcome as pages
from leadlight.pages.outcome_facts import after_of, asked_of, latest_outcome
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit
from leadlight.rep.outcome import log_outcome
from leadlight.visitor.passes import Cookie

SEVERAL = ("objections", "needs")
"""Fields of which several may be ticked."""


def ask(
    services: Services, request: Request, opened: Visit, *, action: str = pages.ACTION, token: str = "", back: str = ""
) -> str:
    """The page with the one-tap answers; behind a tap (`done`), what follows from it. Changes nothing."""
    named = request.query.get("outcome", "")
    if request.query.get("done") and (page := _after(services, opened, named, action=action, token=token, back=back)):
        return page
    bundle = open_bundle(services.files)
    rep = bundle.team.person(opened.rep)
    asked = asked_of(services, bundle, opened.lead, rep, why=request.query.get("why", ""))
    return pages.form(shell_of(services), asked, action=action, token=token, back=back)


def log(
    services: Services,
    request: Request,
    opened: Visit,
    *,
    action: str = pages.ACTION,
    token: str = "",
    back: str = "",
    cookies: Iterable[Cookie] = (),
) -> Response[str]:
    """Stores the tap and leads to what follows from it; what is to be mended is shown in the form, as it was typed.

    Raises `BadFields` where a program asks.
    """
    values = {name: value for name, value in request.values.items() if name != "token"}
    values |= {name: request.every(name) for name in SEVERAL if name in values}
    try:
        logged = log_outcome(services, opened, values)
    except BadFields as error:
        if not request.wants_page:
            raise
        page = _to_mend(services, opened, values, error.fields, action=action, token=token, back=back)
        return as_page(page, HTTPStatus.UNPROCESSABLE_ENTITY, cookies)
    query = {**({"token": token} if token else {}), "outcome": logged, "done": "1"}
    return see_other(f"{action}?{urlencode(query)}", cookies)


def _after(
    services: Services,
    opened: Visit,
    named: str,
    *,
    action: str,
    token: str,
    back: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    """What follows from that outcome, else from the newest one; empty if there is none."""
    bundle = open_bundle(services.files)
    rep, lead = bundle.team.person(opened.rep), opened.lead
    named = named or latest_outcome(services.store.touches(lead.id))
    after = after_of(services, bundle, lead, rep, named, typed=typed, wrong=wrong)
    return pages.done(shell_of(services), after, action=action, token=token, back=back) if after else ""


def _to_mend(
    services: Services,
    opened: Visit,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    action: str,
    token: str,
    back: str,
) -> str:
    if "outcome" in values and "outcome" not in wrong:
        named = values["outcome"]
        return _after(services, opened, named, action=action, token=token, back=back, typed=values, wrong=wrong)
    bundle = open_bundle(services.files)
    rep = bundle.team.person(opened.rep)
    asked = asked_of(services, bundle, opened.lead, rep, typed=values, wrong=wrong)
    return pages.form(shell_of(services), asked, action=action, token=token, back=back)
