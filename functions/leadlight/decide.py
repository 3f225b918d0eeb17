"""One decision about one lead: read, decide, write; again if somebody else was faster. Used by all who act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from leadlight.errors import BadToken, Conflict
from leadlight.model.due import Due
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.ports import Services
from leadlight.words import N_

TRIES = 8


class Erased(BadToken):
    """What a link belonged to was erased, by that person or because its time was over, or they have begun anew since.

    `gate` is where it began, where the link says so.
    """

    def __init__(self, gate: str = "") -> None:
        self.gate = gate
        super().__init__(N_("What this link belonged to was deleted: nothing of it is kept, and no mails come of it."))


def decide(services: Services, lead_id: str, generation: str, change_of: Callable[[Lead], Change | None]) -> Lead:
    """The lead as stored after the change that `change_of` makes of it; None from it means that all is well already.

    Raises `Erased` when there is no such lead (any more), `Conflict` when it changes all the time.
    """
    for _ in range(TRIES):
        lead = the_lead(services, lead_id, generation)
        change = change_of(lead)
        if change is None:
            return lead
        try:
            return services.store.commit(replace(change, due=traced(services, change.due)))
        except Conflict:
            continue
    raise Conflict("this lead changes all the time; please try again")


def traced(services: Services, due: Sequence[Due]) -> tuple[Due, ...]:
    """The rows with the request they follow from, so that the log shows which mail came of which request."""
    return tuple(replace(row, request=row.request or services.request) for row in due)


def the_lead(services: Services, lead_id: str, generation: str) -> Lead:
    """The lead that a token names. Raises `Erased` when it is gone or started anew since."""
    lead = services.store.lead(LeadId(lead_id))
    if lead is None or str(lead.generation) != generation:
        raise Erased
    return lead
