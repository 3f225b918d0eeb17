"""When does the next step go out? Used by whatever plans: confirming, sending, resuming.

Waits of days and weeks are counted on the wall clock of the zone, so "2 days later" is the same time of day across a
change of summer time; minutes and hours are counted on the real clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.sequence import OpenHours, Wait, WaitUnit, Window
from leadlight.model.site import Hours


def after(wait: Wait, since: datetime, hours: Hours) -> datetime:
    """The moment `wait` after `since`, aware, UTC.

    >>> from leadlight.model.sequence import Wait, WaitUnit
    >>> friday = datetime(2026, 1, 9, 10, 0, tzinfo=UTC)
    >>> after(Wait(1, WaitUnit.BUSINESS_DAYS), friday, Hours())
    datetime.datetime(2026, 1, 12, 10, 0, tzinfo=datetime.timezone.utc)
    """
    match wait.unit:
        case WaitUnit.MINUTES:
            return since + timedelta(minutes=wait.count)
        case WaitUnit.HOURS:
            return since + timedelta(hours=wait.count)
        case WaitUnit.DAYS:
            return _days_later(wait.count, since, hours)
        case WaitUnit.WEEKS:
            return _days_later(7 * wait.count, since, hours)
        case WaitUnit.BUSINESS_DAYS:
            return _business_days_later(wait.count, since, hours)


def within(window: Window | OpenHours, at: datetime, hours: Hours) -> datetime:
    """`at` itself if the window is open then, else the moment it opens next. Aware, UTC."""
    if window is Window.ANY:
        return at
    if isinstance(window, OpenHours):
        hours = replace(hours, days=window.days, start=window.start, end=window.end)
    zone = ZoneInfo(hours.zone)
    local = at.astimezone(zone)
    if is_working_day(local.date(), hours):
        if local.time() < hours.start:
            return datetime.combine(local.date(), hours.start, zone).astimezone(UTC)
        if local.time() < hours.end:
            return at
    return datetime.combine(_next_working_day(local.date(), hours), hours.start, zone).astimezone(UTC)


def working_hours_later(count: int, since: datetime, hours: Hours) -> datetime:
    """The moment by which the team will have worked `count` hours since then. Aware, UTC."""
    left = timedelta(hours=count)
    at = within(Window.WORKING_HOURS, since, hours)
    while True:
        closes = _closing(at, hours)
        if at + left <= closes:
            return at + left
        left -= closes - at
        at = within(Window.WORKING_HOURS, closes, hours)


def is_working_day(day: date, hours: Hours) -> bool:
    """Whether the team works on that day."""
    return day.weekday() in hours.days and day.isoformat() not in hours.holidays


def _days_later(days: int, since: datetime, hours: Hours) -> datetime:
    local = since.astimezone(ZoneInfo(hours.zone))
    return (local + timedelta(days=days)).astimezone(UTC)


def _business_days_later(days: int, since: datetime, hours: Hours) -> datetime:
    zone = ZoneInfo(hours.zone)
    local = since.astimezone(zone)
    day = local.date()
    for _ in range(days):
        day = _next_working_day(day, hours)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def _next_working_day(day: date, hours: Hours) -> date:
    return _first(lambda d: is_working_day(d, hours), day + timedelta(days=1))


def _first(fits: Callable[[date], bool], day: date) -> date:
    while not fits(day):
        day += timedelta(days=1)
    return day


def _closing(at: datetime, hours: Hours) -> datetime:
    zone = ZoneInfo(hours.zone)
    end = hours.end if hours.end != time(0, 0) else time(23, 59, 59)
    return datetime.combine(at.astimezone(zone).date(), end, zone).astimezone(UTC)
