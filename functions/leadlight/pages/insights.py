"""What does the marketer's report look like? A page of charts with the table behind each; it works without a script.

For `on_insights`, in the site's shell, and for `leadlight report --format html`, without one: then it stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadlight.model.figures import Funnel
from leadlight.model.report import ContactRow, Effect, NamedRow, PageRow, Period, Report, Share, StepRow, Topic
from leadlight.pages.charts import Bar, Chart, Drawn, bars, columns
from leadlight.pages.frame import page
from leadlight.pages.tables import (
    GONE,
    OF,
    PLACES,
    WAITED,
    Cell,
    Cents,
    Table,
    counts,
    in_words,
    percent,
    rate,
    tables_of,
)

SPANS = (4, 8, 12, 26, 52)
"""Weeks that the page offers; others can be asked for in its address."""

SHOWN = 8
"""No chart has more bars; the table has them all."""

IN_SHORT = (Funnel.CONFIRMED, Funnel.TALKED, Funnel.OPPORTUNITY, Funnel.WON)


@dataclass(frozen=True, slots=True)
class Section:
    """One heading: sentences, charts, words of reps, tables in sight, and those behind a line that unfolds them."""

    name: str
    title: str
    says: tuple[str, ...]
    charts: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: tuple[Table, ...] = ()
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Short:
    """One number that stands at the top, and what it was before."""

    title: str
    now: int
    before: int


def insights(shell: str, report: Report, *, form: bool) -> str:
    """The whole page. `form`: with the choice of other weeks, which wants somebody to answer."""
    return page(
        shell, "insights.html", heading="The report", report=report, form=form, spans=SPANS,
        weeks=_weeks(report.period), before=_weeks(report.before) if report.before else "",
        empty=_is_empty(report), short=tuple(_short(report)), sections=tuple(_sections(report)),
        of_share=lambda cell: isinstance(cell, Share), of_number=lambda cell: isinstance(cell, int | Share | Cents),
        counts=counts, rate=rate, in_words=in_words, gone=GONE, still_open=_still_open(report),
    )  # fmt: skip


def _still_open(report: Report) -> str:
    """The name of a line that nobody has taken up, and that is still there; empty for none."""
    lines = (line for topic in report.topics for line in topic.lines)
    return next((line.id for line in lines if line.text and not line.done), "")


def _weeks(period: Period) -> str:
    first, last = period.begins, period.ends
    weeks = f"{period.weeks} weeks" if period.weeks > 1 else "one week"
    return f"{weeks}, {first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _is_empty(report: Report) -> bool:
    """Whether nothing at all has happened in these weeks."""
    tables = (table for table in tables_of(report) if table.name != "compared")
    return not any(_amount(cell) for table in tables for row in table.rows for cell in row.cells)


def _amount(cell: Cell) -> int | None:
    match cell:
        case Share():
            return cell.count
        case Cents():
            return cell.amount
        case int():
            return cell
        case _:
            return None


def _short(report: Report) -> Iterator[Short]:
    before = {row.what: row.before.count for row in report.compared}
    return (Short(PLACES[what], report.site.count(what), before.get(what, 0)) for what in IN_SHORT)


def _sections(report: Report) -> Iterator[Section]:
    there = {table.name: table for table in tables_of(report)}

    def tables(*names: str) -> tuple[Table, ...]:
        return tuple(there[name] for name in names if name in there)

    made = (
        Section(
            "funnel", "How far people get",
            ("Strangers are counted, not followed: only from the form on do we know who is who.",),
            _funnel(report),
            folded=tables("funnel", "funnel-path", "funnel-buyer", "funnel-gate", "funnel-source"),
        ),
        Section("weeks", "Week by week", (), _by_week(report), folded=tables("weeks")),
        Section("waits", "How soon somebody speaks to them", (), _waits(report), folded=tables("waits")),
        Section(
            "moves", "What moves people", tuple(_moving(report)), _moves(report),
            folded=tables("steps", "pages", "contacts", "people"),
        ),
        Section(
            "why-not", "What stands in the way", (), _in_the_way(report), folded=tables("why-not", "objections")
        ),
        Section(
            "feedback", "What reps say to those who write", (), topics=report.topics,
            tables=() if report.topics else tables("lines"), folded=tables("lines") if report.topics else (),
        ),
        Section("waitlist", "Wanted, not written yet", (), tables=tables("waitlist")),
        Section("money", "What it costs", (), _money(report), tables("money", "campaigns")),
        Section(
            "cohorts", "Leads by the week they confirmed in",
            ("How many of the leads of each week had talked back by then. A dash: those weeks are yet to come.",),
            tables=tables("cohorts"),
        ),
        Section(
            "compared", "Now and before",
            tuple(_then(report)),
            tables=tables("compared"),
        ),
    )  # fmt: skip
    return (each for each in made if each.tables or each.folded or each.topics)


def _funnel(report: Report) -> tuple[Drawn, ...]:
    reached = report.site.reached
    most = max(place.count for place in reached)
    people = [Bar(PLACES[place.what], f"{place.count:,}", place.count) for place in reached]
    shares = [_bar(f"{PLACES[p.what]}, of {OF[p.base]}", p.share) for p in reached if p.base]
    return (
        bars(Chart("people", "People", f"From {most:,} at the most to {reached[-1].count:,} won."), people),
        bars(Chart("shares", "Of those before them", _of(shares)), shares, most=1),
    )


def _by_week(report: Report) -> tuple[Drawn, ...]:
    def drawn(what: Funnel) -> Drawn:
        found = [(week.week[5:], week.counts[what]) for week in report.weeks]
        total, best = sum(count for _, count in found), max(found, key=lambda one: one[1])
        says = f"{total:,} in all; most in {best[0]}: {best[1]:,}."
        return columns(Chart(f"week-{what}", PLACES[what], f"Week by week. {says}"), found)

    return tuple(drawn(what) for what in IN_SHORT if report.site.count(what))


def _waits(report: Report) -> tuple[Drawn, ...]:
    found = [
        _bar("Sooner or later" if wait.at_most == "later" else f"Within {WAITED[wait.at_most]}", wait.within)
        for wait in report.waits
    ]
    return (bars(Chart("waits", "Spoken to, of all first contacts", _of(found)), found, most=1),)


def _moves(report: Report) -> tuple[Drawn, ...]:
    kinds: Sequence[tuple[str, str, Sequence[Bar]]] = (
        ("steps", "Mails that progress followed", _best([(row, row.progressed) for row in report.steps])),
        ("pages", "Pages that progress followed", _best([(row, row.progressed) for row in report.pages])),
        ("contacts", "Contacts that achieved something", _best([(row, row.achieved) for row in report.contacts])),
        ("people", "Whose contacts achieved something", _best([(row, row.achieved) for row in report.people])),
    )
    most = max((bar.high for _, _, found in kinds for bar in found if bar.high is not None), default=1.0)
    return tuple(
        bars(Chart(f"moves-{name}", title, _of(found)), found, most=most) for name, title, found in kinds if found
    )


def _best(rows: Sequence[tuple[StepRow | PageRow | ContactRow, Share]]) -> list[Bar]:
    """The highest rates; where there are too few for a rate, most of them first."""
    happened = [(row, share) for row, share in rows if share.of]
    ordered = sorted(happened, key=lambda one: (one[1].rate is None, -(one[1].rate or 0.0), -one[1].of))
    return [_bar(row.title, share) for row, share in ordered[:SHOWN]]


def _moving(report: Report) -> Iterator[str]:
    """What `progress` is, and what never had a part in it."""
    yield (
        "Somebody moved: within a week they replied, asked, called, accepted, tried, or went a stage further. "
        "The lines are where the true rate lies, 95 times of 100."
    )
    never = [f"{row.title} (0 of {row.sent:,})" for row in report.steps if row.effect is Effect.NEVER]
    never += [f"{row.title} (0 of {row.read:,})" for row in report.pages if row.effect is Effect.NEVER]
    never += [f"{row.title} (0 of {row.contacts:,})" for row in report.contacts if row.effect is Effect.NEVER]
    if never:
        yield f"Never moved anybody in these weeks: {'; '.join(never)}."


def _in_the_way(report: Report) -> tuple[Drawn, ...]:
    kinds: Sequence[tuple[str, str, Sequence[NamedRow]]] = (
        ("why", "Why not, as reps put it", report.why_not),
        ("objections", "Objections", report.objections),
    )
    drawn = []
    for name, title, rows in kinds:
        found = [_bar(row.title, row.named) for row in rows if row.named.count][:SHOWN]
        if found:
            drawn.append(bars(Chart(f"named-{name}", title, _of(found)), found, most=1))
    return tuple(drawn)


def _money(report: Report) -> tuple[Drawn, ...]:
    money = report.money
    if not money.acquisition and not money.retention:
        return ()
    found = [
        Bar(title, in_words(Cents(cents, money.currency)), cents)
        for title, cents in (("Winning customers", money.acquisition), ("Keeping customers", money.retention))
    ]
    return (bars(Chart("cost", "Winning and keeping", _of(found)), found),)


def _then(report: Report) -> Iterator[str]:
    if report.before:
        yield (
            f"Before is: {_weeks(report.before)}. Each share is of those a place before, as above. “Unclear”: chance "
            "alone may part the two so far."
        )


def _bar(label: str, share: Share) -> Bar:
    """A share as a bar; where there are too few for a rate, its counts alone."""
    if share.rate is None:
        return Bar(label, counts(share), None)
    return Bar(label, f"{percent(share.rate)}%", share.rate, share.low, share.high)


def _of(found: Sequence[Bar]) -> str:
    """A chart in words."""
    return "; ".join(f"{bar.label}: {bar.said}" for bar in found) + "."
