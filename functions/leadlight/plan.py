"""Which plan follows once a lead has changed? Asked by whoever changes one: visitors, reps, follow-ups."""

from __future__ import annotations

from datetime import datetime

from leadlight.errors import MissingBundle
from leadlight.model.lead import Lead
from leadlight.model.sequence import Sequence
from leadlight.playbook.bundle import Bundle
from leadlight.rules.planning import Replan, replan
from leadlight.rules.steps import open_enrolments


def replanned(bundle: Bundle, lead: Lead, now: datetime) -> Replan:
    """The plan of a changed lead, by the sequences it is pinned to."""
    sequences: dict[str, Sequence] = {}
    for enrolment in open_enrolments(lead):
        try:
            sequences[enrolment.version] = bundle.sequence_version(enrolment.version)
        except MissingBundle:
            if not lead.stops:  # a stop must not depend on anything that could be missing
                raise
    return replan(lead, sequences=sequences, hours=bundle.team.hours, now=now)
