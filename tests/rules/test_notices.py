"""When is a rep mailed, and is it a decent hour to ring there?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.sequence import OpenHours, Wait, WaitUnit
from leadlight.model.team import Clocks, Company, Hours, Notices, Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.notices import days_of_silence, is_now, tell, tell_at, told_of, waiting
from leadlight.rules.there import hour_there, in_words

ALL = (0, 1, 2, 3, 4, 5, 6)
NIGHT = OpenHours(ALL, time(20), time(8))
EVENING = OpenHours((0, 1, 2, 3, 4), time(20), time(0))
NOON = OpenHours(ALL, time(12), time(13))
WEEKEND = OpenHours((5, 6), time(0), time(0))
ANA = Person("ana", "Ana", "ana@x.example")
KEI = Person("kei", "Kei", "kei@x.example", hours=Hours(zone="Asia/Tokyo"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def team(quiet: OpenHours | None, *, breaks: bool = True) -> Team:
    return Team(Company("x"), (ANA, KEI), Hours(zone="Europe/London"), notices=Notices(quiet, breaks))


QUIET = [
    (ANA, None, "2026-01-05T03:00", "2026-01-05T03:00"),
    (ANA, NIGHT, "2026-01-05T12:00", "2026-01-05T12:00"),
    (ANA, NIGHT, "2026-01-05T20:00", "2026-01-06T08:00"),
    (ANA, NIGHT, "2026-01-05T23:59", "2026-01-06T08:00"),
    (ANA, NIGHT, "2026-01-06T07:59", "2026-01-06T08:00"),
    (ANA, NIGHT, "2026-01-06T08:00", "2026-01-06T08:00"),
    (ANA, NIGHT, "2026-07-05T19:30", "2026-07-06T07:00"),  # summer: 20:30 in London, until eight there
    (ANA, NIGHT, "2026-03-28T23:00", "2026-03-29T07:00"),  # over the night when clocks go forward
    (KEI, NIGHT, "2026-01-05T12:00", "2026-01-05T23:00"),  # nine in the evening in Tokyo
    (KEI, NIGHT, "2026-01-05T23:00", "2026-01-05T23:00"),
    (ANA, EVENING, "2026-01-09T21:00", "2026-01-10T00:00"),
    (ANA, EVENING, "2026-01-10T21:00", "2026-01-10T21:00"),  # Saturday is not among its days
    (ANA, WEEKEND, "2026-01-10T10:00", "2026-01-12T00:00"),  # both days, one after the other
    (ANA, WEEKEND, "2026-01-09T23:59", "2026-01-09T23:59"),
    (ANA, NOON, "2026-01-05T11:59", "2026-01-05T11:59"),
    (ANA, NOON, "2026-01-05T12:00", "2026-01-05T13:00"),
    (ANA, NOON, "2026-01-05T13:00", "2026-01-05T13:00"),
    (KEI, OpenHours(ALL, time(0), time(6)), "2026-01-05T16:00", "2026-01-05T21:00"),  # one in the morning there
    (ANA, OpenHours(ALL, time(0), time(0)), "2026-01-05T10:00", "2026-01-05T10:00"),  # for ever is never
]


@pytest.mark.parametrize(("person", "quiet", "now", "told"), QUIET)
def test_a_rep_is_told_at_the_end_of_the_quiet(person: Person, quiet: OpenHours | None, now: str, told: str) -> None:
    assert tell_at(person, team(quiet), wants_call_now=False, now=at(now)) == at(told)


def test_a_wished_call_breaks_the_quiet_if_the_team_says_so() -> None:
    now = at("2026-01-05T22:00")

    assert tell_at(ANA, team(NIGHT), wants_call_now=True, now=now) == now
    assert tell_at(ANA, team(NIGHT, breaks=False), wants_call_now=True, now=now) == at("2026-01-06T08:00")


def test_a_call_at_a_time_to_come_breaks_no_quiet() -> None:
    lead = Lead(LeadId("l"), at("2026-01-05T10:00"), owner="ana")
    wish = CallWish(CallKind.AT, at("2026-01-06T10:00"))

    row, clock = tell(lead, "t", team(NIGHT), at("2026-01-05T22:00"), wish=wish)

    assert (row.at, clock.at) == (at("2026-01-06T08:00"), at("2026-01-06T10:15"))


@pytest.mark.parametrize(
    ("call", "wish", "kinds", "told"),
    [
        (None, None, [DueKind.MAIL], "2026-01-06T08:00"),
        (CallWish(CallKind.NOW), None, [DueKind.MAIL, DueKind.CLAIM], "2026-01-06T08:00"),
        (None, CallWish(CallKind.NOW), [DueKind.MAIL, DueKind.CLAIM], "2026-01-05T22:00"),
        (CallWish(CallKind.NOW), CallWish(CallKind.NO), [DueKind.MAIL], "2026-01-06T08:00"),
    ],
)
def test_what_a_rep_hears_of_is_one_row_and_a_clock_where_somebody_waits(
    call: CallWish | None, wish: CallWish | None, kinds: list[DueKind], told: str
) -> None:
    lead = Lead(LeadId("l"), at("2026-01-05T10:00"), generation=2, owner="ana", call=call)

    mail, *clock = rows = tell(lead, "asked/1", team(NIGHT), at("2026-01-05T22:00"), wish=wish)

    assert [row.kind for row in rows] == kinds
    assert mail == Due(lead.id, 2, DueKind.MAIL, "notify/asked/1", at(told))
    assert [row.ref for row in clock] == ["asked/1"] * (len(kinds) - 1)


def test_nobody_has_to_take_who_has_just_refused_calls() -> None:
    lead = Lead(LeadId("l"), at("2026-01-05T10:00"), owner="ana")
    patient = replace(team(None), clocks=Clocks(other=Wait(1, WaitUnit.DAYS)))

    rows = [tell(lead, "t", patient, lead.created_at, wish=wish) for wish in (None, CallWish(CallKind.NO))]

    assert [len(each) for each in rows] == [2, 1]


def test_only_mails_that_tell_a_rep_of_something_wait() -> None:
    now, lead = at("2026-01-05T10:00"), LeadId("l")
    refs = ((DueKind.MAIL, "notify/asked/1"), (DueKind.MAIL, "optin/c"), (DueKind.STEP, "notify/x"))

    rows = waiting([Due(lead, 1, kind, ref, now) for kind, ref in refs])

    assert [told_of(row) for row in rows] == ["asked/1"]


@pytest.mark.parametrize(
    ("wish", "now"),
    [
        (None, False),
        (CallWish(CallKind.NO), False),
        (CallWish(CallKind.NOW), True),
        (CallWish(CallKind.NOW, at("2026-01-06T10:00")), True),
        (CallWish(CallKind.AT, None), True),
        (CallWish(CallKind.AT, at("2026-01-05T10:00")), True),
        (CallWish(CallKind.AT, at("2026-01-05T10:01")), False),
    ],
)
def test_a_call_is_wanted_now_from_its_time_on(wish: CallWish | None, now: bool) -> None:
    assert is_now(wish, at("2026-01-05T10:00")) is now


def touch(days: float, **facts: str) -> Touch:
    now = at("2026-01-05T10:00") + timedelta(days=days)
    return Touch(f"t/{days}", LeadId("l"), TouchKind.READ, now, quality=0 if "cost" in facts else 1, facts=facts)


@pytest.mark.parametrize(
    ("before", "days"),
    [
        ((), None),
        ((touch(29.9),), None),
        ((touch(10),), 30),
        ((touch(0),), 40),
        ((touch(0), touch(30)), None),
        ((touch(0), touch(30, cost="yes")), 40),  # a mail of ours is no sign of them
        ((touch(0), touch(30, confirmed="no")), 40),  # nor is somebody who only typed the address
        ((touch(0), touch(30, confirmed="yes")), None),
        ((touch(0), touch(39, capture="c")), 40),  # what came with the same form
        ((touch(0), touch(39, capture="d")), None),
        ((touch(0), touch(40), touch(41)), 40),
        ((touch(3.5), touch(1)), 36),
    ],
)
def test_thirty_days_without_a_sign_are_a_silence(before: tuple[Touch, ...], days: int | None) -> None:
    assert days_of_silence(touch(40, capture="c"), before) == days


@pytest.mark.parametrize(
    ("zone", "country", "now", "words"),
    [
        ("Europe/Warsaw", None, "2026-01-05T13:00", "Monday 14:00 in Warsaw, 1 hour ahead of you: a decent hour"),
        (None, "PL", "2026-01-06T10:00", "Tuesday 11:00 in Warsaw, 1 hour ahead of you: not on a public holiday"),
        (
            "America/New_York",
            None,
            "2026-01-05T13:00",
            "Monday 08:00 in New York, 5 hours behind you: too early, wait until 08:30",
        ),
        ("America/New_York", None, "2026-01-05T13:30", "Monday 08:30 in New York, 5 hours behind you: a decent hour"),
        (
            "Asia/Kolkata",
            None,
            "2026-01-05T13:00",
            "Monday 18:30 in Kolkata, 5½ hours ahead of you: too late for today",
        ),
        ("Europe/Warsaw", None, "2026-07-10T12:00", "Friday 14:00 in Warsaw, 1 hour ahead of you: a decent hour"),
        (
            "America/Argentina/Buenos_Aires",
            None,
            "2026-07-09T12:00",
            "Thursday 09:00 in Buenos Aires, 4 hours behind you: not on a public holiday",
        ),
        ("Europe/London", None, "2026-01-10T12:00", "Saturday 12:00 in London, as with you: not on a Saturday"),
        ("Asia/Tokyo", None, "2026-01-09T16:00", "Saturday 01:00 in Tokyo, 9 hours ahead of you: not on a Saturday"),
        (
            "Asia/Kathmandu",
            None,
            "2026-01-06T06:00",
            "Tuesday 11:45 in Kathmandu, 5¾ hours ahead of you: a decent hour",
        ),
    ],
)
def test_the_hour_there_is_told_with_how_far_it_is_from_here(
    zone: str | None, country: str | None, now: str, words: str
) -> None:
    hour = hour_there(Lead(LeadId("l"), at(now), zone=zone, country=country), at(now))

    assert hour is not None
    assert in_words(hour, "Europe/London") == words
    assert hour.decent is words.endswith("a decent hour")


@pytest.mark.parametrize(
    ("here", "apart"),
    [
        ("Asia/Kolkata", "¼ hour ahead of you"),
        ("Asia/Kathmandu", "as with you"),
        ("Asia/Dhaka", "¼ hour behind you"),
        ("Asia/Karachi", "¾ hour ahead of you"),
        ("Asia/Dubai", "1¾ hours ahead of you"),
        ("UTC", "5¾ hours ahead of you"),
    ],
)
def test_clocks_are_told_apart_to_the_quarter_of_an_hour(here: str, apart: str) -> None:
    now = at("2026-01-06T06:00")
    hour = hour_there(Lead(LeadId("l"), now, zone="Asia/Kathmandu"), now)

    assert hour is not None
    assert f", {apart}: " in in_words(hour, here)


def test_where_nobody_knows_where_they_are_nothing_is_said() -> None:
    assert hour_there(Lead(LeadId("l"), at("2026-01-05T10:00")), at("2026-01-05T10:00")) is None
