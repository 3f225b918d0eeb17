"""How does a rehearsal look on one page? A file that needs nothing else, worth attaching to a pull request.

Called by `simulate --format html` and `plan --format html`. Mails stand in frames of their own, as they will look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leadlight.playbook.effects import Effect
from leadlight.playbook.palette import readable
from leadlight.simulate.against import Change
from leadlight.simulate.plan import Plan, PlannedStep, plans_of
from leadlight.simulate.rehearsal import Rehearsal
from leadlight.simulate.timeline import Entry

if TYPE_CHECKING:
    from jinja2 import Template

LIGHT, DARK = "#ffffff", "#17181c"
"""The paper by day and by night, as of mails."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar and what happens on it: (mark, words)."""

    date: date
    events: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan with its calendar, week by week from Monday."""

    plan: Plan
    weeks: tuple[tuple[Day, ...], ...]


@dataclass(frozen=True, slots=True)
class ShownGate:
    """A gated page as a visitor meets it: `public` is its HTML, `css` the style sheet of our forms."""

    id: str
    title: str
    public: str
    css: str
    language: str


def page(
    rehearsal: Rehearsal,
    *,
    site_name: str,
    primary: str,
    on_primary: str = "#ffffff",
    changes: Sequence[Change] = (),
    sections: Sequence[tuple[str, Sequence[Effect]]] = (),
    gates: Sequence[ShownGate] = (),
) -> str:
    """The whole page. `primary` is the site's colour, `on_primary` that of words on it. `sections` say what a change
    does, under headings.
    """
    plans = tuple(Shown(plan, weeks_of(plan)) for plan in plans_of(rehearsal))
    return _template("report.html").render(
        rehearsal=rehearsal,
        site_name=site_name,
        plans=plans,
        rows=[(entry, local(entry)) for entry in rehearsal.timeline],
        several=len({entry.lead for entry in rehearsal.timeline if entry.lead}) > 1,
        changes=changes,
        sections=sections,
        gates=[(gate, _framed(gate, primary, on_primary)) for gate in gates],
        link=readable(primary, on=LIGHT, fallback="#4051b5"),
        link_dark=readable(primary, on=DARK, fallback="#8c9eff"),
    )


def _framed(gate: ShownGate, primary: str, on_primary: str) -> str:
    """The beginning of a page with its form, as a page of its own; the theme's colours stand for the theme."""
    return _template("gate.html").render(
        gate=gate,
        on_primary=on_primary,
        link=readable(primary, on=LIGHT, fallback="#4051b5"),
        link_dark=readable(primary, on=DARK, fallback="#8c9eff"),
        paper=LIGHT,
        paper_dark=DARK,
    )


def local(entry: Entry) -> datetime:
    """When it happened, by the lead's own clock."""
    return entry.at.astimezone(ZoneInfo(entry.zone))


def weeks_of(plan: Plan) -> tuple[tuple[Day, ...], ...]:
    """The weeks from the unlock to the last step."""
    events: dict[date, list[tuple[str, str]]] = {plan.unlocked.date(): [("unlock", _first(plan))]}
    for planned in plan.steps:
        if planned.at:
            events.setdefault(planned.at.date(), []).append((_mark(planned), f"{planned.at:%H:%M} {planned.subject}"))
    first, last = min(events), max(events)
    days = list(_days(first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())))
    filled = [Day(day, tuple(events.get(day, ()))) for day in days]
    return tuple(tuple(filled[start : start + 7]) for start in range(0, len(filled), 7))


def _first(plan: Plan) -> str:
    stage = plan.conversations[0].starts_when
    return f"becomes a {stage}" if stage else "opens the page"


def _mark(planned: PlannedStep) -> str:
    return "mail" if planned.mail else "rep"


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 the text form does without

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
