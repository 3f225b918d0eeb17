"""A visitor's browser asks for something."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight import __version__, links
from leadlight.decide import Erased
from leadlight.errors import BadToken, ExpiredToken, NotOpen, VisitorCanFix, WrongCode
from leadlight.handlers import measures, stale
from leadlight.handlers.edge import Handler, handler_of, here, language_of, note_refusal, shell_of
from leadlight.handlers.http import as_content, as_file, as_json, as_nothing, as_page, found_at, see_other
from leadlight.handlers.request import Request, check_origin, network_of
from leadlight.model.person import GateId, LeadId
from leadlight.model.site import TRIAL
from leadlight.pages import answer as answer_pages
from leadlight.pages import preferences as control
from leadlight.pages import stale as stale_pages
from leadlight.pages import visitor as pages
from leadlight.pages.known import short_form
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.series import yes_to
from leadlight.tokens import TokenUse
from leadlight.visitor import (
    afresh,
    answer,
    confirm,
    known,
    meter,
    preferences,
    proof,
    read,
    returning,
    seen,
    talk,
    wishes,
)
from leadlight.visitor.passes import pass_of, tab_cookie_of, waits_for_mail

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


def handler(services: Services) -> Handler:
    """The function behind the visitor's routes."""
    return handler_of(router, services)


@router.post("/api/access")
def post_access() -> Response[str]:
    """The form of a gate."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=False)
    values = {**_landing(request), **request.answers}
    network = network_of(request, services.settings)
    granted = returning.open_gate(services, request.cookies, values, network=network, plain=request.is_form)
    measures.count("Captured")
    if request.is_form:
        waits = (_waiting_page if granted.by_mail else _form_page)(granted.gate, granted.language)
        return see_other(f"/{granted.page}_full" if granted.open else waits, granted.cookies)
    if granted.open:
        return as_json({"status": "open"}, cookies=granted.cookies)
    return as_json({"status": "check_mail"}, HTTPStatus.ACCEPTED, granted.cookies)


@router.get("/api/access")
def get_waiting() -> Response[str]:
    """Where a form post without JavaScript waits for the mail."""
    services, request = here(router)
    return as_page(_waiting(services, request, request.query.get("gate", "")))


@router.get("/api/form/.+")
def get_form() -> Response[str]:
    """What the form of a gate asks this browser; for a person, the short form itself."""
    services, request = here(router)
    gate, language = request.path.removeprefix("/api/form/"), request.query.get("lang", "")
    shown = known.form_for(services, request.cookies, gate, language=language)
    if "text/html" not in request.headers.get("accept", ""):
        words = meter.in_words(services, request.cookies, gate, shown.gate)
        return as_json({**shown.as_json, **words, **proof.ticket(services, gate)})
    if shown.standing is known.Standing.STRANGER:
        return see_other(f"/{quote(shown.gate.page)}")
    if shown.standing is known.Standing.OPEN:
        return see_other(f"/{quote(shown.gate.page)}_full")
    return as_page(short_form(shell_of(services, shown.gate.language), shown))


@router.get("/confirm")
def get_confirm() -> Response[str]:
    """The page with the one button; changes nothing."""
    services, request = here(router)
    token = request.query.get("token", "")
    asked = confirm.what_it_asks(services, token)
    page = pages.confirm(
        shell_of(services, asked.language),
        language=asked.language,
        title=asked.title,
        token=token,
        page_url=f"/{asked.page}",
        minutes=asked.minutes,
        agreed=asked.agreed,
        does=asked.does,
    )
    return as_page(page)


@router.post("/confirm")
def post_confirm() -> Response[str]:
    """The button; behind a link that is too old, the one that has a fresh one mailed."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=True)
    values = request.values if request.body else {}
    token = values.get("token") or request.query.get("token", "")
    if stale.is_wanted(values):
        return stale.send(services, TokenUse.CONFIRM, token)
    confirmed = confirm.confirm(services, token)
    whole = "_full" if values.get("plain") and confirmed.open else ""
    return see_other(f"/{confirmed.page}{whole}", confirmed.cookies)


@router.post("/api/code")
def post_code() -> Response[str]:
    """The six digits, typed into the waiting tab; or its wish for the mail once more."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=False)
    values = request.values
    gate = values.get("gate", "")
    if stale.is_wanted(values):
        return _mail_again(services, request, gate)
    try:
        confirmed = confirm.enter_code(services, request.cookies, gate, values.get("code", ""))
    except (WrongCode, BadToken) as error:
        if not request.is_form or isinstance(error, Erased):
            raise
        note_refusal(error, request)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, WrongCode) else HTTPStatus.FORBIDDEN
        page = _waiting(services, request, gate, error=error.args[0], late=isinstance(error, WrongCode) and error.late)
        return as_page(page, status)
    if request.is_form:
        return see_other(f"/{confirmed.page}_full", confirmed.cookies)
    return as_json({"status": "open" if confirmed.open else "check_mail"}, cookies=confirmed.cookies)


@router.get("/api/content/.+")
def get_content() -> Response[str]:
    """The withheld half."""
    services, request = here(router)
    gate = request.path.removeprefix("/api/content/")
    language = request.query.get("lang", "")
    try:
        return as_json(read.withheld_half(services, request.cookies, gate, language=language, inert=request.inert))
    except NotOpen:
        if not _wants_free(request):
            raise
        opened = meter.half(services, request.cookies, gate, language=language, inert=request.inert)
        return as_json(services.files.read(opened.path), cookies=opened.cookies)


@router.get("/api/files/.+")
def get_file() -> Response[str]:
    """A download; the last segment is its name. `trial` is none: it leads to where something can be tried.

    With `play=yes` a browser shows the file, as far as it can, instead of keeping it.
    """
    services, request = here(router)
    gate, _, name = request.path.removeprefix("/api/files/").rpartition("/")
    if name == TRIAL:
        language = request.query.get("lang", "")
        return found_at(read.trial(services, request.cookies, gate, language=language, inert=request.inert))
    found = read.file(services, request.cookies, gate, name, inert=request.inert)
    saved_as = "" if request.query.get("play") == "yes" else name
    link = services.files.link(found.file.path, name=saved_as, media_type=found.file.type)
    return as_file(found.file.path, name=saved_as, media_type=found.file.type, link=link)


@router.post("/api/question")
def post_question() -> Response[str]:
    """A question to the rep."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=False)
    page = talk.ask(services, request.cookies, request.values)
    return see_other(f"/{page}_full") if request.is_form else as_json({"status": "sent"})


@router.post("/api/call")
def post_call() -> Response[str]:
    """A wish for a call, or its withdrawal."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=False)
    page = talk.want_call(services, request.cookies, request.values)
    return see_other(f"/{page}_full") if request.is_form else as_json({"status": "noted"})


@router.get("/unsubscribe")
def get_unsubscribe() -> Response[str]:
    """The page with the one button; changes nothing, also not for a mail scanner that opens every link."""
    services, request = here(router)
    return as_page(_unsubscribe(services, request.query.get("token", ""), done=False))


@router.post("/unsubscribe")
def post_unsubscribe() -> Response[str]:
    """One click (RFC 8058): no cookie, no further question, whatever the body says."""
    services, request = here(router)
    token = request.query.get("token", "") or request.values.get("token", "")
    with suppress(Erased):  # there is nobody left to write to, and the page says so
        talk.unsubscribe(services, token)
    return as_page(_unsubscribe(services, token, done=True))


@router.get("/preferences")
def get_preferences() -> Response[str]:
    """What is still to come, and buttons for less of it; behind a wish's mail, what it says yes to. Changes nothing."""
    services, request = here(router)
    token = request.query.get("token", "")
    if _is_consent(services, token):
        asked = wishes.what_it_asks(services, token)
        back = links.preferences_token(services, asked.lead)
        shell, language = shell_of(services, asked.lead.language), asked.lead.language
        return as_page(control.consent(shell, words=asked.words, token=token, back=back, language=language))
    outlook = preferences.look(services, preferences.visit_of(services, request.cookies, token))
    return as_page(control.preferences(shell_of(services, outlook.lead.language), outlook, token=token))


@router.post("/preferences")
def post_preferences() -> Response[str]:
    """A button: less counts at once, more is asked for by mail first."""
    services, request = here(router)
    values = request.values if request.body else {}
    token = request.query.get("token", "") or values.get("token", "")
    check_origin(request, services.settings, by_token=bool(token))
    if stale.is_wanted(values):
        use = TokenUse.CONSENT if _is_consent(services, token) else TokenUse.PREFERENCES
        return stale.send(services, use, token)
    if _is_consent(services, token):
        visit, did = preferences.agree(services, token)
    else:
        visit = preferences.visit_of(services, request.cookies, token)
        did = preferences.set_preferences(services, visit, values)
    outlook = preferences.look(services, visit)
    return as_page(control.preferences(shell_of(services, outlook.lead.language), outlook, token=visit.token, did=did))


@router.get("/answer")
def get_answer() -> Response[str]:
    """The question behind a mail's one-tap link, with its buttons; changes nothing."""
    services, request = here(router)
    asked = answer.what_it_asks(services, request.query.get("token", ""), request.query.get("answer", ""))
    return as_page(answer_pages.question(shell_of(services, asked.language), asked))


@router.post("/answer")
def post_answer() -> Response[str]:
    """The button."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=True)
    values = request.values
    token = request.query.get("token", "") or values.get("token", "")
    if stale.is_wanted(values):
        return stale.send(services, TokenUse.ANSWER, token)
    asked = answer.answer(services, token, values)
    return as_page(answer_pages.thanks(shell_of(services, asked.language), asked))


@router.post("/api/seen")
def post_seen() -> Response[str]:
    """Counts that a stranger has read a teaser, seen a form or read on for free. The same answer, whatever was sent."""
    services, request = here(router)
    with suppress(VisitorCanFix):
        check_origin(request, services.settings, by_token=False, by_session=True)
        network = network_of(request, services.settings)
        seen.seen(services, request.values, network=network, cookies=request.cookies)
    return as_nothing()


@router.get("/api/health")
def get_health() -> Response[str]:
    """Which release serves which bundle."""
    services, _ = here(router)
    return as_json({"version": __version__, "bundle": open_bundle(services.files).manifest.version})


@router.get(".*_full")
def get_full() -> Response[str]:
    """The whole page for who may read it; who waits for a mail goes on waiting, everybody else to the open one."""
    services, request = here(router)
    page = request.path.removesuffix("_full").lstrip("/")
    with suppress(NotOpen):
        return as_content(read.whole_page(services, request.cookies, page, inert=request.inert))
    if _wants_free(request):
        with suppress(NotOpen):
            opened = meter.full(services, request.cookies, page, inert=request.inert)
            return as_content(services.files.read(opened.path), opened.cookies)
    gate_id, gate = open_bundle(services.files).gate_at(page)
    if pass_of(services, request.cookies) is not None:
        return see_other(_form_page(gate_id, gate.language))
    if waits_for_mail(services, request.cookies, gate_id) and not _wants_free(request):
        return see_other(_waiting_page(gate_id, gate.language))
    return see_other(f"/{quote(page)}{'#leadlight-used-up' if _wants_free(request) else ''}")


def _mail_again(services: Services, request: Request, gate: str) -> Response[str]:
    """The mail goes out once more, whatever the tab may learn of it, and its time begins anew."""
    waits_for = confirm.tab_of(services, request.cookies, gate)
    afresh.send(services, TokenUse.TAB, waits_for)
    cookies = (tab_cookie_of(services, waits_for),)
    if not request.is_form:
        return as_json({"status": "check_mail"}, cookies=cookies)
    return as_page(_waiting(services, request, gate, again=True), cookies=cookies)


def _waiting(
    services: Services, request: Request, gate_id: str, *, error: str = "", late: bool = False, again: bool = False
) -> str:
    bundle, language = open_bundle(services.files), language_of(services, request)
    gate = bundle.gate(gate_id, language)
    return pages.waiting(
        bundle.shell_in(language),
        language=language,
        gate_id=gate_id,
        title=gate.title,
        page_url=f"/{gate.page}",
        full_url=f"/{gate.page}_full",
        does=yes_to(GateId(gate_id), bundle.manifest.gates, language=language),
        error=error,
        late=late,
        again=again,
    )


def _is_consent(services: Services, token: str) -> bool:
    """Whether the link is that of a wish's mail. One whose time is over is, too, and says so when it is read."""
    try:
        services.tokens.read(TokenUse.CONSENT, token)
    except ExpiredToken:
        return True
    except BadToken:
        return False
    return True


def _unsubscribe(services: Services, token: str, *, done: bool) -> str:
    bundle = open_bundle(services.files)
    facts = talk.way_out(services, token)
    lead = services.store.lead(LeadId(facts["lead"]))
    if lead is None or str(lead.generation) != facts["gen"]:
        return _nobody_left(services)
    language, company = lead.language, bundle.team.company.name
    of_news = facts.get("of") == "news"
    return pages.unsubscribe(
        bundle.shell_in(language), token=token, done=done, company=company, of_news=of_news, language=language
    )


def _nobody_left(services: Services) -> str:
    """For a way out that somebody erased takes, or their mail program: it is answered as kindly as any other."""
    language = language_of(services, here(router)[1])
    return stale_pages.gone(shell_of(services, language), language=language)


def _form_page(gate_id: str, language: str) -> str:
    """Where somebody with a pass finds the short form of a gate."""
    return f"/api/form/{quote(gate_id)}?{urlencode({'lang': language})}"


def _waiting_page(gate_id: str, language: str) -> str:
    """Where somebody whose browser runs no script waits for the mail."""
    return f"/api/access?{urlencode({'gate': gate_id, 'lang': language})}"


def _wants_free(request: Request) -> bool:
    """Whether one of the meter's free reads is asked for."""
    return request.query.get("free") == "yes"


def _landing(request: Request) -> dict[str, str]:
    """How somebody came to the form: the page's own address tells it, which browsers pass on without a script, too.

    `from` is the rep whose QR code it was; what the script has kept of the visit's first page goes before it.
    """
    try:
        query = urlsplit(request.headers.get("referer", "")).query
    except ValueError:  # not an address at all
        return {}
    return {"from": dict(parse_qsl(query)).get("from", ""), "landing": query}
