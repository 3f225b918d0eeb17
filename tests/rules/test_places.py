"""Countries and their clocks, as forms and browsers tell them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from tests.rules.examples import DAY, MONDAY, capture, lead

from leadlight.rules.places import country_named, country_of, known_zone, with_place, zone_of
from leadlight.rules.public_holidays import public_holidays

FIRST = replace(capture(), zone="Europe/Warsaw")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Poland", "PL"), ("poland", "PL"), (" POLSKA ", "PL"), (" PL.", "PL"), ("uk", "GB"), ("U.K.", "GB"),
        ("United Kingdom", "GB"), ("Britain", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("United States", "US"),
        ("Côte d'Ivoire", "CI"), ("COTE D'IVOIRE", "CI"), ("Türkiye", "TR"), ("Österreich", "AT"), ("Réunion", "RE"),
        ("South Korea", "KR"), ("Korea (South)", "KR"), ("Myanmar", "MM"), ("Czechia", "CZ"), ("Nepal", "NP"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_the_names_that_people_write(text: str, country: str) -> None:
    assert country_named(text) == country


@pytest.mark.parametrize("text", ["no", "No", "in", "me", "so", "is", "to", "be", "it", "at", "no.", " no 1", "pl"])
def test_a_word_of_two_letters_is_no_code(text: str) -> None:
    assert country_named(text) is None


@pytest.mark.parametrize("text", ["", "Narnia", "ZZ", "Congo", "Europe/Warsaw", "1", "x" * 300])
def test_what_is_no_country_or_several_is_none(text: str) -> None:
    assert country_named(text) is None


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("PL", "Europe/Warsaw"),
        ("NP", "Asia/Kathmandu"),
        ("US", "America/New_York"),
        ("AU", "Australia/Sydney"),
        ("ZZ", None),
    ],
)
def test_a_country_goes_by_the_clock_of_most_of_its_people(country: str, zone: str | None) -> None:
    assert zone_of(country) == zone


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Warsaw", "PL"), ("Europe/Stockholm", "SE"), ("Asia/Kathmandu", "NP"),
        ("Asia/Katmandu", "NP"), ("Asia/Calcutta", "IN"), ("Europe/Kiev", "UA"),  # as browsers still say
        ("UTC", None), ("Etc/GMT+5", None), ("Iceland", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_zone_tells_the_country_unless_it_is_nowhere_or_shared(zone: str | None, country: str | None) -> None:
    assert country_of(zone) == country


@pytest.mark.parametrize("text", ["Europe/Warsaw", "europe/warsaw", "Asia/Katmandu", "UTC", "Pacific/Kiritimati"])
def test_a_known_zone_has_a_clock(text: str) -> None:
    zone = known_zone(text)

    assert zone is not None
    assert ZoneInfo(zone).key.lower() == text.lower()


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "../../etc/passwd", "Europe/", "Factory", "+05:45", "CEST"])
def test_what_is_no_zone_is_none(text: str) -> None:
    assert known_zone(text) is None


def test_the_newest_capture_that_names_a_place_counts() -> None:
    moved = replace(FIRST, at=MONDAY + DAY, zone=None, country="NP")
    silent = replace(FIRST, at=MONDAY + 2 * DAY, zone=None)

    found = with_place(lead(), [silent, moved, FIRST])

    assert (found.zone, found.country) == ("Asia/Kathmandu", "NP")


def test_a_country_that_was_named_beats_the_one_of_the_zone() -> None:
    found = with_place(lead(), [replace(FIRST, country="NP")])

    assert (found.zone, found.country) == ("Europe/Warsaw", "NP")


def test_captures_that_name_no_place_leave_the_lead_where_it_is() -> None:
    there = lead(zone="Asia/Kathmandu", country="NP")

    assert with_place(there, [replace(FIRST, zone=None)]) == there


def test_public_holidays_are_those_of_the_whole_country() -> None:
    assert date(2026, 11, 11) in public_holidays("PL", 2026)
    assert date(2026, 1, 6) not in public_holidays("DE", 2026)
    assert public_holidays("ZZ", 2026) == frozenset()
