"""All phases of schemathesis against a server on a port of its own: examples, coverage, fuzzing, stateful."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import schemathesis
import uvicorn
from schemathesis import Case, hooks
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from tests.journeys.mortal import STARTING
from tests.made_up import furnished
from tests.ports import free_port
from tests.probing import Grounds, Probed, probed

PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@dataclass
class Found:
    """What a run has tried, by phase, and what was wrong."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run(address: str, server: Probed, *, examples: int) -> Found:
    """Asks that server whatever its own file allows."""
    config = schemathesis.Config.from_dict(
        {
            "seed": 7,
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "mode": "all"},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "phases": {name: {"enabled": True} for name in PHASES},
            "headers": {"Origin": address},
        }
    )
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    dice = Random(7)

    @schemathesis.hook("before_call")
    def furnish(context: object, case: Case, kwargs: object) -> None:
        server.later()
        if dice.random() < 0.7:
            furnished(case, server.keys, dice)

    found = Found()
    try:
        for event in from_schema(schema).execute():
            _note(found, event)
    finally:
        hooks.unregister(furnish)
    return found


def _note(found: Found, event: events.EngineEvent) -> None:
    match event:
        case events.ScenarioFinished():
            found.requests[event.phase.value] += len(event.recorder.interactions)
            answers = [interaction.response for interaction in event.recorder.interactions.values()]
            found.statuses.update(answer.status_code for answer in answers if answer is not None)
            checked = [check for checks in event.recorder.checks.values() for check in checks]
            found.failures += [check.failure_info.failure for check in checked if check.failure_info]
        case events.NonFatalError() | events.FatalError():
            found.errors.append(str(event.info if isinstance(event, events.NonFatalError) else event.exception))


@contextmanager
def on_a_port(grounds: Grounds, folder: Path, **settings: object) -> Iterator[tuple[str, Probed]]:
    """The grounds behind a real HTTP server, with its worker."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with probed(grounds, folder, site_url=address, **settings) as server:
        config = uvicorn.Config(server.app, host="127.0.0.1", port=port, log_level="error", access_log=False)
        served = uvicorn.Server(config)
        thread = threading.Thread(target=served.run, name="served", daemon=True)
        thread.start()
        deadline = time.monotonic() + STARTING
        while not served.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield address, server
        finally:
            served.should_exit = True
            thread.join(STARTING)
