"""What is left of a lead in the local store's file after it was erased? Called by `leadlight.local.store`.

Nothing but a number: how often that id has begun. So whoever comes again is somebody else than their old links name;
also who came again while the old one was being erased.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from leadlight.local.rows import add_captures, add_touches, come, put_due
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId


def remove(db: sqlite3.Connection, lead: Lead, *, but: str) -> None:
    """Deletes every row of the lead but that due row. Keys that were used stay used, by nobody."""
    db.execute("DELETE FROM capture WHERE lead_id = ?", (lead.id,))
    db.execute("DELETE FROM touch WHERE lead_id = ?", (lead.id,))
    db.execute("DELETE FROM due WHERE lead_id = ? AND key <> ?", (lead.id, but))
    db.execute("DELETE FROM ledger WHERE lead_id = ?", (lead.id,))
    db.execute("DELETE FROM counter WHERE instr(key, ?)", (lead.id,))
    db.execute("UPDATE used_key SET lead_id = '' WHERE lead_id = ?", (lead.id,))
    db.execute("DELETE FROM lead WHERE id = ?", (lead.id,))
    outlive(db, lead.id, lead.generation)


def begin(db: sqlite3.Connection, anew: Change) -> None:
    """Writes who has come meanwhile. Their touches come by on the feed once more, as those of the new one."""
    come(db, replace(anew.lead, revision=anew.lead.revision + 1))
    add_captures(db, anew.captures)
    add_touches(db, anew.touches)
    put_due(db, anew.due)


def outlive(db: sqlite3.Connection, lead_id: LeadId, generation: int) -> None:
    """The next one of that id is of a greater generation than this."""
    greatest = "ON CONFLICT (lead_id) DO UPDATE SET generation = MAX(generation, excluded.generation)"
    db.execute(f"INSERT INTO erased VALUES (?, ?) {greatest}", (lead_id, generation))  # noqa: S608 a constant


def next_generation(db: sqlite3.Connection, lead: Lead) -> int:
    """Of which generation a new lead of that id is."""
    past = db.execute("SELECT generation FROM erased WHERE lead_id = ?", (lead.id,)).fetchone()
    return int(past[0]) + 1 if past else lead.generation
