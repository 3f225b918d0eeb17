"""How long may a lead wait until somebody takes it, and to whom does it go then? Pure; `speed` passes it on.

The clocks run in the working time of whoever has the lead. Who cannot pick up the phone when somebody wants a call is
passed over as soon as a colleague can.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, Stage, StopReason
from leadlight.model.person import CallKind, CallWish
from leadlight.model.sequence import Wait, WaitUnit, Window
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind, WhyNot
from leadlight.rules.attendance import at_work, begins_work, hours_of
from leadlight.rules.cadence import after, within, working_time_later
from leadlight.rules.routing import Facts, facts_of, owner_of, pool

ENDED = frozenset({Stage.LOST, Stage.DISQUALIFIED})
"""Stages in which nobody has to take a lead."""

ACTED = frozenset({TouchKind.CLAIMED, TouchKind.OUTCOME, TouchKind.HANDED_OVER})
"""Touches by which a person has seen to a lead."""

WORKED = {WaitUnit.MINUTES: timedelta(minutes=1), WaitUnit.HOURS: timedelta(hours=1)}
"""Units of a clock that are counted while somebody works; the others are days of theirs."""

OUT = timedelta(days=1)
"""Who comes in so much later than a colleague is out, and their leads do not wait for them."""


@dataclass(frozen=True, slots=True)
class Passing:
    """What a clock will do: at `at` the lead goes to `to`; `manager` where nobody of the team is left but them."""

    at: datetime
    to: Person
    manager: bool


def claim(
    lead: Lead, cause: str, team: Team, now: datetime, *, wish: CallWish | None = None, passes: int = 0
) -> Due | None:
    """The row that passes the lead on after so many `passes`, unless somebody takes it before.

    None where it may wait for ever, where somebody has it already, or where there is nobody else. `cause` is the touch
    that somebody was told of; `wish` counts where it holds one of its own.
    """
    wish = wish or lead.call
    calls = wish is not None and wish.kind is not CallKind.NO
    wait = team.clocks.call if calls else team.clocks.hot if lead.hot_since else team.clocks.other
    if wait is None or is_over(lead) or (lead.hold and not calls) or not others(lead, team):
        return None
    since = max(wish.at, now) if calls and wish and wish.at else now
    ref = f"{cause}~{passes}" if passes else cause
    return Due(lead.id, lead.generation, DueKind.CLAIM, ref, _at(lead, team, wait, since, calls=calls))


def is_over(lead: Lead) -> bool:
    """Whether nobody has to take this lead any more."""
    return lead.stage in ENDED or any(
        stop.reason in {StopReason.ERASED, StopReason.DISQUALIFIED} for stop in lead.stops
    )


def claims(rows: Sequence[Due]) -> tuple[str, ...]:
    """The keys of the rows that would pass the lead on. Whoever takes it, or hears a refusal, takes them all away."""
    return tuple(row.key for row in rows if row.kind is DueKind.CLAIM)


def answered(rows: Sequence[Due], lead: Lead, now: datetime) -> tuple[str, ...]:
    """The keys of those that an outcome takes away: all, unless the call that they want is still to come."""
    later = lead.call is not None and lead.call.at is not None and lead.call.at > now
    return () if later else claims(rows)


def is_answered(cause: Touch, wish: CallWish | None, touches: Sequence[Touch]) -> bool:
    """Whether somebody has done something about that touch: for a call at a time, since that time.

    `touches` in their order, which tells what came first within one moment. Who was not reached still waits: whose
    lead it is has ended the clock by saying so, and a colleague has not.
    """
    since = max(cause.at, wish.at) if wish and wish.at else cause.at
    place = next((n for n, touch in enumerate(touches) if touch.id == cause.id), -1)
    acted = (touch for touch in touches[place + 1 :] if touch.kind in ACTED and touch.at >= since)
    return any(touch.facts.get("why_not") != WhyNot.NOT_REACHED for touch in acted)


def why_alone(lead: Lead, rows: Sequence[Due], touches: Sequence[Touch], team: Team) -> str | None:
    """Why a wish for a call waits for nobody, in words, or None where it does not. Nobody should ever read it.

    It is well as long as a clock runs, somebody has seen to the lead since, or the manager was told.
    """
    if lead.confirmed_at is None or team.clocks.call is None or is_over(lead) or not others(lead, team):
        return None
    wanted = [t for t in touches if t.kind is TouchKind.CALL_WANTED and t.facts.get("confirmed") != "no"]
    if lead.call is None or lead.call.kind is CallKind.NO or not wanted or claims(rows):
        return None
    seen_to = {*ACTED, TouchKind.ESCALATED}
    if any(touch.kind in seen_to and touch.at >= wanted[-1].at for touch in touches):
        return None
    return f"they want a call since {wanted[-1].at:%Y-%m-%d %H:%M} UTC, nobody has the lead, and no clock runs"


def cause_of(row: Due) -> str:
    """The touch that somebody was told of."""
    return row.ref.partition("~")[0]


def passes_before(row: Due) -> int:
    """How often the lead was passed on for that touch."""
    return int(row.ref.partition("~")[2] or 0)


def had_it(lead: Lead, team: Team, touches: Sequence[Touch], cause: str) -> tuple[str, ...]:
    """The ids of those who were told of that touch and did not take the lead, and of who has it now."""
    passed = [t.by for t in touches if t.kind is TouchKind.ESCALATED and t.facts.get("cause") == cause and t.by]
    return tuple(dict.fromkeys((*passed, owner_of(lead, team).id)))


def next_one(people: Sequence[Person], tried: Collection[str], team: Team, at: datetime) -> Person | None:
    """Who of the pool is at work then and has not been asked yet, in the pool's order. None: it is the manager's."""
    return next((p for p in at_work(people, team, at) if p.id not in tried), None)


def passing(row: Due, lead: Lead, touches: Sequence[Touch], team: Team, facts: Facts | None = None) -> Passing:
    """What that row will do when its time comes, for everybody to see before. `facts` as in `pool_of`."""
    tried = had_it(lead, team, touches, cause_of(row))
    found = None if lead.hold else next_one(pool_of(lead, team, row.at, facts), tried, team, row.at)
    return Passing(row.at, found or team.manager, manager=found is None)


def others(lead: Lead, team: Team) -> tuple[Person, ...]:
    """Everybody but the one who has the lead."""
    return tuple(person for person in team.people if person.id != owner_of(lead, team).id)


def pool_of(lead: Lead, team: Team, at: datetime, facts: Facts | None = None) -> tuple[Person, ...]:
    """Who may have this lead then, in turn after the one who has it. `facts` tell more of it than the lead alone."""
    place = team.people.index(owner_of(lead, team))
    fit, _ = pool(facts or facts_of(lead), team, at)
    return tuple(person for person in (*team.people[place:], *team.people[:place]) if person in fit)


def _at(lead: Lead, team: Team, wait: Wait, since: datetime, *, calls: bool) -> datetime:
    """When the patience with whoever has the lead is over; a moment at which somebody is at work, if anybody ever is.

    It begins when they come in. Where a colleague does so before, it is over then: at once for a call, else only
    where they stay out for a day and more.
    """
    owner = owner_of(lead, team)
    begins, soonest = begins_work(owner, team, since), _first_in(lead, team, since)
    if begins is None or soonest + (timedelta(0) if calls else OUT) < begins:
        return soonest
    hours = hours_of(owner, team)
    if unit := WORKED.get(wait.unit):
        over = working_time_later(wait.count * unit, begins, hours)
    else:
        over = within(Window.WORKING_HOURS, after(wait, begins, hours), hours)
    return over if begins_work(owner, team, over) == over else _first_in(lead, team, over)


def _first_in(lead: Lead, team: Team, since: datetime) -> datetime:
    """When the first of those comes in who take such leads; of everybody, where that takes a day longer."""
    takers, anybody = (
        min((begins for person in people if (begins := begins_work(person, team, since))), default=None)
        for people in (pool_of(lead, team, since), team.people)
    )
    if takers is None or (anybody is not None and anybody + OUT < takers):
        return anybody or since
    return takers
