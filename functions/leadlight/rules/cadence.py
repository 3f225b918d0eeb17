"""When does the next step go out? Used by whatever plans: confirming, sending, resuming.

Waits of days and weeks are counted on the wall clock of the zone, so "2 days later" is the same time of day across a
change of summer time; minutes and hours are counted on the real clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import OpenHours, Sequence, Step, Wait, WaitUnit, Window
from leadlight.model.site import Hours

AT_HAND = 40
"""So many captures does a step's row name, the newest: they are read along with the lead, in one call of 100 items."""


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What comes next for one enrolment: the enrolment as it is now, the row to write, the slugs left out and why."""

    enrolment: Enrolment
    due: Due | None
    skipped: tuple[str, ...] = ()


def plan(lead: Lead, enrolment: Enrolment, sequence: Sequence, *, hours: Hours, now: datetime) -> Plan:
    """The next step of this enrolment that could still effect progress, at its time, never before `now`.

    Steps whose objective is achieved already are left out: a contact that would change nothing is no contact.
    """
    skipped: list[str] = []
    step = step_of(sequence, enrolment.next_step)
    while step is not None and step.objective in lead.achieved:
        skipped.append(step.slug)
        step = following(sequence, step)
    if step is None:
        over = replace(enrolment, next_step=None, ended=enrolment.ended or "all steps are done")
        return Plan(over, None, tuple(skipped))
    at = within(step.window, max(planned_at(step, enrolment, hours), now), hours)
    ref, at_hand = step_ref(enrolment, step.slug), lead.confirmed[-AT_HAND:]
    due = Due(lead.id, lead.generation, DueKind.STEP, ref, at, captures=at_hand)
    return Plan(replace(enrolment, next_step=step.slug), due, tuple(skipped))


def planned_at(step: Step, enrolment: Enrolment, hours: Hours) -> datetime:
    """When the step is to go out by the sequence alone, however often it was put off since."""
    return within(step.window, after(step.wait, enrolment.last_at, hours), hours)


def step_ref(enrolment: Enrolment, slug: str) -> str:
    """How a due row names a step of one enrolment; a new start of the same sequence is another enrolment."""
    return f"{enrolment.sequence}@{enrolment.version}/{enrolment.started_at:%Y%m%dT%H%M%S}/{slug}"


def step_of(sequence: Sequence, slug: str | None) -> Step | None:
    """The step of that name."""
    return next((step for step in sequence.steps if step.slug == slug), None)


def following(sequence: Sequence, step: Step) -> Step | None:
    """The step after this one."""
    later = sequence.steps[sequence.steps.index(step) + 1 :]
    return later[0] if later else None


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
