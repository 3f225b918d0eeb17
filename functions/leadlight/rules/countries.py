"""Which countries can be chosen, by their names in the reader's language? Asked by whoever draws a form."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from leadlight.model.site import Field, FieldType
from leadlight.rules.places import countries

LIKE = str.maketrans("łøđß", "lods")
"""Letters that no accent makes, as people look for them in a list."""


def offered(field: Field, language: str) -> tuple[tuple[str, str], ...]:
    """The answers to a question with choices, each with the words for it."""
    if field.type is FieldType.COUNTRY:
        return countries_in(language, field.choices)
    return tuple((choice, field.shown.get(choice) or choice) for choice in field.choices)


@lru_cache(maxsize=64)
def countries_in(language: str, codes: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
    """Codes and names, in the order of the alphabet; of all countries, or of those.

    >>> countries_in("pl", ("DE", "PL", "LV"))
    (('LV', 'Łotwa'), ('DE', 'Niemcy'), ('PL', 'Polska'))
    """
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - not needed to answer a submit

    try:
        names = Locale.parse(language.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    named = [(code, names.get(code, code)) for code in sorted(codes or countries())]
    return tuple(sorted(named, key=lambda one: _plain(one[1])))


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char)).translate(LIKE)
