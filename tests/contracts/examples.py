"""Small true-to-life objects for the contract suites, at a fixed point in time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

from leadlight.model.due import Due, DueKind, LedgerEntry
from leadlight.model.exchange import Budget, SealingKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, Consent, GateId, LeadId, Promise, Purpose
from leadlight.model.touch import Touch, TouchKind
from leadlight.ports import Keys, Store
from leadlight.vault import lead_id, seal

NOW = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GATE = GateId("tutorials/zero-trust")
ADDRESS = "anna.nowak@example.com"
PROMISE = Promise(mails=4, days=21, channels=("mail",), purpose="follow-up", sequence="zero-trust", version="a1b2c3")
CONSENT = Consent((Purpose.CONTENT, Purpose.FOLLOW_UP), wording="f00d" * 8, promise=PROMISE, at=NOW, how="form")

_numbers = count(os.getpid() << 32)  # processes that work side by side do not repeat each other


class Place(Protocol):
    """Where one backend keeps its data during one test."""

    def store(self) -> Store:
        """A new object on the same data, as after a restart."""

    def keys(self) -> Keys:
        """The keys that belong to the store."""

    def at_rest(self) -> bytes:
        """Everything stored, as a thief of the disks would find it; not the keys."""


@dataclass(frozen=True)
class Submit:
    """Everything that one submit of a form stores."""

    capture: Capture
    key: SealingKey
    touch: Touch
    lead: Lead
    due: Sequence[Due] = ()
    budgets: Sequence[Budget] = ()

    def into(self, store: Store) -> Lead:
        """Stores it and returns the lead as it is then."""
        store.capture(self.capture, key=self.key, touch=self.touch, due=self.due, budgets=self.budgets, lead=self.lead)
        lead = store.lead(self.lead.id)
        assert lead is not None
        return lead

    def within(self, *budgets: Budget) -> Submit:
        """The same, counted by these budgets."""
        return replace(self, budgets=budgets)


def key() -> SealingKey:
    """A key of its own, as `Keys.fresh` would give."""
    number = next(_numbers)
    return SealingKey(f"key{number:029d}", number.to_bytes(32))


def someone() -> str:
    """An address that no other test uses."""
    return f"visitor{next(_numbers)}@example.com"


def submit(address: str = "", *, at: datetime = NOW, key: SealingKey | None = None, name: str = "") -> Submit:
    """One submit, with the opt-in mail due at once. It has the id of its key unless it has a `name`."""
    address = address or someone()
    lead, secret = lead_id(address, b"lead key for tests, 32 bytes long"), key or _key()
    capture = Capture(
        CaptureId(name or secret.id), lead, 1, GATE, at,
        seal({"email": address, "first_name": "Anna"}, key_id=secret.id, secret=secret.secret, owner=lead),
        CONSENT, "en", campaign={"source": "newsletter"},
    )  # fmt: skip
    touch = Touch(capture.id, lead, TouchKind.CAPTURED, at, gate=GATE, facts={"capture": capture.id})
    return Submit(capture, secret, touch, Lead(lead, created_at=at), due=(due(lead, f"optin/{capture.id}", at=at),))


def touch(lead: LeadId, name: str = "", *, at: datetime = NOW) -> Touch:
    """A fact without personal fields."""
    return Touch(name or f"t{next(_numbers)}", lead, TouchKind.READ, at, gate=GATE, facts={"page": GATE})


def due(
    lead: LeadId, ref: str = "zero-trust@a1/02-company", *, at: datetime = NOW, captures: tuple[CaptureId, ...] = ()
) -> Due:
    """Something to do for the lead."""
    return Due(lead, 1, DueKind.STEP, ref, at, captures)


def budget(limit: int, name: str = "") -> Budget:
    """A counter for the hour from `NOW`."""
    return Budget(name or f"network/{next(_numbers)}/2026-01-05T08", limit, NOW + HOUR)


def claim(
    store: Store, row: Due, lead: Lead, owner: str = "worker-1", *, now: datetime = NOW, may_repeat: bool = False
) -> LedgerEntry:
    """Claims with a lease of one hour."""
    return store.claim(row, lead=lead, owner=owner, now=now, lease_until=now + HOUR, may_repeat=may_repeat)


_key = key
