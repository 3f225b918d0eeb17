"""When does a lead that nobody takes go on, and to whom? Over weekends, holidays, absences and zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Lead, Stage, Stop, StopReason
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.team import Away, Clocks, Company, Hours, Person, Team
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.speed import (
    answered,
    claim,
    claims,
    is_answered,
    passing,
)

NOW = CallWish(CallKind.NOW)
LONDON = Hours(zone="Europe/London", country="GB")
TOKYO = Hours(zone="Asia/Tokyo")
SATURDAYS = Hours(zone="Europe/London", days=(5,), start=time(10), end=time(14))
CLOCKS = Clocks(call=Wait(15, WaitUnit.MINUTES), hot=Wait(1, WaitUnit.HOURS), other=Wait(1, WaitUnit.BUSINESS_DAYS))

ANA, BEN = Person("ana", "Ana", "ana@x.example"), Person("ben", "Ben", "ben@x.example")
KEI = Person("kei", "Kei", "kei@x.example", hours=TOKYO)
SAT = Person("sat", "Sat", "sat@x.example", hours=SATURDAYS)
MIA = Person("mia", "Mia", "mia@x.example", manager=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def team(*people: Person, hours: Hours = LONDON, clocks: Clocks = CLOCKS) -> Team:
    return Team(Company("x"), people, hours, clocks=clocks)


def lead(owner: str = "ana", *, call: CallWish | None = NOW, hot: bool = False) -> Lead:
    now = at("2026-01-05T08:00")
    return Lead(LeadId("l"), now, owner=owner, call=call, hot_since=now if hot else None, confirmed_at=now)


def away(person: Person, first: str, last: str) -> Person:
    return replace(person, away=(Away(date.fromisoformat(first), date.fromisoformat(last)),))


PAIR = (ANA, BEN, MIA)
AT_TEN_TOMORROW = CallWish(CallKind.AT, at("2026-01-06T10:00"))

CALLS = [
    # asked at, the team, when it goes on: London works 09:00 to 17:00, UTC in winter, an hour before UTC in summer
    ("2026-01-05T10:00", PAIR, "2026-01-05T10:15"),  # Monday
    ("2026-01-05T16:50", PAIR, "2026-01-06T09:05"),  # ten minutes today, five tomorrow
    ("2026-01-05T16:45", PAIR, "2026-01-06T09:00"),  # at closing time nobody is there to have it
    ("2026-01-05T06:30", PAIR, "2026-01-05T09:15"),  # before hours the clock waits for them
    ("2026-01-05T22:00", PAIR, "2026-01-06T09:15"),
    ("2026-01-09T16:55", PAIR, "2026-01-12T09:10"),  # Friday, over a weekend
    ("2026-01-10T12:00", PAIR, "2026-01-12T09:15"),  # Saturday
    ("2026-01-11T23:59", PAIR, "2026-01-12T09:15"),  # Sunday
    ("2026-04-02T15:55", PAIR, "2026-04-07T08:10"),  # Maundy Thursday, over Good Friday and Easter Monday
    ("2026-12-24T16:50", PAIR, "2026-12-29T09:05"),  # Christmas, and Boxing Day's substitute on a Monday
    ("2026-12-25T10:00", PAIR, "2026-12-29T09:15"),
    ("2026-03-27T16:55", PAIR, "2026-03-30T08:10"),  # the clocks go forward on that weekend
    ("2026-10-23T15:55", PAIR, "2026-10-26T09:10"),  # and back on this one
    ("2026-07-06T08:00", PAIR, "2026-07-06T08:15"),  # summer: nine in London
    ("2026-07-06T07:00", PAIR, "2026-07-06T08:15"),
    ("2026-01-05T10:00", (away(ANA, "2026-01-05", "2026-01-05"), BEN, MIA), "2026-01-05T10:00"),  # a colleague can
    ("2026-01-05T10:00", (away(ANA, "2026-01-05", "2026-01-16"), BEN, MIA), "2026-01-05T10:00"),
    ("2026-01-05T20:00", (away(ANA, "2026-01-06", "2026-01-06"), BEN, MIA), "2026-01-06T09:00"),  # when Ben comes in
    ("2026-01-05T10:00", (away(ANA, "2026-01-05", "2026-01-16"), MIA), "2026-01-05T10:00"),  # the manager is there
    ("2026-01-05T02:00", (ANA, KEI, MIA), "2026-01-05T02:00"),  # night in London, eleven in Tokyo
    ("2026-01-05T10:00", (ANA, KEI, MIA), "2026-01-05T10:15"),  # Tokyo sleeps, Ana has her quarter of an hour
    ("2026-01-10T11:00", (ANA, SAT, MIA), "2026-01-10T11:00"),  # Saturday's rep is there
    ("2026-01-10T15:00", (ANA, SAT, MIA), "2026-01-12T09:15"),  # he has gone home
    ("2026-01-05T10:00", (ANA, replace(BEN, languages=("pl",)), MIA), "2026-01-05T10:15"),
]


@pytest.mark.parametrize(("asked", "people", "goes_on"), CALLS)
def test_a_wish_for_a_call_goes_on_after_a_quarter_of_an_hour_of_work(
    asked: str, people: tuple[Person, ...], goes_on: str
) -> None:
    row = claim(lead(), "asked/1", team(*people), at(asked))

    assert row is not None
    assert (row.kind, row.ref, row.at) == (DueKind.CLAIM, "asked/1", at(goes_on))


OTHERS = [
    # who waits, asked at, the team, when it goes on
    (lead(call=None, hot=True), "2026-01-05T10:00", PAIR, "2026-01-05T11:00"),
    (lead(call=None, hot=True), "2026-01-09T16:30", PAIR, "2026-01-12T09:30"),
    (lead(call=None, hot=True), "2026-01-05T10:00", (away(ANA, "2026-01-05", "2026-01-05"), BEN, MIA), None),
    (lead(call=None, hot=True), "2026-01-05T02:00", (ANA, KEI, MIA), "2026-01-05T10:00"),  # no call: no hurry at night
    (lead(call=None), "2026-01-05T10:00", PAIR, "2026-01-06T10:00"),
    (lead(call=None), "2026-01-09T10:00", PAIR, "2026-01-12T10:00"),
    (lead(call=None), "2026-12-24T10:00", PAIR, "2026-12-29T10:00"),
    (lead(call=None), "2026-01-10T10:00", PAIR, "2026-01-13T09:00"),  # a whole day of work after Monday's begin
    (lead(call=AT_TEN_TOMORROW), "2026-01-05T10:00", PAIR, "2026-01-06T10:15"),  # from the time they named
    (lead(call=CallWish(CallKind.AT, at("2026-01-10T10:00"))), "2026-01-05T10:00", PAIR, "2026-01-12T09:15"),
    (lead(call=CallWish(CallKind.AT, at("2026-01-06T02:00"))), "2026-01-05T10:00", (ANA, KEI, MIA), "2026-01-06T02:00"),
    (lead(call=CallWish(CallKind.NO)), "2026-01-05T10:00", PAIR, "2026-01-06T10:00"),
    (lead("kei"), "2026-01-05T10:00", (ANA, KEI, MIA), "2026-01-05T10:00"),
    (lead("kei"), "2026-01-05T00:30", (ANA, KEI, MIA), "2026-01-05T00:45"),
]


@pytest.mark.parametrize(("who", "asked", "people", "goes_on"), OTHERS)
def test_each_sort_of_lead_has_its_own_patience(
    who: Lead, asked: str, people: tuple[Person, ...], goes_on: str | None
) -> None:
    row = claim(who, "asked/1", team(*people), at(asked))

    assert row is not None
    assert row.at == (at(goes_on) if goes_on else at("2026-01-06T10:00"))  # Ana is back: her hour begins at nine


NO_CLOCK = [
    (lead(), (ANA,), CLOCKS),  # a team of one has nobody else
    (lead(), PAIR, Clocks(call=None)),
    (lead(call=None), PAIR, Clocks()),  # without a wish and not hot it may wait for ever
    (replace(lead(), stage=Stage.LOST), PAIR, CLOCKS),
    (replace(lead(), stage=Stage.DISQUALIFIED), PAIR, CLOCKS),
    (replace(lead(), stops=(Stop(StopReason.ERASED, at("2026-01-05T09:00")),)), PAIR, CLOCKS),
    (
        replace(
            lead(call=None, hot=True), hold=Hold("ana", Objective.START, at("2026-01-05T09:00"), at("2026-01-07T09:00"))
        ),
        PAIR,
        CLOCKS,
    ),
]


@pytest.mark.parametrize(("who", "people", "clocks"), NO_CLOCK)
def test_nobody_is_passed_on_who_has_somebody_or_nobody_else(
    who: Lead, people: tuple[Person, ...], clocks: Clocks
) -> None:
    assert claim(who, "asked/1", team(*people, clocks=clocks), at("2026-01-05T10:00")) is None


def passed(by: str, cause: str = "asked/1") -> Touch:
    return Touch(f"e/{by}", LeadId("l"), TouchKind.ESCALATED, at("2026-01-05T10:00"), by=by, facts={"cause": cause})


THREE = (ANA, BEN, replace(BEN, id="cat", name="Cat"), MIA)
PASSINGS = [
    # whose it is, who was asked before, at what time, the team, who gets it
    ("ana", (), "2026-01-05T10:00", THREE, "ben"),
    ("ben", (passed("ana"),), "2026-01-05T10:00", THREE, "cat"),
    ("ben", (), "2026-01-05T10:00", THREE, "cat"),  # the one behind him in the list, so that it is not always the first
    ("cat", (), "2026-01-05T10:00", THREE, "ana"),
    ("cat", (passed("ana"), passed("ben")), "2026-01-05T10:00", THREE, "mia"),
    ("ana", (passed("ben", "asked/2"),), "2026-01-05T10:00", THREE, "ben"),  # for something else, weeks ago
    ("ana", (), "2026-01-05T10:00", (ANA, MIA), "mia"),
    ("ana", (), "2026-01-05T10:00", (ANA, away(BEN, "2026-01-05", "2026-01-09"), MIA), "mia"),
    ("ana", (), "2026-01-10T11:00", (ANA, BEN, SAT, MIA), "sat"),
    ("ana", (), "2026-01-05T02:00", (ANA, BEN, KEI, MIA), "kei"),
    ("ana", (), "2026-01-05T10:00", (ANA, replace(BEN, capacity=0), MIA), "mia"),
    ("ana", (), "2026-01-05T10:00", (ANA, replace(BEN, languages=("pl",)), MIA), "mia"),
]


@pytest.mark.parametrize(("owner", "touches", "when", "people", "to"), PASSINGS)
def test_it_goes_to_who_is_at_work_and_was_not_asked_and_then_to_the_manager(
    owner: str, touches: tuple[Touch, ...], when: str, people: tuple[Person, ...], to: str
) -> None:
    row = Due(LeadId("l"), 1, DueKind.CLAIM, "asked/1", at(when))

    found = passing(row, lead(owner), touches, team(*people))

    assert (found.to.id, found.manager) == (to, to == "mia")


def test_who_holds_a_lead_keeps_it_and_the_manager_hears_of_the_call() -> None:
    held = replace(lead(), hold=Hold("ana", Objective.START, at("2026-01-05T09:00"), at("2026-01-07T09:00")))
    row = claim(held, "asked/1", team(*THREE), at("2026-01-05T10:00"))

    assert row is not None
    assert passing(row, held, (), team(*THREE)).to is MIA


def test_an_outcome_leaves_the_clock_of_a_call_that_is_still_to_come() -> None:
    now, row = at("2026-01-05T10:00"), Due(LeadId("l"), 1, DueKind.CLAIM, "asked/1", at("2026-01-06T10:15"))

    assert answered([row], lead(call=AT_TEN_TOMORROW), now) == ()
    assert answered([row], lead(), now) == claims([row]) == ("claim/asked/1",)


@pytest.mark.parametrize(
    ("kind", "after", "wish", "is_it"),
    [
        (TouchKind.CLAIMED, 5, NOW, True),
        (TouchKind.OUTCOME, 5, NOW, True),
        (TouchKind.HANDED_OVER, 5, NOW, True),
        (TouchKind.NOTIFIED, 5, NOW, False),
        (TouchKind.SIGNED_IN, 5, NOW, False),
        (TouchKind.OUTCOME, -5, NOW, False),
        (TouchKind.OUTCOME, 5, AT_TEN_TOMORROW, False),
        (TouchKind.OUTCOME, 60 * 24 + 5, AT_TEN_TOMORROW, True),
    ],
)
def test_only_what_a_person_does_after_it_answers(kind: TouchKind, after: int, wish: CallWish, is_it: bool) -> None:
    cause = Touch("asked/1", LeadId("l"), TouchKind.CALL_WANTED, at("2026-01-05T10:00"))
    touch = Touch("t", LeadId("l"), kind, cause.at + timedelta(minutes=after))

    assert is_answered(cause, wish, (cause, touch)) is is_it
