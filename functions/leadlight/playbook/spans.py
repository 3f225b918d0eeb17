"""How long is `2 days`? The words people write for time and share, as types. Raises ValueError saying what to write."""

from __future__ import annotations

import difflib
import re
from datetime import date, time
from itertools import pairwise

from leadlight.model.sequence import Cap, OpenHours, Wait, WaitUnit, Window
from leadlight.model.site import Chapter, Meter

NEVER = "never"
"""What may stand for a span where there is a default and none is wanted."""

MOST_FREE = 100
"""So many free reads may a meter leave: a cookie holds no more."""

MIDNIGHT = time(0)
"""As the end of a window: that of the day."""

_WAIT = re.compile(r"\s*(\d{1,7})\s*([a-z]+(?: [a-z]+)?)\s*\Z", re.IGNORECASE)
_BACK = re.compile(r"\s*[-\u2212]\s*(\d.*)", re.DOTALL)
_UNITS = {name: unit for unit in WaitUnit for name in (unit.value, unit.value.removesuffix("s"))}
_IN_TWO_YEARS = {
    WaitUnit.MINUTES: 730 * 24 * 60,
    WaitUnit.HOURS: 730 * 24,
    WaitUnit.DAYS: 730,
    WaitUnit.BUSINESS_DAYS: 520,
    WaitUnit.WEEKS: 104,
}
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(
    r"(?P<days>[^\d]*?)\s*(?P<start>\d{1,2}:\d{2})\s*[-\u2013]\s*(?P<end>\d{1,2}:\d{2})\s*"
    r"(?P<holidays>,\s*holidays too)?\s*\Z",
    re.IGNORECASE,
)
_PERIODS = {"day": 1, "week": 7, "month": 30}


def wait_of(text: object) -> Wait:
    """A span of time.

    >>> wait_of("1 business day")
    Wait(count=1, unit=<WaitUnit.BUSINESS_DAYS: 'business days'>)
    """
    if isinstance(text, str) and (back := _BACK.match(text)):
        raise ValueError(f"a wait cannot go back in time; write `{back[1].strip()}`, or `0 minutes` for at once")
    match = _WAIT.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"write a number and a unit, such as `2 days` or `1 business day`, not {text!r}")
    unit = match[2].lower()
    if unit.startswith("mo"):
        raise ValueError(f"months are not all of one length; write `{4 * int(match[1])} weeks` instead")
    if unit not in _UNITS:
        near = difflib.get_close_matches(unit, _UNITS, n=1, cutoff=0.5)
        instead = (
            f"did you mean `{match[1]} {near[0]}`?" if near else "use minutes, hours, days, business days or weeks"
        )
        raise ValueError(f"`{unit}` is no unit of time; {instead}")
    wait, most = Wait(int(match[1]), _UNITS[unit]), _IN_TWO_YEARS[_UNITS[unit]]
    if wait.count > most:
        raise ValueError(f"`{wait}` is longer than two years; write `{Wait(most, wait.unit)}` at most")
    return wait


def stale_of(text: object) -> Wait | str:
    """A span of time, or `never`. Not none at all: a step is always a moment late."""
    if text == NEVER:
        return NEVER
    if text is None or str(text).lower() == "none":
        raise ValueError("write a span such as `5 days`, or `never`")
    wait = wait_of(text)
    if not wait.count:
        raise ValueError("nothing is ever that punctual; write `1 hour` at least, or `never`")
    return wait


def expiry_of(value: object) -> Wait | date | None:
    """A day, or a span after the mail.

    >>> expiry_of("2 weeks")
    Wait(count=2, unit=<WaitUnit.WEEKS: 'weeks'>)
    """
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        pass
    try:
        return wait_of(value)
    except ValueError as error:
        raise ValueError(f"write a day such as 2026-03-31, or a span such as `2 weeks`, not {value!r}") from error


def window_of(text: object) -> Window | OpenHours:
    """When something may go out. An `OpenHours` without days leaves them to the profile.

    >>> window_of("tue-thu 10:00-12:00")
    OpenHours(days=(1, 2, 3), start=datetime.time(10, 0), end=datetime.time(12, 0), holidays=False)
    """
    said = str(text).strip()
    if said in set(Window):
        return Window(said)
    match = _HOURS.match(said)
    if match is None:
        near = difflib.get_close_matches(said.lower(), set(Window), n=1, cutoff=0.6)
        instead = f"did you mean `{near[0]}`? It can also be" if near else "write `any`, `working-hours`, or"
        raise ValueError(f"`{said}` is no window; {instead} days and hours, such as `tue-thu 10:00-12:00`")
    days = days_of(match["days"].strip(" ,")) if match["days"].strip(" ,") else ()
    if match["start"] == "24:00":
        raise ValueError("a day begins at 00:00; only the end of a window can be 24:00")
    start, end = _clock(match["start"]), _clock(match["end"])
    if start >= end != MIDNIGHT:
        raise ValueError(f"`{said}` never opens: it ends before it has begun; write the earlier time first")
    return OpenHours(days, start, end, holidays=match["holidays"] is not None)


def caps_of(value: object) -> tuple[Cap, ...]:
    """`2/week`, or a list of such.

    >>> caps_of(["1/day", "3/week"])
    (Cap(count=1, days=1), Cap(count=3, days=7))
    """
    return tuple(_cap(each) for each in (value if isinstance(value, list) else [value]))


def _cap(value: object) -> Cap:
    match = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(day|week|month)\s*", str(value))
    if match is None:
        raise ValueError(f"write mails per time, such as `2/week` or `1/day`, not {value!r}")
    if not int(match[1]):
        raise ValueError(f"`{value}` would stop every mail; take `sequence:` out of the gates instead")
    return Cap(int(match[1]), _PERIODS[match[2]])


def _clock(text: str) -> time:
    """`09:30`; `24:00` is midnight."""
    hour, _, minute = text.partition(":")
    try:
        return MIDNIGHT if text == "24:00" else time(int(hour), int(minute))
    except ValueError as error:
        raise ValueError(f"there is no {text} on a clock, so this window never opens; write 00:00 to 24:00") from error


def percent_of(value: object) -> int:
    """`35%`, as 35. A bare 35 is understood, 0.35 is refused."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*%?\s*", str(value))
    if match is None or not 0 < int(match[1]) < 100:
        raise ValueError(f"write a percentage between 1% and 99%, such as `35%`, not {value!r}")
    return int(match[1])


def meter_of(value: object) -> Meter:
    """`2/month`."""
    match = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(day|week|month|year)\s*", str(value))
    if match is None:
        raise ValueError(f"write free reads per time, such as `2/month`, not {value!r}")
    if not 1 <= int(match[1]) <= MOST_FREE:
        raise ValueError(
            f"write 1 to {MOST_FREE} free reads, such as `2/{match[2]}`; more is no meter, and none no read"
        )
    return Meter(int(match[1]), match[2])


def days_of(value: object) -> tuple[int, ...]:
    """`mon-fri`, `mon, wed` or a list of those; 0 is Monday.

    >>> days_of("mon-wed, sat")
    (0, 1, 2, 5)
    """
    parts = value if isinstance(value, list) else str(value).split(",")
    days: set[int] = set()
    for part in parts:
        first, dash, last = str(part).strip().lower().partition("-")
        start, end = _day(first), _day(last if dash else first)
        if start is None or end is None:
            raise ValueError(f"write days such as `mon-fri` or `mon, wed`, not {part!r}")
        days.update(day % 7 for day in range(start, end + 1 if end >= start else end + 8))
    if not days:
        raise ValueError("without a day it never opens; write days such as `mon-fri`")
    return tuple(sorted(days))


def _day(text: str) -> int | None:
    """`mon`, `tues`, `wednesday`: the day of that name, by three letters at least."""
    said = text.strip()
    return next((day for day, name in enumerate(_DAY_NAMES) if len(said) > 2 and name.startswith(said)), None)


_CHAPTER = re.compile(r"(?:(?P<h>\d{1,2}):(?=\d\d:))?(?P<m>\d{1,3}):(?P<s>[0-5]\d)\s+(?P<title>\S.*)\Z")


def chapters_of(value: object) -> tuple[Chapter, ...]:
    """Places in a recording, in order.

    >>> chapters_of(["0:00 Hello", "1:02:03 The end"])
    (Chapter(at=0, title='Hello'), Chapter(at=3723, title='The end'))
    """
    if not isinstance(value, list | tuple):
        raise ValueError("write one line for each chapter, such as `- 4:30 Where it went wrong`")  # noqa: TRY004  # pydantic tells a ValueError to who wrote it
    found = [_chapter(line) for line in value]
    if any(after.at <= before.at for before, after in pairwise(found)):
        raise ValueError("chapters come one after the other; put them in the order of their times")
    return tuple(found)


def _chapter(line: object) -> Chapter:
    if isinstance(line, Chapter):
        return line
    if not (match := _CHAPTER.match(str(line).strip())):
        raise ValueError(f"{line!r} is no chapter; write its time and what it is about, such as `4:30 Where it broke`")
    return Chapter(int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"]), match["title"].strip())
