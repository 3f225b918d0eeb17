"""What of a page or a mail is English of ours? Looks for the words of our own catalogue in what a visitor reads."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

from tests.words import files, read

_PLACE = re.compile(r"(%\(\w+\)s|\{\w+[^{}]*\})")
_NUMBERS = {"%(count)s", "{count}", "%(minutes)s"}
_SENT = re.compile(r" (?:value|name)=\"[^\"]*\"|(?<=\") required(?:=\"\")?(?=[ >])")
"""What a form sends, and nobody reads; and that a field has to be filled in, as browsers are told."""


def english_in(text: str) -> list[str]:
    """Our own English texts that stand in `text`, HTML or plain, attributes included."""
    said = " ".join(unescape(_SENT.sub("", text)).replace("\u202f", " ").split())
    return [english for english, (longest, pattern) in _texts().items() if longest in said and pattern.search(said)]


@cache
def _texts() -> dict[str, tuple[str, re.Pattern[str]]]:
    """Every text that is said otherwise in Polish: its longest part, and how it reads with anything filled in."""
    found = {}
    for message in read(next(files())):
        for english in [message.id] if isinstance(message.id, str) else message.id:
            if english and english not in {message.string, "Name", "Title", "News", "Calls"}:
                parts = [" ".join(unescape(part).split()) for part in _PLACE.split(english)]
                if len(longest := max(parts[::2], key=len)) > 4:
                    whole = r"\s?".join(_filled(part) for part in parts if part)
                    found[english] = longest, re.compile(rf"(?<!\w){whole}(?!\w)")
    return found


def _filled(part: str) -> str:
    """How a part of a text reads: as it stands, or with a number or words in its place."""
    if not _PLACE.fullmatch(part):
        return re.escape(part)
    return r"\d+" if part in _NUMBERS else r".{1,80}?"
