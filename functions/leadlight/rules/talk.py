"""Has this lead talked with us, and is it hot by that? Asked by scores, stages and whoever sees a lead turn hot.

Only what goes both ways makes hot: a declared intent, a wish for a call, something said to us or to a rep. Who
takes a wish back has not talked by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from leadlight.model.criteria import Criteria
from leadlight.model.lead import Lead, Stage
from leadlight.model.person import CallKind, Intent
from leadlight.model.touch import Touch, TouchKind, WhyNot

SETTLED = frozenset({Stage.CUSTOMER, Stage.REPEAT, Stage.LOST, Stage.LAPSED, Stage.DISQUALIFIED})
"""Stages with which a conversation has come to its end, well or badly: what was said before makes nobody hot."""

SAYS = {
    TouchKind.ASKED: "asked a question",
    TouchKind.REPLIED: "answered a mail",
    TouchKind.CALL_WANTED: "asked for a call",
}

LASTS = 2
"""So many half-lives does a talk keep a lead hot."""


def talks(touch: Touch) -> str | None:
    """What somebody did, in words after "they", where a touch is a talk with them; None for all others."""
    facts = touch.facts
    if facts.get("confirmed") == "no" or facts.get("from") == "other" or facts.get("call") == CallKind.NO:
        return None
    match touch.kind:
        case TouchKind.OUTCOME:
            return None if facts.get("why_not") == WhyNot.NOT_REACHED else "spoke with a rep"
        case TouchKind.OFFER_ANSWERED:
            return "accepted an offer" if facts.get("answer") == "accepted" else None
        case TouchKind.FACT:
            return "booked a meeting" if facts.get("name") == "booking" else None
        case kind:
            return SAYS.get(kind)


def is_word_on_calls(touch: Touch) -> bool:
    """Whether it is a wish for a call, or a refusal, that somebody has confirmed."""
    return touch.kind is TouchKind.CALL_WANTED and touch.facts.get("confirmed") != "no"


def last_word_on_calls(touches: Iterable[Touch]) -> Touch | None:
    """The one that counts: each takes the place of the one before. Of two at once, the refusal."""
    return max(filter(is_word_on_calls, touches), key=_in_turn, default=None)


def taken_back(touches: Iterable[Touch]) -> frozenset[str]:
    """The ids of the wishes for a call that a refusal has taken back before anybody spoke to them."""
    gone: set[str] = set()
    waiting: set[str] = set()
    for touch in sorted(touches, key=_in_turn):
        if touch.kind is TouchKind.OUTCOME and talks(touch):
            waiting.clear()
        elif is_word_on_calls(touch) and touch.facts.get("call") == CallKind.NO:
            gone |= waiting
            waiting.clear()
        elif is_word_on_calls(touch):
            waiting.add(touch.id)
    return frozenset(gone)


def _in_turn(touch: Touch) -> tuple[datetime, bool, str]:
    return touch.at, touch.facts.get("call") == CallKind.NO, touch.id


def settled_at(touches: Sequence[Touch]) -> datetime | None:
    """When the last conversation came to its end: won, lost, lapsed or disqualified."""
    changes = (touch for touch in touches if touch.kind is TouchKind.STAGE_CHANGED)
    return max((touch.at for touch in changes if touch.facts.get("to") in SETTLED), default=None)


def last_talk(touches: Sequence[Touch]) -> Touch | None:
    """The latest talk of the conversation that is not settled. A wish that was taken back is none."""
    since, gone = settled_at(touches), taken_back(touches)
    spoken = (t for t in touches if talks(t) and t.id not in gone and (since is None or t.at > since))
    return max(spoken, key=lambda touch: (touch.at, touch.id), default=None)


def why_hot(lead: Lead, touches: Sequence[Touch], criteria: Criteria, now: datetime) -> str | None:
    """Why this lead is ready to accept an offer, in words; None where it is not."""
    if lead.call is not None and lead.call.kind is not CallKind.NO:
        return "they want a call"
    if lead.intent is Intent.READY and (lead.stage not in SETTLED or _confirmed_since(touches)):
        return "they say that they are ready"
    talk = last_talk(touches)
    if talk is None or now - talk.at > LASTS * criteria.half_life:
        return None
    return f"they {talks(talk)}"


def _confirmed_since(touches: Sequence[Touch]) -> bool:
    """Whether they sent and confirmed a form after the last conversation was settled."""
    since = settled_at(touches)
    return any(since is not None and t.kind is TouchKind.CONFIRMED and t.at > since for t in touches)
