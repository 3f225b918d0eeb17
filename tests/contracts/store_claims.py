"""What every store promises about `claim`: never twice, and a stop wins."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.examples import HOUR, MINUTE, NOW, Place, claim, submit

from leadlight.errors import AlreadyClaimed, Conflict, LeaseLost
from leadlight.model.due import Due, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, Stop, StopReason
from leadlight.ports import Store


def due_lead(store: Store) -> tuple[Due, Lead]:
    """A lead with one due row."""
    what = submit()
    return what.due[0], what.into(store)


class Claims:
    def test_a_claim_is_ours_and_on_the_ledger(self, place: Place, store: Store) -> None:
        row, lead = due_lead(store)

        entry = claim(store, row, lead)

        assert (entry.state, entry.owner, entry.attempts) == (LedgerState.CLAIMED, "worker-1", 1)
        assert (entry.at, entry.lease_until) == (NOW, NOW + HOUR)
        assert place.store().ledger(lead.id) == (entry,)

    def test_a_claim_leaves_lead_and_due_row_alone(self, store: Store) -> None:
        row, lead = due_lead(store)

        claim(store, row, lead)

        assert store.lead(lead.id) == lead
        assert store.due_of(lead.id) == (row,)

    def test_a_second_worker_is_told_who_holds_the_claim(self, store: Store) -> None:
        row, lead = due_lead(store)
        entry = claim(store, row, lead)

        with pytest.raises(AlreadyClaimed) as refused:
            claim(store, row, lead, "worker-2", now=NOW + MINUTE, may_repeat=True)

        assert (refused.value.key, refused.value.state) == (row.ledger_key, "claimed")
        assert refused.value.lease_until == entry.lease_until

    def test_claiming_again_as_the_same_worker_returns_the_same_claim(self, store: Store) -> None:
        row, lead = due_lead(store)
        entry = claim(store, row, lead)

        assert claim(store, row, lead, now=NOW + MINUTE) == entry

    @pytest.mark.parametrize("may_repeat", [True, False])
    def test_of_eight_workers_one_gets_the_claim(self, store: Store, may_repeat: bool) -> None:
        row, lead = due_lead(store)

        def attempt(number: int) -> str | None:
            try:
                return claim(store, row, lead, f"worker-{number}", may_repeat=may_repeat).owner
            except AlreadyClaimed:
                return None

        with ThreadPoolExecutor(8) as pool:
            winners = [owner for owner in pool.map(attempt, range(8)) if owner]

        assert [entry.owner for entry in store.ledger(lead.id)] == winners

    def test_a_stop_stored_between_reading_and_claiming_wins(self, store: Store) -> None:
        row, lead = due_lead(store)
        store.commit(Change(replace(lead, stops=(Stop(StopReason.UNSUBSCRIBED, NOW),))))

        with pytest.raises(Conflict):
            claim(store, row, lead)

        assert store.ledger(lead.id) == ()

    def test_a_stop_and_a_claim_at_the_same_moment_never_both_go_unnoticed(self, store: Store) -> None:
        row, lead = due_lead(store)
        stopped = Change(replace(lead, stops=(Stop(StopReason.UNSUBSCRIBED, NOW),)))

        def claims() -> bool:
            try:
                claim(store, row, lead)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            claimed, _ = pool.submit(claims), pool.submit(store.commit, stopped).result()

        assert claimed.result() == bool(store.ledger(lead.id))
        with pytest.raises(Conflict):
            claim(store, row, lead, "later")

    def test_a_removed_due_row_cannot_be_claimed(self, store: Store) -> None:
        row, lead = due_lead(store)
        lead = store.commit(Change(lead, undue=(row.key,)))

        with pytest.raises(Conflict):
            claim(store, row, lead)

    @pytest.mark.parametrize("by", [timedelta(microseconds=1), -HOUR])
    def test_a_moved_due_row_cannot_be_claimed_at_its_old_time(self, store: Store, by: timedelta) -> None:
        row, lead = due_lead(store)
        moved = replace(row, at=row.at + by)
        lead = store.commit(Change(lead, due=(moved,)))

        with pytest.raises(Conflict):
            claim(store, row, lead)

        assert claim(store, moved, lead).key == row.ledger_key

    def test_a_due_row_of_an_earlier_life_cannot_be_claimed(self, store: Store) -> None:
        row, lead = due_lead(store)
        lead = store.commit(Change(lead, due=(replace(row, generation=2),)))

        with pytest.raises(Conflict):
            claim(store, row, lead)

    def test_a_lead_that_is_not_there_cannot_be_claimed_for(self, store: Store) -> None:
        what = submit()

        with pytest.raises(Conflict):
            claim(store, what.due[0], what.lead)

    def test_a_follow_up_whose_worker_died_is_not_taken_over(self, store: Store) -> None:
        row, lead = due_lead(store)
        claim(store, row, lead)

        with pytest.raises(AlreadyClaimed):
            claim(store, row, lead, "worker-2", now=NOW + 2 * HOUR, may_repeat=False)

    def test_what_may_repeat_is_taken_over_when_the_lease_is_over(self, store: Store) -> None:
        row, lead = due_lead(store)
        claim(store, row, lead)

        entry = claim(store, row, lead, "worker-2", now=NOW + HOUR, may_repeat=True)

        assert (entry.owner, entry.attempts, entry.lease_until) == ("worker-2", 2, NOW + 2 * HOUR)
        assert store.ledger(lead.id) == (entry,)

    def test_what_may_repeat_is_not_taken_over_before(self, store: Store) -> None:
        row, lead = due_lead(store)
        claim(store, row, lead)

        with pytest.raises(AlreadyClaimed):
            claim(store, row, lead, "worker-2", now=NOW + HOUR - timedelta(microseconds=1), may_repeat=True)

    def test_of_eight_taking_over_one_succeeds(self, store: Store) -> None:
        row, lead = due_lead(store)
        claim(store, row, lead)

        def attempt(number: int) -> bool:
            try:
                claim(store, row, lead, f"heir-{number}", now=NOW + HOUR, may_repeat=True)
            except AlreadyClaimed:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(attempt, range(8)))

        assert sum(won) == 1
        assert store.ledger(lead.id)[0].attempts == 2

    def test_who_lost_the_lease_cannot_settle(self, store: Store) -> None:
        row, lead = due_lead(store)
        slow = claim(store, row, lead)
        heir = claim(store, row, lead, "worker-2", now=NOW + HOUR, may_repeat=True)

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, settle=(replace(slow, state=LedgerState.SENT),)))

        assert store.ledger(lead.id) == (heir,)

    def test_who_is_late_but_not_replaced_may_settle(self, store: Store) -> None:
        row, lead = due_lead(store)
        sent = replace(claim(store, row, lead), state=LedgerState.SENT, at=NOW + 2 * HOUR)

        store.commit(Change(lead, settle=(sent,), undue=(row.key,)))

        assert store.ledger(lead.id) == (sent,)

    @pytest.mark.parametrize("state", [LedgerState.SENT, LedgerState.PARKED, LedgerState.SKIPPED])
    def test_what_is_done_is_never_claimed_again(self, store: Store, state: LedgerState) -> None:
        row, lead = due_lead(store)
        lead = store.commit(Change(lead, settle=(replace(claim(store, row, lead), state=state),)))

        for owner in ("worker-1", "worker-2"):
            with pytest.raises(AlreadyClaimed) as refused:
                claim(store, row, lead, owner, now=NOW + 2 * HOUR, may_repeat=True)

            assert refused.value.state == state

    def test_what_was_released_can_be_claimed_again_at_once(self, store: Store) -> None:
        row, lead = due_lead(store)
        released = replace(claim(store, row, lead), state=LedgerState.RELEASED, reason="refused with 451")
        lead = store.commit(Change(lead, settle=(released,)))

        entry = claim(store, row, lead, "worker-2", now=NOW + MINUTE)

        assert (entry.owner, entry.attempts, entry.reason) == ("worker-2", 2, "refused with 451")

    def test_two_things_of_one_lead_are_claimed_apart(self, store: Store) -> None:
        row, lead = due_lead(store)
        other = replace(row, ref="delivery/c1")
        lead = store.commit(Change(lead, due=(other,)))

        entries = {claim(store, row, lead, "worker-1"), claim(store, other, lead, "worker-2")}

        assert set(store.ledger(lead.id)) == entries
