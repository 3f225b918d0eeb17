"""How are files put into archives, the same bytes each time? Called by `package`.

Functions share most of their files, and squeezing a file takes far longer than writing it: so each is squeezed once,
and lies ready for every archive that wants it. Python's own `zipfile` cannot write what is squeezed already, so the few
records around the files are written here, after PKWARE's APPNOTE 6.3 (sections 4.3.7, 4.3.12 and 4.3.16).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

_LEVEL = 4
_VERSION, _UNIX, _DEFLATED = 20, 3, 8
_LONG_AGO = 1 << 5 | 1  # 1 January 1980: as old as an archive's entry can be

_BEFORE_A_FILE = Struct("<4s5H3L2H")
_LISTED = Struct("<4s4B4H3L5H2L")
_END = Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, squeezed. `size` is what it had before, in bytes."""

    name: str
    check: int
    size: int
    data: bytes


def squeezed(folder: Path, name: str) -> Entry:
    """The file of that name below the folder. Most of the time other threads can work meanwhile."""
    data = (folder / name).read_bytes()
    squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Entry(name, zlib.crc32(data), len(data), squeeze.compress(data) + squeeze.flush())


def write_archive(path: Path, entries: Iterable[Entry]) -> None:
    """Writes the archive, whole or not at all, with its files in the order in which they come."""
    part, listed, at = path.with_suffix(".part"), list[bytes](), 0
    with part.open("wb") as archive:
        for entry in entries:
            listed.append(_listed(entry, at))
            at += archive.write(_before(entry)) + archive.write(entry.data)
        length = sum(archive.write(line) for line in listed)
        archive.write(_END.pack(b"PK\5\6", 0, 0, len(listed), len(listed), length, at, 0))
    part.replace(path)


def _before(entry: Entry) -> bytes:
    name, flags = _name(entry)
    sizes = (entry.check, len(entry.data), entry.size)
    return _BEFORE_A_FILE.pack(b"PK\3\4", _VERSION, flags, _DEFLATED, 0, _LONG_AGO, *sizes, len(name), 0) + name


def _listed(entry: Entry, at: int) -> bytes:
    name, flags = _name(entry)
    sizes = (entry.check, len(entry.data), entry.size)
    mode = (0o100755 if entry.name.endswith(".so") else 0o100644) << 16  # Lambda reads as another user
    made = (_VERSION, _UNIX, _VERSION, 0)  # Unix, wherever this runs
    return (
        _LISTED.pack(b"PK\1\2", *made, flags, _DEFLATED, 0, _LONG_AGO, *sizes, len(name), 0, 0, 0, 0, mode, at) + name
    )


def _name(entry: Entry) -> tuple[bytes, int]:
    """The name and the flag that says how it is written: bit 11 means UTF-8."""
    return entry.name.encode(), 0 if entry.name.isascii() else 0x800
