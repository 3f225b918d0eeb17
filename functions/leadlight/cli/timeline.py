"""How does a rehearsal look on a terminal, in a pipe, and to a program? Called by `leadlight simulate`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from leadlight.simulate.rehearsal import Rehearsal
    from leadlight.simulate.timeline import Entry

COLOURS: Mapping[str, str] = {
    "sent": "green",
    "confirmed": "cyan",
    "captured": "cyan",
    "replied": "magenta",
    "skipped": "yellow",
    "moved": "yellow",
    "held": "yellow",
    "parked": "red",
    "stopped": "red",
    "missed": "red",
    "handed-over": "blue",
    "notified": "blue",
    "outcome": "blue",
}
"""What is coloured; everything else is plain."""

COUNTED = ("sent", "handed-over", "skipped", "parked", "stopped", "moved", "missed")


def as_json(played: Rehearsal) -> dict[str, object]:
    """For a program; `digest` is the same for the same run on every machine."""
    return {
        "from": played.start,
        "until": played.until,
        "seed": played.seed,
        "version": played.version,
        "digest": played.digest,
        "violations": played.violations,
        "timeline": played.timeline,
    }


def as_text(played: Rehearsal) -> None:
    """One part per lead, by its own clock: a table on a terminal, aligned lines in a pipe."""
    head = f"{played.start:%a %d %b %Y %H:%M} to {played.until:%a %d %b %Y} UTC, seed {played.seed}"
    click.echo(f"{head}, content {played.version[:12]}")
    for cast in played.cast:
        person = cast.persona
        entries = [entry for entry in played.timeline if entry.lead in {"", person.address}]
        zones = ", ".join(dict.fromkeys(entry.zone for entry in entries if entry.lead))
        click.echo(f"\n{person.name} <{person.address}> opens {person.opens}; times by the clock of {zones}\n")
        _print(entries)
        click.echo(f"\n{_summary(entries)}")
    for violation in played.violations:
        click.secho(f"broken: {violation}", fg="red", err=True)
    click.echo(f"\n{_verdict(played)} Digest {played.digest[:16]}.")


def _print(entries: Iterable[Entry]) -> None:
    if sys.stdout.isatty():
        _print_table(entries)
        return
    rows = [_cells(entry) for entry in entries]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join(["", *cells, row[3]]).rstrip())


def _print_table(entries: Iterable[Entry]) -> None:
    from rich.console import Console  # noqa: PLC0415  # only for a terminal
    from rich.table import Table  # noqa: PLC0415  # the same
    from rich.text import Text  # noqa: PLC0415  # the same

    table = Table("day", "time", "what", "step, and why", box=None, header_style="bold", padding=(0, 1))
    last = ""
    for entry in entries:
        local = entry.at.astimezone(ZoneInfo(entry.zone))
        day, what = f"{local:%a %d %b}", Text(entry.what, style=COLOURS.get(entry.what, ""))
        told = Text.assemble((entry.step, "bold"), "  " * bool(entry.step), (entry.why, "dim"))
        table.add_row(day if day != last else "", f"{local:%H:%M}", what, told)
        last = day
    Console().print(table)


def _cells(entry: Entry) -> tuple[str, str, str, str]:
    local = entry.at.astimezone(ZoneInfo(entry.zone))
    return f"{local:%a %d %b %H:%M %Z}", entry.what, entry.step, entry.why


def _summary(entries: Iterable[Entry]) -> str:
    found = Counter(entry.what for entry in entries if entry.step or entry.what not in {"sent", "moved"})
    told = list(_counts(found))
    return f"Follow-ups: {', '.join(told) or 'none'}."


def _counts(found: Counter[str]) -> Iterator[str]:
    yield from (f"{found[what]} {what}" for what in COUNTED if found[what])


def _verdict(played: Rehearsal) -> str:
    broken = len(played.violations)
    if not broken:
        return "Every promise was kept."
    return f"{broken} promise{'s were' if broken > 1 else ' was'} broken."
