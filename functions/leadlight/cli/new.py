"""`leadlight new`: a site of one's own, that works at once."""

from __future__ import annotations

from pathlib import Path

import click

from leadlight.cli.terminal import counted, said


@click.command(short_help="Start a site of your own.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--solo", is_flag=True, help="For one person who is rep, marketer and manager, on one machine.")
@click.option("--name", default="", help="What the site is called; else after its folder.")
def new(folder: Path, *, solo: bool, name: str) -> None:
    """Start a site of your own: pages, playbook, workflow files, and what a server needs.

    Nothing that is there already is written over.
    """
    from leadlight.publish.begin import WHEEL, begin  # noqa: PLC0415  # commands load what they need

    with said():
        files = begin(folder, name=name, solo=solo)
    here = folder.resolve() == Path.cwd()
    where = "here" if here else f"in {folder}"
    click.echo(f"{counted(len(files), 'file')} {where}. Look at it, then say who you are:\n")
    if not here:
        click.echo(f"  cd {folder}")
    if not (folder / WHEEL).exists():  # else `make` could install nothing
        click.echo(
            f"  pip wheel --no-deps -w wheels ../leadlight   # from your clone: PyPI has no {Path(WHEEL).name} yet"
        )
    click.echo("  make demo                        # be your own first visitor")
    click.echo("  edit content/playbook/team.yml   # the one file to change")
    click.echo("  make serve SITE_URL=https://www.example.com SMTP=smtp://…\n")
    if not solo:
        click.echo("The workflows in .github publish to AWS, once it is a repository there and told of the account.")
    click.echo("README.md says the rest. `git init` makes it a repository.")
