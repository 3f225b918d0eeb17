"""The marketer's report: every number in it is a sum of cells, and says no more than they do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from tests.report.year import KNOWN, Firm

from leadlight.model.figures import Cell, Funnel
from leadlight.model.report import ContactRow, Differs, Each, Effect, Known, PageRow, Period, Report, Share, StepRow
from leadlight.model.team import Costs
from leadlight.rules.money import spent
from leadlight.rules.report import report_of
from leadlight.rules.tally import before, ending, weeks_of

COSTS = Costs(currency="EUR", mail=0.01, rep_minute=0.5, task_minutes=10)
W10 = "2026-W10"


def told(cells: Mapping[str, int], *, weeks: int = 4, until: str = W10, known: Known = KNOWN, **more: object) -> Report:
    """The report on such cells; one without a week is of the last one."""
    totals = {cell if cell[:1] == "2" else f"{W10}|{cell}": count for cell, count in cells.items()}
    given = {"costs": COSTS, "spend": {}, **more}
    return report_of(totals, known, until_week=until, weeks=weeks, **given)  # type: ignore[arg-type]  # named


@pytest.fixture(scope="module")
def lived() -> Mapping[str, int]:
    """The totals of ten weeks of a firm."""
    firm = Firm(1, planted=True)
    for number in range(10):
        firm.week(number)
    return firm.totals


def test_every_count_is_the_sum_of_the_cells_that_it_is_named_after(lived: Mapping[str, int]) -> None:
    report = told(lived, weeks=6)

    def summed(about: str, what: str) -> int:
        named = ((Cell.of(cell), count) for cell, count in lived.items())
        return sum(count for cell, count in named if cell[1:] == (about, what) and cell.week in report.period)

    rows: list[StepRow | PageRow | ContactRow] = [*report.steps, *report.pages, *report.contacts, *report.people]
    fields = ("sent", "skipped", "parked", "handed", "read", "contacts", "minutes")
    shares = ("progressed", "stopped", "achieved")
    counted = {(r.about, f): getattr(r, f) for r in rows for f in fields if hasattr(r, f)}
    counted |= {(r.about, f): getattr(r, f).count for r in rows for f in shares if hasattr(r, f)}
    counted |= {(row.about, place.what): place.count for row in report.funnels for place in row.reached}
    counted |= {(row.about, "named"): row.named.count for row in (*report.why_not, *report.objections)}
    assert {place: summed(*place) for place in counted} == counted
    assert sum(counted.values()) > 5_000


def test_what_never_happened_has_a_row_too() -> None:
    report = told({"step/old/01|sent": 3})

    assert [(row.about, row.sent, row.effect) for row in report.steps[-2:]] == [
        ("step/course/04-call", 0, Effect.IDLE),
        ("step/old/01", 3, Effect.FEW),
    ]


def test_a_step_that_was_sent_often_and_long_ago_and_moved_nobody_never_did() -> None:
    cells = {"2026-W09|step/course/01-hello|sent": 12, "step/course/02-why|sent": 40}

    early, late = told(cells).steps[:2]

    assert (early.effect, late.effect) == (Effect.NEVER, Effect.FEW)


def test_what_a_week_brings_that_is_not_over_is_no_evidence_yet() -> None:
    cells = {"2026-W09|step/course/01-hello|sent": 12}

    assert told(cells, over="2026-W09").steps[0].effect is Effect.FEW


def test_below_ten_there_are_counts_and_no_rate() -> None:
    report = told({"page/guides/audit|read": 9, "page/guides/audit|progressed": 3})

    assert report.pages[0].progressed == Share(3, 9, None, None, None)


def test_each_place_is_a_share_of_the_one_that_leads_there() -> None:
    cells = {f"site|{what}": count for what, count in zip(Funnel, (900, 300, 90, 60, 60, 5, 20, 10, 2), strict=True)}

    site = told(cells).site

    assert [(place.what, place.base, place.share.of) for place in site.reached if place.base] == [
        ("form", "teaser", 900),
        ("submitted", "form", 300),
        ("confirmed", "submitted", 90),
        ("unlocked", "confirmed", 60),
        ("downloaded", "unlocked", 60),
        ("talked", "confirmed", 60),
        ("opportunity", "talked", 20),
        ("won", "opportunity", 10),
    ]


def test_weeks_outside_the_period_do_not_count() -> None:
    report = told({"2026-W06|site|won": 1, "2026-W07|site|won": 2, "2026-W11|site|won": 4})

    assert report.site.count(Funnel.WON) == 2
    assert [week.counts[Funnel.WON] for week in report.weeks] == [2, 0, 0, 0]


def test_waits_add_up() -> None:
    report = told({"wait/5m|first": 4, "wait/1d|first": 10, "wait/later|first": 6})

    within = {wait.at_most: wait.within.count for wait in report.waits}
    assert within == {"5m": 4, "30m": 4, "2h": 4, "1d": 14, "3d": 14, "later": 20}


def test_objections_are_told_by_page_the_most_often_named_first() -> None:
    cells = {"trust|named": 5, "price|named": 9, "price@guides/audit|named": 2, "price@guides/entry|named": 7}

    first, second = told({f"objection/{cell}": count for cell, count in cells.items()}).objections[:2]

    assert (first.title, first.named.count, first.named.of) == ("Price", 9, 14)
    assert first.pages == (("guides/entry", "Entry", 7), ("guides/audit", "Audit", 2))
    assert second.title == "Trust"


def test_what_it_costs_is_told_in_cents_for_each() -> None:
    cells = {"mails": 1000, "minutes": 100, "untimed": 2, "mails_kept": 50, "minutes_kept": 20}
    cells |= {"confirmed": 40, "opportunity": 12, "won": 3}
    spend = {"google": {"2026-03": 310.0}}

    money = told({f"site|{what}": count for what, count in cells.items()}, weeks=1, spend=spend).money

    assert money.spend == 7_000  # 2 to 8 March, at ten a day
    assert money.acquisition == 1_000 + 50 * (100 + 20) + 7_000
    assert money.per_lead == Each(14_000, 40, 350, is_few=False)
    assert money.per_customer == Each(14_000, 3, 4_667, is_few=True)
    assert (money.retention, money.per_kept.each) == (50 + 50 * 20, 350)


def test_no_cent_of_a_campaign_is_lost_or_doubled_between_weeks() -> None:
    by = {"2026-02": 99.99, "2026-03": 100.01}

    weeks = [spent(by, Period(week, week)) for week in weeks_of(Period("2026-W04", "2026-W15"))]

    assert sum(weeks) == 20_000


def test_a_source_counts_the_campaigns_that_have_no_line_of_their_own() -> None:
    cells = {"source/google|confirmed": 1, "source/google/spring|confirmed": 2, "source/google/fall|confirmed": 4}
    spend = {"google": {"2026-03": 31.0}, "google/spring": {"2026-03": 62.0}}

    sources = told(cells, weeks=1, spend=spend).money.sources

    assert [(source.about, source.per_lead.count) for source in sources] == [
        ("source/google", 5),
        ("source/google/spring", 2),
    ]


def test_a_cohort_adds_up_by_weeks_since_and_ends_with_the_report() -> None:
    cells = {"2026-W08|cohort/2026-W08|confirmed": 20, "2026-W08|cohort/2026-W08|talked": 3}
    cells |= {"2026-W10|cohort/2026-W08|talked": 2, "2026-W11|cohort/2026-W08|talked": 9}

    cohort = told(cells).cohorts[1]

    assert (cohort.week, cohort.confirmed, cohort.talked) == ("2026-W08", 20, (3, 3, 5))


@pytest.mark.parametrize(
    ("now", "then", "word"),
    [
        ((90, 100), (60, 100), Differs.HIGHER),
        ((60, 100), (90, 100), Differs.LOWER),
        ((62, 100), (60, 100), Differs.UNCLEAR),
        ((9, 9), (1, 100), Differs.FEW),
    ],
)
def test_two_periods_differ_only_where_chance_would_not_part_them(
    now: tuple[int, int], then: tuple[int, int], word: Differs
) -> None:
    cells = {f"{W10}|site|confirmed": now[0], f"{W10}|site|submitted": now[1]}
    cells |= {"2026-W09|site|confirmed": then[0], "2026-W09|site|submitted": then[1]}

    compared = told(cells, weeks=1).compared

    assert next(row.differs for row in compared if row.what is Funnel.CONFIRMED) is word


def test_a_page_that_is_not_written_has_its_demand_and_no_row_among_pages() -> None:
    known = Known({"gate/guides/next": "Next"}, waitlists=("guides/next",))

    report = told({"gate/guides/next|confirmed": 3, "2025-W40|gate/guides/next|confirmed": 4}, known=known)

    assert [(row.title, row.confirmed, row.so_far) for row in report.waitlist] == [("Next", 3, 7)]
    assert report.pages == ()


def test_a_period_ends_where_it_is_told_to_and_the_one_before_ends_right_before() -> None:
    period = ending("2027-W02", 4)

    assert (period, before(period)) == (Period("2026-W52", "2027-W02"), Period("2026-W48", "2026-W51"))
    assert (period.begins, period.ends, period.weeks) == (date(2026, 12, 21), date(2027, 1, 17), 4)
