"""A fresh account for each test, in a folder of its own, and small packages in place of real ones."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.publish.account import Cloud, cloud

from leadlight.publish.package import Packed

SMALL = Path(__file__).parents[1] / "site" / "small"


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's repository, and we are in it."""
    shutil.copytree(SMALL, tmp_path / "repository")
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def small_packages(out: Path) -> tuple[Packed, ...]:
    """As `package` leaves them, without the seconds that wheels take."""
    out.mkdir(parents=True, exist_ok=True)
    names = ("on_change", "on_due", "on_mail_event", "on_rep_request", "on_tick", "on_visitor_request")
    return tuple(_packed(out / f"{name}.zip") for name in names)


def _packed(path: Path) -> Packed:
    path.write_bytes(path.name.encode())
    return Packed(path.stem, path, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, 1, (), ())
