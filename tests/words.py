"""The catalogues of what visitors read. `python -m tests.words` renews them from the code, test_words.py compares.

Texts are found by babel's own tools, by the names that code and templates mark them with. Write what is new into the
`.po` file, run it again, and look at what it says is missing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from leadlight.words import CATALOGUES

SOURCE = CATALOGUES.parent
METHODS = {".py": ("python", {}), ".html": ("jinja2", {"newstyle_gettext": "true", "silent": "false"})}
MARKED = re.compile(r"\b(_|N_|n?gettext|said|counted)\(|{%-? *trans")
"""Most files say nothing to visitors, and need not be taken apart."""

KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "said": None, "counted": (1, 2)}
NAMED = re.compile(r"%\((\w+)\)s|\{(\w+)")
"""What is filled in: by templates and by code."""

SETTLED = datetime(2026, 1, 1, tzinfo=UTC)
"""What the files say of when they were made: nothing that differs from one run to the next."""


@cache
def template() -> Catalog:
    """All that can be said to a visitor, in English."""
    found = Catalog(project="leadlight", charset="utf-8", creation_date=SETTLED, revision_date=SETTLED)
    for path in sorted(path for path in SOURCE.rglob("*") if path.suffix in METHODS):
        method, options = METHODS[path.suffix]
        if MARKED.search(path.read_text("utf-8")):
            for _, message, _, _ in extract_from_file(method, path, KEYWORDS, options=options):
                found.add(message)
    return found


def files() -> Iterator[Path]:
    """The catalogues that we have."""
    yield from sorted(CATALOGUES.glob("*/LC_MESSAGES/leadlight.po"))


def renewed(path: Path) -> Catalog:
    """A catalogue with the texts of today: what is no longer said is gone, what is new is empty."""
    catalogue = read(path)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def read(path: Path) -> Catalog:
    """A catalogue as it lies there."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def as_po(catalogue: Catalog) -> bytes:
    """What the file for people says; without places, which change with every line of code."""
    catalogue.creation_date = catalogue.revision_date = SETTLED
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Leadlight"
    file = BytesIO()
    write_po(file, catalogue, no_location=True, sort_output=True, width=120)
    return b"".join(line for line in file.getvalue().splitlines(keepends=True) if b"Generated-By" not in line)


def as_mo(catalogue: Catalog) -> bytes:
    """What the running system reads."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


Said = dict[tuple[str, ...], tuple[str, ...]]


def read_by_the_system(path: Path) -> Said:
    """What the running system finds beside that file."""
    with path.with_suffix(".mo").open("rb") as file:
        return said(read_mo(file))


def said(catalogue: Catalog) -> Said:
    """Each text with its translation, both with all their forms."""
    return {_forms(message.id): _forms(message.string) for message in catalogue if message.id}


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def missing(catalogue: Catalog) -> list[Message]:
    """What has no words in that language yet, or not in each of its plural forms."""
    return [message for message in catalogue if message.id and not _is_said(message)]


def named_otherwise(message: Message) -> list[str]:
    """Translations that fill in something else than their text does. One for a single number may leave it out."""
    wanted = {name for form in _forms(message.id) for name in _names(form)}
    return [form for form in _forms(message.string) if not wanted - {"count"} <= _names(form) <= wanted]


def _names(text: str) -> set[str]:
    return {name for pair in NAMED.findall(text) for name in pair if name}


def _is_said(message: Message) -> bool:
    return all(_forms(message.string)) and not message.fuzzy


def main() -> int:
    """Writes both files of each language and tells what is still to be translated."""
    lacking = 0
    for path in files():
        catalogue = renewed(path)
        path.write_bytes(as_po(catalogue))
        path.with_suffix(".mo").write_bytes(as_mo(catalogue))
        for message in missing(catalogue):
            lacking += 1
            print(f"{path.parts[-3]}: {message.id!r}")
    return min(lacking, 1)


if __name__ == "__main__":
    sys.exit(main())
