"""An operator is told what became of those who were kept for long enough, and whether anybody looks at all."""

from __future__ import annotations

from click.testing import CliRunner
from tests.journeys.lists import installed, run
from tests.world import World

from leadlight.cli import main


def asked(world: World, command: str) -> str:
    run(world, "list")  # the command line finds the world's own clock
    return CliRunner().invoke(main, [command, "--data", str(world.data)]).output


def test_doctor_and_report_say_whom_the_last_round_erased(world: World) -> None:
    installed(world)
    world.browser().ask_for()
    world.settle()
    world.jump("31 days")
    world.settle()
    said = "Kept for long enough on 2026-02-05: 1 lead erased, 0 old forms emptied."

    assert f"ok       retention              {said}" in asked(world, "doctor")
    assert said in asked(world, "report")


def test_doctor_warns_when_nobody_has_been_looked_at_for_days(world: World) -> None:
    installed(world)
    world.confirmed()
    assert "warning  retention" not in asked(world, "doctor")

    world.jump("4 days")

    assert "warning  retention" in asked(world, "doctor")
