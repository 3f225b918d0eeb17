"""Which plan follows once a lead has changed? Asked by whoever changes one: visitors, reps, follow-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leadlight.errors import MissingBundle
from leadlight.model.lead import Lead
from leadlight.model.sequence import Sequence
from leadlight.playbook.bundle import Bundle
from leadlight.rules.lapse import look
from leadlight.rules.planning import Replan, replan
from leadlight.rules.steps import open_enrolments


def replanned(bundle: Bundle, lead: Lead, now: datetime) -> Replan:
    """The plan of a changed lead, by the sequences it is pinned to. Raises `MissingBundle`.

    A stop must not depend on anything that could be missing: then nothing does, the team apart. A lead for whom nothing
    is planned is looked at after a while, so that nobody is forgotten.
    """
    plan = replan(lead, sequences=_sequences(bundle, lead), team=bundle.team, now=now)
    if plan.due or lead.stops:
        return plan
    row = look(plan.lead, bundle.criteria.lapse, now)
    return replace(plan, due=(row,)) if row else plan


def _sequences(bundle: Bundle, lead: Lead) -> dict[str, Sequence]:
    """By version: what the lead is in, and what follows that."""
    known: dict[str, Sequence] = {}
    waiting = [enrolment.version for enrolment in open_enrolments(lead)]
    while waiting:
        version = waiting.pop()
        if version in known:
            continue
        try:
            sequence = known[version] = bundle.sequence_version(version)
        except MissingBundle:
            if not lead.stops:
                raise
        else:
            waiting += [sequence.then_version] if sequence.then_version else []
    return known
