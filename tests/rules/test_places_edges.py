"""What the tables of places say where countries share a clock, a name or a spelling."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import DAY, MONDAY, capture, lead

from leadlight.model.team import Hours
from leadlight.rules.places import (
    ALSO_CALLED,
    MOST_PEOPLE,
    country_named,
    country_of,
    known_zone,
    region_of,
    with_place,
    zone_of,
)


@pytest.mark.parametrize(("country", "zone"), sorted(MOST_PEOPLE.items()))
def test_most_people_of_a_country_go_by_a_clock_that_hangs_in_it(country: str, zone: str) -> None:
    assert (zone_of(country), country_of(zone)) == (zone, country)


@pytest.mark.parametrize(
    ("country", "zone"), [("us", "America/New_York"), ("DE", "Europe/Berlin"), (None, None), ("", None)]
)
def test_a_country_is_known_in_small_letters_too(country: str | None, zone: str | None) -> None:
    assert zone_of(country) == zone


def test_a_team_writes_the_numbers_of_its_own_country_short_else_those_of_its_clock() -> None:
    assert region_of(Hours("Europe/Warsaw", country="DE")) == "DE"
    assert region_of(Hours("Europe/Warsaw")) == "PL"
    assert region_of(Hours("UTC")) is None


@pytest.mark.parametrize(("text", "country"), sorted(ALSO_CALLED.items()))
def test_each_other_name_is_one_that_is_looked_up_as_it_stands(text: str, country: str) -> None:
    assert country_named(text) == country
    assert zone_of(country) is not None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("North Korea", "KP"), ("Korea (North)", "KP"), ("Virgin Islands (US)", "VI"), ("US Virgin Islands", "VI"),
        ("UK Virgin Islands", "VG"), ("Virgin Islands", None), ("Samoa", "WS"), ("Samoa (American)", "AS"),
        ("American Samoa", "AS"), ("Congo (Rep.)", "CG"), ("Dem. Rep. Congo", "CD"), ("St Barthelemy", "BL"),
        ("Antigua & Barbuda", "AG"), ("Guinea-Bissau", "GW"), ("guinea  bissau", "GW"), ("Åland Islands", "AX"),
        ("Curaçao", "CW"), ("Korea", "KR"), ("u.s.", "US"), ("Poland 2", "PL"), ("Po land", None), ("STRASSE", None),
    ],
)  # fmt: skip
def test_a_name_that_countries_share_is_told_apart_by_what_stands_in_brackets(text: str, country: str | None) -> None:
    assert country_named(text) == country


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("US/Eastern", "US"), ("GB", None), ("Poland", "PL"), ("Asia/Saigon", "VN"), ("America/Buenos_Aires", "AR"),
        ("Atlantic/Reykjavik", "IS"), ("Africa/Abidjan", "CI"), ("Africa/Timbuktu", None), ("Asia/Kuwait", "KW"),
        ("Australia/Perth", "AU"), ("Europe/Simferopol", "UA"), ("US/Pacific", "US"), ("Factory", None),
    ],
)  # fmt: skip
def test_an_older_name_of_a_clock_tells_the_country_where_it_hangs_alone(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


@pytest.mark.parametrize(
    ("text", "zone"), [(" EUROPE/warsaw ", "Europe/Warsaw"), ("us/eastern", "US/Eastern"), ("factory", None)]
)
def test_a_zone_is_spelled_as_the_database_has_it(text: str, zone: str | None) -> None:
    assert known_zone(text) == zone


@pytest.mark.parametrize(
    ("zone", "country", "found"),
    [
        ("Asia/Tokyo", None, ("Asia/Tokyo", "JP")),
        (None, "JP", ("Asia/Tokyo", "JP")),
        ("UTC", None, ("UTC", "PL")),
        (None, "ZZ", ("Europe/Warsaw", "ZZ")),
        (None, None, ("Europe/Warsaw", "PL")),
    ],
)
def test_what_a_capture_leaves_open_stays_as_it_was(
    zone: str | None, country: str | None, found: tuple[str, str]
) -> None:
    there = with_place(lead(zone="Europe/Warsaw", country="PL"), [replace(capture(), zone=zone, country=country)])

    assert (there.zone, there.country) == found


def test_of_two_captures_of_one_moment_the_later_in_their_order_counts() -> None:
    one, other = (replace(capture(at=MONDAY + DAY), zone=zone) for zone in ("Asia/Tokyo", "Europe/Paris"))

    assert with_place(lead(), [one, other]).country == "FR"
    assert with_place(lead(), [other, one]).country == "JP"
