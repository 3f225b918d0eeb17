"""What every store promises about `commit` and `append`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.examples import DAY, HOUR, MINUTE, NOW, Place, budget, claim, due, key, someone, submit, touch
from tests.contracts.store_captures import FEW

from leadlight.errors import Conflict, LeaseLost
from leadlight.model.due import LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, Stage, Stop, StopReason
from leadlight.model.person import CaptureId
from leadlight.ports import Store
from leadlight.vault import seal, unseal


class Commits:
    def test_a_change_returns_the_lead_as_stored(self, store: Store) -> None:
        lead = submit().into(store)

        stored = store.commit(Change(replace(lead, stage=Stage.PROSPECT)))

        assert stored == replace(lead, stage=Stage.PROSPECT, revision=lead.revision + 1)
        assert store.lead(lead.id) == stored

    def test_a_lead_changed_meanwhile_refuses_the_change_as_a_whole(self, store: Store) -> None:
        lead = submit().into(store)
        newer = store.commit(Change(lead))

        with pytest.raises(Conflict):
            store.commit(Change(lead, touches=(touch(lead.id, "late"),), due=(due(lead.id, "late"),)))

        assert store.lead(lead.id) == newer
        assert "late" not in {found.id for found in store.touches(lead.id)}
        assert len(store.due_of(lead.id)) == 1

    def test_a_lead_that_nobody_captured_cannot_be_changed(self, store: Store) -> None:
        nobody = submit().lead

        with pytest.raises(Conflict):
            store.commit(Change(nobody))

        assert store.lead(nobody.id) is None

    def test_the_same_change_twice_is_applied_once(self, store: Store) -> None:
        lead = submit().into(store)
        change = Change(lead, touches=(touch(lead.id, "once"),))
        first = store.commit(change)

        assert store.commit(change) == first
        assert [found.id for found in store.touches(lead.id)].count("once") == 1

    def test_what_a_change_counts_is_counted_with_it_and_once(self, store: Store) -> None:
        lead = submit().into(store)
        sent, came_back = budget(1), replace(budget(1), key="mail/bounced/2026-01-05T10")
        change = Change(lead, counts=(sent, came_back))
        lead = store.commit(change)
        store.commit(change)
        store.commit(Change(lead, counts=(sent,)))

        assert store.counted([sent.key, came_back.key, "nobody"]) == {sent.key: 2, came_back.key: 1}

    def test_a_change_that_is_refused_counts_nothing(self, store: Store) -> None:
        lead = submit().into(store)
        counter = budget(9)
        store.commit(Change(lead))

        with pytest.raises(Conflict):
            store.commit(Change(lead, counts=(counter,)))

        assert store.counted([counter.key]) == {}

    def test_another_change_on_the_same_revision_is_not_taken_for_a_repeat(self, store: Store) -> None:
        lead = submit().into(store)
        change = Change(lead)
        store.commit(change)

        with pytest.raises(Conflict):
            store.commit(replace(change, nonce="another"))

    def test_a_change_repeated_after_someone_elses_is_a_conflict(self, store: Store) -> None:
        lead = submit().into(store)
        change = Change(lead)
        store.commit(Change(store.commit(change)))

        with pytest.raises(Conflict):
            store.commit(change)

    def test_of_many_deciding_on_the_same_revision_one_wins(self, store: Store) -> None:
        lead = submit().into(store)

        def attempt(_: int) -> bool:
            try:
                store.commit(Change(lead))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(attempt, range(8)))

        assert sum(won) == 1

    def test_a_touch_id_that_exists_refuses_the_change(self, store: Store) -> None:
        lead = submit().into(store)
        store.append(touch(lead.id, "taken"))

        with pytest.raises(Conflict):
            store.commit(Change(lead, touches=(touch(lead.id, "new"), touch(lead.id, "taken", at=NOW + HOUR))))

        assert store.lead(lead.id) == lead
        assert "new" not in {found.id for found in store.touches(lead.id)}

    def test_a_due_row_written_again_is_moved_not_doubled(self, store: Store) -> None:
        lead = submit().into(store)
        row = due(lead.id)
        lead = store.commit(Change(lead, due=(row,)))

        store.commit(Change(lead, due=(replace(row, at=NOW + DAY),)))

        assert [found.at for found in store.due_of(lead.id)] == [NOW, NOW + DAY]
        assert replace(row, at=NOW + DAY) in store.due(until=NOW + DAY, limit=10)

    def test_a_removed_due_row_is_not_due_any_more(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)

        store.commit(Change(lead, undue=(what.due[0].key,)))

        assert store.due_of(lead.id) == store.due(until=NOW + DAY, limit=10) == ()

    def test_removing_a_due_row_that_is_not_there_is_fine(self, store: Store) -> None:
        lead = submit().into(store)

        assert store.commit(Change(lead, undue=("step/never",))).revision == 1

    def test_a_due_row_removed_and_written_in_one_change_is_moved(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        moved = replace(what.due[0], at=NOW + HOUR)

        store.commit(Change(lead, undue=(moved.key,), due=(moved,)))

        assert store.due_of(lead.id) == (moved,)

    def test_a_confirmed_capture_says_when(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)

        store.commit(Change(lead, confirm={what.capture.id: NOW + MINUTE}))

        assert store.captures(lead.id) == (replace(what.capture, confirmed_at=NOW + MINUTE),)

    def test_a_capture_keeps_both_when_its_code_went_out_and_when_it_was_confirmed(self, store: Store) -> None:
        what = submit()
        lead = store.commit(Change(what.into(store), code_sent={what.capture.id: NOW}))

        store.commit(Change(lead, confirm={what.capture.id: NOW + MINUTE}))

        (capture,) = store.captures(lead.id)
        assert (capture.code_sent_at, capture.confirmed_at) == (NOW, NOW + MINUTE)

    def test_code_and_confirmation_may_come_in_one_change(self, store: Store) -> None:
        what = submit()
        name = what.capture.id

        lead = store.commit(Change(what.into(store), code_sent={name: NOW}, confirm={name: NOW + MINUTE}))

        assert store.captures(lead.id) == (replace(what.capture, code_sent_at=NOW, confirmed_at=NOW + MINUTE),)

    def test_a_change_may_bring_a_capture_with_its_key(self, store: Store) -> None:
        lead = submit().into(store)
        fresh, sealing = submit().capture, key()
        capture = replace(fresh, id=CaptureId(sealing.id), lead_id=lead.id, confirmed_at=NOW)

        store.commit(Change(lead, captures=(capture,), keys=(sealing,)))

        assert store.captures(lead.id)[-1] == capture

    def test_a_capture_that_is_there_already_refuses_the_change(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)

        with pytest.raises(Conflict):
            store.commit(Change(lead, captures=(what.capture,), touches=(touch(lead.id, "late"),)))

        assert store.lead(lead.id) == lead
        assert "late" not in {found.id for found in store.touches(lead.id)}

    @pytest.mark.parametrize("whose", ["nobody's", "another lead's"])
    def test_a_capture_that_is_not_this_leads_cannot_be_confirmed(self, store: Store, whose: str) -> None:
        lead, other = submit().into(store), submit()
        other.into(store)
        name = CaptureId("none") if whose == "nobody's" else other.capture.id

        with pytest.raises(Conflict):
            store.commit(Change(lead, confirm={name: NOW}))

        assert store.lead(lead.id) == lead
        assert store.captures(other.lead.id) == (other.capture,)

    def test_a_sealed_answer_can_be_opened_with_the_key_of_its_change(self, place: Place, store: Store) -> None:
        lead = submit().into(store)
        fresh = place.keys().fresh()
        sealed = seal({"question": "When?"}, key_id=fresh.id, secret=fresh.secret, owner=lead.id)

        store.commit(Change(lead, touches=(replace(touch(lead.id, "asked"), sealed=sealed),), keys=(fresh,)))

        asked = store.touches(lead.id)[-1]
        assert asked.sealed == sealed
        assert unseal(sealed, secrets=place.keys().secrets([fresh.id]), owner=lead.id) == {"question": "When?"}

    def test_a_key_never_seals_in_a_second_change(self, store: Store) -> None:
        used = key()
        lead = store.commit(Change(submit().into(store), keys=(used,)))

        with pytest.raises(Conflict):
            store.commit(Change(lead, keys=(used,)))

    def test_an_entry_settled_by_a_stranger_is_refused_as_a_whole(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        entry = claim(store, what.due[0], lead)

        with pytest.raises(LeaseLost):
            store.commit(
                Change(
                    lead, settle=(replace(entry, owner="stranger", state=LedgerState.SENT),), undue=(what.due[0].key,)
                )
            )

        assert store.ledger(lead.id) == (entry,)
        assert store.due_of(lead.id) == what.due

    def test_an_entry_is_settled_once(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        sent = replace(claim(store, what.due[0], lead), state=LedgerState.SENT, message_id="m1")
        lead = store.commit(Change(lead, settle=(sent,)))

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, settle=(replace(sent, state=LedgerState.PARKED),)))

        assert store.ledger(lead.id) == (sent,)

    def test_what_was_never_claimed_cannot_be_settled(self, store: Store) -> None:
        what, other = submit(), submit()
        lead = what.into(store)
        foreign = claim(store, other.due[0], other.into(store))

        with pytest.raises(LeaseLost):
            store.commit(Change(lead, settle=(replace(foreign, lead_id=lead.id, key="1/step/never"),)))

    def test_a_changed_lead_is_told_before_a_lost_lease(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        entry = claim(store, what.due[0], lead)
        store.commit(Change(lead))

        with pytest.raises(Conflict):
            store.commit(Change(lead, settle=(replace(entry, owner="stranger"),)))

    def test_a_repeated_settlement_is_answered_as_done(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        sent = replace(claim(store, what.due[0], lead), state=LedgerState.SENT)
        change = Change(lead, settle=(sent,), undue=(what.due[0].key,), touches=(touch(lead.id, "sent"),))
        first = store.commit(change)

        assert store.commit(change) == first
        assert store.ledger(lead.id) == (sent,)

    def test_a_touch_is_appended_once(self, store: Store) -> None:
        lead = submit().into(store)

        assert store.append(touch(lead.id, "read:x:2026-01-05"))
        assert not store.append(touch(lead.id, "read:x:2026-01-05", at=NOW + MINUTE))
        assert store.lead(lead.id) == lead

    def test_two_leads_may_have_touches_of_the_same_id(self, store: Store) -> None:
        one, other = submit().into(store), submit().into(store)

        assert store.append(touch(one.id, "read:x"))
        assert store.append(touch(other.id, "read:x"))

    def test_of_many_appending_the_same_touch_one_does(self, store: Store) -> None:
        lead = submit().into(store)
        same = touch(lead.id)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: store.append(same), range(8)))

        assert sum(answers) == 1

    def test_a_stop_is_there_for_whoever_reads_next(self, place: Place, store: Store) -> None:
        lead = submit().into(store)
        stop = Stop(StopReason.UNSUBSCRIBED, NOW)

        store.commit(Change(replace(lead, stops=(stop,))))

        read = place.store().lead(lead.id)
        assert read is not None
        assert read.stops == (stop,)

    @FEW
    @given(moves=st.lists(st.tuples(st.sampled_from("abc"), st.integers(-3, 3) | st.none()), max_size=6))
    def test_due_rows_are_what_the_last_change_made_of_them(
        self, store: Store, moves: list[tuple[str, int | None]]
    ) -> None:
        lead: Lead = submit(someone()).into(store)
        lead = store.commit(Change(lead, undue=tuple(row.key for row in store.due_of(lead.id))))
        wanted = {}
        for ref, hours in moves:
            row = due(lead.id, ref, at=NOW + (hours or 0) * HOUR)
            change = Change(lead, undue=(row.key,)) if hours is None else Change(lead, due=(row,))
            lead = store.commit(change)
            wanted[ref] = None if hours is None else row

        found = store.due_of(lead.id)

        assert sorted(found, key=repr) == sorted([row for row in wanted.values() if row], key=repr)
        assert [row.at for row in found] == sorted(row.at for row in found)
