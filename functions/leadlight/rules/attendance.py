"""Who of the team is at work, and when are they next? Asked by routing, by the clocks of waiting leads, by notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.errors import NeverOpens
from leadlight.model.sequence import Window
from leadlight.model.team import Away, Hours, Person, Team
from leadlight.rules.cadence import within

LONGEST_AWAY = 2 * 366
"""So many days of one absence are looked at: further ahead no window is searched for either."""


def hours_of(person: Person, team: Team) -> Hours:
    """When that person works: their own hours, else the team's; each day away is a holiday of theirs."""
    hours = person.hours or team.hours
    away = [day for absence in person.away for day in _days(absence)]
    return replace(hours, holidays=(*hours.holidays, *away)) if away else hours


def begins_work(person: Person, team: Team, at: datetime) -> datetime | None:
    """`at` itself if that person is at work then, else when they come in next; None if they never do."""
    try:
        return within(Window.WORKING_HOURS, at, hours_of(person, team))
    except NeverOpens:
        return None


def is_at_work(person: Person, team: Team, at: datetime) -> bool:
    """Whether somebody could pick up the phone at that moment."""
    return begins_work(person, team, at) == at


def at_work(people: Sequence[Person], team: Team, at: datetime) -> tuple[Person, ...]:
    """Those of these people who are, in their order."""
    return tuple(person for person in people if is_at_work(person, team, at))


def _days(absence: Away) -> tuple[str, ...]:
    count = min((absence.last - absence.first).days + 1, LONGEST_AWAY)
    return tuple((absence.first + timedelta(days=n)).isoformat() for n in range(count))
