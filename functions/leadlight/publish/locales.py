"""Whose dates does a function have to write? Called by `package`.

Babel knows a thousand languages and more, in 30 MB. What is left are those that visitors can read us in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from leadlight.words import CATALOGUES

DATA = ("babel", "locale-data")
FOR_ALL = "root"
"""What every language falls back to."""


def spoken(files: Iterable[str]) -> Iterator[str]:
    """The files, of Babel's data only what our own languages read."""
    languages = {path.name for path in CATALOGUES.iterdir() if path.is_dir()}
    known = {FOR_ALL, *languages, *(language.partition("_")[0] for language in languages)}
    return (name for name in files if _of_one(PurePosixPath(name), known))


def _of_one(path: PurePosixPath, languages: set[str]) -> bool:
    return path.parts[:2] != DATA or path.stem in languages
