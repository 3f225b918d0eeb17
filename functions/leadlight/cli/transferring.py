"""`leadlight import-sequence`: a sequence of another tool, as a folder of the playbook. Looks first."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.terminal import CONFIG, JSON, answer, counted, said

if TYPE_CHECKING:
    from leadlight.playbook.transferred import Transferred

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def _named(_: click.Context, __: click.Parameter, value: str) -> str:
    if NAME.fullmatch(value):
        return value
    raise click.BadParameter("the name of a folder: small letters, digits and hyphens, such as leak-guide.")


@click.command("import-sequence", short_help="Make a sequence of a CSV file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, callback=_named, help="What it will be called: the folder, and in front matter.")
@click.option("--purpose", default="", help="What its mails are for, as forms say it: “helping you to …”.")
@click.option("--yes", "write", is_flag=True, help="Write. Without it nothing is changed, and you see what would be.")
@CONFIG
@JSON
def import_sequence(file: Path, name: str, purpose: str, *, write: bool, config_file: Path, as_json: bool) -> None:
    """Make a sequence of a CSV file in UTF-8 with a row for each mail or task.

    Columns: subject, wait, body, encounter, objective; also channel, from, send, appeal, only_if, stale_after, name.
    Each row becomes a Markdown file. A sequence that is there already is never written over.
    """
    from leadlight.gate.config import language, options_of, read_config, site_of  # noqa: PLC0415  # commands load what they need
    from leadlight.playbook.roster import read_team  # noqa: PLC0415  # the same
    from leadlight.playbook.transferred import LAYOUT, transferred  # noqa: PLC0415  # the same
    from leadlight.rules.table import rows_of  # noqa: PLC0415  # the same

    with said(as_json=as_json):
        config = read_config(config_file)
        playbook = site_of(config, options_of(config)).playbook_dir
        team = read_team(playbook / "team.yml", language=language(config))
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            found = transferred(rows_of(text, LAYOUT), team)
    folder = playbook / "sequences" / name
    if folder.exists():
        click.echo(f"There is a sequence in {folder} already. Choose another name, or remove it first.", err=True)
        sys.exit(1)
    if write and found.files and not found.problems:
        _write(folder, found, purpose)
    _tell(found, folder, write=write, as_json=as_json)
    sys.exit(1 if found.problems or not found.files else 0)


def _write(folder: Path, found: Transferred, purpose: str) -> None:
    folder.mkdir(parents=True)
    (folder / "sequence.yml").write_text(
        f"purpose: {json.dumps(purpose, ensure_ascii=False)}\n" if purpose else "# purpose: helping you to …\n", "utf-8"
    )
    for name, text in found.files.items():
        (folder / name).write_text(text, "utf-8")


def _tell(found: Transferred, folder: Path, *, write: bool, as_json: bool) -> None:
    if as_json:
        problems = [{"row": row, "column": column, "message": what} for row, column, what in found.problems]
        written = write and not problems
        answer({"files": list(found.files), "written": written, "problems": problems, "unread": found.unread})
        return
    for row, column, what in found.problems:
        click.echo(f"row {row}: {f'{column}: ' if column else ''}{what}")
    for column in found.unread:
        click.echo(f"The column `{column}` is left out: a step has no such thing.")
    if found.problems or not found.files:
        click.echo("Nothing is written: mend these rows and run it again." if found.problems else "There is no row.")
        return
    click.echo(f"{counted(len(found.files), 'step')} {'written to' if write else 'would go to'} {folder}:")
    for name in found.files:
        click.echo(f"  {name}")
    ends = f"Now name it on a page (`sequence: {folder.name}`), and look: leadlight check, leadlight plan {folder.name}"
    click.echo(ends if write else "Nothing is written yet. Add --yes.")
