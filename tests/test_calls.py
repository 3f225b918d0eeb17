"""How many calls to AWS each thing costs, retries included, as botocore's own event hooks see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.ground_aws import Account
from tests.world import ANNA, World

from leadlight.handlers import on_due
from leadlight.handlers.edge import warmed
from leadlight.ledger import FRESH
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Stop, StopReason

pytestmark = pytest.mark.grounds("prompt")

STEP = ["BatchGetItem", "TransactWriteItems", "SendEmail", "TransactWriteItems"]
"""Read, claim, send, settle."""


def next_step(world: World) -> Due:
    """The follow-up that comes next, with the clock at its time."""
    row = next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP)
    world.clock.move_to(row.at)
    return row


def calls_of(account: Account, world: World, row: Due) -> list[str]:
    """What doing that row costs, once the bundle is known."""
    on_due.handle(world.services, Due(row.lead_id, row.generation, DueKind.STEP, "none/none", row.at))
    account.faults.calls.clear()
    on_due.handle(world.services, row)
    return account.faults.calls


def state_of(world: World, row: Due) -> LedgerState:
    return next(entry.state for entry in world.services.store.ledger(row.lead_id) if entry.key == row.ledger_key)


@pytest.mark.parametrize("path", ["guides/mail", "guides/form"])
def test_a_submit_is_one_call_before_the_answer(account: Account, world: World, path: str) -> None:
    world.browser().ask_for(path, "first@example.com")
    account.faults.calls.clear()

    answer = world.browser().ask_for(path)

    assert answer.status in {200, 202}
    assert account.faults.calls == ["TransactWriteItems"]


def test_the_first_submit_of_an_environment_is_one_call_as_well(account: Account, world: World) -> None:
    warmed(world.services)
    account.faults.calls.clear()

    answer = world.browser().ask_for()

    assert (answer.status, account.faults.calls) == (202, ["TransactWriteItems"])


def test_a_known_address_costs_as_much_as_an_unknown_one(account: Account, world: World) -> None:
    world.browser().ask_for()
    account.faults.calls.clear()

    world.browser().ask_for()

    assert account.faults.calls == ["TransactWriteItems"]


def test_a_follow_up_takes_four_calls(account: Account, world: World) -> None:
    world.confirmed()
    world.settle()
    row = next_step(world)

    assert calls_of(account, world, row) == STEP
    assert state_of(world, row) is LedgerState.SENT


def test_a_follow_up_that_asks_how_warm_the_lead_is_takes_one_more(account: Account, world: World) -> None:
    world.confirmed()
    world.settle()
    while not (row := next_step(world)).ref.endswith("04-offer"):
        world.settle()

    assert calls_of(account, world, row) == [STEP[0], "Query", *STEP[1:]]


def test_a_follow_up_to_somebody_with_more_captures_than_its_row_names_is_sent(account: Account, world: World) -> None:
    world.confirmed()
    world.settle()
    row = next_step(world)

    found = calls_of(account, world, Due(row.lead_id, row.generation, row.kind, row.ref, row.at))

    assert found == [STEP[0], "Query", "BatchGetItem", *STEP[1:]]
    assert state_of(world, row) is LedgerState.SENT


def test_a_row_that_was_done_or_moved_costs_one_call(account: Account, world: World) -> None:
    world.confirmed()
    world.settle()
    row = next_step(world)
    on_due.handle(world.services, row)

    assert calls_of(account, world, row) == STEP[:1]


def test_a_follow_up_that_may_not_be_sent_takes_two_calls(account: Account, world: World) -> None:
    world.confirmed()
    world.settle()
    row, lead = next_step(world), world.lead()
    world.services.store.commit(Change(replace(lead, stops=(Stop(StopReason.REPLIED, row.at),))))

    assert calls_of(account, world, row) == STEP[:2]
    assert world.follow_ups(ANNA) == []


def test_a_claim_that_was_long_on_its_way_is_looked_at_again(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.confirmed()
    world.settle()
    row, store = next_step(world), type(world.services.store)
    claim = store.claim

    def slowly(*args, **options):
        entry = claim(*args, **options)
        world.clock.move_to(world.clock.now() + FRESH + timedelta(seconds=1))
        return entry

    monkeypatch.setattr(store, "claim", slowly)

    assert calls_of(account, world, row) == [*STEP[:2], "Query", *STEP[2:]]


def calls_of_a_yes(account: Account, world: World, address: str) -> list[str]:
    """What the mail's button costs, once the bundle is known."""
    visitor = world.browser()
    visitor.ask_for(address=address)
    world.settle()
    visitor.get(world.mail(address).link("/confirm"))
    account.faults.calls.clear()
    assert visitor.post(world.mail(address).link("/confirm")).status == 303
    return list(account.faults.calls)


YES = ["GetItem", "Query", "GetItem", "Query", "Query", "TransactWriteItems"]
"""Read who is asked, then what is known of them, and store the answer."""


def test_a_yes_takes_six_calls_and_the_first_one_asks_for_colleagues(account: Account, world: World) -> None:
    free, first, second, again = (
        calls_of_a_yes(account, world, name)
        for name in ("ada@gmail.com", "ada@acme.com", "ben@acme.com", "ben@acme.com")
    )

    assert [name for name in free if name != "GetObject"] == again == YES
    assert first == [*YES[:-1], "Query", YES[-1]]
    assert second == [*YES[:-1], "Query", "BatchGetItem", YES[-1]]
