"""Runs the tests once per mutant: a plugin of pytest for `tests/mutants.py`, which says what the mutants are.

All tests are read once. Then every mutant gets a process of its own, forked from the one that has read them and run
none yet, so nothing that a test or a rule keeps in memory is older than the change. First, one process without any
change learns which test calls which function, and how long it takes: a mutant meets those tests only, until one fails:
first the one that has noticed the last mutant of that function, then the quick ones.
"""

from __future__ import annotations

import functools
import gc
import importlib
import math
import os
import resource
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import hypothesis
import msgspec
import pytest
from mutmut.mutation import trampoline

MUTANTS, ENDS, BUNDLE = Path("mutants.json"), Path("ends.json"), Path("world-bundle")
LEARNT = Path("learnt.json")
LAST = Path("last").absolute()
"""By function, which test noticed its last mutant."""

ALIVE, KILLED, NEVER_RUN, FAILED_BEFORE = 0, 1, 33, 2
"""How a mutant may end. Anything else is the signal that ended it: it ran for too long, or brought Python down."""

OURS = ("leadlight", "tests")

PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)

PATIENCE, ROOM = 4, 4
"""So many times its tests' own time, and so many seconds more, may a test run: in seconds of the processor."""

Hits = dict[str, dict[str, float]]


@dataclass(slots=True)
class Learnt:
    """Which tests call a function, and how long each takes; those that fail without any change; what they import."""

    tests: Hits = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)


def pytest_configure() -> None:
    """Property tests try the same examples for each mutant, and look for no shorter one."""
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=PHASES)
    hypothesis.settings.load_profile("mutants")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """In the place of running every test once."""
    items = {item.nodeid: item for item in session.items}
    waited(forked(partial(learning, session)), math.inf)
    learnt = msgspec.json.decode(LEARNT.read_bytes(), type=Learnt)
    for name in learnt.imported:  # libraries that wait until they are wanted: once for all processes
        with suppress(ImportError):
            importlib.import_module(name)
    trampoline.set_mutant_under_test("")
    if BUNDLE.is_dir():
        import tests.world

        vars(tests.world)["built"] = lambda folder: BUNDLE.absolute()  # once for all processes
    gc.freeze()
    waited(forked(partial(unchanged, session, items, learnt)), math.inf)
    learnt = msgspec.json.decode(LEARNT.read_bytes(), type=Learnt)
    forget()
    ends: dict[str, int] = {}
    for name, code in endings(session, items, learnt):
        ends[name] = code
        if code in {ALIVE, NEVER_RUN}:
            print(name, file=sys.stderr, flush=True)
    ENDS.write_bytes(msgspec.json.encode((ends, learnt.broken)))
    return True


def learning(session: pytest.Session) -> int:
    """Runs all tests without a change and writes down what they call."""
    called, before = set[str](), set(sys.modules)
    vars(trampoline)["record_trampoline_hit"] = lambda name, caller: called.add(name)
    trampoline.set_mutant_under_test("stats")
    learnt = Learnt()
    tests: Hits = defaultdict(dict)
    for place, item in enumerate(session.items):
        forget()
        called.clear()
        failed, began = session.testsfailed, time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=next(iter(session.items[place + 1 :]), None))
        if session.testsfailed > failed:
            learnt.broken.append(item.nodeid)
            continue
        for name in called:
            tests[name][item.nodeid] = time.process_time() - began
    learnt.tests = dict(tests)
    learnt.imported = [name for name in sys.modules if name not in before and not name.startswith(OURS)]
    for built in Path(os.environ["PYTEST_DEBUG_TEMPROOT"]).glob("pytest-of-*/pytest-0/glass0/bundle"):
        shutil.copytree(built, BUNDLE)
    LEARNT.write_bytes(msgspec.json.encode(learnt))
    return ALIVE


def unchanged(session: pytest.Session, items: Mapping[str, pytest.Item], learnt: Learnt) -> int:
    """Runs all tests as for a mutant, without one: those that fail in another order could tell nothing."""
    trampoline.set_mutant_under_test("nothing")
    for name in sorted({name for tests in learnt.tests.values() for name in tests}, reverse=True):
        failed = session.testsfailed
        items[name].config.hook.pytest_runtest_protocol(item=items[name], nextitem=None)
        if session.testsfailed > failed:
            learnt.broken.append(name)
    learnt.tests = {
        function: {name: spent for name, spent in tests.items() if name not in learnt.broken}
        for function, tests in learnt.tests.items()
    }
    LEARNT.write_bytes(msgspec.json.encode(learnt))
    return ALIVE


def endings(session: pytest.Session, items: Mapping[str, pytest.Item], learnt: Learnt) -> Iterator[tuple[str, int]]:
    """How each mutant ends, as many at a time as there are processors."""
    LAST.mkdir()
    running: dict[int, tuple[str, float]] = {}
    names = msgspec.json.decode(MUTANTS.read_bytes(), type=list[str])
    for done, name in enumerate(names):
        module, _, function = name.rpartition(".")
        tests = learnt.tests.get(f"{module}.{function.rpartition('__mutmut_')[0]}", {})
        if not tests:
            yield name, NEVER_RUN
            continue
        while len(running) >= (os.cpu_count() or 1):
            yield from ended(running)
        chosen = [(items[test], tests[test]) for test in sorted(tests, key=lambda test: (tests[test], test))]
        pid = forked(partial(met, session, name, chosen))
        running[pid] = (name, time.monotonic() + 20 * (PATIENCE * sum(tests.values()) + ROOM))
        if done % 100 == 0:
            print(f"{done} of {len(names)}", file=sys.stderr, flush=True)
    while running:
        yield from ended(running)


def met(session: pytest.Session, name: str, tests: list[tuple[pytest.Item, float]]) -> int:
    """Whether one of these tests fails under that change, or goes on for long beyond the time that it takes."""
    trampoline.set_mutant_under_test(name)
    note = LAST / name.rpartition("__mutmut_")[0]
    last = note.read_text() if note.exists() else ""
    tests = sorted(tests, key=lambda test: test[0].nodeid != last)
    for place, (item, takes) in enumerate(tests):
        limit = math.ceil(time.process_time() + PATIENCE * takes + ROOM)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        following = tests[place + 1][0] if place + 1 < len(tests) else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            note.write_text(item.nodeid)
            return KILLED
    return ALIVE


def ended(running: dict[int, tuple[str, float]]) -> Iterator[tuple[str, int]]:
    """Those that have come to an end by now; the ones that wait for what never comes are ended."""
    for pid, (name, until) in list(running.items()):
        code = waited(pid, until)
        if code is not None:
            del running[pid]
            yield name, code
    time.sleep(0.01)


def waited(pid: int, until: float) -> int | None:
    """The exit code or signal of that process; None while it runs."""
    if until == math.inf:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    found, status = os.waitpid(pid, os.WNOHANG)
    if found:
        shutil.rmtree(room_of(pid), ignore_errors=True)
        return os.waitstatus_to_exitcode(status)
    if time.monotonic() > until:
        os.kill(pid, 9)
    return None


def forked(work: Callable[[], int]) -> int:
    """A process that does this work, silently and in a folder of its own."""
    pid = os.fork()
    if pid:
        return pid
    code = KILLED  # whatever goes wrong within pytest itself is noticed, too
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 a Path would be opened the same way
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        room_of(os.getpid()).mkdir(parents=True)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(room_of(os.getpid()))
        code = work()
    finally:
        os._exit(code)


def room_of(pid: int) -> Path:
    """Where the tests of that process put their files."""
    return Path(os.environ["MUTANTS_ROOM"]) / str(pid)


def forget() -> None:
    """Empties what functions of ours keep: a result of before the change would hide it."""
    for module in [module for name, module in sys.modules.items() if name.startswith("leadlight.")]:
        for kept in vars(module).values():
            if isinstance(kept, functools._lru_cache_wrapper):
                kept.cache_clear()
