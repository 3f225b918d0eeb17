"""How does a report look on a terminal, and in a spreadsheet? Called by `leadlight report`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

import click
from rich.console import Console, JustifyMethod
from rich.table import Table as Grid
from rich.text import Text

from leadlight.model.report import Report, Share
from leadlight.pages.tables import Cell, Cents, Table, in_words, tables_of
from leadlight.rules.cells import neutral

HEADS = ("section", "name", "metric", "value", "low", "high")


def print_report(report: Report) -> None:
    """In 80 columns or more; colours only on a terminal."""
    console = Console(highlight=False)
    with console.capture() as shown:
        _print(console, report)
    for line in shown.get().splitlines():
        click.echo(line.rstrip())


def _print(console: Console, report: Report) -> None:
    period, before = report.period, report.before
    console.print(Text(f"The report, {period.first} to {period.last}", style="bold"))
    console.print(Text(f"Compared with {before.first} to {before.last}" if before else ""))
    for table in tables_of(report):
        console.print()
        console.print(Text(table.title, style="bold"))
        if table.name == "worth-doing":
            _print_advice(console, table)
        else:
            console.print(_grid(table))
    if not any(place.count for place in report.site.reached):
        console.print("\nNobody has come in these weeks yet. What happens is counted from the first reader on.")
    console.print("\nRates stand with where the true one lies, 95 times of 100; of fewer than ten there is none.")


def write_csv(report: Report, out: TextIO) -> None:
    """A row for each number, by what its cells are about; a rate beside its count has its interval."""
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(HEADS)
    for table in tables_of(report):
        for row in table.rows:
            for head, cell in zip(table.columns[1:], row.cells, strict=True):
                for metric, *numbers in _told(head.lower(), cell):
                    said = (table.name, row.about, metric, *(_number(number) for number in numbers))
                    rows.writerow([neutral(text) for text in said])


def _print_advice(console: Console, table: Table) -> None:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    for number, row in enumerate(table.rows, start=1):
        grid.add_row(f"{number}.", Text(row.name))
        grid.add_row("", Text(in_words(row.cells[0]), style="dim"))
    console.print(grid)


def _grid(table: Table) -> Grid:
    shown = table.narrow or tuple(range(1, len(table.columns)))
    numbers = {place for place in shown if not any(isinstance(row.cells[place - 1], str) for row in table.rows)}
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place in (0, *shown):
        shares = any(place and isinstance(row.cells[place - 1], Share) for row in table.rows)
        side: JustifyMethod = "right" if place in numbers else "left"
        grid.add_column(Text(table.columns[place]), justify=side, no_wrap=shares)
    for row in table.rows:
        grid.add_row(Text(row.name), *(Text(in_words(row.cells[place - 1])) for place in shown))
    return grid


def _told(metric: str, cell: Cell) -> Iterator[tuple[str, object, object, object]]:
    match cell:
        case None | "":
            return
        case Share():
            yield metric, cell.count, None, None
            if cell.rate is not None:
                yield f"{metric}: rate", cell.rate, cell.low, cell.high
        case Cents():
            if cell.amount is not None:
                yield f"{metric}: cents", cell.amount, None, None
        case _:
            yield metric, cell, None, None


def _number(number: object) -> str:
    return "" if number is None else f"{number:.6f}" if isinstance(number, float) else str(number)
