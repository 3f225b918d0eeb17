"""Follow-ups among people and workers who act at the same moment: once, or not at all, and never unnoticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from tests.conftest import Tally
from tests.contracts.cloud import Cloud
from tests.contracts.examples import NOW, claim, due, submit
from tests.world import ANNA, FORM, World

from leadlight.errors import AlreadyClaimed, Conflict, StoreBusy
from leadlight.followup import asks_for_temperature, run_step
from leadlight.handlers import on_due
from leadlight.ledger import FRESH, LEASE
from leadlight.local.store import SqliteStore
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, Stop, StopReason
from leadlight.model.sequence import Step, Wait, WaitUnit
from leadlight.model.touch import Encounter, Objective, TouchKind
from leadlight.ports import Services, Store
from leadlight.welcome import send_opt_in

GROUNDS = pytest.mark.grounds("local", "prompt")


@dataclass(frozen=True)
class Around:
    """A store around which something happens, once, before or after one method is called."""

    store: Any
    method: str
    happens: list[Callable[[], object]]
    after: bool = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.store, name)
        if name != self.method:
            return call

        def with_others(*args: Any, **options: Any) -> Any:
            if not self.after and self.happens:
                self.happens.pop()()
            answer = call(*args, **options)
            if self.after and self.happens:
                self.happens.pop()()
            return answer

        return with_others


def due_step(world: World) -> Due:
    """Anna's first follow-up, with the clock at its time."""
    world.confirmed()
    world.settle()
    row = next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP)
    world.clock.move_to(row.at)
    return row


def among(world: World, method: str, happens: Callable[[], object], *, after: bool = False) -> Services:
    return replace(world.services, store=Around(world.services.store, method, [happens], after))


def state(world: World, row: Due) -> LedgerState | None:
    found = [entry.state for entry in world.services.store.ledger(row.lead_id) if entry.key == row.ledger_key]
    return found[0] if found else None


def stop(world: World) -> None:
    lead = world.lead()
    world.services.store.commit(Change(replace(lead, stops=(Stop(StopReason.UNSUBSCRIBED, world.clock.now()),))))


def change(world: World) -> None:
    world.services.store.commit(Change(world.lead()))


def test_two_taps_on_one_ticked_box_at_the_same_moment_are_one_wish(world: World) -> None:
    browser = world.confirmed(FORM, consent=False)
    taps: list[int] = []

    def tap() -> None:
        taps.append(browser.post("/api/access", gate=FORM, consent=True).status)

    world.serve(among(world, "commit", tap))
    tap()
    world.settle()

    assert taps == [200, 200]
    assert len(world.touches(TouchKind.CONFIRMED)) == 2
    assert world.subjects(ANNA).count("One tap, and it is so") == 1


@GROUNDS
def test_p3_a_stop_stored_between_reading_and_claiming_wins(world: World) -> None:
    row = due_step(world)

    run_step(among(world, "claim", lambda: stop(world)), row)
    world.advance("30 days")

    assert world.follow_ups(ANNA) == []
    assert row not in world.services.store.due_of(row.lead_id)


@GROUNDS
def test_p3_a_stop_stored_right_after_the_claim_lets_the_claimed_mail_finish_and_no_other(world: World) -> None:
    row = due_step(world)

    run_step(among(world, "claim", lambda: stop(world), after=True), row)
    world.advance("30 days")

    assert len(world.follow_ups(ANNA)) == 1
    assert state(world, row) is LedgerState.SENT


@GROUNDS
def test_p2_of_two_workers_with_the_same_row_one_sends(world: World) -> None:
    row = due_step(world)

    run_step(among(world, "claim", lambda: run_step(world.services, row)), row)

    assert len(world.follow_ups(ANNA)) == 1


@GROUNDS
def test_p2_a_worker_that_slept_past_its_lease_does_not_send(world: World) -> None:
    row = due_step(world)

    run_step(among(world, "claim", lambda: world.clock.move_to(row.at + LEASE), after=True), row)

    assert world.follow_ups(ANNA) == []


def test_a_worker_that_slept_while_it_decided_decides_again(world: World) -> None:
    row = due_step(world)
    asleep = Around(world.services.keys, "secrets", [lambda: world.clock.move_to(world.later("10 hours"))])

    run_step(replace(world.services, keys=asleep), row)

    assert world.follow_ups(ANNA) == []
    assert world.services.store.due_of(row.lead_id)[0].at > world.clock.now()


@GROUNDS
def test_p2_a_slow_worker_whose_claim_still_stands_sends(world: World) -> None:
    row = due_step(world)

    run_step(among(world, "claim", lambda: world.clock.move_to(row.at + 2 * FRESH), after=True), row)

    assert len(world.follow_ups(ANNA)) == 1
    assert state(world, row) is LedgerState.SENT


@GROUNDS
def test_a_lead_that_changes_while_the_mail_is_on_its_way_is_settled_as_it_is_then(world: World) -> None:
    row = due_step(world)

    run_step(among(world, "claim", lambda: change(world), after=True), row)

    assert state(world, row) is LedgerState.SENT
    assert world.lead().enrolments[0].mails_sent == 1


@GROUNDS
def test_a_settlement_whose_answer_was_lost_is_told_once_and_not_tried_for_ever(world: World) -> None:
    row = due_step(world)
    lost: list[Callable[[], object]] = [lambda: busy(world)]

    with pytest.raises(StoreBusy):
        run_step(replace(world.services, store=Around(world.services.store, "commit", lost, after=True)), row)
    world.settle()

    assert len(world.follow_ups(ANNA)) == 1
    assert state(world, row) is LedgerState.SENT


def busy(world: World) -> None:
    change(world)
    raise StoreBusy


@GROUNDS
@pytest.mark.parametrize("achieved", [(), tuple(Objective)], ids=["to be sent", "to be skipped"])
def test_p2_a_row_that_was_moved_is_neither_sent_nor_skipped_at_its_old_time(
    world: World, achieved: tuple[Objective, ...]
) -> None:
    row = due_step(world)
    later = replace(row, at=world.later("1 day"))
    world.services.store.commit(Change(replace(world.lead(), achieved=achieved), due=(later,)))

    done = run_step(world.services, row)

    assert done is None
    assert later in world.services.store.due_of(row.lead_id)


@GROUNDS
def test_a_row_whose_captures_are_not_known_at_all_is_sent_all_the_same(world: World) -> None:
    row = due_step(world)

    run_step(world.services, replace(row, captures=()))

    assert len(world.follow_ups(ANNA)) == 1


@GROUNDS
def test_a_take_over_lapses_also_by_a_wake_up_that_names_another_request(world: World) -> None:
    world.confirmed()
    world.taken(objective="advance")
    row = next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.HOLD)
    world.clock.move_to(row.at)

    on_due.handle(world.services, replace(row, request="another"))

    assert world.lead().hold is None


@GROUNDS
def test_p2_a_confirmation_whose_claim_fails_again_and_again_costs_its_address_one_mail_of_the_day(
    world: World,
) -> None:
    world.browser().ask_for()
    (row,) = world.services.store.due_of(world.id_of())

    for _ in range(2 * world.services.settings.address_limit):
        with pytest.raises(StoreBusy):
            send_opt_in(among(world, "claim", lambda: busy(world)), row)
    world.settle()

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]


@pytest.mark.parametrize(
    ("texts", "asks"),
    [
        ({"only_if": "lead.temperature != 'hot'"}, True),
        ({"body": "{% if lead.temperature == 'hot' %}Shall we talk?{% endif %}"}, True),
        ({"subject": "{{ lead }}"}, True),
        ({"body": "{% set who = lead %}{{ who.name }}"}, True),
        ({"body": "{{ lead['temp' ~ 'erature'] }}"}, True),
        ({"only_if": "lead.intent != 'ready'"}, False),
        ({"subject": "{{ lead.first_name or 'Hello' }}", "body": "The temperature of a lead."}, False),
    ],
)
def test_a_step_asks_for_the_temperature_only_where_it_could_show(texts: dict[str, str], asks: bool) -> None:
    step = Step("01", "Hello", "Text", Wait(1, WaitUnit.DAYS), Encounter.SUBJECT, Objective.ADVANCE)

    assert asks_for_temperature(replace(step, **texts)) == asks


ROWS = 4
"""Steps of one lead that a worker claims one after the other while the stop comes."""

UNSUBSCRIBED = (Stop(StopReason.UNSUBSCRIBED, NOW),)


@dataclass
class Race:
    """One lead, a worker that claims its steps, and a stop that comes at the moment of one of these claims.

    `stored` and `began` (the last claim that succeeded) are by one clock that never goes back, in nanoseconds.
    """

    rows: tuple[Due, ...]
    moment: int
    come: threading.Event = field(default_factory=threading.Event)
    stored: int = 0
    won: int = 0
    began: int = 0
    refused: int = 0

    def stop(self, store: Store, lead: Lead) -> None:
        self.come.wait()
        store.commit(Change(replace(lead, stops=UNSUBSCRIBED)))
        self.stored = time.perf_counter_ns()

    def claim(self, store: Store, lead: Lead) -> None:
        for number, row in enumerate(self.rows):
            if number == self.moment:
                self.come.set()
            began = time.perf_counter_ns()
            try:
                claim(store, row, lead)
            except Conflict:
                self.refused += 1
            else:
                self.won, self.began = self.won + 1, began


def raced(workers: Store, people: Store, count: int) -> Iterator[Race]:
    """So many leads one after the other; a worker and a person's stop run into each other over each."""
    with ThreadPoolExecutor(2) as threads:
        for number in range(count):
            sent = submit()
            rows = tuple(due(sent.lead.id, f"course@a1/{row}") for row in range(ROWS))
            race, lead = Race(rows, moment=number % ROWS), replace(sent, due=rows).into(people)
            for each in (threads.submit(race.stop, people, lead), threads.submit(race.claim, workers, lead)):
                each.result()
            yield race


def careless(path: Path) -> SqliteStore:
    """A store that does not wait for the disk: what is raced for here is the order, not what a power cut leaves."""
    store = SqliteStore(path)
    with store._db.reading() as db:
        db.execute("PRAGMA synchronous=OFF")
    return store


def told(tally: Tally, what: str, races: list[Race]) -> None:
    close = sum(bool(race.won and race.refused) for race in races)
    tally(f"races of stop and claim, {what}", races=len(races), cut_in_the_middle=close)


@pytest.mark.parametrize("part", range(2))
def test_p3_no_claim_that_begins_after_a_stop_is_stored_succeeds(
    tmp_path: Path, part: int, tally: Tally, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "leads.db"
    workers, people = careless(path), careless(path)  # two connections, as of two processes
    races = list(raced(workers, people, request.config.getoption("--races") // 2))
    workers.close()
    people.close()

    told(tally, "SQLite", races)
    assert [race for race in races if race.began > race.stored] == []
    assert {race.won + race.refused for race in races} == {ROWS}
    assert any(race.won and race.refused for race in races), "none was close"


def test_p3_no_claim_that_begins_after_a_stop_is_stored_succeeds_on_aws(
    tally: Tally, request: pytest.FixtureRequest
) -> None:
    with mock_aws():
        tables = Cloud().tables()
        races = list(raced(tables.store(), tables.store(), request.config.getoption("--races") // 100))

    told(tally, "DynamoDB", races)
    assert [race for race in races if race.began > race.stored] == []


def test_p2_of_two_workers_each_step_is_claimed_by_one(tmp_path: Path, tally: Tally) -> None:
    stores = [careless(tmp_path / "leads.db") for _ in range(2)]
    rows = [(due(sent.lead.id), sent) for sent in (submit() for _ in range(1000))]
    leads = [replace(sent, due=(row,)).into(stores[0]) for row, sent in rows]
    start = threading.Barrier(2)

    def work(store: Store, owner: str) -> int:
        start.wait()
        return sum(has_claimed(store, row, lead, owner) for (row, _), lead in zip(rows, leads, strict=True))

    with ThreadPoolExecutor(2) as threads:
        won = list(threads.map(work, stores, ("one", "two")))
    entries = [entry for lead in leads for entry in stores[0].ledger(lead.id)]
    for store in stores:
        store.close()

    tally("steps that two workers wanted", steps=len(rows), claims=sum(won))
    assert sum(won) == len(entries) == len(rows)
    assert [entry.attempts for entry in entries] == [1] * len(rows)


def has_claimed(store: Store, row: Due, lead: Lead, owner: str) -> bool:
    try:
        claim(store, row, lead, owner)
    except AlreadyClaimed:
        return False
    return True
