"""Whose clock runs, for what, and what takes it away: the edges of who waits for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rules.test_speed import (
    ANA,
    AT_TEN_TOMORROW,
    BEN,
    CLOCKS,
    LONDON,
    MIA,
    PAIR,
    THREE,
    at,
    away,
    lead,
    passed,
    team,
)

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, Stage, Stop, StopReason
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.team import Clocks, Hours, Person
from leadlight.model.touch import Touch, TouchKind, WhyNot
from leadlight.rules.routing import Facts
from leadlight.rules.speed import (
    Passing,
    answered,
    cause_of,
    claim,
    claims,
    had_it,
    is_answered,
    others,
    passes_before,
    passing,
    pool_of,
    why_alone,
)

CLOCK = Due(LeadId("l"), 1, DueKind.CLAIM, "wanted", at("2026-01-05T10:15"))
STEP = replace(CLOCK, kind=DueKind.STEP)
LONELY = "they want a call since 2026-01-05 10:00 UTC, nobody has the lead, and no clock runs"


def happened(kind: TouchKind, minutes: int = 0, **facts: str) -> Touch:
    when = at("2026-01-05T10:00") + timedelta(minutes=minutes)
    return Touch(f"{kind}/{minutes}", LeadId("l"), kind, when, facts=facts)


WISHED = happened(TouchKind.CALL_WANTED)


@pytest.mark.parametrize(
    ("who", "rows", "touches", "people", "clocks", "alone"),
    [
        (lead(), (), (WISHED,), PAIR, CLOCKS, True),
        (lead(), (STEP,), (happened(TouchKind.CLAIMED, -1), WISHED), PAIR, CLOCKS, True),  # that was before
        (lead(), (), (happened(TouchKind.CALL_WANTED, -9, confirmed="yes"), WISHED), PAIR, CLOCKS, True),
        (lead(), (), (WISHED, happened(TouchKind.NOTIFIED, 5)), PAIR, CLOCKS, True),
        (lead(), (), (WISHED, happened(TouchKind.CALL_WANTED, 9, confirmed="no")), PAIR, CLOCKS, True),
        (lead(), (CLOCK,), (WISHED,), PAIR, CLOCKS, False),
        (lead(), (), (WISHED, happened(TouchKind.CLAIMED)), PAIR, CLOCKS, False),
        (lead(), (), (WISHED, happened(TouchKind.OUTCOME, 5)), PAIR, CLOCKS, False),
        (lead(), (), (WISHED, happened(TouchKind.ESCALATED, 5)), PAIR, CLOCKS, False),
        (lead(), (), (happened(TouchKind.CALL_WANTED, confirmed="no"),), PAIR, CLOCKS, False),
        (lead(), (), (), PAIR, CLOCKS, False),
        (lead(call=None), (), (WISHED,), PAIR, CLOCKS, False),
        (lead(call=CallWish(CallKind.NO)), (), (WISHED,), PAIR, CLOCKS, False),
        (replace(lead(), confirmed_at=None), (), (WISHED,), PAIR, CLOCKS, False),
        (replace(lead(), stage=Stage.LOST), (), (WISHED,), PAIR, CLOCKS, False),
        (lead(), (), (WISHED,), (ANA,), CLOCKS, False),
        (lead(), (), (WISHED,), PAIR, Clocks(call=None), False),
    ],
)
def test_a_wish_for_a_call_that_waits_for_nobody_is_found(
    who: Lead,
    rows: tuple[Due, ...],
    touches: tuple[Touch, ...],
    people: tuple[Person, ...],
    clocks: Clocks,
    alone: bool,
) -> None:
    assert why_alone(who, rows, touches, team(*people, clocks=clocks)) == (LONELY if alone else None)


def test_a_row_tells_of_what_it_is_and_how_often_it_was_passed_on() -> None:
    again = claim(lead(), "asked/1", team(*PAIR), at("2026-01-05T10:00"), passes=2)

    assert again is not None
    assert (again.ref, cause_of(again), passes_before(again)) == ("asked/1~2", "asked/1", 2)
    assert (cause_of(CLOCK), passes_before(CLOCK)) == ("wanted", 0)


def test_a_row_is_of_the_lead_as_it_is_now() -> None:
    row = claim(replace(lead(), generation=3), "asked/1", team(*PAIR), at("2026-01-05T10:00"))

    assert row == Due(LeadId("l"), 3, DueKind.CLAIM, "asked/1", at("2026-01-05T10:15"))


def test_a_touch_may_hold_a_wish_of_its_own() -> None:
    now, own = at("2026-01-05T10:00"), CallWish(CallKind.AT, at("2026-01-05T14:00"))

    row = claim(lead(call=AT_TEN_TOMORROW), "asked/1", team(*PAIR), now, wish=own)
    past = claim(lead(call=None), "asked/1", team(*PAIR), now, wish=CallWish(CallKind.AT, at("2026-01-05T08:00")))
    no = claim(lead(), "asked/1", team(*PAIR), now, wish=CallWish(CallKind.NO))

    assert row is not None
    assert past is not None
    assert no is not None
    assert (row.at, past.at, no.at) == (at("2026-01-05T14:15"), at("2026-01-05T10:15"), at("2026-01-06T10:00"))


def test_only_clocks_are_taken_away() -> None:
    assert claims([STEP, CLOCK]) == ("claim/wanted",)
    assert answered([CLOCK], lead(call=None), CLOCK.at) == answered([CLOCK], lead(), CLOCK.at) == ("claim/wanted",)
    assert answered([CLOCK], lead(call=CallWish(CallKind.AT, CLOCK.at)), CLOCK.at) == ("claim/wanted",)


def test_each_who_was_told_is_named_once_and_whose_lead_it_is_comes_last() -> None:
    touches = (passed("ben"), passed("ana"), passed("ben"), passed("cat", "asked/2"), replace(passed("x"), by=None))
    other = replace(passed("mia"), kind=TouchKind.HANDED_OVER)

    assert had_it(lead("cat"), team(*THREE), (*touches, other), "asked/1") == ("ben", "ana", "cat")
    assert had_it(lead("ana"), team(*THREE), touches, "asked/1") == ("ben", "ana")


def test_the_others_are_all_but_whose_lead_it_is_and_the_pool_begins_behind_them() -> None:
    people = team(*THREE)

    assert [person.id for person in others(lead("ben"), people)] == ["ana", "cat", "mia"]
    assert [person.id for person in pool_of(lead("ben"), people, at("2026-01-05T10:00"))] == ["ben", "cat", "ana"]


def test_who_was_not_reached_by_the_one_who_has_the_lead_still_waits() -> None:
    missed = happened(TouchKind.OUTCOME, 5, why_not=WhyNot.NOT_REACHED)
    spoke = happened(TouchKind.OUTCOME, 6, why_not=WhyNot.OBJECTION)

    assert not is_answered(WISHED, None, (WISHED, missed))
    assert is_answered(WISHED, None, (WISHED, missed, spoke))
    assert not is_answered(WISHED, None, (spoke, WISHED))
    assert is_answered(WISHED, CallWish(CallKind.AT, at("2026-01-05T09:00")), (WISHED, spoke))


def test_what_the_history_does_not_hold_is_answered_by_anything_since() -> None:
    first, missed = happened(TouchKind.CLAIMED), happened(TouchKind.OUTCOME, 5, why_not=WhyNot.NOT_REACHED)

    assert is_answered(WISHED, None, (first, missed))
    assert is_answered(WISHED, None, (WISHED, first))  # in the same moment
    assert not is_answered(WISHED, None, (missed,))


def test_it_goes_where_what_is_known_of_the_lead_leads() -> None:
    cat = replace(THREE[2], sizes=("501+",))

    found = passing(CLOCK, lead(), (), team(ANA, BEN, cat, MIA), Facts("en", size="501+"))

    assert found == Passing(CLOCK.at, cat, manager=False)


WEST, EAST = Hours(zone="America/Los_Angeles"), Hours(zone="Asia/Tokyo")
FIRST_IN = [
    # whose lead it is, of whom, when: nobody of them is in, so it goes on when the first is
    ((replace(ANA, hours=WEST), replace(BEN, hours=EAST), MIA), "2026-01-05T18:00", "2026-01-05T18:15"),
    ((replace(BEN, id="ana", hours=EAST), replace(BEN, hours=WEST), MIA), "2026-01-05T18:00", "2026-01-05T18:00"),
    ((ANA, away(BEN, "2026-01-05", "2026-01-05"), MIA), "2026-01-05T16:55", "2026-01-06T09:10"),
    ((away(ANA, "2026-01-06", "2026-01-06"), away(BEN, "2026-01-06", "2026-01-07"), MIA),
     "2026-01-05T16:55", "2026-01-07T09:10"),
]  # fmt: skip


@pytest.mark.parametrize(("people", "asked", "goes_on"), FIRST_IN)
def test_patience_ends_when_somebody_is_in(people: tuple[Person, ...], asked: str, goes_on: str) -> None:
    row = claim(lead(), "asked/1", team(*people), at(asked))

    assert row is not None
    assert row.at == at(goes_on)


DAYS = Clocks(call=Wait(1, WaitUnit.DAYS), hot=Wait(2, WaitUnit.HOURS), other=Wait(30, WaitUnit.MINUTES))


@pytest.mark.parametrize(
    ("who", "asked", "goes_on"),
    [
        (lead(), "2026-01-05T10:00", "2026-01-06T10:00"),
        (lead(), "2026-01-09T10:00", "2026-01-12T09:00"),  # Saturday is no day of work
        (lead(call=None, hot=True), "2026-01-05T15:30", "2026-01-06T09:30"),
        (lead(call=None), "2026-01-05T15:30", "2026-01-05T16:00"),
    ],
)
def test_each_clock_may_have_any_unit(who: Lead, asked: str, goes_on: str) -> None:
    row = claim(who, "asked/1", team(*PAIR, clocks=DAYS), at(asked))

    assert row is not None
    assert row.at == at(goes_on)


@pytest.mark.parametrize("reason", [StopReason.ERASED, StopReason.DISQUALIFIED, StopReason.UNSUBSCRIBED])
def test_who_only_wants_no_mails_still_waits_for_the_call(reason: StopReason) -> None:
    stopped = replace(lead(), stops=(Stop(reason, at("2026-01-05T09:00")),))

    row = claim(stopped, "asked/1", team(*PAIR), at("2026-01-05T10:00"))

    assert (row is not None) is (reason is StopReason.UNSUBSCRIBED)


def test_a_team_that_never_works_is_asked_at_once() -> None:
    never = replace(LONDON, days=())

    row = claim(lead(), "asked/1", team(*PAIR, hours=never), at("2026-01-05T10:00"))

    assert row is not None
    assert row.at == at("2026-01-05T10:00")
