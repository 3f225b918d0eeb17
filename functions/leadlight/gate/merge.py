"""How does a staged bundle get into the one that is served? Called by the plugin and by `publish.local`.

Apart from `stage`, so that a server that starts on what was built before loads nothing that reads sources.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path


def merge(staged: Path, bundle: Path) -> None:
    """Adds a staged bundle to the one that is there; nothing is removed, and the manifest is swapped last."""
    add_objects(staged, bundle)
    swap_manifest(staged, bundle)


def add_objects(staged: Path, bundle: Path) -> None:
    """All but the manifest: nobody asks for it yet.

    An object is written beside its place and moved there, so that none is ever half there.
    """
    for path in sorted(p for p in staged.rglob("*") if p.is_file() and p.name != "manifest.json"):
        target = bundle / path.relative_to(staged)
        if not target.exists() or _sum(target) != _sum(path):
            _move_in(path, target)


def swap_manifest(staged: Path, bundle: Path) -> None:
    """From now on the bundle is the staged one."""
    _move_in(staged / "manifest.json", bundle / "manifest.json")


def _move_in(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    shutil.copyfile(path, fresh)
    fresh.replace(target)


def _sum(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
