"""A long list is taken in by a process that is killed half-way, and by one that goes on: nobody is lost, nobody twice.

pytest -m slow tests/journeys/test_import_long.py --rows 100000
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import Tally
from tests.journeys.lists import installed, long_list
from tests.world import World

from leadlight.imports import Basis, Supply, take_in
from leadlight.model.due import DueKind
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.rules.table import Row

EVERY = 97
"""Each so many-th row lacks its address."""

ROOM = 200 * 1024
"""Kilobytes that the process may ever hold: about twice what it takes with nothing to do, whatever the list."""


@dataclass(frozen=True)
class Run:
    """What one process said, how it ended, and what it took."""

    lines: tuple[str, ...]
    code: int
    seconds: float
    most: int  # kilobytes


def import_in_a_process(data: Path, path: Path, *, kill_after: int = 0) -> Run:
    """The command in a process of its own; killed once it has named so many bad rows, each as soon as it met it."""
    command = [Path(sys.executable).with_name("leadlight"), "leads", "import", path, "--data", data]
    options = ["--source", "fair", "--basis", "consent", "--yes"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines, most = [], 0
    for line in process.stdout:
        lines.append(line.rstrip())
        most = peak_of(process.pid) or most
        if kill_after and len(lines) == kill_after:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(tuple(lines), process.returncode, used.ru_utime + used.ru_stime, most)


def peak_of(pid: int) -> int:
    """The most that a running process has held, in kilobytes. `ru_maxrss` would tell that of whoever started it."""
    with suppress(OSError):
        return sum(int(peak) for peak in re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()))
    return 0


def named(lines: Iterable[str]) -> list[int]:
    """The rows that are to be mended."""
    return [int(line.split(":")[0].removeprefix("row ")) for line in lines if line.startswith("row ")]


@pytest.mark.slow
def test_a_list_that_was_cut_off_half_way_goes_on_without_doubles(
    world: World, pytestconfig: pytest.Config, tally: Tally
) -> None:
    installed(world)
    rows = int(pytestconfig.getoption("--rows"))
    path = long_list(world.data / "list.csv", rows, bad_every=EVERY)
    bad = [number + 2 for number in range(rows) if number % EVERY == EVERY - 1]

    first = import_in_a_process(world.data, path, kill_after=len(bad) // 2)
    there = sum(1 for _ in world.services.store.leads())
    second = import_in_a_process(world.data, path)

    assert first.code == -signal.SIGKILL
    assert named(first.lines)[-1] - 2 - len(bad) // 2 < there < rows - len(bad)
    assert (second.code, named(second.lines)) == (1, bad)
    assert once_each(world) == Counter(
        {"leads": rows - len(bad), "tasks": rows - len(bad), "captures": rows - len(bad)}
    )
    assert 0 < max(first.most, second.most) < ROOM
    tally("import", rows=rows, taken_before_the_kill=there, cpu_seconds=round(first.seconds + second.seconds))


def once_each(world: World) -> Counter[str]:
    """How many leads there are, with how many tasks and captures; each was taken in by one touch."""
    found: Counter[str] = Counter()
    for lead in world.services.store.leads():
        touches = world.services.store.touches(lead.id)
        assert [touch.kind for touch in touches].count(TouchKind.IMPORTED) == 1
        assert lead.owner is not None
        rows = world.services.store.due_of(lead.id)
        found["leads"] += 1
        found["tasks"] += len([row for row in rows if row.kind is DueKind.TASK])
        found["captures"] += len(world.services.store.captures(lead.id))
    return found


def test_however_long_the_list_no_more_than_a_row_of_it_is_held(world: World) -> None:
    bundle, supply = open_bundle(world.services.files), Supply("fair", Basis.CONSENT, "", 20)

    def people(first: int, count: int) -> Iterable[Row]:
        for number in range(first, first + count):
            yield Row(number, {"email": f"p{number}@example.com", "notes": f"{number} " * 300})

    def most(first: int, count: int) -> int:
        tracemalloc.start()
        for _ in take_in(world.services, bundle, people(first, count), supply):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    most(0, 20)  # what is read once and kept

    assert most(1000, 400) < most(100, 40) + 400_000
