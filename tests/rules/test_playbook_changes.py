"""What a change of content does to planned conversations, in words that a pull request can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from tests.rules.examples import COURSE, step

from leadlight.model.sequence import Channel, Migrate, OpenHours, Sequence, Wait, WaitUnit, Words
from leadlight.model.touch import Encounter
from leadlight.playbook.changes import Changed, changes

ONE, TWO, THREE = COURSE.steps


def changed(**other: object) -> Changed:
    new = replace(COURSE, version="v2", **other)  # type: ignore[arg-type]  # named
    (found,) = changes({"course": COURSE}, {"course": new})
    return found


def test_the_same_sequences_show_no_change() -> None:
    assert changes({"course": COURSE}, {"course": COURSE}) == ()


def test_a_new_and_a_removed_sequence_are_named() -> None:
    other = Sequence("other", "v9", (ONE,))
    gone, new = changes({"course": COURSE}, {"other": other})

    assert (gone.sequence, gone.lines, gone.after) == ("course", ("is gone",), None)
    assert (new.sequence, new.lines[0], new.before) == ("other", "is new", None)


def test_what_differs_in_a_step_is_said_fact_by_fact() -> None:
    later = replace(
        TWO, wait=Wait(4, WaitUnit.DAYS), subject="Hello", body="Other", window=OpenHours((1, 2), time(10), time(12)),
        only_if="lead.intent", stale_after=Wait(1, WaitUnit.WEEKS),
    )  # fmt: skip
    (line,) = changed(steps=(ONE, later, THREE)).lines

    assert line.startswith("~ 02: ")
    assert set(line.removeprefix("~ 02: ").split("; ")) == {
        "subject “Hi” → “Hello”", "text", "wait 2 days → 4 days", "send working-hours → tue-wed 10:00-12:00",
        "condition none → lead.intent", "stale after none → 1 week",
    }  # fmt: skip


def test_added_removed_and_reordered_steps_are_said() -> None:
    extra = replace(step("04"), channel=Channel.REP, encounter=Encounter.PERSON)

    assert changed(steps=(TWO, ONE, extra)).lines == (
        "- 03",
        "+ 04: rep, 1 day later, person, start: “Hi”",
        "the order of the steps is another",
    )


def test_a_new_translation_is_a_change() -> None:
    (line,) = changed(steps=(replace(ONE, variants={"pl": Words("Cześć", "Tekst")}), TWO, THREE)).lines

    assert line == "~ 01: translations"


def test_settings_of_the_sequence_are_compared() -> None:
    lines = changed(priority=7, ends_when=("replied",), skip_ahead=False, migrate=Migrate.MOVE).lines

    assert lines == (
        "migrate finish → move", "priority 5 → 7", "ends when none → replied", "skip ahead yes → no",
    )  # fmt: skip


def test_a_change_further_along_the_chain_is_one_here() -> None:
    old = replace(COURSE, then="other", then_version="a")
    (found,) = changes({"course": old}, {"course": replace(old, version="v2", then_version="b")})

    assert found.lines == ("then: other has changed",)


def test_what_becomes_of_leads_in_flight_is_said_as_the_new_version_has_it() -> None:
    says = {way: changed(migrate=way).in_flight(2) for way in Migrate}

    assert says[Migrate.FINISH] == "2 leads in flight: finish the version they started with"
    assert says[Migrate.MOVE].startswith("2 leads in flight: move to this version with their next step")
    assert says[Migrate.STOP] == "2 leads in flight: end with their next step"
    assert changes({"course": COURSE}, {})[0].in_flight(1).startswith("1 lead in flight: finish")
