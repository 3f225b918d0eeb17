"""Would a test notice? Changes the ledger and the rules in small ways, one at a time, and runs their tests each time.

Run by `make mutants`; `python -m tests.mutants rules.warmth` looks at one module. mutmut makes and runs the mutants in
a copy of this repository, so nothing here changes. tests/mutants.md says why those that live may live.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
ENOUGH = 0.85
KILLED, TIMED_OUT = 1, 36
"""What mutmut keeps of a mutant: the exit code of pytest, or how its process ended. None: never run."""

NEVER_TOUCHED = 33
"""mutmut's word for a mutant that no test ever runs: it counts as alive."""

SLOW = ("test_incoming", "test_messages", "test_expressions", "test_pages", "test_tokens", "test_vault")
"""Tests about other things, in the same folder."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is changed, and the tests that should notice; quick ones, since each change runs them anew."""

    changed: Sequence[str]
    tests: Sequence[str]


PARTS = (
    Part(("rules/*.py",), ("tests/rules", "tests/journeys/test_zones.py")),
    Part(
        ("ledger.py", "evidence.py"),
        ("tests/journeys/test_promises_sending.py", "tests/journeys/test_evidence.py", "tests/journeys/test_mended.py"),
    ),
)


def main(only: Sequence[str]) -> int:
    """How many were noticed; 1 if too few."""
    found: dict[str, int | None] = {}
    for part in PARTS:
        if only and not any(
            fnmatch(f"{name.replace('.', '/')}.py", pattern) for name in only for pattern in part.changed
        ):
            continue
        with tempfile.TemporaryDirectory(prefix="leadlight-mutants-") as folder:
            found |= lived_through(part, Path(folder), [f"leadlight.{name}.*" for name in only])
    if not found:
        print("There is nothing to change there.")
        return 1
    alive = sorted(name for name, code in found.items() if code not in {KILLED, TIMED_OUT})
    print("\n".join(alive))
    print("\n".join(by_module(found)))
    score = 1 - len(alive) / len(found)
    print(f"{len(found)} mutants, {len(found) - len(alive)} noticed, {len(alive)} not: {score:.1%}")
    return int(score < ENOUGH)


def lived_through(part: Part, folder: Path, only: Sequence[str]) -> dict[str, int | None]:
    """How each mutant of that part ended, by its name."""
    laid_out(part, folder)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1), *only]
    path = {"PYTHONPATH": str(folder / "mutants" / "src"), "PYTEST_DEBUG_TEMPROOT": str(folder)}
    done = subprocess.run(command, cwd=folder, env={**os.environ, **path}, capture_output=True, text=True, check=False)
    ended = dict(endings(folder))
    if not only and (not ended or None in ended.values()):
        print(done.stdout.replace("\r", "\n")[-4000:], done.stderr[-2000:], sep="\n")
        raise SystemExit("mutmut did not come to its end")
    return {name: code for name, code in ended.items() if code is not None}


def laid_out(part: Part, folder: Path) -> None:
    """A copy that mutmut understands: it looks for sources in `src`, and has to find its own folder there already."""
    skipped = shutil.ignore_patterns("__pycache__", *(f"{name}.py" for name in SLOW))
    for name, there in (("functions", "src"), ("tests", "tests"), ("content", "content"), ("infra", "infra")):
        shutil.copytree(ROOT / name, folder / there, ignore=skipped)
    for name in ("mkdocs.yml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "mutants" / "src").mkdir(parents=True)
    config = {
        "source_paths": ["src"],
        "process_isolation": "forkserver",  # else what a rule has read once and keeps is read before it is changed
        "only_mutate": [f"src/leadlight/{name}" for name in part.changed],
        "also_copy": ["content", "infra", "mkdocs.yml", "requirements.lock"],
        "pytest_add_cli_args": ["-m", "not aws and not slow and not browser", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(part.tests),
    }
    lines = "".join(f"{name} = {msgspec.json.encode(value).decode()}\n" for name, value in config.items())
    (folder / "pyproject.toml").write_text(f"{(ROOT / 'pyproject.toml').read_text()}\n[tool.mutmut]\n{lines}")


def endings(folder: Path) -> Iterator[tuple[str, int | None]]:
    """What mutmut wrote down beside each module."""
    for file in sorted((folder / "mutants").rglob("*.py.meta")):
        yield from msgspec.json.decode(file.read_bytes())["exit_code_by_key"].items()


def by_module(found: dict[str, int | None]) -> Iterator[str]:
    """One line each: noticed, of all."""
    every, noticed = Counter(map(module_of, found)), Counter[str]()
    for name, code in found.items():
        noticed[module_of(name)] += code in {KILLED, TIMED_OUT}
    for module, number in sorted(every.items()):
        yield f"{noticed[module]:5} of {number:4} {noticed[module] / number:6.1%}  {module}"


def module_of(mutant: str) -> str:
    return mutant.rpartition(".")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
