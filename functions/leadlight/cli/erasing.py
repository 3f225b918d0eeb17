"""`leadlight leads erase`: everything that is kept of one person goes, while the server runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.aws import REGION
from leadlight.cli.exporting import NOBODY, named
from leadlight.cli.leads import installation
from leadlight.cli.on_aws import INSTEAD, ask, by_name
from leadlight.cli.terminal import DATA, JSON, answer, said

if TYPE_CHECKING:
    from leadlight.model.person import LeadId
    from leadlight.ports import Services

TRIES, PAUSE = 20, 0.25
"""So often a busy store is asked again, and how long after, in seconds: a server may be at it all the while."""

WEBHOOKS = "webhook-secret"
"""The file that an installation has which tells other systems. Only its server knows them, so that goes first."""

REMAINS = """Erased. What remains, and what nobody can do anything about from here:
- figures without a name, and a keyed hash of the address, so that no list brings this person back
- mails that have left: in mailboxes, and at the mail services in between
- files that were exported, and the CRM, if leads are handed over to one
- backups: what is personal in them is sealed, and its keys are gone from here; """

COPIES = "throw away backups of keys.db that are\n  older than 14 days"
COPIES_ON_AWS = "copies of the keys go by\n  themselves, within 14 days"
ON_ITS_WAY = "Nothing is sent to them any more. A mail is on its way: the rest goes in a few minutes, by itself."


@click.command("erase")
@click.argument("lead_id", required=False)
@click.option("--email", metavar="ADDRESS", help="By the address, in the place of the id.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DATA
@INSTEAD
@REGION
@JSON
def erase_lead(
    *,
    lead_id: str | None,
    email: str | None,
    yes: bool,
    data: Path,
    stack: str | None,
    region: str | None,
    as_json: bool,
) -> None:
    """Erase everything that is kept of one lead, for good. No list brings them back; they may come again themselves."""
    if stack:
        _erase_on_aws(stack, region, by_name(lead_id, email), yes=yes, as_json=as_json)
        return
    services = installation(data)
    lead = named(services, lead_id, email)
    if services.store.lead(lead) is None and not services.store.due_of(lead):
        click.echo(NOBODY, err=True)
        sys.exit(1)
    _must_mean_it(yes=yes)
    with said(as_json=as_json):
        tells = (data / WEBHOOKS).exists()
        done = tells and _done_by_the_server(services, lead)
        if tells and not done:
            click.echo("No server is running that knows your webhooks, so other systems are not told.", err=True)
        left = not done and _erase(services, lead)
    _tell(lead, left=left, remains=REMAINS + COPIES, as_json=as_json)


def _erase_on_aws(stack: str, region: str | None, whom: Mapping[str, str], *, yes: bool, as_json: bool) -> None:
    _must_mean_it(yes=yes)
    told = ask(stack, region, {"erase": whom}, word="erase", as_json=as_json)
    if not told["known"]:
        click.echo(NOBODY, err=True)
        sys.exit(1)
    _tell(told["lead"], left=told["left"], remains=REMAINS + COPIES_ON_AWS, as_json=as_json)


def _tell(lead: str, *, left: bool, remains: str, as_json: bool) -> None:
    if as_json:
        answer({"id": lead, "erased": not left})
    else:
        click.echo(ON_ITS_WAY if left else remains)


def _must_mean_it(*, yes: bool) -> None:
    """Asks on a terminal; elsewhere there is nobody to answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("nobody was asked: say --yes")
    click.confirm("Everything that is kept of this person goes, and nobody can bring it back. Erase it?", abort=True)


def _done_by_the_server(services: Services, lead: LeadId) -> bool:
    """Stores the wish, and waits a moment for a running server to do it."""
    from leadlight.rights.erasing import begin, is_under_way  # noqa: PLC0415  # commands load what they need

    begin(services, lead, how="operator")
    for _ in range(TRIES):
        if not is_under_way(services, lead):
            return True
        time.sleep(PAUSE)
    return False


def _erase(services: Services, lead: LeadId) -> bool:
    """Whether something is left to be done, because a mail is being handed over."""
    from leadlight.errors import TryAgain  # noqa: PLC0415  # commands load what they need
    from leadlight.rights.erasing import begin, go_on, is_under_way  # noqa: PLC0415  # the same

    begun = False
    for attempt in range(TRIES):
        try:
            begun = begun or begin(services, lead, how="operator")  # once: who comes again meanwhile stays
            go_on(services, lead)
        except TryAgain:
            if attempt == TRIES - 1:
                raise
            time.sleep(PAUSE)
        else:
            break
    return is_under_way(services, lead)
