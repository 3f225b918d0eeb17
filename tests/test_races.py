"""Follow-ups among people and workers who act at the same moment: once, or not at all, and never unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.world import ANNA, World

from leadlight.errors import StoreBusy
from leadlight.followup import asks_for_temperature, run_step
from leadlight.handlers import on_due
from leadlight.ledger import FRESH, LEASE
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Stop, StopReason
from leadlight.model.sequence import Step, Wait, WaitUnit
from leadlight.model.touch import Encounter, Objective
from leadlight.ports import Services
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


@GROUNDS
def test_p3_a_stop_stored_between_reading_and_claiming_wins(world: World) -> None:
    row = due_step(world)

    done = run_step(among(world, "claim", lambda: stop(world)), row)

    assert done is not None
    assert done.state is LedgerState.SKIPPED
    assert world.follow_ups(ANNA) == []


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
