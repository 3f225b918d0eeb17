"""How promising is a lead, in points, and why? Asked by briefings, mails, the desk and the digest.

The reasons that are printed sum exactly to the points that are printed: each is rounded to a tenth first. Experiences
fade, and meetings with one of the four encounters count up to a cap, so that breadth counts. Points alone never make
hot. Of all words on calls the last one counts, as a sign and no meeting: a wish taken back adds nothing.

Who objects to being rated (Art. 21 GDPR) has no points, for no reason, and is cold; what they say to us still counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum

from leadlight.model.criteria import Criteria, Criterion
from leadlight.model.lead import Lead, Temperature
from leadlight.model.person import CallKind
from leadlight.model.touch import Encounter, Touch
from leadlight.rules.encounters import met
from leadlight.rules.talk import is_word_on_calls, last_word_on_calls, why_hot

NOT_RATED = "not rated: they asked us not to"
"""What stands in the place of points."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What adds to a score, or takes from it: points in tenths, and words for a person."""

    points: float
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """`points` is the sum of the reasons, the greatest of which comes first. `hot` says why, if the lead is hot.

    One that is not `rated` has neither points nor reasons.
    """

    points: float
    temperature: Temperature
    reasons: tuple[Reason, ...]
    hot: str | None = None
    rated: bool = True


def score(
    lead: Lead, touches: Sequence[Touch], criteria: Criteria, *, fit: Sequence[Criterion], now: datetime
) -> Score:
    """The score by what has happened until now. `fit` are the criteria that hold for this lead."""
    hot = why_hot(lead, touches, criteria, now)
    if lead.unscored:
        return Score(0.0, Temperature.HOT if hot else Temperature.COLD, (), hot, rated=False)
    found = [*_by_fit(fit), *_by_experience(touches, criteria, now)]
    reasons = tuple(sorted((reason for reason in found if reason.points), key=lambda r: (-r.points, r.words)))
    points = round(fsum(reason.points for reason in reasons), 1)
    warmth = Temperature.WARM if points >= criteria.warm else Temperature.COLD
    return Score(points, Temperature.HOT if hot else warmth, reasons, hot)


def worth(touch: Touch, criteria: Criteria, now: datetime) -> float:
    """What one touch counts now: nothing where the address was not confirmed, or where it is a cost or a refusal."""
    if not touch.quality or touch.facts.get("confirmed") == "no" or touch.facts.get("call") == CallKind.NO:
        return 0.0
    weight = criteria.kinds.get(touch.kind, 1.0)
    if (encounter := met(touch)) is not None:
        weight *= criteria.encounters.get(encounter, 1.0)
    half_lives = max(now - touch.at, now - now) / criteria.half_life
    return float(touch.quality * weight * 0.5**half_lives)


def _by_fit(fit: Sequence[Criterion]) -> Iterator[Reason]:
    for criterion in fit:
        yield Reason(round(criterion.points, 1), criterion.name)


def _by_experience(touches: Sequence[Touch], criteria: Criteria, now: datetime) -> Iterator[Reason]:
    last = last_word_on_calls(touches)
    counted = [touch for touch in touches if touch is last or not is_word_on_calls(touch)]
    for encounter in (*Encounter, None):
        worths = [(worth(touch, criteria, now), touch.at) for touch in counted if met(touch) is encounter]
        counting = [(points, at) for points, at in worths if points > 0]
        if counting:
            total = fsum(points for points, _ in counting)
            words = _in_words(encounter, len(counting), (now - max(at for _, at in counting)).days)
            over = f"; more than {criteria.cap:g} does not count" if total > criteria.cap else ""
            yield Reason(round(min(total, criteria.cap), 1), words + over)


def _in_words(encounter: Encounter | None, times: int, days: int) -> str:
    """
    >>> _in_words(Encounter.SUBJECT, 3, 1)
    'met the subject 3 times, last yesterday'
    """
    often = {1: "once", 2: "twice"}.get(times, f"{times} times")
    when = {0: "today", 1: "yesterday"}.get(max(days, 0), f"{days} days ago")
    what = f"met the {encounter}" if encounter else "another sign"
    return f"{what} {often}, {when}" if times == 1 else f"{what} {often}, last {when}"
