"""How long is `2 days`? The words people write for time and share, as types. Raises ValueError saying what to write."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from leadlight.model.sequence import Wait, WaitUnit

_WAIT = re.compile(r"\s*(\d{1,4})\s*([a-z]+(?: [a-z]+)?)\s*\Z", re.IGNORECASE)
_UNITS = {name: unit for unit in WaitUnit for name in (unit.value, unit.value.removesuffix("s"))}
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Meter:
    """`2/month`: so many free full reads per `day`, `week`, `month` or `year`."""

    count: int
    per: str


def wait_of(text: object) -> Wait:
    """A span of time.

    >>> wait_of("1 business day")
    Wait(count=1, unit=<WaitUnit.BUSINESS_DAYS: 'business days'>)
    """
    match = _WAIT.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"write a number and a unit, such as `2 days` or `1 business day`, not {text!r}")
    unit = match[2].lower()
    if unit not in _UNITS:
        near = difflib.get_close_matches(unit, _UNITS, n=1, cutoff=0.5)
        instead = (
            f"did you mean `{match[1]} {near[0]}`?" if near else "use minutes, hours, days, business days or weeks"
        )
        raise ValueError(f"`{unit}` is no unit of time; {instead}")
    return Wait(int(match[1]), _UNITS[unit])


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
    return Meter(int(match[1]), match[2])


def days_of(value: object) -> tuple[int, ...]:
    """`mon-fri`, `mon, wed` or a list of those; 0 is Monday.

    >>> days_of("mon-wed, sat")
    (0, 1, 2, 5)
    """
    parts = value if isinstance(value, list) else str(value).split(",")
    days: set[int] = set()
    for part in parts:
        first, _, last = str(part).strip().lower().partition("-")
        if first[:3] not in _DAY_NAMES or (last or first)[:3] not in _DAY_NAMES:
            raise ValueError(f"write days such as `mon-fri` or `mon, wed`, not {part!r}")
        start, end = _DAY_NAMES.index(first[:3]), _DAY_NAMES.index((last or first)[:3])
        days.update(day % 7 for day in range(start, end + 1 if end >= start else end + 8))
    return tuple(sorted(days))
