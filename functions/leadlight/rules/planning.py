"""What is due next for a lead whose situation has changed? Called within every decision that stops, holds or resumes.

The answer goes into the same transaction as the change itself, so what a tap changed is true at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.person import Capture, GateId, Purpose
from leadlight.model.sequence import Sequence
from leadlight.model.site import Hours
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.cadence import within
from leadlight.rules.steps import following, open_enrolments, planned_at, step_key, step_of, step_ref

AT_HAND = 40
"""So many captures does a step's row name, the newest: they are read along with the lead, in one call of 100 items."""


@dataclass(frozen=True, slots=True)
class Replan:
    """The lead with its plan, and what to write: rows to remove, then rows to set, and why steps were left out."""

    lead: Lead
    due: tuple[Due, ...] = ()
    undue: tuple[str, ...] = ()
    touches: tuple[Touch, ...] = ()


def replan(lead: Lead, *, sequences: Mapping[str, Sequence], hours: Hours, now: datetime) -> Replan:
    """The plan that follows from the lead as it is now. `sequences` by version, for each open enrolment."""
    if lead.stops:
        why = f"stopped: {lead.stops[-1].reason}"
        ended = tuple(e if e.ended else replace(e, ended=why) for e in lead.enrolments)
        return Replan(replace(lead, enrolments=ended), undue=_rows_ahead(lead, sequences, hours, now))
    undue = _rows_ahead(lead, sequences, hours, now)
    if lead.hold or Purpose.FOLLOW_UP not in lead.purposes:
        return Replan(lead, undue=undue)
    due: list[Due] = []
    touches: list[Touch] = []
    enrolments: list[Enrolment] = []
    for enrolment in lead.enrolments:
        if enrolment.ended:
            enrolments.append(enrolment)
            continue
        sequence = sequences[enrolment.version]
        planned = plan(lead, enrolment, sequence, hours=hours, now=now)
        enrolments.append(planned.enrolment)
        due += [planned.due] if planned.due else []
        touches += [left_out(lead, enrolment, sequence, slug, now) for slug in planned.skipped]
    return Replan(replace(lead, enrolments=tuple(enrolments)), tuple(due), undue, tuple(touches))


@dataclass(frozen=True, slots=True)
class Plan:
    """What comes next for one enrolment: the enrolment as it is now, the row to write, the slugs left out and why."""

    enrolment: Enrolment
    due: Due | None
    skipped: tuple[str, ...] = ()


def plan(lead: Lead, enrolment: Enrolment, sequence: Sequence, *, hours: Hours, now: datetime) -> Plan:
    """The next step of this enrolment that could still effect progress, at its time, never before `now`.

    Steps whose objective is achieved already are left out: a contact that would change nothing is no contact.
    """
    skipped: list[str] = []
    step = step_of(sequence, enrolment.next_step)
    while step is not None and step.objective in lead.achieved:
        skipped.append(step.slug)
        step = following(sequence, step)
    if step is None:
        over = replace(enrolment, next_step=None, ended=enrolment.ended or "all steps are done")
        return Plan(over, None, tuple(skipped))
    at = within(step.window, max(planned_at(step, enrolment, hours), now), hours)
    ref, at_hand = step_ref(enrolment, step.slug), lead.confirmed[-AT_HAND:]
    due = Due(lead.id, lead.generation, DueKind.STEP, ref, at, captures=at_hand)
    return Plan(replace(enrolment, next_step=step.slug), due, tuple(skipped))


def _rows_ahead(lead: Lead, sequences: Mapping[str, Sequence], hours: Hours, now: datetime) -> tuple[str, ...]:
    """The keys of rows whose time has not come. Of the others a worker may be at one: they stay until it has settled.

    A sequence that is not given (a stop does without) counts as one whose time may have come.
    """
    return tuple(
        step_key(enrolment)
        for enrolment in open_enrolments(lead)
        if (sequence := sequences.get(enrolment.version))
        and (step := step_of(sequence, enrolment.next_step))
        and planned_at(step, enrolment, hours) > now
    )


def enrolled(lead: Lead, capture: Capture, gate: GateId, sequence: Sequence | None, now: datetime) -> Lead:
    """The lead in the gate's sequence, under the promise of that capture.

    As it was, if it is in it or has been all through it: nobody wants the same mails again. What a stop had ended
    goes on at the step that was next.
    """
    agreed = Purpose.FOLLOW_UP in capture.consent.purposes and Purpose.FOLLOW_UP in lead.purposes
    if sequence is None or not sequence.steps or not agreed:
        return lead
    before = [e for e in lead.enrolments if e.sequence == sequence.name]
    if any(not e.ended or e.next_step is None for e in before):
        return lead
    reached = step_of(sequence, before[-1].next_step) if before else None
    enrolment = Enrolment(
        sequence=sequence.name,
        version=sequence.version,
        gate=gate,
        started_at=now,
        promise=capture.consent.promise,
        next_step=(reached or sequence.steps[0]).slug,
        last_at=now,
    )
    return replace(lead, enrolments=(*lead.enrolments, enrolment))


def left_out(lead: Lead, enrolment: Enrolment, sequence: Sequence, slug: str, now: datetime) -> Touch:
    """The fact that a step was skipped because its objective is achieved."""
    step = step_of(sequence, slug)
    objective = step.objective if step else None
    return Touch(
        id=f"skipped/{lead.generation}/{DueKind.STEP}/{step_ref(enrolment, slug)}",
        lead_id=lead.id,
        kind=TouchKind.SKIPPED,
        at=now,
        objective=objective,
        facts={"sequence": sequence.name, "step": slug, "reason": f"'{objective}' is achieved already"},
    )
