"""When a step goes out: waits, windows, weekends, holidays, summer time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import DAY, HOUR, MONDAY, OFFICE

from leadlight.errors import NeverOpens
from leadlight.model.sequence import OpenHours, Wait, WaitUnit, Window
from leadlight.rules.cadence import after, is_working_day, opens_ever, within, working_hours_later

MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: MONDAY + minutes * HOUR / 60)
LONDON = replace(OFFICE, zone="Europe/London")


@pytest.mark.parametrize(
    ("count", "unit", "later"),
    [
        (90, WaitUnit.MINUTES, 1.5 * HOUR),
        (5, WaitUnit.HOURS, 5 * HOUR),
        (2, WaitUnit.DAYS, 2 * DAY),
        (1, WaitUnit.WEEKS, 7 * DAY),
        (5, WaitUnit.BUSINESS_DAYS, 7 * DAY),
    ],
)
def test_a_wait_is_counted_in_its_own_unit(count: int, unit: WaitUnit, later: object) -> None:
    assert after(Wait(count, unit), MONDAY, OFFICE) - MONDAY == later


def test_two_days_later_is_the_same_time_of_day_when_summer_time_begins() -> None:
    saturday = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)

    assert after(Wait(2, WaitUnit.DAYS), saturday, LONDON) == datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def test_business_days_skip_holidays() -> None:
    hours = replace(OFFICE, holidays=("2026-01-06",))

    assert after(Wait(1, WaitUnit.BUSINESS_DAYS), MONDAY, hours) == MONDAY + 2 * DAY


@pytest.mark.parametrize(
    ("hours_off", "opens"), [(-3, -1), (0, 0), (6, 6), (7, 23), (4 * 24 + 7, 7 * 24 - 1), (5 * 24, 7 * 24 - 1)]
)
def test_outside_working_hours_a_step_waits_for_the_next_morning(hours_off: int, opens: int) -> None:
    assert within(Window.WORKING_HOURS, MONDAY + hours_off * HOUR, OFFICE) == MONDAY + opens * HOUR


@given(at=MOMENTS)
def test_a_window_never_moves_a_step_back_and_ends_within_itself(at: datetime) -> None:
    opened = within(Window.WORKING_HOURS, at, LONDON)

    assert opened >= at
    assert within(Window.WORKING_HOURS, opened, LONDON) == opened


@given(at=MOMENTS, count=st.integers(0, 80))
def test_working_hours_later_is_never_earlier_than_the_clock_allows(at: datetime, count: int) -> None:
    assert working_hours_later(count, at, LONDON) >= at + count * HOUR


def test_any_window_is_always_open() -> None:
    sunday = MONDAY - DAY

    assert within(Window.ANY, sunday, OFFICE) == sunday


def test_a_holiday_is_no_working_day() -> None:
    assert not is_working_day(date(2026, 12, 25), replace(OFFICE, holidays=("2026-12-25",)))


@pytest.mark.parametrize(
    "window",
    [
        OpenHours((), time(9), time(17)),
        OpenHours((0,), time(17), time(9)),
        OpenHours((0,), time(9), time(9)),
    ],
    ids=["on no day", "ends before it starts", "ends as it starts"],
)
def test_a_window_that_never_opens_is_an_error_and_not_an_endless_search(window: OpenHours) -> None:
    assert not opens_ever(window, OFFICE)
    with pytest.raises(NeverOpens, match="does not open within two years in UTC"):
        within(window, MONDAY, OFFICE)


def test_a_team_that_never_works_has_no_business_days() -> None:
    with pytest.raises(NeverOpens):
        after(Wait(1, WaitUnit.BUSINESS_DAYS), MONDAY, replace(OFFICE, days=()))


def test_a_window_on_holidays_of_ones_own_only_opens_where_holidays_count() -> None:
    mondays = tuple((MONDAY.date() + 7 * n * DAY).isoformat() for n in range(-1, 110))
    hours, window = replace(OFFICE, holidays=mondays), OpenHours((0,), time(9), time(17))

    assert not opens_ever(window, hours)
    assert opens_ever(replace(window, holidays=True), hours)


def test_any_window_opens_whatever_the_hours() -> None:
    assert opens_ever(Window.ANY, replace(OFFICE, days=()))


def test_working_hours_are_counted_without_the_holidays_of_the_country() -> None:
    new_years_eve = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)

    assert working_hours_later(4, new_years_eve, replace(OFFICE, country="PL")) == datetime(2027, 1, 4, 11, tzinfo=UTC)


def test_working_hours_are_real_hours_when_the_clock_is_put_back_at_work() -> None:
    night = replace(LONDON, days=(6,), start=time(0), end=time(4))
    saturday = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)

    assert working_hours_later(5, saturday, night) == datetime(2026, 10, 25, 4, 0, tzinfo=UTC)


def test_a_thousand_questions_are_answered_at_once() -> None:
    hours = replace(LONDON, country="GB")
    within(Window.WORKING_HOURS, MONDAY, hours)
    began = process_time()
    for n in range(1000):
        within(Window.WORKING_HOURS, after(Wait(2, WaitUnit.DAYS), MONDAY + n * HOUR, hours), hours)

    assert process_time() - began < 2


def test_sixteen_working_hours_are_two_office_days() -> None:
    assert working_hours_later(16, MONDAY, OFFICE) == MONDAY + 2 * DAY
