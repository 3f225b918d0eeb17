"""A fresh account for each test, in a folder of its own, and small packages in place of real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.publish.account import Cloud, cloud

from leadlight.gate.config import build_here
from leadlight.publish.package import Packed

SOURCES = {
    "mkdocs.yml": """
site_name: Small
theme: {name: null, custom_dir: theme}
exclude_docs: /playbook/
plugins: [leadlight]
""",
    "theme/main.html": "<html><head><title>{{ page.title }}</title></head><body>{{ page.content }}</body></html>",
    "docs/index.md": "# Home\n\nWelcome.\n",
    "docs/about.md": "# About\n\nUs.\n",
    "docs/guide.md": "---\ntitle: Guide\ngate: {unlock: email}\n---\n\nOpen.\n\n<!-- more -->\n\nWithheld for now.\n",
    "docs/logo.svg": "<svg/>",
}
"""A site without a theme worth the time."""


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's repository, and we are in it. MkDocs runs right here: to start it takes a second, each time."""
    monkeypatch.setattr("leadlight.gate.build._run", build_here)
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small_packages(out: Path) -> tuple[Packed, ...]:
    """As `package` leaves them, without the seconds that wheels take."""
    out.mkdir(parents=True, exist_ok=True)
    names = ("on_change", "on_due", "on_mail_event", "on_rep_request", "on_tick", "on_visitor_request")
    return tuple(_packed(out / f"{name}.zip") for name in names)


def _packed(path: Path) -> Packed:
    path.write_bytes(path.name.encode())
    return Packed(path.stem, path, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, 1, (), ())
