"""How warm is a lead, and what would be worth doing next?"""

from __future__ import annotations

from collections.abc import Sequence

from leadlight.model.lead import Lead, Temperature
from leadlight.model.person import CallKind, Intent
from leadlight.model.touch import Objective, Touch, TouchKind

WARM_AT = 7
"""Quality points that warm a lead: about seven touch points that were an experience."""

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


def suggested_objective(lead: Lead) -> Objective:
    """The first kind of progress that was not made yet; with a customer, the relation."""
    order = (Objective.START, Objective.ADVANCE, Objective.CLOSE)
    return next((objective for objective in order if objective not in lead.achieved), Objective.RELATE)
