"""`leadlight report`: what the marketer is told, on a terminal, as a page, for a program or a spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.leads import installation
from leadlight.cli.terminal import DATA, answer, counted, said

if TYPE_CHECKING:
    from leadlight.model.report import Report
    from leadlight.ports import Services

WEEKS = click.IntRange(1, 520)


def _week(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    from leadlight.rules.tally import is_week  # noqa: PLC0415  # commands load what they need

    if value is None or is_week(value):
        return value
    raise click.BadParameter("a week is written as 2026-W03.")


@click.command(short_help="What moves people, what it costs, what is worth doing.")
@click.option(
    "--format", "shape", default="text", show_default=True, type=click.Choice(["text", "html", "json", "csv"])
)
@click.option("--weeks", type=WEEKS, default=12, show_default=True, help="How many weeks it is about.")
@click.option("--against", type=WEEKS, metavar="WEEKS", help="So many weeks before are compared; else as many.")
@click.option("--until", callback=_week, metavar="WEEK", help="The last of the weeks, such as 2026-W03; else this one.")
@click.option("--rebuild", is_flag=True, help="Count every lead anew before; safe while the server runs.")
@DATA
def report(*, shape: str, weeks: int, against: int | None, until: str | None, rebuild: bool, data: Path) -> None:
    """What moves people and what it costs, and the three things worth doing; works while the server runs.

    There is no person in it but in what reps have written to those who write. HTML is one file that stands alone. CSV
    has a row for each number: section,name,metric,value,low,high. JSON holds the same numbers at any time of a week.
    """
    services = installation(data)
    with said():
        if rebuild:
            _rebuild(services)
        found = _found(services, weeks=weeks, against=against, until=until)
    if shape == "json":
        answer(found)
    elif shape == "html":
        from leadlight.pages.insights import insights  # noqa: PLC0415  # the same

        click.echo(insights("", found, form=False))
    elif shape == "csv":
        from leadlight.cli.report_text import write_csv  # noqa: PLC0415  # the same

        sys.stdout.reconfigure(newline="", encoding="utf-8")  # type: ignore[union-attr]  # a text file it always is
        write_csv(found, sys.stdout)
    else:
        from leadlight.cli.report_text import print_report  # noqa: PLC0415  # the same

        print_report(found)
        _print_retention(services)


def _print_retention(services: Services) -> None:
    """Who has been kept for long enough, and is gone."""
    from leadlight.retention import in_words  # noqa: PLC0415  # commands load what they need

    click.echo(f"\n{in_words(services)}")


def _found(services: Services, *, weeks: int, against: int | None, until: str | None) -> Report:
    from leadlight.model.figures import week_of  # noqa: PLC0415  # commands load what they need
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # the same
    from leadlight.report import report as report_on  # noqa: PLC0415  # the same
    from leadlight.rules.tally import earlier, ending  # noqa: PLC0415  # the same
    from leadlight.topics import topics_of  # noqa: PLC0415  # the same

    this = week_of(services.clock.now())
    last = min(until or this, this)
    return report_on(
        services,
        open_bundle(services.files),
        until_week=last,
        weeks=weeks,
        against=earlier(last, weeks, against or weeks),
        topics=topics_of(services, ending(last, weeks)),
    )


def _rebuild(services: Services) -> None:
    """Counts anew; says on standard error what was put right."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need

    from leadlight.figures import rebuild  # noqa: PLC0415  # the same

    with Console(stderr=True).status("Counting every lead …") as status:
        done = rebuild(services, told=lambda leads: status.update(f"Counting every lead: {leads:,} so far …"))
    if done.off is None:
        click.echo(
            "So much went on meanwhile that the totals were not compared. Try again at a quieter time.", err=True
        )
        sys.exit(1)
    wrong = counted(done.changed, "lead")
    click.echo(f"{counted(done.leads, 'lead')} counted. Put right: {wrong}, {counted(done.off, 'total')}.", err=True)
