"""`leadlight doctor`: is all well, and if not, what helps?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.aws import REGION, STACK
from leadlight.cli.leads import installation
from leadlight.cli.terminal import JSON, answer

if TYPE_CHECKING:
    from leadlight.publish.doctor_finding import Finding

_SIGNS = {"ok": "ok", "warn": "warning", "fail": "problem", "unknown": "unknown"}


@click.command(short_help="Look whether an installation is well; changes nothing.")
@STACK
@REGION
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Look at the installation in this folder instead.",
)
@click.option("--mail-from", help="Before the first deploy: the company's address, to look at its domain.")
@click.option("--inbound-domain", help="Before the first deploy, or with --smtp: the domain that shall take replies.")
@click.option(
    "--smtp",
    envvar="LEADLIGHT_SMTP",
    show_envvar=True,
    help="With --data: the server it sends by, as `leadlight serve` is given it.",
)
@click.option("--dkim-selector", help="With --smtp: the name that the server signs under, after s= in DKIM-Signature.")
@JSON
def doctor(
    *,
    stack: str,
    region: str | None,
    data: Path | None,
    mail_from: str | None,
    inbound_domain: str | None,
    smtp: str | None,
    dkim_selector: str | None,
    as_json: bool,
) -> None:
    """Look whether an installation is well, and say what helps; changes nothing."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need

    typed = click.get_current_context().get_parameter_source("smtp") is click.core.ParameterSource.COMMANDLINE
    if typed and not data:
        raise click.UsageError("--smtp belongs to an installation in a folder: add --data.")
    if dkim_selector and not smtp:
        raise click.UsageError("--dkim-selector belongs to a mail server: add --smtp.")
    with Console(stderr=True).status("Examining …"):
        if data:
            from leadlight.publish.doctor_here import examine_here  # noqa: PLC0415  # the same

            found = examine_here(data, smtp=smtp, inbound_domain=inbound_domain, dkim_selector=dkim_selector)
            is_whole = all(each.state == "ok" for each in found if each.check == "databases")
            findings = (*found, *(_within(data) if is_whole else ()))
        else:
            from leadlight.publish.doctor import examine  # noqa: PLC0415  # the same

            findings = examine(stack, region=region, mail_from=mail_from, inbound_domain=inbound_domain)
    if as_json:
        answer(findings)
    for each in () if as_json else findings:
        click.echo(f"{_SIGNS[each.state]:<8} {each.check:<22} {each.what}")
        if each.remedy:
            click.echo(f"{'':<31} → {each.remedy}")
    if any(each.state == "fail" for each in findings):
        sys.exit(1)


def _within(data: Path) -> Iterator[Finding]:
    """What only the databases can tell."""
    yield from _breaker(data)
    yield from _paused(data)
    yield from _retention(data)


def _breaker(data: Path) -> Iterator[Finding]:
    """Whether opt-in mails are withheld there; nothing where there are no leads yet, or they cannot be read."""
    from leadlight import budgets, withheld  # noqa: PLC0415  # commands load what they need
    from leadlight.publish.doctor_finding import ok, warn  # noqa: PLC0415  # the same

    if not all((data / name).exists() for name in ("leads.db", "keys.db")):
        return
    services = installation(data)
    held = sum(1 for _ in withheld.waiting(services))
    state = "The breaker is open: " if budgets.is_open(services) else ""
    if state or held:
        remedy = "`leadlight leads breaker` shows what they asked for; let them out, or drop them."
        yield warn("breaker", f"{state}{held} opt-in mails are withheld.", remedy)
    else:
        yield ok("breaker", "No opt-in mail is withheld.")


def _paused(data: Path) -> Iterator[Finding]:
    """Whether follow-ups wait there since too many mails came back; nothing as above."""
    from leadlight import reputation  # noqa: PLC0415  # commands load what they need
    from leadlight.publish.doctor_finding import ok, warn  # noqa: PLC0415  # the same

    if not all((data / name).exists() for name in ("leads.db", "keys.db")):
        return
    paused = reputation.now_paused(installation(data))
    if paused:
        what = f"Follow-ups and news wait until {paused.until:%Y-%m-%d %H:%M} UTC: {paused.why}."
        remedy = "Look where these readers came from. Once the cause is mended: `leadlight leads resume --sending`."
        yield warn("reputation", what, remedy)
    else:
        yield ok("reputation", "Mails are taken well enough: nothing waits for that.")


def _retention(data: Path) -> Iterator[Finding]:
    """Whether the tick has looked lately at who has been kept for long enough; nothing as above."""
    from leadlight.publish.doctor_finding import ok, warn  # noqa: PLC0415  # commands load what they need
    from leadlight.retention import in_words, is_late  # noqa: PLC0415  # the same

    if not all((data / name).exists() for name in ("leads.db", "keys.db")):
        return
    services = installation(data)
    if is_late(services):
        remedy = "The server does it once a day, by itself: is it running? Its log says `retention.done`."
        yield warn("retention", in_words(services), remedy)
    else:
        yield ok("retention", in_words(services))
