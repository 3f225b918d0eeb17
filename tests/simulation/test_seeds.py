"""Random worlds, each from a seed: nothing is lost, nothing comes twice, and the same seed tells the same story."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Tally
from tests.simulation.installation import HOUR
from tests.simulation.worlds import ACTS, AFTERWARDS, begun, life, lived, shortest

from leadlight.restore import resume_after_restore
from leadlight.simulate.faults import written
from leadlight.simulate.invariants import follow_up_of

PARTS = 10
SAMPLE = (3, 14, 159)
RESTORES = 10
Folders = Mapping[str, Path]
Told = tuple[list[str], str]


@pytest.fixture(scope="session")
def known(folders: Folders) -> Callable[[int], Told]:
    """What was violated in the world of a seed, and the hash of its timeline: lived once, whoever asks here."""
    return cache(lambda seed: life(folders, seed))


@pytest.mark.parametrize("part", range(PARTS))
def test_in_random_worlds_every_promise_holds(
    folders: Folders, known: Callable[[int], Told], part: int, tally: Tally, request: pytest.FixtureRequest
) -> None:
    seeds = range(1, request.config.getoption("--seeds") + 1)[part::PARTS]
    broken = {seed: wrong for seed in seeds if (wrong := known(seed)[0])}

    tally("random worlds", seeds=len(seeds), violations=len(broken))
    assert [again(folders, seed, wrong) for seed, wrong in broken.items()] == []


def again(folders: Folders, seed: int, wrong: list[str]) -> str:
    """What was violated, and how to see it again with as little trouble as it takes."""
    where = "tests/simulation/test_seeds.py -k one_world"
    return f"pytest {where} --seed {seed} --plan '{written(shortest(folders, seed))}': {wrong[0]}"


@pytest.mark.parametrize("seed", range(1, RESTORES + 1))
def test_after_a_restore_in_a_random_world_nothing_comes_twice(folders: Folders, seed: int) -> None:
    """The leads of some days ago, beside a mailbox and keys that know better; then an operator says yes."""
    world = begun(folders, seed, plan=())
    world.act(ACTS // 2)
    copy = copied(world.home.disk.store)
    world.act(ACTS // 2)
    put_back(copy, world.home.disk.store)
    before = len(world.home.mails)
    world.home.restart()
    world.home.walk(2 * HOUR)

    assert len(world.home.mails) == before
    resume_after_restore(world.home.disk)
    world.home.rest(AFTERWARDS)
    again = Counter(mail.tag for mail in world.home.mails if follow_up_of(mail))
    assert [tag for tag, times in again.items() if times > 1] == []
    world.home.close()


def copied(store: Any) -> sqlite3.Connection:
    """A backup of the leads as they are now."""
    copy = sqlite3.connect(":memory:")
    store._db._connection.backup(copy)
    return copy


def put_back(copy: sqlite3.Connection, store: Any) -> None:
    """The leads are as they were then."""
    copy.backup(store._db._connection)
    copy.close()


@pytest.mark.parametrize("seed", SAMPLE)
def test_the_same_seed_tells_the_same_story(folders: Folders, known: Callable[[int], Told], seed: int) -> None:
    assert life(folders, seed) == known(seed)


def test_another_process_with_other_hashes_tells_the_same_story(folders: Folders, known: Callable[[int], Told]) -> None:
    code = (
        "from pathlib import Path; from tests.simulation.worlds import life; import logging; logging.disable()\n"
        f"print(*(life({ {name: str(path) for name, path in folders.items()}!r}, seed)[1] for seed in {SAMPLE}))"
    )
    code = code.replace("life({", "life({n: Path(p) for n, p in {").replace("}, seed", "}.items()}, seed")
    env = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join(sys.path)}

    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)

    assert there.stdout.split() == [known(seed)[1] for seed in SAMPLE]


def test_another_seed_tells_another_story(known: Callable[[int], Told]) -> None:
    assert known(1)[1] != known(2)[1]


def test_one_world(folders: Folders, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--seed`: the world of that seed, printed; `--plan` puts other faults in the place of its own."""
    from leadlight.simulate.faults import read

    seed, plan = request.config.getoption("--seed"), request.config.getoption("--plan")
    world = lived(folders, seed, read(plan) if plan else None)

    if seed:
        with capsys.disabled():
            print("", *world.acts, *world.home.story, *world.wrong, sep="\n")
    world.home.close()
    assert world.wrong == []
