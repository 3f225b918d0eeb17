"""An outage is over and many follow-ups are late: when is whose turn? Asked by `backlog` for each of them.

Each minute has so many places and no more, so a late follow-up asks for one in one minute after the other. Where it
asks is a throw of dice that repeats: the dice are its own name.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from leadlight.model.sequence import OpenHours, Window
from leadlight.model.team import Hours
from leadlight.rules.cadence import within

LATE = timedelta(minutes=15)
"""Later than this is nobody's ordinary delay: schedules are a minute late at most, and the tick comes each minute."""

PROBES = 28
"""So many minutes does a follow-up ask in one go; whoever found none of them free asks again at the last."""

FARTHEST = 14
"""The last throws reach this many doublings of a minute ahead: eleven days."""

MARK = 1
"""The second of its minute at which a place is: by that a row is known to hold one. No plan makes it on purpose, and
the few steps that have it by chance go out without a place."""


def is_late(planned_at: datetime, due_at: datetime, now: datetime) -> bool:
    """Whether a follow-up has to ask for a place: it comes later than its plan had it, and it does not hold one."""
    holds_place = due_at.second == MARK and now - due_at <= LATE
    return now - planned_at > LATE and not holds_place


def minute_to_try(name: str, probe: int, now: datetime) -> datetime:
    """The minute in which the follow-up of that name asks for a place, for the `probe`th time, counted from 0.

    The present one at first; then one of the next two, twice, one of the next four, twice, of eight and so on: a small
    backlog is over soon, and a large one finds room with few questions.
    """
    this = now.replace(second=0, microsecond=0)
    if probe == 0:
        return this
    dice = int.from_bytes(hashlib.sha256(f"{name}/{probe}".encode()).digest()[:8])
    return this + timedelta(minutes=1 + dice % 2 ** min((probe + 1) // 2, FARTHEST))


def place_in(minute: datetime, window: Window | OpenHours, hours: Hours) -> datetime:
    """The place in that minute, or where its window is shut then, in the minute when it opens."""
    return within(window, minute, hours).replace(second=MARK, microsecond=0)
