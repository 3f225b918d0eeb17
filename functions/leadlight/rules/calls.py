"""What follows from a person's word on calls? Asked where it is given: in a confirmed form, or on the page."""

from __future__ import annotations

from dataclasses import replace

from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, Purpose


def with_call(lead: Lead, wish: CallWish) -> Lead:
    """The lead bound by that word: a wish for a call is agreement to that call, a refusal withdraws it."""
    purposes = set(lead.purposes) - {Purpose.PHONE}
    if wish.kind is not CallKind.NO:
        purposes.add(Purpose.PHONE)
    return replace(lead, call=wish, purposes=tuple(purpose for purpose in Purpose if purpose in purposes))
