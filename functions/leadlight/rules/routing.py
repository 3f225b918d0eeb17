"""Whose lead is it? Same facts, same answer."""

from __future__ import annotations

import zlib

from leadlight.model.lead import Lead
from leadlight.model.site import Person, Team


def owner_of(lead: Lead, team: Team) -> Person:
    """Who has it already, else somebody who speaks the language, spread evenly and for ever the same."""
    if lead.owner is not None:
        return team.person(lead.owner)
    speaking = [person for person in team.people if lead.language in person.languages] or list(team.people)
    reps = [person for person in speaking if not person.manager] or speaking
    return reps[zlib.crc32(lead.id.encode()) % len(reps)]
