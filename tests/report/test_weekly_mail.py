"""What marketers get on Mondays: what is worth doing, the week in numbers, and the lines of reps; in one mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.world import Mail, World
from tests.world_sale import compiled

from leadlight.handlers import on_tick
from leadlight.rules.tally import ending, weeks_of

LAST = "2026-W09"
MONDAY = "2026-03-02T08:00"
PAGES = {"guides/mail": (9, 12), "guides/form": (2, 12), "guides/rep": (2, 12)}


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("weekly"), notices={"digest": "08:00"})


def counted(world: World, cells: Mapping[str, int], *, weeks: int = 8) -> None:
    """Each of the last weeks had these cells."""
    for week in weeks_of(ending(LAST, weeks)):
        world.services.store.add_to_totals({f"{week}|{cell}": count for cell, count in cells.items()})


def with_a_strong_page(world: World) -> None:
    cells = {f"page/{page}|read": of for page, (_, of) in PAGES.items()}
    cells |= {f"page/{page}|progressed": count for page, (count, _) in PAGES.items()}
    counted(world, {**cells, "site|confirmed": 40, "site|talked": 12})


def at(world: World, text: str) -> None:
    world.clock.move_to(datetime.fromisoformat(text).replace(tzinfo=UTC))
    world.settle()
    on_tick.handle(world.services)


def weekly(world: World) -> list[Mail]:
    return [mail for mail in world.mails("mark") if "this week" in mail.subject]


@pytest.mark.grounds("local", "prompt")
def test_on_monday_marketers_are_told_what_is_worth_doing(world: World) -> None:
    with_a_strong_page(world)

    at(world, MONDAY)
    at(world, "2026-03-03T09:00")

    (mail,) = weekly(world)
    assert mail.subject == "One thing worth doing this week"
    for text in (" ".join(mail.text.split()), " ".join(mail.html.split())):
        assert "Put “Mail guide” where people begin" in text
        assert "63 of 84 readers of “Mail guide” (75%, likely 65 to 83%) went on from there" in text
    assert "40 confirmed their address (before: 40)" in mail.text


def test_what_was_so_last_week_is_said_to_be(world: World) -> None:
    with_a_strong_page(world)

    at(world, MONDAY)

    assert "(As last week.)" in " ".join(weekly(world)[0].text.split())


def test_where_nothing_stands_out_the_mail_says_so_and_gives_the_counts(world: World) -> None:
    counted(world, {"site|teaser": 120, "site|confirmed": 9}, weeks=1)

    at(world, MONDAY)

    (mail,) = weekly(world)
    assert mail.subject == "Nothing stands out this week"
    assert "120 began to read (before: 0)" in mail.text
    assert "bought" not in mail.text


def test_where_nothing_has_happened_there_is_no_mail(world: World) -> None:
    at(world, MONDAY)

    assert weekly(world) == []


def test_lines_of_reps_come_with_it(world: World) -> None:
    world.confirmed(name="Anna")
    world.log(
        world.taken(), objective="start", achieved="yes", feedback="Prices first", feedback_aim="page:guides/mail"
    )

    at(world, "2026-01-12T08:00")

    (mail,) = weekly(world)
    assert mail.subject == "Nothing stands out this week, and 1 line from reps"
    assert "About the page “Mail guide”" in mail.text
    assert "Prices first" in mail.text
