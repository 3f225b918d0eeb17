"""What may be asked of the whole suite on the command line, and the world that journeys happen in."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.ground_aws import Account
    from tests.world import World


AWS = pytest.mark.aws
AWS_FOLDERS = {"infra", "publish", "runtime"}
AWS_FIXTURES = {"account", "aws", "client", "clients", "cloud"}
MEMORY, ROOM = Path("/dev/shm"), 2 * 2**30


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=8, help="how often the server is killed under load")
    parser.addoption("--seed", type=int, default=0, help="repeats the dice of a test that throws them")
    parser.addoption("--seeds", type=int, default=200, help="how many random worlds are simulated")
    parser.addoption("--all-pairs", action="store_true", help="every pair of faults, not a tenth of them")
    parser.addoption("--examples", type=int, default=100, help="how many walks through the states of a lead")
    parser.addoption("--steps", type=int, default=0, help="how long each of these is; of a replayed story, its mails")
    parser.addoption("--races", type=int, default=1000, help="how often a stop races a claim")
    parser.addoption("--forged", type=int, default=20_000, help="how many changed tokens are tried")
    parser.addoption("--trials", type=int, default=200, help="how many answers are timed to tell who is known")
    parser.addoption("--rows", type=int, default=10_000, help="how long the list is that is taken in and cut off")
    parser.addoption("--posts", type=int, default=1000, help="how many forms a campaign against strangers sends")
    parser.addoption("--all-phases", type=int, default=0, help="how many examples of each operation schemathesis tries")
    parser.addoption("--each-string", action="store_true", help="each injection alone in every field, not many at once")
    parser.addoption("--plan", default="", help="the faults of a story to replay, such as `17:lost,23:gone`")
    parser.addoption("--tells", action="store_true", help="the carrier of a replayed story has evidence")


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests lie in memory where it has room: stores wait for the disk at each write, and no test can tell.

    Property tests try the same examples wherever they run, as in CI, and none has to be done by a deadline.
    """
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # a grammar of IRIs, which no schema of ours has
    if hypothesis.settings.get_current_profile_name() == "default":  # what looks for mutants has a profile of its own
        hypothesis.settings.load_profile("ci")
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    if usable and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # hooks of git are run from there
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


@pytest.fixture(scope="session")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the world's site, built once."""
    from tests.world import built

    return built(tmp_path_factory.mktemp("glass"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.grounds("local", "prompt", …)`: the journey happens on each of them."""
    marker = metafunc.definition.get_closest_marker("grounds")
    if marker and "world" in metafunc.fixturenames:
        metafunc.parametrize("way", [pytest.param(way, marks=() if way == "local" else AWS) for way in marker.args])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What plays AWS is known by its folder or by what it asks for; `make check` has no time for it.

    What takes long begins first: several workers then end with small things, and none waits for another.
    The rest is in the order of names, in whatever order a worker has read the files.
    """
    for item in items:
        if AWS_FOLDERS & set(item.path.parts) or AWS_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(AWS)
    items.sort(key=lambda item: (not _takes_long(item), item.path.parts))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Every other worker reads the last file first: in a fresh clone each then compiles half of them, for both."""
    report = yield
    if isinstance(collector, pytest.Dir) and os.environ.get("PYTEST_XDIST_WORKER", "gw0")[-1] in "13579":
        report.result.reverse()
    return report


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Garbage is looked for among what tests make, not in all modules and tests again and again, and not so often."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


def _takes_long(item: pytest.Item) -> bool:
    return "simulation" in item.path.parts or item.get_closest_marker("slow") is not None


class Tally:
    """Figures of a test that tries many cases; `pytest_terminal_summary` adds them up over all workers."""

    def __init__(self, note: Callable[[str, object], None]) -> None:
        self._note = note

    def __call__(self, what: str, **figures: int) -> None:
        self._note("simulated", [what, figures])


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Where a test says how much it tried."""
    return Tally(record_property)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cases were simulated, in figures that every run shows."""
    sums: dict[str, Counter[str]] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == "simulated" and report.when == "call":
                what, figures = value
                sums.setdefault(what, Counter()).update(figures)
    for what, total in sorted(sums.items()):
        terminalreporter.write_line(f"{what}: " + ", ".join(f"{n:,} {unit}" for unit, n in total.items()))


@pytest.fixture
def way() -> str:
    """Where a journey happens unless it says otherwise."""
    return "local"


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An AWS account, as moto plays it."""
    from moto import mock_aws
    from tests.ground_aws import Account

    with mock_aws():
        yield Account()


@pytest.fixture
def few_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The due index has three partitions instead of 16: each look at it asks them all, one call each."""
    monkeypatch.setattr("leadlight.aws.tables.SHARDS", 3)


@pytest.fixture
def world(tmp_path: Path, world_bundle: Path, way: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """An installation without any lead, on a Monday at ten."""
    from tests.world import SETTINGS, World

    if way == "local":
        world = World(tmp_path, world_bundle)
    else:
        from tests.ground_aws import AwsGround

        request.getfixturevalue("few_shards")
        account = request.getfixturevalue("account")
        world = World(tmp_path, world_bundle, lambda clock: AwsGround(account, world_bundle, clock, SETTINGS, way=way))
    yield world
    world.close()
