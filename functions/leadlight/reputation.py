"""Are too many of our mails coming back? Then follow-ups and news wait until it is over, or an operator says so.

`returns` and `ledger` ask for a look whenever a mail came back or was called spam; who sends gets the verdict along
with the lead, so that it costs nothing. Nobody has to end a pause: it says itself when it is over.
"""

from __future__ import annotations

from datetime import datetime

from leadlight.model.exchange import SENDING_NOTE
from leadlight.ports import Services
from leadlight.rules.reputation import Paused, by_hour, keys_of, pause_for, paused_at, paused_of

LIFTED = "sending/lifted"
"""The note that says when an operator has let mails go out again: what was counted up to that hour is forgotten."""


def look(services: Services) -> Paused | None:
    """Counts what became of the mails of a day, and pauses what nobody waits for if need be. Repeats fine.

    Raises `StoreBusy`; whoever brings the bad news brings it again then.
    """
    store, now = services.store, services.clock.now()
    lifted = store.note(LIFTED)
    counted = store.counted(tuple(keys_of(now)))
    hours = by_hour(counted, now, lifted=datetime.fromisoformat(lifted) if lifted else None)
    paused = pause_for(hours, now, before=paused_at(store.note(SENDING_NOTE), now))
    if paused:
        store.raise_note(SENDING_NOTE, str(paused))
    return paused


def now_paused(services: Services) -> Paused | None:
    """The pause that holds now."""
    return paused_at(services.store.note(SENDING_NOTE), services.clock.now())


def resume_sending(services: Services) -> Paused | None:
    """An operator has seen to it: mails go out again. Returns the pause that this has ended; None if there was none."""
    store, now = services.store, services.clock.now()
    paused = paused_at(store.note(SENDING_NOTE), now)
    if paused:
        store.set_note(LIFTED, now.isoformat())
        store.set_note(SENDING_NOTE, str(Paused(now, paused.since, paused.why)))
    return paused


def last_paused(services: Services) -> Paused | None:
    """The newest pause, over or not."""
    return paused_of(services.store.note(SENDING_NOTE))
