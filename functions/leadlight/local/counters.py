"""The part of the local store that counts in windows: how often something happened, against a limit or without one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from leadlight.local.database import micros
from leadlight.model.exchange import Budget

SWEPT = 20  # expired counters removed with each capture: more than one capture adds
NO_LIMIT = 2**62


def increase(db: sqlite3.Connection, budget: Budget) -> bool:
    """Adds one to a counter that is below its limit; False if it is not."""
    cursor = db.execute(
        "INSERT INTO counter SELECT ?1, 1, ?2 WHERE ?3 > 0 ON CONFLICT (key) DO UPDATE SET n = n + 1 WHERE n < ?3",
        (budget.key, micros(budget.expires_at), budget.limit),
    )
    return cursor.rowcount == 1


def increase_all(db: sqlite3.Connection, budgets: Iterable[Budget]) -> None:
    """Adds one to each of these counters, whatever their limits."""
    for budget in budgets:
        increase(db, replace(budget, limit=NO_LIMIT))


def stored(db: sqlite3.Connection, keys: Sequence[str]) -> Mapping[str, int]:
    """How far those of these counters have come that there are."""
    named = msgspec.json.encode(keys).decode()
    return dict(db.execute("SELECT key, n FROM counter WHERE key IN (SELECT value FROM json_each(?))", (named,)))


def sweep(db: sqlite3.Connection, now: datetime) -> None:
    """Removes a few counters whose window is over."""
    db.execute(
        "DELETE FROM counter WHERE key IN (SELECT key FROM counter WHERE expires_at < ? ORDER BY expires_at LIMIT ?)",
        (micros(now), SWEPT),
    )
