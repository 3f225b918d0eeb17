"""What mails, minutes and campaigns cost, and each lead of them: every figure of a period, in cents."""

from __future__ import annotations

import pytest

from leadlight.model.report import ENOUGH, Each, Money, Period, SourceCost
from leadlight.model.team import Costs
from leadlight.rules.money import brought, each, money_of, spent, touched
from leadlight.rules.tally import Tally

WEEK = Period("2026-W10", "2026-W10")  # 2 to 8 March
COSTS = Costs(currency="PLN", mail=0.02, rep_minute=0.5, task_minutes=8)
SITE = {
    "mails": 100, "minutes": 30, "untimed": 2, "mails_kept": 50, "minutes_kept": 10, "untimed_kept": 1,
    "confirmed": 20, "opportunity": 4, "won": 2,
}  # fmt: skip
ADS = {"confirmed": 12, "opportunity": 3, "won": 1}
SPEND = {"ads": {"2026-03": 31.0}, "fair": {"2025-11": 900.0}}


def test_every_sum_of_a_period_is_told_and_shared_out() -> None:
    now = Tally({"site": SITE, "source/ads": ADS}, WEEK)
    so_far = Tally({"site": {**SITE, "won": 16}}, Period("", WEEK.last))
    mails, time, campaigns = 200, 50 * (30 + 2 * 8), 700

    assert money_of(now, so_far, WEEK, costs=COSTS, spend=SPEND) == Money(
        currency="PLN", mails=100, minutes=30, untimed=2, mails_kept=50, minutes_kept=10, untimed_kept=1,
        spend=campaigns, acquisition=mails + time + campaigns, retention=100 + 50 * (10 + 8),
        per_lead=Each(3200, 20, 160, is_few=False), per_opportunity=Each(3200, 4, 800, is_few=True),
        per_customer=Each(3200, 2, 1600, is_few=True), per_kept=Each(1000, 16, 62, is_few=False),
        sources=(
            SourceCost(
                "source/ads", "ads", 700, Each(700, 12, 58, is_few=False), Each(700, 3, 233, is_few=True),
                Each(700, 1, 700, is_few=True),
            ),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "found"), [(0, Each(100, 0, None, is_few=True)), (ENOUGH, Each(100, ENOUGH, 10, is_few=False))]
)
def test_nothing_is_shared_out_among_nobody(count: int, found: Each) -> None:
    assert each(100, count) == found


def test_a_contact_of_which_nobody_wrote_the_minutes_costs_as_much_as_a_task() -> None:
    assert touched(Tally({"site": {"untimed": 3}}, WEEK), COSTS) == 3 * 8 * 50
    assert touched(Tally({"site": {"untimed": 3}}, WEEK), COSTS, kept="_kept") == 0


@pytest.mark.parametrize(
    ("week", "cents"),
    [("2026-W05", 3), ("2026-W06", 25), ("2026-W09", 22), ("2026-W10", 0), ("2026-W04", 0)],
)
def test_a_month_is_paid_day_by_day_in_whole_cents(week: str, cents: int) -> None:
    paid = spent({"2026-02": 1.01}, Period(week, week))

    assert (paid, type(paid)) == (cents, int)


def test_a_campaign_counts_its_own_and_a_name_all_but_those_with_a_line_of_their_own() -> None:
    cells = {"source/google": 1, "source/google/a": 2, "source/google/b": 4, "source/googler": 8}
    now = Tally({about: {"confirmed": count} for about, count in cells.items()}, WEEK)
    campaigns = ("google", "google/b")

    assert [brought(now, source, campaigns, "confirmed") for source in (*campaigns, "none")] == [3, 4, 0]
