"""The last day that is looked at, the words for what never opens, and whose clock counts where little is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from tests.rules.examples import DAY, HOUR, MONDAY, OFFICE, lead

from leadlight.errors import NeverOpens
from leadlight.model.sequence import OpenHours, Wait, WaitUnit, Window
from leadlight.model.team import Hours
from leadlight.rules.cadence import (
    SEARCHED,
    after,
    hours_for,
    is_working_day,
    opens_ever,
    within,
    working_hours_later,
)

WORK = Window.WORKING_HOURS
DAILY = replace(OFFICE, days=(0, 1, 2, 3, 4, 5, 6))
NEVER = replace(OFFICE, days=())
WARSAW = replace(OFFICE, zone="Europe/Warsaw", country="PL")


def shut_for(days: int) -> Hours:
    """Open every day, but for so many from that Monday on."""
    return replace(DAILY, holidays=tuple((MONDAY + n * DAY).date().isoformat() for n in range(days)))


def test_a_window_is_looked_for_through_two_years_and_no_longer() -> None:
    assert within(WORK, MONDAY, shut_for(SEARCHED - 1)) == MONDAY + (SEARCHED - 1) * DAY - HOUR
    with pytest.raises(NeverOpens):
        within(WORK, MONDAY, shut_for(SEARCHED))


def test_a_business_day_is_looked_for_through_two_years_and_no_longer() -> None:
    a_day = Wait(1, WaitUnit.BUSINESS_DAYS)

    assert after(a_day, MONDAY, shut_for(SEARCHED - 1)) == MONDAY + (SEARCHED - 1) * DAY
    with pytest.raises(NeverOpens):
        after(a_day, MONDAY, shut_for(SEARCHED))


def test_a_window_that_never_opens_is_named_as_it_was_written() -> None:
    with pytest.raises(NeverOpens) as own:
        within(OpenHours((0, 2), time(12), time(9, 30)), MONDAY, WARSAW)
    with pytest.raises(NeverOpens) as team:
        after(Wait(1, WaitUnit.BUSINESS_DAYS), MONDAY, NEVER)
    with pytest.raises(NeverOpens) as work:
        within(WORK, MONDAY, replace(WARSAW, end=WARSAW.start))

    assert (own.value.window, own.value.zone) == ("mon, wed 12:00-09:30", "Europe/Warsaw")
    assert (team.value.window, team.value.zone) == ("(no day) 09:00-17:00", "UTC")
    assert (work.value.window, work.value.zone) == ("mon, tue, wed, thu, fri 09:00-09:00", "Europe/Warsaw")


@pytest.mark.parametrize(
    ("window", "hours", "ever"),
    [
        (WORK, OFFICE, True), (WORK, NEVER, False), (Window.ANY, NEVER, True),
        (OpenHours((5, 6), time(9), time(17)), NEVER, True), (OpenHours((5,), time(9), time(9)), OFFICE, False),
    ],
)  # fmt: skip
def test_whether_a_window_ever_opens_is_known_beforehand(window: Window | OpenHours, hours: Hours, ever: bool) -> None:
    assert opens_ever(window, hours) is ever


@pytest.mark.parametrize(
    ("day", "hours", "works"),
    [
        (date(2026, 1, 5), WARSAW, True),
        (date(2026, 1, 4), WARSAW, False),
        (date(2026, 11, 11), WARSAW, False),
        (date(2026, 11, 11), OFFICE, True),
        (date(2026, 1, 5), replace(WARSAW, holidays=("2026-01-05",)), False),
        (date(2026, 1, 7), replace(WARSAW, holidays=("2026-01-05",)), True),
    ],
)
def test_nobody_works_at_weekends_on_public_holidays_and_on_days_that_the_team_lists(
    day: date, hours: Hours, works: bool
) -> None:
    assert is_working_day(day, hours) is works


def test_a_window_of_its_own_opens_on_holidays_only_if_it_says_so() -> None:
    hours, wednesday = replace(WARSAW, zone="UTC"), datetime.fromisoformat("2026-11-11T10:00:00+00:00")
    window = OpenHours((2,), time(9), time(17))

    assert within(replace(window, holidays=True), wednesday, hours) == wednesday
    assert within(window, wednesday, hours) == wednesday + 7 * DAY - HOUR


def test_a_window_that_ends_at_midnight_is_open_until_the_next_day_begins() -> None:
    late, window = MONDAY.replace(hour=23, minute=59), OpenHours((0,), time(20), time(0))

    assert within(window, late, OFFICE) == late
    assert within(window, late + timedelta(minutes=1), OFFICE) == MONDAY.replace(hour=20) + 7 * DAY


@pytest.mark.parametrize(
    ("count", "since", "hours_on"),
    [(7, 0, 7), (8, 0, 24), (0, 0, 0), (1, 7, 24), (1, -5, 0), (16, -1, 31), (15, 0, 31)],
)
def test_working_hours_pass_while_the_team_works(count: int, since: int, hours_on: int) -> None:
    assert working_hours_later(count, MONDAY + since * HOUR, OFFICE) == MONDAY + hours_on * HOUR


@pytest.mark.parametrize(
    ("zone", "country", "expected"),
    [
        (None, None, ("Europe/Warsaw", "PL")),
        ("Asia/Kathmandu", None, ("Asia/Kathmandu", "NP")),
        (None, "NP", ("Asia/Kathmandu", "NP")),
        ("asia/kathmandu", "DE", ("Asia/Kathmandu", "DE")),
        ("UTC", None, ("UTC", "PL")),
        ("Mars/Olympus", None, ("Europe/Warsaw", "PL")),
    ],
)
def test_a_clock_and_a_country_are_the_leads_as_far_as_known_and_else_the_teams(
    zone: str | None, country: str | None, expected: tuple[str, str]
) -> None:
    found = hours_for(lead(zone=zone, country=country), replace(WARSAW, holidays=("2026-01-05",)))

    assert (found.zone, found.country) == expected
    assert (found.start, found.holidays) == (OFFICE.start, ("2026-01-05",))
