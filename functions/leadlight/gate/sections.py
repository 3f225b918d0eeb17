"""Does a folder's gate reach the pages that it is meant for? Called by `gather`.

No page by itself would tell: one that no gate is found for is published whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from leadlight.errors import Problem
from leadlight.gate.source import MARK, marks
from leadlight.playbook.front import SECTION, is_index, is_nearly_section, section_of


def misnamed(docs_dir: Path, pages: Iterable[str]) -> Iterator[Problem]:
    """Files beside pages that were meant to gate their folder, and do not."""
    folders = {folder for page in pages for folder in (docs_dir / page).parents if folder.is_relative_to(docs_dir)}
    for path in sorted(path for folder in folders for path in folder.iterdir()):
        if is_nearly_section(path.name) and path.is_file():
            message = f"call it `{SECTION}`; as it stands, it gates nothing, and the pages of this folder are public"
            yield Problem(path.relative_to(docs_dir).as_posix(), 0, message)


def stands_open(docs_dir: Path, src_uri: str, text: str) -> Problem | None:
    """A mark on a page without a gate, in a folder that has one: somebody may think that the rest is withheld."""
    found = marks(text)
    section = section_of(docs_dir / src_uri, src_uri) if found else ""
    if not section:
        return None
    if is_index(src_uri):
        message = (
            f"this whole page is public, also below {MARK}: {section} does not gate an index; "
            "give it `gate: {}` of its own, or take the mark out"
        )
    else:
        message = f"`gate: false` takes this page out of {section}: all of it is public, also below {MARK}"
    return Problem(src_uri, found[0], message)
