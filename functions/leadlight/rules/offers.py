"""Until when does an offer stand, and what was the last answer to it? Asked by its mail and by its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leadlight.model.sequence import Offer, Wait
from leadlight.model.team import Hours
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.cadence import after

ACCEPTED, DECLINED = "accepted", "declined"
"""The two answers to an offer."""

YES, NO = "yes", "no"
"""The two answers to “are you satisfied?”."""

OFFER, SATISFACTION = "offer", "satisfaction"
"""What may be asked."""

SAID_BY = {OFFER: TouchKind.OFFER_ANSWERED, SATISFACTION: TouchKind.SATISFACTION}
"""The touch that holds an answer, by what was asked."""


def last_day(offer: Offer, sent_at: datetime, hours: Hours) -> date | None:
    """The last day on which the offer stands, by the reader's clock; None where it has no end."""
    match offer.expires:
        case Wait() as wait:
            return after(wait, sent_at, hours).astimezone(ZoneInfo(hours.zone)).date()
        case day:
            return day


def is_over(day: date | None, now: datetime, hours: Hours) -> bool:
    """Whether that last day has gone by."""
    return day is not None and now.astimezone(ZoneInfo(hours.zone)).date() > day


def day_in_words(day: date | None) -> str:
    """
    >>> day_in_words(date(2026, 1, 9))
    'Friday 9 January 2026'
    """
    return f"{day:%A} {day.day} {day:%B %Y}" if day else ""


def last_answer(touches: Sequence[Touch], what: str, ref: str) -> Touch | None:
    """The newest answer to what the step of that row has asked."""
    its = (t for t in reversed(touches) if t.kind is SAID_BY[what] and t.facts.get("ref") == ref)
    return next(its, None)


def in_words(touch: Touch) -> str | None:
    """What a rep is told of an answer, with `{who}` for the lead; None for every other touch.

    >>> from leadlight.model.person import LeadId
    >>> said = {"answer": "declined", "offer": "A trial", "why": "too-dear"}
    >>> at = datetime(2026, 1, 9)
    >>> in_words(Touch("1", LeadId("a"), TouchKind.OFFER_ANSWERED, at, facts=said))
    '{who} declines “A trial”: too dear'
    """
    said, facts = touch.facts.get("answer", ""), touch.facts
    if touch.kind is TouchKind.SATISFACTION:
        return "Unhappy: {who}" if said == NO else "Satisfied after all: {who}"
    if touch.kind is not TouchKind.OFFER_ANSWERED:
        return None
    offer = "“" + facts.get("offer", "the offer").replace("{", "(").replace("}", ")") + "”"
    if said == ACCEPTED:
        late = ", though it is over" if facts.get("late") == "yes" else ""
        return f"{{who}} accepts {offer}{late}"
    why = f": {facts['why'].replace('-', ' ')}" if facts.get("why") else ""
    return f"{{who}} declines {offer}{why}"
