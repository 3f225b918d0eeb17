"""Which steps would effect nothing any more, and which sequences are over before their last step? Asked by planning.

A contact that would leave things as they are is no contact: it is left out, and the timeline says why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from leadlight.model.lead import Enrolment, Lead, Stage, StopReason
from leadlight.model.person import Intent
from leadlight.model.sequence import Sequence, Step
from leadlight.model.touch import Objective
from leadlight.rules.steps import step_of
from leadlight.rules.stop import not_agreed, not_promised

SAYS = "the lead says"
"""Begins the reason of a step that a declared intent leaves out."""

STAGES = (Stage.LEAD, Stage.PROSPECT, Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.REPEAT)
"""The way up; whoever is at a stage has passed those before it. Lost and lapsed leads are beside it."""

MEETS: dict[Intent, Collection[Objective]] = {
    Intent.EVALUATING: (Objective.ADVANCE, Objective.CLOSE),
    Intent.READY: (Objective.CLOSE,),
}
"""Which steps have something to say to somebody who has come so far without us."""


def why_over(lead: Lead, sequence: Sequence) -> str | None:
    """What ends this sequence for the lead as it is, in words; None if nothing does."""
    found = next((fact for fact in sequence.ends_when if _holds(fact, lead)), None)
    return _in_words(found) if found else None


def passed_over(lead: Lead, enrolment: Enrolment, sequence: Sequence) -> tuple[Enrolment, tuple[tuple[Step, str], ...]]:
    """The enrolment at the next step that can still effect progress, and the steps left out before it, each with why.

    What it lands on after a jump goes out when the first step jumped over would have.
    """
    jumped = _jumped(lead, enrolment, sequence)
    wait = enrolment.wait or (jumped[0].wait if jumped else None)
    left: list[tuple[Step, str]] = [(step, f"{SAYS} '{lead.intent}'") for step in jumped]
    landed: Step | None = None
    for step in _ahead(enrolment, sequence)[len(jumped) :]:
        why = "it was done before" if step.slug in enrolment.done else _why_left_out(lead, enrolment, step)
        if why is None:
            landed = step
            break
        left.append((step, why))
    if len(left) > len(jumped):
        wait = None  # it was meant for a step that is left out, too
    done = (*enrolment.done, *(step.slug for step, _ in left if step.slug not in enrolment.done))
    return replace(enrolment, next_step=landed.slug if landed else None, wait=wait, done=done), tuple(left)


def _why_left_out(lead: Lead, enrolment: Enrolment, step: Step) -> str | None:
    if step.objective in lead.achieved and not enrolment.basis:  # what was achieved before a sale is not what it is for
        return f"'{step.objective}' is achieved already"
    return not_promised(enrolment, step) or not_agreed(lead, enrolment, step)


def _jumped(lead: Lead, enrolment: Enrolment, sequence: Sequence) -> tuple[Step, ...]:
    """The steps that a declared intent makes pointless: those before the first one that meets it, if there is one.

    Never back: whoever is beyond that one already goes on step by step.
    """
    meets = MEETS.get(lead.intent) if lead.intent and sequence.skip_ahead else None
    first = next((place for place, step in enumerate(sequence.steps) if meets and step.objective in meets), 0)
    return tuple(step for step in _ahead(enrolment, sequence) if sequence.steps.index(step) < first)


def _ahead(enrolment: Enrolment, sequence: Sequence) -> tuple[Step, ...]:
    step = step_of(sequence, enrolment.next_step)
    return sequence.steps[sequence.steps.index(step) :] if step else ()


def _holds(fact: str, lead: Lead) -> bool:
    if fact == "replied":
        return any(stop.reason is StopReason.REPLIED for stop in lead.stops)
    if fact == "taken-over":
        return lead.hold is not None
    if fact in set(Objective):
        return Objective(fact) in lead.achieved
    return lead.stage in STAGES and STAGES.index(lead.stage) >= STAGES.index(Stage(fact))


def _in_words(fact: str) -> str:
    if fact in set(Objective):
        return f"it ends when '{fact}' is achieved"
    words = {"replied": "it ends when the lead replies", "taken-over": "it ends when a rep takes over"}
    return words.get(fact, f"it ends when the lead has become a {fact}")
