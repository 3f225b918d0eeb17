"""A touch was stored. Makes prompt what follows from it; the tick alone would do the same, only later."""

from __future__ import annotations

from collections.abc import Callable

from leadlight.handlers import on_due
from leadlight.model.touch import Touch
from leadlight.ports import Services

BATCH = 50


def handle(services: Services, touch: Touch) -> None:
    """Does what is due for that lead now. May be called again with the same touch, in any order."""
    now = services.clock.now()
    for due in services.store.due_of(touch.lead_id):
        if due.at <= now:
            on_due.handle(services, due)


def drain(services: Services, *, between: Callable[[], None] = lambda: None) -> int:
    """Handles everything on the feed, in order; what a crash interrupts comes again. Returns how many touches.

    `between` is called before each, by whoever has to let others go first.
    """
    handled = 0
    while records := services.store.feed(limit=BATCH):
        for record in records:
            between()
            handle(services, record.touch)
            services.store.advance(record.position)
        handled += len(records)
    return handled
