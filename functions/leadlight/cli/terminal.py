"""How do all commands ask and answer alike? Options that several share, problems, JSON. Called by the commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from leadlight.errors import BadPlaybook, Leak, OperatorMustFix, Problem


def _there(context: click.Context, _: click.Parameter, value: Path) -> Path:
    """The file, which only who wants a hook has no need of: that is made where there is no work tree."""
    if value.is_file() or context.params.get("hook"):
        return value
    raise click.BadParameter(f"there is no {value}. Go to the folder of your site, or name its file.")


CONFIG = click.option(
    "-f",
    "--config-file",
    default="mkdocs.yml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_there,
    help="MkDocs' configuration.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a program.")
DATA = click.option(
    "--data",
    default=".leadlight",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the installation: leads, keys, mail, site, bundle.",
)


def stop(wrong: OperatorMustFix, *, as_json: bool) -> NoReturn:
    """Says each problem as `file:line: message`, and ends with 1."""
    problems: tuple[Problem, ...] = (Problem("", 0, str(wrong)),)
    if isinstance(wrong, BadPlaybook):
        problems = wrong.problems
    elif isinstance(wrong, Leak):
        problems = wrong.leaks
    if as_json:
        answer({"problems": problems, "leak": isinstance(wrong, Leak)})
    for problem in () if as_json else problems:
        click.echo(str(problem).removeprefix(": "), err=True)
    sys.exit(1)


@contextmanager
def said(*, as_json: bool = False) -> Iterator[None]:
    """What goes wrong within, and an operator can mend, is said in words, and ends with 1."""
    try:
        yield
    except OperatorMustFix as wrong:
        stop(wrong, as_json=as_json)


def counted(number: int, what: str) -> str:
    """
    >>> counted(1, "gate"), counted(2, "gate")
    ('1 gate', '2 gates')
    """
    return f"{number} {what}{'s' * (number != 1)}"


def answer(thing: object) -> None:
    """One line of JSON, for a program."""
    click.echo(msgspec.json.encode(thing).decode())
