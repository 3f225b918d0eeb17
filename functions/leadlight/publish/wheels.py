"""Which exact files of others does a function need, and where do they come from? Called by `package`.

Versions and hashes come from the lock, files by pip's ordinary client, for the platform of the function rather than
for the machine that this runs on. What was fetched once is kept, and needs no network again.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from leadlight.publish.lacking import MissingLock, MissingWheel, WrongPython

Arch = Literal["arm64", "x86_64"]

MACHINE: Mapping[Arch, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBC: Mapping[str, int] = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
"""Lambda's runtimes, and the glibc 2.x of each: Amazon Linux 2 for Python 3.11, Amazon Linux 2023 from then on."""

IMPLIED: Mapping[str, str] = {"zoneinfo": "tzdata"}
"""What is needed with a module of Python itself, though nobody imports it."""

NEVER_CALLED: Mapping[str, str] = {
    "dnspython": "email-validator asks name servers only when it is told to, and we never do",
    "pycparser": "cffi reads C only where a package is built",
}
"""Distributions that others require, and why a function goes without them."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a function runs on. `python` is `3.11`."""

    arch: Arch
    python: str

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platform tags of wheels that run there, best first."""
        machine = MACHINE[self.arch]
        return (*(f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC[self.python], 4, -1)),
                f"manylinux2014_{machine}")  # fmt: skip

    def environment(self) -> dict[str, str]:
        """What markers are judged by."""
        here = {key: str(value) for key, value in default_environment().items()}
        linux = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
        return {**here, **linux, "platform_machine": MACHINE[self.arch], "extra": ""}


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


def target(arch: Arch) -> Target:
    """The platform of that machine under the Python that this runs on. Raises `WrongPython`."""
    found = f"{sys.version_info.major}.{sys.version_info.minor}"
    if found not in GLIBC or sys.implementation.name != "cpython":
        raise WrongPython(found, [f"CPython {known}" for known in GLIBC])
    return Target(arch, found)


def distributions_of(foreign: Iterable[str], where: Target) -> frozenset[str]:
    """The distributions behind imported top-level names, with all that these require. Raises `MissingLock`."""
    owners = _owners()
    found: set[str] = set()
    waiting: list[str] = [IMPLIED[name] for name in foreign if name in IMPLIED]
    for name in set(foreign) - set(sys.stdlib_module_names):
        if name not in owners:
            raise MissingLock("this environment", name)
        waiting.extend(owners[name])
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found and name not in NEVER_CALLED:
            found.add(name)
            waiting.extend(_required(name, where))
    return frozenset(found)


@cache
def _owners() -> Mapping[str, list[str]]:
    """Whose each top-level name is. It takes a second, and does not change while we run."""
    return importlib.metadata.packages_distributions()


def _required(name: str, where: Target) -> Iterable[str]:
    for line in importlib.metadata.requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(where.environment()):
            yield requirement.name


def pins(lock: Path, names: Iterable[str], where: Target) -> tuple[Pin, ...]:
    """The lines of the lock for these distributions, sorted by name. Raises `MissingLock` where one is lacking."""
    by_name = {pin.name: pin for pin in _pins(lock.read_text(encoding="utf-8")) if _holds(pin, where)}
    for name in names:
        if name not in by_name:
            raise MissingLock(lock.name, name)
    return tuple(by_name[name] for name in sorted(names))


_PIN = re.compile(
    r"^(?P<name>[\w.\-]+)==(?P<version>[^\s;\\]+)[ \t]*(?:;(?P<marker>[^\\\n]*))?\\?(?P<rest>(?:\n[ \t].*)*)",
    re.MULTILINE,
)


def _pins(text: str) -> Iterable[Pin]:
    for match in _PIN.finditer(text):
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", match["rest"]))
        yield Pin(canonicalize_name(match["name"]), match["version"], hashes, (match["marker"] or "").strip())


def _holds(pin: Pin, where: Target) -> bool:
    return not pin.marker or bool(Requirement(f"{pin.name}; {pin.marker}").marker.evaluate(where.environment()))  # type: ignore[union-attr]  # there is a marker


def wheels(needed: Iterable[Pin], where: Target, cache: Path) -> tuple[Path, ...]:
    """The wheels of these pins, from the cache or else fetched into it. Raises `MissingWheel`."""
    folder = cache / f"{where.arch}-{where.python}"
    folder.mkdir(parents=True, exist_ok=True)
    lacking = [pin for pin in needed if kept(pin, folder) is None]
    if lacking:
        _fetch(lacking, where, folder)
    return tuple(_found(pin, where, folder) for pin in needed)


def kept(pin: Pin, folder: Path) -> Path | None:
    """The wheel of that pin in the folder, if its content is what the lock says."""
    for path in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        if name == pin.name and str(version) == pin.version:
            if hashlib.sha256(path.read_bytes()).hexdigest() in pin.hashes:
                return path
            path.unlink()  # pip would keep what it finds under that name
    return None


def _found(pin: Pin, where: Target, folder: Path) -> Path:
    if path := kept(pin, folder):
        return path
    raise MissingWheel(str(pin), where.platforms[0])


def _fetch(lacking: Iterable[Pin], where: Target, folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as lines:
        for pin in lacking:
            lines.write(" ".join((str(pin), *(f"--hash=sha256:{value}" for value in pin.hashes))) + "\n")
        lines.flush()
        platforms = [part for tag in where.platforms for part in ("--platform", tag)]
        abis = [part for tag in (f"cp{where.python.replace('.', '')}", "abi3", "none") for part in ("--abi", tag)]
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check",
            "--only-binary=:all:", "--no-deps", "--require-hashes", "--implementation", "cp",
            "--python-version", where.python, *platforms, *abis, "--dest", str(folder), "-r", lines.name,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own words only
    if done.returncode:
        said = done.stderr.strip().splitlines()
        named = [str(pin) for pin in lacking if any(str(pin) in line for line in said)]
        last = next((line for line in reversed(said) if line.startswith("ERROR")), "".join(said[-1:]))
        raise MissingWheel(", ".join(named) or "some of what is needed", where.platforms[0], last)
