"""How does a chart look? Bars and columns as SVG, for the report's page; the table behind each says the same in words.

A chart is as wide as a phone and takes its colours from the page: light, dark, print. A screen reader hears its title
and what it shows, and nothing of its inside. Nothing is drawn by chance: the same data gives the same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drawsvg import Drawing

WIDTH = 320
"""All lengths are in the chart's own units; the page makes it as wide as there is room."""

ROW, BAR, TEXT = 34, 9, 12
LETTER = 6.3
"""About the width of a letter."""

HEIGHT, ABOVE, BELOW = 140, 18, 20
NAMES = 4
"""No more columns than that have their names below: others would touch."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What it is called, on the page and within it, and what there is to see, in a sentence."""

    name: str
    title: str
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar under its label; `said` stands at the end of that line. Without a value there are only the words."""

    label: str
    said: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The SVG, for a page, and its title: who looks at it reads that above it, and who listens hears it within."""

    title: str
    svg: str


def bars(chart: Chart, found: Sequence[Bar], *, most: float = 0.0) -> Drawn:
    """Bars one below the other, with a whisker from `low` to `high`. A whole line is `most`, or else the greatest."""
    import drawsvg  # noqa: PLC0415 only the report has charts

    ends = [end for bar in found for end in (bar.value, bar.high) if end is not None]
    scale = WIDTH / (most or max(ends, default=0) or 1)
    drawing = _drawing(chart, ROW * len(found))
    for number, bar in enumerate(found):
        top = number * ROW
        label = _short(bar.label, int(WIDTH / LETTER) - len(bar.said) - 2)
        drawing.append(drawsvg.Text(label, TEXT, 0, top + 14, class_="label"))
        drawing.append(drawsvg.Text(bar.said, TEXT, WIDTH, top + 14, text_anchor="end", class_="said"))
        drawing.append(drawsvg.Rectangle(0, top + 19, WIDTH, BAR, class_="track"))
        if bar.value:
            drawing.append(drawsvg.Rectangle(0, top + 19, _at(bar.value * scale), BAR, class_="bar"))
        if bar.low is not None and bar.high is not None:
            _whisker(drawing, _at(bar.low * scale), _at(bar.high * scale), top + 19 + BAR / 2)
    return Drawn(chart.title, str(drawing.as_svg(header="")))


def columns(chart: Chart, found: Sequence[tuple[str, int]]) -> Drawn:
    """One column for each name, from left to right; the highest says how high it is."""
    import drawsvg  # noqa: PLC0415 the same

    most = max((count for _, count in found), default=0)
    step, floor = WIDTH / max(1, len(found)), HEIGHT - BELOW
    gap = min(3.0, step / 5)
    drawing = _drawing(chart, HEIGHT)
    highest = next((number for number, (_, count) in enumerate(found) if most and count == most), None)
    for number, (label, count) in enumerate(found):
        height = (floor - ABOVE) * count / (most or 1)
        middle = (number + 0.5) * step
        if count:
            box = (middle - step / 2 + gap / 2, floor - height, step - gap, height)
            drawing.append(drawsvg.Rectangle(*map(_at, box), class_="bar"))
        if number % -(-len(found) // NAMES) == 0:
            drawing.append(_centred(label, middle, HEIGHT - 5, "label"))
        if number == highest:
            drawing.append(_centred(str(count), middle, floor - height - 5, "said"))
    drawing.append(drawsvg.Line(0, floor, WIDTH, floor, class_="axis"))
    return Drawn(chart.title, str(drawing.as_svg(header="")))


def _drawing(chart: Chart, height: float) -> Drawing:
    import drawsvg  # noqa: PLC0415 the same

    title, says = f"{chart.name}-title", f"{chart.name}-says"
    drawing = drawsvg.Drawing(
        WIDTH, max(1, height), id_prefix=chart.name, role="img", class_="chart",
        aria_labelledby=title, aria_describedby=says,
    )  # fmt: skip
    drawing.append(drawsvg.Title(chart.title, id=title))
    drawing.append(drawsvg.Raw(f'<desc id="{says}">{escape(chart.says)}</desc>'))
    return drawing


def _whisker(drawing: Drawing, low: float, high: float, middle: float) -> None:
    import drawsvg  # noqa: PLC0415 the same

    reach = BAR / 2 + 2
    ends = [(end, middle - reach, end, middle + reach) for end in (low, high)]
    for kind in ("halo", "whisker"):
        for line in ((low, middle, high, middle), *ends):
            drawing.append(drawsvg.Line(*line, class_=kind))


def _centred(text: str, middle: float, base: float, kind: str) -> object:
    """Text around that point, as far as it stays within the chart."""
    import drawsvg  # noqa: PLC0415 the same

    half = len(text) * LETTER / 2
    within = min(max(middle, half), WIDTH - half)
    return drawsvg.Text(text, TEXT, _at(within), _at(base), text_anchor="middle", class_=kind)


def _short(label: str, letters: int) -> str:
    return label if len(label) <= letters else f"{label[: max(1, letters - 1)].rstrip()}…"


def _at(length: float) -> float:
    return round(length, 1)
