"""What goes into Lambda? One archive for each function, holding what that function needs and nothing else.

Called by `leadlight package` and `deploy`. The same sources, lock and Python give the same bytes: names are sorted,
times fixed, and code is compiled under a fixed hash seed. Compiled files come along, since Lambda cannot write any
and imports without them take twice as long; they are never checked against their sources, as nothing there changes.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name, parse_wheel_filename

from leadlight.publish.closure import OURS, Needs, functions, needs_of, source_of
from leadlight.publish.lacking import NotPackaged
from leadlight.publish.locales import spoken
from leadlight.publish.models import needed, slim
from leadlight.publish.package_archive import Entry, squeezed, write_archive
from leadlight.publish.shipped import PACKAGE, lock_file
from leadlight.publish.wheels import Arch, distributions_of, pins, target, wheels

SOURCES = PACKAGE.parent
TASK_ROOT = "/var/task"
_TESTS = frozenset({"test", "tests", "__pycache__"})
_NOT_RUN = frozenset({".pyi", ".pyx", ".pxd", ".c", ".h", ".typed", ".pyc"})
_COMPILE = """
import compileall, sys
from py_compile import PycInvalidationMode as mode
done = compileall.compile_dir(sys.argv[1], quiet=1, stripdir=sys.argv[1], prependdir=sys.argv[2], force=True,
                              invalidation_mode=mode.UNCHECKED_HASH)
sys.exit(not done)
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """One archive. `size` and `unpacked` are bytes; `sha256` is of the archive, in hexadecimal digits."""

    function: str
    path: Path
    sha256: str
    size: int
    unpacked: int
    modules: tuple[str, ...]
    distributions: tuple[str, ...]


def package(
    out: Path,
    *,
    arch: Arch = "arm64",
    only: Collection[str] = (),
    lock: Path | None = None,
    cache: Path | None = None,
    sources: Path = SOURCES,
) -> tuple[Packed, ...]:
    """Writes `out/<function>.zip` for each function (or for those in `only`), and says what is in it.

    `arch` is Lambda's word for the machine. Wheels are kept in `cache`, else in `out/.wheels`. Raises `NotPackaged`.
    """
    where, lock = target(arch), lock or lock_file()
    needs = {name: needs_of(f"{OURS}.entry.{name}", sources) for name in functions(sources)}
    words = frozenset[str]().union(*(need.words for need in needs.values()))
    needs = {name: need for name, need in needs.items() if not only or name in only}
    names = {name: distributions_of(need.foreign, where) for name, need in needs.items()}
    found = wheels(pins(lock, frozenset[str]().union(*names.values()), where), where, cache or out / ".wheels")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="leadlight-package-") as folder:
        stage = Path(folder).resolve()
        files = {_name(wheel): _unpacked(wheel, stage, words) for wheel in found}
        _copied(sources, stage, needs.values())
        slim(stage, words)
        _compiled(stage)
        inside = {name: _inside(need, sources, [files[n] for n in names[name]]) for name, need in needs.items()}
        entries = _squeezed(stage, frozenset[str]().union(*inside.values()))
    return tuple(
        _packed(out / f"{name}.zip", need, names[name], [entries[file] for file in inside[name]])
        for name, need in needs.items()
    )


def _name(wheel: Path) -> str:
    return canonicalize_name(parse_wheel_filename(wheel.name)[0])


def _unpacked(wheel: Path, stage: Path, words: frozenset[str]) -> tuple[str, ...]:
    """Puts what runs of a wheel into the folder; returns the names of these files there."""
    with zipfile.ZipFile(wheel) as archive:
        places = {info: _place(info.filename) for info in archive.infolist() if not info.is_dir()}
        kept = frozenset(needed(spoken(name for name in places.values() if name), words))
        for info, name in places.items():
            if name in kept:
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / name).write_bytes(archive.read(info))
    return tuple(sorted(kept))


def _place(name: str) -> str | None:
    """Where a file of a wheel belongs, or None where nothing needs it to run: scripts, metadata, tests, types."""
    first, _, rest = name.partition("/")
    if first.endswith(".data"):
        kind, _, name = rest.partition("/")
        if kind not in {"purelib", "platlib"}:
            return None
    path = PurePosixPath(name)
    if first.endswith(".dist-info") or _TESTS & set(path.parts[:-1]) or path.suffix in _NOT_RUN:
        return None
    if path.is_absolute() or ".." in path.parts:
        raise NotPackaged(f"A wheel wants to write to {name}. Do not trust it; pin another version.")
    return name


def _copied(sources: Path, stage: Path, needs: Iterable[Needs]) -> None:
    for path in {path for need in needs for path in _ours(need, sources)}:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sources / path, stage / path)


def _ours(need: Needs, sources: Path) -> tuple[Path, ...]:
    modules = (source_of(name, sources) for name in need.modules)
    return (*(path.relative_to(sources) for path in modules if path), *need.files)


def _compiled(stage: Path) -> None:
    """Compiles everything in a fresh process: its hash seed decides the order of sets within compiled code."""
    command = [sys.executable, "-S", "-c", _COMPILE, str(stage), TASK_ROOT]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False)  # noqa: S603 our own words only
    if done.returncode:
        raise NotPackaged(f"Some code does not compile under this Python:\n{done.stdout.strip()}{done.stderr.strip()}")


def _inside(need: Needs, sources: Path, theirs: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The names of all files of a function, sorted."""
    names = [path.as_posix() for path in _ours(need, sources)]
    for files in theirs:
        names.extend(files)
    names.extend(_cached(name) for name in tuple(names) if name.endswith(".py"))
    return tuple(sorted(names))


def _cached(name: str) -> str:
    path = PurePosixPath(name)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def _squeezed(stage: Path, names: Iterable[str]) -> Mapping[str, Entry]:
    with ThreadPoolExecutor() as pool:
        return {entry.name: entry for entry in pool.map(partial(squeezed, stage), sorted(names))}


def _packed(path: Path, need: Needs, theirs: Iterable[str], entries: Iterable[Entry]) -> Packed:
    entries = tuple(entries)
    write_archive(path, entries)
    return Packed(
        function=path.stem,
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=path.stat().st_size,
        unpacked=sum(entry.size for entry in entries),
        modules=need.modules,
        distributions=tuple(sorted(theirs)),
    )
