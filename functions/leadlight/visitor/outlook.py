"""What is still ahead of this lead, and what has it agreed to? The facts behind the page of preferences; reads only.

The plan is not kept anywhere: it is found by going through it with the very rules that will carry it out, as if each
step went out when it is due. So pauses, caps, holidays and promises are in it.

A mailed link may be forwarded, so nothing that people typed is opened here, not even the first name: subjects read as
they would to somebody who gave none. So the function that strangers reach needs no key to anything sealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight import links
from leadlight.answers import unasked
from leadlight.errors import BadPlaybook, MissingBundle
from leadlight.model.due import DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.person import Purpose
from leadlight.model.sequence import Channel, Sequence, Step
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.context import Context, LeadView, Links
from leadlight.playbook.expressions import render
from leadlight.ports import Services
from leadlight.rules.cadence import hours_for
from leadlight.rules.pace import with_mail
from leadlight.rules.preferences import may_return
from leadlight.rules.routing import owner_of
from leadlight.rules.steps import gone, open_enrolments, step_of, step_ref, with_enrolment
from leadlight.rules.stop import (
    LEAD,
    OPERATOR,
    is_aside,
    promised_until,
    why_no_follow_up,
    why_no_mail,
    without_pauses,
)
from leadlight.views import company_view, gate_view, rep_view
from leadlight.words import N_, day, words_of

MOST = 60
"""So many steps ahead are looked at; a promise is shorter."""

A_YEAR = timedelta(days=365)
"""So far ahead may somebody pause at most."""

RAISABLE = (Purpose.FOLLOW_UP, Purpose.PHONE, Purpose.NEWS)

CALL_WORDS = N_("Please call me about what I have read here.")
"""What a wish for a call says yes to. A call has no words of its own in the forms: there, the choice says it."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A step ahead. `subject` is that of a mail; a person's own step has none that is meant for the lead."""

    at: datetime
    who: str
    mailed: bool
    subject: str = ""
    perhaps: bool = False  # it has a condition, which is looked at when its time has come


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one promise, and how much of that does not come: as it no longer fits, or would come too late."""

    title: str  # of the page it began at; empty where a sale began it
    mails: int
    of: int
    until: datetime
    needless: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step that the plan comes to. `late`: the promise is over by then, so neither it nor what is after it comes."""

    at: datetime
    enrolment: Enrolment
    step: Step
    late: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """One purpose: the newest words shown for it, when they were agreed to, and whether that still holds."""

    purpose: Purpose
    words: str
    wording: str  # the hash of the object in the bundle that has them
    at: datetime | None
    holds: bool
    can_be_raised: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that the page says. `lead` is as stored; times are in `zone`."""

    lead: Lead
    zone: str
    coming: tuple[Coming, ...]
    left: tuple[Left, ...]
    agreed: tuple[Agreed, ...]
    answers: Person
    company: str
    paused: tuple[tuple[str, datetime], ...]  # by whom and until when, the latest first; the lead's own has no name
    pages: tuple[tuple[str, str], ...]  # where a form would begin anew: title and address
    waits: tuple[str, ...] = ()  # titles of pages that they are told of once they are there
    days: tuple[date, date] | None = None  # the first and the last day until which it may be paused, in `zone`

    def agreement(self, purpose: Purpose) -> Agreed | None:
        """What there is to say of one purpose."""
        return next((agreed for agreed in self.agreed if agreed.purpose is purpose), None)


def outlook_of(services: Services, bundle: Bundle, lead: Lead) -> Outlook:
    """The lead's plan and agreements as they stand now."""
    team, ahead = bundle.team, _ahead(bundle, lead, services.clock.now())
    latest = sorted(lead.pauses, key=lambda pause: (pause.until, pause.by), reverse=True)
    gates = {
        gate: bundle.gate(gate, lead.language) for gate in (*lead.grants, *lead.waits) if gate in bundle.manifest.gates
    }
    return Outlook(
        lead=lead,
        zone=zone_of(bundle, lead),
        coming=tuple(_coming(services, bundle, lead, ahead)),
        left=tuple(_left(bundle, lead, each, ahead) for each in open_enrolments(lead) if each.promise.mails),
        agreed=agreements(services, bundle, lead),
        answers=owner_of(lead, team),
        company=team.company.name,
        paused=tuple((_named(pause.by, team), pause.until) for pause in latest),
        pages=tuple((gate.title, links.page(services, gate.page)) for gate in gates.values()),
        waits=tuple(gates[gate].title for gate in lead.waits if gate in gates),
        days=days_to_pause(services.clock.now(), zone_of(bundle, lead)),
    )


def zone_of(bundle: Bundle, lead: Lead) -> str:
    """Whose clock the lead's page goes by."""
    return hours_for(lead, bundle.team.hours).zone


def days_to_pause(now: datetime, zone: str) -> tuple[date, date]:
    """Until which days somebody there may pause: from tomorrow, at most a year ahead.

    >>> days_to_pause(datetime.fromisoformat("2026-01-05T23:30+00:00"), "Europe/Warsaw")
    (datetime.date(2026, 1, 7), datetime.date(2027, 1, 6))
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    return today + timedelta(days=1), today + A_YEAR


def _named(by: str, team: Team) -> str:
    """Who has paused, as the lead reads it."""
    return {LEAD: "", OPERATOR: team.company.name}.get(by, team.person(by).name)


def agreements(services: Services, bundle: Bundle, lead: Lead) -> tuple[Agreed, ...]:
    """What the lead's confirmed forms and mails said of each purpose, the newest words of each."""
    shown: dict[Purpose, Agreed] = {}
    for capture in services.store.captures(lead.id):
        wording = bundle.wording(capture.consent.wording) if capture.id in lead.confirmed else None
        for purpose, words in wording.wording.items() if wording else ():
            said_yes = purpose in capture.consent.purposes
            if said_yes or purpose not in shown:
                at = capture.consent.at if said_yes else None
                shown[purpose] = _agreed(lead, purpose, words, capture.consent.wording, at, services)
    call = words_of(lead.language).gettext(CALL_WORDS)
    shown.setdefault(Purpose.PHONE, _agreed(lead, Purpose.PHONE, call, "", None, services))
    for touch in services.store.touches(lead.id):
        for purpose in receipts(touch):
            if purpose in shown:
                shown[purpose] = replace(shown[purpose], at=touch.at)
    return tuple(shown[purpose] for purpose in Purpose if purpose in shown)


def receipts(touch: Touch) -> tuple[Purpose, ...]:
    """The purposes that this touch is the receipt for."""
    if touch.kind is not TouchKind.PREFERRED or touch.facts.get("did") != "agreed":
        return ()
    named = touch.facts["purposes"].split()
    return tuple(purpose for purpose in Purpose if purpose in named)


def _agreed(lead: Lead, purpose: Purpose, words: str, wording: str, at: datetime | None, services: Services) -> Agreed:
    holds = purpose in lead.purposes
    can_be_raised = not holds and purpose in RAISABLE and why_no_mail(lead) is None
    if purpose is Purpose.FOLLOW_UP:
        can_be_raised = can_be_raised and bool(may_return(lead, services.clock.now()))
    return Agreed(purpose, words, wording, at, holds, can_be_raised)


def cut_in_words(end: datetime | None, zone: str) -> str:
    """What a rep or an operator should know before a pause that the promise is too short for."""
    if end is None:
        return ""
    local = end.astimezone(ZoneInfo(zone))
    return f"The promise to this reader ends on {local.day} {local:%B}: what would come later is left out."


def day_in_words(at: datetime, zone: str, language: str) -> str:
    """A day as people write it: `Thursday 8 January 2026`."""
    return day(at.astimezone(ZoneInfo(zone)), language)


def _left(bundle: Bundle, lead: Lead, enrolment: Enrolment, ahead: tuple[Ahead, ...]) -> Left:
    gate = bundle.gate(enrolment.gate, lead.language) if enrolment.gate in bundle.manifest.gates else None
    promise = enrolment.promise
    title = "" if enrolment.basis else gate.title if gate else bundle.manifest.site_name
    mails = max(0, promise.mails - enrolment.mails_sent)
    mine = [each for each in ahead if _is_of(each, enrolment)]
    listed = sum(each.step.channel is Channel.MAIL and not each.late for each in mine)
    missing = 0 if is_aside(lead, enrolment) else max(0, mails - listed)  # of what waits, the page says so itself
    late = min(missing, sum(_mails_from(bundle, each) for each in mine if each.late))
    return Left(title, mails, promise.mails, promised_until(enrolment), missing - late, late)


def _is_of(ahead: Ahead, enrolment: Enrolment) -> bool:
    """Whether that step counts for the same promise: as one of what follows the enrolment by `then`, too."""
    other = ahead.enrolment
    return (other.gate, other.promised_since) == (enrolment.gate, enrolment.promised_since)


def _mails_from(bundle: Bundle, ahead: Ahead) -> int:
    """So many mails there are from that step on, with those of what would have followed by `then`."""
    sequence = bundle.sequence_version(ahead.enrolment.version)
    steps, seen = [*sequence.steps[sequence.steps.index(ahead.step) :]], {sequence.version}
    while (version := sequence.then_version) and version not in seen:
        sequence = bundle.sequence_version(version)
        steps += sequence.steps
        seen.add(version)
    return sum(step.channel is Channel.MAIL for step in steps)


def _coming(services: Services, bundle: Bundle, lead: Lead, ahead: tuple[Ahead, ...]) -> Iterator[Coming]:
    """What comes, earliest first. While a pause or a take-over lasts: what comes if it ends when it should."""
    reader = LeadView(language=lead.language)
    stored = {due.ref: due.at for due in services.store.due_of(lead.id) if due.kind is DueKind.STEP}
    for each in (each for each in ahead if not each.late):
        context: Context = {
            "lead": reader,
            "gate": gate_view(services, bundle, each.enrolment.gate, lead.language),
            "rep": rep_view(owner_of(lead, bundle.team)),
            "company": company_view(services, bundle.team),
            "links": Links(),
            **unasked(each.step),
        }
        at = max(each.at, stored.get(step_ref(each.enrolment, each.step.slug), each.at))
        yield _shown(bundle.team, lead, each.step, at, context)


def cut_short(bundle: Bundle, before: Lead, after: Lead, now: datetime) -> datetime | None:
    """When the promise ends that is too short for all steps after such a change; None if all still come.

    Raises `MissingBundle`.
    """
    kept = {step_ref(enrolment, step.slug) for _, enrolment, step in steps_ahead(bundle, after, now)}
    lost = (e for _, e, step in steps_ahead(bundle, before, now) if step_ref(e, step.slug) not in kept)
    return min((promised_until(enrolment) for enrolment in lost), default=None)


def steps_ahead(bundle: Bundle, lead: Lead, now: datetime) -> Iterator[tuple[datetime, Enrolment, Step]]:
    """Each step that the plan still holds, with its time. Raises `MissingBundle`."""
    return ((each.at, each.enrolment, each.step) for each in _walk(bundle, lead, now) if not each.late)


def _ahead(bundle: Bundle, lead: Lead, now: datetime) -> tuple[Ahead, ...]:
    """The whole way; none where a sequence is missing: then no step can be sent either, and the buttons still work."""
    try:
        return tuple(_walk(bundle, lead, now))
    except MissingBundle:
        return ()


def _walk(bundle: Bundle, lead: Lead, now: datetime) -> Iterator[Ahead]:
    """Each step that the plan comes to, and where a promise ends it. Raises `MissingBundle`."""
    waits = [wait.until for wait in (lead.hold, lead.pause) if wait]
    now = max([now, *waits])
    lead = without_pauses(replace(lead, hold=None), [pause.by for pause in lead.pauses], now)
    for _ in range(MOST):
        planned = replanned(bundle, lead, now)
        lead = planned.lead
        rows = [due for due in planned.due if due.kind is DueKind.STEP]
        if not rows:
            return
        row = min(rows, key=lambda due: (due.at, due.key))
        now = row.at
        found = next(e for e in open_enrolments(lead) if step_ref(e, e.next_step or "") == row.ref)
        sequence = bundle.sequence_version(found.version)
        step = step_of(sequence, found.next_step)
        assert step is not None  # noqa: S101 the plan has just named it
        if why_no_follow_up(lead, found, step, now, purpose=sequence.purpose):
            lead = with_enrolment(lead, replace(found, next_step=None, ended="promised no more"))
            yield Ahead(now, found, step, late=True)
            continue
        yield Ahead(now, found, step)
        lead = _gone(lead, found, sequence, step, now, bundle.team)


def _gone(lead: Lead, enrolment: Enrolment, sequence: Sequence, step: Step, at: datetime, team: Team) -> Lead:
    """The lead once that step has gone out."""
    moved = gone(enrolment, sequence, step.slug, at)
    return with_mail(lead, moved, at, team) if step.channel is Channel.MAIL else with_enrolment(lead, moved)


def _shown(team: Team, lead: Lead, step: Step, at: datetime, context: Context) -> Coming:
    owner = owner_of(lead, team)
    perhaps = step.only_if is not None
    if step.channel is Channel.REP:
        return Coming(at, owner.name, mailed=False, perhaps=perhaps)
    named = {"company": team.company.name, "rep": owner.name}
    who = named.get(step.sender) or team.person(step.sender).name
    try:
        subject = " ".join(render(step.words_for(lead.language).subject, context).split())
    except BadPlaybook:
        subject = ""
    return Coming(at, who, mailed=True, subject=subject, perhaps=perhaps)
