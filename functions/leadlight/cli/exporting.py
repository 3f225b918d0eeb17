"""`leadlight leads export`: all leads as CSV or JSON Lines, or all that is kept of one, while the server runs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from leadlight.cli.aws import REGION
from leadlight.cli.leads import installation
from leadlight.cli.on_aws import INSTEAD, ask, by_name
from leadlight.cli.terminal import DATA, counted, said

if TYPE_CHECKING:
    from leadlight.model.person import LeadId
    from leadlight.ports import Services
    from leadlight.rights.export import Document

NOBODY = "There is nobody of that name here."
STAGES = ("lead", "prospect", "opportunity", "customer", "repeat", "lost", "lapsed", "disqualified")


TABLES, DOCUMENTS = ("csv", "jsonl"), ("json", "html")


@click.command("export", short_help="All leads as a table, or all that is kept of one.")
@click.option(
    "--format", "shape", type=click.Choice([*TABLES, *DOCUMENTS]), help="csv, or jsonl; of one lead json, or html."
)
@click.option("--lead", "lead_id", metavar="ID", help="Everything that is kept of that lead.")
@click.option("--email", metavar="ADDRESS", help="The same, by the address.")
@click.option("--stage", type=click.Choice(STAGES), help="Only leads at that stage.")
@click.option("--owner", metavar="PERSON", help="Only the leads of that person of team.yml.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else the terminal.")
@DATA
@INSTEAD
@REGION
def export_leads(
    *,
    shape: str | None,
    lead_id: str | None,
    email: str | None,
    stage: str | None,
    owner: str | None,
    output: Path | None,
    data: Path,
    stack: str | None,
    region: str | None,
) -> None:
    """All leads, one a row. CSV opens in a spreadsheet without running anything; JSON Lines is for programs.

    With --lead or --email it is everything that is kept of one, as the person could save it at /my-data.

    It holds personal data, in clear text: it stays on this machine, and goes when you are done.

    On AWS, with --stack, there is one lead at a time.
    """
    from leadlight.exports import Wanted, exported, write_csv, write_lines  # noqa: PLC0415  # commands load their needs

    if shape in TABLES and (lead_id or email or stack):
        raise click.UsageError("of one lead there is json or html")
    if stack:
        whom = {"export": by_name(lead_id, email)}
        _write_one(ask(stack, region, whom, word="export", as_json=False)["document"], shape or "json", output)
        return
    services = installation(data)
    if lead_id or email:
        _export_one(services, named(services, lead_id, email), shape or "json", output)
        return
    if shape in DOCUMENTS:
        raise click.UsageError("name one lead, by --lead or --email, or choose csv or jsonl")
    write = write_lines if shape == "jsonl" else write_csv
    with said(), _out(output) as out:
        count = write(exported(services, Wanted(stage or "", owner or "")), out)
    click.echo(f"{counted(count, 'lead')} with personal data in clear text: {_where(output)}", err=True)


def named(services: Services, lead_id: str | None, email: str | None) -> LeadId:
    """The id of the lead that was named, in the one way or the other."""
    from leadlight.model.person import LeadId  # noqa: PLC0415  # commands load what they need
    from leadlight.vault import lead_id as id_of  # noqa: PLC0415  # the same

    if bool(lead_id) == bool(email):
        raise click.UsageError("name one lead, by --lead or --email")
    return LeadId(lead_id) if lead_id else id_of(email or "", services.settings.lead_key)


def _export_one(services: Services, lead: LeadId, shape: str, output: Path | None) -> None:
    from leadlight.rights.export import export_of  # noqa: PLC0415  # commands load what they need

    with said():
        document = export_of(services, lead)
    _write_one(document, shape, output)


def _write_one(document: Document | None, shape: str, output: Path | None) -> None:
    from leadlight.pages.my_data import readable  # noqa: PLC0415  # commands load what they need

    if document is None:
        click.echo(NOBODY, err=True)
        sys.exit(1)
    text = readable("", document) if shape == "html" else json.dumps(document, ensure_ascii=False, indent=2)
    with _out(output) as out:
        out.write(text + "\n")
    click.echo(f"Personal data in clear text: {_where(output)}", err=True)


def _where(output: Path | None) -> str:
    return f"{output}, readable by you alone. Delete it when done." if output else "what you see here."


@contextmanager
def _out(output: Path | None) -> Iterator[TextIO]:
    """The file, made for its owner only; else standard output, whose line ends are left as they are."""
    if output is None:
        sys.stdout.reconfigure(newline="", encoding="utf-8")  # type: ignore[union-attr]  # a text file it always is
        yield sys.stdout
        return
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)  # also where the file was there before
    with open(handle, "w", encoding="utf-8-sig" if output.suffix == ".csv" else "utf-8", newline="") as file:  # noqa: PTH123 the mode
        yield file
