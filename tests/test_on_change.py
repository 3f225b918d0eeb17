"""What follows from something stored: done now, woken for, told to others; once, whatever the stream does."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.contracts.examples import due as row_of
from tests.ground import Here
from tests.world import ANNA, DAY, HOUR, MINUTE, MONDAY, REP_ADDRESS, World

from leadlight.aws.stream import news_in
from leadlight.errors import NotPublished, NotScheduled, StoreBusy
from leadlight.handlers import measures, on_change, on_due
from leadlight.local.scheduler import LocalScheduler
from leadlight.model.due import Due
from leadlight.model.event import Event
from leadlight.model.exchange import Change, News
from leadlight.model.person import LeadId
from leadlight.model.touch import TouchKind
from leadlight.ports import Mailer, Services, Store

EVENTS = Path(__file__).parent / "events"


@dataclass
class Notes:
    """A bus that keeps what it is told, and refuses the types it is told to."""

    refuses: tuple[str, ...] = ()
    told: list[Event] = field(default_factory=list)
    calls: int = 0

    def publish(self, events: Sequence[Event]) -> None:
        self.calls += 1
        refused = [event.id for event in events if event.type in self.refuses]
        self.told += [event for event in events if event.id not in refused]
        if refused:
            raise NotPublished(refused)


@dataclass
class Counting:
    """A scheduler that notes what it is asked, or is dead."""

    dead: bool = False
    woken: list[Due] = field(default_factory=list)
    cancelled: list[Due] = field(default_factory=list)

    def wake(self, due: Due) -> None:
        self._ask(self.woken, due)

    def cancel(self, due: Due) -> None:
        self._ask(self.cancelled, due)

    def _ask(self, noted: list[Due], due: Due) -> None:
        if self.dead:
            raise NotScheduled("ThrottlingException")
        noted.append(due)


Record = Mapping[str, Any]
POISON: Record = {"dynamodb": {"SequenceNumber": "poison"}}


def records(*told: News) -> list[Record]:
    """The stream's records, by position."""
    return [{"dynamodb": {"SequenceNumber": str(number)}, "news": one} for number, one in enumerate(told)]


def deliver(services: Services, delivered: Sequence[Record], *, left: int = 900_000) -> list[str]:
    """Which records come back."""
    answer = on_change.handler(services, lambda record: record["news"])({"Records": delivered}, Here(left=left))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def bus() -> Notes:
    return Notes()


@pytest.fixture
def scheduler() -> Counting:
    return Counting()


@pytest.fixture
def services(world: World, bus: Notes, scheduler: Counting) -> Services:
    """Anna is in the course; her next step is due tomorrow."""
    world.confirmed()
    return replace(world.services, bus=bus, scheduler=scheduler)


def step(services: Services, world: World) -> Due:
    (row,) = services.store.due_of(world.id_of())
    return row


def put(services: Services, world: World, *rows: Due, undue: tuple[str, ...] = ()) -> None:
    services.store.commit(Change(lead=world.lead(), due=rows, undue=undue))


def later(world: World, ref: str, at: datetime) -> Due:
    return row_of(world.id_of(), ref, at=at)


def test_only_the_poisoned_record_comes_back_and_the_others_are_handled(world: World, bus: Notes) -> None:
    services = replace(world.services, bus=bus)
    poisoned = json.loads((EVENTS / "stream_poisoned.json").read_text())

    answer = on_change.handler(services, news_in)(poisoned, Here())

    bad = poisoned["Records"][1]["dynamodb"]["SequenceNumber"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": bad}]}
    assert [told.type for told in bus.told] == ["lead.captured"]


def test_the_earliest_row_ahead_is_woken_for(services: Services, world: World, scheduler: Counting) -> None:
    first, second = later(world, "a@1/1", MONDAY + HOUR), later(world, "a@1/2", MONDAY + 2 * HOUR)
    put(services, world, second, first)

    assert deliver(services, records(News(world.id_of(), due=second), News(world.id_of(), due=first))) == []

    assert (scheduler.woken, scheduler.cancelled) == ([first], [])


def test_a_moved_row_is_woken_for_at_its_new_time_and_no_more_at_the_old(
    services: Services, world: World, scheduler: Counting
) -> None:
    was = step(services, world)
    moved = replace(was, at=was.at + DAY)
    put(services, world, moved)

    deliver(services, records(News(world.id_of(), due=moved, was=was)))

    assert (scheduler.woken, scheduler.cancelled) == ([moved], [was])


def test_a_row_that_is_gone_wakes_nobody(services: Services, world: World, scheduler: Counting) -> None:
    was = step(services, world)
    put(services, world, undue=(was.key,))

    deliver(services, records(News(world.id_of(), was=was)))

    assert (scheduler.woken, scheduler.cancelled) == ([], [was])


def test_a_late_word_of_a_row_that_is_back_takes_no_wake_up_away(
    services: Services, world: World, scheduler: Counting
) -> None:
    row = step(services, world)

    deliver(services, records(News(world.id_of(), was=row)))

    assert (scheduler.woken, scheduler.cancelled) == ([row], [])


def test_what_a_row_names_to_be_read_along_makes_no_other_row(
    services: Services, world: World, scheduler: Counting
) -> None:
    row = step(services, world)

    deliver(services, records(News(world.id_of(), due=row, was=replace(row, captures=()))))

    assert scheduler.cancelled == []


def test_a_schedule_whose_time_is_over_needs_no_cancelling(
    services: Services, world: World, scheduler: Counting
) -> None:
    deliver(services, records(News(world.id_of(), was=later(world, "a@1/1", MONDAY - MINUTE))))

    assert scheduler.cancelled == []


def test_a_row_written_before_and_moved_after_its_record_counts_as_it_is_now(
    services: Services, world: World, scheduler: Counting
) -> None:
    was = step(services, world)
    now = replace(was, at=was.at + 2 * DAY)
    put(services, world, now)

    deliver(services, records(News(world.id_of(), due=was)))

    assert scheduler.woken == [now]


def test_one_lead_is_looked_at_once_however_many_records_there_are(
    services: Services, world: World, scheduler: Counting
) -> None:
    rows = [later(world, f"a@1/{number}", MONDAY + number * HOUR) for number in range(1, 6)]
    put(services, world, *rows)
    counted = CountedStore(services.store)

    deliver(replace(services, store=counted), records(*(News(world.id_of(), due=row) for row in rows)))

    assert (counted.asked, scheduler.woken) == (["due_of"], [rows[0]])


def test_a_touch_alone_that_no_figure_counts_asks_nothing(
    services: Services, world: World, scheduler: Counting
) -> None:
    counted = CountedStore(services.store)
    told = [News(t.lead_id, touch=t) for t in services.store.touches(world.id_of()) if t.kind is TouchKind.NOTIFIED]

    assert deliver(replace(services, store=counted), records(*told)) == []

    assert (counted.asked, scheduler.woken) == ([], [])


def test_what_is_due_now_is_done_at_once(world: World) -> None:
    world.browser().ask_for()
    (row,) = world.services.store.due_of(world.id_of())

    deliver(world.services, records(News(row.lead_id, due=row)))

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]
    assert world.services.store.due_of(world.id_of()) == ()


def stream(world: World) -> list[News]:
    """All that was stored about Anna, as news, with a row of each time."""
    touches = world.services.store.touches(world.id_of())
    rows = world.services.store.due_of(world.id_of())
    return [*(News(world.id_of(), touch=touch) for touch in touches), *(News(world.id_of(), due=row) for row in rows)]


@pytest.mark.parametrize("seed", range(4))
def test_twice_and_in_any_order_is_once(world: World, seed: int) -> None:
    alarm = LocalScheduler()
    services = replace(world.services, scheduler=alarm)
    world.browser().ask_for()
    told = records(*stream(world)) * 2
    random.Random(seed).shuffle(told)
    for record in told:
        assert deliver(services, [record]) == []
    before = world.subjects("")
    world.browser().post(world.mail(ANNA).link("/confirm"))
    told = records(*stream(world)) * 2
    random.Random(seed).shuffle(told)
    assert deliver(services, told) == []

    assert before == ["Your link to “Mail guide”"]
    assert sorted(world.subjects(ANNA)) == ["Mail guide: here is your way back", "Your link to “Mail guide”"]
    assert len(world.mails(REP_ADDRESS)) == 1
    assert alarm.fired(MONDAY + 9 * DAY) == services.store.due_of(world.id_of())


def test_every_new_touch_is_told_in_one_go(services: Services, world: World, bus: Notes) -> None:
    told = [News(world.id_of(), touch=touch) for touch in services.store.touches(world.id_of())]

    deliver(services, records(*told))

    kinds = [event.type for event in bus.told]
    assert bus.calls == 1
    assert kinds[:2] == ["lead.captured", "touch.sent"]
    assert {"lead.confirmed", "content.unlocked", "rep.notified"} <= set(kinds)


def test_only_the_touches_that_the_bus_did_not_take_come_back(services: Services, world: World, bus: Notes) -> None:
    bus.refuses = ("content.unlocked",)
    touches = services.store.touches(world.id_of())
    told = [News(world.id_of(), touch=touch) for touch in touches]

    failed = deliver(services, records(*told, News(world.id_of(), due=step(services, world))))

    assert [touches[int(name)].kind for name in failed] == [TouchKind.CONFIRMED]


def test_a_bus_that_is_broken_holds_up_no_mail(world: World) -> None:
    class Broken:
        def publish(self, events: Sequence[Event]) -> None:
            raise RuntimeError

    world.browser().ask_for()
    failed = deliver(replace(world.services, bus=Broken()), records(*stream(world)))

    assert failed == ["0"]
    assert len(world.mails(ANNA)) == 1


def test_a_dead_scheduler_brings_nothing_back_and_is_counted(
    services: Services, world: World, scheduler: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(measures, "count", lambda name, times=1: counted.append(name))
    scheduler.dead = True

    assert deliver(services, records(News(world.id_of(), due=step(services, world)))) == []
    assert counted == ["NotScheduled"]


def test_a_lead_that_cannot_be_read_now_comes_back_and_no_other(services: Services, world: World) -> None:
    other = LeadId("q2mzt5hn3k7vday4cxw6u2sbre")
    told = records(
        News(world.id_of(), due=step(services, world)),
        News(other, due=row_of(other, at=MONDAY + DAY)),
        News(world.id_of(), touch=replace(services.store.touches(world.id_of())[0], kind=TouchKind.NOTIFIED)),
    )

    failed = deliver(replace(services, store=CountedStore(services.store, busy_for=world.id_of())), told)

    assert failed == ["0"]


def test_records_that_come_back_are_counted(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, int]] = []
    monkeypatch.setattr(measures, "count", lambda name, times=1: counted.append((name, times)))

    assert deliver(services, [POISON]) == ["poison"]
    assert counted == [("RecordFailed", 1)]


def test_a_record_without_a_position_brings_all_of_them_back(services: Services) -> None:
    assert deliver(services, [{}, {"dynamodb": {}}]) == ["", ""]


def test_an_empty_batch_is_fine(services: Services) -> None:
    assert deliver(services, []) == []


def test_the_log_names_the_request_whose_work_it_is(world: World) -> None:
    seen: list[object] = []

    @dataclass(frozen=True)
    class Listening:
        mailer: Mailer

        def send(self, message: EmailMessage, *, tag: str) -> str:
            seen.append(on_due.logger.thread_safe_get_current_keys().get("correlation_id"))
            return self.mailer.send(message, tag=tag)

        def was_sent(self, tag: str) -> bool | None:
            return self.mailer.was_sent(tag)

    answer = world.browser().ask_for()
    told = stream(world)
    request = next(one.due.request for one in told if one.due)
    deliver(world.services.with_mailer(Listening(world.services.mailer)), records(*told))

    assert answer.status == 202
    assert seen == [request] != [""]
    assert on_due.logger.thread_safe_get_current_keys().get("correlation_id") is None


def test_with_feed_and_schedules_alone_every_step_goes_out_when_it_is_due(world: World) -> None:
    alarm = LocalScheduler()
    world.services = services = replace(world.services, scheduler=alarm)
    world.browser().ask_for()
    on_change.drain(services)
    world.browser().post(world.mail(ANNA).link("/confirm"))
    on_change.drain(services)

    while (coming := alarm.next_at()) is not None:
        world.clock.move_to(coming)
        for row in alarm.fired(world.clock.now()):
            on_due.handler(services)(json.loads(msgspec.json.encode(row)), None)
        on_change.drain(services)

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]
    assert len([subject for subject in world.subjects(REP_ADDRESS) if not subject.startswith("Still open")]) == 2


def test_a_wake_up_for_a_row_that_was_moved_does_nothing(services: Services, world: World) -> None:
    was = step(services, world)
    put(services, world, replace(was, at=was.at + DAY))
    world.clock.move_to(was.at)

    on_due.handler(services)(json.loads(msgspec.json.encode(was)), None)

    assert world.follow_ups() == []
    assert step(services, world).at == was.at + DAY


class CountedStore:
    """A store that notes what it is asked, and is busy when asked about one lead."""

    def __init__(self, store: Store, *, busy_for: str = "") -> None:
        self.asked: list[str] = []
        self._store, self._busy_for = store, busy_for

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*given: Any, **named: Any) -> Any:
            self.asked.append(name)
            if self._busy_for in given:
                raise StoreBusy
            return method(*given, **named)

        return call
