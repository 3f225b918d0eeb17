"""`leadlight leads suppress`: who must not be written to, from the tool before. Looks first, writes with `--yes`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from leadlight.cli.importing import named, tell, teller_of
from leadlight.cli.leads import installation
from leadlight.cli.terminal import DATA, JSON, answer, counted, said


@click.command("suppress", short_help="Write to nobody in a CSV file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, callback=named, help="A name for this list, such as old-tool-2026.")
@click.option("--yes", "write", is_flag=True, help="Write. Without it nothing is changed, and you see what would be.")
@DATA
@JSON
def suppress_addresses(file: Path, source: str, *, write: bool, data: Path, as_json: bool) -> None:
    """Write to nobody in a CSV file in UTF-8: a column `email`; all others are left unread.

    Leads are unsubscribed. Of everybody else a mark is kept, and no address: no list and no rep brings them in. Whoever
    then sends a form of their own and confirms it begins anew. Cut off half-way, run it again.
    """
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # commands load what they need
    from leadlight.rules.table import rows_of  # noqa: PLC0415  # the same
    from leadlight.suppressions import dry_run, keep_out  # noqa: PLC0415  # the same

    services = installation(data)
    with said(as_json=as_json):
        bundle = open_bundle(services.files)
        with (
            file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
            teller_of(file, text) as teller,
        ):
            rows = rows_of(text)
            reads = keep_out(services, bundle, rows, source) if write else dry_run(services, rows, source)
            fates = tell(reads, teller, as_json=as_json)
    _summed_up(fates, file, write=write, as_json=as_json)
    sys.exit(1 if fates["to be mended"] else 0)


def _summed_up(fates: Counter[str], file: Path, *, write: bool, as_json: bool) -> None:
    if as_json:
        answer({"rows": fates.total(), "written": write, "fates": dict(sorted(fates.items()))})
        return
    click.echo(f"{counted(fates.total(), 'row')}{':' if fates else '.'}")
    for fate in sorted(fates):
        click.echo(f"  {fates[fate]:>7}  {fate}")
    if fates["to be mended"]:
        click.echo(f"Mend these rows in {file.name} and run it again; the others stay as they are.")
    if not write:
        click.echo("Nothing is written yet. Add --yes to write to none of them.")
