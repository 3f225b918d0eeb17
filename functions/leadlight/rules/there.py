"""What time is it where somebody is, and is it a decent hour to ring? Asked by briefings, digests and next steps.

One rule for every time that our own people read: it is by the clock of whoever reads, which is named once; beside it
stands what the lead's own clock shows, where that matters for a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.lead import Lead
from leadlight.rules.places import country_of, known_zone, zone_of
from leadlight.rules.public_holidays import public_holidays

FROM, UNTIL = time(8, 30), time(18, 30)
"""From when to when on a weekday nobody minds a call about work."""

FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Hour:
    """The time there. `why_not` says in words why it is no decent hour; empty where it is one."""

    at: datetime
    why_not: str

    @property
    def decent(self) -> bool:
        """Whether one may ring without a bad conscience."""
        return not self.why_not


def hour_there(lead: Lead, now: datetime) -> Hour | None:
    """The lead's own time, by the zone or the country that it has told; None where neither is known."""
    zone = known_zone(lead.zone or "") or zone_of(lead.country)
    if zone is None:
        return None
    at = now.astimezone(ZoneInfo(zone))
    return Hour(at, _why_not(at, lead.country or country_of(zone)))


def in_words(hour: Hour, here: str) -> str:
    """One line, with how far that clock is from the reader's: so it holds also when it is read an hour later.

    >>> from datetime import UTC
    >>> in_words(Hour(datetime(2026, 1, 5, 12, tzinfo=ZoneInfo("Asia/Tokyo")), ""), "Europe/London")
    'Monday 12:00 in Tokyo, 9 hours ahead of you: a decent hour'
    """
    return f"{hour.at:%A %H:%M} in {_place(hour)}, {apart(hour, here)}: {hour.why_not or 'a decent hour'}"


def apart(hour: Hour, here: str) -> str:
    """How far that clock is from the reader's, such as `1 hour ahead of you`."""
    offset = (hour.at.utcoffset() or timedelta(0)) - (hour.at.astimezone(ZoneInfo(here)).utcoffset() or timedelta(0))
    return _apart(offset)


def beside(lead: Lead, at: datetime, here: str) -> str:
    """What the lead's own clock shows at `at`, for somebody in the zone `here`, and whether that is too early or late.

    Such as `10:00 in Warsaw`, or `Sat 01:00 in Auckland, not on a Saturday`; where both show the same, at most such as
    `too early there`. Empty where the zone is not known.
    """
    hour = hour_there(lead, at)
    if hour is None:
        return ""
    why_not = hour.why_not.partition(",")[0].removesuffix(" for today")
    if is_same(hour, here):
        return f"{why_not} there" if why_not else ""
    return clock(hour, here) + (f", {why_not}" if why_not else "")


def clock(hour: Hour, here: str) -> str:
    """What that clock shows, with the day where it is another one here: `10:00 in Warsaw`."""
    day = "" if hour.at.date() == hour.at.astimezone(ZoneInfo(here)).date() else f"{hour.at:%a} "
    return f"{day}{hour.at:%H:%M} in {_place(hour)}"


def is_same(hour: Hour, here: str) -> bool:
    """Whether the clocks there and here show the same."""
    return hour.at.utcoffset() == hour.at.astimezone(ZoneInfo(here)).utcoffset()


def named(zone: str) -> str:
    """Whose clock a page or a mail goes by, as a sentence.

    >>> named("Europe/London"), named("America/Argentina/Buenos_Aires"), named("UTC")
    ('Times are by your clock, in London.', 'Times are by your clock, in Buenos Aires.', 'Times are in UTC.')
    """
    if "/" not in zone:
        return f"Times are in {zone}."
    return f"Times are by your clock, in {zone.rpartition('/')[2].replace('_', ' ')}."


def stamped(at: datetime, zone: str) -> str:
    """A moment with the short name of its zone, for a line that stands alone, such as a subject.

    >>> from datetime import UTC
    >>> stamped(datetime(2026, 1, 7, 14, 30, tzinfo=UTC), "Europe/Warsaw")
    '07 Jan 2026, 15:30 CET'
    >>> stamped(datetime(2026, 1, 7, 14, 30, tzinfo=UTC), "Asia/Kathmandu")
    '07 Jan 2026, 20:15 in Kathmandu'
    """
    there = at.astimezone(ZoneInfo(zone))
    short = f"{there:%Z}"
    bare = short if short.isalpha() else f"in {zone.rpartition('/')[2].replace('_', ' ')}"
    return f"{there:%d %b %Y, %H:%M} {bare}"


def _place(hour: Hour) -> str:
    return str(hour.at.tzinfo).rpartition("/")[2].replace("_", " ")


def _why_not(at: datetime, country: str | None) -> str:
    if at.weekday() > FRIDAY:
        return f"not on a {at:%A}"
    if country and at.date() in public_holidays(country, at.year):
        return "not on a public holiday"
    clock = at.time().replace(tzinfo=None)
    if clock < FROM:
        return f"too early, wait until {FROM:%H:%M}"
    return "too late for today" if clock >= UNTIL else ""


def _apart(offset: timedelta) -> str:
    """
    >>> _apart(timedelta(hours=-5)), _apart(timedelta(hours=5.5)), _apart(timedelta(0))
    ('5 hours behind you', '5½ hours ahead of you', 'as with you')
    """
    if not offset:
        return "as with you"
    hours, rest = divmod(abs(offset), timedelta(hours=1))
    part = {0: "", 15: "¼", 30: "½", 45: "¾"}.get(rest.seconds // 60, f":{rest.seconds // 60:02}")
    many = f"{hours or ''}{part}"
    word = "hour" if many == "1" or not hours else "hours"
    return f"{many} {word} {'ahead of' if offset > timedelta(0) else 'behind'} you"
