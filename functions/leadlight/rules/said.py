"""How does what a rep has written down read? Words for pages, timelines and mails; asked by whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from leadlight.model.criteria import Authority
from leadlight.model.lead import Lead, Stage
from leadlight.model.person import Intent
from leadlight.model.touch import Objective, Touch, WhyNot
from leadlight.rules.objective import ENOUGH, failures, suggested
from leadlight.rules.outcome import COMPETITOR, UNSAID

AIMS: Mapping[Objective, str] = {
    Objective.START: "Start a conversation",
    Objective.ADVANCE: "Advance it",
    Objective.CLOSE: "Close",
    Objective.RELATE: "Build the relationship",
}
"""How an objective is called where a person reads it."""

WHY_NOT: Mapping[WhyNot, str] = {
    WhyNot.NOT_REACHED: "Not reached",
    WhyNot.WRONG_TIME: "Wrong time",
    WhyNot.WRONG_PERSON: "Wrong person",
    WhyNot.OBJECTION: "An objection",
    WhyNot.NO_NEED: "No need",
    WhyNot.LOST: "Lost to another",
}
"""How a reason is called on its button."""

INTENTS: Mapping[Intent, str] = {
    Intent.EXPLORING: "exploring",
    Intent.EVALUATING: "comparing options",
    Intent.READY: "ready to decide",
}
"""What a visitor has said about where they are, in the words of the form's own choices."""

DEALS = {
    Stage.OPPORTUNITY: "An opportunity",
    Stage.CUSTOMER: "Won",
    Stage.LOST: "The deal is lost",
    Stage.DISQUALIFIED: "Nothing to win here",
}

AUTHORITIES: Mapping[Authority, str] = {
    Authority.DECIDES: "They decide",
    Authority.INFLUENCES: "They influence the decision",
    Authority.USES: "They are to use it",
    Authority.NONE: "They have no say",
}
"""What somebody may do about the decision, as a rep picks it and reads it."""

SATISFIED = {"yes": "They are satisfied", "no": "They are not satisfied"}

CHANNELS = {"call": "By phone", "meeting": "In a meeting", "mail": "By mail"}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "authority": {name.value: words for name, words in AUTHORITIES.items()},
    "satisfaction": SATISFIED,
    "channel": CHANNELS,
}
"""Facts of which one of a few was chosen, by the name of their field."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: the clock of their zone, the team's currency, the objections by name with their titles."""

    zone: str = "UTC"
    currency: str = "EUR"
    objections: Mapping[str, str] = field(default_factory=dict)

    def day(self, at: datetime) -> str:
        """A time as people write it: `Tue 6 January, 09:00`."""
        there = at.astimezone(ZoneInfo(self.zone))
        return f"{there:%a} {there.day} {there:%B}, {there:%H:%M}"


def said(touch: Touch, reader: Reader, *, lost_to: str = "") -> tuple[str, ...]:
    """What an outcome, or what was added to one, says: each part a line. Not its free text, which is sealed.

    `lost_to` is who was better, opened by whoever may.
    """
    return tuple(_lines(touch, reader, lost_to))


def another_aim(lead: Lead, touches: Sequence[Touch]) -> str:
    """Why another objective is proposed than the one that would come next; empty where none is."""
    proposal = suggested(lead, touches)
    if proposal.instead_of is None:
        return ""
    count = failures(touches, proposal.instead_of)
    times = "twice" if count == ENOUGH else f"{count} times"
    return f"“{AIMS[proposal.instead_of]}” has failed {times}. Try another aim: {AIMS[proposal.objective].lower()}."


def _lines(touch: Touch, reader: Reader, lost_to: str) -> Iterator[str]:
    facts = touch.facts
    if "achieved" in facts:
        aim = AIMS[touch.objective] if touch.objective else "Contact"
        why = next((words for why, words in WHY_NOT.items() if why == facts.get("why_not")), "not achieved")
        yield f"{aim}: {'achieved' if facts['achieved'] == 'yes' else why.lower()}"
    yield from _deal(facts, reader, lost_to)
    if tags := [reader.objections.get(name, name) for name in facts.get("objections", "").split(",") if name]:
        yield f"They object: {'; '.join(tags)}"
    for name, words in CHOICES.items():
        yield from (text for value, text in words.items() if value == facts.get(name))
    if facts.get("agreed"):
        yield "They agreed to mails after the sale"
    if facts.get("needs"):
        yield "Their needs are corrected"
    if facts.get("minutes"):
        yield f"{facts['minutes']} minutes"
    if facts.get("next_at"):
        yield f"Next step: {reader.day(datetime.fromisoformat(facts['next_at']))}"


def _deal(facts: Mapping[str, str], reader: Reader, lost_to: str) -> Iterator[str]:
    worth = f"{float(facts['value']):,.2f}".removesuffix(".00") + f" {reader.currency}" if facts.get("value") else ""
    stage = facts.get("stage", "")
    if stage == Stage.LOST:
        why = {COMPETITOR: "to another", UNSAID: ""}.get(facts.get("why", ""), "")
        yield " ".join(filter(None, (DEALS[Stage.LOST], f"to {lost_to}" if lost_to else why)))
    elif stage in set(Stage):
        yield DEALS[Stage(stage)] + (f", worth {worth}" if worth else "")
        return
    if worth:
        yield f"Worth {worth}"
