"""`leadlight report`: on a terminal, for a program, for a spreadsheet, as a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.world import World
from tests.world_sale import shared

from leadlight.cli import main
from leadlight.local.clock import OFFSET
from leadlight.model.figures import week_of


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


@pytest.fixture
def firm(world: World) -> World:
    """Somebody has confirmed, was spoken to, and objected; their rep has a word for those who write."""
    (world.data / "bundle").symlink_to(world.bundle)
    world.confirmed(name="Anna")
    said = {"objective": "advance", "achieved": "no", "why_not": "objection", "objections": "too-dear"}
    world.log(world.taken(), **said, feedback="=Prices first", feedback_aim="page:guides/mail")
    return world


def told(world: World, *words: str) -> Result:
    """What the command says, by the world's own clock."""
    offset = world.clock.now() - datetime.now(UTC)
    world.services.store.set_note(OFFSET, str(offset.total_seconds()))
    return CliRunner().invoke(main, ["report", *words, "--data", str(world.data)])


def as_json(world: World, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(world, "--format", "json", *words).stdout)
    return found


def as_csv(world: World) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told(world, "--format", "csv").stdout)))


def test_text_fits_a_terminal_of_eighty_columns_and_is_plain_in_a_pipe(firm: World) -> None:
    said = told(firm)

    assert said.exit_code == 0, said.output
    assert max(map(len, said.stdout.splitlines())) <= 80
    assert "\x1b" not in said.stdout
    for part in ("2025-W43 to 2026-W02", "How far people get", "It is too dear", "=Prices first", "Rita Rep"):
        assert part in said.stdout


def test_json_has_the_same_numbers_at_any_time_of_a_week(firm: World) -> None:
    before = told(firm, "--format", "json").stdout
    firm.clock.move_to(firm.clock.now() + timedelta(days=2))

    assert told(firm, "--format", "json").stdout == before
    places = json.loads(before)["funnels"][0]["reached"]
    assert {place["what"]: place["share"]["count"] for place in places}["confirmed"] == 1


def test_csv_has_one_tidy_row_for_each_number(firm: World) -> None:
    rows = as_csv(firm)

    assert [*rows[0]] == ["section", "name", "metric", "value", "low", "high"]
    found = {(row["section"], row["name"], row["metric"]): row["value"] for row in rows}
    assert found["funnel", "confirmed", "people"] == "1"
    assert found["objections", "objection/too-dear", "named"] == "1"
    assert found["money", "per-lead", "cost: cents"].isdigit()


def test_no_cell_of_the_csv_is_a_formula(firm: World) -> None:
    cells = [cell for row in as_csv(firm) for cell in row.values()]

    assert "'=Prices first" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_html_stands_alone_in_one_file(firm: World) -> None:
    page = told(firm, "--format", "html").stdout

    assert page.startswith("<!doctype html>")
    assert not [part for part in ("<script", "<link", "src=", "url(", "<form", 'href="/') if part in page]
    assert "Prices first" in page


def test_weeks_until_and_against_are_as_asked(firm: World) -> None:
    found = as_json(firm, "--weeks", "2", "--against", "5", "--until", "2026-W01")

    assert found["period"] == {"first": "2025-W52", "last": "2026-W01"}
    assert found["before"] == {"first": "2025-W47", "last": "2025-W51"}


def test_a_week_that_there_is_not_is_wrong_usage(firm: World) -> None:
    said = told(firm, "--until", "2025-W53")

    assert said.exit_code == 2
    assert "a week is written as 2026-W03" in said.stderr


def test_a_firm_without_anybody_is_told_so(world: World) -> None:
    (world.data / "bundle").symlink_to(world.bundle)

    assert "Nobody has come in these weeks yet." in told(world).stdout


def test_rebuild_puts_right_what_is_wrong_and_says_so(firm: World) -> None:
    week = week_of(firm.clock.now())
    firm.services.store.add_to_totals({f"{week}|site|won": 3})
    wrong, said = as_json(firm), told(firm, "--rebuild", "--format", "json")

    assert [found["funnels"][0]["reached"][-1]["share"]["count"] for found in (wrong, json.loads(said.stdout))] == [
        3,
        0,
    ]
    assert "1 lead counted. Put right: 0 leads, 1 total." in said.stderr
    assert "Put right: 0 leads, 0 totals." in told(firm, "--rebuild").stderr
