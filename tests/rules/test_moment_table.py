"""Which moment a few words mean, row by row: Monday 5 January 2026, eleven o'clock; work begins at nine."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from leadlight.model.team import Hours
from leadlight.rules.moment import day_begins, moment

NOW = datetime(2026, 1, 5, 11, 0, tzinfo=ZoneInfo("Europe/Warsaw"))

MEANT = {
    "today 11:01": "2026-01-05 11:01",
    "Tomorrow": "2026-01-06 09:00",
    "tomorrow at noon": "2026-01-06 12:00",
    "midday tomorrow": "2026-01-06 12:00",
    "on the day after tomorrow around 10": "2026-01-07 10:00",
    "in a minute": "2026-01-05 11:01",
    "in 90 minutes": "2026-01-05 12:30",
    "in 45 min": "2026-01-05 11:45",
    "in an hour": "2026-01-05 12:00",
    "in twelve hours": "2026-01-05 23:00",
    "in one day": "2026-01-06 09:00",
    "in a week": "2026-01-12 09:00",
    "in 2 weeks at 10": "2026-01-19 10:00",
    "in a month": "2026-02-05 09:00",
    "in eleven months": "2026-12-05 09:00",
    "in 12 months": "2027-01-05 09:00",
    "in 25 months": "2028-02-05 09:00",
    "tue": "2026-01-06 09:00",
    "tues": "2026-01-06 09:00",
    "weds 10": "2026-01-07 10:00",
    "thurs": "2026-01-08 09:00",
    "sunday": "2026-01-11 09:00",
    "mon": "2026-01-12 09:00",  # never today
    "this sun": "2026-01-11 09:00",
    "next mon": "2026-01-12 09:00",
    "next sunday": "2026-01-18 09:00",
    "fri next week": "2026-01-16 09:00",
    "next week friday": "2026-01-16 09:00",
    "tue 8": "2026-01-06 08:00",
    "tue 19": "2026-01-06 19:00",
    "8:00 tue": "2026-01-06 08:00",
    "tue 7:05": "2026-01-06 07:05",
    "tue 14h30": "2026-01-06 14:30",
    "tue 14.30": "2026-01-06 14:30",
    "tue 23:59": "2026-01-06 23:59",
    "tue 00:00": "2026-01-06 00:00",
    "tue 2pm": "2026-01-06 14:00",
    "tue 2:30 p.m.": "2026-01-06 14:30",
    "tue 11.15 am": "2026-01-06 11:15",
    "tue 12am": "2026-01-06 00:00",
    "tue 12 pm": "2026-01-06 12:00",
    "tue 1am": "2026-01-06 01:00",
    "4pm": "2026-01-05 16:00",
    "11:01": "2026-01-05 11:01",
    "5 january 12:00": "2026-01-05 12:00",
    "6 january": "2026-01-06 09:00",
    "4 january": "2027-01-04 09:00",
    "the 13th of January at 3 pm": "2026-01-13 15:00",
    "1st feb": "2026-02-01 09:00",
    "2nd of March 2027": "2027-03-02 09:00",
    "march 3rd": "2026-03-03 09:00",
    "sept. 9 10:00": "2026-09-09 10:00",
    "dec 31 2026": "2026-12-31 09:00",
    "may 5": "2026-05-05 09:00",
    "13.1.": "2026-01-13 09:00",
    "13.01.2027 10:00": "2027-01-13 10:00",
    "2026-01-13": "2026-01-13 09:00",
    "2026-01-13 @ 10": "2026-01-13 10:00",
    "29 feb 2028": "2028-02-29 09:00",
    "3 january 2031": "2031-01-03 09:00",  # not yet five years from now
    "2 o'clock tue 14:00": None,
    "": None,
    "at": None,
    "now": None,
    "today": None,
    "today 10:59": None,
    "11:00": None,
    "12": None,
    "monday noon tuesday": None,
    "tue 20": None,
    "tue 7": None,
    "tue 100": None,
    "tue 012": None,
    "tue 24:00": None,
    "tue 10:60": None,
    "tue 0am": None,
    "tue 13pm": None,
    "this monday": None,
    "last tue": None,
    "next tue next week": None,
    "next week": None,
    "in 0 minutes": None,
    "in thirteen days": None,
    "in 3 years": None,
    "in some days": None,
    "in some minutes": None,
    "5 january": None,
    "5 january 2025": None,
    "30 feb": None,
    "1 foo": None,
    "2026-13-01": None,
    "2026-1-13": None,
    "13.13.": None,
    "13/1": None,
    "4 january 2031 11:00": "2031-01-04 11:00",  # exactly so long
    "4 january 2031 11:01": None,  # a minute more: a slip
    "at at at on on of the tue": "2026-01-06 09:00",
    "tue a b c d e f g h": None,
}


@pytest.mark.parametrize("text", MEANT)
def test_words_mean_one_moment_or_none(text: str) -> None:
    wanted = MEANT[text]

    found = moment(text, now=NOW, opens=time(9))

    assert found == (datetime.fromisoformat(wanted).replace(tzinfo=NOW.tzinfo) if wanted else None)


@pytest.mark.parametrize(
    ("now", "text", "wanted"),
    [
        ("2026-01-31 11:00", "in a month", "2026-02-28 09:00"),
        ("2026-11-30 11:00", "in 3 months", "2027-02-28 09:00"),
        ("2026-12-31 11:00", "in two months", "2027-02-28 09:00"),
        ("2027-01-31 11:00", "in 13 months", "2028-02-29 09:00"),
        ("2026-01-05 08:00", "today", None),
        ("2026-01-10 11:00", "this sat", None),
        ("2026-01-10 11:00", "next sat", "2026-01-17 09:00"),
        ("2026-01-10 11:00", "sat", "2026-01-17 09:00"),
        ("2026-01-10 08:00", "this sat", "2026-01-10 09:00"),
        ("2026-01-11 11:00", "next week monday", "2026-01-12 09:00"),
        ("2026-12-31 11:00", "jan 2", "2027-01-02 09:00"),
    ],
)
def test_months_weeks_and_years_end_as_in_the_calendar(now: str, text: str, wanted: str | None) -> None:
    found = moment(text, now=datetime.fromisoformat(now), opens=time(9))  # a clock without a zone is its own

    assert found == (datetime.fromisoformat(wanted) if wanted else None)


@pytest.mark.parametrize(("start", "begins"), [(5, 9), (6, 6), (11, 11), (12, 9), (0, 9)])
def test_a_day_begins_with_work_unless_that_is_at_night(start: int, begins: int) -> None:
    assert day_begins(Hours(start=time(start))) == time(begins)
