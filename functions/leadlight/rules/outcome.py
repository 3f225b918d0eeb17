"""What does a logged outcome change? Pure; `rep.log_outcome` writes what is decided here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from leadlight.model.lead import Hold, Lead, Stage, StopReason
from leadlight.model.person import CallKind
from leadlight.model.sequence import WaitUnit
from leadlight.model.site import Team
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.cadence import after, working_hours_later
from leadlight.rules.stop import stopped

ENDS = {WhyNot.NO_NEED: Stage.DISQUALIFIED, WhyNot.LOST: Stage.LOST}
"""Answers after which nobody should write any more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contact achieved. `why_not` is None exactly if `achieved`; `next_at` is the rep's next step, if any."""

    objective: Objective
    achieved: bool
    why_not: WhyNot | None = None
    next_at: datetime | None = None


def after_outcome(lead: Lead, outcome: Outcome, *, by: str, team: Team, now: datetime) -> Lead:
    """The lead as it stands now: the hold of the take-over is over, or goes on until the rep's next step is done.

    Where somebody has spoken to them, the next step's wait counts from there: no mail on the heels of a talk.
    """
    lead = replace(lead, hold=None, call=None if _answered(lead, outcome, now) else lead.call)
    if outcome.why_not is not WhyNot.NOT_REACHED:
        lead = replace(lead, enrolments=tuple(replace(e, last_at=max(e.last_at, now)) for e in lead.enrolments))
    if outcome.achieved and outcome.objective not in lead.achieved:
        lead = replace(lead, achieved=(*lead.achieved, outcome.objective))
    if outcome.why_not in ENDS:
        return stopped(replace(lead, stage=ENDS[outcome.why_not]), StopReason.DISQUALIFIED, now)
    if outcome.next_at is not None:
        until = hold_until(outcome.next_at, team)
        lead = replace(lead, hold=Hold(by=by, objective=outcome.objective, since=now, until=until))
    return lead


def _answered(lead: Lead, outcome: Outcome, now: datetime) -> bool:
    """Whether the wish for a call is met: somebody spoke to them since. A refusal of calls stands."""
    if lead.call is None or lead.call.kind is CallKind.NO or outcome.why_not is WhyNot.NOT_REACHED:
        return False
    return lead.call.at is None or lead.call.at <= now


def hold_until(since: datetime, team: Team) -> datetime:
    """When a take-over without an outcome lapses: the team's `hold`, hours counted while the team works."""
    if team.hold.unit is WaitUnit.HOURS:
        return working_hours_later(team.hold.count, since, team.hours)
    return after(team.hold, since, team.hours)
