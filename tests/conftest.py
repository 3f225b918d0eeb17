"""What may be asked of the whole suite on the command line, and the world that journeys happen in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=20, help="how often the server is killed under load")
    parser.addoption("--seed", type=int, default=0, help="repeats the dice of a test that throws them")


@pytest.fixture(scope="session")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the world's site, built once."""
    from tests.world import built

    return built(tmp_path_factory.mktemp("glass"))


@pytest.fixture
def world(tmp_path: Path, world_bundle: Path) -> Iterator[World]:
    """An installation without any lead, on a Monday at ten."""
    from tests.world import World

    world = World(tmp_path, world_bundle)
    yield world
    world.close()
