"""Suppliers' lists for tests, and an installation that the command line finds and the world knows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result
from tests.world import SETTINGS, World

from leadlight.cli import main
from leadlight.local.clock import OFFSET


def installed(world: World) -> None:
    """The command line finds the bundle, and the secrets by which the world names its leads."""
    (world.data / "bundle").symlink_to(world.bundle)
    secret = {"token_keys": SETTINGS.token_keys, "lead_key": SETTINGS.lead_key.hex()}
    (world.data / "secrets.json").write_bytes(msgspec.json.encode(secret))


def run(world: World, *words: str) -> Result:
    """What `leadlight leads …` says, by the world's own clock."""
    offset = world.clock.now() - datetime.now(UTC)
    world.services.store.set_note(OFFSET, str(offset.total_seconds()))
    return CliRunner().invoke(main, ["leads", *words, "--data", str(world.data)])


def listed(world: World, text: str | bytes, *words: str, source: str = "fair") -> Result:
    """The import of a list with that text."""
    path = world.data / "list.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return run(world, "import", str(path), "--source", source, "--basis", "legitimate-interest", *words)


def long_list(path: Path, rows: int, *, bad_every: int = 0) -> Path:
    """A list of that many people; each so many-th row lacks its address."""
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,company,country,notes\n")
        for number in range(rows):
            bad = bad_every and number % bad_every == bad_every - 1
            address = "nobody" if bad else f"p{number}@firm{number // 3}.example"
            file.write(f'{address},Person {number},"Firm {number // 3}, Ltd",DE,"met at the fair, stand {number}"\n')
    return path
