"""The bundle as a directory. Fulfils `leadlight.ports.Files`; chosen in `leadlight.wiring`."""

from __future__ import annotations

from pathlib import Path

from leadlight.errors import MissingBundle

MANIFEST = "manifest.json"


class LocalFiles:
    """`ports.Files` for a bundle directory. What lies outside of it, by `..` or a link, is missing too."""

    def __init__(self, bundle_dir: Path) -> None:
        self._root = bundle_dir.resolve()

    def read(self, path: str) -> bytes:
        try:
            return self._inside(path).read_bytes()
        except (OSError, ValueError) as error:
            raise MissingBundle(path) from error

    def link(self, path: str, *, name: str, media_type: str) -> str | None:  # noqa: ARG002 the port's shape
        """None: the local server streams the object itself."""
        return None

    def version(self, *, newest: bool = False) -> str:  # noqa: ARG002 it is always the newest
        """One `stat`: a build replaces the manifest by renaming, so the inode changes even within one clock tick."""
        try:
            found = (self._root / MANIFEST).stat()
        except OSError as error:
            raise MissingBundle(MANIFEST) from error
        return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"

    def _inside(self, path: str) -> Path:
        full = (self._root / path).resolve()
        if not full.is_relative_to(self._root):
            raise MissingBundle(path)
        return full
