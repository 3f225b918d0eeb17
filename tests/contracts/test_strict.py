"""Each rule of the strict layer bites: what AWS would refuse does not get through to moto."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.contracts.cloud import Cloud, Tables
from tests.contracts.strict import ITEM, Strict
from tests.contracts.strict_rules import RESERVED, NotOnAws

KEY = {"pk": {"S": "LEAD#a"}, "sk": {"S": "LEAD"}}
LEADS: dict[str, Any] = {
    "TableName": "leads",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("pk", "S"), ("sk", "S"), ("due_shard", "S"), ("due_at", "N"))
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {"IndexName": "due", "KeySchema": [{"AttributeName": "due_shard"}, {"AttributeName": "due_at"}]}
    ],
}
KEYS = {
    "TableName": "keys",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id"}],
}


class Nothing:
    """A client that takes everything and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda **request: request


@pytest.fixture
def client() -> Strict:
    client = Strict(Nothing())
    client.create_table(**LEADS)
    client.create_table(**KEYS)
    return client


def put(**values: object) -> dict[str, Any]:
    return {"TableName": "leads", "Item": {**KEY, **values}}


def row(name: str) -> dict[str, Any]:
    return {"pk": {"S": "LEAD#a"}, "sk": {"S": name}}


def words(expression: str, **values: object) -> dict[str, Any]:
    given = {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
    return {**put(), "ConditionExpression": expression, **given}


def query(**more: object) -> dict[str, Any]:
    values = {":pk": {"S": "x"}}
    return {
        "TableName": "leads", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values, **more,
    }  # fmt: skip


def gets(count: int) -> dict[str, Any]:
    return {"RequestItems": {"keys": {"Keys": [{"id": {"S": str(number)}} for number in range(count)]}}}


def deletes(count: int) -> dict[str, Any]:
    parts = [{"DeleteRequest": {"Key": {"id": {"S": str(number)}}}} for number in range(count)]
    return {"RequestItems": {"keys": parts}}


def parts(count: int) -> list[dict[str, Any]]:
    return [{"Put": {"TableName": "leads", "Item": row(f"TOUCH#{number}")}} for number in range(count)]


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "an empty partition key": ("put_item", {"TableName": "leads", "Item": {**KEY, "pk": {"S": ""}}}),
    "an empty sort key": ("get_item", {"TableName": "leads", "Key": row("")}),
    "a partition key of 2049 bytes": ("put_item", {"TableName": "leads", "Item": {**KEY, "pk": {"S": "x" * 2049}}}),
    "a sort key of 1025 bytes": ("get_item", {"TableName": "leads", "Key": row("ż" * 512 + "x")}),
    "half a key": ("get_item", {"TableName": "leads", "Key": {"pk": {"S": "x"}}}),
    "a key of another type": ("get_item", {"TableName": "leads", "Key": {**KEY, "sk": {"N": "1"}}}),
    "an item without its key": ("put_item", {"TableName": "leads", "Item": {"pk": {"S": "x"}}}),
    "an empty key of an index": ("put_item", put(due_shard={"S": ""})),
    "a key of an index with another type": ("put_item", put(due_at={"S": "soon"})),
    "an empty set": ("put_item", put(tags={"SS": []})),
    "something twice in a set": ("put_item", put(tags={"SS": ["a", "a"]})),
    "a number of 39 digits": ("put_item", put(n={"N": "1" * 39})),
    "a number that is none": ("put_item", put(n={"N": "many"})),
    "an infinite number": ("put_item", put(n={"N": "NaN"})),
    "a number that is a number in Python": ("put_item", put(n={"N": 1})),
    "a number out of range": ("put_item", put(n={"N": "1e126"})),
    "a text that is none": ("put_item", put(n={"S": None})),
    "two types at once": ("put_item", put(n={"S": "x", "N": "1"})),
    "a type that is none": ("put_item", put(n={"T": "x"})),
    "a nameless attribute": ("put_item", put(**{"": {"S": "x"}})),
    "a reserved word": ("put_item", words("status = :s", s={"S": "x"})),
    "a reserved word in small letters within a call": ("put_item", words("attribute_exists(owner)")),
    "a value that is used and not given": ("put_item", words("rev = :rev")),
    "a value that is given and not used": ("put_item", words("rev = :rev", rev={"N": "1"}, more={"N": "2"})),
    "an empty list of values": ("put_item", {**put(), "ExpressionAttributeValues": {}}),
    "a name that is not given": ("put_item", words("#rev = :rev", rev={"N": "1"})),
    "an empty expression": ("put_item", words(" ")),
    "an expression of more than 4 KB": ("put_item", words(" AND ".join(["attribute_exists(pk)"] * 200))),
    "an update of a key": (
        "update_item",
        {
            "TableName": "leads",
            "Key": KEY,
            "UpdateExpression": "SET sk = :sk",
            "ExpressionAttributeValues": {":sk": {"S": "x"}},
        },
    ),
    "a consistent read of an index": ("query", query(IndexName="due", ConsistentRead=True)),
    "an index that is not there": ("query", query(IndexName="late")),
    "a limit of nothing": ("query", query(Limit=0)),
    "a query without a condition": ("query", {"TableName": "leads"}),
    "101 items to get": ("batch_get_item", gets(101)),
    "nothing to get": ("batch_get_item", {"RequestItems": {"keys": {"Keys": []}}}),
    "the same twice to get": ("batch_get_item", {"RequestItems": {"keys": {"Keys": [{"id": {"S": "x"}}] * 2}}}),
    "26 items to delete": ("batch_write_item", deletes(26)),
    "the same twice to delete": (
        "batch_write_item",
        {"RequestItems": {"keys": deletes(1)["RequestItems"]["keys"] * 2}},
    ),
    "a transaction of 101": ("transact_write_items", {"TransactItems": parts(101)}),
    "a transaction of nothing": ("transact_write_items", {"TransactItems": []}),
    "an item twice in a transaction": ("transact_write_items", {"TransactItems": parts(1) * 2}),
    "a check beside a write of the same item": (
        "transact_write_items",
        {
            "TransactItems": [
                {"Put": put()},
                {"ConditionCheck": {"TableName": "leads", "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}},
            ]
        },
    ),
    "a check of nothing": (
        "transact_write_items",
        {"TransactItems": [{"ConditionCheck": {"TableName": "leads", "Key": KEY}}]},
    ),
    "a token of 37 characters": ("transact_write_items", {"TransactItems": parts(1), "ClientRequestToken": "x" * 37}),
    "a table of another name": ("get_item", {"TableName": "leads-2", "Key": KEY}),
    "a table whose name is too short": ("create_table", {**LEADS, "TableName": "it"}),
    "a table with a space in its name": ("create_table", {**LEADS, "TableName": "my leads"}),
    "an index whose name is too short": (
        "create_table",
        {**LEADS, "GlobalSecondaryIndexes": [{**LEADS["GlobalSecondaryIndexes"][0], "IndexName": "at"}]},
    ),
    "a definition that no key needs": (
        "create_table",
        {**KEYS, "AttributeDefinitions": [*KEYS["AttributeDefinitions"], {"AttributeName": "x", "AttributeType": "S"}]},
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_aws_would_refuse_does_not_get_through(client: Strict, what: str) -> None:
    method, request = WRONG[what]

    with pytest.raises(NotOnAws):
        getattr(client, method)(**request)


RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "a plain item": ("put_item", put(doc={"S": ""}, n={"N": "1" * 38}, b={"B": b""}, m={"M": {"a": {"L": []}}})),
    "a condition on our own names": ("put_item", words("rev = :rev AND attribute_not_exists(held_by)", rev={"N": "1"})),
    "a query of an index": ("query", query(IndexName="due", Limit=1)),
    "100 items to get": ("batch_get_item", gets(100)),
    "25 items to delete": ("batch_write_item", deletes(25)),
    "a transaction of 100": ("transact_write_items", {"TransactItems": parts(100), "ClientRequestToken": "x" * 36}),
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_aws_takes_gets_through(client: Strict, what: str) -> None:
    method, request = RIGHT[what]

    assert getattr(client, method)(**request) == request


@pytest.mark.parametrize("method", ["put_item", "transact_write_items"])
def test_an_item_of_more_than_400_kb_is_answered_as_aws_does(client: Strict, method: str) -> None:
    large = put(doc={"S": "x" * ITEM})

    with pytest.raises(ClientError, match="Item size has exceeded"):
        getattr(client, method)(**(large if method == "put_item" else {"TransactItems": [{"Put": large}]}))


def test_a_transaction_of_more_than_4_mb_is_answered_as_aws_does(client: Strict) -> None:
    large = [
        {"Put": {"TableName": "leads", "Item": {**row(str(number)), "doc": {"S": "x" * 399_000}}}}
        for number in range(11)
    ]

    with pytest.raises(ClientError, match="4 MB"):
        client.transact_write_items(TransactItems=large)


def test_a_token_is_good_for_one_transaction_and_its_repetition(client: Strict) -> None:
    client.transact_write_items(TransactItems=parts(1), ClientRequestToken="once")
    client.transact_write_items(TransactItems=parts(1), ClientRequestToken="once")

    with pytest.raises(NotOnAws):
        client.transact_write_items(TransactItems=parts(2), ClientRequestToken="once")


def test_the_list_of_reserved_words_is_whole() -> None:
    assert len(RESERVED) == 573
    assert {"ABORT", "STATUS", "TTL", "ZONE"} <= RESERVED


def test_the_contracts_of_store_and_keys_run_on_the_strict_client(cloud: Cloud) -> None:
    tables = Tables(cloud, cloud.tables().names)

    assert isinstance(tables.store()._db._client, Strict)
    assert isinstance(tables.keys()._db._client, Strict)
