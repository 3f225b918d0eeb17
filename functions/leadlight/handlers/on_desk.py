"""Somebody of the team asks for something at the desk, by a session; and how they come in and go out.

A second set of routes of the function behind `on_rep_request`. Without a session every page leads to the door; what is
not theirs is answered as if it were not there. No address here carries a token but that of the mailed link.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight import links
from leadlight.decide import Erased
from leadlight.departed import departed
from leadlight.errors import NotSignedIn, UnknownLead
from leadlight.handlers import outcome, stale
from leadlight.handlers.edge import here, note_refusal, shell_of
from leadlight.handlers.http import as_json, as_page, see_other
from leadlight.handlers.log import logger
from leadlight.handlers.request import Request, check_origin, network_of
from leadlight.model.lead import Lead
from leadlight.model.team import Person
from leadlight.pages import desk as pages
from leadlight.pages import desk_lead as lead_pages
from leadlight.pages import visitor as visitor_pages
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep import desk, sign_in
from leadlight.rep.adding import add_lead
from leadlight.rep.handing import hand_over
from leadlight.rep.link import Visit, send_fresh_link
from leadlight.rep.pausing import pause, resume
from leadlight.rep.session import SESSION, end_here, member, session_of, sign_out, signed_in, visit_of
from leadlight.rep.taking import take_over
from leadlight.tokens import LIFE, TokenUse
from leadlight.visitor.passes import Cookie

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

DOOR = "/sign-in"


@router.get("/sign-in")
def get_sign_in() -> Response[str]:
    """The door to the desk; behind a mailed link, the page with its one button. Changes nothing."""
    services, request = here(router)
    token = request.query.get("token", "")
    if not token:
        return as_page(pages.sign_in(shell_of(services), asked="asked" in request.query))
    try:
        person = sign_in.who_asks(services, token)
    except sign_in.Used as used:
        return _fresh_offered(services, request, token, used)
    return as_page(pages.enter(shell_of(services), name=person.name, token=token))


@router.post("/sign-in")
def post_sign_in() -> Response[str]:
    """Mails a link to the desk; lets in by one; or, for a lead's link that works no more, has its rep mailed afresh."""
    services, request = here(router)
    values = request.values
    network = network_of(request, services.settings)
    if "enter" in values:
        check_origin(request, services.settings, by_token=True)
        if stale.is_wanted(values):
            sign_in.send_afresh(services, values["enter"], network=network)
            return see_other(f"{DOOR}?asked=1")
        return _entered(services, request, values["enter"])
    if "token" in values:
        check_origin(request, services.settings, by_token=True)
        send_fresh_link(services, values["token"])
        text = "If the link was one of ours, its owner has a fresh one in the mail now."
        page = visitor_pages.problem(shell_of(services), heading="Look into your mail", message=text, link=None)
        return as_page(page)
    check_origin(request, services.settings, by_token=False)
    sign_in.ask_for_link(services, values.get("email", ""), network=network)
    return see_other(f"{DOOR}?asked=1")


def _entered(services: Services, request: Request, token: str) -> Response[str]:
    """The desk is open in this browser; what was open here before is over."""
    try:
        person = sign_in.enter(services, token)
    except sign_in.Used as used:
        return _fresh_offered(services, request, token, used)
    end_here(services, request.cookies)
    logger.info("desk.entered", person=person.id)
    return see_other("/rep/desk", (Cookie(SESSION, session_of(services, person), LIFE[TokenUse.SESSION]),))


def _fresh_offered(services: Services, request: Request, token: str, used: sign_in.Used) -> Response[str]:
    """A used link says so, and offers a fresh one; a program is told in its own words."""
    if not request.wants_page:
        raise used
    note_refusal(used, request)
    return as_page(pages.used(shell_of(services), token=token), HTTPStatus.FORBIDDEN)


@router.post("/sign-out")
def post_sign_out() -> Response[str]:
    """Every session of this person is over."""
    services, request = here(router)
    check_origin(request, services.settings, by_token=False, by_session=True)
    if person := sign_out(services, request.cookies):
        logger.info("desk.left", person=person.id)
    answer = see_other(DOOR, (Cookie(SESSION, "", timedelta(0)),))
    answer.headers["Clear-Site-Data"] = '"cache"'  # and what a browser holds ready for its way back
    return answer


@router.get("/rep/desk")
def get_desk() -> Response[str]:
    """My leads by next action, a search among them; for a manager, everybody's."""

    def answer(services: Services, request: Request, bundle: Bundle, me: Person) -> Response[str]:
        zone = desk.zone_of(me, bundle.team)
        query = " ".join(request.query.get("find", "").split())[:100]
        if query:
            among = (*bundle.team.people, *departed(services, bundle.team)) if me.manager else (me,)
            fitting, all_seen = desk.found(services, among, query)
            page = pages.results(
                shell_of(services), fitting, query=query, team=bundle.team, zone=zone, all_seen=all_seen
            )
            return as_page(page)
        whose = _whose(services, bundle, me, request.query.get("of", ""))
        there = bundle.team.people if me.manager and whose.id == me.id else ()
        left = departed(services, bundle.team) if there else ()
        found = desk.desk_of(services, bundle.team, whose)
        others = [person for person in (*there, *left) if person.id != me.id]
        share = max(1, desk.LOOKED_AT // max(1, len(others)))
        shown = [desk.desk_of(services, bundle.team, person, look_at=share, show=0) for person in others]
        colleagues = [each for each in shown if each.leads or each.whose in there]
        return as_page(pages.desk(shell_of(services), found, me=me, zone=zone, colleagues=colleagues))

    return _at_desk(answer)


@router.get("/rep/desk/lead/<lead_id>")
def get_desk_lead(lead_id: str) -> Response[str]:
    """Everything on one lead, and what its rep can do."""

    def answer(services: Services, _: Request, bundle: Bundle, me: Person) -> Response[str]:
        lead = desk.lead_for(services, me, lead_id)
        return as_page(lead_pages.lead(shell_of(services), lead_pages.sheet_of(services, bundle, lead, me=me)))

    return _at_desk(answer)


@router.post("/rep/desk/lead/<lead_id>/claim")
def post_desk_claim(lead_id: str) -> Response[str]:
    """The person at the desk has the lead from now on."""
    return _acted(lead_id, lambda services, visit, request: take_over(services, visit, objective=_aim(request)))


@router.post("/rep/desk/lead/<lead_id>/pause")
def post_desk_pause(lead_id: str) -> Response[str]:
    """The plan waits until the day that the form names."""
    return _acted(
        lead_id, lambda services, visit, request: pause(services, visit, until=request.values.get("until", ""))
    )


@router.post("/rep/desk/lead/<lead_id>/resume")
def post_desk_resume(lead_id: str) -> Response[str]:
    """The plan goes on."""
    return _acted(lead_id, lambda services, visit, _: resume(services, visit))


@router.post("/rep/desk/lead/<lead_id>/hand-over")
def post_desk_hand_over(lead_id: str) -> Response[str]:
    """The lead is a colleague's, who is mailed the briefing."""
    return _acted(lead_id, lambda services, visit, request: hand_over(services, visit, request.values))


@router.get("/rep/desk/lead/<lead_id>/outcome")
def get_desk_outcome(lead_id: str) -> Response[str]:
    """The page with the one-tap answers, for a call or a meeting of one's own; after a tap, what became of the plan."""

    def answer(services: Services, request: Request, _: Bundle, me: Person) -> Response[str]:
        lead = desk.lead_for(services, me, lead_id)
        back = pages.link_to(lead)
        return as_page(outcome.ask(services, request, visit_of(me, lead), action=f"{back}/outcome", back=back))

    return _at_desk(answer)


@router.post("/rep/desk/lead/<lead_id>/outcome")
def post_desk_outcome(lead_id: str) -> Response[str]:
    """One tap: what the contact achieved, or why not."""

    def answer(services: Services, request: Request, _: Bundle, me: Person) -> Response[str]:
        lead = desk.lead_for(services, me, lead_id)
        back = pages.link_to(lead)
        return outcome.log(services, request, visit_of(me, lead), action=f"{back}/outcome", back=back)

    return _at_desk(answer)


@router.get("/rep/desk/company/<company>")
def get_desk_company(company: str) -> Response[str]:
    """All leads of one company, with their stages and last contacts."""

    def answer(services: Services, _: Request, bundle: Bundle, me: Person) -> Response[str]:
        leads = desk.colleagues_at(services, me, company)
        profiles = desk.profiles_of(services, [lead for lead in leads if desk.may_see(me, lead)])
        rows = [(lead, profiles.get(lead.id, desk.NOBODY), desk.last_contact(services, lead)) for lead in leads]
        known = [profile for _, profile, _ in rows if profile.address]
        name = next((p.fields["company"] for p in known if p.fields.get("company")), "")
        name = name or next((p.address.rpartition("@")[2] for p in known), "")
        zone = desk.zone_of(me, bundle.team)
        return as_page(pages.company(shell_of(services), name, rows, me=me, team=bundle.team, zone=zone))

    return _at_desk(answer)


@router.get("/rep/desk/add")
def get_desk_add() -> Response[str]:
    """The form for somebody from the rep's own day, with the words to read out."""

    def answer(services: Services, request: Request, bundle: Bundle, _: Person) -> Response[str]:
        return as_page(pages.add(shell_of(services), bundle, chosen=request.query.get("gate", "")))

    return _at_desk(answer)


@router.post("/rep/leads")
def post_leads() -> Response[str]:
    """Adds somebody from the rep's own day: a task, and where they asked for it, the ordinary opt-in mail."""

    def answer(services: Services, request: Request, _: Bundle, me: Person) -> Response[str]:
        added = add_lead(services, me, request.values)
        if not request.wants_page:
            said = {"status": "check_mail" if added.mailed else "added"}
            return as_json({**said, **({} if added.others else {"lead": added.lead})}, HTTPStatus.ACCEPTED)
        if added.others is not None:
            return as_page(pages.added(shell_of(services), owner=added.others.name))
        return see_other(f"/rep/desk/lead/{added.lead}")

    return _at_desk(answer)


@router.get("/rep/desk/qr")
def get_desk_qr() -> Response[str]:
    """The QR code of this rep for one page of the site, to print."""

    def answer(services: Services, request: Request, bundle: Bundle, me: Person) -> Response[str]:
        chosen = request.query.get("gate", "")
        address = svg = ""
        if chosen:
            address = f"{links.page(services, bundle.gate(chosen).page)}?{urlencode({'from': me.id})}"
            svg = _qr_code(address)
        return as_page(pages.qr(shell_of(services), bundle, me=me, chosen=chosen, address=address, svg=svg))

    return _at_desk(answer)


def _at_desk(answer: Callable[[Services, Request, Bundle, Person], Response[str]]) -> Response[str]:
    """The answer to somebody of the team; everybody else is shown the door."""
    services, request = here(router)
    if request.method == "POST":
        check_origin(request, services.settings, by_token=False, by_session=True)
    me = signed_in(services, request.cookies)
    if me is None and request.method == "POST" and not request.wants_page:
        raise NotSignedIn
    if me is None:
        return see_other(DOOR)
    try:
        return answer(services, request, open_bundle(services.files), me)
    except Erased as gone:  # a moment ago; what is not there is answered in one way
        raise UnknownLead from gone


def _acted(lead_id: str, act: Callable[[Services, Visit, Request], Lead]) -> Response[str]:
    """One button of a lead's page, and back to it; to the desk where the lead is nobody's of theirs any more."""

    def answer(services: Services, request: Request, _: Bundle, me: Person) -> Response[str]:
        lead = act(services, visit_of(me, desk.lead_for(services, me, lead_id)), request)
        return see_other(pages.link_to(lead) if desk.may_see(me, lead) else "/rep/desk")

    return _at_desk(answer)


def _whose(services: Services, bundle: Bundle, me: Person, asked: str) -> Person:
    """Whose desk is shown: one's own, or for a manager anybody's, who has left included. Raises `UnknownLead`."""
    if not asked or asked == me.id:
        return me
    if not me.manager:
        raise UnknownLead
    other = member(bundle.team, asked) or next((p for p in departed(services, bundle.team) if p.id == asked), None)
    if other is None:
        raise UnknownLead
    return other


def _aim(request: Request) -> str:
    return request.values.get("objective", "")


def _qr_code(address: str) -> str:
    """The code as SVG of one path, black on nothing: the page gives it its white."""
    import segno  # noqa: PLC0415 most pages of the desk have no code

    code = segno.make(address, error="m", micro=False)
    return str(code.svg_inline(scale=4, border=2, omitsize=True, svgclass=None, lineclass=None))
