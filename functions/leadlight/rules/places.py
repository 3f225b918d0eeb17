"""Which clock does a country go by, and which country is behind a clock? Asked by the form and by `cadence`.

The tables are those of the IANA time zone database, as the `tzdata` package brings them, and are read once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.model.team import Hours

MOST_PEOPLE = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Where the first zone of a country, which stands for all of it, would be an island or a far corner."""

ALSO_CALLED = {
    "america": "US", "brasil": "BR", "burma": "MM", "czechia": "CZ", "danmark": "DK", "deutschland": "DE",
    "england": "GB", "espana": "ES", "great britain": "GB", "holland": "NL", "ireland republic": "IE", "italia": "IT",
    "korea": "KR", "magyarorszag": "HU", "nederland": "NL", "norge": "NO", "northern ireland": "GB",
    "osterreich": "AT", "polska": "PL", "republic of ireland": "IE", "russian federation": "RU", "schweiz": "CH",
    "samoa": "WS", "scotland": "GB", "suisse": "CH", "suomi": "FI", "sverige": "SE", "svizzera": "CH",
    "the netherlands": "NL", "turkiye": "TR", "uae": "AE", "uk": "GB", "united kingdom": "GB",
    "united states of america": "US", "usa": "US", "viet nam": "VN", "wales": "GB",
}  # fmt: skip
"""What people write for a country beside the table's own name for it, as `_plain` leaves it."""

TWO_LETTERS = re.compile(r"[\W\d_]*([^\W\d_]{2})[\W\d_]*")
"""A text of which `_plain` leaves one word of two letters; `u.s.` is none."""


@dataclass(frozen=True, slots=True)
class Table:
    """`zones` by country, the one that stands for it first; `countries` by zone, older names included."""

    zones: Mapping[str, tuple[str, ...]]
    countries: Mapping[str, str]


def zone_of(country: str | None) -> str | None:
    """The IANA zone that stands for a country (ISO 3166-1 alpha-2). None for one without, or none at all.

    >>> zone_of("PL")
    'Europe/Warsaw'
    """
    found = _table().zones.get((country or "").upper())
    return found[0] if found else None


def country_of(zone: str | None) -> str | None:
    """The country where that clock hangs. None for zones of no place, such as UTC.

    >>> country_of("Asia/Katmandu")
    'NP'
    """
    return _table().countries.get(zone or "")


def region_of(hours: Hours) -> str | None:
    """The country whose numbers a team writes short: its own, else that of its clock."""
    return hours.country or country_of(hours.zone)


def country_named(text: str) -> str | None:
    """The country that somebody means, by name or code; of names, case and accents do not matter.

    A code is one in capitals only: `no`, `in`, `me`, `is` or `at`, typed by a reader, are words.

    >>> country_named("CÔTE D'IVOIRE"), country_named("uk"), country_named("South Korea"), country_named("Narnia")
    ('CI', 'GB', 'KR', None)
    >>> country_named("NO"), country_named("no")
    ('NO', None)
    """
    plain = _plain(text)
    if other := ALSO_CALLED.get(plain):
        return other
    alone = TWO_LETTERS.fullmatch(text)
    return _names().get(plain) if not alone or alone[1].isupper() else None


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The codes of all countries (ISO 3166-1 alpha-2)."""
    return frozenset(code for code, _ in _rows("zoneinfo/iso3166.tab", 2))


def known_zone(text: str) -> str | None:
    """The IANA zone of that name, as the database spells it."""
    return _known().get(text.strip().lower())


def with_place(lead: Lead, captures: Iterable[Capture]) -> Lead:
    """The lead where the newest of these captures that says so puts it; a zone tells the country, and the reverse.

    Of two of the same time, the later one in their order.
    """
    for capture in sorted(captures, key=lambda capture: capture.at):
        if capture.zone or capture.country:
            zone = capture.zone or zone_of(capture.country) or lead.zone
            lead = replace(lead, zone=zone, country=capture.country or country_of(capture.zone) or lead.country)
    return lead


def _plain(text: str) -> str:
    """Letters only, small and without accents, one space between words: `U.S.A.` is `usa`."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[\W\d_]+", " ", bare.replace(".", "")).strip().casefold()


@lru_cache(maxsize=1)
def _table() -> Table:
    zones: dict[str, tuple[str, ...]] = {}
    for code, _, zone in _rows("zoneinfo/zone.tab", 3):
        zones[code] = (*zones.get(code, ()), zone)
    countries = {zone: code for code, found in zones.items() for zone in found}
    countries |= {old: countries[new] for old, new in _sure_links() if old not in countries and new in countries}
    for code, first in MOST_PEOPLE.items():
        zones[code] = (first, *(zone for zone in zones[code] if zone != first))
    return Table(zones, countries)


def _sure_links() -> Iterator[tuple[str, str]]:
    """Older names, which browsers still tell, with their zones; without zones that countries share: which one, then?"""
    shared = {zone for codes, _, zone in _rows("zoneinfo/zone1970.tab", 3) if "," in codes}
    for line in _lines("zoneinfo/tzdata.zi"):
        if line.startswith("L "):
            _, zone, old = line.split()
            if zone not in shared:
                yield old, zone


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Countries by code and name, plain; `Korea (South)` also as `South Korea`, `Britain (UK)` also as `Britain`.

    The last only where no other country is called so.
    """
    found: dict[str, str] = {}
    short: dict[str, set[str]] = {}
    for code, name in _rows("zoneinfo/iso3166.tab", 2):
        before, _, within = name.removesuffix(")").partition(" (")
        found |= {_plain(code): code, _plain(name): code, _plain(f"{within} {before}"): code}
        short.setdefault(_plain(before), set()).add(code)
    return {name: min(codes) for name, codes in short.items() if len(codes) == 1} | found


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    return {name.lower(): name for name in _lines("zones") if name != "Factory"}


def _rows(path: str, columns: int) -> Iterator[list[str]]:
    for line in _lines(path):
        if not line.startswith("#"):
            yield line.split("\t")[:columns]


def _lines(path: str) -> list[str]:
    return (files("tzdata") / path).read_text(encoding="utf-8").splitlines()
