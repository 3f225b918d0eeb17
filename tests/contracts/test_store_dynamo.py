"""What DynamoDB adds to the contract: lost answers, throttling, contention, and the stream."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.contracts.cloud import Cloud, LosesAnswers, Tables
from tests.contracts.examples import HOUR, NOW, budget, claim, submit, touch

from leadlight.aws import dynamo, figures, items
from leadlight.aws.store import DynamoStore
from leadlight.aws.stream import news_in, records, touch_in
from leadlight.errors import AlreadyClaimed, Conflict, MissingSetting, StoreBusy
from leadlight.model.due import LedgerEntry
from leadlight.model.exchange import Change
from leadlight.model.figures import Figures
from leadlight.model.person import CompanyId, LeadId


@pytest.fixture
def place(cloud: Cloud) -> Iterator[Tables]:
    tables = cloud.tables()
    yield tables
    tables.remove()


class Fails:
    """A client whose first calls of one method fail with the given error, before anything is done."""

    def __init__(self, client: Any, method: str, *errors: Exception) -> None:
        self._client, self._method, self._errors = client, method, list(errors)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == self._method and self._errors:
            error = self._errors.pop(0)

            def fail(**_: object) -> Any:
                raise error

            return fail
        method: Callable[..., Any] = getattr(self._client, name)
        return method


class Repeats(LosesAnswers):
    """A client that loses its answer and asks again by itself, as botocore does."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = super().__getattr__(name)

        def call(**request: object) -> Any:
            try:
                return method(**request)
            except ReadTimeoutError:
                return method(**request)

        return call


ACME = CompanyId("acme")


def refused(code: str, *reasons: str) -> ClientError:
    """An error as AWS words it."""
    answer: Any = {"Error": {"Code": code, "Message": ""}, "CancellationReasons": [{"Code": name} for name in reasons]}
    return ClientError(answer, "TransactWriteItems")


def test_a_change_whose_answer_was_lost_is_busy_and_then_done(place: Tables) -> None:
    lead = submit().into(place.store())
    store = place.store(LosesAnswers(place.cloud.client, "transact_write_items"))
    change = Change(lead, touches=(touch(lead.id, "once"),))
    with pytest.raises(StoreBusy) as busy:
        store.commit(change)

    stored = store.commit(change)

    assert isinstance(busy.value.__cause__, ReadTimeoutError)
    assert (stored.revision, store.lead(lead.id)) == (1, stored)
    assert [found.id for found in store.touches(lead.id)].count("once") == 1


def test_a_change_repeated_by_the_client_itself_recognises_its_own_write(place: Tables) -> None:
    lead = submit().into(place.store())
    store = place.store(Repeats(place.cloud.client, "transact_write_items"))

    assert store.commit(Change(lead, touches=(touch(lead.id),))).revision == 1


def test_a_claim_repeated_by_the_client_itself_is_still_ours(place: Tables) -> None:
    what = submit()
    lead = what.into(place.store())
    store = place.store(Repeats(place.cloud.client, "transact_write_items"))

    entry = claim(store, what.due[0], lead)

    assert (entry.owner, entry.attempts) == ("worker-1", 1)


def test_a_take_over_repeated_by_the_client_itself_counts_once(place: Tables) -> None:
    what = submit()
    lead = what.into(place.store())
    claim(place.store(), what.due[0], lead)
    store = place.store(Repeats(place.cloud.client, "transact_write_items"))

    assert claim(store, what.due[0], lead, "worker-2", now=NOW + HOUR, may_repeat=True).attempts == 2


class LetsAnotherFirst:
    """A client that lets somebody else act just before its second transaction."""

    def __init__(self, client: Any, other: Callable[[], object]) -> None:
        self._client, self._acts = client, [lambda: None, other]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._client, name)
        if name == "transact_write_items" and self._acts:
            self._acts.pop(0)()
        return method


def test_of_two_that_saw_the_same_dead_claim_one_takes_over(place: Tables) -> None:
    what = submit()
    lead = what.into(place.store())
    claim(place.store(), what.due[0], lead)

    def take_over(store: DynamoStore, owner: str) -> LedgerEntry:
        return claim(store, what.due[0], lead, owner, now=NOW + HOUR, may_repeat=True)

    slow = place.store(LetsAnotherFirst(place.cloud.client, lambda: take_over(place.store(), "quick")))

    with pytest.raises(AlreadyClaimed):
        take_over(slow, "slow")
    assert [entry.owner for entry in slow.ledger(lead.id)] == ["quick"]


def test_a_submit_repeated_by_the_client_itself_is_stored_and_counted_once(place: Tables) -> None:
    what, limit = submit(), budget(2)

    what.within(limit).into(place.store(Repeats(place.cloud.client, "transact_write_items")))

    assert len(place.store().captures(what.lead.id)) == 1
    assert place.store().count(limit)


def test_a_touch_repeated_by_the_client_itself_is_ours(place: Tables) -> None:
    lead = submit().into(place.store())

    assert place.store(Repeats(place.cloud.client, "transact_write_items")).append(touch(lead.id))


def test_figures_kept_or_moved_repeated_by_the_client_itself_count_once(place: Tables) -> None:
    cell = "2026-W02|site|mails"
    ours = place.store(Repeats(place.cloud.client, "transact_write_items"))

    kept = ours.keep_figures(Figures(LeadId("anna"), {cell: 2}), before=None)
    moved = place.store(Repeats(place.cloud.client, "transact_write_items"))

    assert moved.rekey_figures(kept.lead_id, LeadId("nobody"))
    assert [found.lead_id for found in ours.all_figures()] == ["nobody"]
    assert ours.totals() == {cell: 2}


def test_figures_of_which_a_part_was_kept_go_on_from_there(place: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "AT_ONCE", 2)
    cells = {f"2026-W02|page/{number}|read": number for number in range(1, 6)}
    dies = place.store(LetsAnotherFirst(place.cloud.client, lambda: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        dies.keep_figures(Figures(LeadId("anna"), cells), before=None)
    store = place.store()
    part = store.figures(LeadId("anna"))

    assert part is not None
    assert len(part.cells) == 2
    assert store.totals() == part.cells
    assert store.keep_figures(Figures(LeadId("anna"), cells), before=part).cells == store.totals() == cells


def test_a_transaction_that_meets_another_one_waits_its_turn(place: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo, "PAUSE", 0)
    lead = submit().into(place.store())
    met = refused("TransactionCanceledException", "TransactionConflict")

    store = place.store(Fails(place.cloud.client, "transact_write_items", met, met))

    assert store.commit(Change(lead)).revision == 1


def test_a_transaction_that_never_gets_its_turn_is_busy(place: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo, "PAUSE", 0)
    met = refused("TransactionCanceledException", "TransactionConflict")

    with pytest.raises(StoreBusy):
        submit().into(place.store(Fails(place.cloud.client, "transact_write_items", *[met] * dynamo.TRIES)))


@pytest.mark.parametrize(
    "error",
    [
        refused("ProvisionedThroughputExceededException"),
        refused("AccessDeniedException"),
        refused("TransactionCanceledException", "ThrottlingError", "None"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=["throttled", "denied", "throttled within", "timed out"],
)
def test_whatever_else_goes_wrong_is_a_busy_store_with_its_cause(place: Tables, error: Exception) -> None:
    store = place.store(Fails(place.cloud.client, "transact_write_items", error))

    with pytest.raises(StoreBusy) as busy:
        submit().into(store)

    assert busy.value.__cause__ is error


@pytest.mark.parametrize("method", ["get_item", "query", "scan"])
def test_a_throttled_read_is_busy_too(place: Tables, method: str) -> None:
    store = place.store(Fails(place.cloud.client, method, refused("ThrottlingException")))

    with pytest.raises(StoreBusy):
        {"get_item": lambda: store.lead(submit().lead.id), "query": lambda: store.touches(submit().lead.id)}.get(
            method, lambda: list(store.leads())
        )()


def test_the_address_of_no_one_is_in_an_error(place: Tables) -> None:
    what = submit()
    what.into(place.store())
    store = place.store(Fails(place.cloud.client, "get_item", refused("ThrottlingException")))

    with pytest.raises(StoreBusy, match=r"^DynamoDB: ThrottlingException"):
        store.lead(what.lead.id)


def test_an_event_of_the_stream_brings_its_new_touches_only(place: Tables) -> None:
    what = submit()
    store = place.store()
    lead = store.commit(Change(what.into(store), confirm={what.capture.id: NOW}))
    asked = touch(lead.id, "asked")
    store.append(asked)

    stream = store._db.stream_of(place.names.leads)
    found = [record for _, record in records(place.cloud.streams, stream)]
    news = [told for record in found if (told := news_in(record))]

    assert [told.touch for told in news if told.touch] == [what.touch, asked]
    assert [told.due for told in news if told.due] == list(what.due)
    assert len(found) > 4


def test_a_removed_touch_is_not_a_new_one() -> None:
    removed = {"eventName": "REMOVE", "dynamodb": {"Keys": {"pk": {"S": "LEAD#x"}, "sk": {"S": "TOUCH#x"}}}}

    assert touch_in(removed) is None
    assert news_in(removed) is None


def test_without_a_client_for_streams_the_feed_says_what_is_missing(place: Tables) -> None:
    names = place.names
    store = DynamoStore(place.cloud.client, table=names.leads, counters=names.counters, keys=names.keys)

    with pytest.raises(MissingSetting):
        store.feed(limit=1)


def test_what_lies_behind_the_first_page_is_found(place: Tables) -> None:
    store = place.store()
    lead = submit().into(store)
    pages = {"query": 0}

    class SmallPages:
        def __getattr__(self, name: str) -> Callable[..., Any]:
            method = getattr(place.cloud.client, name)

            def call(**request: object) -> Any:
                pages[name] = pages.get(name, 0) + 1
                return method(**request, Limit=1) if name == "query" else method(**request)

            return call

    for number in range(3):
        store.append(touch(lead.id, f"t{number}"))

    assert len(place.store(SmallPages()).touches(lead.id)) == 4
    assert pages["query"] > 3


def test_a_claim_for_a_lead_changed_meanwhile_is_a_conflict_even_after_a_lost_answer(place: Tables) -> None:
    what = submit()
    lead = what.into(place.store())
    claim(place.store(), what.due[0], lead)
    place.store().commit(Change(lead))

    with pytest.raises(Conflict):
        claim(place.store(), what.due[0], lead)


def test_an_index_that_is_a_moment_behind_gives_nobody_a_lead_that_is_anothers(place: Tables) -> None:
    store = place.store()
    lead = store.commit(Change(replace(submit().into(store), owner="ola", company=ACME)))
    behind = dict(place.cloud.client.get_item(TableName=place.names.leads, Key=items.place(lead.id, "LEAD"))["Item"])
    place.cloud.client.put_item(
        TableName=place.names.leads, Item={**behind, "owned_by": {"S": "sam"}, "works_at": {"S": "other"}}
    )

    assert (list(store.owned("sam")), store.at_company(CompanyId("other"))) == ([], ())


def test_leads_beyond_one_batch_are_all_found(place: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadlight.aws.store.GET", 2)
    store = place.store()
    for _ in range(5):
        store.commit(Change(replace(submit().into(store), company=ACME)))

    assert len(store.at_company(ACME)) == 5


def test_a_turn_whose_answer_was_lost_is_skipped_and_never_given_twice(place: Tables) -> None:
    store = place.store(Repeats(place.cloud.client, "update_item"))

    assert [store.turn("route/ola"), store.turn("route/ola")] == [1, 2]
