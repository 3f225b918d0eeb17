"""The store in DynamoDB: one table for leads, one for counters, one for keys. See `leadlight.aws.tables`.

Fulfils `leadlight.ports.Store`; chosen in `leadlight.wiring`. Each writing method is one call that DynamoDB does as
a whole or not at all; conditions on revisions and owners decide races, nonces recognise our own lost answers.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

import msgspec

from leadlight.aws import erased, items, tables
from leadlight.aws import figures as counted
from leadlight.aws.dynamo import GET, Client, Dynamo, Item, Write, number, text, text_of
from leadlight.aws.items import captures_in, micros, place, stored_at, unpacked
from leadlight.aws.stream import Streams, records, touch_in
from leadlight.aws.tables import Names, partition
from leadlight.errors import AlreadyClaimed, Conflict, LeaseLost, MissingSetting, StoreBusy, TooMany
from leadlight.model.due import Due, LedgerEntry, LedgerState, claimed, may_be_claimed
from leadlight.model.exchange import ON_CHANGE, Budget, Change, Dossier, FeedRecord, SealingKey
from leadlight.model.figures import Figures
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, CompanyId, LeadId
from leadlight.model.touch import Touch

logger = logging.getLogger("leadlight")

Doc = TypeVar("Doc", Due, Touch)

CLAIM_TRIES = 4
"""How often a claim looks at an entry that changed while it was being taken over."""

FEED = "feed/"
"""Begins the notes that hold how far a reader of `feed` is. Lambda keeps its own place in the stream."""


class DynamoStore:
    """`ports.Store` on AWS, by botocore clients for `dynamodb` and, for `feed` only, for `dynamodbstreams`."""

    def __init__(self, client: Client, *, table: str, counters: str, keys: str, streams: Streams | None = None) -> None:
        self._db = Dynamo(client)
        self._names = Names(leads=table, counters=counters, keys=keys)
        self._streams = streams

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
        refused = self._db.transact(
            [
                items.new_capture(self._names, capture),
                items.new_lead(self._names, lead),
                *items.new_touches(self._names, [touch]),
                *items.new_keys(self._names, [key]),
                *items.moved_due(self._names, due, lead_id=lead.id),
                *(items.counted(self._names, budget) for budget in budgets),
            ]
        )
        if not refused:
            return
        for refusal in refused:
            if refusal.about is capture and unpacked(refusal.found, Capture).is_submit_of(capture):
                return
        for refusal in refused:
            if isinstance(refusal.about, Budget):
                raise TooMany(max(1, int((refusal.about.expires_at - capture.at).total_seconds())))
        raise Conflict

    def commit(self, change: Change) -> Lead:
        lead = replace(change.lead, revision=change.lead.revision + 1)
        refused = self._db.transact([items.next_lead(self._names, lead, change.nonce), *self._others(change)])
        for refusal in refused:
            if refusal.about is lead and text_of(refusal.found, "nonce") == change.nonce:
                return unpacked(refusal.found, Lead)
        if not refused:
            return lead
        if all(isinstance(refusal.about, LedgerEntry) for refusal in refused):
            raise LeaseLost
        raise Conflict

    def append(self, touch: Touch) -> bool:
        nonce = secrets.token_hex(16)
        (write,) = items.new_touches(self._names, [touch], nonce=nonce)
        refused = self._db.transact([write, erased.is_lead(self._names, touch.lead_id)])
        return all(text_of(refusal.found, "nonce") == nonce for refusal in refused)

    def claim(
        self, due: Due, *, lead: Lead, owner: str, now: datetime, lease_until: datetime, may_repeat: bool
    ) -> LedgerEntry:
        found: Item | None = None
        previous: LedgerEntry | None = None
        for _ in range(CLAIM_TRIES):
            entry = claimed(due, previous, owner=owner, now=now, lease_until=lease_until)
            refused = self._db.transact(
                [
                    items.unchanged_lead(self._names, lead),
                    items.unmoved_due(self._names, due),
                    items.claimed_entry(self._names, entry, found),
                ]
            )
            if not refused:
                return entry
            if [refusal.about for refusal in refused] != [entry]:
                raise Conflict
            found = refused[0].found
            previous = unpacked(found, LedgerEntry)
            if previous.owner == owner and previous.state is LedgerState.CLAIMED:
                return previous
            if not may_be_claimed(previous, now=now, may_repeat=may_repeat):
                raise AlreadyClaimed(key=previous.key, state=previous.state, lease_until=previous.lease_until)
        raise StoreBusy("The claim changed hands too often at once. Try again.")

    def erase(self, lead: Lead, *, captures: Collection[CaptureId], but: Due, anew: Change | None = None) -> None:
        """The lead's own item goes last, and only if no form came meanwhile: see `items.SUBMITS`."""
        item = self._db.get(self._names.leads, place(lead.id, tables.LEAD))
        if item is None or items.lead_in(item) != lead:
            raise Conflict
        rows = list(self._db.query(self._names.leads, "pk = :pk", {":pk": text(partition(lead.id))}))
        if erased.captures_in(rows) - set(captures) - {capture.id for capture in (anew.captures if anew else ())}:
            raise Conflict
        self._db.batch_delete(self._names.leads, erased.keys_of(rows, but=but, anew=anew))
        if self._db.transact(list(erased.outlived(self._names, lead, item, anew))):
            raise Conflict

    def begin_after(self, lead_id: LeadId, generation: int) -> None:
        self._db.write(erased.begun_after(self._names, lead_id, generation))

    def keep_past(self, touches: Sequence[Touch]) -> None:
        self._db.batch_put(self._names.leads, erased.past(self._names, touches))

    def drop(self, due: Due) -> None:
        self._db.batch_delete(self._names.leads, [place(due.lead_id, tables.DUE + due.key)])

    def scrub(self) -> None:
        """Nothing to do: there are no files of ours. What AWS keeps of itself is in the manual."""

    def lead(self, lead_id: LeadId) -> Lead | None:
        return items.lead_in(self._db.get(self._names.leads, place(lead_id, tables.LEAD)))

    def dossier(self, due: Due) -> Dossier | None:
        """One BatchGetItem: a capture has the id of the key that seals it, so all names are known before."""
        wanted = items.dossier_places(self._names, due)
        return items.dossier_in(due, [item for _, item in self._db.batch_get(wanted)])

    def leads(self) -> Iterator[Lead]:
        found = self._db.scan(self._names.leads, "sk = :lead", {":lead": text(tables.LEAD)})
        return (lead for lead in map(items.lead_in, found) if lead)

    def captures(self, lead_id: LeadId) -> tuple[Capture, ...]:
        return captures_in(self._of(lead_id, tables.CAPTURE))

    def touches(self, lead_id: LeadId) -> tuple[Touch, ...]:
        found = sorted(self._of(lead_id, tables.TOUCH), key=stored_at)
        return tuple(sorted((unpacked(item, Touch) for item in found), key=lambda touch: touch.at))

    def due_of(self, lead_id: LeadId) -> tuple[Due, ...]:
        return earliest(readable(self._of(lead_id, tables.DUE), Due))

    def due(self, *, until: datetime, limit: int) -> tuple[Due, ...]:
        """The index follows the table within moments; who acts on a row claims it, which reads the table."""
        rows = (row for shard in range(tables.SHARDS) for row in self._due_in(str(shard), until, limit))
        return earliest(rows)[:limit]

    def ledger(self, lead_id: LeadId) -> tuple[LedgerEntry, ...]:
        return tuple(unpacked(item, LedgerEntry) for item in self._of(lead_id, tables.LEDGER))

    def owned(self, owner: str) -> Iterator[Lead]:
        asked = {":owner": text(owner)}
        places = self._db.query(self._names.leads, "owned_by = :owner", asked, index=tables.OWNER_INDEX)
        return (lead for lead in self._found(places) if lead.owner == owner)

    def at_company(self, company: CompanyId, *, limit: int | None = None) -> tuple[Lead, ...]:
        asked, page = {":company": text(company)}, limit or 0
        places = self._db.query(self._names.leads, "works_at = :company", asked, page=page, index=tables.COMPANY_INDEX)
        found = [lead for lead in self._found(islice(places, limit)) if lead.company == company]
        return tuple(sorted(found, key=lambda lead: (lead.created_at, lead.id)))

    def turn(self, name: str) -> int:
        return self._db.added(items.next_turn(self._names, name), "used") - 1

    def count(self, budget: Budget) -> bool:
        return not self._db.write(items.counted(self._names, budget))

    def counted(self, keys: Sequence[str]) -> Mapping[str, int]:
        places = [(self._names.counters, items.counter_place(key)) for key in keys]
        return {text_of(item, "key"): int(text_of(item, "used")) for _, item in self._db.batch_get(places)}

    def feed(self, *, limit: int, reader: str = ON_CHANGE) -> tuple[FeedRecord, ...]:
        """What the stream of the last 24 hours holds. For tools and tests: Lambda gets it pushed."""
        if self._streams is None:
            raise MissingSetting("A client for DynamoDB's streams", 'botocore.session.create_client("dynamodbstreams")')
        handled = int(self.note(FEED + reader) or 0)
        found = sorted(records(self._streams, self._db.stream_of(self._names.leads)), key=lambda record: record[0])
        touches = ((position, touch_in(record)) for position, record in found if position > handled)
        return tuple(FeedRecord(position, touch) for position, touch in touches if touch)[:limit]

    def advance(self, position: int, *, reader: str = ON_CHANGE) -> None:
        if position > int(self.note(FEED + reader) or 0):
            self.set_note(FEED + reader, str(position))

    def figures(self, lead_id: LeadId) -> Figures | None:
        item = self._db.get(self._names.leads, place(lead_id, tables.FIGURES))
        return counted.figures_in(item) if item else None

    def all_figures(self) -> Iterator[Figures]:
        found = self._db.scan(self._names.leads, "sk = :figures", {":figures": text(tables.FIGURES)})
        return map(counted.figures_in, found)

    def keep_figures(self, figures: Figures, *, before: Figures | None) -> Figures:
        """One transaction, or as many as it takes: each leaves totals that are the sums of what is kept."""
        stored = before or Figures(figures.lead_id)
        for new, change in counted.slices(stored, figures):
            totals = counted.added(self._names, change, counted.place_of(figures.lead_id))
            for refusal in self._db.transact([counted.kept(self._names, new), *totals]):
                if not refusal.found or counted.figures_in(refusal.found) != new:
                    raise Conflict
            stored = new
        return stored

    def rekey_figures(self, lead_id: LeadId, to: LeadId) -> bool:
        while found := self.figures(lead_id):
            new = replace(found, lead_id=to, revision=1)
            refused = self._db.transact([counted.removed(self._names, found), counted.kept(self._names, new)])
            taken = [counted.figures_in(refusal.found) for refusal in refused if refusal.about is new]
            if taken and taken != [new]:
                raise Conflict
            if taken or not refused:
                return True
        return False

    def totals(self, since_week: str = "", until_week: str = "~") -> Mapping[str, int]:
        asked = (counted.weeks(number, since_week, until_week) for number in range(counted.PLACES))
        table = self._names.leads
        return counted.totals_in(item for each in asked for item in self._db.query(table, counted.BETWEEN, each))

    def add_to_totals(self, cells: Mapping[str, int]) -> None:
        writes = list(counted.added(self._names, cells, secrets.randbelow(counted.PLACES)))
        if writes:
            self._db.transact(writes)

    def note(self, name: str) -> str | None:
        item = self._db.get(self._names.leads, items.note_place(name))
        return text_of(item, "words") if item else None

    def set_note(self, name: str, value: str) -> None:
        item = {**items.note_place(name), "words": text(value)}
        self._db.write(Write(name, "Put", {"TableName": self._names.leads, "Item": item}))

    def raise_note(self, name: str, value: str) -> None:
        self._db.write(items.raised_note(self._names.leads, items.note_place(name), value))

    def durable(self) -> None:
        """Nothing to wait for: DynamoDB answers when a write is on disk in more than one place."""

    def close(self) -> None:
        self._db.close()

    def _others(self, change: Change) -> Iterator[Write]:
        """All that a change writes beside the lead itself."""
        lead_id = change.lead.id
        marks = {"confirmed_at": change.confirm or {}, "code_sent_at": change.code_sent or {}}
        for capture_id in {name: None for times in marks.values() for name in times}:
            at = {name: times[capture_id] for name, times in marks.items() if capture_id in times}
            yield items.marked_capture(self._names, lead_id, capture_id, at)
        yield from (items.new_capture(self._names, capture) for capture in change.captures)
        yield from items.new_keys(self._names, change.keys)
        yield from items.new_touches(self._names, change.touches)
        yield from items.moved_due(self._names, change.due, undue=change.undue, lead_id=lead_id)
        yield from (items.settled_entry(self._names, entry) for entry in change.settle)
        yield from (items.resolved_entry(self._names, entry) for entry in change.resolve)
        yield from (items.increased(self._names, counter) for counter in change.counts)

    def _of(self, lead_id: LeadId, kind: str) -> Iterator[Item]:
        values = {":pk": text(partition(lead_id)), ":kind": text(kind)}
        return self._db.query(self._names.leads, "pk = :pk AND begins_with(sk, :kind)", values)

    def _found(self, index: Iterator[Item]) -> Iterator[Lead]:
        """The leads that entries of an index point to, as they are now: an entry may be a moment old."""
        keys: Iterator[Item] = ({"pk": item["pk"], "sk": item["sk"]} for item in index)
        while page := [(self._names.leads, key) for key in islice(keys, GET)]:
            yield from (lead for _, item in self._db.batch_get(page) if (lead := items.lead_in(item)))

    def _due_in(self, shard: str, until: datetime, limit: int) -> Iterator[Due]:
        values = {":shard": text(shard), ":until": number(micros(until))}
        condition = "due_shard = :shard AND due_at <= :until"
        found = self._db.query(self._names.leads, condition, values, page=limit, index=tables.DUE_INDEX)
        return islice(readable(found, Due), limit)  # of those that can be read: others must not hide what is behind


def readable(items: Iterable[Item], kind: type[Doc]) -> Iterator[Doc]:
    """The documents of items. One that cannot be read is left where it is and logged: it must stop no other."""
    for item in items:
        try:
            yield unpacked(item, kind)
        except msgspec.MsgspecError:
            logger.exception("row.unreadable %s", kind.__name__)


def earliest(rows: Iterator[Due]) -> tuple[Due, ...]:
    """Due rows by their time."""
    return tuple(sorted(rows, key=lambda row: row.at))
