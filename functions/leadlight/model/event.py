"""What other systems are told: one fact, by id, without anything personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadlight.model.person import LeadId


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is a name such as `lead.captured`. `id` is the same for the same fact, so a repetition is recognised.

    `facts` hold ids, names of gates, sequences and steps: never an address, a name or free text.
    """

    id: str
    type: str
    at: datetime
    lead_id: LeadId
    facts: Mapping[str, str] = field(default_factory=dict)


def told(event: Event) -> dict[str, object]:
    """The event as receivers get it, on a bus and by webhook alike. `infra/events/<type>.json` is its JSON Schema."""
    return {
        "id": event.id,
        "type": event.type,
        "timestamp": event.at,
        "data": {"lead": event.lead_id, **event.facts},
    }
