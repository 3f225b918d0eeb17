"""DynamoDB's calls, with types and with our errors. Called by the store and the keys beside it.

What a condition refuses is an answer, not an error: `transact` and `write` return it with what was found instead
(`ReturnValuesOnConditionCheckFailure`), because a lost reply makes botocore try again and fail on its own first try.
Everything else that goes wrong becomes `StoreBusy`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.errors import StoreBusy, TooLarge

Value = Mapping[str, str | bytes]
Item = Mapping[str, Value]
Reply = Mapping[str, Any]  # whatever botocore made of the answer; goes no further than this file

Place = tuple[str, Item]  # a table, and the key of an item in it
Thing = TypeVar("Thing")

REFUSED = "ConditionalCheckFailed"
GET, WRITE = 100, 25  # how many items BatchGetItem and BatchWriteItem take
ITEM = 400 * 1024  # bytes that an item may have
TRIES = 5
PAUSE = 0.05  # seconds before what met another transaction, or was taken in part, is tried again; doubles, with jitter


class Client(Protocol):
    """The part of botocore's `dynamodb` client that we use."""

    def get_item(self, **request: object) -> Reply: ...
    def query(self, **request: object) -> Reply: ...
    def scan(self, **request: object) -> Reply: ...
    def update_item(self, **request: object) -> Reply: ...
    def put_item(self, **request: object) -> Reply: ...
    def batch_get_item(self, **request: object) -> Reply: ...
    def batch_write_item(self, **request: object) -> Reply: ...
    def transact_write_items(self, **request: object) -> Reply: ...
    def describe_table(self, **request: object) -> Reply: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Write:
    """One part of a transaction. `about` is what it writes, for whoever has to explain a refusal."""

    about: object
    kind: str  # Put, Update, Delete, ConditionCheck
    request: Mapping[str, object]
    condition: str = ""
    values: Item = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """As the API wants it."""
        body = dict(self.request)
        if self.condition:
            body |= {"ConditionExpression": self.condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if self.values:
            body["ExpressionAttributeValues"] = self.values
        return body


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write whose condition did not hold, and the item as it was; empty if there was none."""

    about: object
    found: Item


class Dynamo:
    """One client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def transact(self, writes: Sequence[Write]) -> tuple[Refusal, ...]:
        """All of it, or nothing and the refusals. Waits for its turn a little when it meets another transaction."""
        items = [{write.kind: write.body()} for write in writes]
        for attempt in range(TRIES):
            with translated():
                try:
                    self._client.transact_write_items(TransactItems=items)
                except ClientError as error:
                    refused = refusals(writes, error)
                    if refused:
                        return refused
                else:
                    return ()
            pause(attempt)
        raise StoreBusy("DynamoDB: this lead is being changed too often at once. Try again.")

    def write(self, write: Write) -> tuple[Refusal, ...]:
        """One conditional Put or Update by itself."""
        call = {"Put": self._client.put_item, "Update": self._client.update_item}[write.kind]
        with translated():
            try:
                call(**write.body())
            except ClientError as error:
                if code_of(error) != f"{REFUSED}Exception":
                    raise
                return (Refusal(write.about, error.response.get("Item") or {}),)
        return ()

    def added(self, write: Write, name: str) -> int:
        """The number in that attribute after an Update that has no condition. Repeated, it is added again."""
        with translated():
            reply = self._client.update_item(**write.body(), ReturnValues="UPDATED_NEW")
        return int(text_of(reply["Attributes"], name))

    def get(self, table: str, key: Item) -> Item | None:
        """One item, read consistently."""
        with translated():
            found: Item | None = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found

    def query(self, table: str, condition: str, values: Item, *, page: int = 0, index: str = "") -> Iterator[Item]:
        """Items in the order of the sort key, page by page as they are taken; of the table itself read consistently.

        `page` is how many are asked for at once, as many as fit if it is 0.
        """
        request: dict[str, object] = {"TableName": table, "KeyConditionExpression": condition}
        request |= {"IndexName": index} if index else {"ConsistentRead": True}
        request |= {"Limit": page} if page else {}
        return pages(self._client.query, {**request, "ExpressionAttributeValues": values})

    def scan(self, table: str, condition: str, values: Item) -> Iterator[Item]:
        """All items of a table that fulfil the condition."""
        request = {"TableName": table, "FilterExpression": condition, "ExpressionAttributeValues": values}
        return pages(self._client.scan, request)

    def batch_get(self, places: Sequence[Place]) -> Iterator[tuple[str, Item]]:
        """Those of these items that exist, each with its table, in no order. Each is named once."""
        for chunk in chunks(places, GET):
            asked: Reply = {
                table: {"Keys": [key for name, key in chunk if name == table], "ConsistentRead": True}
                for table in dict.fromkeys(table for table, _ in chunk)
            }
            for reply in self._until_taken(self._client.batch_get_item, asked, "UnprocessedKeys"):
                for table, found in reply["Responses"].items():
                    yield from ((table, item) for item in found)

    def batch_delete(self, table: str, keys: Sequence[Item]) -> None:
        """Deletes items, whether they exist or not. Each is named once."""
        self._batch_write(table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def batch_put(self, table: str, items: Iterable[Item]) -> None:
        """Writes items over whatever is there. Each is named once."""
        self._batch_write(table, [{"PutRequest": {"Item": item}} for item in items])

    def _batch_write(self, table: str, requests: Sequence[Reply]) -> None:
        for chunk in chunks(requests, WRITE):
            for _ in self._until_taken(self._client.batch_write_item, {table: chunk}, "UnprocessedItems"):
                continue

    def _until_taken(self, call: Call, asked: Reply, left: str) -> Iterator[Reply]:
        """Answer after answer, as long as less of what was asked is left over each time, for want of capacity."""
        in_vain = 0
        while in_vain < TRIES:
            with translated():
                reply = call(RequestItems=asked)
            yield reply
            before, asked = asked, reply.get(left) or {}
            if not asked:
                return
            in_vain = in_vain + 1 if asked == before else 0
            pause(in_vain)
        raise StoreBusy("DynamoDB: it takes only a part of what is asked. Try again; if it stays, look at the alarms.")

    def stream_of(self, table: str) -> str:
        """The name (ARN) of the table's stream."""
        with translated():
            return str(self._client.describe_table(TableName=table)["Table"]["LatestStreamArn"])

    def close(self) -> None:
        """Closes the client's connections."""
        self._client.close()


def pause(attempt: int) -> None:
    """Lets others go first: longer each time, and never all of them for the same time."""
    time.sleep(PAUSE * 2**attempt * random.random())  # noqa: S311 - jitter is no secret


def chunks(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    """The things in order, so many at a time."""
    return (things[start : start + size] for start in range(0, len(things), size))


class Call(Protocol):
    """A client's method."""

    def __call__(self, **request: object) -> Reply: ...


@contextmanager
def translated() -> Iterator[None]:
    """AWS's errors as ours: throttled, timed out or refused, the store did not answer; or it was too much at once."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and is_too_large(error):
            raise TooLarge(ITEM) from error
        reason = code_of(error) if isinstance(error, ClientError) else type(error).__name__
        raise StoreBusy(f"DynamoDB: {reason}. Try again; if it stays, look at the alarms.") from error


def is_too_large(error: ClientError) -> bool:
    """Whether an item was refused for its size: by itself, or as a part of a transaction, which is then not done."""
    reasons: Sequence[Reply] = error.response.get("CancellationReasons", ())
    words = [str(error), *(str(reason.get("Message")) for reason in reasons if reason.get("Code") == "ValidationError")]
    return any("size" in said and "exceeded" in said for said in words)


def refusals(writes: Sequence[Write], error: ClientError) -> tuple[Refusal, ...]:
    """The conditions that cancelled a transaction. Empty when it only met another one: try again."""
    if code_of(error) != "TransactionCanceledException":
        raise error
    reasons: Sequence[Reply] = error.response.get("CancellationReasons", ())
    codes = {reason.get("Code", "None") for reason in reasons}
    if REFUSED not in codes and codes - {"None", "TransactionConflict"}:
        raise error
    return tuple(
        Refusal(write.about, reason.get("Item") or {})
        for write, reason in zip(writes, reasons, strict=False)
        if reason.get("Code") == REFUSED
    )


def pages(call: Call, request: Mapping[str, object]) -> Iterator[Item]:
    """Items of page after page, until there is no more."""
    more = True
    while more:
        with translated():
            reply = call(**request)
        yield from reply["Items"]
        more = "LastEvaluatedKey" in reply
        request = {**request, "ExclusiveStartKey": reply.get("LastEvaluatedKey")}


def code_of(error: ClientError) -> str:
    """The error's name on AWS."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def text(words: str) -> Value:
    """A string."""
    return {"S": words}


def number(value: int) -> Value:
    """A number."""
    return {"N": str(value)}


def text_of(item: Item, name: str) -> str:
    """The string or the digits in that attribute; empty if there is none."""
    (value,) = item[name].values() if name in item else ("",)
    return value if isinstance(value, str) else value.decode()
