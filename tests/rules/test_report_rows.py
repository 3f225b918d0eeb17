"""Each row of the marketer's report with all that stands in it, from a handful of cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from leadlight.model.figures import WAITS, Funnel
from leadlight.model.report import (
    Compared,
    ContactRow,
    Demand,
    Differs,
    Effect,
    FunnelRow,
    Kind,
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
    WeekRow,
)
from leadlight.model.team import Costs
from leadlight.rules.odds import differs, share
from leadlight.rules.report import report_of

WEEK = "2026-W10"
KNOWN = Known({"gate/a": "Page A", "path/p": "Path", "step/s/01": "First", "person/rita": "Rita"}, waitlists=("soon",))


def told(cells: Mapping[str, int], *, weeks: int = 1, known: Known = KNOWN, **more: object) -> Report:
    """The report on such cells; one without a week is of the last one."""
    totals = {cell if cell[:1] == "2" else f"{WEEK}|{cell}": count for cell, count in cells.items()}
    given = {"costs": Costs(), "spend": {}, **more}
    return report_of(totals, known, until_week=WEEK, weeks=weeks, **given)  # type: ignore[arg-type]  # named


def test_the_funnel_is_told_of_the_site_and_of_what_is_known_or_counted() -> None:
    cells = {"gate/b|teaser": 3, "source/ads|added": 1, "buyer/cto|lost": 2, "path/p|stopped": 4, "step/s/01|sent": 1}

    rows = told(cells).funnels

    assert [(row.about, row.title) for row in rows] == [
        ("site", "The whole site"), ("path/p", "Path"), ("buyer/cto", "cto"), ("gate/a", "Page A"), ("gate/b", "b"),
        ("source/ads", "ads"),
    ]  # fmt: skip
    assert [(row.added, row.lost, row.stopped) for row in rows] == [
        (0, 0, 0), (0, 0, 4), (0, 2, 0), (0, 0, 0), (0, 0, 0), (1, 0, 0),
    ]  # fmt: skip


def test_the_first_place_of_a_funnel_is_of_itself_and_the_others_of_those_before() -> None:
    (row,) = (row for row in told({"gate/a|teaser": 30, "gate/a|form": 12}).funnels if row.about == "gate/a")

    assert row.reached[:3] == (
        Reached(Funnel.TEASER, Share(30, 30), None),
        Reached(Funnel.FORM, share(12, 30), Funnel.TEASER),
        Reached(Funnel.SUBMITTED, Share(0, 12, 0.0, 0.0, share(0, 12).high), Funnel.FORM),
    )
    assert isinstance(row, FunnelRow)


def test_what_stands_beside_the_places_is_told_with_what_it_is_of() -> None:
    cells = {"gate/a|free": 7, "gate/a|unlocked": 20, "gate/a|tried": 12}

    (row,) = (row for row in told(cells).funnels if row.about == "gate/a")

    assert (row.free, row.tried, row.count(Funnel.DOWNLOADED)) == (7, share(12, 20), 0)


def test_lines_of_reps_are_counted_by_what_they_are_about() -> None:
    cells = {
        "feedback/page:a|given": 3,
        "feedback/page:a|done": 1,
        "feedback/product|given": 2,
        "feedback/step:s/01|done": 1,
    }

    assert told(cells).lines == (
        LinesRow("feedback/page:a", "Page A", 3, 1),
        LinesRow("feedback/product", "The product", 2, 0),
        LinesRow("feedback/step:s/01", "First", 0, 1),
    )


def test_each_week_is_told_by_its_name() -> None:
    first, last = told({"2026-W09|site|won": 1, "site|form": 2}, weeks=2).weeks

    nothing = dict.fromkeys(Funnel, 0)
    assert first == WeekRow("2026-W09", {**nothing, Funnel.WON: 1})
    assert last == WeekRow(WEEK, {**nothing, Funnel.FORM: 2})


def test_a_wait_has_its_own_count_and_those_who_waited_less() -> None:
    waits = told({f"wait/{name}|first": n for n, name in enumerate(WAITS, start=1)}).waits

    assert [(wait.at_most, wait.count, wait.within.count, wait.within.of) for wait in waits] == [
        ("5m", 1, 1, 21), ("30m", 2, 3, 21), ("2h", 3, 6, 21), ("1d", 4, 10, 21), ("3d", 5, 15, 21),
        ("later", 6, 21, 21),
    ]  # fmt: skip


def test_a_step_is_told_with_what_became_of_it() -> None:
    counts = {"sent": 20, "progressed": 5, "stopped": 2, "skipped": 3, "parked": 1, "handed": 4}

    (step,) = told({f"step/s/01|{what}": count for what, count in counts.items()}).steps

    assert step == StepRow("step/s/01", "First", 20, share(5, 20), share(2, 20), 3, 1, 4, Effect.EFFECTED)


@pytest.mark.parametrize(
    ("before", "now", "effect"),
    [(10, 0, Effect.NEVER), (9, 90, Effect.FEW), (0, 0, Effect.IDLE)],
)
def test_what_had_ten_chances_and_effected_nothing_never_did(before: int, now: int, effect: Effect) -> None:
    weeks = {"2026-W09": before, WEEK: now}
    cells = {f"{week}|{cell}": n for week, n in weeks.items() for cell in ("step/s/01|sent", "page/a|read")}

    report = told(cells, weeks=2)

    assert (report.steps[0].effect, report.pages[0].effect) == (effect, effect)


def test_a_page_has_the_title_of_its_gate() -> None:
    pages = told({"page/a|read": 20, "page/a|progressed": 4, "page/b|read": 1, "page/soon|read": 1}).pages

    assert pages == (
        PageRow("page/a", "Page A", 20, share(4, 20), Effect.EFFECTED),
        PageRow("page/b", "b", 1, Share(0, 1), Effect.FEW),
    )


def test_contacts_are_told_by_their_aim_and_by_who_spoke() -> None:
    counts = {"contacts": 12, "achieved": 3, "minutes": 40}
    abouts = ("contact/advance/call", "person/rita")
    cells = {f"{about}|{what}": count for about in abouts for what, count in counts.items()}

    report = told({**cells, "contact/start/unsaid|contacts": 10, "person/olaf|contacts": 2})

    assert report.contacts == (
        ContactRow("contact/advance/call", "Advance, by call", 12, share(3, 12), 40, Effect.EFFECTED),
        ContactRow("contact/start/unsaid", "Start, nobody wrote down how", 10, share(0, 10), 0, Effect.NEVER),
    )
    assert report.people == (
        ContactRow("person/rita", "Rita", 12, share(3, 12), 40, Effect.EFFECTED),
        ContactRow("person/olaf", "olaf", 2, Share(0, 2), 0, Effect.FEW),
    )


def test_why_not_is_told_with_the_pages_where_it_was_said() -> None:
    cells = {"why/no-need|named": 4, "why/price|named": 8, "why/price@a|named": 2, "why/price@x|named": 6}

    assert told(cells).why_not == (
        NamedRow("why/price", "price", share(8, 12), (("x", "x", 6), ("a", "Page A", 2))),
        NamedRow("why/no-need", "no-need", share(4, 12)),
    )
    assert told({"objection/trust|named": 3}).objections == (NamedRow("objection/trust", "trust", Share(3, 3)),)


def test_the_demand_for_a_page_without_a_title_is_told_by_its_gate() -> None:
    cells = {"gate/soon|confirmed": 2, "2025-W40|gate/soon|confirmed": 3}

    assert told(cells).waitlist == (Demand("gate/soon", "soon", 2, 5),)
    assert told(cells, known=replace(KNOWN, titles={"gate/soon": "Soon"})).waitlist[0].title == "Soon"


def test_a_cohort_is_followed_to_each_place_of_the_sale() -> None:
    places = ("confirmed", "talked", "opportunity", "won")
    cells = {f"2026-W09|cohort/2026-W09|{what}": n for n, what in enumerate(places, start=1)}

    cohort = told({**cells, "cohort/2026-W09|won": 1}, weeks=2).cohorts[0]

    assert (cohort.week, cohort.confirmed) == ("2026-W09", 1)
    assert (cohort.talked, cohort.opportunity, cohort.won) == ((2, 2), (3, 3), (4, 5))


def test_each_share_is_held_against_the_one_before_with_how_sure_that_is() -> None:
    cells = {"site|teaser": 100, "site|form": 40, "2026-W09|site|teaser": 100, "2026-W09|site|form": 20}

    form, submitted = told({**cells, "site|submitted": 2, "2026-W09|site|submitted": 2}).compared[:2]

    now, then = share(40, 100), share(20, 100)
    assert form == Compared(Funnel.FORM, Funnel.TEASER, now, then, Differs.HIGHER, differs(now, then))
    assert submitted.now == share(2, 40)


def test_too_few_are_told_as_they_are() -> None:
    compared = told({"site|teaser": 9, "site|form": 4, "2026-W09|site|teaser": 30}).compared[0]

    assert compared == Compared(Funnel.FORM, Funnel.TEASER, Share(4, 9), share(0, 30), Differs.FEW, None)


@pytest.mark.parametrize(("form", "word"), [(5, Differs.LOWER), (36, Differs.UNCLEAR), (42, Differs.HIGHER)])
def test_that_eight_shares_are_looked_at_counts(form: int, word: Differs) -> None:
    cells = {"site|teaser": 100, "site|form": form, "2026-W09|site|teaser": 100, "2026-W09|site|form": 21}

    assert told(cells).compared[0].differs is word


def test_a_report_says_of_which_weeks_it_is_and_what_people_of_ours_said() -> None:
    topic, other = Topic("page", "Page A", ()), Period("2025-W01", "2025-W02")

    report = told({}, weeks=2, topics=[topic])

    assert (report.period, report.before) == (Period("2026-W09", WEEK), Period("2026-W07", "2026-W08"))
    assert told({}, against=other).before == other
    assert report.topics == (topic,)
    assert told({}, spend={"ads": {"2026-03": 31.0}}).money.spend == 700  # 2 to 8 March, at one a day
    assert told({}).topics == ()


def test_a_report_says_what_is_worth_doing_as_of_the_last_week_that_is_over() -> None:
    objections = {
        f"2026-W09|objection/{name}|named": count for name, count in (("price", 40), ("time", 4), ("need", 4))
    }

    (advice,) = told(objections, over="2026-W09").worth_doing

    assert (advice.kind, advice.about, advice.period.last) == (Kind.OBJECTION, "objection/price", "2026-W09")
