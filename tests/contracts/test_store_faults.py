"""What DynamoDB may answer on a bad day, on every method: the store is busy, or the item too large; nothing is half."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.contracts.cloud import Cloud, Tables
from tests.contracts.examples import NOW, Submit, budget, claim, submit, touch
from tests.contracts.test_store_dynamo import Fails, Repeats, refused

from leadlight.aws import dynamo
from leadlight.aws.keys import DynamoKeys
from leadlight.aws.store import DynamoStore
from leadlight.errors import Conflict, StoreBusy, TooLarge, TooMany
from leadlight.model.due import LedgerState
from leadlight.model.exchange import Change
from leadlight.model.figures import Figures
from leadlight.model.person import CompanyId, LeadId

THROTTLED = ("ThrottlingException", "RequestLimitExceeded", "ProvisionedThroughputExceededException")
CODES = (*THROTTLED, "InternalServerError")
REASONS = ("ThrottlingError", "ProvisionedThroughputExceeded", "ItemCollectionSizeLimitExceeded", "ValidationError")


@pytest.fixture
def place(cloud: Cloud) -> Iterator[Tables]:
    tables = cloud.tables()
    yield tables
    tables.remove()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo, "PAUSE", 0)


COUNTED = Figures(LeadId("anna"), {"2026-W02|site|mails": 1})
Does = Callable[[DynamoStore, DynamoKeys, Submit], object]

METHODS: Mapping[str, tuple[str, Does]] = {
    "lead": ("get_item", lambda store, _, what: store.lead(what.lead.id)),
    "note": ("get_item", lambda store, *_: store.note("epoch")),
    "dossier": ("batch_get_item", lambda store, _, what: store.dossier(what.due[0])),
    "leads": ("scan", lambda store, *_: list(store.leads())),
    "captures": ("query", lambda store, _, what: store.captures(what.lead.id)),
    "touches": ("query", lambda store, _, what: store.touches(what.lead.id)),
    "due_of": ("query", lambda store, _, what: store.due_of(what.lead.id)),
    "due": ("query", lambda store, *_: store.due(until=NOW, limit=1)),
    "ledger": ("query", lambda store, _, what: store.ledger(what.lead.id)),
    "owned": ("query", lambda store, *_: list(store.owned("ola"))),
    "at_company": ("query", lambda store, *_: store.at_company(CompanyId("acme"))),
    "turn": ("update_item", lambda store, *_: store.turn("route/ola")),
    "capture": ("transact_write_items", lambda store, *_: submit().within(budget(1)).into(store)),
    "commit": ("transact_write_items", lambda store, _, what: store.commit(Change(what.lead, undue=("mail/x",)))),
    "claim": ("transact_write_items", lambda store, _, what: claim(store, what.due[0], what.lead)),
    "append": ("transact_write_items", lambda store, _, what: store.append(touch(what.lead.id))),
    "erase": ("get_item", lambda store, _, what: store.erase(what.lead, captures=[], but=what.due[0])),
    "begin_after": ("update_item", lambda store, *_: store.begin_after(LeadId("anna"), 1)),
    "keep_past": ("batch_write_item", lambda store, *_: store.keep_past([touch(LeadId("nobody"))])),
    "drop": ("batch_write_item", lambda store, _, what: store.drop(what.due[0])),
    "set_note": ("put_item", lambda store, *_: store.set_note("epoch", "1")),
    "count": ("update_item", lambda store, *_: store.count(budget(1))),
    "counted": ("batch_get_item", lambda store, *_: store.counted(["optins/anna"])),
    "figures": ("get_item", lambda store, _, what: store.figures(what.lead.id)),
    "all_figures": ("scan", lambda store, *_: list(store.all_figures())),
    "keep_figures": ("transact_write_items", lambda store, *_: store.keep_figures(COUNTED, before=None)),
    "totals": ("query", lambda store, *_: store.totals()),
    "add_to_totals": ("transact_write_items", lambda store, *_: store.add_to_totals(COUNTED.cells)),
    "secrets": ("batch_get_item", lambda _, keys, what: keys.secrets([what.key.id])),
    "notes": ("scan", lambda _, keys, __: list(keys.notes("erased/"))),
    "shred": ("batch_write_item", lambda _, keys, what: keys.shred([what.key.id])),
}
"""Each method of the store and of the keys, and the call it makes."""


def everything(place: Tables) -> list[Any]:
    """All rows of all tables."""
    names = (place.names.leads, place.names.counters, place.names.keys)
    return [sorted(map(repr, place.cloud.client.scan(TableName=name)["Items"])) for name in names]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("code", CODES)
def test_a_method_that_is_throttled_is_busy_and_has_done_nothing(place: Tables, method: str, code: str) -> None:
    what = submit()
    what.into(place.store())
    before, (call, does) = everything(place), METHODS[method]
    client = Fails(place.cloud.client, call, refused(code))

    with pytest.raises(StoreBusy, match=code):
        does(place.store(client), DynamoKeys(client, place.names.keys), what)

    assert everything(place) == before


@pytest.mark.parametrize("code", REASONS)
def test_a_transaction_cancelled_for_any_other_reason_is_busy_and_not_tried_again(place: Tables, code: str) -> None:
    what = submit()
    client = Fails(place.cloud.client, "transact_write_items", refused("TransactionCanceledException", "None", code))

    with pytest.raises(StoreBusy):
        what.into(place.store(client))

    assert place.store().lead(what.lead.id) is None
    assert client._errors == []


def cancelled(*reasons: Mapping[str, Any]) -> ClientError:
    answer: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
    return ClientError(answer, "TransactWriteItems")


def test_reasons_are_matched_to_writes_by_their_order(place: Tables) -> None:
    what, limit = submit(), budget(1)
    refusal = {"Code": "ConditionalCheckFailed"}
    last_of_six = cancelled(*[{"Code": "None"}] * 5, refusal)
    third = cancelled(*[{"Code": "None"}] * 2, refusal, *[{"Code": "None"}] * 3)

    with pytest.raises(TooMany):
        what.within(limit).into(place.store(Fails(place.cloud.client, "transact_write_items", last_of_six)))
    with pytest.raises(Conflict):
        what.within(limit).into(place.store(Fails(place.cloud.client, "transact_write_items", third)))


def test_a_refused_condition_counts_though_another_write_met_a_transaction(place: Tables) -> None:
    what = submit().within(budget(1))
    reasons = [{"Code": "TransactionConflict"}, *[{"Code": "None"}] * 4, {"Code": "ConditionalCheckFailed"}]

    with pytest.raises(TooMany):
        what.into(place.store(Fails(place.cloud.client, "transact_write_items", cancelled(*reasons))))


class TakesOneAtATime:
    """A client that leaves all but the first part of a batch over."""

    def __init__(self, client: Any, *, forever: bool = False) -> None:
        self._client, self._forever, self.calls = client, forever, 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._client, name)
        if name not in {"batch_get_item", "batch_write_item"}:
            return method
        gets = name == "batch_get_item"

        def call(**request: Any) -> Any:
            self.calls += 1
            ((table, asked), *others) = request["RequestItems"].items()
            parts: Sequence[Any] = asked["Keys"] if gets else asked
            number = 0 if self._forever else 1

            def wrapped(some: Sequence[Any]) -> Mapping[str, Any]:
                return {table: {**asked, "Keys": some} if gets else some} if some else {}

            taken = wrapped(parts[:number])
            answer = dict(method(RequestItems=taken)) if taken else {"Responses": {}}
            left = "UnprocessedKeys" if gets else "UnprocessedItems"
            return answer | {left: {**dict(others), **wrapped(parts[number:])}}

        return call


def test_what_a_batch_leaves_over_is_asked_for_again(place: Tables) -> None:
    what = submit()
    lead = what.into(place.store())
    row = replace(what.due[0], captures=(what.capture.id,))
    client = TakesOneAtATime(place.cloud.client)

    found = place.store(client).dossier(row)

    assert found is not None
    assert (found.lead, found.captures, found.secrets) == (lead, (what.capture,), {what.key.id: what.key.secret})
    assert client.calls == 8


def test_keys_that_a_batch_leaves_over_are_shredded_too(place: Tables) -> None:
    whats = [submit() for _ in range(3)]
    for what in whats:
        what.into(place.store())
    ids = [what.key.id for what in whats]

    DynamoKeys(TakesOneAtATime(place.cloud.client), place.names.keys).shred(ids)

    assert place.keys().secrets(ids) == {}


def test_a_batch_that_gets_nowhere_is_busy(place: Tables) -> None:
    client = TakesOneAtATime(place.cloud.client, forever=True)

    with pytest.raises(StoreBusy):
        DynamoKeys(client, place.names.keys).shred(["k"])

    assert client.calls == dynamo.TRIES


@pytest.mark.parametrize("writes", ["submit", "change", "touch"])
def test_what_is_larger_than_an_item_can_be_is_too_large_and_not_stored(place: Tables, writes: str) -> None:
    store = place.store()
    what = submit()
    lead = what.into(store)
    before = everything(place)
    long = {"reason": "x" * dynamo.ITEM}
    large, again = replace(touch(lead.id), facts=long), submit()

    with pytest.raises(TooLarge) as refusal:
        {
            "submit": lambda: replace(again, touch=replace(again.touch, facts=long)).into(store),
            "change": lambda: store.commit(Change(lead, touches=(touch(lead.id), large))),
            "touch": lambda: store.append(large),
        }[writes]()

    assert refusal.value.limit == 400 * 1024
    assert everything(place) == before


def test_an_item_too_large_only_within_the_transaction_is_too_large_as_well(place: Tables) -> None:
    reason = {"Code": "ValidationError", "Message": "Item size to update has exceeded the maximum allowed size"}
    client = Fails(place.cloud.client, "transact_write_items", cancelled({"Code": "None"}, reason))

    with pytest.raises(TooLarge):
        submit().into(place.store(client))


def test_a_resolution_repeated_by_the_client_itself_is_ours(place: Tables) -> None:
    what = submit()
    lead = what.into(place.store())
    parked = replace(claim(place.store(), what.due[0], lead), state=LedgerState.PARKED)
    lead = place.store().commit(Change(lead, settle=(parked,)))
    store = place.store(Repeats(place.cloud.client, "transact_write_items"))

    stored = store.commit(Change(lead, resolve=(replace(parked, state=LedgerState.SENT),)))

    assert stored.revision == lead.revision + 1
    assert [entry.state for entry in store.ledger(lead.id)] == [LedgerState.SENT]
