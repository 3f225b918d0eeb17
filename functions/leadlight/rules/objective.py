"""Which progress should the next contact with this lead aim at? Asked where a rep takes over, is briefed, or logs.

A contact that would leave things as they were is not worth making. So once an objective has failed twice, another one
is proposed: not the same question a third time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadlight.model.lead import Lead
from leadlight.model.touch import Objective, Touch, TouchKind, WhyNot

ENOUGH = 2
"""So many failures of one objective call for another."""

ORDER = (Objective.START, Objective.ADVANCE, Objective.CLOSE)
"""How a conversation goes on by itself; after that, the relation is what is left to build."""

INSTEAD: Mapping[Objective, tuple[Objective, ...]] = {
    Objective.START: (Objective.RELATE, Objective.ADVANCE, Objective.CLOSE),
    Objective.ADVANCE: (Objective.RELATE, Objective.CLOSE, Objective.START),
    Objective.CLOSE: (Objective.ADVANCE, Objective.RELATE, Objective.START),
    Objective.RELATE: (Objective.START, Objective.ADVANCE, Objective.CLOSE),
}
"""What may work where one does not: who will not talk may take something of use; who will not sign lacks a step."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to aim at; `instead_of` is set where something else would come next and has failed too often."""

    objective: Objective
    instead_of: Objective | None = None


def suggested(lead: Lead, touches: Sequence[Touch] = ()) -> Suggestion:
    """The progress after the farthest that was made, unless it has failed twice; then the nearest one that has not."""
    made = max((ORDER.index(objective) + 1 for objective in lead.achieved if objective in ORDER), default=0)
    wanted = ORDER[made] if made < len(ORDER) else Objective.RELATE
    if failures(touches, wanted) < ENOUGH:
        return Suggestion(wanted)
    others = INSTEAD[wanted]
    fresh = next((objective for objective in others if failures(touches, objective) < ENOUGH), None)
    return Suggestion(fresh or min(others, key=lambda objective: failures(touches, objective)), instead_of=wanted)


def failures(touches: Sequence[Touch], objective: Objective) -> int:
    """How often it was tried in vain since it was last achieved.

    Who was not reached has refused nothing: that counts neither as a failure nor against those before.
    """
    count = 0
    for touch in touches:
        if touch.kind is not TouchKind.OUTCOME or touch.objective is not objective:
            continue
        if touch.facts.get("achieved") == "yes":
            count = 0
        elif touch.facts.get("why_not") != WhyNot.NOT_REACHED:
            count += 1
    return count
