"""When is a rep mailed, and of what at once? Asked where something happens that a rep should know, and by `notify`.

Quiet is by the clock of the person it is for. What happens meanwhile waits for its end and is told in one mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish
from leadlight.model.sequence import OpenHours
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch
from leadlight.rules.attendance import hours_of
from leadlight.rules.cadence import first_moment
from leadlight.rules.routing import owner_of
from leadlight.rules.speed import claim

NOTIFY = "notify/"
"""Begins the ref of a mail row that tells a rep of a touch; the touch's id follows."""

BACK_AFTER = timedelta(days=30)
"""Who was silent for so long and comes by again is somebody to talk to."""

A_WEEK = 8
"""So many spans of quiet may join each other before we take it that they never end."""


def tell_at(person: Person, team: Team, *, wants_call_now: bool, now: datetime) -> datetime:
    """Now, or when that person's quiet ends. A quiet without any end is none: nothing that happens is kept for ever."""
    quiet = team.notices.quiet
    if quiet is None or (wants_call_now and team.notices.call_breaks_quiet):
        return now
    zone, at = hours_of(person, team).zone, now
    for _ in range(A_WEEK):
        end = _end_of(quiet, zone, at)
        if end is None:
            return at
        at = end
    return now


def tell(lead: Lead, cause: str, team: Team, now: datetime, *, wish: CallWish | None = None) -> tuple[Due, ...]:
    """The rows by which somebody hears of that touch, and by which the lead goes on to the next one if nobody acts.

    `lead` as it is after the change, owner and wish for a call included; `wish` where the touch itself holds one.
    Every change that a rep should hear of adds these rows: nothing else begins a clock.
    """
    at = tell_at(owner_of(lead, team), team, wants_call_now=is_now(wish, now), now=now)
    refused = wish is not None and wish.kind is CallKind.NO  # nobody has to do anything about that
    clock = None if refused else claim(lead, cause, team, now, wish=wish)
    row = Due(lead.id, lead.generation, DueKind.MAIL, f"{NOTIFY}{cause}", at)
    return (row, clock) if clock else (row,)


def waiting(rows: Sequence[Due]) -> tuple[Due, ...]:
    """The rows of a lead that are to tell a rep something: one mail tells all of it."""
    return tuple(row for row in rows if row.kind is DueKind.MAIL and row.ref.startswith(NOTIFY))


def told_of(row: Due) -> str:
    """The touch that such a row is to tell of."""
    return row.ref.removeprefix(NOTIFY)


def days_of_silence(touch: Touch, touches: Sequence[Touch]) -> int | None:
    """For how many days nothing was heard of this lead before that touch; None where that is no news.

    What came with the same form, or with the same visit, is no silence.
    """
    capture = touch.facts.get("capture")
    before = [
        t.at
        for t in touches
        if t.at < touch.at
        and t.quality
        and t.facts.get("confirmed") != "no"
        and (t.facts.get("capture") or "") != capture
    ]
    silence = touch.at - max(before) if before else timedelta(0)
    return silence.days if silence >= BACK_AFTER else None


def is_now(wish: CallWish | None, now: datetime) -> bool:
    """Whether somebody wants to be called now: at once, or at a time that has come."""
    if wish is None or wish.kind is CallKind.NO:
        return False
    return wish.kind is CallKind.NOW or wish.at is None or wish.at <= now


def _end_of(quiet: OpenHours, zone: str, at: datetime) -> datetime | None:
    """When the quiet that `at` lies in is over; None outside of it."""
    today = at.astimezone(ZoneInfo(zone)).date()
    for day in (today - timedelta(days=1), today):
        starts, ends = _quiet_of(quiet, zone, day)
        if day.weekday() in quiet.days and starts <= at < ends:
            return ends
    return None


def _quiet_of(quiet: OpenHours, zone: str, day: date) -> tuple[datetime, datetime]:
    """The quiet that begins on that day; one whose end is not after its start goes on into the next."""
    last = day if quiet.start < quiet.end else day + timedelta(days=1)
    return (
        first_moment(datetime.combine(day, quiet.start), zone),
        first_moment(datetime.combine(last, quiet.end), zone),
    )
