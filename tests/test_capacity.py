"""What calls to DynamoDB consume, by AWS's own examples and rules."""

from __future__ import annotations

import pytest
from tests.capacity import Capacity, capacity_of, size_of

KEY = {"pk": {"S": "LEAD#a"}, "sk": {"S": "LEAD"}}


def item(size: int) -> dict:
    """An item of exactly that many bytes."""
    empty = {**KEY, "doc": {"S": ""}}
    return {**empty, "doc": {"S": "x" * (size - size_of(empty))}}


def put(size: int) -> dict:
    return {"TableName": "leads", "Item": item(size)}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "żółw"}, 7),
        ({"N": "0"}, 1),
        ({"N": "1767600000"}, 4),
        ({"N": "-12.5"}, 4),
        ({"B": b"12345"}, 5),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"a": {"S": "b"}}}, 6),
    ],
)
def test_a_value_has_the_size_that_aws_counts(value: dict, size: int) -> None:
    assert size_of({"n": value}) == 1 + size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (3 * 1024 + 1, 4)])
def test_a_write_takes_a_unit_for_each_begun_kilobyte(size: int, units: int) -> None:
    assert capacity_of("put_item", put(size), {}) == Capacity(write=units)


def test_a_transaction_takes_everything_twice() -> None:
    request = {"TransactItems": [{"Put": put(1025)}, {"ConditionCheck": {"TableName": "leads", "Key": KEY}}]}

    assert capacity_of("transact_write_items", request, {}) == Capacity(write=4 + 2)


def test_a_write_takes_the_larger_of_before_and_after() -> None:
    assert capacity_of("put_item", put(100), {}, stored=lambda *_: item(5000)) == Capacity(write=5)


def test_a_deletion_takes_what_is_deleted() -> None:
    request = {"TableName": "leads", "Key": KEY}

    assert capacity_of("delete_item", request, {}, stored=lambda *_: item(2000)) == Capacity(write=2)


def test_a_due_row_is_written_to_its_index_too_and_moved_there_by_two_writes() -> None:
    row = {**item(300), "due_shard": {"S": "7"}, "due_at": {"N": "1"}}
    request = {"TableName": "leads", "Item": {**row, "due_at": {"N": "2"}}}

    assert capacity_of("put_item", request, {}) == Capacity(write=2)
    assert capacity_of("put_item", request, {}, stored=lambda *_: row) == Capacity(write=3)
    assert capacity_of("put_item", request, {}, stored=lambda *_: request["Item"]) == Capacity(write=1)


@pytest.mark.parametrize(("size", "units"), [(100, 1), (4096, 1), (4097, 2)])
def test_a_consistent_read_takes_a_unit_for_each_begun_four_kilobytes(size: int, units: int) -> None:
    request = {"TableName": "leads", "Key": KEY, "ConsistentRead": True}

    assert capacity_of("get_item", request, {"Item": item(size)}) == Capacity(read=units)


def test_another_read_takes_half_and_one_that_finds_nothing_the_least() -> None:
    assert capacity_of("get_item", {"TableName": "leads", "Key": KEY}, {}) == Capacity(read=0.5)


def test_a_query_rounds_once_for_all_its_items() -> None:
    answer = {"Items": [item(1000)] * 5}

    assert capacity_of("query", {"ConsistentRead": True}, answer) == Capacity(read=2)


def test_a_batch_rounds_each_item_and_counts_those_that_are_missing() -> None:
    request = {"RequestItems": {"leads": {"Keys": [KEY] * 3, "ConsistentRead": True}}}
    answer = {"Responses": {"leads": [item(5000), item(10)]}, "UnprocessedKeys": {}}

    assert capacity_of("batch_get_item", request, answer) == Capacity(read=2 + 1 + 1)


def test_what_a_batch_did_not_read_or_write_yet_is_not_counted() -> None:
    request = {"RequestItems": {"leads": {"Keys": [KEY] * 3, "ConsistentRead": True}}}
    answer = {"Responses": {"leads": [item(10)]}, "UnprocessedKeys": {"leads": {"Keys": [KEY] * 2}}}

    gone = [{"DeleteRequest": {"Key": {"id": {"S": name}}}} for name in "ab"]

    deleted = capacity_of(
        "batch_write_item", {"RequestItems": {"keys": gone}}, {"UnprocessedItems": {"keys": gone[:1]}}
    )

    assert capacity_of("batch_get_item", request, answer) == Capacity(read=1)
    assert deleted == Capacity(write=1)
