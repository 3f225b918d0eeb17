"""`leadlight leads`: what is stored about whom. Reads only, while the server runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from leadlight.cli.terminal import DATA, JSON, answer, said

if TYPE_CHECKING:
    from leadlight.model.lead import Lead
    from leadlight.playbook.bundle import Bundle
    from leadlight.ports import Services


@click.group()
def leads() -> None:
    """Look at leads; works while the server runs."""


@leads.command("list")
@click.option("--stuck", "only_stuck", is_flag=True, help="Only those at a dead end. There should be none.")
@DATA
@JSON
def list_leads(data: Path, only_stuck: bool, as_json: bool) -> None:
    """All leads, one a line, with what comes next or why nothing does."""
    from leadlight.record import all_leads, stuck  # noqa: PLC0415  # commands load what they need
    from leadlight.rules.next_action import in_words  # noqa: PLC0415  # the same

    services = installation(data)
    if only_stuck:
        _list_stuck(list(stuck(services, services.clock.now())), as_json=as_json)
        return
    found = list(all_leads(services))
    if as_json:
        answer([{**msgspec.to_builtins(lead), "next": coming} for lead, coming in found])
        return
    for lead, coming in found:
        state = "confirmed" if lead.confirmed_at else "unconfirmed"
        stops = ", ".join(stop.reason for stop in lead.stops) or "open"
        when = f"{lead.created_at:%Y-%m-%d %H:%M}"
        click.echo(f"{lead.id}  {when}  {state:<11}  {lead.stage:<12}  {stops:<12}  {in_words(coming)}")


def _list_stuck(found: list[tuple[Lead, str]], *, as_json: bool) -> None:
    """Ends with 1 if there are any: each is a fault of ours."""
    if as_json:
        answer([{**msgspec.to_builtins(lead), "why": why} for lead, why in found])
    for lead, why in () if as_json else found:
        click.echo(f"{lead.id}  {lead.created_at:%Y-%m-%d %H:%M}  {why}")
    if not found and not as_json:
        click.echo("No lead is at a dead end.")
    sys.exit(1 if found else 0)


@leads.command("show")
@click.argument("lead_id")
@DATA
@JSON
def show_lead(lead_id: str, data: Path, as_json: bool) -> None:
    """One lead: profile, timeline, what is due, done and agreed to."""
    from leadlight.model.touch import TouchKind  # noqa: PLC0415  # commands load what they need
    from leadlight.record import record_of  # noqa: PLC0415  # the same
    from leadlight.rights.receipts import as_plain, receipts_of  # noqa: PLC0415  # the same
    from leadlight.rules.encounters import FULL  # noqa: PLC0415  # the same
    from leadlight.rules.next_action import in_words  # noqa: PLC0415  # the same

    services = installation(data)
    record = record_of(services, one(services, lead_id))
    bundle = _bundle(services)
    agreed = receipts_of(services, bundle, record.lead)
    if as_json:
        answer({**msgspec.to_builtins(record), "receipts": [as_plain(services, bundle, each) for each in agreed]})
        return
    for name, value in record.profile.items():
        click.echo(f"{name:<12} {value}")
    for touch in record.timeline:
        facts = touch.facts
        told = f"{facts['to']}: {facts['why']}" if touch.kind is TouchKind.STAGE_CHANGED else ""
        click.echo(f"{touch.at:%Y-%m-%d %H:%M}  {touch.kind:<18} {told or touch.gate or facts.get('what', '')}")
    for due in record.due:
        click.echo(f"{due.at:%Y-%m-%d %H:%M}  due: {due.key}")
    click.echo(f"next         {in_words(record.next)}")
    if clock := _clock(services, bundle, record.lead):
        click.echo(f"clock        {clock}")
    for bar in record.encounters:
        click.echo(f"{bar.encounter:<12} {'█' * min(bar.points, FULL):░<{FULL}}  {bar.points} of {FULL}")
    for each in agreed:
        _print_receipt(as_plain(services, bundle, each))


def _print_receipt(given: Mapping[str, str]) -> None:
    """One yes to one purpose: what, when, in which words, and whether it still holds."""
    was = f"confirmed {given['confirmed_at'][:16]}" if given["confirmed_at"] else "not confirmed, so it binds nothing"
    over = f"; withdrawn {given['withdrawn_at'][:16]} by {given['withdrawn_by']}" if given["withdrawn_at"] else ""
    click.echo(f"agreed       {given['at'][:16]}  {given['purpose'] or 'nothing'}: {was}{over}")
    told = {
        "words": f"“{given['words']}”" if given["words"] else "",
        "sha256": given["sha256"],
        "follows": given["follows"],
        "form": " ".join(filter(None, (given["form"], given["version"]))),
        "where": ", ".join(filter(None, (given["page"], given["language"], given["network"]))),
        "basis": f"{given['legal_basis']}, by {given['how']}",
        "mail": given["mail"],
    }
    for name, value in told.items():
        if value:
            click.echo(f"  {name:<11}{value}")


def _clock(services: Services, bundle: Bundle | None, lead: Lead) -> str:
    """To whom the lead goes next unless somebody takes it; nothing where the bundle is not at hand."""
    from leadlight.briefing import clock_in_words  # noqa: PLC0415  # commands load what they need
    from leadlight.errors import MissingBundle  # noqa: PLC0415  # the same

    try:
        return clock_in_words(services, bundle, lead) if bundle else ""
    except MissingBundle:
        return ""


def _bundle(services: Services) -> Bundle | None:
    """What was published, if it is at hand."""
    from leadlight.errors import MissingBundle  # noqa: PLC0415  # commands load what they need
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # the same

    try:
        return open_bundle(services.files)
    except MissingBundle:
        return None


@leads.command("parked", short_help="Mails whose fate nobody knows, and those that were withheld.")
@DATA
@JSON
def parked_mails(data: Path, as_json: bool) -> None:
    """Mails of which nobody knows whether they were sent, mails that were given up, and mails that are withheld."""
    from leadlight.record import parked  # noqa: PLC0415  # commands load what they need

    found = list(parked(installation(data)))
    if as_json:
        answer(found)
        return
    for entry in found:
        click.echo(f"{entry.lead_id}  {entry.at:%Y-%m-%d %H:%M}  {entry.key}  {entry.reason}")
    if not found:
        click.echo("Nothing is parked.")


def one(services: Services, lead_id: str) -> Lead:
    """The lead of that id; ends with 1 where there is none."""
    from leadlight.model.person import LeadId  # noqa: PLC0415  # commands load what they need

    lead = services.store.lead(LeadId(lead_id))
    if lead is None:
        click.echo(f"There is no lead {lead_id}. `leadlight leads list` shows them all.", err=True)
        sys.exit(1)
    return lead


def installation(data: Path) -> Services:
    """The installation in that folder, by its own clock; its files are closed at the end of the command."""
    from leadlight.wiring.local import Place, let_go, local, was_demo  # noqa: PLC0415  # commands load what they need

    if not (data / "leads.db").exists():
        published = (data / "bundle").is_dir()
        what = "Start the server once" if published else "Name the folder of the installation with --data"
        click.echo(f"There are no leads in {data} yet. {what}.", err=True)
        sys.exit(2)
    place = Place(data, data / "bundle", "http://127.0.0.1")
    with said():
        services = local(place)
        if was_demo(services):
            let_go(services)
            services = local(place, demo=True)
    click.get_current_context().call_on_close(lambda: let_go(services))
    return services
