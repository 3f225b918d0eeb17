"""Which conversations does a change of content touch, and how many leads are in them? Called by `plan --against`."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.lead import Lead
from leadlight.playbook.changes import Changed, changes
from leadlight.playbook.source import load


@dataclass(frozen=True, slots=True)
class Change:
    """A sequence that is not what it was. `leads` are in flight; None where nobody named an installation."""

    changed: Changed
    leads: int | None

    @property
    def in_flight(self) -> str:
        """What becomes of them, in words; empty where nobody counted."""
        return self.changed.in_flight(self.leads) if self.leads is not None else ""


def changes_since(
    revision: str, playbook_dir: Path, *, language: str, leads: Iterable[Lead] | None = None
) -> tuple[Change, ...]:
    """What differs between the playbook of that git revision and the folder as it is. Raises `BadPlaybook`."""
    with tempfile.TemporaryDirectory(prefix="leadlight-") as folder:
        before = load(_checked_out(playbook_dir, revision, Path(folder)), language=language).sequences
    found = changes(before, load(playbook_dir, language=language).sequences)
    if leads is None:
        return tuple(Change(one, None) for one in found)
    flying = Counter((e.sequence, e.version) for lead in leads for e in lead.enrolments if not e.ended)
    return tuple(Change(one, _elsewhere(flying, one)) for one in found)


def _elsewhere(flying: Counter[tuple[str, str]], changed: Changed) -> int:
    """Leads in that sequence, but not in the version that it has now."""
    return sum(n for (name, version), n in flying.items() if name == changed.sequence and version != changed.after)


def _checked_out(folder: Path, revision: str, into: Path) -> Path:
    """The playbook as it was at that revision. A revision without one gives an empty folder: everything is new."""
    known = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if known.returncode:
        message = f"git knows no revision `{revision}` here; name a branch, a tag or a commit, such as `main`"
        raise BadPlaybook([Problem(str(folder), 0, message)])
    packed = _git(folder, "archive", "--format=tar", known.stdout.decode().strip(), ".")
    if packed.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(into, filter="data")
    return into


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # the user's own git, no shell
