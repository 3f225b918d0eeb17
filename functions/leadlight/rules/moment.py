"""Which moment do a few plain English words mean? Asked by `rules.line`; by the clock of whoever wrote them.

A small grammar over a closed vocabulary, on purpose: libraries for dates guess, and a guessed date is a call at the
wrong time. What can be read in two ways, or lies in the past, is no moment.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta

from leadlight.model.team import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FILLERS = frozenset({"at", "on", "the", "of", "@", "o'clock", "around"})

LONG_DAYS = tuple(name.lower() for name in calendar.day_name)
LONG_MONTHS = tuple(name.lower() for name in calendar.month_name if name)
DAY_NAMES = {
    name: n for names in (DAYS, LONG_DAYS, ("", "tues", "weds", "thurs")) for n, name in enumerate(names) if name
}
MONTH_NAMES = {name: n for names in (MONTHS, LONG_MONTHS) for n, name in enumerate(names, 1)} | {"sept": 9}

CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")
HALF_DAY = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\.?")
LIKELY_HOURS = range(8, 20)
"""A bare hour means itself from eight to seven in the evening; "at 3" could be either, so it means nothing."""

SPAN = re.compile(r"in (an?|\d{1,3}|[a-z]+) (minute|min|hour|day|week|month)s?")
WEEKDAY = re.compile(r"(?:(this|next) )?([a-z]+)(?: (next week))?")
WRITTEN = (
    re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.)? (?P<m>[a-z]+)\.?(?: (?P<y>\d{4}))?"),
    re.compile(r"(?P<m>[a-z]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?(?: (?P<y>\d{4}))?"),
)
DOTTED = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})?")

MOST_WORDS = 8
FARTHEST = timedelta(days=5 * 365)
"""Beyond that it is a slip."""


def day_begins(hours: Hours) -> time:
    """When a day without a time begins for who works these hours: with their work, unless that is at night.

    >>> day_begins(Hours(start=time(8, 30))), day_begins(Hours(start=time(0)))
    (datetime.time(8, 30), datetime.time(9, 0))
    """
    return hours.start if time(6) <= hours.start <= time(11) else time(9)


def moment(text: str, *, now: datetime, opens: time) -> datetime | None:
    """The moment after `now` that the words mean, in `now`'s zone; None if they mean none, or could mean two.

    A day without a time begins at `opens`; "today" wants one.

    >>> moment("tuesday 14:30", now=datetime(2026, 1, 5, 10, 0), opens=time(9))
    datetime.datetime(2026, 1, 6, 14, 30)
    """
    words = [word for word in text.lower().split() if word not in FILLERS]
    if not words or len(words) > MOST_WORDS:
        return None
    found = {at for at in _readings(words, now, opens) if at is not None}
    return found.pop() if len(found) == 1 and now < min(found) <= now + FARTHEST else None


def _readings(words: list[str], now: datetime, opens: time) -> list[datetime | None]:
    whole = " ".join(words)
    read: list[datetime | None] = [_soon(whole, now), _today(whole, now)]
    for n in range(len(words) + 1):
        first, rest = " ".join(words[:n]), " ".join(words[n:])
        read += [_at(first, rest, now, opens)] if first else []
        read += [_at(rest, first, now, opens)] if first and rest else []
    return read


def _at(day_words: str, clock_words: str, now: datetime, opens: time) -> datetime | None:
    """That day at that time; at the start of work where no time is named."""
    day = _day(day_words, now.date())
    clock = _clock(clock_words) if clock_words else opens
    if day is None or clock is None or (day_words == "today" and not clock_words):
        return None
    return datetime.combine(day, clock, now.tzinfo)


def _soon(words: str, now: datetime) -> datetime | None:
    """Minutes and hours from now."""
    match = SPAN.fullmatch(words)
    count = _number(match[1]) if match else None
    if match is None or count is None or match[2] not in {"minute", "min", "hour"}:
        return None
    return now + (timedelta(hours=count) if match[2] == "hour" else timedelta(minutes=count))


def _today(words: str, now: datetime) -> datetime | None:
    """A time alone is today's; a bare number is none."""
    clock = None if words.isdigit() else _clock(words)
    return datetime.combine(now.date(), clock, now.tzinfo) if clock else None


def _clock(words: str) -> time | None:
    if words in {"noon", "midday"}:
        return time(12)
    if words.isdigit() and len(words) <= 2:
        return time(int(words)) if int(words) in LIKELY_HOURS else None
    if match := CLOCK.fullmatch(words):
        hour, minute = int(match[1]), int(match[2])
    elif match := HALF_DAY.fullmatch(words):
        hour, minute = int(match[1]), int(match[2] or 0)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    else:
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: str, today: date) -> date | None:
    near = {"today": 0, "tomorrow": 1, "day after tomorrow": 2}
    if words in near:
        return today + timedelta(days=near[words])
    return _weekday(words, today) or _days_later(words, today) or _written(words, today)


def _weekday(words: str, today: date) -> date | None:
    """The next such day, never today; "next" is the week after this one, which begins on Monday."""
    match = WEEKDAY.fullmatch(words) or re.fullmatch(r"(next) week ([a-z]+)()", words)
    wanted = DAY_NAMES.get(match[2]) if match else None
    if match is None or wanted is None or (match[1] and match[3]):
        return None
    monday = today - timedelta(days=today.weekday())
    if match[1] == "next" or match[3]:
        return monday + timedelta(days=7 + wanted)
    if match[1] == "this":
        return monday + timedelta(days=wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _days_later(words: str, today: date) -> date | None:
    match = SPAN.fullmatch(words)
    count = _number(match[1]) if match else None
    if match is None or count is None:
        return None
    match match[2]:
        case "day":
            return today + timedelta(days=count)
        case "week":
            return today + timedelta(weeks=count)
        case "month":
            years, month = divmod(today.month - 1 + count, 12)
            last = calendar.monthrange(today.year + years, month + 1)[1]
            return date(today.year + years, month + 1, min(today.day, last))
        case _:
            return None


def _written(words: str, today: date) -> date | None:
    """A date of the calendar; without a year, the next one. `3/4` is March here and April there: it is none."""
    try:
        return date.fromisoformat(words) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words) else _spelled(words, today)
    except ValueError:  # there is no such day
        return None


def _spelled(words: str, today: date) -> date | None:
    match = next((match for pattern in (*WRITTEN, DOTTED) if (match := pattern.fullmatch(words))), None)
    if match is None:
        return None
    month = int(match["m"]) if match["m"].isdigit() else MONTH_NAMES.get(match["m"], 0)
    if match["y"]:
        return date(int(match["y"]), month, int(match["d"]))
    found = date(today.year, month, int(match["d"]))
    return found if found >= today else found.replace(year=today.year + 1)


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    return 1 if word in {"a", "an"} else NUMBERS.index(word) + 1 if word in NUMBERS else None
