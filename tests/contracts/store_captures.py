"""What every store promises about `capture` and `count`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.examples import ADDRESS, HOUR, MINUTE, NOW, Place, Submit, budget, key, someone, submit, touch

from leadlight.errors import Conflict, LostKey, TooMany
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Stage
from leadlight.model.touch import Touch
from leadlight.ports import Store
from leadlight.vault import unseal

FEW = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors, HealthCheck.too_slow],
)
"""Each example uses a lead of its own, so examples may share the store."""


def outcome(store: Store, what: Submit) -> str:
    """Whether a submit was taken."""
    try:
        what.into(store)
    except TooMany:
        return "refused"
    return "stored"


class Captures:
    def test_a_submit_stores_lead_capture_touch_and_due_row(self, store: Store) -> None:
        what = submit()

        lead = what.into(store)

        assert lead == what.lead
        assert store.captures(lead.id) == (what.capture,)
        assert store.touches(lead.id) == (what.touch,)
        assert store.due_of(lead.id) == what.due

    def test_a_submit_survives_the_end_of_the_process(self, place: Place, store: Store) -> None:
        what = submit()
        what.into(store)
        store.durable()
        store.close()

        assert place.store().captures(what.lead.id) == (what.capture,)

    def test_a_second_submit_leaves_a_known_lead_alone(self, store: Store) -> None:
        address = someone()
        known = submit(address).into(store)
        known = store.commit(Change(replace(known, stage=Stage.PROSPECT)))

        again = submit(address)

        assert again.into(store) == known
        assert len(store.captures(known.id)) == 2

    def test_a_second_submit_adds_its_own_due_row(self, store: Store) -> None:
        address = someone()
        first, second = submit(address), submit(address, at=NOW + MINUTE)
        first.into(store)

        lead = second.into(store)

        assert store.due_of(lead.id) == (*first.due, *second.due)

    def test_the_same_submit_twice_is_stored_once(self, store: Store) -> None:
        what = submit()
        what.into(store)

        lead = what.into(store)

        assert store.captures(lead.id) == (what.capture,)
        assert store.touches(lead.id) == (what.touch,)

    def test_the_same_submit_twice_is_counted_once(self, store: Store) -> None:
        limit = budget(2)
        what = submit().within(limit)
        what.into(store)
        what.into(store)

        assert store.count(limit)

    def test_the_same_submit_twice_does_not_move_its_due_row_back(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        moved = replace(what.due[0], at=NOW + HOUR)
        store.commit(Change(lead, due=(moved,)))

        what.into(store)

        assert store.due_of(lead.id) == (moved,)

    def test_captures_come_oldest_first(self, store: Store) -> None:
        address = someone()
        late, early = submit(address, at=NOW + MINUTE), submit(address, at=NOW)
        late.into(store)

        lead = early.into(store)

        assert store.captures(lead.id) == (early.capture, late.capture)

    def test_a_used_up_budget_refuses_and_says_when_to_come_back(self, store: Store) -> None:
        limit = budget(1)
        submit().within(limit).into(store)

        with pytest.raises(TooMany) as refused:
            submit(at=NOW + MINUTE).within(limit).into(store)

        assert refused.value.retry_after == 59 * 60

    def test_a_refused_submit_writes_nothing(self, store: Store) -> None:
        full, free, what = budget(0), budget(1), submit()

        with pytest.raises(TooMany):
            what.within(free, full).into(store)

        assert store.lead(what.lead.id) is None
        assert store.captures(what.lead.id) == store.touches(what.lead.id) == store.due_of(what.lead.id) == ()
        assert store.feed(limit=10) == ()
        assert store.count(free)

    def test_a_refused_submit_may_use_its_key_later(self, store: Store) -> None:
        what = submit()
        with pytest.raises(TooMany):
            what.within(budget(0)).into(store)

        assert what.into(store).id == what.lead.id

    def test_a_key_never_seals_a_second_submit(self, store: Store) -> None:
        used = key()
        submit(key=used).into(store)
        second = submit(key=used)

        with pytest.raises(Conflict):
            second.into(store)

        assert store.lead(second.lead.id) is None

    def test_a_touch_id_taken_by_another_fact_refuses_the_submit(self, store: Store) -> None:
        address = someone()
        lead = submit(address).into(store)
        store.append(touch(lead.id, "taken"))
        what = submit(address)

        with pytest.raises(Conflict):
            replace(what, touch=touch(lead.id, "taken")).into(store)

        assert len(store.captures(lead.id)) == 1

    def test_many_at_once_never_exceed_a_budget(self, store: Store) -> None:
        limit = budget(3)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda what: outcome(store, what), [submit().within(limit) for _ in range(8)]))

        assert sorted(answers) == ["refused"] * 5 + ["stored"] * 3
        assert len(list(store.leads())) == 3

    def test_many_submits_of_one_address_at_once_are_all_stored(self, store: Store) -> None:
        address = someone()

        with ThreadPoolExecutor(4) as pool:
            leads = list(pool.map(lambda what: what.into(store), [submit(address) for _ in range(4)]))

        assert len(store.captures(leads[0].id)) == 4
        assert store.lead(leads[0].id) == leads[0]

    def test_a_counter_stops_at_its_limit(self, store: Store) -> None:
        limit = budget(2)

        assert [store.count(limit) for _ in range(4)] == [True, True, False, False]

    def test_a_raised_limit_goes_on_from_what_was_counted(self, store: Store) -> None:
        limit = budget(1)
        store.count(limit)

        assert [store.count(replace(limit, limit=2)) for _ in range(2)] == [True, False]

    def test_a_limit_of_zero_lets_nobody_through(self, store: Store) -> None:
        assert not store.count(budget(0))

    def test_counters_do_not_share(self, store: Store) -> None:
        one, other = budget(1), budget(1)

        assert store.count(one)
        assert store.count(other)

    def test_threads_never_count_beyond_the_limit(self, store: Store) -> None:
        limit = budget(5)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: store.count(limit), range(12)))

        assert sum(answers) == 5

    @FEW
    @given(limits=st.lists(st.integers(0, 3), min_size=1, max_size=3), tries=st.integers(1, 5))
    def test_the_tightest_budget_decides(self, store: Store, limits: list[int], tries: int) -> None:
        budgets: list[Budget] = [budget(limit) for limit in limits]

        answers = [outcome(store, submit().within(*budgets)) for _ in range(tries)]

        assert answers.count("stored") == min(*limits, tries)

    @FEW
    @given(moment=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), word=st.text(max_size=40))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
    def test_any_moment_and_any_words_come_back_as_they_were(self, store: Store, moment: datetime, word: str) -> None:
        what = submit(at=moment.replace(tzinfo=NOW.tzinfo))
        spoken: Touch = replace(what.touch, facts={"reason": word})

        lead = replace(what, touch=spoken).into(store)

        assert store.touches(lead.id) == (spoken,)
        assert store.captures(lead.id) == (what.capture,)

    def test_no_address_lies_in_the_store(self, place: Place, store: Store) -> None:
        submit(ADDRESS).into(store)
        store.close()

        found = place.at_rest()

        assert b"newsletter" in found  # we do look at the right bytes
        assert not any(part in found.lower() for part in (b"anna", b"nowak", b"example.com"))

    def test_shredding_the_key_erases_what_a_submit_sealed(self, place: Place, store: Store) -> None:
        keys = place.keys()
        what = submit(key=keys.fresh())
        lead = what.into(store)
        (capture,) = store.captures(lead.id)
        assert unseal(capture.sealed, secrets=keys.secrets([what.key.id]), owner=lead.id)["first_name"] == "Anna"

        keys.shred([what.key.id])

        with pytest.raises(LostKey):
            unseal(capture.sealed, secrets=keys.secrets([what.key.id]), owner=lead.id)

    def test_a_shredded_key_is_never_used_again_by_a_repeated_submit(self, place: Place, store: Store) -> None:
        keys = place.keys()
        what = submit(key=keys.fresh())
        what.into(store)
        keys.shred([what.key.id])

        what.into(store)

        assert keys.secrets([what.key.id]) == {}
