"""What does a logged outcome change? Pure; `rep.outcome` writes what is decided here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from leadlight.model.criteria import Authority
from leadlight.model.lead import Enrolment, Hold, Lead, Stage, StopReason
from leadlight.model.person import CallKind
from leadlight.model.sequence import WaitUnit
from leadlight.model.team import Team
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.cadence import after, working_hours_later
from leadlight.rules.stop import stopped

ENDS = {WhyNot.NO_NEED: Stage.DISQUALIFIED, WhyNot.LOST: Stage.LOST}
"""Answers after which nobody should write any more."""

GIVEN_UP = (Stage.DISQUALIFIED, Stage.LOST)
"""The stages that these lead to."""

AMOUNT = re.compile(
    r"([€$£]|[A-Za-z]{3})?\s*(\d{1,3}(?:[,' ]\d{3})+|\d{1,12})(\.\d{1,2})?\s*(k)?\s*([€$£]|[A-Za-z]{3})?", re.IGNORECASE
)

COMPETITOR, UNSAID = "competitor", "unsaid"
"""Why a deal was lost, where no objection of the playbook was named."""


class ContactBy(StrEnum):
    """How a rep has been in touch."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a rep has found out or agreed on, each only if it was said.

    `stage` is one of opportunity, customer, lost, disqualified; `value` in the team's currency; `objections` by their
    names in the playbook. `agreed` names the words by which they said yes to mails after the sale.
    """

    stage: Stage | None = None
    value: float | None = None
    authority: Authority | None = None
    minutes: int | None = None
    objections: tuple[str, ...] = ()
    satisfied: bool | None = None
    needs: tuple[str, ...] | None = None
    by: ContactBy | None = None
    agreed: str = ""
    renewal_at: date | None = None
    to_other: bool = False  # lost to somebody whose name is known


NOTHING = Learned()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contact achieved. `why_not` is None exactly if `achieved`; `next_at` is the rep's next step, if any."""

    objective: Objective
    achieved: bool
    why_not: WhyNot | None = None
    next_at: datetime | None = None
    learned: Learned = NOTHING

    @property
    def reached(self) -> bool:
        """Whether somebody was spoken to."""
        return self.why_not is not WhyNot.NOT_REACHED


def after_outcome(lead: Lead, outcome: Outcome, *, by: str, team: Team, now: datetime) -> Lead:
    """The lead as it stands now: the hold of the take-over is over, or goes on until the rep's next step is done.

    Where somebody has spoken to them, the next step's wait counts from there: no mail on the heels of a talk.
    """
    lead = replace(lead, hold=None, call=None if _answered(lead, outcome, now) else lead.call)
    if outcome.reached:
        lead = replace(lead, enrolments=tuple(_heard(e, now) for e in lead.enrolments))
    if outcome.achieved:
        lead = _achieved(lead, outcome.objective)
    learned = outcome.learned
    if outcome.why_not in ENDS:
        learned = replace(learned, stage=ENDS[outcome.why_not])
    return after_learning(lead, learned, outcome.next_at, outcome.objective, by=by, team=team, now=now)


def after_learning(
    lead: Lead, learned: Learned, next_at: datetime | None, aim: Objective, *, by: str, team: Team, now: datetime
) -> Lead:
    """The lead by what is known now, waiting for the rep's next step if there is one and something left to win.

    Value and authority follow from the touch: see `rules.stage.with_facts`.
    """
    if learned.satisfied is not None:
        lead = replace(lead, satisfied=learned.satisfied)
    if learned.needs is not None:
        lead = replace(lead, needs=learned.needs)
    if learned.stage is Stage.CUSTOMER:
        lead = _achieved(lead, Objective.CLOSE)
    if learned.stage in GIVEN_UP:
        return stopped(replace(lead, stage=learned.stage, hold=None), StopReason.DISQUALIFIED, now)
    if next_at is None:
        return lead
    return replace(lead, hold=Hold(by=by, objective=aim, since=now, until=hold_until(next_at, team)))


def facts_of(outcome: Outcome) -> Mapping[str, str]:
    """What the touch of an outcome says."""
    said = {"achieved": "yes" if outcome.achieved else "no"}
    if outcome.why_not:
        said["why_not"] = outcome.why_not
    if outcome.why_not in ENDS:
        said |= stage_facts(ENDS[outcome.why_not], outcome.learned)
    return {**said, **facts_learned(outcome.learned, outcome.next_at)}


def facts_learned(learned: Learned, next_at: datetime | None) -> Mapping[str, str]:
    """What a touch says of what was found out and agreed on."""
    said = {
        "next_at": next_at.isoformat() if next_at else "",
        "value": amount_text(learned.value) if learned.value is not None else "",
        "authority": learned.authority or "",
        "minutes": str(learned.minutes) if learned.minutes is not None else "",
        "objections": ",".join(learned.objections),
        "satisfaction": {True: "yes", False: "no", None: ""}[learned.satisfied],
        "channel": learned.by or "",
        "agreed": "yes" if learned.agreed else "",
        "wording": learned.agreed,
        "renewal_at": learned.renewal_at.isoformat() if learned.renewal_at else "",
        "needs": "corrected" if learned.needs is not None else "",
    }
    stage = stage_facts(learned.stage, learned) if learned.stage else {}
    return {**{name: value for name, value in said.items() if value}, **stage}


def stage_facts(stage: Stage, learned: Learned) -> Mapping[str, str]:
    """A fact of the deal. A lost one says why, by the objection, or that somebody else was better."""
    if stage is not Stage.LOST:
        return {"stage": stage}
    why = next(iter(learned.objections), COMPETITOR if learned.to_other else UNSAID)
    return {"stage": stage, "why": why}


def amount_text(value: float) -> str:
    """An amount as it stands in a fact.

    >>> amount_text(12000.0), amount_text(0.5)
    ('12000', '0.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def amount_of(text: str, currency: str) -> float:
    """An amount as people write it. Raises ValueError with what to do: `12.000` could be twelve, or twelve thousand.

    >>> amount_of("12,000.50 EUR", "EUR"), amount_of("€ 12k", "EUR")
    (12000.5, 12000.0)
    """
    match = AMOUNT.fullmatch(text.strip())
    if match is None or not all(_is_currency(named, currency) for named in (match[1], match[5]) if named):
        raise ValueError(f"Please write an amount in {currency}, such as 12000 or 12000.50.")
    number = float(re.sub(r"[,' ]", "", match[2]) + (match[3] or ""))
    return number * 1000 if match[4] else number


def _is_currency(named: str, currency: str) -> bool:
    """Whether a sign or a code means that currency. `$` is the sign of many dollars."""
    return {"€": "EUR", "£": "GBP", "$": currency if currency.endswith("D") else ""}.get(
        named, named.upper()
    ) == currency


def hold_until(since: datetime, team: Team) -> datetime:
    """When a take-over without an outcome lapses: the team's `hold`, hours counted while the team works."""
    if team.hold.unit is WaitUnit.HOURS:
        return working_hours_later(team.hold.count, since, team.hours)
    return after(team.hold, since, team.hours)


def _answered(lead: Lead, outcome: Outcome, now: datetime) -> bool:
    """Whether the wish for a call is met: somebody spoke to them since. A refusal of calls stands."""
    if lead.call is None or lead.call.kind is CallKind.NO or not outcome.reached:
        return False
    return lead.call.at is None or lead.call.at <= now


def _heard(enrolment: Enrolment, now: datetime) -> Enrolment:
    """Somebody was spoken to: the next wait counts from there, and what they were unhappy about holds nothing back."""
    return replace(enrolment, last_at=max(enrolment.last_at, now), held=False)


def _achieved(lead: Lead, objective: Objective) -> Lead:
    return lead if objective in lead.achieved else replace(lead, achieved=(*lead.achieved, objective))
