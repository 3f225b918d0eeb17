"""What happens by itself to a lead in a sequence: a step comes due, a take-over lapses."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from leadlight import letter, links
from leadlight.decide import decide
from leadlight.ledger import Done, Instead, Ready, carry_out, touch_of
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Enrolment, Hold, Lead, Temperature
from leadlight.model.sequence import Channel, Sequence, Step
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context, Links
from leadlight.playbook.expressions import truth
from leadlight.ports import Services
from leadlight.profile import profile_of
from leadlight.rules.cadence import after
from leadlight.rules.routing import owner_of
from leadlight.rules.steps import following, open_enrolments, planned_at, step_of, step_ref, with_enrolment
from leadlight.rules.stop import why_no_follow_up
from leadlight.rules.warmth import temperature
from leadlight.views import company_view, gate_view, lead_view, rep_view


@dataclass(frozen=True, slots=True)
class Turn:
    """A step whose time has come, with everything that belongs to it."""

    lead: Lead
    enrolment: Enrolment
    sequence: Sequence
    step: Step
    due: Due
    now: datetime


def run_step(services: Services, due: Due) -> Done | None:
    """Sends the step if it may and should still be sent, and plans the one after it. Never sends twice."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        turn = _turn(bundle, lead, due, services.clock.now())
        if turn is None:
            return Instead("superseded", Change(lead=lead))
        if why := _forbidden(turn):
            return Instead(why, _passed_over(bundle, turn, why))
        context = _context(services, bundle, turn, dossier)
        if why := _why_not(turn, context, bundle):
            return Instead(why, _passed_over(bundle, turn, why))
        if turn.step.channel is Channel.REP:
            return Instead("handed to the rep", _handed_over(bundle, turn))
        return Ready(letter.follow_up(services, bundle, turn.step, context, lead=lead, due=due))

    def conclude(lead: Lead, done: Done) -> Change:
        return _concluded(bundle, lead, done)

    return carry_out(services, due, may_repeat=False, prepare=prepare, conclude=conclude)


def lapse_hold(services: Services, due: Due) -> None:
    """Nobody wrote down an outcome in time: the plan resumes and the manager is told, both at once."""
    bundle = open_bundle(services.files)

    def lapse(lead: Lead) -> Change | None:
        now = services.clock.now()
        if not any(due.stands_as(row) for row in services.store.due_of(lead.id)):
            return None
        if lead.hold is None or lead.hold.until > due.at:  # another take-over or outcome has a row of its own
            return Change(lead=lead, undue=(due.key,))
        return _lapsed(bundle, lead, lead.hold, due, now)

    decide(services, due.lead_id, str(due.generation), lapse)


def _lapsed(bundle: Bundle, lead: Lead, hold: Hold, due: Due, now: datetime) -> Change:
    touch = Touch(
        id=f"hold-lapsed/{due.ref}", lead_id=lead.id, kind=TouchKind.HOLD_LAPSED, at=now, by=hold.by,
        objective=hold.objective,
    )  # fmt: skip
    planned = replanned(bundle, replace(lead, hold=None), now)
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{touch.id}", now)
    return Change(
        lead=planned.lead,
        touches=(touch, *planned.touches),
        undue=(due.key, *planned.undue),
        due=(*planned.due, tell),
    )


def _turn(bundle: Bundle, lead: Lead, due: Due, now: datetime) -> Turn | None:
    """The turn that the row names, if it is still that enrolment's next step."""
    for enrolment in open_enrolments(lead):
        if enrolment.next_step and step_ref(enrolment, enrolment.next_step) == due.ref:
            sequence = bundle.sequence_version(enrolment.version)
            step = step_of(sequence, enrolment.next_step)
            return Turn(lead, enrolment, sequence, step, due, now) if step else None
    return None


def _why_not(turn: Turn, context: Context, bundle: Bundle) -> str | None:
    """Why this step should not be sent any more, or None if it should."""
    step, hours = turn.step, bundle.team.hours
    if step.stale_after and turn.now > after(step.stale_after, planned_at(step, turn.enrolment, hours), hours):
        return f"late by more than {step.stale_after}"
    if step.objective in turn.lead.achieved:
        return f"'{step.objective}' is achieved already"
    if step.only_if and not truth(step.only_if, context):
        return f"not so: {step.only_if}"
    return None


def _forbidden(turn: Turn) -> str | None:
    mailed = turn.step.channel is Channel.MAIL
    return why_no_follow_up(turn.lead, turn.enrolment, turn.now, mailed=mailed)


def _passed_over(bundle: Bundle, turn: Turn, why: str) -> Change:
    """The lead without this step, and the plan that follows; where nothing may be sent at all, the end of it."""
    if turn.lead.hold:
        return Change(lead=turn.lead)
    on_time = planned_at(turn.step, turn.enrolment, bundle.team.hours)  # what is left out late must not shift the rest
    over = replace(turn.enrolment, next_step=None, ended=why)
    moved = over if _forbidden(turn) else _moved_on(turn, min(on_time, turn.now))
    planned = replanned(bundle, with_enrolment(turn.lead, moved), turn.now)
    touch = _step_touch(turn, Done(turn.due, LedgerState.SKIPPED, turn.now, why))
    return Change(lead=planned.lead, touches=(touch, *planned.touches), due=planned.due)


def _handed_over(bundle: Bundle, turn: Turn) -> Change:
    """A step for a person: the rep is told, and the plan goes on."""
    change = _concluded(bundle, turn.lead, Done(turn.due, LedgerState.SKIPPED, turn.now, "handed to the rep"))
    ref = f"notify/{change.touches[0].id}"
    tell = Due(turn.lead.id, turn.lead.generation, DueKind.MAIL, ref, turn.now)
    return replace(change, due=(*change.due, tell))


def _concluded(bundle: Bundle, lead: Lead, done: Done) -> Change:
    """The step is over, sent or parked: it is on the timeline, counted, and the next one is planned."""
    turn = _turn(bundle, lead, done.due, done.at)
    if turn is None:
        return Change(lead=lead, touches=(touch_of(done),))
    moved = _moved_on(turn, done.at)
    if done.state is not LedgerState.SKIPPED:
        moved = replace(moved, mails_sent=turn.enrolment.mails_sent + 1)
    planned = replanned(bundle, with_enrolment(lead, moved), done.at)
    return Change(lead=planned.lead, touches=(_step_touch(turn, done), *planned.touches), due=planned.due)


def _step_touch(turn: Turn, done: Done) -> Touch:
    touch = touch_of(done, sequence=turn.sequence.name, version=turn.sequence.version, step=turn.step.slug)
    return replace(touch, encounter=turn.step.encounter, objective=turn.step.objective, gate=turn.enrolment.gate)


def _moved_on(turn: Turn, at: datetime) -> Enrolment:
    coming = following(turn.sequence, turn.step)
    ended = None if coming else "all steps are done"
    return replace(turn.enrolment, next_step=coming.slug if coming else None, last_at=at, ended=ended)


def _context(services: Services, bundle: Bundle, turn: Turn, dossier: Dossier) -> Context:
    """What the step's texts and its condition may know."""
    lead = turn.lead
    warmth = temperature(lead, ())
    if warmth is not Temperature.HOT and asks_for_temperature(turn.step):  # else the timeline would not change a word
        warmth = temperature(lead, services.store.touches(lead.id))
    gate = gate_view(services, bundle, turn.enrolment.gate)
    return {
        "lead": lead_view(lead, profile_of(services, lead, dossier=dossier), temperature=warmth),
        "gate": gate,
        "rep": rep_view(owner_of(lead, bundle.team)),
        "company": company_view(services, bundle.team),
        "links": Links(gate.url, links.unsubscribe(services, lead)),
    }


IN_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
AS_A_WHOLE = re.compile(r"\blead\b(?!\s*\.\s*\w)")


def asks_for_temperature(step: Step) -> bool:
    """Whether a step could show or ask how warm the lead is: by name, or by the lead as a whole.

    That takes the timeline, which is one read more; most steps do without.
    """
    written = [*IN_JINJA.findall(step.subject), *IN_JINJA.findall(step.body), step.only_if or ""]
    return any("temperature" in code or AS_A_WHOLE.search(code) for code in written)
