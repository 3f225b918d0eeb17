"""Is an AWS account fit for Leadlight, and is the installation in it well? Called by `leadlight doctor`.

It only asks. Each thing is asked for itself, so that one that is broken or refused hides no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session  # type: ignore[import-untyped]  # it ships no types
from botocore.config import Config  # type: ignore[import-untyped]  # the same
from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]  # the same
from dns.resolver import Resolver

from leadlight.publish import doctor_account, doctor_dns, doctor_mail, doctor_stack
from leadlight.publish.doctor_finding import Account, Chart, Finding, State, fail, ok, warn
from leadlight.publish.secrets import prefix_of

__all__ = ["Finding", "State", "examine"]

PATIENT = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})

Connect = Callable[..., Any]
"""Makes a client of botocore, as `session.create_client` does."""


def examine(
    stack: str = "leadlight",
    *,
    region: str | None = None,
    mail_from: str | None = None,
    inbound_domain: str | None = None,
    connect: Connect | None = None,
    resolver: Resolver | None = None,
    now: datetime | None = None,
) -> tuple[Finding, ...]:
    """Everything found, in the order in which one would mend it.

    What an installation is not told yet, `mail_from` and `inbound_domain` tell: so DNS can be right before the first
    deployment.
    """
    chart = Chart()
    session = botocore.session.get_session()
    try:
        chosen = region or session.get_config_variable("region")
        session.get_scoped_config()
    except BotoCoreError as error:
        remedy = "Set AWS_PROFILE to a profile of this machine, or mend the files in ~/.aws."
        return (fail("credentials", f"AWS's own settings here cannot be read: {error}", remedy),)
    chart.note("region", _region(chosen, session.get_available_regions("sesv2")))
    if not chosen:
        return tuple(chart.findings)
    make = connect or session.create_client
    client = cache(lambda service: make(service, region_name=chosen, config=PATIENT))
    account = Account(client, chosen, resolver or doctor_dns.here(), now or datetime.now(UTC))
    if doctor_account.who(account, chart):
        told = {"LEADLIGHT_MAIL_FROM": mail_from, "LEADLIGHT_INBOUND_DOMAIN": inbound_domain}
        _account(account, chart, stack, {name: value for name, value in told.items() if value})
    return tuple(chart.findings)


def _region(region: str | None, offered: list[str]) -> Iterator[Finding]:
    if not region:
        yield fail("region", "No region is set.", "Name it with --region, or set AWS_DEFAULT_REGION.")
    elif region not in offered:
        remedy = f"Choose one of {', '.join(offered)}."
        yield fail("region", f"There is no SES in {region}.", remedy)
    else:
        yield ok("region", f"{region}, where SES is at home.")


def _account(account: Account, chart: Chart, stack: str, told: Mapping[str, str]) -> None:
    chart.note("stack", doctor_stack.state(account, stack))
    made = chart.ask("stack resources", lambda: doctor_stack.resources(account, stack)) or ()
    names = {each.logical_id: each.physical_id for each in made}
    variables = {**(chart.ask("functions", lambda: doctor_stack.variables(account, names)) or {}), **told}
    addresses: tuple[str, ...] = tuple(filter(None, (variables.get("LEADLIGHT_MAIL_FROM"),)))
    if made:
        doctor_stack.tables(account, chart, names)
        chart.note("secrets", doctor_stack.secrets(account, variables.get("LEADLIGHT_PARAMETERS") or prefix_of(stack)))
        addresses = tuple(dict.fromkeys(addresses + _bundle(account, chart, names.get("BundleBucket", ""))))
        chart.note("senders", doctor_stack.senders(account, stack, addresses))
        chart.note("alarms", doctor_stack.alarms(account, made))
        chart.note("ringing", doctor_stack.ringing(account, stack))
    chart.note("concurrency", doctor_account.concurrency(account))
    chart.note("sending", doctor_account.sending(account))
    _mail(account, chart, addresses, names, variables)


def _bundle(account: Account, chart: Chart, bucket: str) -> tuple[str, ...]:
    """Notes whether there is a bundle; gives the addresses that its team writes from."""
    found = chart.ask("bundle", lambda: doctor_stack.manifest(account, bucket))
    if found is None:
        return ()
    finding, manifest = found
    chart.findings.append(finding)
    if manifest is None:
        return ()
    return chart.ask("senders", lambda: doctor_stack.addresses(account, bucket, manifest)) or ()


def _mail(
    account: Account, chart: Chart, addresses: tuple[str, ...], names: Mapping[str, str], variables: Mapping[str, str]
) -> None:
    identities = doctor_mail.Identities(account.client("sesv2"))
    by_domain = {address.rpartition("@")[2].lower(): address for address in reversed(addresses)}
    for address in reversed(by_domain.values()):
        doctor_mail.sender(account, chart, identities, address)
    if not by_domain:
        remedy = "Name the company's address with --mail-from, such as hello@example.com."
        chart.findings.append(warn("identity", "Nobody knows yet whom mails come from.", remedy))
    domain = variables.get("LEADLIGHT_INBOUND_DOMAIN", "")
    if names or domain:
        doctor_mail.inbound(account, chart, identities, domain, names)
