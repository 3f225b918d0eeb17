"""Which three things are worth doing this week? A pure function of the totals; asked by the weekly mail and the report.

Everything that could be named is tested over the last eight weeks, against the others of its sort: whether it differs
from them by more than such things differ anyway. So that chance names next to nothing, the error allowed to one mail,
5 %, is shared out: evenly among the kinds of advice, and within a kind by Holm's method among all that was looked at.
What passes must also be big enough to be worth anybody's time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadlight.model.figures import Funnel
from leadlight.model.report import ENOUGH, SITE, Advice, Kind, Known, Period, Share
from leadlight.model.team import Costs
from leadlight.rules.advising import Case, advice_of
from leadlight.rules.money import Spend, brought, spent, touched
from leadlight.rules.odds import at_least, holm, less_often, more_often, share
from leadlight.rules.tally import Tally, before, by_week, ending, tally, without_last

WINDOW = 8
"""Weeks that advice rests on. Longer, and it would go on about what has been mended; shorter, and it sees little."""

LOOKS_BACK = 2 * WINDOW
"""Weeks of totals that are looked at: the site is held against itself, as it was before."""

FALSE_ALARMS = 0.05
"""Where nothing is worth doing, no more than so many mails name anything at all."""

MOST = 3

ANYWAY = 1.25
"""By so much the odds of pages, steps and sources differ anyway."""

MUCH_MORE, MUCH_LESS, FEWER = 1.5, 0.5, 2 / 3
"""A page is worth copying that does so many times as well as others; a step or source is worth dropping that does so
much as well; too few get on where it is so many of those who do elsewhere, or did before."""

NAMED_AS_OFTEN = 2.0
"""An objection stands out that is named so many times as often as the others are on average."""

QUICK = ("5m", "30m", "2h", "1d")
"""Who is spoken to within these has not waited long."""

LEAKS = ((Funnel.FORM, Funnel.TEASER), (Funnel.SUBMITTED, Funnel.FORM), (Funnel.CONFIRMED, Funnel.SUBMITTED))
"""The ways from place to place at which people are lost, where both are reached in the same week."""

RIPE, TALKS_LATE = 1, 2
"""Weeks until what a step or a page has effected is known, and until most have talked who will."""


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to look at: the last weeks, as many before, and what campaigns cost meanwhile.

    `ripe` and `settled` are the last weeks without those in which it is too early to tell: what is new is not held
    against what has had its time.
    """

    now: Tally
    then: Tally
    ripe: Tally
    settled: Tally
    known: Known
    costs: Costs
    spend: Spend

    def weeks(self, kind: Kind) -> Period:
        """The weeks that such advice rests on."""
        return (self.ripe if kind in {Kind.STEP, Kind.PAGE} else self.now).period


def worth_doing(
    totals: Mapping[str, int],
    known: Known,
    *,
    until_week: str,
    costs: Costs,
    spend: Spend,
) -> tuple[Advice, ...]:
    """At most three things, the surest of each kind first; none where nothing stands out.

    Looks at the last `LOOKS_BACK` weeks up to `until_week`, whatever else `totals` holds.
    """
    weeks = by_week(totals)
    period = ending(until_week, WINDOW)
    look = Look(
        now=tally(weeks, period),
        then=tally(weeks, before(period)),
        ripe=tally(weeks, without_last(period, RIPE)),
        settled=tally(weeks, without_last(period, TALKS_LATE)),
        known=known,
        costs=costs,
        spend=spend,
    )
    passed = [(place, case) for kind in Kind for place, case in enumerate(_sure(list(_CASES[kind](look))))]
    best = sorted(passed, key=lambda found: found[0])[:MOST]  # a stable order: by kind, where the place is the same
    return tuple(advice_of(case, known, look.weeks(case.kind), costs) for _, case in best)


def _sure(cases: Sequence[Case]) -> list[Case]:
    """Those of one kind that are certain and big enough, the surest first."""
    limit = holm([case.p for case in cases], FALSE_ALARMS / len(Kind))
    return sorted((case for case in cases if case.p <= limit and case.is_big), key=lambda case: (case.p, case.about))


def _objections(look: Look) -> Iterator[Case]:
    """Named more often than the others are; or on one page, more often than on the others."""
    names = _all(look, "objection/")
    named = {about: look.now.count(about, "named") for about in names if "@" not in about}
    in_all, others = sum(named.values()), len(named) - 1
    loud = set[str]()
    for about, count in named.items() if others > 0 and in_all >= ENOUGH else ():
        is_big = count * others >= NAMED_AS_OFTEN * (in_all - count)
        p = at_least(count, in_all, ANYWAY / (ANYWAY + others))
        loud |= {about} if is_big else set()
        yield Case(Kind.OBJECTION, about, share(count, in_all), None, p, is_big, among=len(named))
    on_page = {gate: _on(look, names, gate) for gate in sorted({place.partition("@")[2] for place in names} - {""})}
    for about in named:
        if about not in loud:
            at = {
                f"{about}@{gate}": share(look.now.count(f"{about}@{gate}", "named"), n) for gate, n in on_page.items()
            }
            yield from _far_more(Kind.OBJECTION, at, NAMED_AS_OFTEN)


def _on(look: Look, names: Sequence[str], gate: str) -> int:
    """How many objections were named there."""
    return sum(look.now.count(place, "named") for place in names if place.partition("@")[2] == gate)


def _steps(look: Look) -> Iterator[Case]:
    steps = {about: look.ripe.share(about, "progressed", "sent") for about in look.ripe.about("step/")}
    return _far_less(Kind.STEP, steps, MUCH_LESS)


def _pages(look: Look) -> Iterator[Case]:
    pages = {about: look.ripe.share(about, "progressed", "read") for about in look.ripe.about("page/")}
    return _far_more(Kind.PAGE, pages, MUCH_MORE)


def _leaks(look: Look) -> Iterator[Case]:
    """A page loses people whom others keep, or the whole site those whom it kept before."""
    unwritten = {f"gate/{gate}" for gate in look.known.waitlists}
    gates = [about for about in look.now.about("gate/") if about not in unwritten]
    for what, base in LEAKS:
        yield from _far_less(Kind.LEAK, {about: look.now.share(about, what, base) for about in gates}, FEWER, what)
        now, then = look.now.share(SITE, what, base), look.then.share(SITE, what, base)
        yield from _less(Kind.LEAK, SITE, now, then, FEWER, what)


def _slow(look: Look) -> Iterator[Case]:
    """Fewer are spoken to within a day than before. Not of all first contacts: many come late because leads do."""
    now, then = (
        share(sum(weeks.count(f"wait/{at_most}", "first") for at_most in QUICK), weeks.count(SITE, Funnel.CONFIRMED))
        for weeks in (look.now, look.then)
    )
    yield from _less(Kind.SLOW, "wait/1d", now, then, FEWER)


def _sources(look: Look) -> Iterator[Case]:
    """Paid for, and nobody comes; or who comes does not talk."""
    cost = {source: spent(by, look.now.period) for source, by in look.spend.items()}
    sources = {source: _talking(look, source, cost) for source, cents in cost.items() if cents}
    free = [about[7:] for about in look.now.about("source/") if not _is_paid(about[7:], cost)]
    shares = sources | {source: _talking(look, source, cost) for source in free}
    leads = look.now.count(SITE, Funnel.CONFIRMED)
    paid = sum(cost.values()) + touched(look.now, look.costs)
    for source, own in sources.items():
        if not brought(look.now, source, cost, Funnel.CONFIRMED) and leads >= ENOUGH:
            expected = cost[source] * leads / paid
            yield Case(Kind.SOURCE, f"source/{source}", own, None, math.exp(-expected), is_big=True, cents=cost[source])
            continue
        others = _others(shares, source, without=_best)
        yield from _less(Kind.SOURCE, f"source/{source}", own, others, MUCH_LESS, cents=cost[source])


def _talking(look: Look, source: str, cost: Mapping[str, int]) -> Share:
    """Who has talked by now of those who have had the time."""
    talked = brought(look.now, source, cost, Funnel.TALKED)
    return share(talked, brought(look.settled, source, cost, Funnel.CONFIRMED))


def _is_paid(source: str, cost: Mapping[str, int]) -> bool:
    return bool(cost.get(source) or cost.get(source.partition("/")[0]))


_CASES: Mapping[Kind, Callable[[Look], Iterator[Case]]] = {
    Kind.OBJECTION: _objections,
    Kind.STEP: _steps,
    Kind.PAGE: _pages,
    Kind.LEAK: _leaks,
    Kind.SLOW: _slow,
    Kind.SOURCE: _sources,
}


def _all(look: Look, prefix: str) -> list[str]:
    """What is known and what was counted."""
    return sorted({*look.now.about(prefix), *(about for about in look.known.titles if about.startswith(prefix))})


def _far_more(kind: Kind, shares: Mapping[str, Share], times: float) -> Iterator[Case]:
    """Each that has a rate, held against the others but the worst of them: a dead one makes nobody strong."""
    for about, own in shares.items():
        others = _others(shares, about, without=_worst)
        if own.rate is not None and others.rate is not None:
            p = more_often(own, others, by=ANYWAY)
            yield Case(kind, about, own, others, p, own.rate >= times * others.rate)


def _far_less(kind: Kind, shares: Mapping[str, Share], times: float, what: str = "") -> Iterator[Case]:
    """Each that has a rate, held against the others but the best of them: a strong one makes nobody weak."""
    for about, own in shares.items():
        yield from _less(kind, about, own, _others(shares, about, without=_best), times, what)


def _less(
    kind: Kind, about: str, own: Share, others: Share, times: float, what: str = "", *, cents: int = 0
) -> Iterator[Case]:
    if own.rate is not None and others.rate is not None:
        p = less_often(own, others, by=ANYWAY)
        yield Case(kind, about, own, others, p, own.rate <= times * others.rate, what, cents=cents)


def _others(shares: Mapping[str, Share], about: str, *, without: Callable[[list[Share]], Share]) -> Share:
    """All the others in one; from four of them on, without one."""
    rest = [other for name, other in shares.items() if name != about]
    rated = [other for other in rest if other.rate is not None]
    if len(rated) > MOST:
        rest.remove(without(rated))
    return share(sum(other.count for other in rest), sum(other.of for other in rest))


def _best(shares: list[Share]) -> Share:
    return max(shares, key=lambda one: one.rate or 0.0)


def _worst(shares: list[Share]) -> Share:
    return min(shares, key=lambda one: one.rate or 0.0)
