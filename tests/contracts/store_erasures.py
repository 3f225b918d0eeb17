"""What every store promises about who was erased: nothing of them stays, and who comes again is somebody new."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.contracts.examples import NOW, Place, Submit, budget, claim, due, submit, touch

from leadlight.errors import Conflict
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.figures import Figures
from leadlight.model.lead import Lead, Stop, StopReason
from leadlight.model.person import LeadId
from leadlight.ports import Store

NOBODY = LeadId("nobody")


def a_life(store: Store) -> tuple[Submit, Lead, Due]:
    """A lead with something of everything, and the row that it is erased by."""
    what = submit()
    lead = what.into(store)
    store.append(touch(lead.id, "read"))
    claim(store, what.due[0], lead)
    store.count(budget(3, f"said/{lead.id}/2026-01-05"))
    row = replace(due(lead.id, "nobody"), kind=DueKind.ERASURE)
    return what, store.commit(Change(lead, due=(row, due(lead.id, "later")))), row


def erase(store: Store, lead: Lead, what: Submit, row: Due) -> None:
    store.erase(lead, captures=[what.capture.id], but=row)


def another(what: Submit, lead: Lead) -> Submit:
    """A form of the same person, later."""
    form = submit()
    capture, told = replace(form.capture, lead_id=lead.id), replace(form.touch, lead_id=lead.id)
    return replace(form, lead=what.lead, capture=capture, touch=told, due=(due(lead.id, "form"),))


class Erasures:
    def test_who_is_erased_leaves_nothing_but_the_row_it_was_done_by(self, store: Store) -> None:
        what, lead, row = a_life(store)

        erase(store, lead, what, row)

        assert (store.lead(lead.id), store.dossier(row), list(store.leads())) == (None, None, [])
        assert (store.captures(lead.id), store.touches(lead.id), store.ledger(lead.id)) == ((), (), ())
        assert store.due_of(lead.id) == (row,)

    def test_nothing_sealed_is_left_at_rest(self, store: Store, place: Place) -> None:
        what, lead, row = a_life(store)
        sealed = b64encode(what.capture.sealed.blob)
        assert sealed in place.at_rest()

        erase(store, lead, what, row)
        store.drop(row)
        store.scrub()

        assert sealed not in place.at_rest()

    def test_others_stay_as_they_are(self, store: Store) -> None:
        what, lead, row = a_life(store)
        other = submit()
        kept = other.into(store)

        erase(store, lead, what, row)

        assert list(store.leads()) == [kept]
        assert store.captures(kept.id) == (other.capture,)
        assert store.due_of(kept.id) == tuple(other.due)

    def test_a_lead_that_was_changed_is_not_erased(self, store: Store) -> None:
        what, lead, row = a_life(store)
        changed = store.commit(Change(replace(lead, language="pl")))

        with pytest.raises(Conflict):
            erase(store, lead, what, row)

        assert store.lead(lead.id) == changed

    def test_a_form_that_nobody_has_seen_stops_the_erasing(self, store: Store) -> None:
        what, lead, row = a_life(store)
        late = another(what, lead)
        late.into(store)

        with pytest.raises(Conflict):
            erase(store, lead, what, row)

        assert late.capture in store.captures(lead.id)

    def test_who_came_meanwhile_is_a_lead_as_soon_as_the_old_one_is_gone(self, store: Store) -> None:
        what, lead, row = a_life(store)
        late, unseen = another(what, lead), another(what, lead)
        late.into(store)
        begun = replace(what.lead, language="pl", generation=2, revision=lead.revision)
        anew = Change(begun, captures=(late.capture,), touches=(late.touch,), due=(due(lead.id, "optin"),))
        store.erase(lead, captures=[what.capture.id], but=row, anew=anew)

        found = store.lead(lead.id)
        assert found == replace(begun, revision=lead.revision + 1)
        assert (store.captures(lead.id), store.touches(lead.id)) == ((late.capture,), (late.touch,))
        assert {each.key for each in store.due_of(lead.id)} == {row.key, due(lead.id, "optin").key}
        assert not store.ledger(lead.id)
        unseen.into(store)
        grown = store.commit(Change(found))
        assert grown == replace(found, revision=found.revision + 1)
        with pytest.raises(Conflict):
            store.commit(Change(lead))
        store.erase(grown, captures=[late.capture.id, unseen.capture.id], but=row)
        assert another(what, lead).into(store).generation == 3

    def test_a_form_that_is_not_to_stay_stops_the_erasing_also_beside_one_that_is(self, store: Store) -> None:
        what, lead, row = a_life(store)
        late, unseen = another(what, lead), another(what, lead)
        for form in (late, unseen):
            form.into(store)
        begun = replace(what.lead, generation=2, revision=lead.revision)

        with pytest.raises(Conflict):
            store.erase(lead, captures=[what.capture.id], but=row, anew=Change(begun, captures=(late.capture,)))

        assert store.lead(lead.id) == lead

    def test_who_is_gone_cannot_be_erased_again(self, store: Store) -> None:
        what, lead, row = a_life(store)
        erase(store, lead, what, row)

        with pytest.raises(Conflict):
            erase(store, lead, what, row)

    def test_who_comes_again_is_of_the_next_generation(self, store: Store) -> None:
        what, lead, row = a_life(store)
        erase(store, lead, what, row)

        for generation in (2, 3):
            again = submit(what.lead.id)
            again = replace(
                again,
                lead=what.lead,
                capture=replace(again.capture, lead_id=lead.id),
                touch=replace(again.touch, lead_id=lead.id),
                due=(),
            )
            born = again.into(store)
            grown = store.commit(Change(born))
            erase(store, grown, again, row)

            assert (born.generation, grown.generation, born.revision) == (generation, generation, 0)

    def test_a_restored_store_is_told_which_generation_was_the_last(self, store: Store) -> None:
        what = submit()
        for generation in (4, 2):
            store.begin_after(what.lead.id, generation)

        assert store.lead(what.lead.id) is None
        assert list(store.leads()) == []
        assert what.into(store).generation == 5
        store.begin_after(what.lead.id, 9)
        assert [lead.generation for lead in store.leads()] == [5]

    def test_what_comes_late_about_somebody_erased_leaves_no_trace(self, store: Store) -> None:
        what, lead, row = a_life(store)
        erase(store, lead, what, row)

        assert not store.append(touch(lead.id, "late"))
        with pytest.raises(Conflict):
            store.commit(Change(lead, touches=(touch(lead.id, "later"),)))
        with pytest.raises(Conflict):
            claim(store, row, lead)

        assert store.touches(lead.id) == ()

    def test_nothing_is_put_behind_whoever_erases(self, store: Store) -> None:
        _, lead, _ = a_life(store)
        had = store.touches(lead.id)
        store.commit(Change(replace(lead, stops=(Stop(StopReason.ERASED, NOW),))))

        assert not store.append(touch(lead.id, "late"))
        assert store.touches(lead.id) == had

    def test_the_last_row_can_be_dropped_and_dropping_it_twice_is_fine(self, store: Store) -> None:
        what, lead, row = a_life(store)
        erase(store, lead, what, row)

        for _ in range(2):
            store.drop(row)

        assert store.due_of(lead.id) == ()

    def test_a_kept_past_is_read_and_comes_on_no_feed(self, store: Store) -> None:
        lead = submit().into(store)
        kept = tuple(touch(NOBODY, name) for name in ("one", "two"))

        for _ in range(2):
            store.keep_past(kept)
        store.append(touch(lead.id, "news"))

        assert store.touches(NOBODY) == kept
        assert {record.touch.lead_id for record in store.feed(limit=9)} == {lead.id}

    def test_the_figures_outlive_the_lead(self, store: Store) -> None:
        what, lead, row = a_life(store)
        store.keep_figures(Figures(lead.id, {"2026-W02|site|mails": 2}), before=None)

        erase(store, lead, what, row)

        assert store.totals() == {"2026-W02|site|mails": 2}
        assert store.rekey_figures(lead.id, NOBODY)

    def test_of_two_who_erase_at_once_one_does_and_a_form_is_never_lost_between(self, place: Place) -> None:
        stores = [place.store() for _ in range(3)]
        what, lead, row = a_life(stores[0])
        late = replace(another(what, lead), due=())

        def attempt(store: Store) -> bool:
            try:
                erase(store, lead, what, row)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(3) as pool:
            form = pool.submit(late.into, stores[2])
            done = sum(pool.map(attempt, stores[:2]))
            form.result()

        found = stores[0].lead(lead.id)
        assert done <= 1
        assert found is not None
        assert (found.generation == 2) is bool(done)
        assert late.capture in stores[0].captures(lead.id)
