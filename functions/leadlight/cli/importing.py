"""`leadlight leads import`: people from a supplier's list, while the server runs. Looks first, writes with `--yes`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from leadlight.cli.leads import installation
from leadlight.cli.terminal import DATA, JSON, answer, counted, said
from leadlight.errors import TryAgain

if TYPE_CHECKING:
    from leadlight.imports import Read
    from leadlight.model.team import Team
    from leadlight.suppressions import Read as Suppressed

BASES = ("consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interest")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def named(_: click.Context, __: click.Parameter, value: str) -> str:
    """The name of a list, which becomes part of ids."""
    if NAME.fullmatch(value):
        return value
    raise click.BadParameter("a short name of your own, such as fair-2026: small letters, digits, dots and hyphens.")


@click.command("import", short_help="Take in people from a CSV file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, callback=named, help="Where the list comes from, such as fair-2026.")
@click.option("--basis", required=True, type=click.Choice(BASES), help="By which right you may keep it (GDPR art. 6).")
@click.option("--by", default="", metavar="PERSON", help="Who brings it in: an id of team.yml.")
@click.option("--per-day", default=20, show_default=True, type=click.IntRange(1), help="Tasks a day for each rep.")
@click.option("--yes", "write", is_flag=True, help="Write. Without it nothing is changed, and you see what would be.")
@DATA
@JSON
def import_leads(
    file: Path, source: str, basis: str, by: str, per_day: int, *, write: bool, data: Path, as_json: bool
) -> None:
    """Take in people from a CSV file in UTF-8: a column `email`, and others as you like.

    Each gets a task for its rep and no mail by itself, since they have asked for nothing. Whoever is a lead already,
    has unsubscribed, or was erased is left alone. Cut off half-way, run it again: nobody is taken in twice.
    """
    from leadlight.imports import Basis, Supply, dry_run, take_in  # noqa: PLC0415  # commands load what they need
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # the same
    from leadlight.rules.table import rows_of  # noqa: PLC0415  # the same

    services = installation(data)
    with said(as_json=as_json):
        bundle = open_bundle(services.files)
        _check_person(bundle.team, by)
        supply = Supply(source, Basis(basis), by, per_day)
        with (
            file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
            teller_of(file, text) as teller,
        ):
            rows = rows_of(text)
            reads = take_in(services, bundle, rows, supply) if write else dry_run(services, rows, supply)
            fates = tell(reads, teller, as_json=as_json)
    _summed_up(fates, file, write=write, as_json=as_json)
    sys.exit(1 if fates["to be mended"] else 0)


def _check_person(team: Team, by: str) -> None:
    known = [person.id for person in team.people]
    if by and by not in known:
        raise click.BadParameter(f"nobody in team.yml is called {by}: {', '.join(known)}.", param_hint="--by")


@dataclass(frozen=True, slots=True)
class Teller:
    """Where rows are told of, and how far it is."""

    say: Callable[[str], None]
    step: Callable[[], None]


@contextmanager
def teller_of(file: Path, text: TextIO) -> Iterator[Teller]:
    """Progress by bytes, on a terminal, below what is said; nothing of it in a pipe."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need
    from rich.progress import Progress  # noqa: PLC0415  # the same

    to_terminal = sys.stdout.isatty()
    console = Console(stderr=not to_terminal)

    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading the list", total=file.stat().st_size)
        yield Teller(say if to_terminal else click.echo, lambda: progress.update(task, completed=text.buffer.tell()))


def tell(reads: Iterator[Read] | Iterator[Suppressed], teller: Teller, *, as_json: bool) -> Counter[str]:
    """Says each row that is not taken, as soon as it is known; counts all. Ends with 1 where the store gives up."""
    fates: Counter[str] = Counter()
    last = 1
    try:
        for read in reads:
            fates[read.fate], last = fates[read.fate] + 1, read.row
            teller.step()
            if as_json and (read.wrong or read.why):
                answer(read)
            for line in () if as_json else _lines(read):
                teller.say(f"row {read.row}: {line}")
    except TryAgain as error:
        teller.say(f"It ended after row {last}. {error}")
        teller.say("Run it again: it goes on from there, and nobody is taken in twice.")
        sys.exit(1)
    return fates


def _lines(read: Read | Suppressed) -> Iterator[str]:
    """What there is to say of a row."""
    yield from (what if field == "row" else f"{field}: {what}" for field, what in read.wrong.items())
    if read.why:
        yield f"{read.why}."


def _summed_up(fates: Counter[str], file: Path, *, write: bool, as_json: bool) -> None:
    if as_json:
        answer({"rows": fates.total(), "written": write, "fates": dict(sorted(fates.items()))})
        return
    taken = fates["taken"]
    click.echo(
        f"{counted(taken, 'lead')} {'taken in' if write else 'to be taken in'}; {counted(fates.total(), 'row')}."
    )
    for fate in sorted(fates):
        if fate != "taken":
            click.echo(f"  {fates[fate]:>7}  {fate}")
    if fates["to be mended"]:
        click.echo(f"Mend these rows in {file.name} and run it again; the others are not taken in twice.")
    if taken and not write:
        click.echo("Nothing is written yet. Add --yes to take them in.")
