"""`leadlight build` and `leadlight check`: from sources to a site and its bundle, and what is wrong with them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from leadlight.cli.terminal import CONFIG, JSON, answer, counted, stop
from leadlight.errors import OperatorMustFix

if TYPE_CHECKING:
    from leadlight.gate.build import Built
    from leadlight.gate.check import Checked


@click.command(short_help="Build the site and its private half, and look for leaks.")
@CONFIG
@click.option("--site-dir", type=click.Path(file_okay=False, path_type=Path), help="Where the public site goes.")
@click.option("--bundle-dir", type=click.Path(file_okay=False, path_type=Path), help="Where the withheld part goes.")
@click.option("--strict/--no-strict", default=None, help="Whether a warning stops the build; else as mkdocs.yml says.")
@JSON
def build(
    config_file: Path, site_dir: Path | None, bundle_dir: Path | None, strict: bool | None, as_json: bool
) -> None:
    """Build the public site and the private bundle, and look for leaks."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need, so that each starts fast

    from leadlight.gate.build import build_site  # noqa: PLC0415  # the same

    try:
        with Console(stderr=True).status("Building the site …"):
            built = build_site(config_file, site_dir, bundle_dir, strict=strict)
    except OperatorMustFix as wrong:
        stop(wrong, as_json=as_json)
    if as_json:
        gates = {name: msgspec.to_builtins(gate) for name, gate in built.manifest.gates.items()}
        answer({"version": built.manifest.version, "gates": gates, "warnings": built.warnings, **_places(built)})
    else:
        _tell(built)


@click.command(short_help="Look for mistakes in the sources, or in a built site.")
@CONFIG
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look for leaks in this built site instead, whoever built it.",
)
@click.option("--against", metavar="REV", help="Also name the consents that say other words than at that git revision.")
@JSON
def check(config_file: Path, site: Path | None, against: str | None, as_json: bool) -> None:
    """Look for mistakes in the sources, or for withheld words in a built site.

    Warnings are advice. A mistake ends it with 1.
    """
    from leadlight.gate.check import check_site, look_over  # noqa: PLC0415  # commands load what they need

    try:
        files = check_site(config_file, site) if site else 0
        checked = None if site else look_over(config_file, against=against)
    except OperatorMustFix as wrong:
        stop(wrong, as_json=as_json)
    if checked:
        _tell_checked(checked, as_json=as_json)
    elif as_json:
        answer({"problems": [], "files": files})
    else:
        click.echo(f"No leaks in {counted(files, 'file')} of {site}.")


def _tell_checked(checked: Checked, *, as_json: bool) -> None:
    """Warnings are advice: they stop nobody. Mistakes come first, as `file:line: message`, and end with 1."""
    gates, warnings, problems = checked.gates, checked.warnings, checked.problems
    if as_json:
        answer({"problems": problems, "leak": False, "warnings": warnings, "gates": gates})
        sys.exit(1 if problems else 0)
    for problem in problems:
        click.echo(problem, err=True)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if problems:
        sys.exit(1)
    found = f"{counted(gates, 'gate')}, {counted(len(warnings), 'warning')}"
    click.echo(f"No mistakes: {found}." if warnings else f"All is well: {counted(gates, 'gate')}.")


def _tell(built: Built) -> None:
    """What a build made: a table on a terminal, lines in a pipe."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need
    from rich.table import Table  # noqa: PLC0415  # the same

    for warning in built.warnings:
        click.echo(f"warning: {warning}", err=True)
    table = Table("gate", "opens by", "withheld", "words", "minutes", "downloads", box=None, header_style="bold")
    for name, gate in built.manifest.gates.items():
        share, words, minutes = f"{gate.withheld_percent} %", str(gate.withheld_words), str(gate.minutes)
        table.add_row(name, str(gate.unlock), share, words, minutes, ", ".join(gate.files) or "none")
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    places = _places(built)
    click.echo(f"\nSite in {places['site_dir']}, bundle {built.manifest.version[:12]} in {places['bundle_dir']}.")


def _places(built: Built) -> dict[str, str]:
    here = Path.cwd()
    folders = {"site_dir": built.site_dir, "bundle_dir": built.bundle_dir}
    return {name: str(path.relative_to(here) if path.is_relative_to(here) else path) for name, path in folders.items()}
