"""Which files does a deploy upload, and how may each be cached? Called by `plan` and `deploy`; knows no AWS.

What a browser keeps must be either unchangeable or asked for again: a page is asked for each time, an asset with a
hash in its name never again, the others for an hour. The manifest is never kept at all, for it says what is true now.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"

PAGE = "public, max-age=0, must-revalidate"
HASHED = "public, max-age=31536000, immutable"
ASSET = "public, max-age=3600"
NEVER = "no-store"
OBJECT = "private, max-age=31536000, immutable"
"""An object of the bundle never changes; `private`, because a shared cache has no business with a withheld half."""

_PAGES = {".html", ".json", ".xml", ".txt", ".gz", ".webmanifest"}
_HASH_IN_NAME = re.compile(r"[.-][0-9a-f]{8,64}(\.\w+)+$")

_TYPES = mimetypes.MimeTypes(filenames=())  # the module's own list: the same on every machine
for _kind, _suffix in {
    "font/woff2": ".woff2",
    "font/woff": ".woff",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "application/manifest+json": ".webmanifest",
    "application/gzip": ".gz",
    "application/json": ".map",
    "text/javascript": ".js",
    "text/markdown": ".md",
    "text/calendar": ".ics",
}.items():
    _TYPES.add_type(_kind, _suffix)
_TYPES.encodings_map.clear()  # `sitemap.xml.gz` is served as the archive it is


@dataclass(frozen=True, slots=True)
class Object:
    """One file as S3 will hold it. `md5` is S3's own name for these bytes (its ETag), `sha256` is ours."""

    key: str
    path: Path
    size: int
    sha256: str
    md5: str
    type: str
    cache: str

    @property
    def headers(self) -> str:
        """What it is served with, for people and for comparing."""
        return f"{self.type} · {self.cache}"


def site_objects(folder: Path) -> tuple[Object, ...]:
    """The public site: what others refer to first, pages after it."""
    found = [_object(folder, path, cache_of(path.name)) for path in _files(folder)]
    return tuple(sorted(found, key=lambda each: (each.cache != HASHED, each.cache == PAGE, each.key)))


def bundle_objects(folder: Path) -> tuple[Object, ...]:
    """The private bundle, its manifest last."""
    found = [_object(folder, path, NEVER if path.name == MANIFEST else OBJECT) for path in _files(folder)]
    return tuple(sorted(found, key=lambda each: (each.key == MANIFEST, each.key)))


def cache_of(name: str) -> str:
    """How long a browser may keep a public file of that name.

    >>> cache_of("index.html"), cache_of("main.57a0d79d.min.css"), cache_of("logo.svg")
    ('public, max-age=0, must-revalidate', 'public, max-age=31536000, immutable', 'public, max-age=3600')
    """
    if Path(name).suffix in _PAGES:
        return PAGE
    return HASHED if _HASH_IN_NAME.search(name) else ASSET


def type_of(name: str) -> str:
    """The media type of a file of that name, by its ending alone.

    >>> type_of("index.html"), type_of("logo.svg"), type_of("sitemap.xml.gz"), type_of("LICENSE")
    ('text/html; charset=utf-8', 'image/svg+xml', 'application/gzip', 'application/octet-stream')
    """
    kind = _TYPES.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _object(folder: Path, path: Path, cache: str) -> Object:
    data = path.read_bytes()
    return Object(
        key=path.relative_to(folder).as_posix(),
        path=path,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        type=type_of(path.name),
        cache=cache,
    )
