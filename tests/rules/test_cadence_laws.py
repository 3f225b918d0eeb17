"""What holds for every wait and every window, wherever the lead is and whenever it starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leadlight.model.sequence import OpenHours, Wait, WaitUnit, Window
from leadlight.model.team import Hours
from leadlight.rules.cadence import after, is_working_day, within

PLACES = {
    "Europe/Warsaw": "PL", "America/New_York": "US", "Asia/Kathmandu": "", "Australia/Lord_Howe": "",
    "Pacific/Chatham": "", "Asia/Beirut": "", "America/St_Johns": "",
}  # fmt: skip
START, MINUTE, DAY = datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=1), timedelta(days=1)
AWKWARD = [
    (time(9), time(17)),
    (time(2, 15), time(2, 45)),
    (time(0), time(0, 30)),
    (time(1), time(4)),
    (time(22), time(0)),
]
CHANGES = [
    datetime(2026, *moment, tzinfo=UTC)
    for moment in [(3, 8, 6), (3, 28, 21), (3, 29, 0), (4, 4, 14), (10, 3, 14), (10, 24, 20), (10, 25, 0), (11, 1, 4)]
]
"""Hours before clocks somewhere in the world are changed."""

AROUND_CHANGES = st.builds(lambda at, minutes: at + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-90, 300))
MOMENTS = AROUND_CHANGES | st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
HOURS = st.sampled_from([Hours(zone=zone, country=country) for zone, country in PLACES.items()])
OWN = st.builds(
    lambda days, span, holidays: OpenHours(days, span[0], span[1], holidays=holidays),
    st.sampled_from([(0,), (1, 2, 3), (5, 6), (0, 1, 2, 3, 4, 5, 6)]),
    st.sampled_from(AWKWARD),
    st.booleans(),
)
WINDOWS = OWN | st.just(Window.WORKING_HOURS)
IN_ITS_OWN_TIME = settings(deadline=None)
"""The first to ask for a country's holidays waits for their library, and some look through days minute by minute."""

WAITS = st.builds(Wait, st.integers(0, 40), st.sampled_from(WaitUnit))


def local(moment: datetime, hours: Hours) -> datetime:
    return moment.astimezone(ZoneInfo(hours.zone))


def shows_open(moment: datetime, window: OpenHours | Window, hours: Hours) -> bool:
    """What a person would say who looks at the clock and at the calendar."""
    own = window if isinstance(window, OpenHours) else OpenHours(hours.days, hours.start, hours.end)
    clock = local(moment, hours)
    open_day = own.holidays or is_working_day(clock.date(), replace(hours, days=own.days))
    return (
        open_day
        and clock.weekday() in own.days
        and own.start <= clock.time() < (time.max if own.end == time(0) else own.end)
    )


@IN_ITS_OWN_TIME
@given(since=MOMENTS, wait=WAITS, window=WINDOWS, hours=HOURS)
def test_a_step_is_never_due_before_its_wait_is_over(
    since: datetime, wait: Wait, window: OpenHours, hours: Hours
) -> None:
    waited = after(wait, since, hours)

    assert waited >= since
    assert within(window, waited, hours) >= waited


@IN_ITS_OWN_TIME
@given(at=MOMENTS, window=WINDOWS, hours=HOURS)
def test_a_step_goes_out_while_its_window_shows_open(at: datetime, window: OpenHours, hours: Hours) -> None:
    opened = within(window, at, hours)

    assert shows_open(opened, window, hours) or local(opened, hours).fold
    assert within(window, opened, hours) == opened


@IN_ITS_OWN_TIME
@given(at=MOMENTS, later=st.integers(0, 5000), window=WINDOWS, hours=HOURS)
def test_who_waits_longer_is_never_served_earlier(at: datetime, later: int, window: OpenHours, hours: Hours) -> None:
    assert within(window, at, hours) <= within(window, at + later * MINUTE, hours)


@IN_ITS_OWN_TIME
@given(at=MOMENTS, window=WINDOWS, hours=HOURS)
def test_no_opening_is_missed(at: datetime, window: OpenHours, hours: Hours) -> None:
    opened = within(window, at, hours)
    between = [at + n * MINUTE for n in range(min(800, (opened - at) // MINUTE))]

    assert [moment for moment in between if shows_open(moment, window, hours) and not local(moment, hours).fold] == []


@IN_ITS_OWN_TIME
@given(at=MOMENTS, hours=HOURS)
def test_a_window_opens_once_on_the_day_when_the_clock_is_put_back(at: datetime, hours: Hours) -> None:
    window = OpenHours((0, 1, 2, 3, 4, 5, 6), time(1, 40), time(1, 50), holidays=True)
    first = within(window, at, hours)
    shut = next(
        first + n * MINUTE for n in range(60) if within(window, first + n * MINUTE, hours) != first + n * MINUTE
    )

    assert local(within(window, shut, hours), hours).date() > local(first, hours).date()


@IN_ITS_OWN_TIME
@given(since=MOMENTS, days=st.integers(0, 60), hours=HOURS)
def test_a_wait_of_days_keeps_the_time_of_day(since: datetime, days: int, hours: Hours) -> None:
    clock = datetime.combine(local(since, hours).date() + days * DAY, local(since, hours).time(), ZoneInfo(hours.zone))
    assume(local(clock.astimezone(UTC), hours).time() == clock.time())  # else the clock leaps over it

    assert local(after(Wait(days, WaitUnit.DAYS), since, hours), hours).replace(tzinfo=None) == clock.replace(
        tzinfo=None
    )


@IN_ITS_OWN_TIME
@given(since=MOMENTS, days=st.integers(1, 30), hours=HOURS)
def test_business_days_end_on_one_and_count_no_other(since: datetime, days: int, hours: Hours) -> None:
    ends = local(after(Wait(days, WaitUnit.BUSINESS_DAYS), since, hours), hours).date()
    first = local(since, hours).date()

    passed = [first + n * DAY for n in range(1, (ends - first).days + 1)]
    assert is_working_day(ends, hours)
    assert sum(is_working_day(day, hours) for day in passed) == days
