"""What somebody sees of their own data: the way to it, all of it, and the button that erases it. Facts in, a page out.

Works without a script; what acts is a button that posts. Nothing is shown before the digits were typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from leadlight.model.data_map import BACKUP_DAYS
from leadlight.pages.frame import page
from leadlight.rights.digits import DIGITS_LIFE
from leadlight.rights.export import Document
from leadlight.visitor.my_data import Step
from leadlight.words import ENGLISH, N_, counted, in_language, words_of

HEADINGS = {
    Step.ASK: N_("What we keep of you"),
    Step.CODE: N_("Look into your mail"),
    Step.OPEN: N_("What we keep of you"),
    Step.SURE: N_("Erase everything?"),
    Step.ERASED: N_("Everything is being erased"),
}

PARTS = {
    "lead": N_("How far our conversation is"),
    "forms": N_("What you sent us, and agreed to"),
    "receipts": N_("What you agreed to, purpose by purpose"),
    "timeline": N_("What happened, and what was said"),
    "planned": N_("What is planned"),
    "mails": N_("Which mails were sent"),
    "counted": N_("What you add to our figures"),
    "marks": N_("Marks against your address"),
    "kept": N_("What each of these is for, and for how long"),
}
"""The headings of the readable export, by its parts in their order."""

UNTOLD: tuple[Any, ...] = ("", None, [], {}, "P0D")
SPAN = "put_off"
"""How the name of a span of time ends."""


def my_data(shell: str, step: Step, *, token: str, error: str = "", said: str = "", language: str = ENGLISH) -> str:
    """The page at that step. `error` stands at the field, `said` above everything: why it is at no later one."""
    return page(
        shell, "my_data.html", heading=words_of(language).gettext(HEADINGS[step]), language=language,
        step=step, token=token, error=in_language(error, language), said=in_language(said, language), days=BACKUP_DAYS,
        minutes=int(DIGITS_LIFE.total_seconds()) // 60,
    )  # fmt: skip


def readable(shell: str, document: Document, *, token: str = "", language: str = ENGLISH) -> str:
    """The whole export for a person, with the way back where there is one."""
    _ = words_of(language).gettext
    document = {**document, "kept": [_said(row, language) for row in document["kept"]]}
    parts = [(_(heading), _lines(document[name], language)) for name, heading in PARTS.items()]
    return page(
        shell, "my_data_export.html", heading=_("All that we keep of you"), language=language,
        parts=parts, made_at=_plain(document["made_at"]), site=document["site"], token=token,
    )  # fmt: skip


def _said(row: Mapping[str, str], language: str) -> Mapping[str, str]:
    """A row of the map in the reader's language."""
    return {name: in_language(text, language) if text else "" for name, text in row.items()}


def _lines(part: Any, language: str) -> list[list[tuple[str, str]]]:
    """One list of names and texts for each thing in it."""
    things = part if isinstance(part, Sequence) else [part]
    return [lines for thing in things if (lines := list(_flat("", thing, language)))]


def _flat(name: str, value: Any, language: str) -> list[tuple[str, str]]:
    """A thing within things as lines of one depth, without what says nothing."""
    if value in UNTOLD:
        return []
    if isinstance(value, Mapping):
        return [
            line for key, inner in value.items() for line in _flat(f"{name} / {key}" if name else key, inner, language)
        ]
    if isinstance(value, Sequence) and not isinstance(value, str):
        if all(isinstance(one, str) for one in value):
            return [(_named(name), ", ".join(_plain(one) for one in value))]
        return [line for number, one in enumerate(value, 1) for line in _flat(f"{name} {number}", one, language)]
    return [(_named(name), _lasting(value, language) if name.endswith(SPAN) else _plain(value))]


def _named(name: str) -> str:
    return name.replace("_", " ")


def _lasting(value: str, language: str) -> str:
    """A span of time as ISO 8601 writes it (`P2DT7200S`), in days begun."""
    days = -(-msgspec.convert(value, timedelta) // timedelta(days=1))
    return in_language(counted("{count} day", "{count} days", days), language)


def _plain(value: Any) -> str:
    """A moment as people write it; everything else as it is."""
    text = str(value)
    is_moment = len(text) >= 20 and text[4:5] + text[7:8] + text[10:11] == "--T" and text.endswith("Z")
    return f"{text[:10]} {text[11:16]} UTC" if is_moment else text
