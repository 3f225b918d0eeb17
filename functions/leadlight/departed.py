"""Who has left the team, and may have left leads behind? `digest.rounds` remembers each new bundle; the desk asks.

The team's file knows only who is there now, and leads are found by their rep: so the ids of everybody who ever was in
the team are noted, which is nothing that the leads themselves do not say.
"""

from __future__ import annotations

from leadlight.model.team import Person, Team
from leadlight.ports import Services

EVER = "team"
"""The note that holds the ids of everybody who ever was in the team, one a line."""


def remember(services: Services, team: Team) -> None:
    """Notes who is in the team, beside those who were. Twice is once."""
    known = _ever(services)
    ids = sorted({*known, *(person.id for person in team.people)})
    if ids != known:
        services.store.set_note(EVER, "\n".join(ids))


def departed(services: Services, team: Team) -> tuple[Person, ...]:
    """Those who are in the team no more, by their ids: nothing else is known of them, and they work no hours."""
    there = {person.id for person in team.people}
    return tuple(Person(name, f"{name} (has left)", "", capacity=0) for name in _ever(services) if name not in there)


def _ever(services: Services) -> list[str]:
    return (services.store.note(EVER) or "").splitlines()
