"""What we tell our own people: whom to call, why and with what purpose; what was left lying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

from leadlight import headline, letter, links
from leadlight.assignment import assigned
from leadlight.briefing import Case, case_of, latest_case, view_of
from leadlight.decide import decide
from leadlight.errors import Conflict
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.lifecycle import looked_at
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context
from leadlight.ports import Services
from leadlight.profile import capture_of, profile_of
from leadlight.rules.attendance import hours_of
from leadlight.rules.mail_events import BOUNCED
from leadlight.rules.next_action import reminded_of, reminder_after, reminders_before
from leadlight.rules.notices import is_now, tell_at, told_of, waiting
from leadlight.rules.routing import member, owner_of
from leadlight.rules.speed import claim
from leadlight.rules.steps import open_enrolments
from leadlight.views import SPOKEN, company_view, gate_view, lead_view, rep_view

MANAGER_FROM = 2
"""From the third reminder on the manager hears that something waits for an answer."""

LEFT, PASSED = "left/", "escalated/"
"""Begins what a row to the manager names: what a rep has left unanswered, what nobody has taken in time."""


def tell_rep(services: Services, due: Due) -> Done | None:
    """Mails the rep about the touch that the row names, and about all else of this lead that waits to be told.

    Or reminds of it. May repeat, never vanishes; what comes within the rep's quiet is put off to its end.
    """
    bundle = open_bundle(services.files)
    reminds = due.kind is DueKind.TASK
    told: list[Due] = []

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead, touches = dossier.lead, {touch.id: touch for touch in services.store.touches(dossier.lead.id)}
        if _cause(due) not in touches:
            return Instead("withdrawn", Change(lead=lead))
        if member(bundle.team, lead.owner) is None:  # nobody's yet, or of somebody who has left
            _assign(services, bundle, lead, touches[_cause(due)])
            raise Conflict("it is somebody's now: to be read again")
        told[:] = [due, *([] if reminds else [row for row in _others(services, due) if _cause(row) in touches])]
        known = tuple(touches.values())
        cases = [case_of(services, lead, touches[_cause(row)], known, reminds=reminds) for row in told]
        return _put_off(services, bundle, cases, due) or Ready(_briefing_mail(services, bundle, cases, due))

    def conclude(lead: Lead, done: Done) -> Change:
        change = _told(lead, done, _cause(due), to=owner_of(lead, bundle.team))
        if reminds:
            change = replace(change, due=_again(bundle.team, lead, done))
        elif done.state is LedgerState.SENT:
            change = _told_together(change, told[1:])
        return looked_at(services, bundle, change, before=lead)

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _others(services: Services, due: Due) -> list[Due]:
    """What else waits to be told of the same lead. A row that a worker is at, or died at, is seen to by itself."""
    rows = [row for row in waiting(services.store.due_of(due.lead_id)) if row.key != due.key]
    if not rows:
        return rows
    begun = {entry.key for entry in services.store.ledger(due.lead_id) if entry.state is LedgerState.CLAIMED}
    return [row for row in rows if row.ledger_key not in begun]


def _cause(row: Due) -> str:
    """The touch that a row is to tell of."""
    return reminded_of(row) if row.kind is DueKind.TASK else told_of(row)


def _assign(services: Services, bundle: Bundle, lead: Lead, touch: Touch) -> None:
    """Gives a lead that nobody has yet to somebody, and begins the clock: nobody confirmed it, so nobody did before."""
    capture = capture_of(services, lead, touch.facts.get("capture", ""))

    def assign(lead: Lead) -> Change | None:
        if member(bundle.team, lead.owner) is not None:
            return None
        now = services.clock.now()
        known = replace(lead, company=capture.company if capture else lead.company)
        fields = {"size": capture.size} if capture else {}
        owned, routed = assigned(services, bundle, known, fields=fields, gate=touch.gate, now=now)
        owned = replace(owned, company=lead.company)  # an address that nobody confirmed makes nobody a colleague
        clock = claim(owned, touch.id, bundle.team, now, wish=capture.call if capture else None)
        return Change(lead=owned, touches=routed, due=(clock,) if clock else ())

    decide(services, lead.id, str(lead.generation), assign)


def _put_off(services: Services, bundle: Bundle, cases: Sequence[Case], due: Due) -> Instead | None:
    """Not now, where the rep wants quiet: with whatever else comes until its end. A reminder has its own time."""
    if cases[0].reminds:
        return None
    lead, now = cases[0].lead, services.clock.now()
    calls = any(is_now(case.wish, now) and case.touch.kind is not TouchKind.READ for case in cases)
    return _quiet_until(lead, owner_of(lead, bundle.team), bundle.team, due, now, calls=calls)


def _quiet_until(lead: Lead, person: Person, team: Team, due: Due, now: datetime, *, calls: bool) -> Instead | None:
    """The row at the end of that person's quiet; None where nothing keeps it."""
    at = tell_at(person, team, wants_call_now=calls, now=now)
    if at <= now:
        return None
    return Instead(f"quiet until {at:%Y-%m-%d %H:%M} UTC", Change(lead, due=(replace(due, at=at),)), later=True)


def _again(team: Team, lead: Lead, done: Done) -> tuple[Due, ...]:
    """The next reminder, should nobody have written down an outcome by then; later ones the manager hears of, too."""
    row = done.due
    coming = reminder_after(lead, row, team.hours, done.at)
    if coming is None:
        return ()
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{LEFT}{row.ref}", done.at)
    return (coming, tell) if reminders_before(row) >= MANAGER_FROM else (coming,)


def tell_manager(services: Services, due: Due) -> Done | None:
    """Mails the manager what a rep has left lying, or was not told of."""
    bundle = open_bundle(services.files)
    manager = bundle.team.manager

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead, now = dossier.lead, services.clock.now()
        calls = due.ref.startswith(f"manager/{PASSED}") and is_now(lead.call, now)
        if later := _quiet_until(lead, manager, bundle.team, due, now, calls=calls):
            return later
        rep = owner_of(lead, bundle.team)
        context: dict[str, object] = {
            "lead": lead_view(lead, profile_of(services, lead)),
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            "link": links.briefing(services, lead, manager.id, cause=due.ref),
            "go": links.taps(services, lead, manager, cause=due.ref),
            "reason": _why_manager(lead, rep, due),
            **_case_for_manager(services, bundle, lead, due),
        }
        return Ready(letter.message(services, bundle, "manager", context, to=(manager.name, manager.email), due=due))

    def conclude(lead: Lead, done: Done) -> Change:
        return _told(lead, done, due.ref, to=manager)

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _case_for_manager(services: Services, bundle: Bundle, lead: Lead, due: Due) -> dict[str, object]:
    """What the rep was told of, for who may have to act at once: the number above all."""
    touches = services.store.touches(lead.id)
    touch = next((touch for touch in touches if due.ref == f"manager/{touch.id}"), None)
    passed = touch if touch and touch.kind is TouchKind.ESCALATED else None
    case = case_of(services, lead, passed, touches) if passed else latest_case(services, lead, touches)
    gate = gate_view(services, bundle, case.touch.gate or "")
    zone = hours_of(bundle.team.manager, bundle.team).zone
    said = headline.subject(replace(case, passed=None), gate, zone) if passed else ""
    return {"brief": view_of(services, bundle, case, reader=bundle.team.manager), "headline": said}


def _why_manager(lead: Lead, rep: Person, due: Due) -> str:
    """Why somebody above the rep has to know, in words."""
    if due.ref.startswith(f"manager/{BOUNCED}"):
        return f"Our mail about this lead did not reach {rep.name}: {rep.email} does not take mail."
    if due.ref.startswith(f"manager/{PASSED}"):
        if lead.hold:
            return f"This lead wants a call. It is with {rep.name}, who was told and wrote down nothing in time."
        return f"Nobody has taken this lead in time. {rep.name} was told last, and nobody else who could is at work."
    if due.ref.startswith(f"manager/{LEFT}"):
        return f"Something waits for an answer by {rep.name}, who was reminded and wrote down no outcome."
    goes_on = bool(open_enrolments(lead)) and not lead.stops
    return f"{rep.name} has taken over this lead and logged no outcome. The take-over lapsed" + (
        ", so the follow-ups go on." if goes_on else ". Nothing more is planned: somebody should act."
    )


def send_fresh_link(services: Services, due: Due) -> Done | None:
    """Mails a rep a new link to one lead, for another browser."""
    bundle = open_bundle(services.files)
    rep = bundle.team.person(due.ref.split("/")[1])

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        context: Context = {
            "lead": lead_view(lead, profile_of(services, lead)),
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            "link": links.briefing(services, lead, rep.id, cause=due.ref),
        }
        return Ready(letter.message(services, bundle, "signin", context, to=(rep.name, rep.email), due=due))

    def conclude(lead: Lead, done: Done) -> Change:
        return _told(lead, done, due.ref, to=rep)

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _told(lead: Lead, done: Done, cause: str, *, to: Person) -> Change:
    touch = touch_of(done, cause=cause)
    if done.state is LedgerState.SENT:
        touch = replace(touch, kind=TouchKind.NOTIFIED, by=to.id)
    return Change(lead=lead, touches=(touch,))


def _told_together(change: Change, rows: Sequence[Due]) -> Change:
    """The same for what else one mail has told of: each is on the timeline, and none comes again."""
    (first,) = change.touches
    touches = (
        replace(
            first,
            id=f"{first.id}+{row.key}",
            facts={**first.facts, "what": row.key, "cause": _cause(row), "with": first.id},
        )
        for row in rows
    )
    return replace(change, touches=(first, *touches), undue=tuple(row.key for row in rows))


def _briefing_mail(services: Services, bundle: Bundle, cases: Sequence[Case], due: Due) -> EmailMessage:
    lead, now = cases[0].lead, services.clock.now()
    rep = owner_of(lead, bundle.team)
    case = replace(headline.most_pressing(cases, now), told=tuple(case.touch for case in cases))
    brief = view_of(services, bundle, case, reader=rep)
    what = gate_view(services, bundle, case.touch.gate or "")
    context: Context = {
        "brief": brief,
        "go": links.taps(services, lead, rep, cause=due.ref),
        "reason": headline.subject(case, what, hours_of(rep, bundle.team).zone),
        "causes": _causes(services, bundle, cases, rep) if len(cases) > 1 else (),
        "link": links.briefing(services, lead, rep.id, cause=due.ref),
        "rep": rep_view(rep),
        "company": company_view(services, bundle.team),
        "gate": what,
        "lead": lead_view(replace(lead, call=case.wish, intent=case.intent), case.profile.with_phone(brief.phone)),
        "call": brief.call,
        "confirmed": brief.confirmed,
        "read": brief.read,
        "answers": brief.answers,
        "question": brief.said[0][1] if brief.said and case.touch.kind in SPOKEN else "",
        "opening": brief.opening,
    }
    return letter.message(services, bundle, "notify", context, to=(rep.name, rep.email), due=due, noted_by=(rep, lead))


def _causes(services: Services, bundle: Bundle, cases: Sequence[Case], rep: Person) -> tuple[str, ...]:
    """Everything that has come together, oldest first."""
    now, zone = services.clock.now(), hours_of(rep, bundle.team).zone
    ordered = sorted(cases, key=lambda case: case.touch.at)
    return tuple(
        headline.cause(case, gate_view(services, bundle, case.touch.gate or ""), now, zone) for case in ordered
    )
