"""botocore's session, quick to start. Called by `leadlight.wiring.aws`.

botocore describes AWS in JSON, a megabyte of it for S3's addresses alone, and reads it with a decoder that is several
times as slow as the one we have anyway. Nothing else differs.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import botocore.session  # type: ignore[import-untyped]  # it ships no types
import msgspec
from botocore.loaders import Loader  # type: ignore[import-untyped]  # the same


def quick_session() -> Any:
    """A session of its own, with credentials and region as botocore finds them."""
    session = botocore.session.get_session()
    session.register_component("data_loader", Loader(file_loader=QuickFiles()))
    return session


class QuickFiles:
    """What `botocore.loaders.JSONFileLoader` does. Paths come without their suffix."""

    def exists(self, file_path: str) -> bool:
        """Whether there is such a file."""
        return any(Path(file_path + suffix).is_file() for suffix in (".json", ".json.gz"))

    def load_file(self, file_path: str) -> Any:
        """Its content; None if there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return msgspec.json.decode(plain.read_bytes())
        return msgspec.json.decode(gzip.decompress(packed.read_bytes())) if packed.is_file() else None
