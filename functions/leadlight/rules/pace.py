"""How many mails are enough, and who goes first? Asked by planning for all sequences of one lead together.

Two sequences never mail one lead on the same day, by the lead's own clock, and caps count all follow-up mails. A mail
that is in the way of another is put off to the next opening of its window; it is never left out for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import Cap, OpenHours, Window
from leadlight.model.team import Hours, Team
from leadlight.rules.cadence import within
from leadlight.rules.steps import with_enrolment

REMEMBERED = timedelta(days=31)
"""For how long a mail is remembered at least: a lead that asks for fewer means also those that it just got."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail that is the next step of an enrolment. `at` is when it could go out if there were no other."""

    enrolment: Enrolment
    priority: int
    window: Window | OpenHours
    at: datetime


def caps_of(lead: Lead, team: Team) -> tuple[Cap, ...]:
    """Everything that limits how many mails this lead gets: the team's word and its own."""
    return (*team.at_most, *([lead.at_most] if lead.at_most else ()))


def _own_last(enrolment: Enrolment) -> datetime:
    """When its own last step was done, or its last mail found to be sent: what went out since was another's."""
    return max(enrolment.last_at, enrolment.mailed_at or enrolment.last_at)


def paced(
    lead: Lead, wanted: Sequence[Wanted], *, caps: Sequence[Cap], hours: Hours
) -> tuple[tuple[Wanted, datetime], ...]:
    """When each mail may go out. Who has the higher priority chooses first, then who wants to go out earlier."""
    zone = ZoneInfo(hours.zone)
    mails = list(lead.mailed)
    days = {(_day(e.mailed_at, zone), e.sequence) for e in lead.enrolments if e.mailed_at}
    given: list[tuple[Wanted, datetime]] = []
    for one in sorted(wanted, key=_turn):
        others = {day for day, sequence in days if sequence != one.enrolment.sequence}
        others |= {_day(mail, zone) for mail in lead.mailed if mail > _own_last(one.enrolment)}
        at = one.at
        while (free := next(_frees(at, mails, others, caps, zone), None)) is not None:
            at = within(one.window, free, hours)
        mails.append(at)
        days.add((_day(at, zone), one.enrolment.sequence))
        given.append((one, at))
    return tuple(given)


def free_at(lead: Lead, at: datetime, window: Window | OpenHours, *, caps: Sequence[Cap], hours: Hours) -> datetime:
    """When a mail that belongs to no sequence may go out: on a day without another one, and within the caps."""
    zone = ZoneInfo(hours.zone)
    days = {_day(mail, zone) for mail in lead.mailed}
    while (free := next(_frees(at, lead.mailed, days, caps, zone), None)) is not None:
        at = within(window, free, hours)
    return at


def with_mail(lead: Lead, enrolment: Enrolment, at: datetime, team: Team) -> Lead:
    """The lead with one more mail of that enrolment, sent or parked: counted for its promise and for the caps."""
    counted = replace(enrolment, mails_sent=enrolment.mails_sent + 1, mailed_at=at)
    return with_enrolment(remembering(lead, at, team), counted)


def remembering(lead: Lead, at: datetime, team: Team) -> Lead:
    """The lead with one more mail, counted for the caps."""
    since = at - max([REMEMBERED, *(timedelta(days=cap.days) for cap in caps_of(lead, team))])
    return replace(lead, mailed=tuple(sorted(moment for moment in (*lead.mailed, at) if moment > since)))


def _turn(one: Wanted) -> tuple[int, datetime, datetime, str]:
    return -one.priority, one.at, one.enrolment.started_at, one.enrolment.sequence


def _frees(
    at: datetime, mails: Sequence[datetime], days: set[date], caps: Sequence[Cap], zone: ZoneInfo
) -> Iterator[datetime]:
    """When what is in the way of a mail at that time is out of it, at the earliest; nothing if nothing is."""
    day = _day(at, zone)
    if day in days:
        yield datetime.combine(day + timedelta(days=1), time(), zone)
    for cap in caps:
        if _is_one_too_many(at, mails, cap):
            span = timedelta(days=cap.days)
            yield min(mail + span for mail in mails if mail + span > at)


def _is_one_too_many(at: datetime, mails: Sequence[datetime], cap: Cap) -> bool:
    """Whether with a mail at that time some span of the cap's days, before or after it, would hold too many."""
    span = timedelta(days=cap.days)
    near = sorted([at, *(mail for mail in mails if abs(mail - at) < span)])
    runs = zip(near, near[cap.count :], strict=False)
    return any(first <= at <= last and last - first < span for first, last in runs)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
