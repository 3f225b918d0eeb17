"""The figures of leads and the totals in the local store's file. Called by `leadlight.local.store`.

A total is one row, so that a report reads a range of weeks by the table's own key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from leadlight.errors import Conflict
from leadlight.model.figures import Figures, difference
from leadlight.model.person import LeadId

AFTER = "}"
"""Stands behind the `|` that ends a week in a cell's name, and before nothing else that may follow one."""


def stored(db: sqlite3.Connection, lead_id: LeadId) -> Figures | None:
    """The lead's figures."""
    row = db.execute("SELECT lead_id, doc, revision FROM figures WHERE lead_id = ?", (lead_id,)).fetchone()
    return figures_in(row) if row else None


def page(db: sqlite3.Connection, behind: str, limit: int) -> list[Figures]:
    """So many leads' figures, those of the leads that come behind that one."""
    query = "SELECT lead_id, doc, revision FROM figures WHERE lead_id > ? ORDER BY lead_id LIMIT ?"
    return [figures_in(row) for row in db.execute(query, (behind, limit)).fetchall()]


def keep(db: sqlite3.Connection, figures: Figures, before: Figures | None) -> Figures:
    """The new figures in the place of those, and the difference in the totals."""
    before = before or Figures(figures.lead_id)
    new = replace(before, cells=figures.cells, revision=before.revision + 1)
    found = stored(db, figures.lead_id) or Figures(figures.lead_id)
    if found == new:
        return found
    if found.revision != before.revision:
        raise Conflict
    change = difference(before, figures.cells)
    if not change:
        return before
    doc = msgspec.json.encode(figures.cells).decode()
    db.execute("REPLACE INTO figures VALUES (?, ?, ?)", (new.lead_id, new.revision, doc))
    add(db, change)
    return new


def rekey(db: sqlite3.Connection, lead_id: LeadId, to: LeadId) -> bool:
    """Whether there was something to give another name."""
    return db.execute("UPDATE figures SET lead_id = ? WHERE lead_id = ?", (to, lead_id)).rowcount == 1


def totals(db: sqlite3.Connection, since_week: str, until_week: str) -> Mapping[str, int]:
    """The sums of these weeks."""
    query = "SELECT cell, n FROM total WHERE cell >= ? AND cell < ? AND n <> 0"
    return dict(db.execute(query, (since_week, until_week + AFTER)).fetchall())


def add(db: sqlite3.Connection, cells: Mapping[str, int]) -> None:
    """Adds to the sums."""
    upsert = "INSERT INTO total VALUES (?, ?) ON CONFLICT (cell) DO UPDATE SET n = n + excluded.n"
    db.executemany(upsert, cells.items())


def figures_in(row: tuple[str, str, int]) -> Figures:
    """The figures of one row."""
    lead_id, doc, revision = row
    return Figures(LeadId(lead_id), msgspec.json.decode(doc, type=dict[str, int]), revision)
