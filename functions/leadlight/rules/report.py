"""What is a marketer told about a period? A pure function of the totals; called by the page, the command, the mail.

Whatever is counted is read off cells by their names (see `model.figures`), so that each number can be looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leadlight.model.figures import WAITS, Funnel
from leadlight.model.report import (
    ENOUGH,
    SITE,
    Cohort,
    Compared,
    ContactRow,
    Demand,
    Differs,
    Effect,
    FunnelRow,
    Known,
    LinesRow,
    NamedRow,
    PageRow,
    Period,
    Reached,
    Report,
    Share,
    StepRow,
    Topic,
    Waited,
    WeekRow,
)  # fmt: skip
from leadlight.model.team import Costs
from leadlight.rules.figures import FREE, TRIED
from leadlight.rules.money import Spend, money_of
from leadlight.rules.odds import differs, share
from leadlight.rules.tally import Sums, Tally, before, by_week, ending, tally, weeks_of, without_last
from leadlight.rules.worth_doing import RIPE, worth_doing

BASE: Mapping[Funnel, Funnel | None] = {
    Funnel.TEASER: None,
    Funnel.FORM: Funnel.TEASER,
    Funnel.SUBMITTED: Funnel.FORM,
    Funnel.CONFIRMED: Funnel.SUBMITTED,
    Funnel.UNLOCKED: Funnel.CONFIRMED,
    Funnel.DOWNLOADED: Funnel.UNLOCKED,
    Funnel.TALKED: Funnel.CONFIRMED,  # few download, and who does not may talk all the same
    Funnel.OPPORTUNITY: Funnel.TALKED,
    Funnel.WON: Funnel.OPPORTUNITY,
}
"""What each place of the funnel is a share of."""

SURELY = 0.05
"""Two periods differ where chance alone would part them so far in no more than that many of such reports."""


def report_of(
    totals: Mapping[str, int],
    known: Known,
    *,
    until_week: str,
    weeks: int,
    costs: Costs,
    spend: Spend,
    over: str | None = None,
    against: Period | None = None,
    topics: Sequence[Topic] = (),
) -> Report:
    """The report on so many weeks up to `until_week`, held against the same number before, or any other period.

    `totals` of all weeks: cohorts, customers so far and the demand for unwritten pages go back to the beginning. `over`
    is the last week that is over, where the last one of the report is not: what is new in it has yet to have its time.
    """
    found = by_week(totals)
    period, over = ending(until_week, weeks), min(over or until_week, until_week)
    then = against or before(period)
    now, so_far = tally(found, period), tally(found, Period("", period.last))
    ripe = tally(found, without_last(Period(period.first, over), RIPE))
    return Report(
        period=period,
        before=then,
        funnels=_funnels(now, known),
        weeks=tuple(_week(found, week) for week in weeks_of(period)),
        waits=_waits(now),
        steps=tuple(_step(now, ripe, about, title) for about, title in _rows(now, known, "step/")),
        pages=tuple(_page(now, ripe, about, title) for about, title in _pages(now, known)),
        contacts=tuple(_contact(now, about, _by(title)) for about, title in _rows(now, known, "contact/")),
        people=tuple(_contact(now, about, title) for about, title in _rows(now, known, "person/")),
        why_not=_named(now, known, "why/"),
        objections=_named(now, known, "objection/"),
        waitlist=tuple(_demand(now, so_far, gate, known) for gate in known.waitlists),
        money=money_of(now, so_far, period, costs=costs, spend=spend),
        cohorts=tuple(_cohort(found, week, period.last) for week in weeks_of(period)),
        compared=_compared(now, tally(found, then)),
        lines=tuple(_lines(now, about, known) for about in now.about("feedback/")),
        topics=tuple(topics),
        worth_doing=worth_doing(totals, known, until_week=over, costs=costs, spend=spend),
    )


def _rows(now: Tally, known: Known, prefix: str) -> Iterator[tuple[str, str]]:
    """What has a row, with its title: what is known in its order, then whatever else was counted."""
    there = {about: title for about, title in known.titles.items() if about.startswith(prefix)}
    yield from there.items()
    yield from ((about, about.removeprefix(prefix)) for about in now.about(prefix) if about not in there)


def _pages(now: Tally, known: Known) -> Iterator[tuple[str, str]]:
    """Pages have the titles of their gates; nobody can have read one that is not written."""
    titles = {f"page/{about[5:]}": title for about, title in known.titles.items() if about.startswith("gate/")}
    unwritten = {f"page/{gate}" for gate in known.waitlists}
    return ((about, title) for about, title in _rows(now, Known(titles), "page/") if about not in unwritten)


def _funnels(now: Tally, known: Known) -> tuple[FunnelRow, ...]:
    kinds = ("path/", "buyer/", "gate/", "source/")
    rows = [(SITE, "The whole site"), *(row for kind in kinds for row in _rows(now, known, kind))]
    return tuple(
        FunnelRow(
            about=about,
            title=title,
            reached=tuple(Reached(what, _reached(now, about, what), BASE[what]) for what in Funnel),
            free=now.count(about, FREE),
            tried=now.share(about, TRIED, Funnel.UNLOCKED),
            added=now.count(about, "added"),
            lost=now.count(about, "lost"),
            stopped=now.count(about, "stopped"),
        )
        for about, title in rows
    )


def _reached(now: Tally, about: str, what: Funnel) -> Share:
    base = BASE[what]
    count = now.count(about, what)
    return now.share(about, what, base) if base else Share(count, count)


def _week(found: Mapping[str, Sums], week: str) -> WeekRow:
    counts = found.get(week, {}).get(SITE, {})
    return WeekRow(week, {what: counts.get(what, 0) for what in Funnel})


def _waits(now: Tally) -> tuple[Waited, ...]:
    counts = [now.count(f"wait/{at_most}", "first") for at_most in WAITS]
    return tuple(
        Waited(at_most, count, share(sum(counts[: place + 1]), sum(counts)))
        for place, (at_most, count) in enumerate(zip(WAITS, counts, strict=True))
    )


def _effect(effected: int, of: int, ripe: int) -> Effect:
    """`ripe`: how many of them have had their time."""
    if effected:
        return Effect.EFFECTED
    if not of:
        return Effect.IDLE
    return Effect.NEVER if ripe >= ENOUGH else Effect.FEW


def _step(now: Tally, ripe: Tally, about: str, title: str) -> StepRow:
    sent, progressed = now.count(about, "sent"), now.share(about, "progressed", "sent")
    return StepRow(
        about=about,
        title=title,
        sent=sent,
        progressed=progressed,
        stopped=now.share(about, "stopped", "sent"),
        skipped=now.count(about, "skipped"),
        parked=now.count(about, "parked"),
        handed=now.count(about, "handed"),
        effect=_effect(progressed.count, sent, ripe.count(about, "sent")),
    )


def _page(now: Tally, ripe: Tally, about: str, title: str) -> PageRow:
    read, progressed = now.count(about, "read"), now.share(about, "progressed", "read")
    return PageRow(about, title, read, progressed, _effect(progressed.count, read, ripe.count(about, "read")))


def _contact(now: Tally, about: str, title: str) -> ContactRow:
    contacts, achieved = now.count(about, "contacts"), now.share(about, "achieved", "contacts")
    minutes = now.count(about, "minutes")
    return ContactRow(about, title, contacts, achieved, minutes, _effect(achieved.count, contacts, contacts))


def _by(name: str) -> str:
    """A contact in words: `advance/call` is “Advance, by call”."""
    objective, _, channel = name.partition("/")
    return f"{objective.capitalize()}, " + (f"by {channel}" if channel != "unsaid" else "nobody wrote down how")


def _named(now: Tally, known: Known, prefix: str) -> tuple[NamedRow, ...]:
    """The most often named first."""
    rows = [(about, title) for about, title in _rows(now, known, prefix) if "@" not in about]
    in_all = sum(now.count(about, "named") for about, _ in rows)
    named = [
        NamedRow(about, title, share(now.count(about, "named"), in_all), _where(now, known, about))
        for about, title in rows
    ]
    return tuple(sorted(named, key=lambda row: -row.named.count))


def _where(now: Tally, known: Known, about: str) -> tuple[tuple[str, str, int], ...]:
    places = [(place.partition("@")[2], now.count(place, "named")) for place in now.about(f"{about}@")]
    named = [(gate, known.titles.get(f"gate/{gate}", gate), count) for gate, count in places]
    return tuple(sorted(named, key=lambda row: -row[2]))


def _lines(now: Tally, about: str, known: Known) -> LinesRow:
    kind, _, name = about.removeprefix("feedback/").partition(":")
    title = known.titles.get(f"{'gate' if kind == 'page' else kind}/{name}", name) or "The product"
    return LinesRow(about, title, now.count(about, "given"), now.count(about, "done"))


def _demand(now: Tally, so_far: Tally, gate: str, known: Known) -> Demand:
    about = f"gate/{gate}"
    return Demand(
        about=about,
        title=known.titles.get(about, gate),
        confirmed=now.count(about, Funnel.CONFIRMED),
        so_far=so_far.count(about, Funnel.CONFIRMED),
    )


def _cohort(found: Mapping[str, Sums], week: str, last: str) -> Cohort:
    after = [found.get(later, {}).get(f"cohort/{week}", {}) for later in weeks_of(Period(week, last))]

    def adding_up(what: Funnel) -> tuple[int, ...]:
        sums = [0]
        for counts in after:
            sums.append(sums[-1] + counts.get(what, 0))
        return tuple(sums[1:])

    confirmed = sum(counts.get(Funnel.CONFIRMED, 0) for counts in after)
    return Cohort(week, confirmed, adding_up(Funnel.TALKED), adding_up(Funnel.OPPORTUNITY), adding_up(Funnel.WON))


def _compared(now: Tally, then: Tally) -> tuple[Compared, ...]:
    places = [(what, base) for what, base in BASE.items() if base]
    return tuple(
        _held_against(what, base, now.share(SITE, what, base), then.share(SITE, what, base), len(places))
        for what, base in places
    )


def _held_against(what: Funnel, base: Funnel, now: Share, then: Share, looks: int) -> Compared:
    if now.rate is None or then.rate is None:
        return Compared(what, base, now, then, Differs.FEW, None)
    p = differs(now, then)
    word = Differs.HIGHER if now.rate > then.rate else Differs.LOWER
    return Compared(what, base, now, then, word if p <= SURELY / looks else Differs.UNCLEAR, p)
