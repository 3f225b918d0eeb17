"""Would a test notice? Changes the ledger and the rules in small ways, one at a time, and runs their tests each time.

Run by `make mutants`; `python -m tests.mutants rules/warmth ledger` looks at these modules alone. It shows each change
that no test noticed. mutmut makes the mutants, in a copy of this repository; `tests/mutating.py` runs the tests.
tests/mutants.md says why those that live may live.
"""

from __future__ import annotations

import ast
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from tests.mutating import ALIVE, ENDS, MUTANTS, NEVER_RUN

ROOT = Path(__file__).parents[1]
PACKAGE = Path("functions/leadlight")
ENOUGH = 0.85

OTHERS = ("test_incoming", "test_messages", "test_expressions", "test_pages", "test_tokens", "test_vault")
"""Tests about other things, in the same folder."""

WORTHWHILE = "not begins_after_a_stop and not each_step_is_claimed and (not __mutmut_ or __mutmut_orig)"
"""All but those that race the store a thousand times, which call nothing that is changed, and each example once."""

TOGETHER = (ROOT / "tests", ROOT / "tests" / "journeys", ROOT / "tests" / "contracts", ROOT / PACKAGE / "wiring")
"""Here everything is put together, so whoever imports from here reaches everything."""

COPIED = ("functions", "tests", "content", "infra")


@dataclass(frozen=True, slots=True)
class Part:
    """What is changed, and the tests that should notice: quick ones, since each change runs them anew."""

    changed: Sequence[str]
    tests: Sequence[str]


PARTS = (
    Part(("rules/*.py",), ("tests/rules", "tests/journeys/test_zones.py")),
    Part(
        ("ledger.py", "fate.py", "evidence.py"),
        (
            "tests/test_ledger.py",
            "tests/test_evidence_ends.py",
            "tests/rules/test_fate.py",
            "tests/rules/test_evidence_verdict.py",
            "tests/journeys/test_promises_sending.py",
            "tests/journeys/test_evidence.py",
            "tests/journeys/test_taken_back.py",
            "tests/journeys/test_restore.py",
            "tests/test_races.py",
            "tests/journeys/test_dead_worker.py",
            "tests/journeys/test_smtp_troubles.py",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A module with the code of all its functions and mutants, by name, and how each mutant ended."""

    module: str
    mutants: Mapping[str, int]
    code: Mapping[str, str]

    @property
    def alive(self) -> list[str]:
        return [name for name, code in self.mutants.items() if code in {ALIVE, NEVER_RUN}]


def main(only: Sequence[str]) -> int:
    """How many were noticed, which is what kills a mutant; 1 if too few."""
    began, tried = time.monotonic(), list[Tried]()
    for part in PARTS:
        modules = list(named(part, only))
        if modules:
            with tempfile.TemporaryDirectory(prefix="leadlight-mutants-") as folder:
                tried += lived_through(part, modules, Path(folder))
    every, alive = sum(len(one.mutants) for one in tried), sum(len(one.alive) for one in tried)
    if not every:
        print("There is nothing to change there.")
        return 1
    for one in tried:
        for name in one.alive:
            print(shown(one, name))
    print(*(row(one.module, len(one.mutants), len(one.alive)) for one in tried), sep="\n")
    print(row("all together", every, alive))
    print(f"{every - alive} killed, {alive} survived, in {(time.monotonic() - began) / 60:.0f} minutes")
    return int(1 - alive / every < ENOUGH)


def named(part: Part, only: Sequence[str]) -> Iterator[str]:
    """The modules of a part that were asked for, such as `rules/warmth`."""
    for pattern in part.changed:
        for path in sorted((ROOT / PACKAGE).glob(pattern)):
            name = str(path.relative_to(ROOT / PACKAGE).with_suffix(""))
            if path.stem != "__init__" and (not only or name in only):
                yield name


def row(what: str, every: int, alive: int) -> str:
    return f"{every - alive:5} of {every:4} {1 - alive / every if every else 1:6.1%}  {what}"


def lived_through(part: Part, modules: Sequence[str], folder: Path) -> list[Tried]:
    """How each mutant of these modules ended."""
    laid_out(folder)
    tests = [str(path) for name in part.tests for path in tests_in(folder / name, modules)]
    examples = [str(folder / PACKAGE / f"{module}.py") for module in modules]
    code = {module: changed(module, folder) for module in modules}
    names = [qualified(module, name) for module in modules for name in code[module] if "__mutmut_" in name]
    (folder / MUTANTS).write_bytes(msgspec.json.encode([name for name in names if not name.endswith("_orig")]))
    paths = {"PYTHONPATH": f"{folder / 'functions'}:{folder}", "PYTEST_DEBUG_TEMPROOT": str(folder)}
    room = {"MUTANTS_ROOM": str(folder / "room"), "PYTHONHASHSEED": "0"}
    quick = "not aws and not slow and not browser"
    quiet = ["-s", "-p", "tests.mutating", "-p", "no:cacheprovider", "--tb=no", "--assert=plain"]
    chosen = ["-m", quick, "-k", WORTHWHILE, "--doctest-modules", *tests, *examples]
    command = [sys.executable, "-m", "pytest", *quiet, *chosen]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **paths, **room}, stdout=subprocess.PIPE, check=False)
    if not (folder / ENDS).exists():
        print(done.stdout.decode()[-4000:])
        raise SystemExit("The tests did not come to their end.")
    ends, broken = msgspec.json.decode((folder / ENDS).read_bytes(), type=tuple[dict[str, int], list[str]])
    for test in broken:
        print(f"fails without any change, so it does not count: {test}")
    return [
        Tried(
            module,
            {name: ends[q] for name in code[module] if (q := qualified(module, name)) in ends},
            code[module],
        )
        for module in modules
    ]


def tests_in(path: Path, modules: Sequence[str]) -> list[Path]:
    """The tests to run: of a folder those that reach one of these modules, without those of other things."""
    if not path.is_dir():
        return [path]
    wanted = {ROOT / PACKAGE / f"{module}.py" for module in modules}
    files = [file for file in sorted(path.glob("test_*.py")) if not file.stem.startswith(OTHERS)]
    return [file for file in files if wanted & reached(ROOT / "tests" / path.name / file.name)]


def reached(path: Path) -> set[Path]:
    """All files of ours that are read where this one is; not by way of what puts everything together."""
    found, new = set[Path](), {path}
    while new:
        found |= new
        new = {other for one in new for other in imported(one)} - found
    return found


@cache
def imported(path: Path) -> frozenset[Path]:
    """The files of ours that this one imports, within its functions included."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    files = (base / f"{name.replace('.', '/')}.py" for name in names for base in (ROOT, ROOT / "functions"))
    return frozenset(file for file in files if file.exists() and file.parent not in TOGETHER)


def qualified(module: str, name: str) -> str:
    return f"leadlight.{module.replace('/', '.')}.{name}"


def laid_out(folder: Path) -> None:
    """A copy in which mutmut finds its settings."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    settings = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(f'{settings}\n[tool.mutmut]\nsource_paths = ["functions"]\n')


def changed(module: str, folder: Path) -> dict[str, str]:
    """Writes a module with all its mutants over the module; returns the code of each of its functions."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = folder / PACKAGE / f"{module}.py"
    with chdir(folder):
        mutated = mutate_file_contents(str(path), path.read_text())
    path.write_text(mutated.code)
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name
    return {name: "\n".join(lines[span.start - 1 : span.end]) for name, span in spans.items()}


def shown(tried: Tried, name: str) -> str:
    """What was changed."""
    stem = name.rpartition("__mutmut_")[0]
    before, after = (
        re.sub(rf"{re.escape(stem)}__mutmut_\w+", "", tried.code[key]).splitlines()
        for key in (f"{stem}__mutmut_orig", name)
    )
    diff = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    return "\n".join((f"{tried.module} {name}: {'no test' if tried.mutants[name] == NEVER_RUN else 'alive'}", *diff))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
