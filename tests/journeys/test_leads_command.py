"""What an operator sees of leads on the command line, while everything runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from click.testing import CliRunner, Result
from tests.world import World

from leadlight.cli import main
from leadlight.local.clock import OFFSET
from leadlight.model.due import DueKind
from leadlight.model.exchange import Change


def told(world: World, *words: str) -> Result:
    """What the command says, by the world's own clock, as after a demo."""
    offset = world.clock.now() - datetime.now(UTC)
    world.services.store.set_note(OFFSET, str(offset.total_seconds()))
    return CliRunner().invoke(main, ["leads", *words, "--data", str(world.data)])


def listed(world: World, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told(world, "list", "--json", *words).output)
    return found


def test_each_lead_is_listed_with_what_comes_next(world: World) -> None:
    world.confirmed()
    world.settle()

    (lead,) = listed(world)

    assert lead["next"]["what"].startswith("step/course@")
    assert lead["next"]["owner"] == "leadlight"
    assert {"stops", "hold", "purposes", "owner"} <= lead.keys()


def test_a_lead_without_a_plan_is_listed_with_the_reason(world: World) -> None:
    world.browser().ask_for()
    world.settle()

    assert listed(world)[0]["next"] == {"why": "the address is not confirmed"}
    assert "nothing: the address is not confirmed" in told(world, "list").output


def test_no_lead_is_stuck(world: World) -> None:
    world.confirmed()
    world.settle()
    found = told(world, "list", "--stuck")

    assert (found.exit_code, found.output) == (0, "No lead is at a dead end.\n")
    assert listed(world, "--stuck") == []


def test_a_lead_whose_next_step_nothing_brings_is_shown_as_stuck(world: World) -> None:
    world.confirmed()
    world.settle()
    rows = [row.key for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP]
    world.services.store.commit(Change(lead=world.lead(), undue=tuple(rows)))
    found = told(world, "list", "--stuck")

    assert found.exit_code == 1
    assert "nothing brings it" in found.output
    assert listed(world, "--stuck")[0]["id"] == world.id_of()


def test_a_lead_is_shown_with_its_four_bars(world: World) -> None:
    world.confirmed()
    world.settle()
    shown = told(world, "show", world.id_of()).output

    assert "subject      █░░░░░░  1 of 7" in shown
    assert "person       ░░░░░░░  0 of 7" in shown
