"""Lambda's archives for tests: packed once per process and machine, from wheels that are fetched once for all."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pytest

from leadlight.publish.lacking import MissingWheel
from leadlight.publish.package import Packed, package
from leadlight.publish.wheels import Arch

ROOT = Path(__file__).parents[1]
WHEELS = ROOT / "dist" / ".wheels"
COMPILED = ("on_visitor_request", "on_due")
"""Between them they need every compiled part that any function needs, for pages and for mails."""


@cache
def archives(arch: Arch) -> Mapping[str, Packed]:
    """Archives for that machine, by the function's name: of all functions, or of those with all that is compiled."""
    found = packed_into(folder("leadlight-packed-"), arch, only=COMPILED if arch == "arm64" else ())
    return {packed.function: packed for packed in found}


def packed_into(out: Path, arch: Arch, *, only: Collection[str] = ()) -> tuple[Packed, ...]:
    """Packs, or skips the test where wheels have to be fetched and cannot be."""
    try:
        return package(out, arch=arch, cache=WHEELS, sources=_sources(), only=only)
    except MissingWheel as error:
        pytest.skip(f"needs the package index once: {error}")


@cache
def _sources() -> Path:
    """The sources as they are now: somebody may go on writing while tests run."""
    there = folder("leadlight-sources-") / "functions"
    shutil.copytree(ROOT / "functions", there, ignore=shutil.ignore_patterns("__pycache__"))
    return there


def folder(prefix: str) -> Path:
    """A folder that lasts as long as this process."""
    made = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
