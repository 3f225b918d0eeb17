"""What removes a lead from DynamoDB, and the little that stays. Called by `leadlight.aws.store`.

The lead's own item stays, without the lead: it has the number of its generation, which the next submit of that id needs
and has no time to read. Touches that are kept for the figures have the mark `SILENT`, and the stream's reader passes
them over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadlight.aws import tables
from leadlight.aws.dynamo import Item, Write, number, text, text_of
from leadlight.aws.items import PAST, SUBMITS, new_touches, place
from leadlight.aws.tables import Names
from leadlight.model.due import Due
from leadlight.model.lead import Lead
from leadlight.model.person import CaptureId, LeadId
from leadlight.model.touch import Touch

SILENT = "silent"


def is_lead(names: Names, lead_id: LeadId) -> Write:
    """Refuses where there is no lead of that id."""
    request = {"TableName": names.leads, "Key": place(lead_id, tables.LEAD)}
    return Write(lead_id, "ConditionCheck", request, "attribute_exists(doc)")


def captures_in(rows: Iterable[Item]) -> set[CaptureId]:
    """The ids of the captures among a lead's items."""
    sorts = (text_of(row, "sk") for row in rows)
    return {CaptureId(sort.removeprefix(tables.CAPTURE)) for sort in sorts if sort.startswith(tables.CAPTURE)}


def keys_of(rows: Iterable[Item], *, but: Due) -> list[Item]:
    """The keys of all these items that are to go by themselves: not the lead's, nor its figures', nor that row's."""
    stay = {tables.LEAD, tables.FIGURES, tables.DUE + but.key}
    return [{"pk": row["pk"], "sk": row["sk"]} for row in rows if text_of(row, "sk") not in stay]


def outlived(names: Names, lead: Lead, item: Item) -> Write:
    """Takes the lead out of its item, if that is as it was read."""
    gone = [name for name in item if name not in {"pk", "sk", PAST}]
    request = {
        "TableName": names.leads,
        "Key": place(lead.id, tables.LEAD),
        "UpdateExpression": f"SET {PAST} = :life REMOVE {', '.join(gone)}",
    }
    values = {":life": number(lead.generation), ":doc": item["doc"], ":rev": item["rev"]}
    came = f"{SUBMITS} = :submits" if SUBMITS in item else f"attribute_not_exists({SUBMITS})"
    values |= {":submits": item[SUBMITS]} if SUBMITS in item else {}
    return Write(lead, "Update", request, f"doc = :doc AND rev = :rev AND {came}", values)


def begun_after(names: Names, lead_id: LeadId, generation: int) -> Write:
    """Writes the number where there is no lead, over none or over a smaller one."""
    request = {
        "TableName": names.leads,
        "Key": place(lead_id, tables.LEAD),
        "UpdateExpression": f"SET {PAST} = :life",
    }
    less = f"attribute_not_exists(doc) AND (attribute_not_exists({PAST}) OR {PAST} < :life)"
    return Write(lead_id, "Update", request, less, {":life": number(generation)})


def past(names: Names, touches: Iterable[Touch]) -> Iterator[Item]:
    """The touches as items of which nobody is told."""
    for write in new_touches(names, touches):
        item = write.request["Item"]
        assert isinstance(item, dict)  # noqa: S101 tells the type checker what `new_touches` has put there
        yield {**item, SILENT: text("yes")}
