"""All leads as a table for other tools: whole, on this machine, and nothing in it runs."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import msgspec
import pytest
from tests.journeys.lists import installed, listed, run
from tests.world import ANNA, World

from leadlight.exports import COLUMNS
from leadlight.model.lead import Stage
from leadlight.profile import profile_of

EVIL = {
    "name": '=HYPERLINK("http://evil.example","click")',
    "company": "@SUM(1+1)*cmd|' /C calc'!A0",
    "about": "-2+3;=1+1\n=cmd",
    "phone": "+44 20 7946 0999",
}  # fmt: skip


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def anna(world: World) -> World:
    """A reader whose answers are formulas."""
    installed(world)
    world.confirmed(**EVIL)
    return world


def test_each_lead_is_a_row_with_what_is_known_and_agreed(anna: World) -> None:
    (row,) = table(run(anna, "export").stdout)

    assert list(row) == list(COLUMNS)
    assert (row["email"], row["owner"], row["stage"], row["legal_basis"]) == (ANNA, "rita", "lead", "consent")
    assert row["purposes"] == "content follow-up"
    assert row["created_at"] == "2026-01-05T10:00:00Z"


def test_no_cell_is_a_formula_names_and_numbers_included(anna: World) -> None:
    text = run(anna, "export").stdout

    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "-", "@", "\t", "\r"} and cell] == []
    assert table(text)[0]["phone"] == "'+44 20 7946 0999"


def test_an_address_that_is_a_formula_is_text(world: World) -> None:
    installed(world)
    world.browser().ask_for(address="=cmd|'/C'!a0@example.com")

    assert table(run(world, "export").stdout)[0]["email"].startswith("'=")


def test_no_cell_falls_apart_where_another_separator_is_usual(anna: World) -> None:
    text = run(anna, "export").stdout

    assert all(cell.startswith('"') for cell in text.split("\r\n")[0].split(","))
    assert '"about: -2+3;=1+1\n=cmd"' in text


def test_json_lines_hold_the_same_as_it_is(anna: World) -> None:
    (line,) = run(anna, "export", "--format", "jsonl").stdout.splitlines()

    lead = msgspec.json.decode(line)
    assert list(lead) == list(COLUMNS)
    assert (lead["name"], lead["answers"]) == (EVIL["name"], {"about": EVIL["about"]})


def test_what_was_exported_can_be_taken_in_elsewhere_as_it_was(anna: World) -> None:
    (row,) = table(run(anna, "export").stdout)
    wanted = {name: row[name] for name in ("email", "name", "company", "phone")}
    out = io.StringIO()
    writer = csv.DictWriter(out, wanted)
    writer.writeheader()
    writer.writerow({**wanted, "email": "bob@example.com"})

    assert listed(anna, out.getvalue(), "--yes").exit_code == 0

    fields = profile_of(anna.services, anna.lead("bob@example.com")).fields
    assert (fields["name"], fields["phone"]) == (EVIL["name"], EVIL["phone"])


def test_only_those_of_a_stage_and_an_owner_where_that_is_asked_for(anna: World) -> None:
    listed(anna, "email\nbob@example.com\n", "--yes")
    rep = anna.taken()
    anna.log(rep, why_not="lost")
    assert anna.lead().stage is Stage.LOST

    assert [row["email"] for row in table(run(anna, "export", "--stage", "lost").stdout)] == [ANNA]
    assert len(table(run(anna, "export", "--owner", "rita").stdout)) == 2
    assert table(run(anna, "export", "--owner", "mark").stdout) == []


def test_it_says_that_it_holds_personal_data_beside_it_and_not_in_it(anna: World) -> None:
    said = run(anna, "export")

    assert "personal data" in said.stderr
    assert "personal data" not in said.stdout


def test_a_file_is_readable_by_its_owner_alone(anna: World, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.touch(mode=0o644)

    assert run(anna, "export", "-o", str(path)).exit_code == 0

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ANNA in path.read_text("utf-8-sig")


def test_who_has_not_confirmed_is_there_and_shows_it(world: World) -> None:
    installed(world)
    world.browser().ask_for(name="Anna")

    (row,) = table(run(world, "export").stdout)

    assert (row["name"], row["confirmed_at"], row["owner"]) == ("Anna", "", "")


def test_nobody_has_consented_to_anything_before_they_confirm_it(world: World) -> None:
    installed(world)
    listed(world, "email,phone\nanna.nowak@example.com,+44 20 7946 0999\n", "--yes")
    world.browser().ask_for(name="Anna")
    world.browser().ask_for(address="bob@example.com", phone="+44 20 7946 0998", call="no")

    rows = {row["email"]: row for row in table(run(world, "export").stdout)}

    assert rows[ANNA]["legal_basis"] == "legitimate-interest"
    assert (rows["bob@example.com"]["legal_basis"], rows["bob@example.com"]["phone"]) == ("", "")
    assert rows["bob@example.com"]["call"] == "Please don't call"


def test_who_was_erased_is_a_row_without_a_person(anna: World) -> None:
    keys = [capture.sealed.key_id for capture in anna.services.store.captures(anna.id_of())]
    anna.services.keys.shred(keys)

    (row,) = table(run(anna, "export").stdout)

    assert (row["email"], row["name"], row["readable"]) == ("", "", "no")
