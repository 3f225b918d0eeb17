"""What is due next for a lead whose situation has changed? Called within every decision that stops, holds or resumes.

The answer goes into the same transaction as the change itself, so what a tap changed is true at once. One order holds
for everything: what ends a sequence early; stops, take-overs, pauses, consent; steps that a declared intent or an
achieved objective makes pointless, or that nobody promised; caps and priorities over all sequences together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.person import Capture, GateId, Purpose
from leadlight.model.sequence import Channel, Migrate, Sequence, Step
from leadlight.model.team import Hours, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.cadence import hours_for, within
from leadlight.rules.pace import Wanted, caps_of, paced
from leadlight.rules.skipping import passed_over, why_over
from leadlight.rules.steps import (
    behind,
    first_not_done,
    hours_of,
    open_enrolments,
    planned_at,
    start_of,
    step_key,
    step_of,
    step_ref,
    with_enrolment,
)
from leadlight.rules.stop import ENDED_BY_REPLY, is_aside, quiet_left, why_quiet, why_stopped

AT_HAND = 40
"""So many captures does a step's row name, the newest: they are read along with the lead, in one call of 100 items."""

AT_ONCE = 8
"""In so many sequences is a lead at most. They share its days, so the ninth would hardly ever have its turn; and each
of them writes up to three rows into one change, which holds 90."""

TOLD_AT_ONCE = 25
"""So many steps left out does one decision put on the timeline one by one; the last of them counts the rest."""

ALL_DONE = "all steps are done"

NO_ROOM = f"there is no room for it beside {AT_ONCE} others"
"""Why a sequence does not begin, in words."""

ANEW = "it has begun anew"
"""What an enrolment says that an answer had ended, once another one goes on in its place."""


@dataclass(frozen=True, slots=True)
class Replan:
    """The lead with its plan, and what to write: rows to remove, then rows to set, and why steps were left out."""

    lead: Lead
    due: tuple[Due, ...] = ()
    undue: tuple[str, ...] = ()
    touches: tuple[Touch, ...] = ()


def replan(lead: Lead, *, sequences: Mapping[str, Sequence], team: Team, now: datetime) -> Replan:
    """The plan that follows from the lead as it is now.

    `sequences` by version, for each open enrolment and what follows it. A lead with a stop does without.
    """
    ahead = _rows_ahead(lead, sequences, team.hours, now)
    lead, ended = _ended(lead, sequences, now)
    if why := why_stopped(lead):
        over = tuple(e if e.ended else replace(e, ended=why) for e in lead.enrolments)
        return Replan(replace(lead, enrolments=over), undue=ahead, touches=ended)
    if why_quiet(lead):
        return Replan(lead, undue=ahead, touches=ended)
    lead, told = _stepped(lead, sequences, now)
    due = _rows(lead, sequences, team, now)
    kept = {row.key for row in due}
    return Replan(lead, due, tuple(key for key in ahead if key not in kept), (*ended, *told))


def enrolled(lead: Lead, capture: Capture, gate: GateId, sequence: Sequence | None, now: datetime) -> Lead:
    """The lead in the gate's sequence, under the promise of that capture.

    As it was, if it is in it or has been all through it: nobody wants the same mails again. What a stop had ended
    goes on after the last step that was done.
    """
    enrolment = _enrolment(lead, capture, gate, sequence, now)
    return _begun(lead, enrolment, sequence) if enrolment and sequence else lead


def left_out(lead: Lead, capture: Capture, gate: GateId, sequence: Sequence | None, now: datetime) -> tuple[Touch, ...]:
    """Says that the gate's sequence does not begin though they have agreed to it, where there is no room for it.

    Of what they are in already, or have been all through, nothing needs to be said.
    """
    enrolment = _enrolment(lead, capture, gate, sequence, now)
    if enrolment is None or sequence is None or _why_not_begun(lead, sequence) != NO_ROOM:
        return ()
    return (ending(lead, replace(enrolment, ended=NO_ROOM), now),)


def _enrolment(
    lead: Lead, capture: Capture, gate: GateId, sequence: Sequence | None, now: datetime
) -> Enrolment | None:
    """The lead in that sequence, not at a step yet; None where nobody has agreed to it."""
    agreed = Purpose.FOLLOW_UP in capture.consent.purposes and Purpose.FOLLOW_UP in lead.purposes
    if sequence is None or not agreed:
        return None
    return Enrolment(
        sequence=sequence.name,
        version=sequence.version,
        gate=gate,
        started_at=now,
        promise=capture.consent.promise,
        next_step=None,
        last_at=now,
        put_off=quiet_left(lead, now),
    )


def migrated(enrolment: Enrolment, old: Sequence, new: Sequence) -> Enrolment:
    """The enrolment in the new version of its sequence, as that one says: moved on to it, or ended by it.

    It goes on after the last step that was done, under the promise that was given for the old one. A step that has
    only a new name, and the old words, is done as well.
    """
    if new.migrate is Migrate.STOP:
        return replace(enrolment, ended="a new version has ended it")
    done = behind(enrolment, old)
    said = [(step.subject, step.body) for step in old.steps if step.slug in done]
    known = {step.slug for step in old.steps}  # one that was there before is itself, whatever it says
    done += tuple(step.slug for step in new.steps if step.slug not in known and (step.subject, step.body) in said)
    coming = first_not_done(new, done)
    slug = coming.slug if coming else None
    wait = enrolment.wait if slug == enrolment.next_step else None
    return replace(enrolment, version=new.version, next_step=slug, done=done, wait=wait)


def ending(lead: Lead, enrolment: Enrolment, now: datetime) -> Touch:
    """The fact that a sequence is over for this lead, and why."""
    facts = {"sequence": enrolment.sequence, "version": enrolment.version, "reason": enrolment.ended or ""}
    name = f"{enrolment.sequence}@{enrolment.version}/{start_of(enrolment)}/{now:%Y%m%dT%H%M%S.%f}"
    return Touch(f"ended/{lead.generation}/{name}", lead.id, TouchKind.ENDED, now, gate=enrolment.gate, facts=facts)


def _rows_ahead(lead: Lead, sequences: Mapping[str, Sequence], hours: Hours, now: datetime) -> tuple[str, ...]:
    """The keys of rows whose time has not come. Of the others a worker may be at one: they stay until it has settled.

    A sequence that is not given (a stop does without) counts as one whose time may have come.
    """
    return tuple(
        step_key(enrolment)
        for enrolment in open_enrolments(lead)
        if (sequence := sequences.get(enrolment.version))
        and (step := step_of(sequence, enrolment.next_step))
        and planned_at(step, enrolment, hours_of(step, lead, hours)) > now
    )


def _ended(lead: Lead, sequences: Mapping[str, Sequence], now: datetime) -> tuple[Lead, tuple[Touch, ...]]:
    """The lead out of the sequences that are over by what it is or did, or by their last step; each is told once."""
    touches: list[Touch] = []
    for enrolment in open_enrolments(lead):
        sequence = sequences.get(enrolment.version)
        why = (why_over(lead, sequence) if sequence else None) or (None if enrolment.next_step else ALL_DONE)
        if why is None:
            continue
        ended = replace(enrolment, ended=why)
        touch = ending(lead, ended, now)
        lead = with_enrolment(lead, ended)
        if why == ALL_DONE and sequence and (follower := sequences.get(sequence.then_version or "")):
            if why_not := _why_not_begun(lead, follower):
                reason = f"{ALL_DONE}; “{follower.name}” does not follow: {why_not}"
                touch = replace(touch, facts={**touch.facts, "reason": reason})
            lead = _followed(lead, ended, follower)
        touches.append(touch)
    return lead, tuple(touches)


def _stepped(lead: Lead, sequences: Mapping[str, Sequence], now: datetime) -> tuple[Lead, tuple[Touch, ...]]:
    """The lead at the steps that can still effect progress; what is left out is told, and what that has ended."""
    told: list[Touch] = []
    over: list[Touch] = []
    seen = 0
    while seen < len(lead.enrolments):  # one that ends may be followed by another, which is looked at as well
        enrolment = lead.enrolments[seen]
        seen += 1
        if enrolment.ended or is_aside(lead, enrolment):
            continue
        sequence = sequences[enrolment.version]
        stepped, left = passed_over(lead, enrolment, sequence)
        told += [_left_out(lead, enrolment, step, why, now) for step, why in left]
        lead, ended = _ended(with_enrolment(lead, stepped), sequences, now)
        over += ended
    return lead, (*_at_most(told), *over)


def _followed(lead: Lead, ended: Enrolment, sequence: Sequence) -> Lead:
    """The lead in the sequence that follows at once, under the same promise: what was sent of it stays counted.

    It is named by the start of the one before, whenever that one's last mail went out: so its mails have the same
    names again in a life that is lived a second time, after a restore.
    """
    follower = replace(
        ended,
        sequence=sequence.name,
        version=sequence.version,
        promised_at=ended.promised_since,
        ended=None,
        done=(),
        wait=None,
        mailed_at=None,
    )
    return _begun(lead, follower, sequence)


def _begun(lead: Lead, enrolment: Enrolment, sequence: Sequence) -> Lead:
    """The lead with one more enrolment, at its first step or where a former one has ended; as it was if not due.

    A former one that an answer has ended is over for good by that: nobody can resume it beside the new one.
    """
    before = [e for e in lead.enrolments if e.sequence == enrolment.sequence]
    done, coming = _goes_on(before, sequence)
    if coming is None or _why_not_begun(lead, sequence):
        return lead
    apart = [e.started_at + timedelta(seconds=1) for e in before]  # its rows are named by the second it began in
    started_at = max([enrolment.started_at, *apart])
    begun = replace(enrolment, started_at=started_at, next_step=coming.slug, done=done)
    former = tuple(replace(e, ended=ANEW) if e in before and e.ended == ENDED_BY_REPLY else e for e in lead.enrolments)
    return replace(lead, enrolments=(*former, begun))


def _why_not_begun(lead: Lead, sequence: Sequence) -> str | None:
    """Why this sequence does not begin for the lead, in words; None if it does."""
    before = [e for e in lead.enrolments if e.sequence == sequence.name]
    if any(not e.ended for e in before):
        return "they are in it already"
    if any(e.next_step is None for e in before) or _goes_on(before, sequence)[1] is None:
        return "they have had all of it"
    return NO_ROOM if len(open_enrolments(lead)) >= AT_ONCE else None


def _goes_on(before: Iterable[Enrolment], sequence: Sequence) -> tuple[tuple[str, ...], Step | None]:
    """What is done of it already, in former times, and the step after that."""
    done = tuple(dict.fromkeys(slug for e in before for slug in behind(e, sequence)))
    return done, first_not_done(sequence, done)


def _rows(lead: Lead, sequences: Mapping[str, Sequence], team: Team, now: datetime) -> tuple[Due, ...]:
    """The row of each enrolment's next step: tasks at their time, mails as there is room for them."""
    rows: list[Due] = []
    wanted: list[Wanted] = []
    for enrolment in (e for e in open_enrolments(lead) if not is_aside(lead, e)):
        sequence = sequences[enrolment.version]
        step = step_of(sequence, enrolment.next_step)
        assert step is not None  # noqa: S101 tells the type checker what `_stepped` leaves behind
        at = _earliest(step, enrolment, hours_of(step, lead, team.hours), now)
        if step.channel is Channel.MAIL:
            wanted.append(Wanted(enrolment, sequence.priority, step.window, at))
        else:
            rows.append(_row(lead, enrolment, at))
    given = paced(lead, wanted, caps=caps_of(lead, team), hours=hours_for(lead, team.hours))
    return (*rows, *(_row(lead, one.enrolment, at) for one, at in given))


def _earliest(step: Step, enrolment: Enrolment, hours: Hours, now: datetime) -> datetime:
    """At its time, or when its window opens next; never in the past."""
    return within(step.window, max(planned_at(step, enrolment, hours), now), hours)


def _row(lead: Lead, enrolment: Enrolment, at: datetime) -> Due:
    ref = step_ref(enrolment, enrolment.next_step or "")
    return Due(lead.id, lead.generation, DueKind.STEP, ref, at, captures=lead.confirmed[-AT_HAND:])


def _left_out(lead: Lead, enrolment: Enrolment, step: Step, why: str, now: datetime) -> Touch:
    return Touch(
        id=f"skipped/{lead.generation}/{DueKind.STEP}/{step_ref(enrolment, step.slug)}",
        lead_id=lead.id,
        kind=TouchKind.SKIPPED,
        at=now,
        objective=step.objective,
        gate=enrolment.gate,
        facts={"sequence": enrolment.sequence, "version": enrolment.version, "step": step.slug, "reason": why},
    )


def _at_most(told: list[Touch]) -> list[Touch]:
    """One decision is one transaction, which has no room for a very long sequence that is jumped over as a whole."""
    if len(told) <= TOLD_AT_ONCE:
        return told
    *first, last = told[:TOLD_AT_ONCE]
    reason = f"{last.facts['reason']}; {len(told) - TOLD_AT_ONCE} more steps with it"
    return [*first, replace(last, facts={**last.facts, "reason": reason})]
