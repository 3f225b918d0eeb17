"""When does the next step go out? Used by whatever plans: confirming, sending, resuming.

Waits of days and weeks are counted on the wall clock of the zone, so "2 days later" is the same time of day across a
change of summer time; minutes and hours are counted on the real clock. Windows are spans between two moments: each
opens once a day, the first time that the clock shows its start, and shuts the first time after that it shows its end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadlight.errors import NeverOpens
from leadlight.model.lead import Lead
from leadlight.model.sequence import OpenHours, Wait, WaitUnit, Window
from leadlight.model.team import Hours
from leadlight.rules.places import country_of, known_zone, zone_of
from leadlight.rules.public_holidays import public_holidays

DAY = timedelta(days=1)

SEARCHED = 2 * 366
"""So many days are looked through for one on which a window opens: more than any row of holidays has."""

ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Where `opens_ever` begins to look: a fixed day, so that its answer never changes by itself."""

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def after(wait: Wait, since: datetime, hours: Hours) -> datetime:
    """The moment `wait` after `since`, aware, UTC, never before it. Raises `NeverOpens` for business days without any.

    A clock time that does not exist on that day is the one as much later (RFC 5545 § 3.3.5); of two, the first counts.

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
    """`at` itself if the window is open then, else the moment it opens next. Aware, UTC. Raises `NeverOpens`."""
    if window is Window.ANY:
        return at
    opens, _ = _open_span(window, at, hours)
    return max(at, opens)


def opens_ever(window: Window | OpenHours, hours: Hours) -> bool:
    """Whether the window is ever open: one that is not would keep its step waiting for ever."""
    try:
        within(window, ANY_DAY, hours)
    except NeverOpens:
        return False
    return True


def working_hours_later(count: int, since: datetime, hours: Hours) -> datetime:
    """The moment by which the team will have worked `count` hours since then. Aware, UTC. Raises `NeverOpens`."""
    return working_time_later(timedelta(hours=count), since, hours)


def working_time_later(left: timedelta, since: datetime, hours: Hours) -> datetime:
    """The same for any span of working time."""
    at = since
    while True:
        opens, closes = _open_span(Window.WORKING_HOURS, at, hours)
        at = max(at, opens)
        if at + left <= closes:
            return at + left
        left -= closes - at
        at = closes


def is_working_day(day: date, hours: Hours) -> bool:
    """Whether the team works on that day."""
    return day.weekday() in hours.days and not _is_holiday(day, hours)


def hours_for(lead: Lead, team_hours: Hours) -> Hours:
    """The team's hours by the lead's clock, without the holidays of the lead's country, as far as either is known.

    The team's own listed holidays count for everybody: nobody would be there to answer.
    """
    zone = known_zone(lead.zone or "") or zone_of(lead.country) or team_hours.zone
    country = lead.country or country_of(lead.zone) or team_hours.country
    if (zone, country) == (team_hours.zone, team_hours.country):
        return team_hours
    return replace(team_hours, zone=zone, country=country)


def _is_holiday(day: date, hours: Hours) -> bool:
    if hours.country and day in public_holidays(hours.country, day.year):
        return True
    return bool(hours.holidays) and day.isoformat() in hours.holidays


def _days_later(days: int, since: datetime, hours: Hours) -> datetime:
    local = since.astimezone(ZoneInfo(hours.zone))
    return _same_clock(local, local.date() + days * DAY, since)


def _business_days_later(days: int, since: datetime, hours: Hours) -> datetime:
    local = since.astimezone(ZoneInfo(hours.zone))
    day = local.date()
    for _ in range(days):
        day = _next_working_day(day, hours)
    return _same_clock(local, day, since)


def _same_clock(local: datetime, day: date, since: datetime) -> datetime:
    """That day at the same time by the clock; on the day itself, `since`: its clock may show that time twice."""
    if day == local.date():
        return since
    return datetime.combine(day, local.time().replace(fold=0), local.tzinfo).astimezone(UTC)


def _next_working_day(day: date, hours: Hours) -> date:
    for n in range(1, SEARCHED):
        if is_working_day(day + n * DAY, hours):
            return day + n * DAY
    raise NeverOpens(_in_words(Window.WORKING_HOURS, hours), hours.zone)


def _open_span(window: Window | OpenHours, at: datetime, hours: Hours) -> tuple[datetime, datetime]:
    """When the window opens and shuts, on the first occasion that is not over at that moment."""
    own = window if isinstance(window, OpenHours) else hours
    today = at.astimezone(ZoneInfo(hours.zone)).date()
    for n in range(SEARCHED):
        day = today + n * DAY
        if _opens_on(day, window, hours):
            opens, shuts = _span(hours.zone, day, own.start, own.end)
            if opens < shuts and at < shuts:
                return opens, shuts
    raise NeverOpens(_in_words(window, hours), hours.zone)


def _opens_on(day: date, window: Window | OpenHours, hours: Hours) -> bool:
    if isinstance(window, OpenHours):
        return day.weekday() in window.days and (window.holidays or not _is_holiday(day, hours))
    return is_working_day(day, hours)


@lru_cache(maxsize=4096)
def _span(zone: str, day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """From the first moment when the clock shows `start` or later to the first when it shows `end`; 00:00 ends a day.

    Nothing lies between the two where the clock leaps over both.
    """
    last = day if end != time(0) else day + DAY
    return first_moment(datetime.combine(day, start), zone), first_moment(datetime.combine(last, end), zone)


def first_moment(clock: datetime, zone: str) -> datetime:
    """The first moment when a clock of that zone shows this time, or else the one when it leaps over it."""
    place = ZoneInfo(zone)
    moment = clock.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == clock:
        return moment
    before, leapt = clock.replace(tzinfo=place, fold=1).astimezone(UTC), moment
    while leapt - before > timedelta(seconds=1):
        middle = before + (leapt - before) // 2
        before, leapt = (middle, leapt) if middle.astimezone(place).replace(tzinfo=None) < clock else (before, middle)
    return leapt.replace(microsecond=0)


def _in_words(window: Window | OpenHours, hours: Hours) -> str:
    own = window if isinstance(window, OpenHours) else hours
    days = ", ".join(DAY_NAMES[day] for day in own.days) or "(no day)"
    return f"{days} {own.start:%H:%M}-{own.end:%H:%M}"
