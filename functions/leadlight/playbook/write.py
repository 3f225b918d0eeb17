"""How does a build become a bundle? Called by the gate plugin; `playbook/bundle.py` reads what this wrote.

Everything but the manifest is named by its content, so the same sources give the same bytes, a deploy can add without
touching what is there, and a consent can name its exact words for ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from leadlight.model.person import Promise
from leadlight.model.sequence import Sequence
from leadlight.model.site import Form, Manifest, SequenceRef, Wording


def content_hash(data: bytes) -> str:
    """32 hexadecimal digits that name these bytes."""
    return hashlib.sha256(data).hexdigest()[:32]


def as_json(thing: object) -> bytes:
    """The one way a thing is written: keys sorted, no spaces, UTF-8."""
    return msgspec.json.encode(thing, order="sorted")


def wording_of(form: Form, promise: Promise, language: str) -> Wording:
    """What a visitor sees beside this form, as the receipt keeps it."""
    return Wording(form=form.name, language=language, wording=dict(form.wording), promise=promise)


def wording_hash(wording: Wording) -> str:
    """Names exactly these words and this promise."""
    return content_hash(as_json(wording))


class BundleWriter:
    """Writes below `root`; paths that it returns are relative to it, with `/`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, folder: str, data: bytes, suffix: str) -> str:
        """Stores bytes under their hash; `suffix` with or without its dot."""
        return self._store(f"{folder}/{content_hash(data)}.{suffix.lstrip('.')}", data)

    def put_json(self, folder: str, thing: object) -> str:
        """Stores a thing as JSON. A `Wording` so lands under its `wording_hash`."""
        return self.put(folder, as_json(thing), "json")

    def put_sequence(self, sequence: Sequence, promise: Promise | None = None) -> SequenceRef:
        """Stores a sequence under its version, where leads that are pinned to it will look.

        `promise` is that of one which a stage begins.
        """
        path = self._store(f"sequences/{sequence.version}.json", as_json(sequence))
        return SequenceRef(version=sequence.version, path=path, starts_when=sequence.starts_when, promise=promise)

    def manifest(self, manifest: Manifest) -> None:
        """Writes the only object that is ever replaced; last, and in one go."""
        path = self._root / "manifest.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(as_json(manifest))
        fresh.replace(path)

    def _store(self, name: str, data: bytes) -> str:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_name(f".{path.name}.new")
            fresh.write_bytes(data)
            fresh.replace(path)  # whoever finds the name finds the whole object
        return name
