"""The change feed on AWS: what the records of the table's stream tell. Called by `on_change` and by tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from leadlight.aws.dynamo import Item, text_of, translated
from leadlight.aws.erased import SILENT
from leadlight.aws.items import unpacked
from leadlight.aws.tables import DUE, TOUCH
from leadlight.model.due import Due
from leadlight.model.exchange import News
from leadlight.model.touch import Touch

Record = Mapping[str, Any]
"""One record as Lambda hands it over (and `GetRecords` too): https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""

QUIET = 3
"""Empty pages in a row after which an open shard is taken as read: the API may return some between full ones."""


class Streams(Protocol):
    """The part of botocore's `dynamodbstreams` client that we use."""

    def describe_stream(self, **request: object) -> Record: ...
    def get_shard_iterator(self, **request: object) -> Record: ...
    def get_records(self, **request: object) -> Record: ...


def news_in(record: Record) -> News | None:
    """What a record tells about a lead, or None: it is about another item, or a touch that is not new.

    Who removed an item, we or its time to live, makes no difference. Raises `msgspec.MsgspecError` for a document that
    cannot be read and `KeyError` for a record that is none.
    """
    change = record["dynamodb"]
    kind = text_of(change["Keys"], "sk")
    if kind.startswith(TOUCH):
        touch = touch_in(record)
        return News(touch.lead_id, touch=touch) if touch else None
    if not kind.startswith(DUE):
        return None
    due, was = (unpacked(change[image], Due) if change.get(image) else None for image in ("NewImage", "OldImage"))
    row = due or was
    return News(row.lead_id, due=due, was=was) if row else None


def touch_in(record: Record) -> Touch | None:
    """The touch that a record says was stored, or None if it is about something else."""
    change = record["dynamodb"]
    new: Item = change.get("NewImage", {})
    if record["eventName"] != "INSERT" or not text_of(new, "sk").startswith(TOUCH) or SILENT in new:
        return None
    return unpacked(new, Touch)


def records(client: Streams, stream: str) -> Iterator[tuple[int, Record]]:
    """Everything that the stream still holds, with each record's position."""
    for shard in shards(client, stream):
        for record in shard_records(client, stream, shard):
            yield int(record["dynamodb"]["SequenceNumber"]), record


def shards(client: Streams, stream: str) -> Iterator[str]:
    """The shards' ids, parents first, page by page."""
    request = {"StreamArn": stream}
    while True:
        with translated():
            found = client.describe_stream(**request)["StreamDescription"]
        yield from (shard["ShardId"] for shard in found["Shards"])
        if not found.get("LastEvaluatedShardId"):
            return
        request = {"StreamArn": stream, "ExclusiveStartShardId": found["LastEvaluatedShardId"]}


def shard_records(client: Streams, stream: str, shard: str) -> Iterator[Record]:
    """The records of one shard, oldest first."""
    with translated():
        start = client.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    at, quiet = start.get("ShardIterator"), 0
    while at and quiet < QUIET:
        with translated():
            page = client.get_records(ShardIterator=at)
        yield from page["Records"]
        quiet = 0 if page["Records"] else quiet + 1
        at = page.get("NextShardIterator")
