"""Who was erased, or wants no mail, and must not come back by a list or a rep's word? The one place that knows.

Written by whatever erases and by `suppressions`, asked by `imports` and `rep.adding`.

A mark is a note named by the lead's id, a keyed hash, so it tells nobody who it was. It lies beside the keys and not
with the leads: leads that are put back from an older copy do not bring an erased person back. A person's own new
request does not ask here: it starts anew once they have confirmed it. Until then anybody may have typed the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.ports import Services

ERASED = "erased/"
"""Begins the name of each mark; the lead's id follows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Who was erased, when, and which of their generations was the last of these."""

    lead_id: LeadId
    at: datetime
    generation: int


def bury(services: Services, lead: LeadId, at: datetime, *, generation: int = 1) -> None:
    """From now on no list brings this person back. Twice is once; durable on return."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    services.keys.raise_note(f"{ERASED}{lead}", f"{when} {generation:06}")


def is_erased(services: Services, lead: LeadId) -> bool:
    """Whether this person's data was erased here."""
    return services.keys.note(f"{ERASED}{lead}") is not None


def all_erased(services: Services) -> Iterator[Mark]:
    """Everybody who was erased here."""
    for name, told in services.keys.notes(ERASED):
        at, _, generation = told.partition(" ")
        yield Mark(LeadId(name.removeprefix(ERASED)), datetime.fromisoformat(at), int(generation))


SUPPRESSED = "suppressed/"
"""Begins the names of the marks of somebody who is on a list of those not to be written to; the id follows, and in a
second one the list's name."""


def suppress(services: Services, lead: LeadId, source: str, row: int, at: datetime) -> None:
    """From now on no list and no rep brings this person in. Twice is once; durable on return."""
    services.keys.raise_note(f"{SUPPRESSED}{lead}", at.astimezone(UTC).isoformat(timespec="microseconds"))
    services.keys.raise_note(f"{SUPPRESSED}{lead}/{source}", f"{at:%Y-%m-%d} {row}")


def is_suppressed(services: Services, person: LeadId, lead: Lead | None) -> bool:
    """Whether any such list names this person, who was not known then and has not confirmed a form since.

    `lead` is what is known of them now.
    """
    marked = services.keys.note(f"{SUPPRESSED}{person}")
    if marked is None:
        return False
    since = datetime.fromisoformat(marked).replace(tzinfo=UTC)
    return lead is None or lead.confirmed_at is None or lead.confirmed_at <= since


def suppressed_by(services: Services, lead: LeadId, source: str) -> int | None:
    """The row of that list in which this person stood first, None if they were not known from it."""
    told = services.keys.note(f"{SUPPRESSED}{lead}/{source}")
    return int(told.rpartition(" ")[2]) if told else None
