"""What every store promises about figures: the totals are the sums of what is kept, whatever comes twice or late."""

import pytest
from tests.contracts.examples import submit, touch

from leadlight.errors import Conflict
from leadlight.model.exchange import FIGURES
from leadlight.model.figures import Cell, Figures
from leadlight.model.person import LeadId
from leadlight.ports import Store

ANNA, BEN, NOBODY = LeadId("anna"), LeadId("ben"), LeadId("nobody")
SENT, READ, LATER = (
    Cell(week, about, what).name
    for week, about, what in (
        ("2026-W02", "step/course/01", "sent"),
        ("2026-W02", "page/a|b/ćma", "read"),
        ("2026-W03", "site", "mails"),
    )
)


class Counts:
    def test_the_totals_are_the_sums_over_all_leads(self, store: Store) -> None:
        anna = store.keep_figures(Figures(ANNA, {SENT: 2, READ: 1}), before=None)
        store.keep_figures(Figures(BEN, {SENT: 1, LATER: 5}), before=None)

        assert store.figures(ANNA) == anna
        assert anna.cells == {SENT: 2, READ: 1}
        assert store.totals() == {SENT: 3, READ: 1, LATER: 5}

    def test_of_who_was_never_counted_nothing_is_kept(self, store: Store) -> None:
        assert store.figures(NOBODY) is None
        assert list(store.all_figures()) == []
        assert store.totals() == {}

    def test_new_figures_add_only_what_differs(self, store: Store) -> None:
        first = store.keep_figures(Figures(ANNA, {SENT: 2, READ: 1}), before=None)

        second = store.keep_figures(Figures(ANNA, {SENT: 3, LATER: 1}), before=first)

        assert second.revision > first.revision
        assert store.figures(ANNA) == second
        assert store.totals() == {SENT: 3, LATER: 1}

    def test_what_was_counted_on_old_figures_is_refused_and_changes_nothing(self, store: Store) -> None:
        first = store.keep_figures(Figures(ANNA, {SENT: 1}), before=None)
        second = store.keep_figures(Figures(ANNA, {SENT: 2}), before=first)

        for before in (None, first):
            with pytest.raises(Conflict):
                store.keep_figures(Figures(ANNA, {SENT: 5}), before=before)
        assert store.figures(ANNA) == second
        assert store.totals() == {SENT: 2}

    def test_keeping_the_same_again_is_done_already(self, store: Store) -> None:
        first = store.keep_figures(Figures(ANNA, {SENT: 1}), before=None)

        assert store.keep_figures(Figures(ANNA, {SENT: 1}), before=None) == first
        second = store.keep_figures(Figures(ANNA, {SENT: 2}), before=first)
        assert store.keep_figures(Figures(ANNA, {SENT: 2}), before=first) == second
        assert store.totals() == {SENT: 2}

    def test_where_nothing_differs_nothing_is_written(self, store: Store) -> None:
        first = store.keep_figures(Figures(ANNA, {SENT: 1}), before=None)

        assert store.keep_figures(Figures(ANNA, {SENT: 1}), before=first) == first
        assert store.keep_figures(Figures(BEN), before=None).cells == {}
        assert [found.lead_id for found in store.all_figures()] == [ANNA]

    def test_totals_are_found_by_week_both_included(self, store: Store) -> None:
        weeks = {Cell(f"2026-W{week:02}", "site", "mails").name: week for week in range(1, 5)}
        store.keep_figures(Figures(ANNA, weeks), before=None)

        assert list(store.totals("2026-W02", "2026-W03").values()) == [2, 3]
        assert list(store.totals(since_week="2026-W04").values()) == [4]
        assert list(store.totals(until_week="2026-W01").values()) == [1]

    def test_what_is_no_leads_is_added_each_time(self, store: Store) -> None:
        store.keep_figures(Figures(ANNA, {SENT: 1}), before=None)

        for _ in range(3):
            store.add_to_totals({SENT: 1, LATER: 2})
        store.add_to_totals({LATER: -6})
        store.add_to_totals({})

        assert store.totals() == {SENT: 4}

    def test_figures_of_more_cells_than_one_transaction_takes_are_kept_whole(self, store: Store) -> None:
        many = {Cell("2026-W02", f"page/{number}", "read").name: number for number in range(1, 204)}

        store.keep_figures(Figures(ANNA, {SENT: 1}), before=None)
        kept = store.keep_figures(Figures(ANNA, many), before=store.figures(ANNA))

        assert store.figures(ANNA) == kept
        assert kept.cells == store.totals() == many

    def test_figures_that_get_another_name_stay_in_the_totals(self, store: Store) -> None:
        before = store.keep_figures(Figures(ANNA, {SENT: 1, READ: 1}), before=None)

        assert store.rekey_figures(ANNA, NOBODY)
        assert not store.rekey_figures(ANNA, NOBODY)
        store.keep_figures(Figures(ANNA, {SENT: 1}), before=None)

        found = {each.lead_id: each.cells for each in store.all_figures()}
        assert found == {ANNA: {SENT: 1}, NOBODY: before.cells}
        assert store.totals() == {SENT: 2, READ: 1}

    def test_figures_never_take_the_place_of_somebody_elses(self, store: Store) -> None:
        for lead in (ANNA, BEN):
            store.keep_figures(Figures(lead, {SENT: 1, **({READ: 1} if lead == BEN else {})}), before=None)

        with pytest.raises(Conflict):
            store.rekey_figures(ANNA, BEN)
        assert len(list(store.all_figures())) == 2

    def test_each_reader_has_its_own_place_on_the_feed(self, store: Store) -> None:
        what = submit()
        lead = what.into(store)
        store.append(touch(lead.id, "later"))
        store.keep_figures(Figures(lead.id, {SENT: 1}), before=None)
        for record in store.feed(limit=1):
            store.advance(record.position)

        assert [record.touch.id for record in store.feed(limit=9)] == ["later"]
        ours = store.feed(limit=9, reader=FIGURES)
        assert [record.touch.id for record in ours] == [what.touch.id, "later"]
        store.advance(ours[-1].position, reader=FIGURES)
        assert store.feed(limit=9, reader=FIGURES) == ()
        assert [record.touch.id for record in store.feed(limit=9)] == ["later"]
