"""What does a call to DynamoDB consume? Computed from item sizes, because moto's own figures are made up.

By AWS's published rules: sizes at
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html,
units at https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html.
A write takes one unit per begun KB of the larger of the item before and after; a consistent read one per begun 4 KB,
another half; within a transaction all of it twice. What is not there takes the smallest amount. Each index that an
item stands in is written as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

Value = Mapping[str, Any]
Item = Mapping[str, Value]
Request = Mapping[str, Any]

KB = 1024
BLOCK = 4 * KB  # of a read
INDEXES = {
    "due_shard": ("pk", "sk", "due_shard", "due_at", "doc"),
    "owned_by": ("pk", "sk", "owned_by"),
    "works_at": ("pk", "sk", "works_at", "came_at"),
}
"""By the attribute that makes an item stand in an index, what that index holds of it."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Units of on-demand tables: write request units and read request units."""

    write: float = 0
    read: float = 0

    def __add__(self, other: Capacity) -> Capacity:
        return Capacity(self.write + other.write, self.read + other.read)


Stored = Callable[[str, Item], Item | None]
"""The item under a key of a table as it was before the call."""


def nothing(table: str, key: Item) -> Item | None:
    """Where nobody looked what was stored: updates count by what they write, deletions at the least."""
    return None


def capacity_of(method: str, request: Request, answer: Mapping[str, Any], *, stored: Stored = nothing) -> Capacity:
    """What that call of botocore's client consumed. `answer` matters for reads; `stored` for updates and deletions."""
    match method:
        case "put_item" | "update_item" | "delete_item":
            return _written(method.removesuffix("_item").title(), request, stored)
        case "transact_write_items":
            parts = [next(iter(part.items())) for part in request["TransactItems"]]
            return _sum(_written(kind, body, stored, times=2) for kind, body in parts)
        case "batch_write_item":
            return _sum(_batch_part(table, part, stored) for table, part in _taken(request, answer))
        case _:
            return _read(method, request, answer)


def _read(method: str, request: Request, answer: Mapping[str, Any]) -> Capacity:
    match method:
        case "get_item":
            found = answer.get("Item")
            return Capacity(read=_blocks(size_of(found) if found else 0) * _share(request))
        case "batch_get_item":
            return _sum(_got(request["RequestItems"][table], answer, table) for table in request["RequestItems"])
        case "query" | "scan":
            return Capacity(read=_blocks(sum(map(size_of, answer["Items"]))) * _share(request))
        case _:
            return Capacity()


def size_of(item: Item) -> int:
    """Bytes of an item, as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Value) -> int:
    """Bytes of one value."""
    ((kind, content),) = value.items()
    return SIZES[kind](content)


def number_size(digits: str) -> int:
    """About one byte for two significant digits, one more, and one for a sign."""
    significant = digits.lstrip("-+").lower().partition("e")[0].replace(".", "").strip("0")
    return ceil(len(significant) / 2) + 1 + digits.startswith("-")


def list_size(parts: Iterable[Value]) -> int:
    """Bytes of a list."""
    return 3 + sum(1 + value_size(part) for part in parts)


def map_size(parts: Item) -> int:
    """Bytes of a map."""
    return 3 + sum(1 + len(name.encode()) + value_size(part) for name, part in parts.items())


SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": number_size,
    "B": len,
    "SS": lambda texts: sum(len(text.encode()) for text in texts),
    "NS": lambda numbers: sum(map(number_size, numbers)),
    "BS": lambda blobs: sum(map(len, blobs)),
    "L": list_size,
    "M": map_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
}


def _written(kind: str, body: Request, stored: Stored, *, times: int = 1) -> Capacity:
    key = body.get("Key") or _key_of(body["Item"])
    before = stored(body["TableName"], key) or {}
    after = _after(kind, body, before)
    units = max(1, ceil(max(size_of(before), size_of(after)) / KB))
    changed = 0 if kind == "ConditionCheck" else _index_writes(before, after)
    return Capacity(write=units * times + changed)


def _after(kind: str, body: Request, before: Item) -> Item:
    """The item once that is done; of an update, as far as its values tell."""
    match kind:
        case "Put":
            whole: Item = body["Item"]
            return whole
        case "Update":
            values = body.get("ExpressionAttributeValues", {})
            set_to = {name.lstrip(":"): value for name, value in values.items()}
            return {**body["Key"], **set_to, **before}
        case "Delete":
            return {}
        case _:
            return before


def _index_writes(before: Item, after: Item) -> int:
    """What all indexes take."""
    return sum(_entry_writes(before, after, by, held) for by, held in INDEXES.items())


def _entry_writes(before: Item, after: Item, by: str, held: tuple[str, ...]) -> int:
    """An entry of an index that comes or goes is one write, one that moves is two, one that stays is none."""
    entries = [{name: item[name] for name in held if name in item} for item in (before, after) if by in item]
    if len(entries) == 2 and entries[0] == entries[1]:
        return 0
    return sum(max(1, ceil(size_of(entry) / KB)) for entry in entries)


def _batch_part(table: str, part: Mapping[str, Any], stored: Stored) -> Capacity:
    kind, body = next(iter(part.items()))
    return _written(kind.removesuffix("Request"), {**body, "TableName": table}, stored)


def _taken(request: Request, answer: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The parts of a batch that were done."""
    left = answer.get("UnprocessedItems", {})
    asked = ((table, part) for table, parts in request["RequestItems"].items() for part in parts)
    return ((table, part) for table, part in asked if part not in left.get(table, ()))


def _got(asked: Request, answer: Mapping[str, Any], table: str) -> Capacity:
    """Each item by itself, those that do not exist too; what was left over was not read."""
    found = answer["Responses"].get(table, ())
    left = len(answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", ()))
    missing = len(asked["Keys"]) - left - len(found)
    return Capacity(read=(sum(_blocks(size_of(item)) for item in found) + missing) * _share(asked))


def _blocks(size: int) -> int:
    return max(1, ceil(size / BLOCK))


def _share(request: Request) -> float:
    return 1 if request.get("ConsistentRead") else 0.5


def _key_of(item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk", "id", "key") if name in item}


def _sum(parts: Iterable[Capacity]) -> Capacity:
    return sum(parts, Capacity())
