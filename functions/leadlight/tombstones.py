"""Who was erased, and must not come back by a list, or by a rep's word? The one place that knows.

Written by whatever erases, asked by `imports` and `rep.adding`.

The mark is a note named by the lead's id, a keyed hash, so it tells nobody who it was. It lies beside the keys and not
with the leads: leads that are put back from an older copy do not bring an erased person back. A person's own new
request does not ask here: it starts anew.
"""

from __future__ import annotations

from datetime import datetime

from leadlight.model.person import LeadId
from leadlight.ports import Services

ERASED = "erased/"
"""Begins the name of each mark; the lead's id follows."""


def bury(services: Services, lead: LeadId, at: datetime) -> None:
    """From now on no list brings this person back. Twice is once; durable on return."""
    services.keys.raise_note(f"{ERASED}{lead}", f"{at:%Y-%m-%d}")


def is_erased(services: Services, lead: LeadId) -> bool:
    """Whether this person's data was erased here."""
    return services.keys.note(f"{ERASED}{lead}") is not None
