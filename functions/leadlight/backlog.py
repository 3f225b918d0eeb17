"""After an outage: whose turn is it now, and who has to wait? Asked by `followup` for each mail that is to go out.

So many late follow-ups a minute go out and no more (`Settings.late_per_minute`). What is on time asks for nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from leadlight.model.due import Due
from leadlight.model.exchange import Budget
from leadlight.model.sequence import OpenHours, Window
from leadlight.model.team import Hours
from leadlight.ports import Services
from leadlight.rules.late import PROBES, is_late, minute_to_try, place_in

KEPT = timedelta(hours=1)
"""So long after its minute is a counter of no use to anybody."""

LOOK_AGAIN = timedelta(hours=1)
"""So long after an operator has ended a pause are the last ones on their way."""


def place_in_line(
    services: Services, due: Due, *, planned_at: datetime, window: Window | OpenHours, hours: Hours
) -> datetime | None:
    """When it is the turn of a follow-up whose window is open now; None: at once. Raises `StoreBusy`."""
    now = services.clock.now()
    if not is_late(planned_at, due.at, now):
        return None
    at, probe = _place(services, due, now, window, hours)
    return at if probe else None


def place_after(services: Services, due: Due, *, until: datetime, window: Window | OpenHours, hours: Hours) -> datetime:
    """When to look again at a mail that waits, with many others, for the end of a pause. Raises `StoreBusy`.

    Each hour, since somebody may end it before; in the last hour it gets a place among the others.
    """
    soon = services.clock.now() + LOOK_AGAIN
    if until > soon:
        return soon
    at, _ = _place(services, due, until, window, hours)
    return max(at, until)


def _place(
    services: Services, due: Due, since: datetime, window: Window | OpenHours, hours: Hours
) -> tuple[datetime, int]:
    """A place from then on, and how often it was asked for in vain before."""
    at = since
    for probe in range(PROBES):
        at = place_in(minute_to_try(f"{due.lead_id}/{due.ledger_key}", probe, since), window, hours)
        minute = Budget(f"late/{at:%Y-%m-%dT%H:%M}", services.settings.late_per_minute, at + KEPT)
        if services.store.count(minute):
            return at, probe
    return at.replace(second=0), PROBES  # where it has no place, and asks again
