"""2,000 visitors want a call, at any hour of three weeks: somebody who is at work holds the number, or it goes on.

Reps take their leads, are slow, or never answer; they have hours, holidays and absences of their own. Only the rules
decide here, second by second of a clock that nobody has to wait for; `journeys/test_speed_real.py` asks the handlers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.conftest import Tally

from leadlight.model.due import Due
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.team import Away, Company, Hours, Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.attendance import at_work, is_at_work
from leadlight.rules.routing import facts_of, pool, turn_of
from leadlight.rules.speed import cause_of, claim, passes_before, passing

VISITORS = 2000
START = datetime(2026, 4, 1, tzinfo=UTC)  # Easter lies within
LONDON = Hours(zone="Europe/London", country="GB")
AT_ONCE = timedelta(seconds=60)


def rep(name: str, **more: object) -> Person:
    return replace(Person(name, name.title(), f"{name}@x.example"), **more)  # type: ignore[arg-type]  # by name


TEAM = Team(
    Company("x"),
    (
        rep("ana"),
        rep("ben", capacity=2.0, languages=("en", "de")),
        rep("cat", away=(Away(date(2026, 4, 8), date(2026, 4, 10)),)),
        rep("dev", hours=Hours(zone="Asia/Kolkata", start=time(10), end=time(18))),
        rep("eva", hours=Hours(zone="America/New_York", country="US"), languages=("en", "es")),
        rep("fay", hours=replace(LONDON, days=(5, 6), start=time(10), end=time(15))),
        rep("gus", away=(Away(date(2026, 4, 1), date(2026, 4, 30)),), languages=("pl",)),
        rep("mia", manager=True),
    ),
    LONDON,
)
HABITS = {"ana": 4, "ben": 40, "cat": None, "dev": 10, "eva": 2, "fay": None, "gus": 1}
"""After so many minutes does somebody take a lead they were told of, if they are at work; None for never."""


@dataclass(frozen=True)
class Seen:
    """What became of one wish: who was told when, oldest first, and when it was taken, or the manager's."""

    wanted: datetime
    told: tuple[tuple[datetime, str], ...]
    taken: datetime | None
    manager: datetime | None


def lived(lead: Lead, wish: CallWish, asked: datetime) -> Seen:
    """Everything that happens until somebody has the lead in hand."""
    wanted = wish.at or asked
    touches: list[Touch] = []
    told = [(asked, lead.owner or "")]
    row = claim(lead, "asked", TEAM, asked, wish=wish)
    while row is not None:
        if taken := taken_at(told[-1], wanted, row):
            return Seen(wanted, tuple(told), taken, None)
        found = passing(row, lead, touches, TEAM)
        touches.append(
            Touch(f"e/{row.ref}", lead.id, TouchKind.ESCALATED, row.at, by=lead.owner, facts={"cause": cause_of(row)})
        )
        if found.manager:
            return Seen(wanted, tuple(told), None, row.at)
        lead = replace(lead, owner=found.to.id)
        told.append((row.at, found.to.id))
        row = claim(lead, "asked", TEAM, row.at, wish=wish, passes=passes_before(row) + 1)
    return Seen(wanted, tuple(told), None, None)


def taken_at(told: tuple[datetime, str], wanted: datetime, row: Due) -> datetime | None:
    """When whoever was told takes the lead: at work, and before it has gone on."""
    at, who = told
    habit = HABITS[who]
    if habit is None:
        return None
    moment = max(at, wanted) + timedelta(minutes=habit)
    return moment if moment < row.at and is_at_work(TEAM.person(who), TEAM, moment) else None


def visitors(dice: random.Random) -> Iterator[tuple[Lead, CallWish, datetime]]:
    """So many, at any second of three weeks; some want their call at a time to come."""
    for number in range(VISITORS):
        asked = START + timedelta(seconds=dice.randrange(21 * 86_400))
        later = asked + timedelta(minutes=dice.randrange(1, 3000))
        wish = CallWish(CallKind.AT, later) if dice.random() < 0.3 else CallWish(CallKind.NOW)
        language = dice.choice(("en", "en", "en", "de", "es", "pl"))
        lead = Lead(LeadId(f"l{number}"), asked, call=wish, language=language, confirmed_at=asked)
        people, _ = pool(facts_of(lead), TEAM, asked)
        yield replace(lead, owner=turn_of(people, number).id), wish, asked


@pytest.mark.parametrize("seed", [20260401])
def test_of_2000_who_want_a_call_all_have_somebody_at_work_or_it_goes_on(seed: int, tally: Tally) -> None:
    seen = [(lead, lived(lead, wish, asked)) for lead, wish, asked in visitors(random.Random(seed))]

    in_hours = [
        (lead, one) for lead, one in seen if at_work(pool(facts_of(lead), TEAM, one.wanted)[0], TEAM, one.wanted)
    ]
    unanswered = [one for _, one in in_hours if not held_or_passed(one)]
    lost = [one for _, one in seen if one.taken is None and one.manager is None]

    tally(
        "speed to lead", wishes=len(seen), in_working_hours=len(in_hours),
        taken=sum(one.taken is not None for _, one in seen), passed_on=sum(len(one.told) - 1 for _, one in seen),
        told_the_manager=sum(one.manager is not None for _, one in seen),
        without_an_owner=len(unanswered) + len(lost),
    )  # fmt: skip
    assert (unanswered, lost) == ([], [])
    assert all(lead.owner for lead, _ in seen)
    assert len(in_hours) > VISITORS / 3


def held_or_passed(one: Seen) -> bool:
    """Whether within a minute of the wish somebody at work had the number, or it was the manager's."""
    soon = one.wanted + AT_ONCE
    holders = [who for at, who in one.told if at <= soon]
    return is_at_work(TEAM.person(holders[-1]), TEAM, one.wanted) or (one.manager is not None and one.manager <= soon)
