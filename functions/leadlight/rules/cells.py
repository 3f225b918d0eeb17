"""Cells of tables that people open in a spreadsheet, which runs what looks like a formula. Asked by export and import.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula, or leaves out before it looks for one."""

TEXT = "'"
"""Says to a spreadsheet that what follows is text."""


def neutral(text: str) -> str:
    """The cell as text for every spreadsheet; also where spaces or line breaks stand before what would begin a formula.

    >>> neutral("=1+1"), neutral("+44 20 7946 0999"), neutral("Anna")
    ("'=1+1", "'+44 20 7946 0999", 'Anna')
    """
    return TEXT + text if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def as_meant(text: str) -> str:
    """The cell without the mark that `neutral`, or a spreadsheet, has put before it.

    >>> as_meant("'+44 20 7946 0999"), as_meant("'t Hooft")
    ('+44 20 7946 0999', "'t Hooft")
    """
    return text[1:] if text.startswith(TEXT) and neutral(text[1:]) != text[1:] else text
