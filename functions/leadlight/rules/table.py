"""What does somebody else's CSV file say? Rows by the names of their columns, one at a time.

Called for lists of people (`imports`, `suppressions`) and for sequences (`playbook.transferred`).

A file may be as long as it likes: no more than a row of it is held. What cannot be read of a row is said with its
number, as a spreadsheet counts; only a header that cannot be read ends it all.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import TextIO

from leadlight.errors import BadList

SEPARATORS = (",", ";", "\t")
LONGEST = 1 << 17
"""Characters that are read at once, and the most that one cell may have (Python's csv module says the same)."""

NAME = 40
"""Characters that the name of a column may have."""

UNCLOSED = "Is a closing quote missing?"

OURS = frozenset({"network", "user_agent", "lead", "id"})
"""Names that mean something else here."""

ALIASES: Mapping[str, str] = {
    "e_mail": "email", "mail": "email", "email_address": "email", "e_mail_address": "email",
    "firstname": "first_name", "given_name": "first_name", "lastname": "last_name", "surname": "last_name",
    "full_name": "name", "company_name": "company", "organisation": "company", "organization": "company",
    "phone_number": "phone", "telephone": "phone", "comments": "notes", "note": "notes",
}  # fmt: skip
"""What suppliers call the columns that we know, as `column_name` leaves it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; the header is row 1. `problem` says why it cannot be read at all."""

    number: int
    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table needs to have, and how its columns may be called besides. `taken` mean something else here."""

    needs: str = "email"
    aliases: Mapping[str, str] = field(default_factory=lambda: ALIASES)
    taken: frozenset[str] = OURS
    others: str = "name, company, phone"


def rows_of(text: TextIO, layout: Layout | None = None) -> Iterator[Row]:
    """The rows of a file opened as UTF-8 with `errors="surrogateescape"` and `newline=""`. Raises `BadList`.

    Empty rows are passed over. A byte that is no UTF-8 spoils its own row alone.
    """
    lines = iter(lambda: text.readline(LONGEST), "")
    first = next(lines, "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=separator)
    return _rows(reader, columns(_header(reader), layout))


def columns(header: Sequence[str], layout: Layout | None = None) -> tuple[str, ...]:
    """The names of the columns as we call them. Raises `BadList` where that is not clear."""
    layout = layout or Layout()
    if not any(cell.strip() for cell in header):
        raise BadList(f"The list is empty. Its first row names the columns: {layout.needs}, {layout.others} …")
    while not header[-1].strip():
        header = header[:-1]
    names = [column_name(cell) for cell in header]
    aliases = layout.aliases
    known = [
        aliases[n] if n in aliases and _is_free(aliases[n], names[:at], names, aliases) else n
        for at, n in enumerate(names)
    ]
    for at, name in enumerate(known, start=1):
        if not name or len(name) > NAME:
            raise BadList(f"Column {at} has no name, or a longer one than {NAME} characters. Give it a short one.")
        if name in known[: at - 1]:
            raise BadList(f"Columns {known.index(name) + 1} and {at} are both called `{name}`. Rename or drop one.")
        if name in layout.taken:
            raise BadList(f"Column {at} is called `{name}`, which means something else here. Rename or drop it.")
    if layout.needs not in known:
        raise BadList(_lacking(layout.needs, header, known))
    return tuple(known)


def column_name(cell: str) -> str:
    """The name in our way of writing.

    >>> column_name(" First Name "), column_name("E-Mail")
    ('first_name', 'e_mail')
    """
    return re.sub(r"[\W_]+", "_", cell.strip().lower()).strip("_")


def not_utf8(text: str) -> bool:
    """Whether a byte of it was none of UTF-8: then half of a pair of surrogates stands in its place."""
    return any("\ud800" <= char <= "\udfff" for char in text)


def _header(reader: Iterator[list[str]]) -> list[str]:
    """The cells of the first row, which may go over several lines. Raises `BadList` where it cannot be read."""
    try:
        cells = next(reader, [])
    except csv.Error as error:
        raise BadList(f"The first row has a cell of more than {LONGEST // 1024} KB. {UNCLOSED}") from error
    if any(not_utf8(cell) or "\0" in cell for cell in cells):
        raise BadList(
            "This is not UTF-8. Save the list as “CSV UTF-8” (in Excel: Save as, CSV UTF-8; in LibreOffice: Save as, "
            "Edit filter settings, Unicode UTF-8)."
        )
    return cells


def _is_free(name: str, before: Sequence[str], names: Sequence[str], aliases: Mapping[str, str]) -> bool:
    """Whether no other column is called so, nor would be by an alias that stands before."""
    return name not in names and all(aliases.get(other) != name for other in before)


def _lacking(needs: str, header: Sequence[str], names: Sequence[str]) -> str:
    shown = ", ".join(f"`{cell.strip()[:NAME]}`" for cell in header)
    near = [cell for cell, name in zip(header, names, strict=True) if needs.removeprefix("e") in name]
    close = near or [header[names.index(name)] for name in get_close_matches(needs, names, n=1)]
    hint = f" Is it `{close[0].strip()}`? Rename that to `{needs}`." if close else ""
    one = " Is the separator a comma, a semicolon or a tab?" if len(header) == 1 and not close else ""
    return f"There is no column `{needs}`; the first row names {shown}.{hint}{one}"


def _rows(reader: Iterator[list[str]], names: Sequence[str]) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, problem=f"A cell has more than {LONGEST // 1024} KB. {UNCLOSED}")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(number, cells, names)


def _row(number: int, cells: Sequence[str], names: Sequence[str]) -> Row:
    if any(cell.strip() for cell in cells[len(names) :]):
        said = f"The row has {len(cells)} cells, the first row {len(names)}."
        return Row(number, problem=f"{said} Is a separator in a cell without quotes?")
    if any(not_utf8(cell) for cell in cells):
        return Row(number, problem="A letter is not UTF-8. Save the list as “CSV UTF-8”, or type this row anew.")
    return Row(number, dict(zip(names, cells, strict=False)))
