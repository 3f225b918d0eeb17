"""On which days does a whole country rest? Asked by `cadence` for each day that a window or a wait looks at."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

WHERE_MOST_LIVE = {"GB": "ENG"}
"""The part to go by in a country whose parts share so few holidays that the common ones would surprise its people."""


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (ISO 3166-1 alpha-2) in that year, with the days that stand in for them.

    Those of single states, cantons or trades are not among them. None for a country that nobody has a list of.
    """
    # Imported late: with its first country it takes half a second, and many installations name no country.
    from holidays import country_holidays  # noqa: PLC0415 see the line above

    try:
        return frozenset(country_holidays(country, subdiv=WHERE_MOST_LIVE.get(country), years=year))
    except NotImplementedError:
        return frozenset()
