"""When a step goes out: waits, windows, changes of summer time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.making import HOURS, MONDAY, TOUR, enrolment, lead

from leadlight.model.sequence import Wait, WaitUnit, Window
from leadlight.model.site import Hours
from leadlight.model.touch import Objective
from leadlight.rules.cadence import after, is_working_day, plan, within, working_hours_later

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 zone follows
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (Wait(90, WaitUnit.MINUTES), "2026-01-05T09:30"),
        (Wait(36, WaitUnit.HOURS), "2026-01-06T20:00"),
        (Wait(2, WaitUnit.DAYS), "2026-01-07T08:00"),
        (Wait(1, WaitUnit.WEEKS), "2026-01-12T08:00"),
        (Wait(5, WaitUnit.BUSINESS_DAYS), "2026-01-12T08:00"),
        (Wait(0, WaitUnit.DAYS), "2026-01-05T08:00"),
    ],
)
def test_a_wait_ends_when_it_says(wait: Wait, expected: str) -> None:
    assert after(wait, MONDAY, HOURS) == datetime.fromisoformat(f"{expected}+00:00")


def test_two_days_over_the_change_of_summer_time_end_at_the_same_time_of_day() -> None:
    saturday = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)  # 10:00 in London, an hour later on Monday's clock

    assert after(Wait(2, WaitUnit.DAYS), saturday, HOURS) == datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def test_what_comes_due_before_work_waits_for_the_morning() -> None:
    assert within(Window.WORKING_HOURS, MONDAY, HOURS) == MONDAY.replace(hour=9)


def test_what_comes_due_after_work_waits_for_the_next_working_day() -> None:
    friday_evening = datetime(2026, 1, 9, 18, 0, tzinfo=UTC)

    assert within(Window.WORKING_HOURS, friday_evening, HOURS) == datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


def test_a_holiday_is_no_working_day() -> None:
    hours = Hours(zone="Europe/London", holidays=("2026-01-05",))

    assert within(Window.WORKING_HOURS, MONDAY, hours) == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def test_a_step_for_any_time_does_not_wait() -> None:
    sunday_night = datetime(2026, 1, 4, 3, 0, tzinfo=UTC)

    assert within(Window.ANY, sunday_night, HOURS) == sunday_night


def test_sixteen_working_hours_are_two_days_of_work() -> None:
    assert working_hours_later(16, MONDAY, HOURS) == datetime(2026, 1, 6, 17, 0, tzinfo=UTC)


@given(MOMENTS, ZONES)
def test_a_window_is_never_missed_nor_entered_early(at: datetime, zone: str) -> None:
    hours = Hours(zone=zone)
    sent = within(Window.WORKING_HOURS, at, hours)

    assert sent >= at
    assert sent - at < timedelta(days=4)
    assert within(Window.WORKING_HOURS, sent, hours) == sent


@given(MOMENTS, ZONES, st.integers(1, 30))
def test_business_days_end_on_a_working_day(since: datetime, zone: str, days: int) -> None:
    hours = Hours(zone=zone)
    end = after(Wait(days, WaitUnit.BUSINESS_DAYS), since, hours)

    from zoneinfo import ZoneInfo

    assert is_working_day(end.astimezone(ZoneInfo(zone)).date(), hours)
    assert end > since


def test_a_plan_never_lies_in_the_past() -> None:
    late = MONDAY + timedelta(days=30)
    planned = plan(lead(), enrolment(), TOUR, hours=HOURS, now=late)

    assert planned.due is not None
    assert planned.due.at == late


def test_steps_whose_objective_is_achieved_are_left_out() -> None:
    someone = lead(achieved=(Objective.START, Objective.ADVANCE))
    planned = plan(someone, enrolment(), TOUR, hours=HOURS, now=MONDAY)

    assert planned.skipped == ("01-a", "02-b")
    assert planned.enrolment.next_step == "03-c"


def test_a_sequence_with_nothing_left_to_achieve_is_over() -> None:
    someone = lead(achieved=(Objective.START, Objective.ADVANCE, Objective.CLOSE))
    planned = plan(someone, enrolment(), TOUR, hours=HOURS, now=MONDAY)

    assert planned.due is None
    assert planned.enrolment.ended == "all steps are done"
