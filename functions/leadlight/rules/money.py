"""What did it cost, and what does each lead, opportunity and customer? Pure; part of `rules.report`. All in cents."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from leadlight.model.figures import Funnel
from leadlight.model.report import ENOUGH, SITE, Each, Money, Period, SourceCost
from leadlight.model.team import Costs
from leadlight.rules.tally import Tally

Spend = Mapping[str, Mapping[str, float]]
"""As in `criteria.yml`: source → month (`2026-03`) → what its campaign cost then, in the team's currency."""


def money_of(now: Tally, so_far: Tally, period: Period, *, costs: Costs, spend: Spend) -> Money:
    """`so_far` has the sums of all weeks up to the period's end."""
    campaigns = {source: spent(by, period) for source, by in spend.items()}
    acquisition = touched(now, costs) + sum(campaigns.values())
    retention = touched(now, costs, kept="_kept")
    return Money(
        currency=costs.currency,
        mails=now.count(SITE, "mails"),
        minutes=now.count(SITE, "minutes"),
        untimed=now.count(SITE, "untimed"),
        mails_kept=now.count(SITE, "mails_kept"),
        minutes_kept=now.count(SITE, "minutes_kept"),
        untimed_kept=now.count(SITE, "untimed_kept"),
        spend=sum(campaigns.values()),
        acquisition=acquisition,
        retention=retention,
        per_lead=each(acquisition, now.count(SITE, Funnel.CONFIRMED)),
        per_opportunity=each(acquisition, now.count(SITE, Funnel.OPPORTUNITY)),
        per_customer=each(acquisition, now.count(SITE, Funnel.WON)),
        per_kept=each(retention, so_far.count(SITE, Funnel.WON)),
        sources=tuple(_source(now, source, campaigns) for source, cents in campaigns.items() if cents),
    )


def touched(now: Tally, costs: Costs, *, kept: str = "") -> int:
    """What our mails and our time have cost, before the first sale, or `_kept` after it."""
    mails, minutes, untimed = (now.count(SITE, f"{what}{kept}") for what in ("mails", "minutes", "untimed"))
    return round(100 * (mails * costs.mail + (minutes + untimed * costs.task_minutes) * costs.rep_minute))


def each(cents: int, count: int) -> Each:
    """Shared out, to the next cent."""
    return Each(cents, count, round(cents / count) if count else None, count < ENOUGH)


def spent(by: Mapping[str, float], period: Period) -> int:
    """What a campaign cost within a period. A month's cost falls evenly on its days; no cent is lost or doubled
    where one period follows another."""
    return sum(_part(round(100 * amount), month, period) for month, amount in by.items())


def brought(now: Tally, source: str, campaigns: Iterable[str], what: str) -> int:
    """How many came by a source: `google/spring` is one campaign, `google` all of that name without their own line."""
    own = {f"source/{campaign}" for campaign in campaigns} - {f"source/{source}"}
    counted = [f"source/{source}", *(about for about in now.about(f"source/{source}/") if about not in own)]
    return sum(now.count(about, what) for about in counted)


def _part(cents: int, month: str, period: Period) -> int:
    first = date.fromisoformat(f"{month}-01")
    days = monthrange(first.year, first.month)[1]

    def up_to(day: date) -> int:
        """What is spent by the end of that day."""
        return cents * min(days, max(0, (day - first).days + 1)) // days

    return up_to(period.ends) - up_to(period.begins - timedelta(days=1))


def _source(now: Tally, source: str, campaigns: Mapping[str, int]) -> SourceCost:
    cents = campaigns[source]
    return SourceCost(
        about=f"source/{source}",
        title=source,
        spend=cents,
        per_lead=each(cents, brought(now, source, campaigns, Funnel.CONFIRMED)),
        per_opportunity=each(cents, brought(now, source, campaigns, Funnel.OPPORTUNITY)),
        per_customer=each(cents, brought(now, source, campaigns, Funnel.WON)),
    )
