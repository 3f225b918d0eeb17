"""What every store promises about `Change.resolve`: the last word on what was parked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.contracts.examples import HOUR, MINUTE, NOW, Submit, claim, due, submit, touch

from leadlight.errors import AlreadyClaimed, Conflict, LeaseLost
from leadlight.model.due import LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.ports import Store


def parked(store: Store) -> tuple[Submit, Lead, LedgerEntry]:
    """A lead with one thing of which nobody knows whether it was sent."""
    what = submit()
    lead = what.into(store)
    entry = replace(claim(store, what.due[0], lead), state=LedgerState.PARKED, reason="no answer")
    return what, store.commit(Change(lead, settle=(entry,))), entry


class Resolves:
    @pytest.mark.parametrize("state", [LedgerState.SENT, LedgerState.SKIPPED, LedgerState.RELEASED])
    def test_what_was_parked_can_be_resolved(self, store: Store, state: LedgerState) -> None:
        _, lead, entry = parked(store)
        known = replace(entry, state=state, reason="seen at the carrier", message_id="m1", at=NOW + HOUR)

        store.commit(Change(lead, resolve=(known,), touches=(touch(lead.id, "resolved"),)))

        assert store.ledger(lead.id) == (known,)
        assert store.touches(lead.id)[-1].id == "resolved"

    def test_what_is_parked_can_be_resolved_once(self, store: Store) -> None:
        _, lead, entry = parked(store)
        sent = replace(entry, state=LedgerState.SENT)
        lead = store.commit(Change(lead, resolve=(sent,)))

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, resolve=(replace(entry, state=LedgerState.SKIPPED),)))

        assert store.ledger(lead.id) == (sent,)

    def test_a_resolution_that_comes_too_late_changes_nothing_at_all(self, store: Store) -> None:
        what, lead, entry = parked(store)
        lead = store.commit(Change(lead, resolve=(replace(entry, state=LedgerState.SENT),)))
        late = touch(lead.id, "late")

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, resolve=(entry,), touches=(late,), undue=(what.due[0].key,)))

        assert store.lead(lead.id) == lead
        assert late not in store.touches(lead.id)
        assert store.due_of(lead.id) == what.due

    def test_a_claim_that_is_held_cannot_be_resolved(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        entry = claim(store, what.due[0], lead)

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, resolve=(replace(entry, state=LedgerState.SENT),)))

        assert store.ledger(lead.id) == (entry,)

    @pytest.mark.parametrize("state", [LedgerState.SENT, LedgerState.SKIPPED, LedgerState.RELEASED])
    def test_what_was_never_parked_cannot_be_resolved(self, store: Store, state: LedgerState) -> None:
        what = submit()
        lead = what.into(store)
        entry = replace(claim(store, what.due[0], lead), state=state)
        lead = store.commit(Change(lead, settle=(entry,)))

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, resolve=(replace(entry, state=LedgerState.SENT),)))

    def test_what_is_not_on_the_ledger_cannot_be_resolved(self, store: Store) -> None:
        _, lead, entry = parked(store)

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, resolve=(replace(entry, key="1/step/never"),)))

    def test_a_changed_lead_is_told_before_a_lost_resolution(self, store: Store) -> None:
        _, lead, entry = parked(store)
        store.commit(Change(lead, resolve=(replace(entry, state=LedgerState.SENT),)))

        with pytest.raises(Conflict):
            store.commit(Change(lead, resolve=(entry,)))

    def test_a_repeated_resolution_is_answered_as_done(self, store: Store) -> None:
        _, lead, entry = parked(store)
        change = Change(lead, resolve=(replace(entry, state=LedgerState.SENT),))

        assert store.commit(change) == store.commit(change)

    def test_of_evidence_and_a_person_at_once_one_resolves(self, store: Store) -> None:
        _, lead, entry = parked(store)

        def attempt(state: LedgerState) -> LedgerState | None:
            try:
                store.commit(Change(lead, resolve=(replace(entry, state=state),)))
            except Conflict:
                return None
            return state

        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(attempt, (LedgerState.SENT, LedgerState.SKIPPED)))

        assert [found.state for found in store.ledger(lead.id)] == [state for state in won if state]

    def test_what_was_resolved_as_not_sent_can_be_claimed_again(self, store: Store) -> None:
        what, lead, entry = parked(store)
        lead = store.commit(Change(lead, resolve=(replace(entry, state=LedgerState.RELEASED),)))

        again = claim(store, what.due[0], lead, "worker-2", now=NOW + MINUTE)

        assert (again.state, again.attempts) == (LedgerState.CLAIMED, 2)

    def test_what_is_parked_is_claimed_by_nobody(self, store: Store) -> None:
        what, lead, _ = parked(store)

        with pytest.raises(AlreadyClaimed) as refused:
            claim(store, what.due[0], lead, "worker-2", now=NOW + 2 * HOUR, may_repeat=True)

        assert refused.value.state == LedgerState.PARKED

    def test_one_change_may_settle_one_thing_and_resolve_another(self, store: Store) -> None:
        _, lead, entry = parked(store)
        row = due(lead.id)
        lead = store.commit(Change(lead, due=(row,)))
        sent = replace(claim(store, row, lead), state=LedgerState.SENT)
        known = replace(entry, state=LedgerState.SENT)

        store.commit(Change(lead, settle=(sent,), resolve=(known,), undue=(row.key,)))

        assert {found.key: found.state for found in store.ledger(lead.id)} == dict.fromkeys(
            (sent.key, known.key), LedgerState.SENT
        )
