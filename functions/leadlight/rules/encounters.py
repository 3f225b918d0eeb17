"""With which of the four has this lead met, and how well? Asked by briefings, plans of sequences, and `leads show`.

A mail that was sent is a cost, not an experience: it has quality 0 and fills no bar. Reading, answering, asking, trying
and meeting do. A wish for a call is a word about a meeting, and none yet: it meets nobody until somebody answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadlight.model.touch import Encounter, Touch, TouchKind

FULL = 7
"""Points of quality at which a bar is full: about seven touch points that meant little, or two that meant much."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How far the lead has met one of the four: `points` of quality, however many, towards `FULL`."""

    encounter: Encounter
    points: int

    @property
    def filled(self) -> float:
        """From 0 to 1."""
        return min(self.points, FULL) / FULL


def met(touch: Touch) -> Encounter | None:
    """With whom or what that touch is a meeting. Wishes for a call that an older version stored say the person."""
    return None if touch.kind is TouchKind.CALL_WANTED else touch.encounter


def bars(touches: Iterable[Touch]) -> tuple[Bar, ...]:
    """The four bars, in the order person, subject, company, product. What nobody confirmed fills none."""
    points = dict.fromkeys(Encounter, 0)
    for touch in touches:
        encounter = met(touch)
        if encounter is not None and touch.facts.get("confirmed") != "no":
            points[encounter] += touch.quality
    return tuple(Bar(encounter, points[encounter]) for encounter in Encounter)
