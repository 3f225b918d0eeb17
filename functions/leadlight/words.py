"""In which words does a visitor read us? Asked by whoever speaks to visitors; nobody else is below it.

English stands where it is said, in code and templates; other languages in `words/<language>/LC_MESSAGES/leadlight.po`
(GNU gettext). `python -m tests.words` renews those. Reps, marketers and operators read English.
"""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).with_name("words")

ENGLISH = "en"


class Said(str):
    """A sentence in English that can be said in another language later, with all that was filled in."""

    __slots__ = ("many", "number", "text", "values")

    text: str
    many: str
    number: int | None
    values: dict[str, object]


def said(text: str, **values: object) -> Said:
    """A sentence for a visitor whose language is not known here. `values` fill its `{names}`.

    >>> said("At most {most} characters.", most=254)
    'At most 254 characters.'
    """
    return _said(text, "", None, values)


def counted(one: str, many: str, count: int, **values: object) -> Said:
    """The same with a number: `one` or `many` by English rules, others by those of their language.

    >>> counted("{count} minute", "{count} minutes", 3)
    '3 minutes'
    """
    return _said(one, many, count, {"count": count, **values})


def N_(text: str) -> str:  # noqa: N802 - the name that the gettext manual gives it, and that the tools look for
    """Marks a text that stands in a table and is translated where it is shown."""
    return text


@cache
def words_of(language: str) -> gettext.NullTranslations:
    """The catalogue of a language as sites name it (`pl`, `pt-BR`); without one, English."""
    named = language.replace("-", "_") if language.replace("-", "").isalnum() else ENGLISH
    return gettext.translation("leadlight", CATALOGUES, [named], fallback=True)


def has_words(language: str) -> bool:
    """Whether there is a catalogue of that language."""
    return isinstance(words_of(language), gettext.GNUTranslations)


def in_language(text: str, language: str) -> str:
    """What was `said`, or any text of ours as it stands in the catalogue, in that language."""
    words = words_of(language)
    if not isinstance(text, Said):
        return words.gettext(text) if text else text
    found = words.gettext(text.text) if text.number is None else words.ngettext(text.text, text.many, text.number)
    return found.format(**{name: _value(value, language) for name, value in text.values.items()})


def day(at: date, language: str, *, year: bool = True) -> str:
    """A day as people write it: `Thursday 8 January 2026`, `czwartek, 8 stycznia 2026`."""
    locale = _locale(language)
    if locale == ENGLISH:
        return f"{at:%A} {at.day} {at:%B %Y}" if year else f"{at:%A} {at.day} {at:%B}"
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415 - not needed to answer a submit

    if year:
        return format_date(at, "full", locale=locale)
    return f"{format_date(at, 'EEEE', locale=locale)}, {format_skeleton('MMMMd', at, locale=locale)}"


def moment(at: datetime, language: str) -> str:
    """A day and a time by the clock: `08 January 2026, 14:30`, `8 stycznia 2026, 14:30`."""
    locale = _locale(language)
    if locale == ENGLISH:
        return f"{at:%d %B %Y, %H:%M}"
    from babel.dates import format_date  # noqa: PLC0415 - the same

    return f"{format_date(at, 'long', locale=locale)}, {at:%H:%M}"


def _said(text: str, many: str, count: int | None, values: dict[str, object]) -> Said:
    form = text if count in {None, 1} else many
    sentence = Said(form.format(**{name: _value(value, ENGLISH) for name, value in values.items()}))
    sentence.text, sentence.many, sentence.number, sentence.values = text, many, count, values
    return sentence


def _value(value: object, language: str) -> object:
    if isinstance(value, Said):
        return in_language(value, language)
    return moment(value, language) if isinstance(value, datetime) else value


def _locale(language: str) -> str:
    """The language whose words are said, by its own name: English where we have no others."""
    return words_of(language).info().get("language", ENGLISH)
