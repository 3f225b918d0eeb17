"""`leadlight plan`: which mails go to whom and when, before anybody gets one; and what a change does to leads."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.effects import Effects, as_data, as_markdown, effects_since, print_effects
from leadlight.cli.rehearsing import AGAINST, FROM, IN_FLIGHT, end, refuse, rehearsed
from leadlight.cli.terminal import CONFIG, answer
from leadlight.errors import OperatorMustFix

if TYPE_CHECKING:
    from leadlight.playbook.effects import Effect
    from leadlight.simulate.against import Change
    from leadlight.simulate.plan import Plan, PlannedStep
    from leadlight.simulate.rehearsal import Rehearsal
    from leadlight.simulate.report import ShownGate

FORMATS = ["text", "json", "html", "markdown"]
COLUMNS = ("#", "when", "day", "step", "waits", "goes out", "from", "meets", "to", "appeal")
SHARED = frozenset(map(COLUMNS.index, ("goes out", "from", "appeal")))
"""Which of them are often the same in a whole sequence."""

TOKEN = re.compile(r"token=[\w.~-]+")


@click.command(short_help="Show what a reader will get, and what a change does.")
@click.argument("sequence", required=False)
@FROM
@click.option(
    "--until", default="400d", show_default=True, callback=end, metavar="SPAN", help="How far to look, or until when."
)
@AGAINST
@IN_FLIGHT
@CONFIG
@click.option(
    "--record", is_flag=True, help="Print what is done with people's data instead (Art. 30 GDPR), as Markdown."
)
@click.option("--format", "shape", type=click.Choice(FORMATS), default="text", show_default=True)
def plan(
    *,
    sequence: str | None,
    start: datetime,
    until: datetime,
    against: str | None,
    data: Path | None,
    config_file: Path,
    shape: str,
    record: bool,
) -> None:
    """Show a sequence (or all of them) as a reader will meet it: calendar, four bars, cost, every mail.

    Dates and mails come from a rehearsal with the handlers that will send them. Nothing is sent, nothing is kept.
    As markdown it says what a change does, for the comment of a pull request, and rehearses nothing.
    """
    if record:
        click.echo(_record(config_file), nl=False)
        return
    found = effects(against, config_file, data)
    if shape == "markdown":
        if found is None:
            raise click.UsageError("markdown says what a change does: say since when, as in --against main")
        click.echo(as_markdown(found))
        return
    with rehearsed(config_file, sequence, start=start, until=until, as_json=shape == "json") as played:
        show(played, found, shape, config_file)
    sys.exit(1 if played.violations else 0)


def _record(config_file: Path) -> str:
    """The record of processing activities, of the site as its files are now. Ends with 2 if they are wrong."""
    from leadlight.gate.lean import done_with_data  # noqa: PLC0415  # commands load what they need
    from leadlight.playbook.record import record  # noqa: PLC0415  # the same

    try:
        of, site = done_with_data(config_file)
    except OperatorMustFix as wrong:
        refuse(wrong, as_json=False)
    return record(of, site=site)


def effects(revision: str | None, config_file: Path, data: Path | None) -> Effects | None:
    """What differs from that revision, for visitors, leads and reps. Ends with 2 if there is none."""
    _need_a_revision(revision, data)
    if revision is None:
        return None
    from leadlight.cli.leads import installation  # noqa: PLC0415  # commands load what they need

    try:
        return effects_since(revision, config_file, installation(data).store if data else None)
    except OperatorMustFix as wrong:
        refuse(wrong, as_json=False)


def _need_a_revision(revision: str | None, data: Path | None) -> None:
    if data and revision is None:
        raise click.UsageError("--data counts the leads whom a change touches: say since when, as in --against main")


def since(revision: str | None, config_file: Path, data: Path | None) -> tuple[Change, ...]:
    """The sequences that differ from that revision's, with the leads in flight. Ends with 2 if there is none."""
    _need_a_revision(revision, data)
    if revision is None:
        return ()
    from leadlight.cli.leads import installation  # noqa: PLC0415  # commands load what they need
    from leadlight.gate.config import language, options_of, read_config, site_of  # noqa: PLC0415  # the same
    from leadlight.simulate.against import changes_since  # noqa: PLC0415  # the same

    config = read_config(config_file)
    folder = site_of(config, options_of(config)).playbook_dir
    leads = installation(data).store.leads() if data else None
    try:
        return changes_since(revision, folder, language=language(config), leads=leads)
    except OperatorMustFix as wrong:
        refuse(wrong, as_json=False)


def show(played: Rehearsal, found: Effects | None, shape: str, config_file: Path) -> None:
    """Prints it in that shape."""
    from leadlight.simulate.plan import plans_of  # noqa: PLC0415  # commands load what they need

    changed = found.sequences if found else ()
    if shape == "html":
        print_page(played, sections=found.sections if found else (), gates=_gates(config_file))
        return
    plans = list(plans_of(played))
    if shape == "json":
        more = as_data(found) if found else {}
        answer({"plans": [_told(plan) for plan in plans], "changes": told(changed), **more})
        return
    for plan in plans:
        _print_plan(plan)
    print_changes(changed)
    if found:
        print_effects(found)


def _gates(config_file: Path) -> tuple[ShownGate, ...]:
    """Each gated page as a visitor meets it: how it begins, and its form."""
    from leadlight.gate.lean import gated_pages, style  # noqa: PLC0415  # commands load what they need
    from leadlight.simulate.report import ShownGate  # noqa: PLC0415  # the same

    css = style()
    pages = gated_pages(config_file)
    return tuple(ShownGate(page.front.id, page.title, page.public, css, page.language) for page in pages)


def print_changes(changed: Sequence[Change]) -> None:
    """What differs, sequence by sequence, and what becomes of whom."""
    for one in changed:
        click.echo(f"\nchanged: {one.changed.sequence}")
        for line in (*one.changed.lines, *([one.in_flight] if one.in_flight else [])):
            click.echo(f"  {line}")


def print_page(
    played: Rehearsal,
    changed: Sequence[Change] = (),
    *,
    sections: Sequence[tuple[str, Sequence[Effect]]] = (),
    gates: Sequence[ShownGate] = (),
) -> None:
    """The page on its own, for a file or a browser."""
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # commands load what they need
    from leadlight.simulate.report import page  # noqa: PLC0415  # the same

    manifest = open_bundle(played.services.files).manifest
    theme = manifest.theme
    html = page(
        played,
        site_name=manifest.site_name,
        primary=theme.primary,
        on_primary=theme.primary_text,
        changes=changed,
        sections=sections,
        gates=gates,
    )
    click.echo(html)


def _print_plan(plan: Plan) -> None:
    click.secho(f"\n{plan.name}", bold=True)
    page = "" if plan.conversations[0].starts_when else f" ({plan.gate})"
    click.echo(f"Begins {plan.begins}{page}.")
    click.echo(f"{plan.says}: {plan.promise}.")
    click.echo(f"Begun on {plan.unlocked:%a %d %b %Y, %H:%M}; times by the clock of {plan.zone}.")
    _print_steps([_row(number, planned) for number, planned in enumerate(plan.steps, 1)])
    click.echo("\nWhat would fill the four bars (a mail that is only sent fills none):")
    for offered in plan.offered:
        sources = ", ".join(f"{what} {points}" for what, points in offered.sources) or "nothing"
        click.echo(f"  {offered.encounter:<8} {offered.bar}  {sources}")
    click.echo(f"\nCosts {plan.cost.total:.3f} {plan.cost.each.currency} for a lead who gets all of it.")
    for number, planned in enumerate(plan.steps, 1):
        if planned.mail:
            click.secho(f"\n── {number}. {planned.subject}", bold=True)
            click.echo(f"   from {planned.sender}, {planned.at:%a %d %b, %H:%M}\n")
            click.echo("\n".join(f"   {line}".rstrip() for line in _readable(planned.text)))


def _readable(text: str) -> Iterator[str]:
    """A mail's lines without the secrets in its links, which are those of a made-up lead."""
    return (TOKEN.sub("token=…", line) for line in text.splitlines())


def _row(number: int, planned: PlannedStep) -> tuple[str, ...]:
    step = planned.step
    when = f"{planned.at:%a %d %b %H:%M}" if planned.at else planned.why
    day = "" if planned.day is None else str(planned.day)
    name = f"{step.slug} (task for the rep)" if step.channel == "rep" else step.slug
    waits = (str(step.wait), str(step.window))
    return (str(number), when, day, name, *waits, planned.sender, step.encounter, step.objective, step.appeal or "")


def _print_steps(rows: Sequence[tuple[str, ...]]) -> None:
    """A line for each step. What all of them share is said once: the table is wide enough without."""
    shared = {column for column in SHARED if len({row[column] for row in rows}) == 1 and len(rows) > 1}
    said = [f"{COLUMNS[column]} {rows[0][column]}" for column in sorted(shared) if rows[0][column]]
    if said:
        click.echo(f"Each step: {', '.join(said)}.")
    click.echo()
    _print_columns([tuple(c for n, c in enumerate(row) if n not in shared) for row in (COLUMNS, *rows)])


def _print_columns(rows: Sequence[tuple[str, ...]]) -> None:
    """Aligned lines, on a terminal as in a pipe; a wide table on a narrow terminal scrolls rather than breaks words."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.secho(f"  {line}", dim=number == 0)


def _told(plan: Plan) -> dict[str, object]:
    """For a program."""
    return {
        "sequence": plan.name,
        "version": plan.conversations[0].version,
        "gate": plan.gate,
        "begins": plan.begins,
        "promise": plan.promise,
        "zone": plan.zone,
        "steps": list(_steps(plan)),
        "encounters": {offered.encounter: offered.sources for offered in plan.offered},
        "cost": {"total": round(plan.cost.total, 6), "currency": plan.cost.each.currency},
    }


def _steps(plan: Plan) -> Iterator[dict[str, object]]:
    for planned in plan.steps:
        step = planned.step
        yield {
            "step": f"{planned.sequence}/{step.slug}", "at": planned.at, "day": planned.day, "channel": step.channel,
            "from": planned.sender, "subject": planned.subject, "encounter": step.encounter,
            "objective": step.objective, "why": planned.why, "text": planned.text,
        }  # fmt: skip


def told(changed: Sequence[Change]) -> list[dict[str, object]]:
    """What differs, for a program."""
    return [
        {
            "sequence": one.changed.sequence, "before": one.changed.before, "after": one.changed.after,
            "migrate": one.changed.migrate, "lines": one.changed.lines, "leads": one.leads,
        }
        for one in changed
    ]  # fmt: skip
