"""The command line: parse, call, print. Exit 0 done, 1 problems found, 2 wrong usage."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from leadlight import __version__
from leadlight.errors import BadPlaybook, Leak, OperatorMustFix, Problem

if TYPE_CHECKING:
    from leadlight.gate.build import Built
    from leadlight.ports import Services
    from leadlight.wiring.local import Place

CONFIG = click.option(
    "-f",
    "--config-file",
    default="mkdocs.yml",
    show_default=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="MkDocs' configuration.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a program.")


@click.group()
@click.version_option(__version__, prog_name="leadlight")
def main() -> None:
    """Turn a git repository of Markdown into a site that starts sales conversations."""


@main.command()
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
        _stop(wrong, as_json=as_json)
    if as_json:
        gates = {name: msgspec.to_builtins(gate) for name, gate in built.manifest.gates.items()}
        _answer({"version": built.manifest.version, "gates": gates, "warnings": built.warnings, **_places(built)})
    else:
        _tell(built)


@main.command()
@CONFIG
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look for leaks in this built site instead, whoever built it.",
)
@JSON
def check(config_file: Path, site: Path | None, as_json: bool) -> None:
    """Look for mistakes in the sources, or for withheld words in a built site."""
    from leadlight.gate.check import check_site, check_sources  # noqa: PLC0415  # commands load what they need

    try:
        count = check_site(config_file, site) if site else check_sources(config_file)
    except OperatorMustFix as wrong:
        _stop(wrong, as_json=as_json)
    if as_json:
        _answer({"problems": [], "files" if site else "gates": count})
    else:
        click.echo(f"No leaks in {count} files of {site}." if site else f"All is well: {count} gates.")


DATA = click.option(
    "--data",
    default=".leadlight",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the installation: leads, keys, mail, site, bundle.",
)
PORT = click.option("--port", default=8000, show_default=True, help="The port on 127.0.0.1.")
BUILD = click.option("--build/--no-build", "fresh", default=True, help="Build first, or serve what was built before.")


@main.command()
@CONFIG
@PORT
@DATA
@BUILD
def demo(config_file: Path, port: int, data: Path, fresh: bool) -> None:
    """Build the site and be visitor, rep and marketer of a working conversation, with a clock that moves."""
    from leadlight import demo as only_here  # noqa: PLC0415  # commands load what they need
    from leadlight.serve import run, server  # noqa: PLC0415  # the same
    from leadlight.wiring.local import Place, local  # noqa: PLC0415  # the same

    place = Place(data, data / "bundle", f"http://127.0.0.1:{port}")
    _prepare(config_file, place, port, fresh=fresh)
    only_here.open_all_hours(place.bundle)
    logging.getLogger("leadlight").setLevel(logging.WARNING)  # the mailbox shows what happens; a log would hide it
    services = local(place, demo=True)
    mailbox = only_here.Mailbox(place.mail)
    served = server(
        services,
        site=data / "site",
        bundle=place.bundle,
        dev=lambda worker: only_here.dev_app(services, worker, mailbox),
    )
    run(served, port=port, ready=lambda: click.echo(only_here.welcome(place.site_url, mailbox)))


@main.command()
@CONFIG
@PORT
@DATA
@click.option("--site-url", help="The address people reach it by; links in mails begin with it.")
@click.option("--smtp", help="Send by this server, smtp://user:password@host:587?starttls; else into a Maildir.")
@BUILD
def serve(config_file: Path, port: int, data: Path, site_url: str | None, smtp: str | None, fresh: bool) -> None:
    """Build the site and serve it with everything behind it, on one port, to be put behind a TLS proxy."""
    from leadlight.serve import run, server  # noqa: PLC0415  # commands load what they need
    from leadlight.wiring.local import Place, local  # noqa: PLC0415  # the same

    place = Place(data, data / "bundle", site_url or f"http://127.0.0.1:{port}")
    _prepare(config_file, place, port, fresh=fresh)
    served = server(local(place, smtp=smtp), site=data / "site", bundle=place.bundle)
    run(
        served,
        port=port,
        ready=lambda: click.echo(f"Serving {place.site_url}; mail by {'SMTP' if smtp else place.mail}."),
    )


@main.group()
def leads() -> None:
    """Look at leads; works while the server runs."""


@leads.command("list")
@DATA
@JSON
def list_leads(data: Path, as_json: bool) -> None:
    """All leads, one a line."""
    found = sorted(_services(data).store.leads(), key=lambda lead: lead.created_at)
    if as_json:
        _answer(found)
        return
    for lead in found:
        state = "confirmed" if lead.confirmed_at else "unconfirmed"
        stops = ", ".join(stop.reason for stop in lead.stops) or "open"
        click.echo(f"{lead.id}  {lead.created_at:%Y-%m-%d %H:%M}  {state:<11}  {lead.stage:<12}  {stops}")


@leads.command("show")
@click.argument("lead_id")
@DATA
@JSON
def show_lead(lead_id: str, data: Path, as_json: bool) -> None:
    """One lead: profile, timeline, what is due, what was done."""
    from leadlight.model.person import LeadId  # noqa: PLC0415  # commands load what they need
    from leadlight.record import record_of  # noqa: PLC0415  # the same

    services = _services(data)
    lead = services.store.lead(LeadId(lead_id))
    if lead is None:
        click.echo(f"There is no lead {lead_id}. `leadlight leads list` shows them all.", err=True)
        sys.exit(1)
    record = record_of(services, lead)
    if as_json:
        _answer(record)
        return
    for name, value in record.profile.items():
        click.echo(f"{name:<12} {value}")
    for touch in record.timeline:
        click.echo(f"{touch.at:%Y-%m-%d %H:%M}  {touch.kind:<18} {touch.gate or touch.facts.get('what', '')}")
    for due in record.due:
        click.echo(f"{due.at:%Y-%m-%d %H:%M}  due: {due.key}")


@leads.command("parked")
@DATA
@JSON
def parked_mails(data: Path, as_json: bool) -> None:
    """Mails of which nobody knows whether they were sent, and mails that were given up."""
    from leadlight.record import parked  # noqa: PLC0415  # commands load what they need

    found = list(parked(_services(data)))
    if as_json:
        _answer(found)
        return
    for entry in found:
        click.echo(f"{entry.lead_id}  {entry.at:%Y-%m-%d %H:%M}  {entry.key}  {entry.reason}")
    if not found:
        click.echo("Nothing is parked.")


def _services(data: Path) -> Services:
    """The installation in that folder, for reading."""
    from leadlight.wiring.local import Place, local  # noqa: PLC0415  # commands load what they need

    if not (data / "leads.db").exists():
        click.echo(f"There are no leads in {data}. Name the folder of the installation with --data.", err=True)
        sys.exit(2)
    return local(Place(data, data / "bundle", "http://127.0.0.1"))


def _prepare(config_file: Path, place: Place, port: int, *, fresh: bool) -> None:
    """Everything that can go wrong before the server starts goes wrong here, and says what to do."""
    import socket  # noqa: PLC0415  # commands load what they need

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            click.echo(
                f"Port {port} is taken, perhaps by an earlier start. End that, or add --port {port + 1}.", err=True
            )
            sys.exit(1)
    if fresh or not (place.bundle / "manifest.json").exists():
        _build_into(config_file, place)


def _build_into(config_file: Path, place: Place) -> None:
    from rich.console import Console  # noqa: PLC0415  # commands load what they need

    from leadlight.gate.build import build_site  # noqa: PLC0415  # the same

    try:
        with Console(stderr=True).status("Building the site …"):
            build_site(config_file, place.data / "site", place.bundle, site_url=f"{place.site_url.rstrip('/')}/")
    except OperatorMustFix as wrong:
        _stop(wrong, as_json=False)


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


def _stop(wrong: OperatorMustFix, *, as_json: bool) -> None:
    """Says each problem as `file:line: message`, and ends with 1."""
    problems: tuple[Problem, ...] = (Problem("", 0, str(wrong)),)
    if isinstance(wrong, BadPlaybook):
        problems = wrong.problems
    elif isinstance(wrong, Leak):
        problems = wrong.leaks
    if as_json:
        _answer({"problems": problems, "leak": isinstance(wrong, Leak)})
    for problem in () if as_json else problems:
        click.echo(str(problem).removeprefix(": "), err=True)
    sys.exit(1)


def _answer(thing: object) -> None:
    click.echo(msgspec.json.encode(thing).decode())
