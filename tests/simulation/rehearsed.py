"""Rehearsals for tests: a persona file as a marketer writes it, played on a copy of a compiled playbook."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest
from tests.world_site import FILES

from leadlight.gate.lean import compile_lean
from leadlight.local.files import LocalFiles
from leadlight.local.mailer import Carried
from leadlight.playbook.bundle import open_bundle
from leadlight.simulate.browser import is_follow_up
from leadlight.simulate.invariants import Observed
from leadlight.simulate.persona import read_story
from leadlight.simulate.rehearsal import Rehearsal, rehearse
from leadlight.simulate.timeline import Entry

MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
_numbers = count()


_made: list[Path] = []


def project_in(factory: pytest.TempPathFactory) -> Path:
    """The test world's sources with their bundle beside them, made once per process."""
    if not _made:
        _made.append(factory.mktemp("rehearsal"))
        compiled(_made[0])
    return _made[0]


def compiled(root: Path) -> Path:
    """The project of the test world, compiled without a site; returns its bundle."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    compile_lean(root / "mkdocs.yml", root / "bundle")
    return root / "bundle"


@dataclass(frozen=True)
class Played:
    """A rehearsal of one lead, as tests ask about it."""

    rehearsal: Rehearsal

    @property
    def seen(self) -> Observed:
        seen = self.rehearsal.cast[0].observed
        assert seen is not None
        return seen

    @property
    def follow_ups(self) -> list[str]:
        """`05 Jan 09:00 01-hello`, of each."""
        mails = [mail for mail in self.rehearsal.mails if is_follow_up(mail)]
        return [f"{mail.at:%d %b %H:%M} {mail.tag.rpartition('/')[2]}" for mail in mails]

    @property
    def steps(self) -> list[str]:
        """The slugs of the follow-ups that went out."""
        return [line.split()[-1] for line in self.follow_ups]

    def entries(self, what: str) -> list[Entry]:
        return [entry for entry in self.rehearsal.timeline if entry.what == what]

    def whats(self) -> set[str]:
        return {entry.what for entry in self.rehearsal.timeline}

    def mails_to_team(self) -> list[Carried]:
        return [mail for mail in self.rehearsal.mails if "glass.example" in str(mail.message["To"])]


class Theatre:
    """Plays persona files in a folder of its own."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project, self.folder = project, folder

    def persona(self, **lines: object) -> Path:
        """A persona file; JSON is YAML."""
        path = self.folder / f"persona-{next(_numbers)}.yml"
        path.write_bytes(msgspec.json.encode({"opens": "guides/mail", **lines}))
        return path

    def bundle(self) -> Path:
        """A copy of the bundle, to be changed."""
        folder = self.folder / f"bundle-{next(_numbers)}"
        shutil.copytree(self.project / "bundle", folder)
        return folder

    def play(
        self, days: int = 30, *, seed: int = 0, hostile: bool = False, start: datetime = MONDAY, **lines: object
    ) -> Played:
        bundle = self.bundle()
        story = read_story(self.persona(**lines), open_bundle(LocalFiles(bundle)).manifest, opens=None)
        played = rehearse(
            bundle,
            story,
            start=start,
            until=start + timedelta(days=days),
            seed=seed,
            is_hostile=hostile,
            deploy=lambda playbook, into: compile_lean(self.project / "mkdocs.yml", into, playbook_dir=playbook),
        )
        assert played.violations == ()
        return Played(played)
