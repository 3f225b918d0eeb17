"""When exactly: (zone, country, window, wait, since) → due, each worked out by hand, in UTC.

The offsets that they rest on: Warsaw and Berlin +1, +2 from 29 March to 25 October 2026 (both at 01:00 UTC); London an
hour less; New York -5, -4 from 8 March (07:00 UTC) to 1 November (06:00 UTC); Kathmandu +5:45; Lord Howe +11, +10:30
from 4 April (15:00 UTC) to 3 October (15:30 UTC); Kiritimati +14; Beirut +2, +3 from 28 March (22:00 UTC) to 24 October
(21:00 UTC). 5 January 2026 is a Monday. Working hours are mon-fri 09:00-17:00.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from tests.rules.examples import lead

from leadlight.model.sequence import OpenHours, Window
from leadlight.model.team import Hours
from leadlight.playbook.spans import days_of, wait_of
from leadlight.rules.cadence import after, hours_for, within

OPEN, WORK = "any", "working-hours"
WARSAW, YORK, HOWE = "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe"
LONDON, BERLIN, NEPAL, BEIRUT = "Europe/London", "Europe/Berlin", "Asia/Kathmandu", "Asia/Beirut"
EASTMOST, APIA, CHATHAM = "Pacific/Kiritimati", "Pacific/Apia", "Pacific/Chatham"
NOW = "0 minutes"

PLAIN = [
    ("minutes by the real clock", WARSAW, "", OPEN, "90 minutes", "2026-01-05 10:00", "2026-01-05 11:30"),
    ("hours by the real clock", WARSAW, "", OPEN, "5 hours", "2026-01-05 10:00", "2026-01-05 15:00"),
    ("a minute too early", WARSAW, "", WORK, NOW, "2026-01-05 07:59", "2026-01-05 08:00"),
    ("in the last minute", WARSAW, "", WORK, NOW, "2026-01-05 15:59", "2026-01-05 15:59"),
    ("at the end it is shut", WARSAW, "", WORK, NOW, "2026-01-05 16:00", "2026-01-06 08:00"),
    ("Friday evening", WARSAW, "", WORK, NOW, "2026-01-09 16:00", "2026-01-12 08:00"),
    ("two days on is a Saturday", WARSAW, "", WORK, "2 days", "2026-01-08 10:00", "2026-01-12 08:00"),
    ("a week", WARSAW, "", WORK, "1 week", "2026-01-05 10:00", "2026-01-12 10:00"),
    ("over a weekend", WARSAW, "", WORK, "3 business days", "2026-01-08 10:00", "2026-01-13 10:00"),
    ("counted from a Saturday", WARSAW, "", WORK, "1 business day", "2026-01-10 10:00", "2026-01-12 10:00"),
]

SPRING = [
    ("same clock, 23 hours less a day", WARSAW, "", OPEN, "2 days", "2026-03-28 09:00", "2026-03-30 08:00"),
    ("48 hours are 48 hours", WARSAW, "", OPEN, "48 hours", "2026-03-28 09:00", "2026-03-30 09:00"),
    ("opens an hour earlier by UTC", WARSAW, "", WORK, "2 days", "2026-03-27 09:00", "2026-03-30 07:00"),
    ("a week across", WARSAW, "", OPEN, "1 week", "2026-03-23 08:00", "2026-03-30 07:00"),
    ("a business day across", WARSAW, "", WORK, "1 business day", "2026-03-27 15:30", "2026-03-30 14:30"),
    ("02:30 is leapt over: 03:30", WARSAW, "", OPEN, "1 day", "2026-03-28 01:30", "2026-03-29 01:30"),
    ("opens in the gap: at 03:00", WARSAW, "", "mon-sun 02:30-04:00", NOW, "2026-03-29 00:00", "2026-03-29 01:00"),
    ("all in the gap: next day", WARSAW, "", "mon-sun 02:15-02:45", NOW, "2026-03-29 00:00", "2026-03-30 00:15"),
    ("shuts with the gap", WARSAW, "", "mon-sun 01:00-02:30", NOW, "2026-03-29 00:59", "2026-03-29 00:59"),
    ("after the gap it was shut", WARSAW, "", "mon-sun 01:00-02:30", NOW, "2026-03-29 01:00", "2026-03-29 23:00"),
    ("New York opens at 09:00 EDT", YORK, "", WORK, "2 days", "2026-03-06 14:00", "2026-03-09 13:00"),
    ("New York leaps over 02:30", YORK, "", OPEN, "1 day", "2026-03-07 07:30", "2026-03-08 07:30"),
    ("New York, a week across", YORK, "", OPEN, "1 week", "2026-03-02 15:00", "2026-03-09 14:00"),
    ("New York, 24 hours", YORK, "", OPEN, "24 hours", "2026-03-07 15:00", "2026-03-08 15:00"),
    ("Beirut has no midnight then", BEIRUT, "", "mon-sun 00:00-00:30", NOW, "2026-03-28 21:00", "2026-03-29 21:00"),
    ("half an hour's summer time", HOWE, "", OPEN, "1 day", "2026-10-02 22:30", "2026-10-03 22:00"),
    ("half an hour's gap: shut", HOWE, "", "mon-sun 02:10-02:20", NOW, "2026-10-03 15:00", "2026-10-04 15:10"),
    ("half an hour's gap: at 02:30", HOWE, "", "mon-sun 02:15-03:00", NOW, "2026-10-03 15:00", "2026-10-03 15:30"),
]

AUTUMN = [
    ("same clock, an hour more", WARSAW, "", OPEN, "2 days", "2026-10-24 08:00", "2026-10-26 09:00"),
    ("48 hours stay so", WARSAW, "", OPEN, "48 hours", "2026-10-24 08:00", "2026-10-26 08:00"),
    ("opens an hour later by UTC", WARSAW, "", WORK, "3 days", "2026-10-23 07:00", "2026-10-26 08:00"),
    ("of two 02:30 the first", WARSAW, "", OPEN, "1 day", "2026-10-24 00:30", "2026-10-25 00:30"),
    ("from the second 02:30", WARSAW, "", OPEN, "1 day", "2026-10-25 01:30", "2026-10-26 01:30"),
    ("from the second to a leapt one", WARSAW, "", OPEN, "22 weeks", "2026-10-25 01:30", "2027-03-28 01:30"),
    ("no days later is not earlier", WARSAW, "", OPEN, "0 days", "2026-10-25 01:30", "2026-10-25 01:30"),
    ("opens the first time", WARSAW, "", "mon-sun 02:15-02:45", NOW, "2026-10-25 00:00", "2026-10-25 00:15"),
    ("and not again", WARSAW, "", "mon-sun 02:15-02:45", NOW, "2026-10-25 01:20", "2026-10-26 01:15"),
    ("stays open once it is", WARSAW, "", "mon-sun 02:30-04:00", NOW, "2026-10-25 01:10", "2026-10-25 01:10"),
    ("stays shut once it is", WARSAW, "", "mon-sun 01:00-02:30", NOW, "2026-10-25 01:05", "2026-10-26 00:00"),
    ("New York, of two 01:30", YORK, "", OPEN, "1 day", "2026-10-31 05:30", "2026-11-01 05:30"),
    ("New York, 09:00 EST", YORK, "", WORK, "1 day", "2026-10-30 13:00", "2026-11-02 14:00"),
    ("New York, 24 hours in autumn", YORK, "", OPEN, "24 hours", "2026-10-31 13:00", "2026-11-01 13:00"),
    ("New York, not again", YORK, "", "mon-sun 01:15-01:45", NOW, "2026-11-01 06:20", "2026-11-02 06:15"),
    ("Beirut's Saturday ends twice", BEIRUT, "", "mon-sun 23:00-23:30", NOW, "2026-10-24 21:10", "2026-10-25 21:00"),
    ("half an hour back", HOWE, "", OPEN, "1 day", "2026-04-03 22:00", "2026-04-04 22:30"),
    ("half an hour, first time", HOWE, "", "mon-sun 01:40-01:50", NOW, "2026-04-04 14:00", "2026-04-04 14:40"),
    ("half an hour, not again", HOWE, "", "mon-sun 01:40-01:50", NOW, "2026-04-04 15:15", "2026-04-05 15:10"),
    ("a zone of +12:45", CHATHAM, "", OPEN, "2 days", "2026-04-03 19:15", "2026-04-05 20:15"),
]

FAR = [
    ("Kathmandu, 08:45", NEPAL, "", WORK, NOW, "2026-01-05 03:00", "2026-01-05 03:15"),
    ("Kathmandu, 16:59", NEPAL, "", WORK, NOW, "2026-01-05 11:14", "2026-01-05 11:14"),
    ("Kathmandu, 17:00", NEPAL, "", WORK, NOW, "2026-01-05 11:15", "2026-01-06 03:15"),
    ("Kathmandu, another date", NEPAL, "", WORK, "1 business day", "2026-01-04 19:00", "2026-01-06 03:15"),
    ("Kathmandu, Republic Day", NEPAL, "NP", WORK, NOW, "2026-05-29 05:00", "2026-06-01 03:15"),
    ("Kolkata, Republic Day", "Asia/Kolkata", "IN", WORK, NOW, "2026-01-26 05:00", "2026-01-27 03:30"),
    ("Monday in Kiritimati", EASTMOST, "", WORK, NOW, "2026-01-04 18:59", "2026-01-04 19:00"),
    ("Friday evening in Kiritimati", EASTMOST, "", WORK, NOW, "2026-01-09 03:00", "2026-01-11 19:00"),
    ("a Friday that never was", APIA, "", WORK, NOW, "2011-12-30 03:00", "2012-01-01 19:00"),
    ("a day that never was", APIA, "", OPEN, "1 day", "2011-12-29 20:00", "2011-12-30 20:00"),
]

HOLIDAYS = [
    ("Epiphany in Poland", WARSAW, "PL", WORK, NOW, "2026-01-05 16:00", "2026-01-07 08:00"),
    ("May Day in Poland", WARSAW, "PL", WORK, NOW, "2026-05-01 08:00", "2026-05-04 07:00"),
    ("Corpus Christi in Poland", WARSAW, "PL", WORK, "1 business day", "2026-06-03 08:00", "2026-06-05 08:00"),
    ("11 November in Poland", WARSAW, "PL", WORK, "1 business day", "2026-11-10 09:00", "2026-11-12 09:00"),
    ("Polish Christmas, 24 to 27", WARSAW, "PL", WORK, "1 day", "2026-12-23 10:00", "2026-12-28 08:00"),
    ("around Polish Christmas", WARSAW, "PL", WORK, "2 business days", "2026-12-23 10:00", "2026-12-29 10:00"),
    ("Thanksgiving", YORK, "US", WORK, "1 business day", "2026-11-25 15:00", "2026-11-27 15:00"),
    ("4 July stood in for on Friday", YORK, "US", WORK, NOW, "2026-07-03 14:00", "2026-07-06 13:00"),
    ("Labor Day", YORK, "US", WORK, "1 business day", "2026-09-04 14:00", "2026-09-08 14:00"),
    ("Christmas in New York", YORK, "US", WORK, "1 day", "2026-12-24 15:00", "2026-12-28 14:00"),
    ("Easter in London", LONDON, "GB", WORK, "1 business day", "2026-04-02 09:00", "2026-04-07 09:00"),
    ("August bank holiday", LONDON, "GB", WORK, NOW, "2026-08-31 10:00", "2026-09-01 08:00"),
    ("Boxing Day stood in for", LONDON, "GB", WORK, NOW, "2026-12-25 10:00", "2026-12-29 09:00"),
    ("both days stood in for", LONDON, "GB", WORK, NOW, "2027-12-24 17:00", "2027-12-29 09:00"),
    ("Ascension in Germany", BERLIN, "DE", WORK, "1 business day", "2026-05-13 08:00", "2026-05-15 08:00"),
    ("Whit Monday in Germany", BERLIN, "DE", WORK, "1 day", "2026-05-22 08:00", "2026-05-26 07:00"),
    ("Epiphany is not all Germany's", BERLIN, "DE", WORK, NOW, "2026-01-06 09:00", "2026-01-06 09:00"),
    ("Christmas to New Year", BERLIN, "DE", WORK, "5 business days", "2026-12-23 09:00", "2026-12-31 09:00"),
    ("nobody has a list", WARSAW, "ZZ", WORK, NOW, "2026-12-25 10:00", "2026-12-25 10:00"),
]

CALENDAR = [
    ("to 29 February", WARSAW, "", OPEN, "1 day", "2028-02-28 10:00", "2028-02-29 10:00"),
    ("from 29 February", WARSAW, "", OPEN, "1 day", "2028-02-29 10:00", "2028-03-01 10:00"),
    ("a year without one", WARSAW, "", OPEN, "1 day", "2027-02-28 10:00", "2027-03-01 10:00"),
    ("52 weeks from one", WARSAW, "", OPEN, "52 weeks", "2028-02-29 10:00", "2029-02-27 10:00"),
    ("a business day on 29 February", WARSAW, "", WORK, "2 business days", "2028-02-25 10:00", "2028-02-29 10:00"),
    ("30 days from the 31st", WARSAW, "", OPEN, "30 days", "2026-01-31 10:00", "2026-03-02 10:00"),
    ("the last of a month", WARSAW, "", WORK, "1 business day", "2026-07-31 08:00", "2026-08-03 08:00"),
    ("over the year's end", WARSAW, "PL", WORK, "1 day", "2026-12-31 10:00", "2027-01-04 08:00"),
]

OWN = [
    ("already open", WARSAW, "", "tue-thu 10:00-12:00", "1 day", "2026-01-05 10:30", "2026-01-06 10:30"),
    ("Friday to Tuesday", WARSAW, "", "tue-thu 10:00-12:00", "1 day", "2026-01-08 08:00", "2026-01-13 09:00"),
    ("not on a holiday", WARSAW, "PL", "tue-thu 10:00-12:00", NOW, "2026-01-05 10:00", "2026-01-07 09:00"),
    ("holidays too", WARSAW, "PL", "tue-thu 10:00-12:00 too", NOW, "2026-01-05 10:00", "2026-01-06 09:00"),
    ("a holiday on a Saturday", WARSAW, "PL", "sat-sun 10:00-18:00", NOW, "2026-08-14 10:00", "2026-08-16 08:00"),
    ("on a Saturday too", WARSAW, "PL", "sat-sun 10:00-18:00 too", NOW, "2026-08-14 10:00", "2026-08-15 08:00"),
    ("open till midnight", WARSAW, "", "mon-sun 12:00-00:00", NOW, "2026-01-05 22:59", "2026-01-05 22:59"),
    ("shut at midnight", WARSAW, "", "mon-sun 12:00-00:00", NOW, "2026-01-05 23:00", "2026-01-06 11:00"),
    ("one morning a week", YORK, "US", "mon 09:00-12:00", NOW, "2026-05-25 14:00", "2026-06-01 13:00"),
]

ROWS = [*PLAIN, *SPRING, *AUTUMN, *FAR, *HOLIDAYS, *CALENDAR, *OWN]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window_of(text: str) -> Window | OpenHours:
    if text in {OPEN, WORK}:
        return Window(text)
    days, clock, *holidays = text.split()
    start, end = (time.fromisoformat(part) for part in clock.split("-"))
    return OpenHours(days_of(days), start, end, holidays=bool(holidays))


def due(window: str, wait: str, since: str, hours: Hours) -> datetime:
    return within(window_of(window), after(wait_of(wait), utc(since), hours), hours)


@pytest.mark.parametrize(
    ("zone", "country", "window", "wait", "since", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_a_step_is_due_at(zone: str, country: str, window: str, wait: str, since: str, expected: str) -> None:
    assert due(window, wait, since, Hours(zone=zone, country=country)) == utc(expected)


TEAM_HOURS = Hours(zone=WARSAW, country="PL", holidays=("2026-01-08",))

PEOPLE = [
    ("nothing known", None, None, "2026-01-05 20:00", "2026-01-07 08:00"),  # the team's Epiphany
    ("a zone tells the country", NEPAL, None, "2026-01-05 20:00", "2026-01-06 03:15"),  # no Epiphany there
    ("a country tells the zone", None, "NP", "2026-01-05 20:00", "2026-01-06 03:15"),
    ("both known", YORK, "PL", "2026-01-05 23:00", "2026-01-07 14:00"),  # a Pole in New York has Epiphany
    ("the team's own day counts", NEPAL, None, "2026-01-07 20:00", "2026-01-09 03:15"),
    ("a zone without a place", "UTC", None, "2026-01-05 20:00", "2026-01-07 09:00"),  # the team's country
    ("a zone nobody knows", "Mars/Olympus", None, "2026-01-05 20:00", "2026-01-07 08:00"),
    ("a country nobody knows", None, "ZZ", "2026-01-05 20:00", "2026-01-06 08:00"),
]


@pytest.mark.parametrize(
    ("zone", "country", "since", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PEOPLE]
)
def test_a_lead_is_written_to_by_its_own_clock(
    zone: str | None, country: str | None, since: str, expected: str
) -> None:
    hours = hours_for(lead(zone=zone, country=country), TEAM_HOURS)

    assert due(WORK, NOW, since, hours) == utc(expected)


def test_a_lead_that_moves_is_written_to_by_its_new_clock() -> None:
    before, moved = lead(zone=WARSAW), lead(zone=YORK)

    dues = [due(WORK, "2 days", "2026-01-08 20:00", hours_for(person, Hours())) for person in (before, moved)]

    assert dues == [utc("2026-01-12 08:00"), utc("2026-01-12 14:00")]


def test_the_table_is_as_long_as_it_is_meant_to_be() -> None:
    assert len(ROWS) + len(PEOPLE) >= 60
    assert len({row[0] for row in ROWS}) == len(ROWS)
