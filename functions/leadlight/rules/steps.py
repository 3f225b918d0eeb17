"""Which step is an enrolment at, when is it to go out, how is it named? Asked by planning and by sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leadlight.model.due import DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import Sequence, Step
from leadlight.model.site import Hours
from leadlight.rules.cadence import after, within


def step_of(sequence: Sequence, slug: str | None) -> Step | None:
    """The step of that name."""
    return next((step for step in sequence.steps if step.slug == slug), None)


def following(sequence: Sequence, step: Step) -> Step | None:
    """The step after this one."""
    later = sequence.steps[sequence.steps.index(step) + 1 :]
    return later[0] if later else None


def planned_at(step: Step, enrolment: Enrolment, hours: Hours) -> datetime:
    """When the step is to go out by the sequence alone, however often it was put off since."""
    return within(step.window, after(enrolment.wait or step.wait, enrolment.last_at, hours), hours)


def step_ref(enrolment: Enrolment, slug: str) -> str:
    """How a due row names a step of one enrolment; a new start of the same sequence is another enrolment."""
    return f"{enrolment.sequence}@{enrolment.version}/{enrolment.started_at:%Y%m%dT%H%M%S}/{slug}"


def step_key(enrolment: Enrolment) -> str:
    """The key of the due row of an enrolment's next step."""
    return f"{DueKind.STEP}/{step_ref(enrolment, enrolment.next_step or '')}"


def open_enrolments(lead: Lead) -> tuple[Enrolment, ...]:
    """The sequences that this lead is still in."""
    return tuple(enrolment for enrolment in lead.enrolments if not enrolment.ended)


def is_same(one: Enrolment, other: Enrolment) -> bool:
    """Whether both are the same start of the same sequence, at whatever step or version."""
    return one.sequence == other.sequence and one.started_at == other.started_at


def with_enrolment(lead: Lead, enrolment: Enrolment) -> Lead:
    """The lead with that enrolment in the place of its former self."""
    return replace(lead, enrolments=tuple(enrolment if is_same(e, enrolment) else e for e in lead.enrolments))
