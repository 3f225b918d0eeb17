"""What removes a lead from DynamoDB, and the little that stays. Called by `leadlight.aws.store`.

The lead's own item stays, without the lead: it has the number of its generation, which the next submit of that id needs
and has no time to read; or it has who came again while the old one was being erased. Touches that are kept for the
figures have the mark `SILENT`, and the stream's reader passes them over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from leadlight.aws import tables
from leadlight.aws.dynamo import Item, Write, number, text, text_of
from leadlight.aws.items import GOING, PAST, SUBMITS, moved_due, new_touches, next_lead, place
from leadlight.aws.tables import Names
from leadlight.model.due import Due
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import CaptureId, LeadId
from leadlight.model.touch import Touch

SILENT = "silent"


def is_lead(names: Names, lead_id: LeadId) -> Write:
    """Refuses where there is no lead of that id, or one that is being erased."""
    request = {"TableName": names.leads, "Key": place(lead_id, tables.LEAD)}
    return Write(lead_id, "ConditionCheck", request, f"attribute_exists(doc) AND attribute_not_exists({GOING})")


def captures_in(rows: Iterable[Item]) -> set[CaptureId]:
    """The ids of the captures among a lead's items."""
    sorts = (text_of(row, "sk") for row in rows)
    return {CaptureId(sort.removeprefix(tables.CAPTURE)) for sort in sorts if sort.startswith(tables.CAPTURE)}


def keys_of(rows: Iterable[Item], *, but: Due, anew: Change | None) -> list[Item]:
    """The keys of all these items that are to go by themselves: not the lead's, nor its figures', nor that row's.

    What `anew` begins with stays where it is.
    """
    stay = {tables.LEAD, tables.FIGURES, tables.DUE + but.key}
    if anew:
        stay |= {tables.CAPTURE + capture.id for capture in anew.captures}
        stay |= {tables.TOUCH + touch.id for touch in anew.touches}
    return [{"pk": row["pk"], "sk": row["sk"]} for row in rows if text_of(row, "sk") not in stay]


def outlived(names: Names, lead: Lead, item: Item, anew: Change | None) -> Iterator[Write]:
    """Takes the lead out of its item, if that is as it was read, or puts the new one in its place, with its rows."""
    came = f"{SUBMITS} = :submits" if SUBMITS in item else f"attribute_not_exists({SUBMITS})"
    condition = f"doc = :doc AND rev = :rev AND {came}"
    values = {":doc": item["doc"], ":rev": item["rev"]}
    values |= {":submits": item[SUBMITS]} if SUBMITS in item else {}
    if anew:
        begun = next_lead(names, replace(anew.lead, revision=anew.lead.revision + 1), anew.nonce)
        yield replace(begun, condition=condition, values=values)
        yield from moved_due(names, anew.due, lead_id=lead.id)
        return
    gone = [name for name in item if name not in {"pk", "sk", PAST}]
    request = {
        "TableName": names.leads,
        "Key": place(lead.id, tables.LEAD),
        "UpdateExpression": f"SET {PAST} = :life REMOVE {', '.join(gone)}",
    }
    yield Write(lead, "Update", request, condition, {**values, ":life": number(lead.generation)})


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
