"""At which stage is a lead, by what is known now? Pure; `lifecycle` writes what is decided here.

A stage follows from facts: what somebody of the team or another system wrote down, what the lead itself said, or that
nothing was heard of it for long. Each change has its reason in words, without anything personal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadlight.model.criteria import Authority, Criteria, Criterion
from leadlight.model.lead import Lead, Stage, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.next_action import CLOSED
from leadlight.rules.outcome import GIVEN_UP
from leadlight.rules.talk import last_talk, talks

BY_FACT = (Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED)
"""The stages that a fact may name."""

SOLD = (Stage.CUSTOMER, Stage.REPEAT)
"""Whoever has bought stays a customer, also while the next deal is an opportunity."""

SAME_SALE = timedelta(days=30)
"""Within this time two that tell of a sale tell of the same one, unless each names another value."""

EMPOWERED = {
    Authority.DECIDES: "decides",
    Authority.INFLUENCES: "influences the decision",
    Authority.USES: "is to use it",
    Authority.NONE: "has no say",
}

SOURCES = {
    TouchKind.OUTCOME: "a rep has written it down",
    TouchKind.NOTED: "a rep has written it down",
    TouchKind.OFFER_ANSWERED: "they have answered the offer",
    TouchKind.FACT: "another system has said so",
    TouchKind.ADDED: "whoever added them has said so",
    TouchKind.IMPORTED: "the list that they came with says so",
}
"""Who says so, by the touch that holds the fact."""


@dataclass(frozen=True, slots=True)
class Move:
    """One change of stage: why in words, and the touch that it follows from."""

    before: Stage
    to: Stage
    why: str
    cause: Touch


def with_facts(lead: Lead, new: Sequence[Touch], timeline: Sequence[Touch] = ()) -> Lead:
    """The lead with what these touches say of the deal: its value, who decides, one more sale.

    `timeline` holds what is known besides.
    """
    for touch in new:
        facts = touch.facts
        if value := _amount(facts.get("value", "")):
            lead = replace(lead, value=value)
        if facts.get("authority") in set(Authority):
            lead = replace(lead, authority=Authority(facts["authority"]))
        if facts.get("stage") == Stage.CUSTOMER and not _is_told_again(touch, timeline):
            lead = replace(lead, sales=lead.sales + 1)
    return lead


def moves(
    before: Lead,
    lead: Lead,
    new: Sequence[Touch],
    timeline: Sequence[Touch],
    criteria: Criteria,
    *,
    fit: Callable[[], Sequence[Criterion]] | None,
) -> tuple[Move, ...]:
    """How the stage changes by what is new: `before` as stored, `lead` as the change has it, `with_facts`.

    `timeline` holds everything, `new` included. `fit`, the criteria that hold, is asked for only where it decides;
    where it is None nobody can tell, and what depends on it is left for later.
    """
    found: list[Move] = []
    stage = before.stage
    sales = before.sales
    for touch in new:
        if _is_told_again(touch, timeline):
            continue
        sales += touch.facts.get("stage") == Stage.CUSTOMER
        if (to := _by_fact(touch, stage, sales)) is not None:
            found.append(Move(stage, to, _source(touch), touch))
            stage = to
    if not found and lead.stage is not stage and new:
        found.append(Move(stage, lead.stage, _said(new[0], lead.stage), new[0]))
        stage = lead.stage
    if stage is Stage.LAPSED and (back := next((t for t in new if talks(t)), None)):
        found.append(Move(stage, Stage.LEAD, f"they have come back: they {talks(back)}", back))
        stage = Stage.LEAD
    if stage is Stage.LEAD and new and (why := _why_prospect(lead, timeline, criteria, fit)):
        found.append(Move(stage, Stage.PROSPECT, why, new[-1]))
    return tuple(found)


def back(lead: Lead, asked_at: datetime) -> Lead:
    """The lead after it has confirmed a form that was sent at `asked_at`: if it was given up before, it begins anew."""
    since = lead.stage_at
    if lead.stage not in CLOSED or (since is not None and asked_at < since):
        return lead
    return open_again(replace(lead, stage=Stage.LEAD))


def open_again(lead: Lead) -> Lead:
    """The lead without the stop that its being given up had set."""
    return replace(lead, stops=tuple(stop for stop in lead.stops if stop.reason is not StopReason.DISQUALIFIED))


def _is_told_again(touch: Touch, timeline: Sequence[Touch]) -> bool:
    """Whether a sale is one that another told of before: a rep's tap and a CRM's word are about the same deal."""
    if touch.facts.get("stage") != Stage.CUSTOMER:
        return False
    value = _amount(touch.facts.get("value", ""))
    before = (each for each in timeline if each.facts.get("stage") == Stage.CUSTOMER and each.kind is not touch.kind)
    known = ((_amount(each.facts.get("value", "")), touch.at - each.at) for each in before)
    return any(
        timedelta(0) <= age <= SAME_SALE and (value or worth or 0) == (worth or value or 0) for worth, age in known
    )


def _by_fact(touch: Touch, stage: Stage, sales: int) -> Stage | None:
    """The stage that a fact leads to; None where it names none, or changes nothing."""
    named = touch.facts.get("stage", "")
    if named not in set(BY_FACT):
        return None
    to = Stage(named)
    if touch.kind is TouchKind.OFFER_ANSWERED and stage in GIVEN_UP:  # a tap in an old or forwarded mail: told, no more
        return None
    if to is Stage.OPPORTUNITY and stage in SOLD:
        return None
    if to is Stage.CUSTOMER and sales > 1:
        to = Stage.REPEAT
    return None if to is stage else to


def _source(touch: Touch) -> str:
    why = touch.facts.get("why") or touch.facts.get("why_not", "")
    value = _amount(touch.facts.get("value", ""))
    worth = f", worth {value:,.0f}" if value else ""
    return SOURCES.get(touch.kind, "it was written down") + (f": {why}" if why else "") + worth


def _said(touch: Touch, to: Stage) -> str:
    if to is Stage.LEAD and touch.kind is TouchKind.CONFIRMED:
        return "they have come back: they confirmed a new form"
    return _source(touch)


def _why_prospect(
    lead: Lead, timeline: Sequence[Touch], criteria: Criteria, fit: Callable[[], Sequence[Criterion]] | None
) -> str | None:
    """Why a lead is a prospect: it meets what is required, is empowered, and has talked back since it was last lost."""
    talk = last_talk(timeline)
    if talk is None or lead.authority not in criteria.empowered:
        return None
    required = [criterion for criterion in criteria.fit if criterion.required]
    if required and (fit is None or any(criterion not in met for met in [fit()] for criterion in required)):
        return None
    names = f"meets the criteria ({', '.join(c.name for c in required)})" if required else "meets the criteria"
    return f"{names}, {EMPOWERED[lead.authority]}, and has talked back: they {talks(talk)}"


def _amount(text: str) -> float | None:
    """An amount above 0 as it stands in a fact; None where there is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
