"""`leadlight simulate`: what would happen to a lead, on a virtual clock, by the real handlers."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from leadlight.cli.terminal import CONFIG, answer
from leadlight.errors import BadPlaybook, OperatorMustFix, Problem

if TYPE_CHECKING:
    from leadlight.simulate.rehearsal import Rehearsal

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
MORNING = timedelta(hours=8)


def moment(_: click.Context, __: click.Parameter, text: str) -> datetime:
    """A day (its morning, 08:00 UTC) or a time; without an offset it is UTC. For `--from`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no time; write one such as 2026-01-05 or 2026-01-05T08:00") from error
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware + MORNING if len(text) == len("2026-01-05") else aware.astimezone(UTC)


def end(context: click.Context, option: click.Parameter, text: str) -> datetime:
    """The same, or a span such as `60d` from then on. For `--until`."""
    start: datetime = context.params["start"]
    span = re.fullmatch(r"(\d{1,4})([mhdw])", text)
    until = start + int(span[1]) * UNITS[span[2]] if span else moment(context, option, text)
    if until <= start:
        raise click.BadParameter(f"{until:%Y-%m-%d %H:%M} is not after --from {start:%Y-%m-%d %H:%M}")
    return until


FROM = click.option(
    "--from",
    "start",
    default="2026-01-05",
    show_default=True,
    is_eager=True,
    callback=moment,
    metavar="TIME",
    help="When it begins.",
)


@click.command()
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
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
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
    shape: str,
) -> None:
    """Play a sequence (or all of them) to a made-up lead, and show what happens when, and why.

    Runs the real handlers on a virtual clock; nothing is sent and nothing is kept. Exit 1 if a promise is broken.
    """
    from leadlight.simulate.casting import NoSuchSequence, casting  # noqa: PLC0415  # commands load what they need
    from leadlight.simulate.rehearsal import rehearse  # noqa: PLC0415  # the same

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadlight-"))) / "bundle"
        try:
            if bundle:
                shutil.copytree(bundle, folder)
            else:
                compiled(config_file, folder)
            cast = casting(folder, sequence, persona)
            played = rehearse(
                folder,
                cast.story,
                start=start,
                until=until,
                seed=seed,
                is_hostile=hostile,
                deploy=lambda playbook, into: compiled(config_file, into, playbook),
            )
        except OperatorMustFix as wrong:
            refuse(wrong, as_json=shape == "json")
        except NoSuchSequence as wrong:
            raise click.UsageError(str(wrong)) from wrong
        for name in cast.unreached:
            click.echo(f"note: no page leads to `{name}`, so nobody gets it", err=True)
        _show(played, shape)
    sys.exit(1 if played.violations else 0)


def compiled(config_file: Path, bundle: Path, playbook: Path | None = None) -> None:
    """Compiles the site's playbook, or another one in its place, into the bundle."""
    from leadlight.gate.lean import compile_lean  # noqa: PLC0415  # the same; a built bundle does without MkDocs

    compile_lean(config_file, bundle, playbook_dir=playbook)


def refuse(wrong: OperatorMustFix, *, as_json: bool) -> NoReturn:
    """Says each problem as `file:line: message`. Ends with 2: 1 is for promises that were broken."""
    problems = wrong.problems if isinstance(wrong, BadPlaybook) else (Problem("", 0, str(wrong)),)
    if as_json:
        answer({"problems": problems})
    for problem in () if as_json else problems:
        click.echo(str(problem).removeprefix(": "), err=True)
    sys.exit(2)


def _show(played: Rehearsal, shape: str) -> None:
    from leadlight.cli.timeline import as_json, as_text  # noqa: PLC0415  # the same

    if shape == "json":
        answer(as_json(played))
    else:
        as_text(played)
