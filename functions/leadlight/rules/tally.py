"""What do the totals add up to over some weeks? For the report and the weekly mail. Pure; cells: `model.figures`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from leadlight.model.figures import Cell
from leadlight.model.report import Period, Share
from leadlight.rules.odds import share

WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")

Sums = Mapping[str, Mapping[str, int]]
"""What cells are about → what they count → how much."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums of one period."""

    sums: Sums
    period: Period

    def count(self, about: str, what: str) -> int:
        """0 where there is no such cell."""
        return self.sums.get(about, {}).get(what, 0)

    def share(self, about: str, what: str, of: str) -> Share:
        """How many of the one are of the other."""
        return share(self.count(about, what), self.count(about, of))

    def about(self, prefix: str) -> list[str]:
        """All that begins so, in the order of the alphabet."""
        return sorted(about for about in self.sums if about.startswith(prefix))


def by_week(totals: Mapping[str, int]) -> Mapping[str, Sums]:
    """The cells taken apart: week → about → what → how much."""
    weeks: dict[str, dict[str, dict[str, int]]] = {}
    for cell, number in totals.items():
        week, about, what = Cell.of(cell)
        weeks.setdefault(week, {}).setdefault(about, {})[what] = number
    return weeks


def tally(weeks: Mapping[str, Sums], period: Period) -> Tally:
    """The sums over the weeks of a period."""
    sums: dict[str, dict[str, int]] = {}
    for week, found in weeks.items():
        if week not in period:
            continue
        for about, counts in found.items():
            into = sums.setdefault(about, {})
            for what, number in counts.items():
                into[what] = into.get(what, 0) + number
    return Tally(sums, period)


def week_of(day: date) -> str:
    """The ISO week, as cells are named by it."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def is_week(text: str) -> bool:
    """
    >>> is_week("2026-W53"), is_week("2025-W53"), is_week("W03")
    (True, False, False)
    """
    with suppress(ValueError):
        return WEEK.fullmatch(text) is not None and week_of(Period(text, text).begins) == text
    return False


def ending(last: str, weeks: int) -> Period:
    """So many weeks, of which that one is the last."""
    monday = Period(last, last).begins
    return Period(week_of(monday - timedelta(weeks=weeks - 1)), last)


def before(period: Period) -> Period:
    """As many weeks, right before."""
    return ending(week_of(period.begins - timedelta(days=7)), period.weeks)


def earlier(last: str, weeks: int, many: int) -> Period:
    """The `many` weeks right before the so many weeks up to the last one.

    >>> earlier("2026-W03", 2, 4)
    Period(first='2025-W50', last='2026-W01')
    """
    return ending(before(ending(last, weeks)).last, many)


def without_last(period: Period, weeks: int) -> Period:
    """The same without its last weeks."""
    return ending(week_of(period.ends - timedelta(weeks=weeks)), period.weeks - weeks)


def weeks_of(period: Period) -> Iterator[str]:
    """Each of its weeks."""
    return (week_of(period.begins + timedelta(weeks=week)) for week in range(period.weeks))
