"""Where figures and totals lie in DynamoDB, and what is written there. Called by `leadlight.aws.store`.

A lead's figures are an item beside the lead. The totals are an item for each week and what is counted about, with a
number for each thing that happened, so that one touch changes few and small ones. All of them lie in `PLACES`
partitions: each lead adds to one of these, a busy minute is not held up at a single item, and a report asks each for
its weeks.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import msgspec

from leadlight.aws import tables
from leadlight.aws.dynamo import Item, Write, chunks, number, text, text_of
from leadlight.aws.items import NEW, place
from leadlight.aws.tables import Names
from leadlight.model.figures import Cell, Figures, difference
from leadlight.model.person import LeadId

PLACES = 4
AT_ONCE = 90
"""Totals changed in one transaction, which has room for 100 items."""

COUNT = "n_"
"""Begins the attributes with numbers: what happened might be a word that DynamoDB keeps for itself."""

BETWEEN = "pk = :pk AND sk BETWEEN :since AND :until"

Change = Mapping[str, int]


def place_of(lead_id: LeadId) -> int:
    """To which of the partitions that lead adds."""
    return zlib.crc32(lead_id.encode()) % PLACES


def partition(number: int) -> str:
    """The key of one of them."""
    return f"{tables.TOTALS}#{number}"


def weeks(number: int, since: str, until: str) -> Item:
    """What is asked for in that partition, for `BETWEEN`. No key is empty, and all that may follow `|` is below `}`."""
    return {":pk": text(partition(number)), ":since": text(since or "0"), ":until": text(until + "}")}


def figures_in(item: Item) -> Figures:
    """The figures of an item."""
    cells = msgspec.json.decode(text_of(item, "doc"), type=dict[str, int])
    return Figures(LeadId(text_of(item, "pk").partition("#")[2]), cells, int(text_of(item, "rev")))


def slices(before: Figures, after: Figures) -> Iterator[tuple[Figures, Change]]:
    """The way from one to the other, a transaction at a time: the lead's figures by then, and what changes."""
    change = difference(before, after.cells)
    items: dict[tuple[str, str], list[str]] = {}
    for name in change:
        items.setdefault(Cell.of(name)[:2], []).append(name)
    for some in chunks(list(items.values()), AT_ONCE):
        part = {name: change[name] for names in some for name in names}
        cells = {
            name: n for name in sorted({*before.cells, *part}) if (n := before.cells.get(name, 0) + part.get(name, 0))
        }
        before = replace(before, cells=cells, revision=before.revision + 1)
        yield before, part


def kept(names: Names, figures: Figures) -> Write:
    """Writes a lead's figures over those of the revision before."""
    item = figures_item(figures)
    known = ("rev = :before", {":before": number(figures.revision - 1)}) if figures.revision > 1 else (NEW, {})
    return Write(figures, "Put", {"TableName": names.leads, "Item": item}, *known)


def figures_item(figures: Figures) -> Item:
    """As it is stored."""
    doc = msgspec.json.encode(figures.cells).decode()
    return {**place(figures.lead_id, tables.FIGURES), "doc": text(doc), "rev": number(figures.revision)}


def removed(names: Names, figures: Figures) -> Write:
    """Deletes those figures, unless they have changed since."""
    request = {"TableName": names.leads, "Key": place(figures.lead_id, tables.FIGURES)}
    return Write(figures, "Delete", request, "rev = :rev", {":rev": number(figures.revision)})


def added(names: Names, change: Change, place: int) -> Iterator[Write]:
    """Adds to the totals in one of the partitions."""
    items: dict[tuple[str, str], dict[str, int]] = {}
    for name, count in change.items():
        week, about, what = Cell.of(name)
        items.setdefault((week, about), {})[COUNT + what] = count
    for (week, about), counts in items.items():
        request = {
            "TableName": names.leads,
            "Key": {"pk": text(partition(place)), "sk": text(f"{week}|{about}")},
            "UpdateExpression": "ADD " + ", ".join(f"{name} :{name}" for name in counts),
        }
        yield Write(about, "Update", request, values={f":{name}": number(count) for name, count in counts.items()})


def totals_in(items: Iterable[Item]) -> Mapping[str, int]:
    """The sums over all partitions, by the names of cells in order; without those at 0."""
    sums: Counter[str] = Counter()
    for item in items:
        for name in item:
            if name.startswith(COUNT):
                sums[f"{text_of(item, 'sk')}|{name.removeprefix(COUNT)}"] += int(text_of(item, name))
    return {name: sums[name] for name in sorted(sums) if sums[name]}
