"""What may be asked of the whole suite on the command line, and the world that journeys happen in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ground_aws import Account
    from tests.world import World


AWS = pytest.mark.aws
AWS_FOLDERS = {"infra", "publish", "runtime"}
AWS_FIXTURES = {"account", "aws", "client", "clients", "cloud"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=20, help="how often the server is killed under load")
    parser.addoption("--seed", type=int, default=0, help="repeats the dice of a test that throws them")


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
    """What plays AWS is known by its folder or by what it asks for; `make check` has no time for it."""
    for item in items:
        if AWS_FOLDERS & set(item.path.parts) or AWS_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(AWS)


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
def world(tmp_path: Path, world_bundle: Path, way: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """An installation without any lead, on a Monday at ten."""
    from tests.world import SETTINGS, World

    if way == "local":
        world = World(tmp_path, world_bundle)
    else:
        from tests.ground_aws import AwsGround

        account = request.getfixturevalue("account")
        world = World(tmp_path, world_bundle, lambda clock: AwsGround(account, world_bundle, clock, SETTINGS, way=way))
    yield world
    world.close()
