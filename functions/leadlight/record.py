"""What is stored about one lead, for an operator: facts only, nothing that depends on the time of asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from leadlight.errors import LostKey
from leadlight.model.due import Due, LedgerEntry, LedgerState
from leadlight.model.lead import Lead
from leadlight.model.touch import Touch
from leadlight.ports import Services
from leadlight.profile import profile_of
from leadlight.reputation import last_paused
from leadlight.rules.encounters import Bar, bars
from leadlight.rules.next_action import Action, Reason, next_action, why_stuck
from leadlight.rules.reputation import kept_back


@dataclass(frozen=True, slots=True)
class Record:
    """A lead with its profile, timeline, due rows and ledger, what comes next, and how far it has met each of four."""

    lead: Lead
    profile: Mapping[str, str]
    timeline: tuple[Touch, ...]
    due: tuple[Due, ...]
    ledger: tuple[LedgerEntry, ...]
    next: Action | Reason | None
    encounters: tuple[Bar, ...]


def record_of(services: Services, lead: Lead) -> Record:
    """Everything on one lead. Fields whose key is gone are left out."""
    try:
        profile = profile_of(services, lead).fields
    except LostKey:
        profile = {}
    touches, rows = services.store.touches(lead.id), services.store.due_of(lead.id)
    coming = kept_back(next_action(lead, rows), last_paused(services))
    return Record(lead, profile, touches, rows, services.store.ledger(lead.id), coming, bars(touches))


def all_leads(services: Services) -> Iterator[tuple[Lead, Action | Reason | None]]:
    """Every lead with what comes next, oldest first."""
    paused = last_paused(services)
    for lead in sorted(services.store.leads(), key=lambda lead: (lead.created_at, lead.id)):
        yield lead, kept_back(next_action(lead, services.store.due_of(lead.id)), paused)


def stuck(services: Services, now: datetime) -> Iterator[tuple[Lead, str]]:
    """The leads at a dead end, and why: always none, or something is broken."""
    for lead in sorted(services.store.leads(), key=lambda lead: (lead.created_at, lead.id)):
        if why := why_stuck(lead, services.store.due_of(lead.id), now):
            yield lead, why


def parked(services: Services) -> Iterator[LedgerEntry]:
    """Every mail of which nobody knows whether it was sent, and every one that was given up or is withheld."""
    for lead in services.store.leads():
        yield from (entry for entry in services.store.ledger(lead.id) if entry.state is LedgerState.PARKED)
