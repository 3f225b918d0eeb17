"""Which step is an enrolment at, when is it to go out, how is it named? Asked by planning and by sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leadlight.model.due import DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import Channel, Sequence, Step
from leadlight.model.team import Hours
from leadlight.rules.cadence import after, hours_for, within


def step_of(sequence: Sequence, slug: str | None) -> Step | None:
    """The step of that name."""
    return next((step for step in sequence.steps if step.slug == slug), None)


def following(sequence: Sequence, step: Step) -> Step | None:
    """The step after this one."""
    later = sequence.steps[sequence.steps.index(step) + 1 :]
    return later[0] if later else None


def first_not_done(sequence: Sequence, done: tuple[str, ...]) -> Step | None:
    """Where somebody goes on who has these steps behind, of whatever version: after the last of them that is here.

    None if nothing comes after it.
    """
    behind = [place for place, step in enumerate(sequence.steps) if step.slug in done]
    ahead = sequence.steps[behind[-1] + 1 :] if behind else sequence.steps
    return ahead[0] if ahead else None


def behind(enrolment: Enrolment, sequence: Sequence) -> tuple[str, ...]:
    """The steps that do not come again: those that are done, and whatever stands before the next one."""
    slugs = [step.slug for step in sequence.steps]
    before = slugs[: slugs.index(enrolment.next_step)] if enrolment.next_step in slugs else []
    return tuple(dict.fromkeys((*enrolment.done, *before)))


def hours_of(step: Step, lead: Lead, hours: Hours) -> Hours:
    """By whose clock and holidays a step goes out: a mail by its reader's, a task by the team's own."""
    return hours_for(lead, hours) if step.channel is Channel.MAIL else hours


def planned_at(step: Step, enrolment: Enrolment, hours: Hours) -> datetime:
    """When the step is to go out by the sequence alone, however often it was put off since."""
    return within(step.window, after(enrolment.wait or step.wait, enrolment.last_at, hours), hours)


def gone(enrolment: Enrolment, sequence: Sequence, slug: str, at: datetime) -> Enrolment:
    """The enrolment with that step behind it, sent or not; the next wait counts from `at`.

    A step that was not the next one any more only counts as done: the plan has passed it while it was on its way.
    """
    done = enrolment.done if slug in enrolment.done else (*enrolment.done, slug)
    if enrolment.next_step != slug:
        return replace(enrolment, done=done, last_at=max(at, enrolment.last_at))
    step = step_of(sequence, slug)
    coming = following(sequence, step) if step else first_not_done(sequence, done)
    return replace(enrolment, next_step=coming.slug if coming else None, last_at=at, done=done, wait=None)


def start_of(enrolment: Enrolment) -> str:
    """Tells one start of a sequence from another, within a due row's name."""
    return f"{enrolment.started_at:%Y%m%dT%H%M%S}"


def step_ref(enrolment: Enrolment, slug: str) -> str:
    """How a due row names a step of one enrolment; a new start of the same sequence is another enrolment."""
    return f"{enrolment.sequence}@{enrolment.version}/{start_of(enrolment)}/{slug}"


def step_key(enrolment: Enrolment) -> str:
    """The key of the due row of an enrolment's next step."""
    return f"{DueKind.STEP}/{step_ref(enrolment, enrolment.next_step or '')}"


def named_by(ref: str, lead: Lead) -> tuple[Enrolment, str, str] | None:
    """The enrolment that a step's row names, at whatever version it is by now; the version and the slug it names."""
    name, _, slug = ref.rpartition("/")
    name, _, start = name.rpartition("/")
    sequence, _, version = name.rpartition("@")
    found = next((e for e in lead.enrolments if (e.sequence, start_of(e)) == (sequence, start)), None)
    return (found, version, slug) if found else None


def open_enrolments(lead: Lead) -> tuple[Enrolment, ...]:
    """The sequences that this lead is still in."""
    return tuple(enrolment for enrolment in lead.enrolments if not enrolment.ended)


def is_same(one: Enrolment, other: Enrolment) -> bool:
    """Whether both are the same start of the same sequence, at whatever step or version."""
    return one.sequence == other.sequence and one.started_at == other.started_at


def with_enrolment(lead: Lead, enrolment: Enrolment) -> Lead:
    """The lead with that enrolment in the place of its former self."""
    return replace(lead, enrolments=tuple(enrolment if is_same(e, enrolment) else e for e in lead.enrolments))
