"""Who has been kept long enough? Called by the tick: once a day it looks at everybody, as far as it has time.

Erasing is begun here and done by the due row that it leaves, like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from leadlight.errors import MissingBundle
from leadlight.model.lead import Lead
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rights import erasing
from leadlight.rules.retention import UNCONFIRMED, is_its_turn, may_be_over, never_confirmed, why_over

LATE = timedelta(days=2)
"""A round is a day's; whoever has had none for so long has a server that does not tick."""

NOTE = "retention"
"""The note that says how far the day's round is, and what came of it."""


@dataclass(frozen=True, slots=True)
class Round:
    """One day's look at everybody: up to which lead, in the order of their ids, and whether that was all.

    `erased` leads, and `forms` in the name of others that nobody stood by.
    """

    day: str = ""
    to: str = ""
    over: bool = False
    erased: int = 0
    forms: int = 0


def last_round(services: Services) -> Round:
    """The newest one, over or not; an empty one where there was none."""
    noted = services.store.note(NOTE)
    return msgspec.json.decode(noted, type=Round) if noted else Round()


def is_late(services: Services) -> bool:
    """Whether nobody has been looked at for more than two days, though there is somebody to look at."""
    last, now = last_round(services), services.clock.now()
    oldest = f"{now - LATE:%Y-%m-%d}"
    return last.day < oldest and any(lead.created_at < now - LATE for lead in services.store.leads())


def in_words(services: Services) -> str:
    """What the newest round came to, for an operator."""
    last = last_round(services)
    if not last.day:
        return "Nobody has been looked at yet: that is done once a day."
    done = (
        f"{last.erased} lead{'s' * (last.erased != 1)} erased, {last.forms} old form{'s' * (last.forms != 1)} emptied"
    )
    return f"Kept for long enough on {last.day}{'' if last.over else ' so far'}: {done}."


def keep_no_longer(services: Services, *, may_go_on: Callable[[], bool] = lambda: True) -> Round | None:
    """Goes on with the day's round; None where it is over already. What cannot be done now is done at the next tick."""
    today, known = f"{services.clock.now():%Y-%m-%d}", last_round(services)
    if known.day == today and known.over:
        return None
    try:
        retention = open_bundle(services.files).criteria.retention
    except MissingBundle:
        return None
    known = known if known.day == today else Round(today)
    for lead in sorted(_candidates(services, known.to, retention), key=lambda lead: lead.id):
        if not may_go_on():
            break
        known = _looked_at(services, lead, retention, replace(known, to=lead.id))
        if known.erased or known.forms:
            services.store.set_note(NOTE, msgspec.json.encode(known).decode())
    else:
        known = replace(known, over=True)
    services.store.set_note(NOTE, msgspec.json.encode(known).decode())
    return known


def _candidates(services: Services, to: str, retention: Mapping[str, timedelta]) -> Iterator[Lead]:
    now = services.clock.now()
    return (
        lead
        for lead in services.store.leads()
        if lead.id > to and (may_be_over(lead, retention, now) or is_its_turn(lead.id, now.date()))
    )


def _looked_at(services: Services, lead: Lead, retention: Mapping[str, timedelta], known: Round) -> Round:
    """The round with what became of that lead."""
    store, now = services.store, services.clock.now()
    captures = store.captures(lead.id)
    touches, rows = store.touches(lead.id), store.due_of(lead.id)
    why = why_over(lead, touches, captures, rows, retention, now)
    if why and erasing.begin(services, lead.id, how=f"{NOTE}/{why}", known=erasing.Known(captures, now)):
        return replace(known, erased=known.erased + 1)
    old = never_confirmed(lead, touches, captures, rows, retention[UNCONFIRMED], now)
    there = services.keys.secrets([capture.sealed.key_id for capture in old])
    services.keys.shred(list(there))
    return replace(known, forms=known.forms + len(there))
