"""What makes a reader somebody to talk to: `criteria.yml` as the running system has it. Every line has a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from leadlight.model.touch import Encounter, TouchKind


class Authority(StrEnum):
    """What somebody may do about a decision to buy; a rep finds out."""

    DECIDES = "decides"
    INFLUENCES = "influences"
    USES = "uses"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that makes a lead worth talking to. `name` is for people; `when` is an expression, as in `only_if`.

    `points` add to the score while it holds. A prospect has to meet every criterion that is `required`.
    """

    name: str
    when: str
    points: float = 0.0
    required: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A name for deals worth that much or more, in the team's currency."""

    name: str
    at_least: float


KIND_WEIGHTS: Mapping[TouchKind, float] = {
    TouchKind.CAPTURED: 0.0,  # an address that nobody confirmed is no experience
    TouchKind.REPLIED: 2.0,
    TouchKind.ASKED: 2.0,
    TouchKind.CALL_WANTED: 2.0,
    TouchKind.OUTCOME: 1.5,
}
"""How much a point of quality counts for, by what happened; every other kind counts once."""


YEAR = timedelta(days=365)
RETENTION: Mapping[str, timedelta] = {
    "unconfirmed": timedelta(days=30),
    "lead": 2 * YEAR,
    "prospect": 2 * YEAR,
    "opportunity": 3 * YEAR,
    "customer": 10 * YEAR,
    "repeat": 10 * YEAR,
    "lost": 2 * YEAR,
    "lapsed": YEAR,
    "disqualified": YEAR,
}
"""For how long somebody is kept after the last word, by stage; and an address that nobody has confirmed."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """`warm` in points. `cap` is the most that meetings with one of the four encounters add, so that breadth counts.

    An experience counts half after `half_life`. `empowered` are the authorities that a prospect may have. After
    `lapse` without a sign a lead that nothing is planned for has lapsed; so long before its `renewal` the rep is told.
    `bands` from the lowest to the highest. `spend` is what campaigns cost: source → month (`2026-03`) → amount in the
    team's currency. A source is named as visits are (`rules.source`): `google/spring` is one campaign, `google` all of
    that name that have no line of their own.
    """

    fit: tuple[Criterion, ...] = ()
    half_life: timedelta = timedelta(days=14)
    warm: float = 7.0
    cap: float = 7.0
    kinds: Mapping[TouchKind, float] = field(default_factory=lambda: dict(KIND_WEIGHTS))
    encounters: Mapping[Encounter, float] = field(default_factory=dict)
    empowered: tuple[Authority, ...] = (Authority.DECIDES, Authority.INFLUENCES, Authority.USES)
    lapse: timedelta = timedelta(days=180)
    renewal: timedelta = timedelta(days=60)
    bands: tuple[Band, ...] = (Band("high", 10_000.0),)
    spend: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    retention: Mapping[str, timedelta] = field(default_factory=lambda: dict(RETENTION))

    def band(self, value: float | None) -> str | None:
        """The highest band that a deal of that value reaches; None below all of them, or where no value is known."""
        reached = [band.name for band in self.bands if value is not None and value >= band.at_least]
        return reached[-1] if reached else None
