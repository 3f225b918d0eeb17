"""What may stand in `team.yml` about who is there and how long a lead may wait? Words as types. Raises ValueError
saying what to write. Build only; called by `shapes`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, time

from leadlight.model.sequence import OpenHours, Wait
from leadlight.model.team import Away, Clocks
from leadlight.playbook.findings import nearest
from leadlight.playbook.spans import MIDNIGHT, days_of, wait_of
from leadlight.rules.places import country_named

OFF = ("off", "none", "never")
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
MOST_CAPACITY, LEAST_CAPACITY = 20, 0.05

_KINDS = tuple(field.name for field in fields(Clocks))
_QUIET = re.compile(r"(?P<days>[^\d]*?)\s*(?P<start>\d{1,2}:\d{2})\s*[-\u2013]\s*(?P<end>\d{1,2}:\d{2})\s*\Z")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:to|until|-|\u2013)\s*(\d{4}-\d{2}-\d{2}))?")


def is_off(value: object) -> bool:
    """Whether somebody switches something off. YAML may have made `off` a no."""
    return value is False or (isinstance(value, str) and value.strip().lower() in OFF)


def clocks_of(value: object) -> Clocks:
    """How long a lead may wait: one span for all, one for each kind, or `off`.

    >>> clocks_of({"call": "5 minutes", "hot": "off"})
    Clocks(call=Wait(count=5, unit=<WaitUnit.MINUTES: 'minutes'>), hot=None, other=None)
    """
    if isinstance(value, Mapping):
        if unknown := next((str(key) for key in value if key not in _KINDS), None):
            raise ValueError(f"there is no clock called `{unknown}`{nearest(unknown, _KINDS)}")
        return replace(Clocks(), **{str(kind): _patience(span) for kind, span in value.items()})
    span = _patience(value)
    return Clocks(span, span, span)


def _patience(value: object) -> Wait | None:
    if is_off(value):
        return None
    wait = wait_of(value)
    if not wait.count:
        raise ValueError("nobody is that quick; write `1 minute` at least, or `off`")
    return wait


def quiet_of(value: object) -> OpenHours | None:
    """When reps are not mailed. A span may go over midnight; without days it is that of every day.

    >>> quiet_of("mon-thu 20:00-08:00")
    OpenHours(days=(0, 1, 2, 3), start=datetime.time(20, 0), end=datetime.time(8, 0), holidays=False)
    """
    if value is None or is_off(value):
        return None
    said = str(value).strip()
    if (match := _QUIET.fullmatch(said)) is None:
        raise ValueError(f'write hours, such as `"20:00-08:00"` or `"sat, sun 00:00-24:00"`, or `off`, not {value!r}')
    days = days_of(match["days"].strip(" ,")) if match["days"].strip(" ,") else ALL_DAYS
    start, end = _clock(match["start"]), MIDNIGHT if match["end"] == "24:00" else _clock(match["end"])
    if start == end != MIDNIGHT:
        raise ValueError(f"`{said}` begins when it ends; for whole days write `00:00-24:00`")
    if start == end and set(days) == set(ALL_DAYS):
        raise ValueError("reps would never be told of anything; leave a day or some hours")
    return OpenHours(days, start, end)


def digest_of(value: object) -> time | None:
    """When the morning digest comes; None for none."""
    return None if value is None or is_off(value) else _clock(str(value))


def away_of(value: object) -> tuple[Away, ...]:
    """Days on which somebody is not there: one, or from one to another, or a list of those.

    >>> away_of("2026-12-21 to 2026-12-31")
    (Away(first=datetime.date(2026, 12, 21), last=datetime.date(2026, 12, 31)),)
    """
    return tuple(_absence(each) for each in (value if isinstance(value, list) else [value]))


def _absence(value: object) -> Away:
    match = _DAYS.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"write a day, or two such as `2026-12-21 to 2026-12-31`, not {value!r}")
    try:
        first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2] or match[1])
    except ValueError as error:
        raise ValueError(f"`{value}` names a day that no calendar has") from error
    if last < first:
        raise ValueError(f"`{value}` ends before it begins; write `{last} to {first}`")
    return Away(first, last)


def capacity_of(value: object) -> float:
    """A share: 2 gets twice as many leads as 1, 0 none by themselves."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not 0 <= float(str(value)) <= MOST_CAPACITY:
        raise ValueError(f"write a number from 0 to {MOST_CAPACITY}, such as `1` or `0.5`, not {value!r}")
    share = float(str(value))
    if 0 < share < LEAST_CAPACITY:
        raise ValueError(f"{value} is as good as none; write `0`, or {LEAST_CAPACITY} at least")
    return share


def territory(text: str) -> str:
    """A country as its two letters (ISO 3166-1), by code or by name.

    >>> territory("Poland"), territory("gb")
    ('PL', 'GB')
    """
    said = text.strip()
    if found := country_named(said.upper() if len(said) == 2 else said):
        return found
    raise ValueError(f"{text!r} is no country; write its two letters, such as `GB` or `PL`, or its English name")


def _clock(text: str) -> time:
    if (match := _CLOCK.fullmatch(text.strip())) is None:
        raise ValueError(f'write a time between "00:00" and "23:59" in quotes, such as `"08:00"`, not {text!r}')
    return time(int(match[1]), int(match[2]))
