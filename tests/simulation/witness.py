"""Sees what really reaches the store and the carrier, below all trouble, and notes what must never happen there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadlight.model.due import Due, DueKind, LedgerEntry
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.ports import Store


class Witness:
    """Stands right in front of the store: a claim or a commit seen here has happened."""

    def __init__(self, store: Store) -> None:
        self.store: Store = Watched(store, self)  # type: ignore[assignment]  # passes on every other method as it is
        self._inner = store
        self.violations: list[str] = []

    def claimed(self, due: Due, entry: LedgerEntry) -> None:
        """P3: at the moment of a claim, no stop is stored, nor a hold or a pause, and consent is."""
        if due.kind is not DueKind.STEP:
            return
        lead = self._inner.lead(due.lead_id)
        assert lead is not None
        if lead.stops or lead.hold or lead.pause:
            self.violations.append(f"P3 {entry.key} was claimed after {(lead.stops, lead.hold, lead.pause)}")

    def committed(self, before: Lead | None, after: Lead) -> None:
        """What was confirmed stays confirmed, and what was opened stays open, whatever anybody sends."""
        if before is None:
            return
        if set(before.confirmed) - set(after.confirmed) or (before.confirmed_at and not after.confirmed_at):
            self.violations.append(f"P6 {after.id} is less confirmed than before")
        if set(before.grants) - set(after.grants):
            self.violations.append(f"P6 {after.id} has lost what was opened")


class Watched:
    """A store that tells the witness."""

    def __init__(self, store: Store, witness: Witness) -> None:
        self._store, self._witness = store, witness

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._store, name)
        setattr(self, name, method)  # the next time it is there
        return method

    def claim(self, due: Due, **options: Any) -> LedgerEntry:
        entry = self._store.claim(due, **options)
        self._witness.claimed(due, entry)
        return entry

    def commit(self, change: Change) -> Lead:
        before = self._store.lead(change.lead.id)
        after = self._store.commit(change)
        self._witness.committed(before, after)
        return after
