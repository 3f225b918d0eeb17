"""A client that refuses what AWS would refuse and moto lets pass. Every request of our store and keys goes through it.

What is simply wrong is `NotOnAws` and fails the test. What depends on what a person wrote, the size of an item, is
answered as AWS does, for the store to handle. Limits:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tests.capacity import KB, size_of
from tests.contracts.strict_rules import (
    Item,
    Request,
    check_expressions,
    check_item,
    check_name,
    check_value,
    demand,
    set_names,
)

ITEM, TRANSACTION = 400 * KB, 4 * KB * KB
HASH, RANGE = 2048, 1024  # bytes of keys
PARTS, GOT, WRITTEN = 100, 100, 25  # of a transaction and of batches
TOKEN = 36
TOO_LARGE = "Item size has exceeded the maximum allowed size"


@dataclass(frozen=True)
class Schema:
    """The keys of a table and of its indexes: names and types."""

    keys: Mapping[str, str]
    indexes: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, definition: Request) -> Schema:
        types = {part["AttributeName"]: part["AttributeType"] for part in definition["AttributeDefinitions"]}

        def keys(schema: Sequence[Request]) -> dict[str, str]:
            return {part["AttributeName"]: types[part["AttributeName"]] for part in schema}

        indexes = definition.get("GlobalSecondaryIndexes", ())
        return cls(keys(definition["KeySchema"]), {i["IndexName"]: keys(i["KeySchema"]) for i in indexes})


class Strict:
    """One client of botocore, and what it knows of the tables that were made by it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._schemas: dict[str, Schema] = {}
        self._tokens: dict[str, str] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)
        check = getattr(self, f"_check_{name}", None)

        def call(**request: Any) -> Any:
            if check:
                check(request)
            return method(**request)

        return call

    def _check_create_table(self, request: Request) -> None:
        check_name(request["TableName"])
        schema = self._schemas[request["TableName"]] = Schema.of(request)
        for index in schema.indexes:
            check_name(index)
        used = {name for keys in (schema.keys, *schema.indexes.values()) for name in keys}
        given = {part["AttributeName"] for part in request["AttributeDefinitions"]}
        demand(used == given, "attributes are defined for keys, and for nothing else")

    def _check_get_item(self, request: Request) -> None:
        self._key(request["TableName"], request["Key"])
        check_expressions(request)

    def _check_put_item(self, request: Request) -> None:
        self._write("Put", request)

    def _check_update_item(self, request: Request) -> None:
        self._write("Update", request)

    def _check_delete_item(self, request: Request) -> None:
        self._write("Delete", request)

    def _check_query(self, request: Request) -> None:
        self._read(request)
        demand("KeyConditionExpression" in request, "a query needs a condition on its key")

    def _check_scan(self, request: Request) -> None:
        self._read(request)

    def _check_batch_get_item(self, request: Request) -> None:
        places = []
        for table, part in request["RequestItems"].items():
            demand(part["Keys"], "an empty list of keys")
            check_expressions(part)
            places += [self._key(table, key) for key in part["Keys"]]
        check_batch(places, GOT)

    def _check_batch_write_item(self, request: Request) -> None:
        places = []
        for table, parts in request["RequestItems"].items():
            for part in parts:
                ((kind, body),) = part.items()
                places.append(self._write(kind.removesuffix("Request"), {**body, "TableName": table}))
        check_batch(places, WRITTEN)

    def _check_transact_write_items(self, request: Request) -> None:
        parts = [next(iter(part.items())) for part in request["TransactItems"]]
        demand(all(len(part) == 1 for part in request["TransactItems"]), "each part does one thing")
        check_batch([self._write(kind, body) for kind, body in parts], PARTS)
        if sum(written_size(body) for _, body in parts) > TRANSACTION:
            raise refused("TransactWriteItems", "Transaction request cannot include more than 4 MB of data")
        if "ClientRequestToken" in request:
            self._token(request)

    def _token(self, request: Request) -> None:
        token = request["ClientRequestToken"]
        demand(0 < len(token) <= TOKEN, f"a token has 1 to {TOKEN} characters")
        asked = json.dumps(request["TransactItems"], sort_keys=True, default=repr)
        demand(self._tokens.setdefault(token, asked) == asked, "the same token with another transaction")

    def _write(self, kind: str, body: Request) -> str:
        """Checks one write and returns where it goes."""
        table = body["TableName"]
        schema = self._schema(table)
        check_expressions(body)
        place = self._key(table, body["Key"]) if "Key" in body else self._item(table, body["Item"])
        if kind == "Update":
            demand(not set_names(body["UpdateExpression"]) & set(schema.keys), "an update never writes a key")
        if kind == "ConditionCheck":
            demand("ConditionExpression" in body, "a check without a condition")
        if written_size(body) > ITEM:
            raise refused(kind, TOO_LARGE)
        return place

    def _item(self, table: str, item: Item) -> str:
        check_item(item)
        schema = self._schema(table)
        for keys in schema.indexes.values():
            check_keys(keys, {name: item[name] for name in keys if name in item}, whole=False)
        demand(set(schema.keys) <= set(item), f"an item of {table} needs {list(schema.keys)}")
        return self._key(table, {name: item[name] for name in schema.keys})

    def _key(self, table: str, key: Item) -> str:
        check_keys(self._schema(table).keys, key, whole=True)
        return f"{table}: {sorted(map(repr, key.items()))}"

    def _read(self, request: Request) -> None:
        schema = self._schema(request["TableName"])
        check_expressions(request)
        demand(request.get("Limit", 1) >= 1, "a limit of less than one")
        if "IndexName" in request:
            demand(request["IndexName"] in schema.indexes, f"there is no index {request['IndexName']}")
            demand(not request.get("ConsistentRead"), "an index is never read consistently")

    def _schema(self, table: str) -> Schema:
        check_name(table)
        demand(table in self._schemas, f"there is no table {table}")
        return self._schemas[table]


def check_keys(keys: Mapping[str, str], given: Item, *, whole: bool) -> None:
    """Of the right names and types, not empty, not too long; all of them if `whole`."""
    demand(not whole or set(given) == set(keys), f"the key is {list(keys)}, not {list(given)}")
    for (name, kind), limit in zip(keys.items(), (HASH, RANGE), strict=False):
        if name in given:
            check_value(given[name])
            ((found, content),) = given[name].items()
            demand(found == kind, f"{name} is {kind}, not {found}")
            demand(content, f"the key {name} is empty")
            demand(kind == "N" or len(content.encode() if kind == "S" else content) <= limit, f"{name} is too long")


def check_batch(places: Sequence[str], limit: int) -> None:
    """Not empty, not too many, nothing twice."""
    demand(0 < len(places) <= limit, f"{len(places)} parts: 1 to {limit} are allowed")
    demand(len(set(places)) == len(places), "the same item twice")


def written_size(body: Request) -> int:
    """Bytes of what a write stores, as far as the request tells."""
    values = {name.lstrip(":"): value for name, value in body.get("ExpressionAttributeValues", {}).items()}
    return size_of(body["Item"]) if "Item" in body else size_of({**body["Key"], **values})


def refused(operation: str, why: str) -> ClientError:
    """As AWS words it."""
    return ClientError({"Error": {"Code": "ValidationException", "Message": why}}, operation)
