"""The looks of the report: charts with their tables, what never moved anybody, no rate of three."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest
from tests.report.year import KNOWN, Firm

from leadlight.model.report import Report
from leadlight.model.team import Costs
from leadlight.pages.charts import WIDTH, Bar, Chart, bars, columns
from leadlight.pages.insights import insights
from leadlight.rules.report import report_of

W10 = "2026-W10"
SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart("made", "A <chart>", "Says & shows")


def told(cells: Mapping[str, int], **more: object) -> Report:
    totals = {cell if cell[:1] == "2" else f"2026-W08|{cell}": count for cell, count in cells.items()}
    given = {"costs": Costs(), "spend": {}, **more}
    return report_of(totals, KNOWN, until_week=W10, weeks=4, **given)  # type: ignore[arg-type]  # named


@pytest.fixture(scope="module")
def lived() -> Report:
    """What ten weeks of a firm come to."""
    firm = Firm(1, planted=True)
    for number in range(10):
        firm.week(number)
    return told({cell: count for cell, count in firm.totals.items() if count})


def drawn(page: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_each_chart_has_a_title_and_says_in_words_what_it_shows(lived: Report) -> None:
    found = drawn(insights("", lived, form=True))

    assert len(found) > 10
    for chart in found:
        named = {part.get("id"): part.text for part in chart if part.tag in {f"{SVG}title", f"{SVG}desc"}}
        assert chart.get("role") == "img"
        assert named[chart.get("aria-labelledby")]
        assert named[chart.get("aria-describedby")]


def test_no_two_things_on_the_page_have_the_same_id(lived: Report) -> None:
    ids = re.findall(r'\bid="([^"]+)"', insights("", lived, form=True))

    assert len(ids) == len(set(ids))


def test_a_chart_has_no_colour_of_its_own_no_script_and_no_style(lived: Report) -> None:
    page = insights("", lived, form=True)

    assert not re.findall(r'\s(?:fill|stroke|style|on\w+)="', page)
    assert "<script" not in page


def test_every_section_with_charts_has_its_table(lived: Report) -> None:
    sections = re.findall(r"<section.*?</section>", insights("", lived, form=False), re.DOTALL)

    assert len([section for section in sections if "<svg" in section]) >= 6
    assert [section for section in sections if "<svg" in section and "<table" not in section] == []


def test_the_same_figures_give_the_same_page(lived: Report) -> None:
    assert insights("", lived, form=True) == insights("", lived, form=True)


def test_what_never_moved_anybody_is_named_with_its_counts() -> None:
    page = insights("", told({"step/course/01-hello|sent": 43, "site|confirmed": 2}), form=False)

    assert "Never moved anybody in these weeks: 01-hello (0 of 43)." in text_of(page)


def moves(read: int, progressed: int) -> str:
    """What stands under “What moves people” where a page was read that often."""
    page = insights("", told({"page/guides/audit|read": read, "page/guides/audit|progressed": progressed}), form=False)
    return text_of(page.partition('id="moves"')[2].partition("</section>")[0])


def test_of_three_there_is_no_rate() -> None:
    few, many = moves(3, 2), moves(30, 20)

    assert "2 of 3" in few
    assert "%" not in few
    assert "67% (49 to 81%)" in many


def test_a_firm_that_only_reps_work_in_is_not_taken_for_an_empty_one() -> None:
    assert "Nothing has happened" not in insights("", told({"person/rita|contacts": 1}), form=False)
    assert "Nothing has happened" in insights("", told({}), form=False)


def test_what_people_write_does_not_become_markup() -> None:
    page = insights("", told({"why/<b>x</b>|named": 3, "site|confirmed": 1, "source/<i>|confirmed": 1}), form=False)

    assert "<b>x</b>" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_bars_and_their_whiskers_stay_within_the_chart() -> None:
    svg = bars(CHART, [Bar("A label that is far too long " * 9, "100%", 1.0, 0.7, 1.0), Bar("b", "-", None)]).svg
    found = ET.fromstring(svg)

    boxes = [(float(box.get("x", "")), float(box.get("width", ""))) for box in found.iter(f"{SVG}rect")]
    assert all(left >= 0 and left + width <= WIDTH for left, width in boxes)
    assert max(len(text.text or "") for text in found.iter(f"{SVG}text")) < 55


@pytest.mark.parametrize("counts", [(), (0, 0), (5,), (1, 0, 3), tuple(range(104))])
def test_columns_of_any_number_are_a_chart(counts: tuple[int, ...]) -> None:
    found = ET.fromstring(columns(CHART, [(f"W{at}", count) for at, count in enumerate(counts)]).svg)

    heights = [float(box.get("height", "")) for box in found.iter(f"{SVG}rect")]
    assert len(heights) == sum(count > 0 for count in counts)
    assert all(height > 0 for height in heights)
