"""How warm is a lead, and what would be worth doing next?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadlight.model.lead import Lead, Temperature
from leadlight.model.person import CallKind, Intent
from leadlight.model.touch import Objective, Touch, TouchKind, WhyNot
from leadlight.rules.next_action import CLOSED

WARM_AT = 7
"""Quality points that warm a lead: about seven touch points that were an experience."""

TALKS = {TouchKind.ASKED: "asked a question", TouchKind.REPLIED: "answered a mail"}
"""What they did, in words, by the touch."""

TWO_WAY = frozenset({TouchKind.ASKED, TouchKind.CALL_WANTED, TouchKind.REPLIED})


def temperature(lead: Lead, touches: Sequence[Touch]) -> Temperature:
    """Experiences warm; only a declared intent or something said to us makes hot."""
    wants_call = lead.call is not None and lead.call.kind is not CallKind.NO
    talked = any(touch.kind in TWO_WAY and _holds(touch) for touch in touches)
    if lead.intent is Intent.READY or wants_call or talked:
        return Temperature.HOT
    points = sum(touch.quality for touch in touches)
    return Temperature.WARM if points >= WARM_AT else Temperature.COLD


def _holds(touch: Touch) -> bool:
    """Said with a confirmed address, by the lead itself, and more than "please don't call"."""
    facts = touch.facts
    return facts.get("confirmed") != "no" and facts.get("from") != "other" and facts.get("call") != CallKind.NO


def talks(touch: Touch) -> str | None:
    """What somebody did, in words after "they", where a touch is a talk with them both ways; None for all others."""
    facts = touch.facts
    if facts.get("confirmed") == "no" or facts.get("from") == "other":
        return None
    match touch.kind:
        case TouchKind.CALL_WANTED:
            return None if facts.get("call") == CallKind.NO else "want a call"
        case TouchKind.OUTCOME:
            return "spoke with a rep" if facts.get("why_not") != WhyNot.NOT_REACHED else None
        case TouchKind.OFFER_ANSWERED:
            return "accepted an offer" if facts.get("answer") == "accepted" else None
        case TouchKind.FACT:
            return "booked a meeting" if facts.get("name") == "booking" else None
        case kind:
            return TALKS.get(kind)


def closed_at(touches: Sequence[Touch]) -> datetime | None:
    """When this lead was last given up, as lost, lapsed or disqualified; what they said before counts no more."""
    changes = (touch for touch in reversed(touches) if touch.kind is TouchKind.STAGE_CHANGED)
    return next((touch.at for touch in changes if touch.facts.get("to") in CLOSED), None)


def suggested_objective(lead: Lead) -> Objective:
    """The first kind of progress that was not made yet; with a customer, the relation."""
    order = (Objective.START, Objective.ADVANCE, Objective.CLOSE)
    return next((objective for objective in order if objective not in lead.achieved), Objective.RELATE)
