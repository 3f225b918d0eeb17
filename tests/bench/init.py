"""How soon is each function up on Lambda, and how much does it hold? Beside an empty one and one with boto3's client.

Real archives under the real runtime client, as in `tests/runtime`; AWS is moto on loopback, whose answers take part of
each call's time. Interleaved, so that what else the machine does hits all alike. Run by `make bench`.
"""

from __future__ import annotations

import json
import logging
import statistics
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from rich.table import Table
from tests.ground_aws import DOOR, AwsGround
from tests.runtime.cloud import Served, served
from tests.runtime.environment import Environment, installed
from tests.runtime.tasks import client, task_root
from tests.world import MAIL, SETTINGS, World, built

from leadlight.model.due import DueKind
from leadlight.publish.closure import functions

ROUNDS = 7
ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests" / "events"
FLOOR, BOTO3 = "an empty function", "boto3.client('dynamodb')"
BESIDE = {
    FLOOR: "def handler(event, context):\n    return {}\n",
    BOTO3: "import boto3\nclient = boto3.client('dynamodb')\ndef handler(event, context):\n    return {}\n",
}
WITH_BOTO3 = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")


@dataclass(frozen=True, slots=True)
class Start:
    """One start of one function, and its first two calls."""

    init_ms: float  # from the start of the process to its first question for work
    cpu_ms: float  # of that, processor time
    cold_ms: float
    warm_ms: float
    peak_mb: float


def measured() -> dict[str, list[Start]]:
    """All starts, by function."""
    found: dict[str, list[Start]] = {}
    logging.getLogger("leadlight").setLevel(logging.ERROR)  # what this process does itself prepares the events only
    with tempfile.TemporaryDirectory(prefix="leadlight-init-") as place, served() as cloud:
        world = _world(Path(place), cloud)
        beside = _beside(Path(place) / "beside")
        for number in range(-1, ROUNDS):  # the first warms the file cache
            for name, events in _events(world, number).items():
                task, handler = (
                    (beside, f"{_module(name)}.handler")
                    if name in BESIDE
                    else (task_root(name), f"leadlight.entry.{name}.lambda_handler")
                )
                one = _start(task, handler, cloud.variables(world.ground.cloud), events)  # type: ignore[attr-defined]  # it stands on AWS
                if number >= 0:
                    found.setdefault(name, []).append(one)
    return found


def starts() -> Table:
    """The medians, as a table."""
    found = measured()
    medians = {name: {key: _median(runs, key) for key in Start.__slots__} for name, runs in found.items()}
    table = Table("", "init ms", "ratio", "of it CPU", "ratio", "first call ms", "next", "peak MB", box=None)
    for name, row in medians.items():
        wall, cpu = (row[key] / medians[BOTO3][key] for key in ("init_ms", "cpu_ms"))
        cells = (row["init_ms"], wall, row["cpu_ms"], cpu, row["cold_ms"], row["warm_ms"], row["peak_mb"])
        table.add_row(name, *(f"{cell:.2f}" if at in {1, 3} else f"{cell:.0f}" for at, cell in enumerate(cells)))
    return table


def _median(runs: list[Start], key: str) -> float:
    return statistics.median(getattr(run, key) for run in runs)


def _start(task: Path, handler: str, variables: Mapping[str, str], events: tuple[object, object]) -> Start:
    with Environment(task, handler, client=client(), variables={**variables, "LEADLIGHT_BUDGETS": "off"}) as running:
        began = running.beginning()
        if began.error:
            raise SystemExit(f"{handler} does not come up: {began.error}")
        cpu = running.worked
        cold, warm = (running.invoke(event) for event in events)
        if cold.failed or warm.failed:
            raise SystemExit(f"{handler} failed: {cold.body} {warm.body}")
        return Start(*(1000 * s for s in (began.seconds, cpu, cold.seconds, warm.seconds)), peak_mb=running.peak_mb)


def _world(place: Path, cloud: Served) -> World:
    bundle = built(place / "site")
    ground: Callable[..., AwsGround] = partial(AwsGround, cloud.account, bundle, settings=SETTINGS, way="prompt")
    world = World(place, bundle, lambda clock: ground(clock=clock))
    world.clock.move_to(datetime.now(UTC) - timedelta(days=6))
    world.lift_budgets()
    return world


def _beside(folder: Path) -> Path:
    folder.mkdir()
    for name, source in BESIDE.items():
        (folder / f"{_module(name)}.py").write_text(source)
    return installed(folder, WITH_BOTO3)


def _module(name: str) -> str:
    return f"beside_{list(BESIDE).index(name)}"


def _events(world: World, number: int) -> dict[str, tuple[object, object]]:
    """What each function gets in this round: a first and a second event, each of it something to do where it can."""
    rows = [_step_due(world, f"due-{number}-{which}@example.com") for which in range(2)]
    world.ground._new_records()  # type: ignore[attr-defined]  # what came before is not this round's
    records = [_submitted(world, f"new-{number}-{which}@example.com") for which in range(2)]
    submits = [_submit(f"submit-{number}-{which}@example.com") for which in range(2)]
    page = {**_event("confirm_bad_token"), "rawPath": "/rep/lead"}
    page["requestContext"]["http"] |= {"path": "/rep/lead", "method": "GET"}
    page["headers"]["x-leadlight-origin"] = DOOR
    report = _event("ses_delivered")
    events: dict[str, tuple[object, object]] = {name: ({}, {}) for name in BESIDE}
    ours: dict[str, tuple[object, object]] = {
        "on_visitor_request": (submits[0], submits[1]),
        "on_rep_request": (page, page),
        "on_change": (records[0], records[1]),
        "on_due": (rows[0], rows[1]),
        "on_tick": ({}, {}),
        "on_mail_event": (report, report),
    }
    assert sorted(ours) == sorted(functions(ROOT / "functions")), "a function without an event"
    return events | ours


def _event(name: str) -> dict[str, Any]:
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


def _submit(address: str) -> dict[str, Any]:
    raw = _event("access_json")
    raw["headers"] |= {"x-leadlight-origin": DOOR, "cloudfront-viewer-address": "198.51.100.7:4711"}
    return {**raw, "body": json.dumps({"gate": MAIL, "email": address, "consent": True})}


def _step_due(world: World, address: str) -> dict[str, Any]:
    world.confirmed(MAIL, address)
    row = next(due for due in world.services.store.due_of(world.id_of(address)) if due.kind is DueKind.STEP)
    return dict(json.loads(msgspec.json.encode(row)))


def _submitted(world: World, address: str) -> dict[str, Any]:
    world.browser().ask_for(MAIL, address)
    return {"Records": world.ground._new_records()}  # type: ignore[attr-defined]  # it stands on AWS


if __name__ == "__main__":
    from rich.console import Console

    Console(width=110).print(starts())
