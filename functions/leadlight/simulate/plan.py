"""What is a planned conversation going to be like? Gathers, from a rehearsal, what `plan` prints and reports draw.

The dates and the mails are those of the rehearsal, so they come from the handlers that will send them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leadlight.local.mailer import Carried
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import Channel, Step
from leadlight.model.sequence import Sequence as Conversation
from leadlight.model.site import Gate
from leadlight.model.team import Costs
from leadlight.model.touch import Encounter, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.promise import in_words
from leadlight.rep.outcome import QUALITY_OF_CONTACT
from leadlight.replies import QUALITY_OF_READING, QUALITY_OF_TALK
from leadlight.rules.cadence import hours_for
from leadlight.rules.encounters import FULL
from leadlight.simulate.invariants import FollowUp, Observed
from leadlight.simulate.rehearsal import Rehearsal


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as this lead meets it. `at` is None where it never comes to that, and `why` says so."""

    sequence: str
    step: Step
    at: datetime | None  # on the lead's clock
    day: int | None  # days since the unlock, by the calendar
    sender: str
    mail: Carried | None
    why: str

    @property
    def subject(self) -> str:
        """As the reader sees it; of a task for the rep, as it is written."""
        return str(self.mail.message["Subject"]) if self.mail else self.step.subject

    @property
    def text(self) -> str:
        """The mail as plain text; empty where none is sent."""
        part = self.mail.message.get_body(("plain",)) if self.mail else None
        return str(part.get_content()).replace("\r\n", "\n") if part else ""

    @property
    def html(self) -> str:
        """The mail as a page of its own; empty where none is sent."""
        part = self.mail.message.get_body(("html",)) if self.mail else None
        return str(part.get_content()) if part else ""


@dataclass(frozen=True, slots=True)
class Offered:
    """What would fill one of the four bars: (what, points of quality) each. A mail that is only sent fills none."""

    encounter: Encounter
    sources: tuple[tuple[str, int], ...]

    @property
    def points(self) -> int:
        """All of it together, however many."""
        return sum(points for _, points in self.sources)

    @property
    def bar(self) -> str:
        """As characters: how full it would be."""
        return "█" * min(self.points, FULL) + "░" * max(FULL - self.points, 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one lead costs that gets it all: mails, and tasks of a person."""

    mails: int
    tasks: int
    each: Costs

    @property
    def total(self) -> float:
        """In the team's currency."""
        return self.mails * self.each.mail + self.tasks * self.each.task_minutes * self.each.rep_minute


@dataclass(frozen=True, slots=True)
class Plan:
    """One conversation from the unlock to its end, with those that follow it."""

    name: str
    conversations: tuple[Conversation, ...]
    gate: str
    page: str
    promise: str
    unlocked: datetime
    zone: str
    steps: tuple[PlannedStep, ...]
    offered: tuple[Offered, ...]
    cost: Cost

    @property
    def begins(self) -> str:
        """What begins it, in words."""
        first = self.conversations[0]
        if first.starts_when is None:
            return f"at “{self.page}”"
        return f"when a lead becomes a {first.starts_when}{f', if {first.only_if}' if first.only_if else ''}"

    @property
    def says(self) -> str:
        """Who says what is promised: the form of its page, or nobody."""
        return "The form says" if self.conversations[0].starts_when is None else "It keeps to"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that some step is written in besides its own."""
        return tuple(sorted({language for planned in self.steps for language in planned.step.variants}))


def plans_of(rehearsal: Rehearsal) -> Iterator[Plan]:
    """The plan of each lead's first conversation, or of the one it is here for; a lead without one has none."""
    bundle = open_bundle(rehearsal.services.files)
    for cast in rehearsal.cast:
        if cast.observed and cast.observed.lead.enrolments:
            yield _plan(bundle, cast.observed, cast.persona.plays)


def _plan(bundle: Bundle, seen: Observed, plays: str) -> Plan:
    enrolments = seen.lead.enrolments
    first = next((each for each in enrolments if each.sequence == plays), enrolments[0])
    conversations = tuple(_chain(bundle, first))
    zone = hours_for(seen.lead, seen.team.hours).zone
    gate = bundle.gate(first.gate)
    steps = tuple(_steps(conversations, seen, first.started_at, ZoneInfo(zone)))
    costs = Cost(
        sum(planned.step.channel is Channel.MAIL for planned in steps),
        sum(planned.step.channel is Channel.REP for planned in steps),
        seen.team.costs,
    )
    return Plan(
        name=conversations[0].name,
        conversations=conversations,
        gate=first.gate,
        page=gate.title,
        promise=in_words(first.promise, language=bundle.manifest.language),
        unlocked=first.started_at.astimezone(ZoneInfo(zone)),
        zone=zone,
        steps=steps,
        offered=offered_by(None if conversations[0].starts_when else gate, steps),
        cost=costs,
    )


def _chain(bundle: Bundle, enrolment: Enrolment) -> Iterator[Conversation]:
    version: str | None = enrolment.version
    while version:
        conversation = bundle.sequence_version(version)
        yield conversation
        version = conversation.then_version


def _steps(
    conversations: Sequence[Conversation], seen: Observed, unlocked: datetime, zone: ZoneInfo
) -> Iterator[PlannedStep]:
    mails = {(mail.sequence, mail.slug): mail for mail in seen.follow_ups}
    for conversation in conversations:
        for step in conversation.steps:
            mail = mails.get((conversation.name, step.slug))
            at, why = _met(conversation.name, step, mail, seen)
            local = at.astimezone(zone) if at else None
            yield PlannedStep(
                sequence=conversation.name,
                step=step,
                at=local,
                day=(local.date() - unlocked.astimezone(zone).date()).days if local else None,
                sender=_sender(mail, step),
                mail=mail.mail if mail else None,
                why=why,
            )


def _met(sequence: str, step: Step, mail: FollowUp | None, seen: Observed) -> tuple[datetime | None, str]:
    """When the lead meets the step, or why it does not."""
    if mail:
        return mail.at, ""
    told = [t for t in seen.touches if (t.facts.get("sequence"), t.facts.get("step")) == (sequence, step.slug)]
    if told and step.channel is Channel.REP:
        return told[0].at, ""
    skipped = [t for t in told if t.kind in {TouchKind.SKIPPED, TouchKind.PARKED}]
    return None, skipped[0].facts.get("reason", "") if skipped else _why_unmet(sequence, seen.lead)


def _why_unmet(sequence: str, lead: Lead) -> str:
    """What ended it before that step, or the sequence before it; else it would only come later."""
    its = [enrolment for enrolment in lead.enrolments if enrolment.sequence == sequence]
    return (its or lead.enrolments)[-1].ended or "not reached in this time"


def _sender(mail: FollowUp | None, step: Step) -> str:
    """Whom it is from, as the reader sees it."""
    if mail:
        return mail.mail.message["From"].addresses[0].display_name or str(mail.mail.message["From"])
    return "the rep" if step.sender == "rep" else step.sender


def offered_by(gate: Gate | None, steps: Sequence[PlannedStep]) -> tuple[Offered, ...]:
    """What a lead can experience on the way, bar by bar."""
    found: dict[Encounter, list[tuple[str, int]]] = {encounter: [] for encounter in Encounter}
    if gate:
        found[gate.encounter].append((f"reading “{gate.title}”", gate.quality))
    for planned in steps:
        step = planned.step
        if step.channel is Channel.REP:
            found[Encounter.PERSON].append((f"the contact of {step.slug}", QUALITY_OF_CONTACT))
        else:
            found[step.encounter].append((f"answering {step.slug}", QUALITY_OF_READING))
    mails = sum(planned.step.channel is Channel.MAIL for planned in steps)
    if mails:
        found[Encounter.PERSON].append((f"each answer, of {mails} possible", mails * QUALITY_OF_TALK))
    return tuple(Offered(encounter, tuple(sources)) for encounter, sources in found.items())
