"""What follows from a person's word on calls? Asked where it is given: in a confirmed form, or on the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, Purpose
from leadlight.model.site import Hours
from leadlight.rules.cadence import after
from leadlight.rules.next_action import REMINDERS
from leadlight.rules.stop import waits_no_more

SOON = timedelta(days=7)
"""A call that somebody names a time for further away than this holds up nothing."""


def with_call(lead: Lead, wish: CallWish, hours: Hours, now: datetime) -> Lead:
    """The lead bound by that word: a wish for a call is agreement to that call, a refusal withdraws it.

    Who asks for a call is not to be written to by itself before somebody has called: the plan waits. `hours` are the
    team's.
    """
    purposes = set(lead.purposes) - {Purpose.PHONE}
    lead = waits_no_more(lead, now)
    if wish.kind is not CallKind.NO:
        purposes.add(Purpose.PHONE)
        lead = replace(lead, call_first=patience(max(now, wish.at or now), hours, now))
    return replace(lead, call=wish, purposes=tuple(purpose for purpose in Purpose if purpose in purposes))


def patience(called_at: datetime, hours: Hours, now: datetime) -> datetime | None:
    """How long the plan waits for a call that was asked for: until the rep is reminded of it, one working day after.

    No longer, and not at all for one that is far away: a promise of so many mails in so many weeks is kept as well.
    """
    return after(REMINDERS[0], called_at, hours) if called_at - now <= SOON else None
