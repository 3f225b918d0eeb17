"""When is it time to write to our own people: each morning, each week? Pure; `digest` asks at every tick."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.errors import NeverOpens
from leadlight.model.sequence import OpenHours
from leadlight.model.team import Hours, Person, Team
from leadlight.rules.attendance import hours_of
from leadlight.rules.cadence import within

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Round:
    """`day` and `week` name the one that it is time for, by the person's calendar; None: not now. `after`: the next."""

    day: str | None
    week: str | None
    after: datetime | None


def round_of(person: Person, team: Team, now: datetime) -> Round | None:
    """What it is time for. From the hour of the digest to the end of that person's working day; None for never.

    A mail that could not go out in the morning still helps at noon, and at night no more.
    """
    if team.notices.digest is None:
        return None
    hours = hours_of(person, team)
    window = _window(hours, team.notices.digest)
    local = now.astimezone(ZoneInfo(hours.zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), MIDNIGHT, local.tzinfo).astimezone(UTC)
    try:
        opens = within(window, now, hours)
        if opens > now:
            return Round(None, None, opens)
        year, week, _ = local.isocalendar()
        return Round(f"{local:%Y-%m-%d}", f"{year}-W{week:02}", within(window, midnight, hours))
    except NeverOpens:
        return None


def _window(hours: Hours, begin: time) -> OpenHours:
    end = hours.end if hours.end > begin else MIDNIGHT
    return OpenHours(hours.days, begin, end)
