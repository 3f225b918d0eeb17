"""Which tables does a report fill, in words? For the marketer's page and `leadlight report`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadlight.model.figures import Funnel
from leadlight.model.report import (
    Cohort,
    ContactRow,
    Differs,
    Each,
    Effect,
    FunnelRow,
    Money,
    NamedRow,
    PageRow,
    Reached,
    Report,
    Share,
    StepRow,
)
from leadlight.rules.figures import FREE, TRIED

PLACES = {
    Funnel.TEASER: "Began to read",
    Funnel.FORM: "Saw the form",
    Funnel.SUBMITTED: "Sent the form",
    Funnel.CONFIRMED: "Confirmed",
    Funnel.UNLOCKED: "Unlocked",
    Funnel.DOWNLOADED: "Downloaded",
    Funnel.TALKED: "Talked back",
    Funnel.OPPORTUNITY: "Opportunity",
    Funnel.WON: "Won",
}
OF = {
    Funnel.TEASER: "those who began to read",
    Funnel.FORM: "those who saw the form",
    Funnel.SUBMITTED: "those who sent it",
    Funnel.CONFIRMED: "those who confirmed",
    Funnel.UNLOCKED: "those who unlocked",
    Funnel.TALKED: "those who talked back",
    Funnel.OPPORTUNITY: "opportunities",
}
"""The same as what others are a share of."""

FREE_READS, TRIALS = "Read on for free", "Began a trial"
"""What stands beside the places, on sites that have it: strangers whom a meter let read on, leads with a trial."""

GONE = "(nothing is left of it)"
"""The words of a line whose lead was erased."""

KINDS = {"path": "By path", "buyer": "By buyer", "gate": "By page", "source": "By source"}
WAITED = {
    "5m": "5 minutes", "30m": "30 minutes", "2h": "2 hours", "1d": "a day", "3d": "3 days", "later": "longer",
}  # fmt: skip
MOVED = {Effect.EFFECTED: "yes", Effect.NEVER: "never", Effect.FEW: "too few to say", Effect.IDLE: "did not happen"}
DIFFERS = {
    Differs.HIGHER: "higher", Differs.LOWER: "lower", Differs.UNCLEAR: "unclear", Differs.FEW: "too few"
}  # fmt: skip
LATER = (0, 1, 2, 4, 8)
"""How many weeks after its own a cohort is looked at."""


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount of money; of few things, it says little. None where there is nothing to share it out among."""

    amount: int | None
    currency: str
    is_few: bool = False


Cell = str | int | Share | Cents | None


@dataclass(frozen=True, slots=True)
class Row:
    """`about` is what its cells are about, as in `model.figures`, or the name that the column gives it."""

    about: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` has the head of the names, then one for each cell. `narrow` are those that a terminal has room for."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    narrow: tuple[int, ...] = ()


def tables_of(report: Report) -> tuple[Table, ...]:
    """Everything in a report, in the order in which it is told. A table without rows is left out."""
    made = (
        _worth_doing(report), _site(report), *_funnels(report), _weeks(report), _waits(report), _steps(report),
        _pages(report),
        _contacts("contacts", "What reps did", "Contact", report.contacts),
        _contacts("people", "Who did it", "Person", report.people),
        _named("why-not", "Why not", report.why_not),
        _named("objections", "Objections", report.objections),
        _lines(report), _topics(report), _waitlist(report), _money(report.money), _campaigns(report.money),
        _cohorts(report), _compared(report),
    )  # fmt: skip
    return tuple(table for table in made if table.rows)


def in_words(cell: Cell) -> str:
    """A cell as text of one line.

    >>> in_words(Share(3, 7)), in_words(Share(5, 40, 0.125, 0.0546, 0.2611)), in_words(Cents(123456, "EUR"))
    ('3 of 7', '12% (5 to 26%) of 40', '1,234.56 EUR')
    """
    match cell:
        case None:
            return "-"
        case Share():
            return f"{rate(cell)} of {cell.of:,}" if rate(cell) else counts(cell)
        case Cents():
            few = " (of few)" if cell.is_few and cell.amount else ""
            return "-" if cell.amount is None else f"{cell.amount / 100:,.2f} {cell.currency}{few}"
        case int():
            return f"{cell:,}"
        case str():
            return cell


def counts(share: Share) -> str:
    """What was counted. At the edge of a period there may be more than they are of, which then is left unsaid."""
    if not share.of and not share.count:
        return "-"
    return f"{share.count:,}" if share.count > share.of else f"{share.count:,} of {share.of:,}"


def rate(share: Share) -> str:
    """The rate and its interval; nothing where there are too few."""
    if share.rate is None or share.low is None or share.high is None:
        return ""
    return f"{percent(share.rate)}% ({percent(share.low)} to {percent(share.high)}%)"


def percent(part: float) -> str:
    """
    >>> percent(0.264), percent(0.0042), percent(0.0)
    ('26', '0.4', '0')
    """
    return f"{100 * part:.1f}" if 0.0005 <= part < 0.00995 else f"{100 * part:.0f}"


def _worth_doing(report: Report) -> Table:
    rows = tuple(Row(each.about, each.todo, (each.evidence,)) for each in report.worth_doing)
    return Table("worth-doing", "Worth doing", ("To do", "Why"), rows)


def _site(report: Report) -> Table:
    rows = tuple(row for place in report.site.reached for row in (_place(place), *_beside(report.site, place.what)))
    return Table("funnel", "How far people get", ("Place", "People", "Share", "Of"), rows)


def _place(place: Reached) -> Row:
    share, of = (place.share, OF[place.base]) if place.base else (None, "")
    return Row(place.what, PLACES[place.what], (place.count, share, of))


def _beside(site: FunnelRow, what: Funnel) -> Iterator[Row]:
    """What stands below a place, where there is any of it."""
    if what is Funnel.TEASER and site.free:
        yield Row(FREE, FREE_READS, (site.free, None, ""))
    if what is Funnel.DOWNLOADED and site.tried.count:
        yield Row(TRIED, TRIALS, (site.tried.count, site.tried, OF[Funnel.UNLOCKED]))


def _funnels(report: Report) -> Iterator[Table]:
    columns = ("Began to read", "Saw the form", "Sent it", "Confirmed", "Talked back", "Opportunity", "Won", "Lost")
    for kind, title in KINDS.items():
        found = [row for row in report.funnels if row.about.startswith(f"{kind}/") and _is_there(row)]
        free, tried = any(row.free for row in found), any(row.tried.count for row in found)
        more = (*((FREE_READS,) if free else ()), *((TRIALS,) if tried else ()))
        rows = tuple(Row(row.about, row.title, tuple(_reached(row, free=free, tried=tried))) for row in found)
        heads = (title.removeprefix("By ").capitalize(), *columns, *more)
        yield Table(f"funnel-{kind}", title, heads, rows, (4, 5, 7))


def _is_there(row: FunnelRow) -> bool:
    return bool(row.free or row.tried.count or any(place.count for place in row.reached))


def _reached(row: FunnelRow, *, free: bool, tried: bool) -> Iterator[Cell]:
    shares = {place.what: place.share for place in row.reached}
    unknown = row.about.startswith("source/")  # strangers come from nowhere that we would know of
    yield from (None if unknown else row.count(what) for what in (Funnel.TEASER, Funnel.FORM))
    yield row.count(Funnel.SUBMITTED) if unknown else shares[Funnel.SUBMITTED]
    yield from (shares[what] for what in (Funnel.CONFIRMED, Funnel.TALKED))
    yield from (row.count(Funnel.OPPORTUNITY), row.count(Funnel.WON), row.lost)
    yield from (row.free,) if free else ()
    yield from (row.tried,) if tried else ()


def _weeks(report: Report) -> Table:
    rows = tuple(Row(week.week, week.week, tuple(week.counts[what] for what in Funnel)) for week in report.weeks)
    some = any(cell for row in rows for cell in row.cells)
    return Table("weeks", "Week by week", ("Week", *PLACES.values()), rows if some else (), (1, 2, 3, 4, 7, 9))


def _waits(report: Report) -> Table:
    rows = tuple(Row(f"wait/{w.at_most}", WAITED[w.at_most], (w.count, w.within)) for w in report.waits)
    some = any(wait.count for wait in report.waits)
    return Table("waits", "Time to the first contact", ("At most", "Leads", "Up to then"), rows if some else ())


def _steps(report: Report) -> Table:
    columns = ("Step", "Sent", "Moved somebody", "Left", "Skipped", "Parked", "To a rep", "Ever moved anybody")
    rows = tuple(
        Row(s.about, _step(s), (s.sent, s.progressed, s.stopped, s.skipped, s.parked, s.handed, MOVED[s.effect]))
        for s in report.steps
    )
    return Table("steps", "Steps", columns, rows, (2, 3, 7))


def _step(step: StepRow) -> str:
    sequence = step.about.split("/")[1]
    return step.title if step.title.startswith(f"{sequence}/") else f"{step.title} ({sequence})"


def _pages(report: Report) -> Table:
    def row(page: PageRow) -> Row:
        return Row(page.about, page.title, (page.read, page.progressed, MOVED[page.effect]))

    return Table(
        "pages",
        "Pages",
        ("Page", "Read", "Moved somebody", "Ever moved anybody"),
        tuple(map(row, report.pages)),
        (2, 3),
    )


def _contacts(name: str, title: str, who: str, found: Sequence[ContactRow]) -> Table:
    rows = (Row(c.about, c.title, (c.contacts, c.achieved, c.minutes, MOVED[c.effect])) for c in found)
    return Table(name, title, (who, "Contacts", "Achieved", "Minutes", "Ever moved anybody"), tuple(rows), (2, 3, 4))


def _named(name: str, title: str, found: Sequence[NamedRow]) -> Table:
    def where(row: NamedRow) -> str:
        return ", ".join(f"{title} ({named})" for _, title, named in row.pages)

    rows = tuple(Row(row.about, row.title, (row.named, where(row))) for row in found if row.named.count)
    return Table(name, title, (title, "Named", "Where"), rows)


def _lines(report: Report) -> Table:
    rows = tuple(Row(each.about, each.title, (each.given, each.done)) for each in report.lines)
    return Table("lines", "How many lines, and about what", ("About", "Lines", "Taken up"), rows)


def _topics(report: Report) -> Table:
    rows = (
        Row(topic.aim, topic.about, (line.text or GONE, line.by, f"{line.at:%Y-%m-%d}", line.id))
        for topic in report.topics
        for line in topic.lines
    )
    return Table(
        "feedback", "What reps say to those who write", ("About", "Line", "By", "On", "Name"), tuple(rows), (1, 2, 4)
    )


def _waitlist(report: Report) -> Table:
    rows = tuple(Row(each.about, each.title, (each.confirmed, each.so_far)) for each in report.waitlist)
    return Table("waitlist", "Wanted, not written yet", ("Page", "In these weeks", "So far"), rows)


def _money(money: Money) -> Table:
    spent = (
        ("acquisition", "Winning customers", money.acquisition),
        ("retention", "Keeping customers", money.retention),
        ("spend", "Of that: campaigns", money.spend),
    )
    each = (
        ("per-lead", "Per lead confirmed", money.per_lead),
        ("per-opportunity", "Per opportunity", money.per_opportunity),
        ("per-customer", "Per customer won", money.per_customer),
        ("per-kept", "Keeping, per customer so far", money.per_kept),
    )
    rows = [Row(name, title, (None, Cents(cents, money.currency))) for name, title, cents in spent if cents]
    rows += [Row(name, title, (of.count, _each(of, money))) for name, title, of in each if of.cents]
    return Table("money", "What it costs", ("What", "How many", "Cost"), tuple(rows))


def _each(each: Each, money: Money) -> Cents:
    return Cents(each.each, money.currency, each.is_few)


def _campaigns(money: Money) -> Table:
    rows = tuple(
        Row(
            source.about, source.title,
            (
                Cents(source.spend, money.currency), source.per_lead.count, _each(source.per_lead, money),
                source.per_opportunity.count, _each(source.per_opportunity, money),
                source.per_customer.count, _each(source.per_customer, money),
            ),
        )
        for source in money.sources
    )  # fmt: skip
    columns = ("Source", "Spent", "Leads", "Per lead", "Opportunities", "Per opportunity", "Customers", "Per customer")
    return Table("campaigns", "Campaigns", columns, rows, (1, 2, 3, 7))


def _cohorts(report: Report) -> Table:
    def row(cohort: Cohort) -> Row:
        talked = cohort.talked
        then = tuple(talked[week] if week < len(talked) else None for week in LATER)
        return Row(cohort.week, cohort.week, (cohort.confirmed, *then, cohort.opportunity[-1], cohort.won[-1]))

    heads = ("Talked that week", *(f"{week} week{'s' * (week > 1)} later" for week in LATER[1:]))
    columns = ("Confirmed in", "Leads", *heads, "Opportunity by now", "Won by now")
    rows = tuple(row(cohort) for cohort in report.cohorts if cohort.confirmed)
    return Table("cohorts", "Leads by the week they confirmed in", columns, rows, (1, 2, 3, 5, 7, 8))


def _compared(report: Report) -> Table:
    rows = tuple(
        Row(each.what, PLACES[each.what], (each.now, each.before, DIFFERS[each.differs]))
        for each in report.compared
        if each.now.of or each.before.of
    )
    return Table("compared", "Now and before", ("Place", "Now", "Before", "Now it is"), rows)
