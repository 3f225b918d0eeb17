"""What does one public file say, to whoever unpacks it? Called by the leak check; knows no file names.

Text hides in files under many coats: tags, attributes, entities, escapes of JSON and JavaScript, percent signs, gzip,
zip, base64. Each coat taken off is one more text to look into.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from leadlight.gate.words import without_tags

_LIMIT = 64 * 1024 * 1024  # bytes unpacked from one archive
_PIECE = re.compile(r"(?=<(?:article|aside|footer|header|li|main|nav)\b)", re.IGNORECASE)
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:(?:[A-Za-z0-9+/_-]{60,80}\r?\n)+[A-Za-z0-9+/_-]+={0,2}|[A-Za-z0-9+/_-]{32,}={0,2})"
)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrtbf])|([\"'/\\`]))")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_LABEL = re.compile(
    r"<(h[1-6]|title|a|summary|label|figcaption|name)\b[^>]*>(.{1,400}?)</\1\s*>", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"\b(?:title|alt|content|aria-label|summary|data-[\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_STRING = re.compile(r'"((?:[^"\\]|\\.){1,400})"')


@dataclass(frozen=True, slots=True)
class Reading:
    """One text of a file in all its coats: `raw` as it stands, `texts` to be read as running words,
    `labels` that stand for themselves (headings, titles, attribute values, quoted strings)."""

    raw: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]


def members(data: bytes) -> list[bytes]:
    """The files within an archive; none for what is no archive."""
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(data)) as stream:
                return [stream.read(_LIMIT)]
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return [archive.read(item) for item in archive.infolist() if item.file_size < _LIMIT]
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return []  # it only looked like one, or is locked: nobody else can read it either
    return []


def pieces(data: bytes) -> list[str]:
    """The text of a file; that of a page in pieces, so that what all pages share need be read only once.

    No sentence goes on from one piece to the next. What is no text has none.
    """
    text = _decode(data)
    if text is None:
        return []
    return _PIECE.split(text) if text.lstrip("\ufeff \t\r\n").startswith("<") else [text]


def _decode(data: bytes) -> str | None:
    """Text, or None for what is none."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:4096]:
        return None
    text = data.decode("utf-8", "replace")
    return None if text.count("\ufffd") > len(text) / 20 else text


def read(text: str) -> Reading:
    """A piece in all its coats."""
    plain = _ESCAPE.sub(_unescaped, text) if "\\" in text else text
    if _PERCENT.search(plain):
        plain = unquote(plain)
    coats = {text, plain}
    for _ in range(2):  # feeds escape the HTML that they carry
        plain = unescape(plain) if "&" in plain else plain
        coats.add(plain)
    seen = tuple(dict.fromkeys([*coats, without_tags(plain), *(without_tags(coat) for coat in coats if "<" in coat)]))
    return Reading(raw=plain, texts=seen, labels=tuple(dict.fromkeys(_labels(plain, text))))


def _labels(plain: str, text: str) -> Iterator[str]:
    for match in _LABEL.finditer(plain):
        yield without_tags(match[2])
    for match in _ATTRIBUTE.finditer(plain):
        yield match[1] or match[2] or ""
    if text[:1] in "{[":
        for match in _STRING.finditer(text):
            yield without_tags(_ESCAPE.sub(_unescaped, match[1]))


def _unescaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2] or match[3]:
        return chr(min(int(code, 16), 0x10FFFF))
    return " " if match[4] else match[5]


def inlined(text: str) -> Iterator[bytes]:
    """Whatever decodes as base64, in either alphabet."""
    for match in _BASE64.finditer(text):
        run = re.sub(r"\s", "", match[0]).rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            yield base64.b64decode(run + "=" * (-len(run) % 4))
        except binascii.Error:
            continue  # a long word, a path, a hash: not base64
