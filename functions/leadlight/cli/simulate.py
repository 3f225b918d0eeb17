"""`leadlight simulate`: what would happen to a lead, on a virtual clock, by the real handlers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.plan import print_changes, print_page, since, told
from leadlight.cli.rehearsing import AGAINST, FROM, IN_FLIGHT, end, rehearsed
from leadlight.cli.terminal import CONFIG, answer

if TYPE_CHECKING:
    from leadlight.simulate.against import Change
    from leadlight.simulate.rehearsal import Rehearsal


@click.command(short_help="Play a sequence (or all of them) to a made-up lead.")
@click.argument("sequence", required=False)
@click.option(
    "--persona", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What the lead and the world do."
)
@FROM
@click.option(
    "--until",
    default="60d",
    show_default=True,
    callback=end,
    metavar="SPAN",
    help="How long it goes on, or until when.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same run.")
@click.option("--hostile", is_flag=True, help="Scanners, crashes, lost answers, clocks that jump.")
@CONFIG
@click.option(
    "--bundle",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use this bundle instead of compiling the playbook.",
)
@AGAINST
@IN_FLIGHT
@click.option("--format", "shape", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
def simulate(
    *,
    sequence: str | None,
    persona: Path | None,
    start: datetime,
    until: datetime,
    seed: int,
    hostile: bool,
    config_file: Path,
    bundle: Path | None,
    against: str | None,
    data: Path | None,
    shape: str,
) -> None:
    """Play a sequence (or all of them) to a made-up lead, and show what happens when, and why.

    Runs the real handlers on a virtual clock; nothing is sent and nothing is kept. Exit 1 if a promise is broken.
    """
    with rehearsed(
        config_file,
        sequence,
        start=start,
        until=until,
        persona=persona,
        seed=seed,
        hostile=hostile,
        bundle=bundle,
        as_json=shape == "json",
    ) as played:
        _show(played, since(against, config_file, data), shape)
    sys.exit(1 if played.violations else 0)


def _show(played: Rehearsal, changed: Sequence[Change], shape: str) -> None:
    from leadlight.cli.timeline import as_json, as_text  # noqa: PLC0415  # commands load what they need

    if shape == "html":
        print_page(played, changed)
    elif shape == "json":
        answer({**as_json(played), "changes": told(changed)})
    else:
        as_text(played)
        print_changes(changed)
