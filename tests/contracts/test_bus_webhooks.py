"""The contract of `leadlight.ports.Bus` by webhooks, and receivers that are away, slow, or do not want any more."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.hooks import SECRET, Receiver, receiver
from tests.contracts.test_bus import BusContract, Received, event, read

from leadlight.errors import MissingSetting, NotPublished
from leadlight.local.bus import BACKOFF, WebhookBus
from leadlight.ports import Bus, Outbox


class Time:
    """A clock that begins now, since receivers refuse what is old, and moves when told."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


Open = Callable[..., WebhookBus]


@pytest.fixture
def opened(tmp_path: Path, time: Time) -> Iterator[Open]:
    """Opens the outbox, again after each restart."""
    buses: list[WebhookBus] = []

    def open_outbox(*endpoints: str, timeout: float = 30.0, busy_seconds: float = 10.0) -> WebhookBus:
        path = tmp_path / "events.db"
        options = {"timeout": timeout, "busy_seconds": busy_seconds}
        buses.append(WebhookBus(path, time, endpoints=endpoints, secret=SECRET, **options))
        return buses[-1]

    yield open_outbox
    for bus in buses:
        bus.close()


class TestWebhookBus(BusContract):
    @pytest.fixture
    def bus(self, opened: Open, crm: Receiver) -> Outbox:
        return opened(crm.url)

    @pytest.fixture
    def received(self, bus: WebhookBus, crm: Receiver) -> Received:
        def deliver() -> list[dict[str, Any]]:
            bus.deliver()
            return crm.taken

        return deliver

    def test_a_library_of_the_receiver_knows_the_signature(self, bus: Outbox, crm: Receiver) -> None:
        bus.publish([event()])

        assert bus.deliver() == 1
        assert (len(crm.taken), crm.forged) == (1, 0)

    def test_it_goes_to_the_very_address(self, bus: Outbox, crm: Receiver) -> None:
        bus.publish([event()])
        bus.deliver()

        assert crm.paths == ["/hooks/leadlight?of=us"]
        assert crm.headers[0]["content-type"] == "application/json"

    def test_what_was_taken_is_not_told_again(self, bus: Outbox, crm: Receiver) -> None:
        bus.publish([event()])
        bus.deliver()

        assert bus.deliver() == 0
        assert len(crm.taken) == 1

    def test_to_publish_is_to_store_and_asks_nobody(self, bus: Bus, crm: Receiver) -> None:
        crm.mood = "hang"

        bus.publish([event()])

        assert crm.headers == []


class TestReceivers:
    """Receivers that are away, slow, or do not want any more."""

    def test_an_event_outlives_the_process(self, opened: Open, crm: Receiver) -> None:
        one = event()
        first = opened(crm.url)
        first.publish([one])
        first.close()

        opened(crm.url).deliver()

        assert crm.taken == read(one)

    def test_an_event_published_twice_before_it_went_out_is_told_once(self, opened: Open, crm: Receiver) -> None:
        bus, one = opened(crm.url), event()
        bus.publish([one])
        bus.publish([one])

        bus.deliver()

        assert crm.ids == [one.id]

    def test_publishing_again_hurries_nobody(self, opened: Open, crm: Receiver) -> None:
        bus, one = opened(crm.url), event()
        bus.publish([one])
        crm.mood = 500
        bus.deliver()

        bus.publish([one])
        bus.deliver()

        assert crm.ids == [one.id]

    def test_each_endpoint_is_told_by_itself(self, opened: Open, crm: Receiver) -> None:
        one = event()
        with receiver() as other:
            bus = opened(crm.url, other.url)
            bus.publish([one])

            assert bus.deliver() == 2
            assert crm.taken == other.taken == read(one)

    @pytest.mark.parametrize("mood", [301, 400, 404, 429, 500, 503, "elsewhere"])
    def test_an_answer_that_is_no_yes_is_tried_again_under_the_same_id(
        self, opened: Open, crm: Receiver, time: Time, mood: int | str
    ) -> None:
        bus, one = opened(crm.url), event()
        bus.publish([one])
        crm.mood = mood
        assert bus.deliver() == 0
        crm.mood = 200

        time.pass_by(BACKOFF[0])
        bus.deliver()

        assert crm.ids == [one.id, one.id]
        assert crm.taken == read(one)

    def test_a_receiver_that_does_not_answer_is_not_waited_for_long(self, opened: Open, crm: Receiver) -> None:
        bus = opened(crm.url, timeout=0.5)
        bus.publish([event()])
        crm.mood = "hang"

        assert bus.deliver() == 0
        assert crm.asked.wait(30)
        assert len(crm.headers) == 1

    def test_a_receiver_that_is_away_is_tried_again(self, opened: Open, crm: Receiver, time: Time) -> None:
        with receiver() as away:
            gone = away.url
        bus = opened(gone, crm.url)
        bus.publish([event()])

        assert bus.deliver() == 1
        time.pass_by(BACKOFF[0])
        assert bus.deliver() == 0

    def test_a_receiver_in_trouble_is_asked_once_in_a_round(self, opened: Open, crm: Receiver) -> None:
        bus = opened(crm.url)
        bus.publish([event() for _ in range(5)])
        crm.mood = 500

        bus.deliver()

        assert len(crm.headers) == 1

    def test_tries_come_later_and_later_and_end_with_a_line_in_the_log(
        self, opened: Open, crm: Receiver, time: Time, caplog: pytest.LogCaptureFixture
    ) -> None:
        bus, one, start = opened(crm.url), event(), time()
        bus.publish([one])
        crm.mood = 500
        tried: list[timedelta] = []
        with listening(caplog):
            for wait in (timedelta(0), *BACKOFF, timedelta(days=9)):
                time.pass_by(wait - timedelta(microseconds=1))
                bus.deliver()
                before = len(crm.ids)
                time.pass_by(timedelta(microseconds=1))
                bus.deliver()
                tried += [time() - start] * (len(crm.ids) - before)

        assert len(tried) == 1 + len(BACKOFF) == 10
        assert tried[1:4] == [timedelta(seconds=5), timedelta(minutes=5, seconds=5), timedelta(minutes=35, seconds=5)]
        assert f"webhook.given_up event={one.id} endpoint=http://127.0.0.1 status=500" in caplog.text

    def test_the_log_keeps_the_address_to_itself(
        self, opened: Open, crm: Receiver, caplog: pytest.LogCaptureFixture
    ) -> None:
        bus = opened(crm.url)
        bus.publish([event()])
        crm.mood = 410
        with listening(caplog):
            bus.deliver()

        assert "webhook.gone" in caplog.text
        assert "hooks" not in caplog.text

    def test_who_is_gone_for_good_gets_no_more(self, opened: Open, crm: Receiver, time: Time) -> None:
        bus = opened(crm.url)
        bus.publish([event(), event()])
        crm.mood = 410
        bus.deliver()
        crm.mood = 200
        bus.publish([event()])
        time.pass_by(timedelta(days=9))

        assert bus.deliver() == 0
        assert len(crm.ids) == 1

    def test_after_a_restart_with_its_address_somebody_gone_is_asked_again(self, opened: Open, crm: Receiver) -> None:
        bus = opened(crm.url)
        bus.publish([event()])
        crm.mood = 410
        bus.deliver()
        crm.mood = 200
        again, one = opened(crm.url), event()
        again.publish([one])

        assert again.deliver() == 1
        assert crm.taken == read(one)

    def test_one_endpoint_gone_leaves_the_others(self, opened: Open, crm: Receiver) -> None:
        with receiver() as gone:
            gone.mood = 410
            bus = opened(gone.url, crm.url)
            bus.publish([event()])

            assert bus.deliver() == 1
            bus.publish([event()])
            assert bus.deliver() == 1

    def test_without_an_endpoint_nothing_is_stored(self, opened: Open, tmp_path: Path) -> None:
        bus = opened()
        bus.publish([event()])

        assert bus.deliver() == 0
        assert list(tmp_path.iterdir()) == []

    def test_an_outbox_that_is_busy_names_what_it_did_not_take(
        self, opened: Open, crm: Receiver, tmp_path: Path
    ) -> None:
        bus, events = opened(crm.url, busy_seconds=0.0), [event(), event()]
        bus.deliver()
        with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(NotPublished) as refused:
                bus.publish(events)

        assert refused.value.events == tuple(one.id for one in events)

    @pytest.mark.parametrize(
        "address", ["crm.example", "ftp://crm.example", "https://", "http://crm.example:x/", "http://crm..example"]
    )
    def test_an_address_that_is_none_is_refused_at_the_start(self, opened: Open, address: str) -> None:
        with pytest.raises(MissingSetting):
            opened(address)

    def test_a_secret_is_needed_to_sign(self, tmp_path: Path, time: Time) -> None:
        with pytest.raises(MissingSetting):
            WebhookBus(tmp_path / "events.db", time, endpoints=["https://crm.example/hook"])

    def test_only_the_owner_can_read_what_waits(self, opened: Open, crm: Receiver, tmp_path: Path) -> None:
        opened(crm.url).publish([event()])

        assert (tmp_path / "events.db").stat().st_mode & 0o077 == 0


@contextmanager
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Hears the product's log, which does not pass on to pytest's own listener."""
    logger = logging.getLogger("leadlight")
    logger.addHandler(caplog.handler)
    try:
        yield
    finally:
        logger.removeHandler(caplog.handler)
