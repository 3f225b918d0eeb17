"""Has a lead lapsed for whom nothing is planned, and when do we look? Asked by every plan, and when that time has come.

Customers do not lapse: they have bought. Whoever has stopped us, or was given up, is not looked at either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, Stage, StopReason
from leadlight.model.touch import Touch, TouchKind, WhyNot

LAPSE = "lapse"
"""The ref of the row that looks at a lead."""

LAPSING = frozenset({Stage.LEAD, Stage.PROSPECT, Stage.OPPORTUNITY})
"""The stages of those who may still buy."""

SIGNS = frozenset(
    {
        TouchKind.CONFIRMED, TouchKind.READ, TouchKind.DOWNLOADED, TouchKind.ASKED, TouchKind.CALL_WANTED,
        TouchKind.REPLIED, TouchKind.PREFERRED, TouchKind.OUTCOME, TouchKind.OFFER_ANSWERED, TouchKind.SATISFACTION,
        TouchKind.FACT, TouchKind.ADDED, TouchKind.IMPORTED,
    }
)  # fmt: skip
"""By what we hear of a lead."""

LATER = timedelta(days=1)
"""When we look again where something that is planned should have happened by now."""


def look(lead: Lead, lapse: timedelta, now: datetime) -> Due | None:
    """The row that looks at a lead without a plan, so long after now; None where there is nothing to look at."""
    if not may_lapse(lead) or lead.hold or lead.pause or lead.stops:
        return None
    return Due(lead.id, lead.generation, DueKind.REVIEW, LAPSE, now + lapse)


def may_lapse(lead: Lead) -> bool:
    """Whether this lead could lapse at all: an open one, which nothing has stopped but an answer."""
    stopped = any(stop.reason is not StopReason.REPLIED for stop in lead.stops)
    return lead.confirmed_at is not None and lead.stage in LAPSING and not stopped


def heard_at(lead: Lead, touches: Sequence[Touch]) -> datetime:
    """When something was last heard of this lead."""
    signs = [touch.at for touch in touches if touch.kind in SIGNS and _is_sign(touch)]
    return max([lead.created_at, *signs])


def look_again(
    lead: Lead, touches: Sequence[Touch], others: Sequence[Due], lapse: timedelta, now: datetime
) -> datetime | None:
    """When to look again, by what was heard and by the other rows of the lead; None where it has lapsed now."""
    silent_until = heard_at(lead, touches) + lapse
    if not others:
        return silent_until if silent_until > now else None
    return max([silent_until, now + LATER, *(row.at for row in others)])


def _is_sign(touch: Touch) -> bool:
    unsaid = touch.facts.get("confirmed") == "no" or touch.facts.get("from") == "other"
    return not unsaid and touch.facts.get("why_not") != WhyNot.NOT_REACHED
