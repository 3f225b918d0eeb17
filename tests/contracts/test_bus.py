"""The contract of `leadlight.ports.Bus`, and what EventBridge refuses in part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.events.models import events_backends
from tests.contracts.account import Weather, connected
from tests.contracts.cloud import REGION

from leadlight.aws.bus import EventBridgeBus, batches, entry_of
from leadlight.errors import MissingSetting, NotPublished
from leadlight.model.event import Event, told
from leadlight.model.person import LeadId
from leadlight.ports import Bus
from leadlight.wiring.aws import RETRIES

Received = Callable[[], list[dict[str, Any]]]
"""What receivers have got by now, in order, as they read it."""

LEAD = LeadId("a2b3c4d5e6f7a2b3c4d5e6f7ab")
_numbers = count(1)


def event(**facts: str) -> Event:
    """Somebody left."""
    name = f"{next(_numbers):032x}"
    return Event(name, "lead.unsubscribed", datetime(2026, 1, 5, 10, tzinfo=UTC), LEAD, facts)


def read(*events: Event) -> list[dict[str, Any]]:
    """The events as JSON says them."""
    return [json.loads(msgspec.json.encode(told(event))) for event in events]


class BusContract:
    """What `ports.Bus` promises. Subclasses bring the bus and somebody who listens."""

    @pytest.fixture
    def bus(self) -> Bus:
        raise NotImplementedError

    @pytest.fixture
    def received(self) -> Received:
        raise NotImplementedError

    def test_what_is_published_arrives_as_it_was_told(self, bus: Bus, received: Received) -> None:
        one = event(gate="guides/mail")

        bus.publish([one])

        assert received() == read(one)
        assert received()[0]["data"] == {"lead": LEAD, "gate": "guides/mail"}

    def test_several_arrive_in_their_order(self, bus: Bus, received: Received) -> None:
        events = [event() for _ in range(3)]

        bus.publish(events)

        assert received() == read(*events)

    def test_more_than_one_call_takes_all_arrive(self, bus: Bus, received: Received) -> None:
        events = [event() for _ in range(23)]

        bus.publish(events)

        assert received() == read(*events)

    def test_what_is_published_later_arrives_too(self, bus: Bus, received: Received) -> None:
        one, other = event(), event()
        bus.publish([one])
        received()

        bus.publish([other])

        assert received()[-1:] == read(other)

    def test_publishing_again_is_known_by_the_id(self, bus: Bus, received: Received) -> None:
        one = event()
        bus.publish([one])
        bus.publish([one])

        assert {said["id"] for said in received()} == {one.id}

    def test_nothing_published_is_nothing_told(self, bus: Bus, received: Received) -> None:
        bus.publish([])

        assert received() == []

    def test_letters_of_any_language_arrive(self, bus: Bus, received: Received) -> None:
        one = event(gate="poradniki/żółw-日本")

        bus.publish([one])

        assert received() == read(one)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        yield connected("events", RETRIES)


@pytest.fixture
def name(client: Any) -> str:
    """A bus whose events are kept, as in the account of an installation."""
    name = f"leadlight-{next(_numbers)}"
    arn = client.create_event_bus(Name=name)["EventBusArn"]
    client.create_archive(ArchiveName=name, EventSourceArn=arn)
    return name


class TestEventBridgeBus(BusContract):
    @pytest.fixture
    def bus(self, client: Any, name: str) -> Bus:
        return EventBridgeBus(lambda: client, name=name)

    @pytest.fixture
    def received(self, name: str) -> Received:
        archive = events_backends[DEFAULT_ACCOUNT_ID][REGION].archives[name]
        return lambda: [dict(kept["detail"]) for kept in archive.events]

    def test_a_rule_can_tell_events_by_their_source_and_type(self, bus: Bus, name: str) -> None:
        bus.publish([event()])

        (kept,) = events_backends[DEFAULT_ACCOUNT_ID][REGION].archives[name].events
        assert (kept["source"], kept["detail-type"]) == ("leadlight", "lead.unsubscribed")


@pytest.fixture
def weather(client: Any) -> Iterator[Weather]:
    weather = Weather(client)
    yield weather
    weather.over()


class Picky:
    """An EventBridge that refuses what it is told to, as often as it is told to, and notes each call."""

    def __init__(self, **refused: int) -> None:
        self.refused = refused
        self.calls: list[list[str]] = []

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803 AWS's name
        ids = [json.loads(entry["Detail"])["id"] for entry in Entries]
        self.calls.append(ids)
        return {"FailedEntryCount": 0, "Entries": [self._result(name) for name in ids]}

    def _result(self, name: str) -> dict[str, str]:
        left = self.refused.get(f"e{name}", 0)
        self.refused[f"e{name}"] = left - 1
        return {"ErrorCode": "InternalFailure", "ErrorMessage": "try again"} if left > 0 else {"EventId": "1"}


class TestEventBridge:
    """What only the service asks for, and its bad days."""

    def test_ten_events_are_one_call(self, client: Any, name: str, weather: Weather) -> None:
        EventBridgeBus(lambda: client, name=name).publish([event() for _ in range(10)])

        assert weather.asked == ["PutEvents"]

    def test_nothing_to_tell_makes_no_call_and_no_client(self) -> None:
        made: list[str] = []

        EventBridgeBus(lambda: made.append("a client"), name="leadlight").publish([])

        assert made == []

    def test_without_a_bus_nothing_goes_onto_the_accounts_own(self, client: Any, weather: Weather) -> None:
        with pytest.raises(MissingSetting, match="LEADLIGHT_EVENT_BUS"):
            EventBridgeBus(lambda: client, name="").publish([event()])

        assert weather.asked == []

    def test_an_event_that_was_refused_is_handed_over_again_and_only_that(self) -> None:
        good, bad = event(), event()
        service = Picky(**{f"e{bad.id}": 1})

        EventBridgeBus(lambda: service, name="leadlight").publish([good, bad])

        assert service.calls == [[good.id, bad.id], [bad.id]]

    def test_an_event_that_is_refused_again_is_named_and_the_others_are_taken(self) -> None:
        good, bad = event(), event()
        service = Picky(**{f"e{bad.id}": 9})

        with pytest.raises(NotPublished) as refused:
            EventBridgeBus(lambda: service, name="leadlight").publish([bad, good])

        assert refused.value.events == (bad.id,)
        assert service.calls == [[bad.id, good.id], [bad.id]]

    def test_a_batch_that_is_refused_keeps_no_other_back(self) -> None:
        events = [event() for _ in range(12)]
        service = Picky(**{f"e{one.id}": 9 for one in events[:10]})

        with pytest.raises(NotPublished) as refused:
            EventBridgeBus(lambda: service, name="leadlight").publish(events)

        assert list(refused.value.events) == [one.id for one in events[:10]]
        assert service.calls[-1] == [one.id for one in events[10:]]

    @pytest.mark.parametrize(
        "failing",
        [
            ("ThrottlingException", 400),
            ("AccessDeniedException", 403),
            ("InternalException", 500),
            ReadTimeoutError(endpoint_url="https://events"),
        ],
        ids=lambda failing: failing[0] if isinstance(failing, tuple) else type(failing).__name__,
    )
    def test_a_call_that_comes_to_nothing_names_every_event(
        self, client: Any, name: str, weather: Weather, failing: Any
    ) -> None:
        weather.failing = failing
        events = [event(), event()]

        with pytest.raises(NotPublished) as refused:
            EventBridgeBus(lambda: client, name=name).publish(events)

        assert refused.value.events == tuple(one.id for one in events)

    def test_an_answer_that_says_too_little_counts_as_a_refusal(self) -> None:
        class Mute:
            def put_events(self, **_: object) -> dict[str, Any]:
                return {"FailedEntryCount": 0, "Entries": []}

        with pytest.raises(NotPublished):
            EventBridgeBus(Mute, name="leadlight").publish([event()])

    def test_an_event_that_is_too_large_is_named_and_not_tried(self) -> None:
        good, bad = event(), event(gate="x" * 256 * 1024)
        service = Picky()

        with pytest.raises(NotPublished) as refused:
            EventBridgeBus(lambda: service, name="leadlight").publish([bad, good])

        assert refused.value.events == (bad.id,)
        assert service.calls == [[good.id]]

    def test_a_size_counts_time_source_type_and_detail_in_utf_8(self) -> None:
        entry = entry_of(event(gate="żółw"), "leadlight")

        detail = str(entry.body["Detail"])
        assert entry.size == 14 + len("leadlight") + len("lead.unsubscribed") + len(detail) + 3

    def test_a_call_never_takes_more_than_256_kilobytes(self) -> None:
        entries = [entry_of(event(gate="x" * 100_000), "leadlight") for _ in range(5)]

        assert [len(batch) for batch in batches(entries)] == [2, 2, 1]

    @pytest.mark.parametrize(("extra", "calls"), [(0, [2]), (1, [1, 1])])
    def test_a_call_is_filled_to_the_last_byte(self, extra: int, calls: list[int]) -> None:
        small = entry_of(event(gate=""), "leadlight")
        room = 256 * 1024 - 1 - 2 * small.size
        large = entry_of(event(gate="x" * (room + extra)), "leadlight")

        assert [len(batch) for batch in batches([small, large])] == calls
