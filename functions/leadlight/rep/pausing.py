"""A rep pauses the plan of a lead, or lets it go on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.errors import BadFields
from leadlight.model.lead import Lead
from leadlight.pausing import pause_lead, resume_lead
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit, bind
from leadlight.rules.attendance import hours_of

USUALLY = timedelta(weeks=2)
"""For how long a plan is paused unless the rep names a day."""

FARTHEST = timedelta(days=365)


def pause(services: Services, opened: Visit, *, until: str = "") -> Lead:
    """Nothing goes out before that day begins where the rep works. Raises `BadFields`, `Elsewhere`."""
    team = open_bundle(services.files).team
    zone = ZoneInfo(hours_of(team.person(opened.rep), team).zone)
    day = read_day(until, today=services.clock.now().astimezone(zone).date())
    bind(services, opened)
    return pause_lead(services, opened.lead, until=begin_of(day, zone), by=opened.rep)


def resume(services: Services, opened: Visit) -> Lead:
    """The plan goes on, out of a pause, a take-over, or the stop that an answer has set. Raises `Elsewhere`."""
    bind(services, opened)
    return resume_lead(services, opened.lead, by=opened.rep)


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """When that day begins, in UTC: the end of a pause that names it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def read_day(text: str, *, today: date) -> date:
    """The day as a date field has it; two weeks from today if there is none. Raises `BadFields`."""
    try:
        day = date.fromisoformat(text) if text else today + USUALLY
    except ValueError as error:
        raise BadFields({"until": "Please give the day as in 2026-01-19."}) from error
    if day <= today:
        raise BadFields({"until": "The plan goes on today already. Please choose a later day."})
    if day > today + FARTHEST:
        raise BadFields({"until": "That is more than a year away. Please choose an earlier day."})
    return day
