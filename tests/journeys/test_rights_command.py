"""An operator exports or erases one person on the command line, while everything runs."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.journeys.test_leads_command import told
from tests.world import ANNA, SETTINGS, World


@pytest.fixture
def data(world: World) -> Path:
    """An installation with its own secrets and its bundle, in which Anna has confirmed."""
    secret = {"token_keys": SETTINGS.token_keys, "lead_key": SETTINGS.lead_key.hex()}
    (world.data / "secrets.json").write_bytes(msgspec.json.encode(secret))
    (world.data / "bundle").symlink_to(world.bundle)
    world.confirmed(name="Anna Nowak")
    return world.data


@pytest.mark.parametrize("by", ["id", "email"])
def test_one_lead_is_exported_as_json(world: World, data: Path, by: str) -> None:
    who = ["--lead", world.id_of()] if by == "id" else ["--email", "Anna.Nowak@EXAMPLE.com"]

    said = told(world, "export", *who)

    assert said.exit_code == 0
    assert json.loads(said.stdout)["forms"][0]["said"]["name"] == "Anna Nowak"


def test_one_lead_is_exported_as_a_page_for_its_owner_alone(world: World, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "anna.html"

    said = told(world, "export", "--email", ANNA, "--format", "html", "-o", str(page))

    assert said.exit_code == 0
    assert "Anna Nowak" in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("by", ["id", "email"])
def test_a_lead_is_erased_and_it_is_said_what_remains(world: World, data: Path, by: str) -> None:
    said = told(world, "erase", *([world.id_of()] if by == "id" else ["--email", ANNA]), "--yes")

    assert (said.exit_code, said.stderr) == (0, "")
    assert "mails that have left" in said.stdout
    assert world.services.store.lead(world.id_of()) is None
    assert world.mails(ANNA) == []


def test_a_program_is_told_that_it_is_done(world: World, data: Path) -> None:
    said = told(world, "erase", world.id_of(), "--yes", "--json")

    assert json.loads(said.stdout) == {"id": world.id_of(), "erased": True}


def test_nobody_is_erased_without_a_word(world: World, data: Path) -> None:
    said = told(world, "erase", world.id_of())

    assert said.exit_code == 2
    assert world.lead().stops == ()


@pytest.mark.parametrize(
    "words",
    [
        ("erase", "--email", "nobody@example.com", "--yes"),
        ("erase", "nobody", "--yes"),
        ("export", "--email", "nobody@example.com"),
        ("export", "--lead", "nobody", "--format", "html"),
    ],
)
def test_who_is_not_there_is_said_not_to_be(world: World, data: Path, words: tuple[str, ...]) -> None:
    said = told(world, *words)

    assert said.exit_code == 1
    assert "There is nobody of that name here." in said.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("erase", "--yes"),
        ("erase", "x", "--email", ANNA, "--yes"),
        ("export", "--lead", "x", "--email", ANNA),
        ("export", "--lead", "x", "--format", "csv"),
        ("export", "--format", "json"),
    ],
)
def test_who_is_meant_has_to_be_clear(world: World, data: Path, words: tuple[str, ...]) -> None:
    assert told(world, *words).exit_code == 2


def test_a_running_server_that_tells_other_systems_goes_first(
    world: World, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "webhook-secret").write_text("whsec_eA==")
    served: list[str] = []

    def the_server(seconds: float) -> None:
        served.append(f"{seconds}")
        world.advance("1 minute")

    monkeypatch.setattr("leadlight.cli.erasing.time.sleep", the_server)
    said = told(world, "erase", world.id_of(), "--yes")

    assert (said.exit_code, said.stderr, len(served)) == (0, "", 1)
    assert world.services.store.lead(world.id_of()) is None


def test_it_is_said_that_nobody_tells_other_systems(world: World, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "webhook-secret").write_text("whsec_eA==")
    monkeypatch.setattr("leadlight.cli.erasing.time.sleep", lambda _: None)

    said = told(world, "erase", world.id_of(), "--yes")

    assert "other systems are not told" in said.stderr
    assert world.services.store.lead(world.id_of()) is None
