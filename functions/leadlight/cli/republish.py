"""`leadlight deploy --data`: publish into an installation in a folder, while it serves. Called by `deploy`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leadlight.cli.terminal import answer, counted, stop
from leadlight.errors import OperatorMustFix


def republish_here(config_file: Path, data: Path, *, as_json: bool) -> None:
    """Builds, checks, and swaps what is served; or says what is wrong, changes nothing and ends with 1."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need

    from leadlight.publish.local import republish  # noqa: PLC0415  # the same
    from leadlight.wiring.local import Place  # noqa: PLC0415  # the same

    try:
        with Console(stderr=True).status("Building the site …"):
            done = republish(config_file, Place(data, data / "bundle", ""))
    except OperatorMustFix as wrong:
        if not as_json:
            click.echo("Nothing was published; the site stays as it was. Mend this and try again:", err=True)
        stop(wrong, as_json=as_json)
    if as_json:
        answer(
            {"version": done.manifest.version, "opened": done.opened, "closed": done.closed, "warnings": done.warnings}
        )
        return
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"Published version {done.manifest.version[:12]} with {counted(len(done.manifest.gates), 'gate')}.")
    for what, gates in (("New", done.opened), ("Gone", done.closed)):
        if gates:
            click.echo(f"{what}: {', '.join(gates)}.")


def print_hook(data: Path) -> None:
    """The post-receive hook of a bare repository that does this at each push."""
    from leadlight.publish.local import hook  # noqa: PLC0415  # commands load what they need

    click.echo(hook(data, leadlight=Path(sys.executable).with_name("leadlight")), nl=False)
