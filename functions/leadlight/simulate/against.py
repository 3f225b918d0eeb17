"""Which conversations does a change of content touch, and how many leads are in them? Called by `plan --against`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leadlight.model.lead import Lead
from leadlight.model.sequence import Sequence
from leadlight.playbook.changes import Changed, changes
from leadlight.playbook.revision import checked_out
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
    with checked_out(playbook_dir, revision) as folder:
        before = load(folder, language=language).sequences
    return changes_between(before, load(playbook_dir, language=language).sequences, leads=leads)


def changes_between(
    before: Mapping[str, Sequence], after: Mapping[str, Sequence], *, leads: Iterable[Lead] | None = None
) -> tuple[Change, ...]:
    """The sequences that differ, by name, with the leads in them if somebody counts those."""
    found = changes(before, after)
    if leads is None:
        return tuple(Change(one, None) for one in found)
    flying = Counter((e.sequence, e.version) for lead in leads for e in lead.enrolments if not e.ended)
    return tuple(Change(one, _elsewhere(flying, one)) for one in found)


def _elsewhere(flying: Counter[tuple[str, str]], changed: Changed) -> int:
    """Leads in that sequence, but not in the version that it has now."""
    return sum(n for (name, version), n in flying.items() if name == changed.sequence and version != changed.after)
