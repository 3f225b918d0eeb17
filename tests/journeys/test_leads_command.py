"""What an operator sees of leads on the command line, while everything runs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.journeys.mailers import Failing
from tests.world import World

from leadlight.cli import main
from leadlight.errors import SendUnclear
from leadlight.local.clock import OFFSET
from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.pausing import pause_lead
from leadlight.rules.epoch import mark_of
from leadlight.rules.stop import LEAD


def told(world: World, *words: str) -> Result:
    """What the command says, by the world's own clock, as after a demo."""
    offset = world.clock.now() - datetime.now(UTC)
    world.services.store.set_note(OFFSET, str(offset.total_seconds()))
    return CliRunner().invoke(main, ["leads", *words, "--data", str(world.data)])


@pytest.fixture
def reader(world: World) -> str:
    """The id of a lead in a sequence, in an installation that finds its bundle."""
    (world.data / "bundle").symlink_to(world.bundle)
    world.confirmed()
    world.settle()
    return world.id_of()


def coming(world: World, *words: str) -> dict[str, Any]:
    """What comes next once that was said."""
    said = told(world, *words, "--json")
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)["next"]
    return found


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


def test_a_lead_is_shown_with_the_reason_of_each_change_of_its_stage(world: World) -> None:
    world.confirmed()
    world.log(world.taken(), objective="advance", achieved="yes", authority="decides", value="700")

    assert "prospect: meets the criteria, decides, and has talked back" in told(world, "show", world.id_of()).output


def test_a_lead_is_shown_with_its_four_bars(world: World) -> None:
    world.confirmed()
    world.settle()
    shown = told(world, "show", world.id_of()).output

    assert "subject      █░░░░░░  1 of 7" in shown
    assert "person       ░░░░░░░  0 of 7" in shown


def test_a_plan_is_paused_until_a_day_and_goes_on_by_itself(world: World, reader: str) -> None:
    found = coming(world, "pause", reader, "--until", "2026-01-08")
    world.advance("2 days")
    assert world.follow_ups() == []
    world.advance("2 days")

    assert found["what"].startswith("hold/pause/")
    assert found["at"] == "2026-01-08T00:00:00Z"
    assert world.follow_ups()[0].startswith("First")


def test_a_paused_plan_can_be_resumed_before(world: World, reader: str) -> None:
    coming(world, "pause", reader)

    assert coming(world, "resume", reader)["what"].startswith("step/course@")


@pytest.mark.parametrize("day", ["2026-01-05", "yesterday", "2036-01-01"])
def test_a_day_that_is_none_is_refused(world: World, reader: str, day: str) -> None:
    said = told(world, "pause", reader, "--until", day)

    assert (said.exit_code, world.lead().pause) == (2, None)


def test_what_became_of_a_parked_mail_is_said_by_a_person(world: World, reader: str) -> None:
    sound = world.services.mailer
    world.services = world.services.with_mailer(
        Failing(
            sound,
            lambda: SendUnclear("lost"),
            sends=False,
            tells=False,
            hits=lambda m: m["Subject"].startswith("First"),
        )
    )
    world.advance("1 day")
    world.services = world.services.with_mailer(sound)
    (entry,) = json.loads(told(world, "parked", "--json").output)
    said = told(world, "resolve", reader, entry["key"], "unsent")
    world.advance("1 day")

    assert (said.exit_code, said.output) == (0, f"{entry['key']}: released\n")
    assert [subject[:5] for subject in world.follow_ups()] == ["First"]
    assert json.loads(told(world, "parked", "--json").output) == []


def test_a_mail_that_is_not_parked_cannot_be_resolved(world: World, reader: str) -> None:
    said = told(world, "resolve", reader, "1/step/nothing", "sent")

    assert (said.exit_code, said.output) == (
        1, "No mail 1/step/nothing is parked. `leadlight leads parked` shows those that are.\n",
    )  # fmt: skip


def test_a_lead_that_is_not_there_is_said_so(world: World, reader: str) -> None:
    said = [told(world, *words) for words in (["pause", "nobody"], ["resume", "nobody"], ["show", "nobody"])]

    assert [(one.exit_code, "There is no lead nobody" in one.output) for one in said] == [(1, True)] * 3


def test_resuming_takes_one_lead_or_a_restore(world: World, reader: str) -> None:
    assert told(world, "resume").exit_code == 2
    assert told(world, "resume", reader, "--after-restore").exit_code == 2


def test_p10_leads_that_came_back_together_with_their_keys_are_marked_by_the_command(world: World, reader: str) -> None:
    """The marks of both agree: nothing but an operator can tell that mails of the lost days may have gone out."""
    said = told(world, "resume", "--after-restore")

    assert (said.exit_code, said.output[:20]) == (0, "The hold is lifted. ")
    for store in (world.services.store, world.services.keys):
        mark = mark_of(store.note("epoch"))
        assert mark
        assert mark.doubtful_until
        assert mark.doubtful_until >= world.clock.now()


def test_a_pause_beside_a_longer_one_of_the_lead_and_too_long_for_the_promise_says_both(
    world: World, reader: str
) -> None:
    beyond = told(world, "pause", reader, "--until", "2026-03-01")
    pause_lead(world.services, world.lead(), until=world.later("12 weeks"), by=LEAD)
    shorter = told(world, "pause", reader, "--until", "2026-02-01")

    assert (beyond.exit_code, shorter.exit_code) == (0, 0)
    assert re.search(r"The promise to this reader ends on \d+ \w+: what would come later is left out.", beyond.stderr)
    assert "Nothing goes out before 2026-03-30: paused by lead." in shorter.stderr
    assert [pause.by for pause in world.lead().pauses] == [LEAD, "operator"]


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_without_a_bundle_a_plan_is_left_alone_and_it_is_said_why(world: World, command: str) -> None:
    world.confirmed()
    pause_lead(world.services, world.lead(), until=world.later("2 weeks"))
    before = world.dump()

    said = told(world, command, world.id_of())

    assert (said.exit_code, type(said.exception)) == (1, SystemExit)
    assert "Run `leadlight build`" in said.output
    assert world.dump() == {**before, "note": world.dump()["note"]}


def test_leads_without_their_keys_are_told_of_in_words(world: World) -> None:
    (world.data / "elsewhere").mkdir()
    (world.data / "elsewhere" / "leads.db").touch()

    said = CliRunner().invoke(main, ["leads", "list", "--data", str(world.data / "elsewhere")])

    assert (said.exit_code, type(said.exception)) == (1, SystemExit)
    assert "Put the key file back" in said.output


def test_the_clock_of_a_lead_that_nobody_has_taken_is_shown(world: World) -> None:
    (world.data / "bundle").symlink_to(world.bundle)
    world.confirmed(call="now")

    shown = told(world, "show", world.id_of()).output

    assert "next         2026-01-05 10:15 goes on to the next rep, or the manager, unless rita takes it" in shown
    assert "clock        Mark Manager is told at 10:15 unless Rita Rep takes it" in shown


@pytest.fixture
def crowd(world: World) -> World:
    """Three people asked for more than this hour had room for."""
    (world.data / "bundle").symlink_to(world.bundle)
    world.serve(replace(world.services, settings=replace(world.services.settings, hour_limit=1)))
    for number in range(4):
        world.browser(f"10.0.{number}.1").ask_for(address=f"v{number}@town{number}.example")
    world.settle()
    return world


def test_withheld_mails_are_shown_by_gate_and_listed_as_parked(crowd: World) -> None:
    assert told(crowd, "breaker").output.splitlines()[1:] == [
        "     3  guides/mail", "Let them out with --release, or --drop them."
    ]  # fmt: skip
    assert json.loads(told(crowd, "breaker", "--json").output) == {
        "last_open": "2026-01-05T10", "withheld": {"guides/mail": 3},
    }  # fmt: skip
    assert told(crowd, "parked").output.count("withheld: the breaker is open") == 3


def test_withheld_mails_are_let_out(crowd: World) -> None:
    assert told(crowd, "breaker", "--release", "--gate", "guides/form").output == "0 mails go out, 30 a minute.\n"
    assert told(crowd, "breaker", "--release").output == "3 mails go out, 30 a minute.\n"
    crowd.advance("1 minute")

    assert len(crowd.mails("@town")) == 4
    assert told(crowd, "breaker").output.endswith("Nothing is withheld.\n")


def test_withheld_mails_are_dropped(crowd: World) -> None:
    assert told(crowd, "breaker", "--drop").output == "3 mails are dropped.\n"
    crowd.advance("5 days")

    assert len(crowd.mails("@town")) == 1
    assert told(crowd, "parked").output == "Nothing is parked.\n"


def test_the_doctor_tells_that_mails_are_withheld(crowd: World) -> None:
    said = CliRunner().invoke(main, ["doctor", "--data", str(crowd.data)]).output

    assert "3 opt-in mails are withheld." in said
