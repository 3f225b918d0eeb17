"""Cells of tables that people open in a spreadsheet, which runs what looks like a formula. Asked by export and import.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import unicodedata

FORMULA = frozenset("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula, or leaves out before it looks for one.

Also as wide characters: in some languages, Japanese for one, spreadsheets read them as the usual ones.
"""

TEXT = "'"
"""Says to a spreadsheet that what follows is text."""


def neutral(text: str) -> str:
    """The cell as text for every spreadsheet; also where something unseen stands before what would begin a formula.

    >>> neutral("=1+1"), neutral("+44 20 7946 0999"), neutral("Anna")
    ("'=1+1", "'+44 20 7946 0999", 'Anna')
    """
    return TEXT + text if text[:1] in FORMULA or _first_seen(text) in FORMULA else text


def as_meant(text: str) -> str:
    """The cell without the mark that `neutral`, or a spreadsheet, has put before it.

    >>> as_meant("'+44 20 7946 0999"), as_meant("'t Hooft")
    ('+44 20 7946 0999', "'t Hooft")
    """
    return text[1:] if text.startswith(TEXT) and neutral(text[1:]) != text[1:] else text


def _first_seen(text: str) -> str:
    """The first character that is neither white space nor invisible; a space where there is none."""
    return next((char for char in text if not char.isspace() and unicodedata.category(char) != "Cf"), " ")
