"""`leadlight sign-out`: nobody sits at the desk any more, wherever they came in; for a lost phone."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leadlight.cli.aws import REGION
from leadlight.cli.leads import installation
from leadlight.cli.on_aws import INSTEAD, ask
from leadlight.cli.terminal import DATA, JSON, answer, said


@click.command("sign-out", short_help="End the sessions of somebody at the desk, or of all.")
@click.argument("person", required=False)
@click.option("--all", "everybody", is_flag=True, help="Everybody's.")
@DATA
@INSTEAD
@REGION
@JSON
def sign_out_people(
    *, person: str | None, everybody: bool, data: Path, stack: str | None, region: str | None, as_json: bool
) -> None:
    """End every session of that PERSON of team.yml at the desk, on each of their devices. They may come in again.

    A mail about a lead opens that lead all the same, for seven days, in the browser that used it first.
    """
    from leadlight.rep.session import end_all  # noqa: PLC0415  # commands load what they need

    if bool(person) == everybody:
        raise click.UsageError("name one person by the id in team.yml, or say --all")
    if stack:
        asked = {"sign-out": person or "", "everybody": everybody}
        out = ask(stack, region, asked, word="sign-out", as_json=as_json)["people"]
    else:
        services = installation(data)
        with said(as_json=as_json):
            out = end_all(services, person)
            services.store.durable()
    if not out:
        click.echo(f"There is no {person} in team.yml.", err=True)
        sys.exit(1)
    if as_json:
        answer({"signed_out": out})
    else:
        click.echo(f"Signed out everywhere: {', '.join(out)}.")
