"""How warm is a lead, and what would be worth doing next?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadlight.model.criteria import Criteria, Criterion
from leadlight.model.lead import Lead, Temperature
from leadlight.model.touch import Objective, Touch
from leadlight.rules.objective import suggested
from leadlight.rules.score import score


def temperature(
    lead: Lead, touches: Sequence[Touch], criteria: Criteria, now: datetime, *, fit: Sequence[Criterion] = ()
) -> Temperature:
    """Experiences and criteria warm; only a declared intent or something said to us makes hot. See `rules.score`."""
    return score(lead, touches, criteria, fit=fit, now=now).temperature


def suggested_objective(lead: Lead, touches: Sequence[Touch] = ()) -> Objective:
    """What the next contact is to effect: see `rules.objective`."""
    return suggested(lead, touches).objective
