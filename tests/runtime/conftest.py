"""Functions as Lambda runs them: their archives unpacked, the real runtime client, an AWS account on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest
from tests.ground_aws import AwsGround
from tests.runtime.cloud import Served, served
from tests.runtime.environment import Environment
from tests.runtime.tasks import Start, client, task_root
from tests.world import SETTINGS, World

from leadlight.demo import open_all_hours


@pytest.fixture(scope="module")
def cloud() -> Iterator[Served]:
    """An account of this module's own."""
    with served() as account:
        yield account


@pytest.fixture(scope="session")
def always_open(world_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world's bundle with a team that never rests: these tests run on Sundays, too."""
    bundle = tmp_path_factory.mktemp("always") / "bundle"
    shutil.copytree(world_bundle, bundle)
    open_all_hours(bundle)
    return bundle


@pytest.fixture
def world(tmp_path: Path, always_open: Path, cloud: Served) -> Iterator[World]:
    """A world in that account; its own clock stands in January, functions have the machine's."""
    ground = partial(AwsGround, cloud.account, always_open, settings=SETTINGS, way="prompt")
    world = World(tmp_path, always_open, lambda clock: ground(clock=clock))
    yield world
    world.close()


@pytest.fixture
def start(world: World, cloud: Served) -> Iterator[Start]:
    """Starts the environment of a function of that world."""
    with ExitStack() as running:

        def begin(function: str, *, extra: Path | None = None, handler: str = "", **variables: str) -> Environment:
            environment: AbstractContextManager[Environment] = Environment(
                task_root(function),
                handler or f"leadlight.entry.{function}.lambda_handler",
                client=client(),
                variables={**cloud.variables(world.ground.cloud), **variables},  # type: ignore[attr-defined]  # it stands on AWS
                extra=str(extra or ""),
            )
            return running.enter_context(environment)

        yield begin
