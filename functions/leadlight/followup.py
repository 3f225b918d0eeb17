"""What happens by itself to a lead in a sequence: a step comes due. Called by `handlers.on_due`.

A row only says that it is time to look. Whether the step goes out is decided on the lead as it is then, by the same
rules that had planned it, and the claim fails if the lead has changed since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from leadlight import answers, letter, links
from leadlight.backlog import place_after, place_in_line
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Enrolment, Lead, Temperature
from leadlight.model.sequence import Channel, Migrate, Sequence, Step
from leadlight.model.team import Hours, Team
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context, LeadView, Links
from leadlight.playbook.expressions import truth
from leadlight.ports import Services
from leadlight.profile import Profile, profile_of
from leadlight.rules.cadence import after
from leadlight.rules.pace import Wanted, caps_of, paced, with_mail
from leadlight.rules.planning import ending, migrated
from leadlight.rules.reputation import paused_at
from leadlight.rules.routing import owner_of
from leadlight.rules.steps import (
    gone,
    hours_of,
    is_same,
    named_by,
    open_enrolments,
    planned_at,
    step_of,
    step_ref,
    with_enrolment,
)
from leadlight.rules.stop import why_no_follow_up, why_quiet
from leadlight.rules.talk import why_hot
from leadlight.rules.warmth import temperature
from leadlight.views import company_view, criteria_met, gate_view, lead_view, rep_view


@dataclass(frozen=True, slots=True)
class Turn:
    """A step whose time has come, with everything that belongs to it. `hours` are those it goes by."""

    lead: Lead
    enrolment: Enrolment
    sequence: Sequence
    step: Step
    due: Due
    now: datetime
    hours: Hours
    team: Team

    @property
    def planned_at(self) -> datetime:
        """When the plan had it: as the sequence says, or later where mails sent before it or a cap are in the way."""
        at = planned_at(self.step, self.enrolment, self.hours)
        if self.step.channel is Channel.REP:
            return at
        wanted = Wanted(self.enrolment, self.sequence.priority, self.step.window, at)
        ((_, free),) = paced(self.lead, [wanted], caps=caps_of(self.lead, self.team), hours=self.hours)
        return free


def run_step(services: Services, due: Due) -> Done | None:
    """Sends the step if it may and should still be sent, and plans the one after it. Never sends twice."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        turn = _turn(bundle, dossier.lead, due, services.clock.now())
        if turn is None:
            return Instead("superseded", Change(lead=dossier.lead), later=_may_come_back(dossier.lead, due))
        if moved := _migrated(bundle, turn, dossier.entry) or _not_now(bundle, turn):
            return moved
        if why := _forbidden(turn):
            return Instead(why, _given_up(bundle, turn, why))
        context = _context(services, bundle, turn, dossier)
        if why := _why_not(turn, context):
            return Instead(why, _passed_over(bundle, turn, why))
        if turn.step.channel is Channel.REP:
            return Instead("handed to the rep", _handed_over(bundle, turn))
        return _paused(services, turn, dossier) or _in_line(services, turn) or _ready(services, bundle, turn, context)

    def conclude(lead: Lead, done: Done) -> Change:
        return _concluded(bundle, lead, done)

    return carry_out(services, due, may_repeat=False, prepare=prepare, conclude=conclude)


def _turn(bundle: Bundle, lead: Lead, due: Due, now: datetime) -> Turn | None:
    """The turn that the row names, if it is still that enrolment's next step."""
    for enrolment in open_enrolments(lead):
        if enrolment.next_step and step_ref(enrolment, enrolment.next_step) == due.ref:
            sequence = bundle.sequence_version(enrolment.version)
            step = step_of(sequence, enrolment.next_step)
            return (
                Turn(lead, enrolment, sequence, step, due, now, hours_of(step, lead, bundle.team.hours), bundle.team)
                if step
                else None
            )
    return None


def _may_come_back(lead: Lead, due: Due) -> bool:
    """Whether what has ended its sequence may be lifted: then the step is the next one again, under the same name."""
    found = named_by(due.ref, lead)
    return found is not None and found[0].next_step == found[2]


def _migrated(bundle: Bundle, turn: Turn, entry: LedgerEntry | None) -> Instead | None:
    """Where a newer version takes over the leads of older ones, the step's row becomes one of that version.

    Only while no worker has begun it: what was begun under the old name is finished under it, so nothing goes twice.
    And only when it could go out: moving takes a claim, and nobody claims a step of a lead that is to be left alone.
    """
    if why_quiet(turn.lead):
        return None
    current = bundle.manifest.sequences.get(turn.sequence.name)
    begun = entry is not None and entry.state is not LedgerState.RELEASED
    if begun or current is None or current.version == turn.sequence.version:
        return None
    newer = bundle.sequence_version(current.version)
    if newer.migrate is Migrate.FINISH:
        return None
    enrolment = migrated(turn.enrolment, turn.sequence, newer)
    planned = replanned(bundle, with_enrolment(turn.lead, enrolment), turn.now)
    told = (ending(turn.lead, enrolment, turn.now),) if enrolment.ended else ()
    change = Change(planned.lead, (*told, *planned.touches), planned.due, planned.undue)
    return Instead(enrolment.ended or f"moved on to version {newer.version}", change, alone=True)


def _not_now(bundle: Bundle, turn: Turn) -> Instead | None:
    """The plan, asked once more at the claim: somebody may have stopped it, or have used up the day or a cap."""
    planned = replanned(bundle, turn.lead, turn.now)
    row = next((row for row in planned.due if row.key == turn.due.key), None)
    if row is not None and row.at <= turn.now:
        return None
    why = f"put off until {row.at:%Y-%m-%d %H:%M} UTC" if row else why_quiet(planned.lead) or "left out of the plan"
    passed = any(is_same(e, turn.enrolment) and turn.step.slug in e.done for e in planned.lead.enrolments)
    change = Change(planned.lead, planned.touches, planned.due, planned.undue)
    return Instead(why, change, later=not passed)


def _forbidden(turn: Turn) -> str | None:
    return why_no_follow_up(turn.lead, turn.enrolment, turn.step, turn.now, purpose=turn.sequence.purpose)


def _why_not(turn: Turn, context: Context) -> str | None:
    """Why this step should not be sent any more, or None if it should."""
    step, reader = turn.step, context["lead"]
    if step.channel is Channel.MAIL and isinstance(reader, LeadView) and not reader.email:
        return "there is no address to write to"
    if step.stale_after and turn.now > after(step.stale_after, turn.planned_at, turn.hours):
        return f"late by more than {step.stale_after}"
    if step.only_if and not truth(step.only_if, context):
        return f"not so: {step.only_if}"
    return None


def _ready(services: Services, bundle: Bundle, turn: Turn, context: Context) -> Ready:
    message = letter.follow_up(services, bundle, turn.step, context, lead=turn.lead, due=turn.due)
    return Ready(message, planned=turn.planned_at)


def _paused(services: Services, turn: Turn, dossier: Dossier) -> Instead | None:
    """Too many mails have come back: it waits for the end of that, and then for its turn among all the others."""
    paused = paused_at(dossier.sending, turn.now)
    if paused is None:
        return None
    at = place_after(services, turn.due, until=paused.until, window=turn.step.window, hours=turn.hours)
    why = f"{paused.why}: put off until {at:%Y-%m-%d %H:%M} UTC"
    return Instead(why, Change(turn.lead, due=(replace(turn.due, at=at),)), later=True)


def _in_line(services: Services, turn: Turn) -> Instead | None:
    """Late with many others, it waits for its turn: nobody gets a burst of mails after an outage, and no carrier."""
    at = place_in_line(services, turn.due, planned_at=turn.planned_at, window=turn.step.window, hours=turn.hours)
    if at is None:
        return None
    row = replace(turn.due, at=at)
    return Instead(f"in line until {at:%Y-%m-%d %H:%M} UTC", Change(turn.lead, due=(row,)), later=True)


def _given_up(bundle: Bundle, turn: Turn, why: str) -> Change:
    """The lead out of a sequence that was promised no further."""
    ended = replace(turn.enrolment, ended=why)
    planned = replanned(bundle, with_enrolment(turn.lead, ended), turn.now)
    return Change(planned.lead, (ending(turn.lead, ended, turn.now), *planned.touches), planned.due, planned.undue)


def _passed_over(bundle: Bundle, turn: Turn, why: str) -> Change:
    """The lead without this step, and the plan that follows. What is left out late must not shift the rest."""
    on_time = min(turn.planned_at, turn.now)
    done = Done(turn.due, LedgerState.SKIPPED, turn.now, why, counts_from=on_time)
    return _concluded(bundle, turn.lead, done)


def _handed_over(bundle: Bundle, turn: Turn) -> Change:
    """A step for a person: the rep is told, and the plan goes on."""
    change = _concluded(bundle, turn.lead, Done(turn.due, LedgerState.SKIPPED, turn.now, "handed to the rep"))
    ref = f"notify/{change.touches[0].id}"
    tell = Due(turn.lead.id, turn.lead.generation, DueKind.MAIL, ref, turn.now)
    return replace(change, due=(*change.due, tell))


def _concluded(bundle: Bundle, lead: Lead, done: Done) -> Change:
    """The step is over, sent, parked or left out: it is on the timeline, counted, and the next one is planned.

    It is found whatever happened to the plan since it was claimed: stopped, gone on, or moved to another version.
    """
    found = named_by(done.due.ref, lead)
    if found is None:
        return Change(lead=lead, touches=(touch_of(done),))
    enrolment, version, slug = found
    touch = touch_of(done, sequence=enrolment.sequence, version=version, step=slug)
    if step := step_of(bundle.sequence_version(version), slug):
        touch = replace(touch, encounter=step.encounter, objective=step.objective, gate=enrolment.gate)
    sequence = bundle.sequence_version(enrolment.version)
    moved = gone(enrolment, sequence, slug, done.counts_from or done.at)
    mailed = done.state is not LedgerState.SKIPPED
    lead = with_mail(lead, moved, done.at, bundle.team) if mailed else with_enrolment(lead, moved)
    planned = replanned(bundle, lead, done.at)
    return Change(planned.lead, (touch, *planned.touches), planned.due, planned.undue)


def _context(services: Services, bundle: Bundle, turn: Turn, dossier: Dossier) -> Context:
    """What the step's texts and its condition may know."""
    lead = turn.lead
    profile = profile_of(services, lead, dossier=dossier)
    gate = gate_view(services, bundle, turn.enrolment.gate, lead.language)
    warmth, band = _warmth(services, bundle, turn, profile), bundle.criteria.band(lead.value)
    return {
        "lead": lead_view(lead, profile, temperature=warmth, band=band),
        "gate": gate,
        "rep": rep_view(owner_of(lead, bundle.team)),
        "company": company_view(services, bundle.team),
        "links": Links(gate.url, links.unsubscribe(services, lead)),
        **answers.asked(services, lead, turn.step, turn.due.ref, hours=turn.hours, now=turn.now),
    }


def _warmth(services: Services, bundle: Bundle, turn: Turn, profile: Profile) -> Temperature:
    """How warm the lead is, where the step could tell. The timeline is read only where it can change that."""
    lead, criteria = turn.lead, bundle.criteria
    if not asks_for_temperature(turn.step):
        return Temperature.COLD  # nobody gets to see it
    if why_hot(lead, (), criteria, turn.now):
        return Temperature.HOT
    touches = services.store.touches(lead.id)
    return temperature(lead, touches, criteria, turn.now, fit=criteria_met(bundle, lead, touches, profile))


IN_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
AS_A_WHOLE = re.compile(r"\blead\b(?!\s*\.\s*\w)")


def asks_for_temperature(step: Step) -> bool:
    """Whether a step could show or ask how warm the lead is: by name, or by the lead as a whole.

    That takes the timeline, which is one read more; most steps do without.
    """
    texts = [step.subject, step.body, *(t for words in step.variants.values() for t in (words.subject, words.body))]
    written = [*(code for text in texts for code in IN_JINJA.findall(text)), step.only_if or ""]
    return any("temperature" in code or AS_A_WHOLE.search(code) for code in written)
