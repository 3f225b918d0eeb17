"""The store in one SQLite file: leads, captures, timeline, due rows, ledger, feed, counters, notes.

Fulfils `leadlight.ports.Store`; chosen in `leadlight.wiring`. Each writing method is one `BEGIN IMMEDIATE`
transaction, so the order of touches is the order of commits and the feed needs only a cursor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from leadlight.errors import AlreadyClaimed, Conflict, TooMany
from leadlight.local import counters, erased
from leadlight.local import figures as counted
from leadlight.local.database import MEMORY, Database, micros
from leadlight.local.rows import (
    Doc,
    add_captures,
    add_touches,
    come,
    mark_captures,
    packed,
    put_due,
    put_entry,
    readable,
    resolve,
    settle,
    stored_due,
    stored_entry,
    unpacked,
    use_keys,
)
from leadlight.local.schema import STORE
from leadlight.model.due import Due, LedgerEntry, LedgerState, claimed, may_be_claimed
from leadlight.model.exchange import (
    EPOCH_NOTE,
    ON_CHANGE,
    SENDING_NOTE,
    Budget,
    Change,
    Dossier,
    FeedRecord,
    SealingKey,
)  # fmt: skip
from leadlight.model.figures import Figures
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, CompanyId, LeadId
from leadlight.model.touch import Touch

PAGE = 500
ALL = -1  # as a limit, for SQLite
AT_COMPANY = "SELECT doc FROM lead WHERE company = ? ORDER BY came_at, id LIMIT ?"
ON_FEED = (
    "SELECT seq, doc FROM touch WHERE seq > MAX(?2, (SELECT handled FROM feed WHERE consumer = ?1)) AND NOT past "
    "ORDER BY seq LIMIT ?3"
)


class SqliteStore:
    """`ports.Store` for one machine. Several threads and several processes may use the same file."""

    def __init__(self, path: Path, *, busy_seconds: float = 10.0) -> None:
        self._db = Database(path, STORE, busy_seconds=busy_seconds)

    @classmethod
    def in_memory(cls) -> SqliteStore:
        """The same in every way, but gone with this object."""
        return cls(MEMORY)

    def capture(
        self,
        capture: Capture,
        *,
        key: SealingKey,
        touch: Touch,
        due: Sequence[Due],
        budgets: Sequence[Budget],
        lead: Lead,
    ) -> None:
        with self._db.writing() as db:
            if found := db.execute("SELECT doc FROM capture WHERE id = ?", (capture.id,)).fetchone():
                if not unpacked(found[0], Capture).is_submit_of(capture):
                    raise Conflict
                return
            for budget in budgets:
                if not counters.increase(db, budget):
                    raise TooMany(max(1, int((budget.expires_at - capture.at).total_seconds())))
            use_keys(db, lead.id, (key,))
            lead = replace(lead, generation=erased.next_generation(db, lead))
            come(db, lead)
            add_captures(db, (capture,))
            add_touches(db, (touch,))
            put_due(db, due)
            counters.sweep(db, capture.at)

    def commit(self, change: Change) -> Lead:
        lead = replace(change.lead, revision=change.lead.revision + 1)
        with self._db.writing() as db:
            stored = db.execute("SELECT revision, nonce, doc FROM lead WHERE id = ?", (lead.id,)).fetchone()
            if stored and stored[1] == change.nonce:
                return unpacked(stored[2], Lead)
            if not stored or stored[0] != change.lead.revision:
                raise Conflict
            db.execute(
                "UPDATE lead SET revision = ?, nonce = ?, doc = ? WHERE id = ?",
                (lead.revision, change.nonce, packed(lead), lead.id),
            )
            use_keys(db, lead.id, change.keys)
            add_captures(db, change.captures)
            mark_captures(db, lead.id, confirm=change.confirm or {}, code_sent=change.code_sent or {})
            add_touches(db, change.touches)
            db.executemany("DELETE FROM due WHERE lead_id = ? AND key = ?", [(lead.id, key) for key in change.undue])
            put_due(db, change.due)
            for entry in change.settle:
                settle(db, entry)
            for entry in change.resolve:
                resolve(db, entry)
            counters.increase_all(db, change.counts)
        return lead

    def append(self, touch: Touch) -> bool:
        try:
            with self._db.writing() as db:
                found = db.execute("SELECT doc FROM lead WHERE id = ?", (touch.lead_id,)).fetchone()
                is_lead = found is not None and not unpacked(found[0], Lead).erased_at
                add_touches(db, (touch,) if is_lead else ())
        except Conflict:
            return False
        return is_lead

    def claim(
        self, due: Due, *, lead: Lead, owner: str, now: datetime, lease_until: datetime, may_repeat: bool
    ) -> LedgerEntry:
        with self._db.writing() as db:
            revision = db.execute("SELECT revision FROM lead WHERE id = ?", (lead.id,)).fetchone()
            if revision != (lead.revision,) or not due.stands_as(stored_due(db, due)):
                raise Conflict
            found = stored_entry(db, due.lead_id, due.ledger_key)
            if found and found.owner == owner and found.state is LedgerState.CLAIMED:
                return found
            if found and not may_be_claimed(found, now=now, may_repeat=may_repeat):
                raise AlreadyClaimed(key=found.key, state=found.state, lease_until=found.lease_until)
            entry = claimed(due, found, owner=owner, now=now, lease_until=lease_until)
            put_entry(db, entry)
        return entry

    def erase(self, lead: Lead, *, captures: Collection[CaptureId], but: Due, anew: Change | None = None) -> None:
        stay = {capture.id for capture in anew.captures} if anew else set()
        with self._db.writing() as db:
            revision = db.execute("SELECT revision FROM lead WHERE id = ?", (lead.id,)).fetchone()
            found = {name for (name,) in db.execute("SELECT id FROM capture WHERE lead_id = ?", (lead.id,))}
            if revision != (lead.revision,) or found - stay - set(captures):
                raise Conflict
            erased.remove(db, lead, but=but.key)
            if anew:
                erased.begin(db, anew)

    def begin_after(self, lead_id: LeadId, generation: int) -> None:
        with self._db.writing() as db:
            erased.outlive(db, lead_id, generation)

    def keep_past(self, touches: Sequence[Touch]) -> None:
        rows = [(touch.lead_id, touch.id, micros(touch.at), packed(touch)) for touch in touches]
        with self._db.writing() as db:
            db.executemany("REPLACE INTO touch (lead_id, id, at, doc, past) VALUES (?, ?, ?, ?, 1)", rows)

    def drop(self, due: Due) -> None:
        with self._db.writing() as db:
            db.execute("DELETE FROM due WHERE lead_id = ? AND key = ?", (due.lead_id, due.key))

    def scrub(self) -> None:
        self._db.empty_log()  # emptied cells are overwritten at once: `secure_delete`

    def lead(self, lead_id: LeadId) -> Lead | None:
        found = self._docs("SELECT doc FROM lead WHERE id = ?", Lead, lead_id)
        return found[0] if found else None

    def dossier(self, due: Due) -> Dossier | None:
        lead = self.lead(due.lead_id)
        # The plus sign keeps SQLite from looking through all that a lead has: it finds the named ones by their ids.
        query = "SELECT doc FROM capture WHERE +lead_id = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY at, seq"
        if lead is None:
            return None
        captures = self._docs(query, Capture, lead.id, msgspec.json.encode(due.captures).decode())
        with self._db.reading() as db:
            row, entry = stored_due(db, due), stored_entry(db, due.lead_id, due.ledger_key)
        notes = self.note(EPOCH_NOTE), self.note(SENDING_NOTE)
        return Dossier(lead, captures, due=row, entry=entry, epoch=notes[0], sending=notes[1])

    def leads(self) -> Iterator[Lead]:
        page = self._docs("SELECT doc FROM lead ORDER BY id LIMIT ?", Lead, PAGE)
        while page:
            yield from page
            page = self._docs("SELECT doc FROM lead WHERE id > ? ORDER BY id LIMIT ?", Lead, page[-1].id, PAGE)

    def captures(self, lead_id: LeadId) -> tuple[Capture, ...]:
        return self._docs("SELECT doc FROM capture WHERE lead_id = ? ORDER BY at, seq", Capture, lead_id)

    def touches(self, lead_id: LeadId) -> tuple[Touch, ...]:
        return self._docs("SELECT doc FROM touch WHERE lead_id = ? ORDER BY at, seq", Touch, lead_id)

    def due_of(self, lead_id: LeadId) -> tuple[Due, ...]:
        return readable(self._rows("SELECT key, doc FROM due WHERE lead_id = ? ORDER BY at", lead_id), Due)

    def due(self, *, until: datetime, limit: int) -> tuple[Due, ...]:
        query = "SELECT key, doc FROM due WHERE at <= ? ORDER BY at LIMIT ?"
        asked = limit
        while len(rows := self._rows(query, micros(until), asked)) == asked:
            if len(found := readable(rows, Due)) >= limit:
                return found[:limit]
            asked *= 2  # unreadable rows stay in front, and must not hide those behind them
        return readable(rows, Due)[:limit]

    def ledger(self, lead_id: LeadId) -> tuple[LedgerEntry, ...]:
        return self._docs("SELECT doc FROM ledger WHERE lead_id = ?", LedgerEntry, lead_id)

    def owned(self, owner: str) -> Iterator[Lead]:
        query = "SELECT doc FROM lead WHERE owner = ? AND id > ? ORDER BY id LIMIT ?"
        page = self._docs(query, Lead, owner, "", PAGE)
        while page:
            yield from page
            page = self._docs(query, Lead, owner, page[-1].id, PAGE)

    def at_company(self, company: CompanyId, *, limit: int | None = None) -> tuple[Lead, ...]:
        return self._docs(AT_COMPANY, Lead, company, ALL if limit is None else limit)

    def turn(self, name: str) -> int:
        with self._db.writing() as db:
            db.execute("INSERT INTO turn VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET asked = asked + 1", (name,))
            (asked,) = db.execute("SELECT asked FROM turn WHERE name = ?", (name,)).fetchone()
        return int(asked) - 1

    def count(self, budget: Budget) -> bool:
        with self._db.writing() as db:
            return counters.increase(db, budget)

    def counted(self, keys: Sequence[str]) -> Mapping[str, int]:
        with self._db.reading() as db:
            return counters.stored(db, keys)

    def feed(self, *, limit: int, reader: str = ON_CHANGE) -> tuple[FeedRecord, ...]:
        rows = self._rows(ON_FEED, reader, 0, limit)
        while rows:
            found = tuple(FeedRecord(seq, touch) for seq, doc in rows for touch in readable([(seq, doc)], Touch))
            if found:
                return found
            rows = self._rows(ON_FEED, reader, rows[-1][0], limit)  # a page of unreadable rows must not end the feed
        return ()

    def advance(self, position: int, *, reader: str = ON_CHANGE) -> None:
        with self._db.writing() as db:
            db.execute("UPDATE feed SET handled = ?1 WHERE consumer = ?2 AND handled < ?1", (position, reader))

    def figures(self, lead_id: LeadId) -> Figures | None:
        with self._db.reading() as db:
            return counted.stored(db, lead_id)

    def all_figures(self) -> Iterator[Figures]:
        page = self._figures("")
        while page:
            yield from page
            page = self._figures(page[-1].lead_id)

    def keep_figures(self, figures: Figures, *, before: Figures | None) -> Figures:
        with self._db.writing() as db:
            return counted.keep(db, figures, before)

    def rekey_figures(self, lead_id: LeadId, to: LeadId) -> bool:
        with self._db.writing() as db:
            return counted.rekey(db, lead_id, to)

    def totals(self, since_week: str = "", until_week: str = "~") -> Mapping[str, int]:
        with self._db.reading() as db:
            return counted.totals(db, since_week, until_week)

    def add_to_totals(self, cells: Mapping[str, int]) -> None:
        with self._db.writing() as db:
            counted.add(db, cells)

    def note(self, name: str) -> str | None:
        return self._db.note(name)

    def set_note(self, name: str, value: str) -> None:
        with self._db.writing() as db:
            db.execute("REPLACE INTO note VALUES (?, ?)", (name, value))

    def raise_note(self, name: str, value: str) -> None:
        self._db.raise_note(name, value)

    def durable(self) -> None:
        """Nothing to wait for: with `synchronous=FULL` each commit was durable when it returned."""

    def close(self) -> None:
        self._db.close()

    def _figures(self, behind: str) -> list[Figures]:
        with self._db.reading() as db:
            return counted.page(db, behind, PAGE)

    def _docs(self, query: str, kind: type[Doc], *values: str | int) -> tuple[Doc, ...]:
        return tuple(unpacked(doc, kind) for (doc,) in self._rows(query, *values))

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self._db.reading() as db:
            return db.execute(query, values).fetchall()
