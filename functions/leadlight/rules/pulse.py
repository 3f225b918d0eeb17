"""Does prospecting go on? Counts new conversations week by week. Pure; `digest` mails it to the manager on Mondays.

It stops by itself, above all when sales are good: then nobody misses the conversations that have not begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from leadlight.model.lead import Lead, Stage

WEEKS = 5
"""The last whole week and the four before it."""

FALLS_BELOW = 0.8
"""A week with so much of what is usual, or more, is an ordinary one."""

BROUGHT = ("rep/", "qr/")
"""How the source of a lead begins that came out of a rep's own day."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """New conversations by week, the last whole week first, and the sales of that week."""

    conversations: tuple[int, ...]
    sales: int
    until: date  # the last day of that week

    @property
    def usual(self) -> float:
        """A week's new conversations in the weeks before."""
        before = self.conversations[1:]
        return sum(before) / len(before)

    @property
    def is_falling(self) -> bool:
        """Whether the last week fell clearly behind, or it has gone down three weeks in a row."""
        down = self.conversations[:4]
        row = len(down) == 4 and all(now < before for now, before in pairwise(down))
        return row or self.conversations[0] < FALLS_BELOW * self.usual


def pulse_of(leads: Iterable[Lead], *, zone: str, now: datetime) -> Pulse | None:
    """What to tell of the week that has just ended; None where nothing has happened in any of them.

    A conversation begins when somebody confirms an address, or when a rep brings one along.
    """
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    monday = today - timedelta(days=today.weekday())
    counts, sales = [0] * WEEKS, 0
    for lead in leads:
        begun = lead.confirmed_at or (lead.created_at if lead.source.startswith(BROUGHT) else None)
        if begun is not None:
            week = _weeks_before(monday, begun.astimezone(place).date())
            if 0 <= week < WEEKS:
                counts[week] += 1
        won = lead.stage in {Stage.CUSTOMER, Stage.REPEAT} and lead.stage_at is not None
        if won and lead.stage_at and _weeks_before(monday, lead.stage_at.astimezone(place).date()) == 0:
            sales += 1
    return Pulse(tuple(counts), sales, monday - timedelta(days=1)) if any(counts) or sales else None


def _weeks_before(monday: date, day: date) -> int:
    """0 for the week that ended with the day before that Monday; negative for later days."""
    return (monday - day - timedelta(days=1)).days // 7
