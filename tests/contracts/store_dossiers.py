"""What every store promises about `dossier`: what it takes to write to one lead, in one read."""

from dataclasses import replace

import pytest
from tests.contracts.examples import HOUR, MINUTE, NOW, Place, Submit, claim, due, someone, submit, touch

from leadlight.errors import Conflict
from leadlight.model.due import Due
from leadlight.model.exchange import EPOCH_NOTE, SENDING_NOTE, Change
from leadlight.model.lead import Lead, Stop, StopReason
from leadlight.model.person import CaptureId
from leadlight.ports import Store
from leadlight.vault import unseal


def row_for(lead: Lead, *whats: Submit) -> Due:
    """A step of that lead, to be read with these captures."""
    return due(lead.id, captures=tuple(what.capture.id for what in whats))


class Dossiers:
    def test_of_an_unknown_lead_there_is_no_dossier(self, store: Store) -> None:
        what = submit()

        assert store.dossier(row_for(what.lead, what)) is None

    def test_a_dossier_holds_the_lead_and_the_captures_that_the_row_names(self, store: Store) -> None:
        address = someone()
        one, other = submit(address), submit(address, at=NOW + MINUTE)
        one.into(store)
        lead = other.into(store)

        found = store.dossier(row_for(lead, one))

        assert found is not None
        assert (found.lead, found.captures) == (lead, (one.capture,))

    def test_a_row_that_names_no_captures_gets_the_lead_alone(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)

        found = store.dossier(what.due[0])

        assert found is not None
        assert (found.lead, found.captures, found.secrets) == (lead, (), {})

    def test_captures_of_a_dossier_come_oldest_first(self, store: Store) -> None:
        address = someone()
        late, early = submit(address, at=NOW + MINUTE), submit(address)
        late.into(store)
        lead = early.into(store)

        found = store.dossier(row_for(lead, late, early))

        assert found is not None
        assert found.captures == (early.capture, late.capture)

    def test_a_capture_named_twice_is_read_once(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)

        found = store.dossier(row_for(lead, what, what))

        assert found is not None
        assert found.captures == (what.capture,)

    def test_a_capture_that_is_gone_or_another_leads_is_absent(self, store: Store) -> None:
        what, other = submit(), submit()
        lead = what.into(store)
        other.into(store)

        found = store.dossier(row_for(lead, submit(), other, what))

        assert found is not None
        assert found.captures == (what.capture,)

    def test_a_dossier_shows_what_was_noted_on_a_capture(self, store: Store) -> None:
        what = submit()
        lead = store.commit(Change(what.into(store), confirm={what.capture.id: NOW}))

        found = store.dossier(row_for(lead, what))

        assert found is not None
        assert found.captures == (replace(what.capture, confirmed_at=NOW),)

    def test_a_dossier_shows_a_stop_that_was_stored_right_before(self, place: Place, store: Store) -> None:
        what = submit()
        stop = Stop(StopReason.UNSUBSCRIBED, NOW)
        lead = place.store().commit(Change(replace(what.into(store), stops=(stop,))))

        found = store.dossier(row_for(lead, what))

        assert found is not None
        assert found.lead.stops == (stop,)

    def test_a_dossier_says_whether_sending_is_paused(self, place: Place, store: Store) -> None:
        what = submit()
        what.into(store)
        place.store().set_note(SENDING_NOTE, "until then")

        found = store.dossier(what.due[0])

        assert found is not None
        assert found.sending == "until then"

    def test_reading_a_dossier_changes_nothing(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)

        for _ in range(3):
            store.dossier(what.due[0])

        assert store.lead(lead.id) == lead
        assert claim(store, what.due[0], lead).attempts == 1

    def test_whatever_a_dossier_lacks_the_keys_have(self, place: Place, store: Store) -> None:
        what = submit(key=place.keys().fresh())
        lead = what.into(store)

        found = store.dossier(row_for(lead, what))

        assert found is not None
        secrets = {**place.keys().secrets([what.key.id]), **found.secrets}
        assert unseal(found.captures[0].sealed, secrets=secrets, owner=lead.id)["first_name"] == "Anna"

    def test_a_shredded_key_is_in_no_dossier(self, place: Place, store: Store) -> None:
        what = submit(key=place.keys().fresh())
        lead = what.into(store)
        place.keys().shred([what.key.id])

        found = store.dossier(row_for(lead, what))

        assert found is not None
        assert found.secrets == {}

    def test_an_older_capture_with_a_name_of_its_own_is_in_the_dossier_too(self, store: Store) -> None:
        older = submit(name="named-before-keys-named-captures")
        lead = older.into(store)

        found = store.dossier(row_for(lead, older))

        assert found is not None
        assert found.captures == (older.capture,)

    def test_more_captures_than_one_call_can_take_are_all_read(self, store: Store) -> None:
        address = someone()
        whats = [submit(address, at=NOW + number * MINUTE) for number in range(60)]
        for what in whats:
            lead = what.into(store)

        found = store.dossier(row_for(lead, *whats))

        assert found is not None
        assert found.captures == tuple(what.capture for what in whats)

    def test_what_a_row_names_to_be_read_along_does_not_matter_to_a_claim(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        row = due(lead.id, captures=(what.capture.id, CaptureId("another")))
        lead = store.commit(Change(lead, due=(row,)))

        assert claim(store, replace(row, captures=()), lead).key == row.ledger_key

    def test_a_row_comes_back_with_the_captures_it_names(self, store: Store) -> None:
        what = submit()
        row = row_for(what.lead, what)

        lead = store.commit(Change(what.into(store), due=(replace(row, at=NOW + HOUR),)))

        assert store.due_of(lead.id)[-1] == replace(row, at=NOW + HOUR)

    def test_the_id_of_one_submit_is_not_another_submits(self, store: Store) -> None:
        address = someone()
        first = submit(address, name="same")
        lead = first.into(store)
        second = replace(submit(address, name="same"), touch=touch(lead.id))

        with pytest.raises(Conflict):
            second.into(store)

        assert store.captures(lead.id) == (first.capture,)

    def test_a_dossier_brings_the_note_that_tells_a_restored_store(self, place: Place, store: Store) -> None:
        what = submit()
        what.into(store)
        before = store.dossier(what.due[0])
        store.raise_note(EPOCH_NOTE, "2026")
        place.keys().raise_note(EPOCH_NOTE, "2027")

        found = store.dossier(what.due[0])

        assert before is not None
        assert found is not None
        assert (before.epoch, found.epoch) == (None, "2026")
        assert found.keys_epoch in {None, "2027"}  # where it did not come along, the keys are asked
        assert not before.keys_epoch
