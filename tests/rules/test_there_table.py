"""What a lead's own clock shows beside the reader's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.rules.there import apart, beside, clock, hour_there, is_same, named, stamped

MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def somebody(zone: str | None = None, country: str | None = None) -> Lead:
    return Lead(LeadId("l"), MONDAY, zone=zone, country=country)


@pytest.mark.parametrize(
    ("zone", "at", "here", "words"),
    [
        (None, "2026-01-05T10:00", "Europe/London", ""),
        ("Europe/London", "2026-01-05T10:00", "Europe/London", ""),
        ("Europe/Lisbon", "2026-01-05T10:00", "Europe/London", ""),
        ("Europe/London", "2026-01-05T08:00", "Europe/London", "too early there"),
        ("Europe/Lisbon", "2026-01-05T19:00", "Europe/London", "too late there"),
        ("Europe/London", "2026-01-10T10:00", "Europe/London", "not on a Saturday there"),
        ("Europe/Warsaw", "2026-01-05T10:00", "Europe/London", "11:00 in Warsaw"),
        ("Europe/Warsaw", "2026-01-06T10:00", "Europe/London", "11:00 in Warsaw, not on a public holiday"),
        ("Europe/Warsaw", "2026-01-05T07:00", "Europe/London", "08:00 in Warsaw, too early"),
        ("Asia/Tokyo", "2026-01-05T10:00", "Europe/London", "19:00 in Tokyo, too late"),
        ("Pacific/Auckland", "2026-01-09T12:00", "Europe/London", "Sat 01:00 in Auckland, not on a Saturday"),
        ("America/New_York", "2026-01-06T02:00", "Europe/London", "Mon 21:00 in New York, too late"),
        ("Europe/London", "2026-01-05T12:00", "Pacific/Auckland", "Mon 12:00 in London"),
    ],
)
def test_a_time_stands_beside_what_their_clock_shows(zone: str | None, at: str, here: str, words: str) -> None:
    assert beside(somebody(zone), datetime.fromisoformat(at).replace(tzinfo=UTC), here) == words


def test_two_clocks_are_the_same_where_they_show_the_same() -> None:
    hour = hour_there(somebody("Europe/Lisbon"), MONDAY)

    assert hour is not None
    assert (is_same(hour, "Europe/London"), is_same(hour, "Europe/Warsaw")) == (True, False)
    assert (apart(hour, "Europe/London"), apart(hour, "Europe/Warsaw")) == ("as with you", "1 hour behind you")
    assert clock(hour, "Europe/Warsaw") == "10:00 in Lisbon"


def test_a_country_tells_the_hour_where_no_zone_does() -> None:
    assert beside(somebody(country="PL"), MONDAY, "Europe/London") == "11:00 in Warsaw"
    assert beside(somebody("Nowhere/Land", "PL"), MONDAY, "Europe/London") == "11:00 in Warsaw"


@pytest.mark.parametrize(
    ("zone", "whose", "stamp"),
    [
        ("UTC", "Times are in UTC.", "05 Jan 2026, 10:00 UTC"),
        ("America/New_York", "Times are by your clock, in New York.", "05 Jan 2026, 05:00 EST"),
        (
            "America/Argentina/Ushuaia",
            "Times are by your clock, in Ushuaia.",
            "05 Jan 2026, 07:00 in Ushuaia",
        ),
        ("America/Sao_Paulo", "Times are by your clock, in Sao Paulo.", "05 Jan 2026, 07:00 in Sao Paulo"),
    ],
)
def test_whose_clock_it_is_is_said(zone: str, whose: str, stamp: str) -> None:
    assert (named(zone), stamped(MONDAY, zone)) == (whose, stamp)
