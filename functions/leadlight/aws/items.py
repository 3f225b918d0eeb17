"""What the store writes, as parts of a transaction: one function for each noun. Called by `leadlight.aws.store`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from leadlight.aws import tables
from leadlight.aws.dynamo import Item, Place, Write, number, text, text_of
from leadlight.aws.tables import Names, partition, shard
from leadlight.model.due import Due, LedgerEntry, LedgerState
from leadlight.model.exchange import EPOCH_NOTE, SENDING_NOTE, Budget, Dossier, SealingKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, LeadId
from leadlight.model.touch import Touch

Doc = TypeVar("Doc", Capture, Due, Lead, LedgerEntry, Touch)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEW = "attribute_not_exists(pk)"

PAST = "past"
"""What outlives a lead: the number of its generation. The next one of that id is of the next."""
SUBMITS = "submits"
"""How many forms came since the lead's last commit: so that none gets lost between reading and removing all."""
GOING = "going"
"""Stands on a lead that is being erased, so that nothing is put behind whoever removes all of it."""


def place(lead_id: LeadId, sort: str) -> Item:
    """The key of one item of a lead."""
    return {"pk": text(partition(lead_id)), "sk": text(sort)}


def packed(document: Capture | Due | Lead | LedgerEntry | Touch) -> Item:
    """The document as an attribute."""
    return {"doc": text(msgspec.json.encode(document).decode())}


def unpacked(item: Item, kind: type[Doc]) -> Doc:
    """The document again."""
    return msgspec.json.decode(text_of(item, "doc"), type=kind)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def new_lead(names: Names, lead: Lead) -> Write:
    """Writes the lead where there is none. Updates instead of refusing, so one call serves known and unknown alike."""
    wanted = {**packed(lead), "rev": number(lead.revision), "nonce": text(""), **found_by(lead)}
    keep = ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in wanted)
    values = {f":{name}": value for name, value in wanted.items()}
    request = {
        "TableName": names.leads,
        "Key": place(lead.id, tables.LEAD),
        "UpdateExpression": f"SET {keep} ADD {SUBMITS} :one",
    }
    return Write(lead, "Update", request, values={**values, ":one": number(1)})


def lead_in(item: Item | None) -> Lead | None:
    """The lead; None for what outlives one. Its first commit writes its generation down, and `PAST` is gone."""
    if item is None or "doc" not in item:
        return None
    lead = unpacked(item, Lead)
    return replace(lead, generation=int(text_of(item, PAST)) + 1) if PAST in item else lead


def next_lead(names: Names, lead: Lead, nonce: str) -> Write:
    """Writes the lead as its revision, over the revision before."""
    return Write(
        lead,
        "Put",
        {
            "TableName": names.leads,
            "Item": {
                **place(lead.id, tables.LEAD),
                **packed(lead),
                "rev": number(lead.revision),
                "nonce": text(nonce),
                **found_by(lead),
                **({GOING: text("yes")} if lead.erased_at else {}),
            },
        },
        "rev = :before",
        {":before": number(lead.revision - 1)},
    )


def found_by(lead: Lead) -> Item:
    """Under what the indexes have a lead. What they find is held against the lead itself: see `DynamoStore._found`."""
    owned = {tables.OWNED_BY: text(lead.owner)} if lead.owner else {}
    came = (
        {tables.WORKS_AT: text(lead.company), tables.CAME_AT: number(micros(lead.created_at))} if lead.company else {}
    )
    return {**owned, **came}


def unchanged_lead(names: Names, lead: Lead) -> Write:
    """Refuses when the lead was changed since."""
    request = {"TableName": names.leads, "Key": place(lead.id, tables.LEAD)}
    return Write(lead, "ConditionCheck", request, "rev = :rev", {":rev": number(lead.revision)})


def new_capture(names: Names, capture: Capture) -> Write:
    """Writes a capture of a new id."""
    marks = {"confirmed_at": capture.confirmed_at, "code_sent_at": capture.code_sent_at}
    item = {
        **place(capture.lead_id, tables.CAPTURE + capture.id),
        **packed(capture),
        **{name: text(at.isoformat()) for name, at in marks.items() if at},
        "stored_at": number(time.time_ns()),
    }
    return Write(capture, "Put", {"TableName": names.leads, "Item": item}, NEW)


def captures_in(found: Iterable[Item]) -> tuple[Capture, ...]:
    """The captures, oldest first; of one moment, in the order stored."""
    in_order = sorted(found, key=stored_at)
    return tuple(sorted(map(capture_in, in_order), key=lambda capture: capture.at))


def marked_capture(names: Names, lead_id: LeadId, capture_id: CaptureId, marks: Mapping[str, datetime]) -> Write:
    """Writes the times beside a capture of that lead."""
    request = {
        "TableName": names.leads,
        "Key": place(lead_id, tables.CAPTURE + capture_id),
        "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in marks),
    }
    values = {f":{name}": text(at.isoformat()) for name, at in marks.items()}
    return Write(capture_id, "Update", request, "attribute_exists(pk)", values)


def capture_in(item: Item) -> Capture:
    """The capture with the times that were written beside it."""
    return replace(
        unpacked(item, Capture), confirmed_at=mark(item, "confirmed_at"), code_sent_at=mark(item, "code_sent_at")
    )


def mark(item: Item, name: str) -> datetime | None:
    """A time that was written beside the document."""
    return datetime.fromisoformat(text_of(item, name)) if name in item else None


def new_touches(names: Names, touches: Iterable[Touch], *, nonce: str = "") -> Iterator[Write]:
    """Writes touches of new ids, in order."""
    for moment, touch in enumerate(touches, start=time.time_ns()):
        item = {
            **place(touch.lead_id, tables.TOUCH + touch.id),
            **packed(touch),
            "stored_at": number(moment),
            "nonce": text(nonce),
        }
        yield Write(touch, "Put", {"TableName": names.leads, "Item": item}, NEW)


def stored_at(item: Item) -> int:
    """The order of storing, for items of one moment of the product's clock: the machine's own clock, in nanoseconds."""
    return int(text_of(item, "stored_at"))


def moved_due(names: Names, due: Sequence[Due], *, undue: Sequence[str] = (), lead_id: LeadId) -> Iterator[Write]:
    """Removes rows and writes rows; one in both is moved, and each is named once, as a transaction demands."""
    rows = {row.key: row for row in due}
    for key in (key for key in dict.fromkeys(undue) if key not in rows):
        yield Write(key, "Delete", {"TableName": names.leads, "Key": place(lead_id, tables.DUE + key)})
    for row in rows.values():
        item = {
            **place(row.lead_id, tables.DUE + row.key),
            **packed(row),
            "due_shard": text(shard(row.lead_id)),
            "due_at": number(micros(row.at)),
            "life": number(row.generation),
        }
        yield Write(row, "Put", {"TableName": names.leads, "Item": item})


def unmoved_due(names: Names, due: Due) -> Write:
    """Refuses when the row is gone or was moved."""
    request = {"TableName": names.leads, "Key": place(due.lead_id, tables.DUE + due.key)}
    values = {":at": number(micros(due.at)), ":life": number(due.generation)}
    return Write(due, "ConditionCheck", request, "due_at = :at AND life = :life", values)


def entry_item(entry: LedgerEntry) -> Item:
    """A ledger entry; `held_by` stands on it only while it is claimed."""
    held = {"held_by": text(entry.owner)} if entry.state is LedgerState.CLAIMED else {}
    standing = {"standing": text(entry.state)}
    return {**place(entry.lead_id, tables.LEDGER + entry.key), **packed(entry), **standing, **held}


def claimed_entry(names: Names, entry: LedgerEntry, previous: Item | None) -> Write:
    """Writes a claim over exactly that item, or where there is none."""
    request = {"TableName": names.leads, "Item": entry_item(entry)}
    if previous is None:
        return Write(entry, "Put", request, NEW)
    return Write(entry, "Put", request, "doc = :doc", {":doc": previous["doc"]})


def settled_entry(names: Names, entry: LedgerEntry) -> Write:
    """Writes over an entry that its owner still holds."""
    request = {"TableName": names.leads, "Item": entry_item(entry)}
    return Write(entry, "Put", request, "held_by = :owner", {":owner": text(entry.owner)})


def resolved_entry(names: Names, entry: LedgerEntry) -> Write:
    """Writes over an entry that is parked."""
    request = {"TableName": names.leads, "Item": entry_item(entry)}
    return Write(entry, "Put", request, "standing = :parked", {":parked": text(LedgerState.PARKED)})


def key_place(key_id: str) -> Item:
    """The key of the item that holds a sealing key."""
    return {"id": text(key_id)}


def secret_in(item: Item) -> tuple[str, bytes]:
    """The id of a sealing key and its 32 bytes."""
    secret = item["secret"]["B"]
    return text_of(item, "id"), secret if isinstance(secret, bytes) else secret.encode()


def note_place(name: str) -> Item:
    """The key of a note beside the leads."""
    return {"pk": text(tables.NOTE), "sk": text(name)}


def keys_note_place(name: str) -> Item:
    """The key of a note beside the keys. No sealing key is called so: theirs are hexadecimal digits."""
    return {"id": text(f"{tables.NOTE}/{name}")}


def raised_note(table: str, key: Item, value: str) -> Write:
    """Writes a note over nothing, or over what is less."""
    (name, *_) = key
    request = {"TableName": table, "Item": {**key, "words": text(value)}}
    return Write(value, "Put", request, f"attribute_not_exists({name}) OR words < :words", {":words": text(value)})


def dossier_places(names: Names, due: Due) -> list[Place]:
    """Where everything lies that it takes to do `due`."""
    captures = tuple(dict.fromkeys(due.captures))
    sorts = (tables.LEAD, tables.DUE + due.key, tables.LEDGER + due.ledger_key, *map(tables.CAPTURE.__add__, captures))
    return [
        *((names.leads, place(due.lead_id, sort)) for sort in sorts),
        *((names.keys, key_place(capture)) for capture in captures),
        (names.leads, note_place(EPOCH_NOTE)),
        (names.leads, note_place(SENDING_NOTE)),
        (names.keys, keys_note_place(EPOCH_NOTE)),
    ]


def dossier_in(due: Due, found: Sequence[Item]) -> Dossier | None:
    """What of it there is; None without the lead."""
    by_sort = {text_of(item, "sk"): item for item in found if "sk" in item}
    if (lead := lead_in(by_sort.get(tables.LEAD))) is None:
        return None
    row, entry = by_sort.get(tables.DUE + due.key), by_sort.get(tables.LEDGER + due.ledger_key)
    beside = next((item for item in found if "id" in item and "words" in item), None)
    return Dossier(
        lead,
        captures_in(item for sort, item in by_sort.items() if sort.startswith(tables.CAPTURE)),
        dict(secret_in(item) for item in found if "secret" in item),
        unpacked(row, Due) if row else None,
        unpacked(entry, LedgerEntry) if entry else None,
        text_of(by_sort[EPOCH_NOTE], "words") if EPOCH_NOTE in by_sort else None,
        text_of(beside, "words") if beside else "",
        text_of(by_sort[SENDING_NOTE], "words") if SENDING_NOTE in by_sort else None,
    )


def new_keys(names: Names, keys: Iterable[SealingKey]) -> Iterator[Write]:
    """Writes keys that were never written."""
    for key in keys:
        item = {**key_place(key.id), "secret": {"B": key.secret}}
        yield Write(key, "Put", {"TableName": names.keys, "Item": item}, "attribute_not_exists(id)")


def counter_place(key: str) -> Item:
    """The key of a counter."""
    return {"key": text(key)}


def increased(names: Names, budget: Budget) -> Write:
    """Adds one to a counter, whatever its limit."""
    request = {
        "TableName": names.counters,
        "Key": counter_place(budget.key),
        "UpdateExpression": "SET expires_at = :end ADD used :one",
    }
    end = int(budget.expires_at.timestamp()) + 1
    return Write(budget, "Update", request, values={":end": number(end), ":one": number(1)})


def counted(names: Names, budget: Budget) -> Write:
    """Adds one to a counter below its limit. A limit of zero has no room for a first one either."""
    write = increased(names, budget)
    room = "used < :limit" if budget.limit < 1 else "attribute_not_exists(used) OR used < :limit"
    return replace(write, condition=room, values={**write.values, ":limit": number(budget.limit)})


def next_turn(names: Names, name: str) -> Write:
    """Adds one to a counter that has no limit and no end."""
    request = {"TableName": names.counters, "Key": {"key": text(f"turn/{name}")}, "UpdateExpression": "ADD used :one"}
    return Write(name, "Update", request, values={":one": number(1)})
