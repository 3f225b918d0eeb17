"""How do documents lie in the rows of the local store? Called by `leadlight.local.store`, within its transactions."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from leadlight.errors import Conflict, LeaseLost
from leadlight.local.database import micros
from leadlight.model.due import Due, LedgerEntry, LedgerState
from leadlight.model.exchange import SealingKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, LeadId
from leadlight.model.touch import Touch

logger = logging.getLogger("leadlight")

Doc = TypeVar("Doc", Capture, Due, Lead, LedgerEntry, Touch)


def packed(document: Capture | Due | Lead | LedgerEntry | Touch) -> str:
    """The document as JSON."""
    return msgspec.json.encode(document).decode()


def unpacked(text: str, kind: type[Doc]) -> Doc:
    """The document again."""
    return msgspec.json.decode(text, type=kind)


def readable(rows: Iterable[tuple[Any, str]], kind: type[Doc]) -> tuple[Doc, ...]:
    """The documents of named rows. One that cannot be read is left where it is and logged: it must stop no other."""
    found: list[Doc] = []
    for name, doc in rows:
        try:
            found.append(unpacked(doc, kind))
        except msgspec.MsgspecError:
            logger.exception("row.unreadable %s %s", kind.__name__, name)
    return tuple(found)


def come(db: sqlite3.Connection, lead: Lead) -> None:
    """Writes a lead that is not there yet. One that is stays as it is, and its row is written all the same: the time
    of a write, 0.01 ms, is enough to tell who is known here."""
    db.execute(
        "INSERT INTO lead VALUES (?, ?, '', ?) ON CONFLICT (id) DO UPDATE SET revision = lead.revision",
        (lead.id, lead.revision, packed(lead)),
    )


def use_keys(db: sqlite3.Connection, lead_id: LeadId, keys: Iterable[SealingKey]) -> None:
    """Notes for ever that these keys have sealed something; one that has already is a `Conflict`."""
    db.executemany("INSERT INTO used_key VALUES (?, ?)", [(key.id, lead_id) for key in keys])


def add_captures(db: sqlite3.Connection, captures: Iterable[Capture]) -> None:
    """Writes captures of new ids; one that is there is a `Conflict`."""
    db.executemany(
        "INSERT INTO capture (id, lead_id, at, key_id, doc) VALUES (?, ?, ?, ?, ?)",
        [(each.id, each.lead_id, micros(each.at), each.sealed.key_id, packed(each)) for each in captures],
    )


def add_touches(db: sqlite3.Connection, touches: Iterable[Touch]) -> None:
    """Puts touches on the timeline and, by the same row, on the feed."""
    db.executemany(
        "INSERT INTO touch (lead_id, id, at, doc) VALUES (?, ?, ?, ?)",
        [(touch.lead_id, touch.id, micros(touch.at), packed(touch)) for touch in touches],
    )


def put_due(db: sqlite3.Connection, rows: Iterable[Due]) -> None:
    """Writes due rows; one of the same lead and key is moved."""
    db.executemany(
        "REPLACE INTO due VALUES (?, ?, ?, ?)", [(row.lead_id, row.key, micros(row.at), packed(row)) for row in rows]
    )


def stored_due(db: sqlite3.Connection, due: Due) -> Due | None:
    """The row under that lead and key as it is now."""
    row = db.execute("SELECT doc FROM due WHERE lead_id = ? AND key = ?", (due.lead_id, due.key)).fetchone()
    return unpacked(row[0], Due) if row else None


def stored_entry(db: sqlite3.Connection, lead_id: LeadId, key: str) -> LedgerEntry | None:
    """The ledger entry under that key."""
    row = db.execute("SELECT doc FROM ledger WHERE lead_id = ? AND key = ?", (lead_id, key)).fetchone()
    return unpacked(row[0], LedgerEntry) if row else None


def put_entry(db: sqlite3.Connection, entry: LedgerEntry) -> None:
    """Writes the entry over any other of its key."""
    db.execute("REPLACE INTO ledger VALUES (?, ?, ?)", (entry.lead_id, entry.key, packed(entry)))


def settle(db: sqlite3.Connection, entry: LedgerEntry) -> None:
    """Replaces an entry that its owner still holds."""
    held = stored_entry(db, entry.lead_id, entry.key)
    if not held or held.state is not LedgerState.CLAIMED or held.owner != entry.owner:
        raise LeaseLost
    put_entry(db, entry)


def resolve(db: sqlite3.Connection, entry: LedgerEntry) -> None:
    """Replaces an entry that is parked."""
    left = stored_entry(db, entry.lead_id, entry.key)
    if not left or left.state is not LedgerState.PARKED:
        raise LeaseLost
    put_entry(db, entry)


def mark_captures(
    db: sqlite3.Connection,
    lead_id: LeadId,
    *,
    confirm: Mapping[CaptureId, datetime],
    code_sent: Mapping[CaptureId, datetime],
) -> None:
    """Writes the times into the captures that they name; one that is not this lead's is a `Conflict`."""
    for capture_id in dict.fromkeys((*confirm, *code_sent)):
        row = db.execute("SELECT doc FROM capture WHERE id = ? AND lead_id = ?", (capture_id, lead_id)).fetchone()
        if not row:
            raise Conflict
        capture = unpacked(row[0], Capture)
        marked = replace(
            capture,
            confirmed_at=confirm.get(capture_id, capture.confirmed_at),
            code_sent_at=code_sent.get(capture_id, capture.code_sent_at),
        )
        db.execute("UPDATE capture SET doc = ? WHERE id = ?", (packed(marked), capture_id))
