"""What every store promises about order, limits, the feed and notes."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.examples import DAY, HOUR, MINUTE, NOW, Place, budget, due, submit, touch
from tests.contracts.store_captures import FEW

from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import CompanyId, LeadId
from leadlight.ports import Store

NOBODY = LeadId("nobody")
ACME = CompanyId("acme")
OWNERS = ("ola", "sam", "sam")


def ids(leads: Iterable[Lead]) -> set[LeadId]:
    """Who they are."""
    return {lead.id for lead in leads}


def handled(store: Store, limit: int) -> list[str]:
    """Reads one batch of the feed and advances over it."""
    records = store.feed(limit=limit)
    if records:
        store.advance(records[-1].position)
    return [record.touch.id for record in records]


class Reads:
    def test_of_an_unknown_lead_nothing_is_known(self, store: Store) -> None:
        assert store.lead(NOBODY) is None
        assert store.captures(NOBODY) == store.touches(NOBODY) == store.due_of(NOBODY) == store.ledger(NOBODY) == ()

    def test_an_empty_store_is_quiet(self, store: Store) -> None:
        assert list(store.leads()) == []
        assert store.due(until=NOW, limit=10) == store.feed(limit=10) == ()

    def test_what_is_due_is_not_hidden_by_rows_that_this_release_cannot_read(self, store: Store) -> None:
        lead = submit().into(store)
        foreign = [replace(due(lead.id, f"x/{n}"), kind="of-a-newer-release", at=NOW - DAY) for n in range(7)]
        good = due(lead.id, "a@1/1", at=NOW)
        store.commit(Change(lead, due=(*foreign, good)))

        assert good in store.due(until=NOW, limit=3)

    def test_all_leads_are_listed_once(self, store: Store) -> None:
        leads = [submit().into(store) for _ in range(5)]

        assert sorted(store.leads(), key=lambda lead: lead.id) == sorted(leads, key=lambda lead: lead.id)

    def test_leads_may_change_while_they_are_listed(self, store: Store) -> None:
        for _ in range(3):
            submit().into(store)

        changed = [store.commit(Change(lead)) for lead in store.leads()]

        assert sorted(lead.revision for lead in changed) == [1, 1, 1]

    def test_a_timeline_is_oldest_first(self, store: Store) -> None:
        lead = submit().into(store)
        store.append(touch(lead.id, "late", at=NOW + HOUR))
        store.append(touch(lead.id, "early", at=NOW - HOUR))

        assert [found.id for found in store.touches(lead.id)][::2] == ["early", "late"]

    def test_touches_of_one_moment_stay_in_the_order_stored(self, store: Store) -> None:
        lead = submit(at=NOW - MINUTE).into(store)
        lead = store.commit(Change(lead, touches=(touch(lead.id, "z"), touch(lead.id, "a"))))
        store.append(touch(lead.id, "m"))
        store.commit(Change(lead, touches=(touch(lead.id, "b"),)))

        assert [found.id for found in store.touches(lead.id)][1:] == ["z", "a", "m", "b"]

    def test_due_rows_of_a_lead_are_earliest_first(self, store: Store) -> None:
        lead = submit().into(store)

        store.commit(Change(lead, due=(due(lead.id, "b", at=NOW + DAY), due(lead.id, "a", at=NOW - DAY))))

        assert [row.at for row in store.due_of(lead.id)] == [NOW - DAY, NOW, NOW + DAY]

    def test_what_is_due_comes_earliest_first_over_all_leads(self, store: Store) -> None:
        for minutes in (3, 1, 2):
            submit(at=NOW + minutes * MINUTE).into(store)

        assert [row.at - NOW for row in store.due(until=NOW + HOUR, limit=10)] == [MINUTE, 2 * MINUTE, 3 * MINUTE]

    def test_what_is_due_right_now_is_due_and_later_is_not(self, store: Store) -> None:
        now, later = submit(at=NOW), submit(at=NOW + NOW.resolution)
        now.into(store)
        later.into(store)

        assert store.due(until=NOW, limit=10) == now.due

    def test_a_limit_keeps_the_earliest(self, store: Store) -> None:
        whats = [submit(at=NOW + minutes * MINUTE) for minutes in (4, 2, 1, 3)]
        for what in whats:
            what.into(store)

        assert store.due(until=NOW + HOUR, limit=2) == (*whats[2].due, *whats[1].due)

    @FEW
    @given(minutes=st.lists(st.integers(-90, 90), max_size=4), limit=st.integers(1, 5))
    def test_no_due_row_is_earlier_than_one_that_was_returned(
        self, store: Store, minutes: list[int], limit: int
    ) -> None:
        for offset in minutes:
            submit(at=NOW + offset * MINUTE).into(store)
        everything = store.due(until=NOW, limit=1000)

        some = store.due(until=NOW, limit=limit)

        assert [row.at for row in some] == [row.at for row in everything][:limit]
        assert all(row.at <= NOW for row in everything)

    def test_the_feed_brings_each_touch_in_the_order_stored(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        lead = store.commit(Change(lead, touches=(touch(lead.id, "b", at=NOW - HOUR), touch(lead.id, "a"))))
        store.append(touch(lead.id, "c", at=NOW - DAY))

        records = store.feed(limit=10)

        assert [record.touch.id for record in records] == [what.touch.id, "b", "a", "c"]
        assert [record.position for record in records] == sorted({record.position for record in records})
        assert records[0].touch == what.touch

    def test_a_change_repeated_or_refused_is_not_on_the_feed_again(self, store: Store) -> None:
        lead = submit().into(store)
        change = Change(lead, touches=(touch(lead.id, "once"),))
        store.commit(change)
        store.commit(change)
        store.append(touch(lead.id, "once"))

        assert [record.touch.id for record in store.feed(limit=10)][1:] == ["once"]

    def test_changes_of_leads_ledgers_and_due_rows_alone_are_not_on_the_feed(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        lead = store.commit(Change(lead, due=(due(lead.id),), confirm={what.capture.id: NOW}))
        store.commit(Change(replace(lead, language="pl"), undue=(what.due[0].key,)))
        store.set_note("epoch", "1")

        assert len(store.feed(limit=10)) == 1

    def test_the_feed_repeats_until_it_is_advanced(self, store: Store) -> None:
        submit().into(store)

        assert store.feed(limit=10) == store.feed(limit=10) != ()

    def test_the_feed_comes_in_batches_without_gap_or_double(self, store: Store) -> None:
        lead = submit().into(store)
        for number in range(4):
            store.append(touch(lead.id, f"t{number}"))

        batches = [handled(store, limit=2) for _ in range(4)]

        assert [len(batch) for batch in batches] == [2, 2, 1, 0]
        assert [name for batch in batches for name in batch][1:] == ["t0", "t1", "t2", "t3"]

    def test_the_feed_goes_on_where_it_was_after_a_restart(self, place: Place, store: Store) -> None:
        lead = submit().into(store)
        handled(store, limit=10)
        store.append(touch(lead.id, "new"))
        store.close()

        assert [record.touch.id for record in place.store().feed(limit=10)] == ["new"]

    def test_the_feed_never_goes_back(self, store: Store) -> None:
        lead = submit().into(store)
        early = store.feed(limit=1)[0].position
        store.append(touch(lead.id))
        handled(store, limit=10)

        store.advance(early)

        assert store.feed(limit=10) == ()

    def test_a_person_owns_the_leads_that_say_so_now_and_no_others(self, store: Store) -> None:
        leads = [submit().into(store) for _ in range(4)]
        ola, sam, late = (
            store.commit(Change(replace(lead, owner=who))) for lead, who in zip(leads, OWNERS, strict=False)
        )
        late = store.commit(Change(replace(late, owner="ola")))
        store.commit(Change(replace(sam, owner=None)))

        assert ids(store.owned("ola")) == {ola.id, late.id}
        assert list(store.owned("sam")) == list(store.owned("nobody")) == []

    def test_a_lead_that_comes_with_an_owner_and_a_company_is_found_by_both(self, store: Store) -> None:
        what = submit()
        lead = replace(what, lead=replace(what.lead, owner="ola", company=ACME)).into(store)

        assert (list(store.owned("ola")), store.at_company(ACME)) == ([lead], (lead,))

    def test_a_submit_changes_neither_whose_a_known_lead_is_nor_its_company(self, store: Store) -> None:
        what = submit()
        lead = store.commit(Change(replace(what.into(store), owner="ola")))

        again = submit()
        touched = replace(again.touch, lead_id=lead.id)
        replace(
            again, lead=replace(what.lead, owner="sam", company=ACME), touch=touched, due=(),
            capture=replace(again.capture, lead_id=lead.id),
        ).into(store)  # fmt: skip

        assert (list(store.owned("ola")), list(store.owned("sam")), store.at_company(ACME)) == ([lead], [], ())

    def test_leads_may_change_hands_while_they_are_listed(self, store: Store) -> None:
        for _ in range(3):
            store.commit(Change(replace(submit().into(store), owner="ola")))

        for lead in store.owned("ola"):
            store.commit(Change(replace(lead, owner="sam")))

        assert (len(list(store.owned("ola"))), len(list(store.owned("sam")))) == (0, 3)

    def test_colleagues_come_in_the_order_in_which_they_came(self, store: Store) -> None:
        at = [NOW + MINUTE, NOW, NOW.replace(microsecond=0), NOW - DAY]
        leads = [store.commit(Change(replace(submit(at=moment).into(store), company=ACME))) for moment in at]
        store.commit(Change(replace(submit().into(store), company=CompanyId("other"))))

        assert store.at_company(ACME) == tuple(reversed(leads))
        assert store.at_company(ACME, limit=2) == (leads[3], leads[2])
        assert store.at_company(CompanyId("nobody's")) == ()

    def test_a_turn_is_given_once_and_never_again(self, place: Place, store: Store) -> None:
        turns = [store.turn("route/ola,sam") for _ in range(3)]
        store.close()

        assert turns == [0, 1, 2]
        assert [place.store().turn("route/ola,sam"), place.store().turn("route/ola")] == [3, 0]

    def test_a_turn_is_no_counter_of_the_same_name_and_is_not_swept(self, store: Store) -> None:
        store.turn("a")
        store.count(budget(1, "a"))
        submit(at=NOW + 9 * DAY).into(store)

        assert store.turn("a") == 1

    def test_a_note_is_kept_and_replaced(self, place: Place, store: Store) -> None:
        assert store.note("epoch") is None

        store.set_note("epoch", "1")
        store.set_note("epoch", "2")

        assert place.store().note("epoch") == "2"
        assert store.note("clock") is None

    def test_a_note_that_is_raised_only_ever_grows(self, place: Place, store: Store) -> None:
        for value in ("2", "1", "3", "3", "2"):
            store.raise_note("epoch", value)

        assert place.store().note("epoch") == "3"
