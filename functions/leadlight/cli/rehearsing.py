"""How do `simulate` and `plan` get their rehearsal: from when to when, of which content, and what if it cannot be?"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from leadlight.cli.terminal import answer
from leadlight.errors import BadPlaybook, OperatorMustFix, Problem

if TYPE_CHECKING:
    from leadlight.simulate.rehearsal import Rehearsal

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
MORNING = timedelta(hours=8)
FIRST_YEAR, LAST_YEAR = 2000, 2099


def moment(_: click.Context, option: click.Parameter, text: str) -> datetime:
    """A day (its morning, 08:00 UTC) or a time; without an offset it is UTC. For `--from`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        span = ", or a span such as 60d" if option.name == "until" else ""
        message = f"{text!r} is no time; write one such as 2026-01-05 or 2026-01-05T08:00{span}"
        raise click.BadParameter(message) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise click.BadParameter(f"{text!r} is too far away; take a year between {FIRST_YEAR} and {LAST_YEAR}")
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

AGAINST = click.option("--against", metavar="REV", help="Show what has changed since that git revision.")
IN_FLIGHT = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --against: count the leads in flight of this installation.",
)


@contextmanager
def rehearsed(
    config_file: Path,
    sequence: str | None,
    *,
    start: datetime,
    until: datetime,
    persona: Path | None = None,
    seed: int = 0,
    hostile: bool = False,
    bundle: Path | None = None,
    as_json: bool,
) -> Iterator[Rehearsal]:
    """The rehearsal, as long as the block lasts: its content lies in a folder that is removed then.

    What cannot be played ends the command with 2, in words.
    """
    from leadlight.simulate.casting import NoSuchSequence, casting  # noqa: PLC0415  # commands load what they need
    from leadlight.simulate.rehearsal import rehearse  # noqa: PLC0415  # the same

    with tempfile.TemporaryDirectory(prefix="leadlight-") as made:
        folder = Path(made) / "bundle"
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
            refuse(wrong, as_json=as_json)
        except NoSuchSequence as wrong:
            raise click.UsageError(str(wrong)) from wrong
        for name in cast.unreached:
            click.echo(f"note: no page leads to `{name}`, so nobody gets it", err=True)
        yield played


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
