"""`leadlight leads export`: all leads as CSV or JSON Lines, while the server runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from leadlight.cli.leads import installation
from leadlight.cli.terminal import DATA, counted, said

STAGES = ("lead", "prospect", "opportunity", "customer", "repeat", "lost", "lapsed", "disqualified")


@click.command("export")
@click.option("--format", "shape", default="csv", show_default=True, type=click.Choice(["csv", "jsonl"]))
@click.option("--stage", type=click.Choice(STAGES), help="Only leads at that stage.")
@click.option("--owner", metavar="PERSON", help="Only the leads of that person of team.yml.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else the terminal.")
@DATA
def export_leads(shape: str, stage: str | None, owner: str | None, output: Path | None, data: Path) -> None:
    """All leads, one a row. CSV opens in a spreadsheet without running anything; JSON Lines is for programs.

    It holds personal data, in clear text: it stays on this machine, and goes when you are done.
    """
    from leadlight.exports import Wanted, exported, write_csv, write_lines  # noqa: PLC0415  # commands load their needs

    services = installation(data)
    write = write_csv if shape == "csv" else write_lines
    with said(), _out(output) as out:
        count = write(exported(services, Wanted(stage or "", owner or "")), out)
    where = f"{output}, readable by you alone" if output else "what you see here"
    click.echo(f"{counted(count, 'lead')} with personal data in clear text: {where}. Delete it when done.", err=True)


@contextmanager
def _out(output: Path | None) -> Iterator[TextIO]:
    """The file, made for its owner only; else standard output, whose line ends are left as they are."""
    if output is None:
        sys.stdout.reconfigure(newline="", encoding="utf-8")  # type: ignore[union-attr]  # a text file it always is
        yield sys.stdout
        return
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)  # also where the file was there before
    with open(handle, "w", encoding="utf-8-sig" if output.suffix == ".csv" else "utf-8", newline="") as file:  # noqa: PTH123 the mode
        yield file
