"""A minute has passed. Sweeps whatever is due and was missed: the truth behind feed and schedules."""

from __future__ import annotations

from collections.abc import Callable

from leadlight.handlers import on_due
from leadlight.ports import Services

BATCH = 100


def handle(services: Services, *, between: Callable[[], None] = lambda: None) -> int:
    """Does everything that is due, earliest first. Returns how many rows it looked at. `between` as in `on_change`."""
    looked_at: set[tuple[str, str]] = set()
    while True:
        # What could not be done or moved stays in front; rows behind it must not starve.
        rows = services.store.due(until=services.clock.now(), limit=BATCH + len(looked_at))
        fresh = [due for due in rows if (due.lead_id, f"{due.key}@{due.at.isoformat()}") not in looked_at]
        if not fresh:
            return len(looked_at)
        for due in fresh:
            looked_at.add((due.lead_id, f"{due.key}@{due.at.isoformat()}"))
            between()
            on_due.handle(services, due)
