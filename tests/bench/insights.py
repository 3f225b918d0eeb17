"""Fifty thousand leads of a year: how long does the report take? Measured by `make bench`.

The leads live as those of `tests.report.year` do. The floor counts the same touches anew for each page, as
whoever keeps no totals has to: one query, for no more than how many leads did what in which week.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.report.year import BEGIN, GATES, KNOWN, SPEND, WEEK, Life, truth

from leadlight.local.store import SqliteStore
from leadlight.model.figures import week_of
from leadlight.model.person import LeadId
from leadlight.model.report import Report
from leadlight.model.team import Costs
from leadlight.model.touch import Touch
from leadlight.pages.insights import insights
from leadlight.rules.figures import figures_of
from leadlight.rules.report import report_of

LEADS, WEEKS, RUNS = 50_000, 52, 5
SHOWN = 12
Made = TypeVar("Made")
COUNTED = "SELECT week, kind, count(DISTINCT lead) FROM touch GROUP BY week, kind"


@dataclass(frozen=True, slots=True)
class Told:
    """Medians in milliseconds, but for `first`: the first page, with all that it loads."""

    leads: int
    touches: int
    cells: int
    first: float
    totals: float
    report: float
    page: float
    counted: float
    kilobytes: int

    @property
    def whole(self) -> float:
        """From the request to the page."""
        return self.totals + self.report + self.page


def measured(folder: Path) -> Told:
    """Fills both stores, then reads both, in turn."""
    store = SqliteStore(folder / "leads.db")
    last = week_of(BEGIN + (WEEKS - 1) * WEEK)
    with closing(sqlite3.connect(folder / "floor.db")) as floor:
        touches = _filled(store, floor)
        began = time.perf_counter()
        page = insights("", _report(store.totals(), last), form=True)
        first = 1000 * (time.perf_counter() - began)
        rounds = [_round(store, floor, last) for _ in range(RUNS)]
        cells = len(store.totals())
    store.close()
    middle = [statistics.median(each) for each in zip(*rounds, strict=True)]
    return Told(LEADS, touches, cells, first, *middle, kilobytes=len(page) // 1024)


def _round(store: SqliteStore, floor: sqlite3.Connection, last: str) -> tuple[float, float, float, float]:
    totals, reading = _timed(store.totals)
    report, reckoning = _timed(lambda: _report(totals, last))
    _, drawing = _timed(lambda: insights("", report, form=True))
    _, counting = _timed(lambda: floor.execute(COUNTED).fetchall())
    return reading, reckoning, drawing, counting


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.perf_counter()
    made = work()
    return made, 1000 * (time.perf_counter() - began)


def _report(totals: Mapping[str, int], last: str) -> Report:
    return report_of(totals, KNOWN, until_week=last, weeks=SHOWN, costs=Costs(), spend=SPEND)


def _filled(store: SqliteStore, floor: sqlite3.Connection) -> int:
    """The sums of all leads into the one, and each touch into the other; returns how many of these there are."""
    floor.execute("CREATE TABLE touch (lead INTEGER, kind TEXT, week TEXT)")
    floor.execute("CREATE INDEX by_week ON touch (week, kind, lead)")
    sums: Counter[str] = Counter()
    touches = 0
    for number, lived in enumerate(_lives()):
        sums.update(figures_of(lived, gates=GATES))
        rows = [(number, str(touch.kind), week_of(touch.at)) for touch in lived]
        floor.executemany("INSERT INTO touch VALUES (?, ?, ?)", rows)
        touches += len(rows)
    floor.commit()
    store.add_to_totals(sums)
    return touches


def _lives() -> Iterator[list[Touch]]:
    """What each lead of the year did, in order."""
    chance = random.Random("a year of fifty thousand")
    year = truth(chance)
    for number in range(LEADS):
        life = Life(chance, year, LeadId(str(number)))
        life.live(BEGIN + chance.random() * WEEKS * WEEK)
        yield sorted(life.touches, key=lambda touch: touch.at)
