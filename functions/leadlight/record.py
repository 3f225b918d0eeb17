"""What is stored about one lead, for an operator: facts only, nothing that depends on the time of asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadlight.errors import LostKey
from leadlight.model.due import Due, LedgerEntry, LedgerState
from leadlight.model.lead import Lead
from leadlight.model.touch import Touch
from leadlight.ports import Services
from leadlight.profile import profile_of


@dataclass(frozen=True, slots=True)
class Record:
    """A lead with its profile, timeline, due rows and ledger."""

    lead: Lead
    profile: Mapping[str, str]
    timeline: tuple[Touch, ...]
    due: tuple[Due, ...]
    ledger: tuple[LedgerEntry, ...]


def record_of(services: Services, lead: Lead) -> Record:
    """Everything on one lead. Fields whose key is gone are left out."""
    try:
        profile = profile_of(services, lead).fields
    except LostKey:
        profile = {}
    return Record(
        lead,
        profile,
        services.store.touches(lead.id),
        services.store.due_of(lead.id),
        services.store.ledger(lead.id),
    )


def parked(services: Services) -> Iterator[LedgerEntry]:
    """Every mail of which nobody knows whether it was sent, and every one that was given up."""
    for lead in services.store.leads():
        yield from (entry for entry in services.store.ledger(lead.id) if entry.state is LedgerState.PARKED)
