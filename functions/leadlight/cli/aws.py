"""`leadlight package`, `deploy` and `destroy`: from a repository to a running installation, and its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from leadlight.cli.republish import print_hook, republish_here
from leadlight.cli.terminal import CONFIG, JSON, answer, stop
from leadlight.errors import OperatorMustFix

if TYPE_CHECKING:
    from leadlight.publish.deploy import Deployed
    from leadlight.publish.destroy import Destroyed
    from leadlight.publish.order import Order

_NAME = re.compile(r"[a-z][a-z0-9-]{1,26}")  # buckets begin with it, and a bucket's name has at most 63


def stack_name(_: click.Context, __: click.Parameter, value: str) -> str:
    if value == "default":  # a bus and a group of schedules are called that in every account
        raise click.BadParameter("that is AWS's own name for things")
    if _NAME.fullmatch(value):
        return value
    raise click.BadParameter("2 to 27 of a-z, 0-9 and -, a letter first")


STACK = click.option(
    "--stack", default="leadlight", show_default=True, callback=stack_name, help="The name of the installation."
)
REGION = click.option("--region", help="The region, such as eu-central-1; else as AWS's own settings say.")
OUT = click.option(
    "--out",
    default="dist",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for packages and for records of deploys.",
)


@click.command(short_help="Pack each function with what it needs.")
@OUT
@click.option(
    "--arch",
    default="arm64",
    show_default=True,
    type=click.Choice(["arm64", "x86_64"]),
    help="The machine it runs on; AWS runs arm64, x86_64 is for tests.",
)
@JSON
def package(out: Path, arch: Literal["arm64", "x86_64"], as_json: bool) -> None:
    """Pack each function with what it needs and nothing else, the same bytes each time."""
    from leadlight.publish.package import package as pack  # noqa: PLC0415  # commands load what they need

    with _working("Packing …", as_json=as_json):
        packed = pack(out, arch=arch)
    if as_json:
        answer([{"function": p.function, "path": str(p.path), "sha256": p.sha256, "size": p.size} for p in packed])
        return
    for each in packed:
        click.echo(f"{each.path}  {each.size / 1e6:.1f} MB  sha256 {each.sha256[:12]}  {len(each.modules)} modules")


def _settings(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    if wrong := [name for name, sign, _ in pairs if not sign]:
        raise click.BadParameter(f"{wrong[0]} has no value; write {wrong[0]}=…")
    return {name: value for name, _, value in pairs}


@click.command()
@CONFIG
@STACK
@REGION
@click.option("--domain", help="The site's own domain, such as www.example.com; needs --certificate.")
@click.option("--certificate", help="The ARN of a certificate for it, in us-east-1.")
@click.option("--mail-from", help="The company's address, such as hello@example.com.")
@click.option("--inbound-domain", help="A subdomain that takes replies, such as reply.example.com.")
@click.option("--alarm-mail", help="Who is told about alarms and money.")
@click.option(
    "--set",
    "others",
    multiple=True,
    callback=_settings,
    metavar="NAME=VALUE",
    help="Any other parameter of infra/template.yaml.",
)
@click.option("--adopt", is_flag=True, help="Go on with what an earlier stack of that name has left.")
@click.option("--plan", "only_plan", is_flag=True, help="Only show what would change; needs no account.")
@OUT
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Publish into the installation in this folder instead, while it serves.",
)
@click.option("--hook", is_flag=True, is_eager=True, help="With --data: print a git hook that does this at each push.")
@JSON
def deploy(
    *,
    config_file: Path,
    stack: str,
    region: str | None,
    others: Mapping[str, str],
    adopt: bool,
    only_plan: bool,
    out: Path,
    data: Path | None,
    hook: bool,
    as_json: bool,
    **named: str | None,
) -> None:
    """Publish to AWS: packages, stack, site and bundle. What is not said stays as it is."""
    from leadlight.publish.order import Order  # noqa: PLC0415  # commands load what they need

    if hook and not data:
        raise click.UsageError("--hook is for an installation in a folder: add --data.")
    if data:
        print_hook(data) if hook else republish_here(config_file, data, as_json=as_json)
        return
    order = Order(stack, config_file, {**_parameters(named), **others}, out)
    if only_plan:
        _plan(order, as_json=as_json)
    else:
        _deploy(order, region, adopt=adopt, as_json=as_json)


@click.command(short_help="Take an installation down; its leads stay.")
@STACK
@REGION
@click.option("--with-data", is_flag=True, help="Delete leads, keys, bundle and secrets too, for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
def destroy(stack: str, region: str | None, with_data: bool, yes: bool, as_json: bool) -> None:
    """Take an installation down; its leads stay unless you say otherwise."""
    from leadlight.publish.account import Account  # noqa: PLC0415  # commands load what they need
    from leadlight.publish.destroy import Destroy  # noqa: PLC0415  # the same

    if not yes:
        _ask(stack, with_data=with_data)
    with _working("Deleting …", as_json=as_json) as tell:
        done = Destroy(Account(region), stack, tell=tell).run(with_data=with_data)
    if as_json:
        answer(done)
    else:
        _tell_end(done)


def _plan(order: Order, *, as_json: bool) -> None:
    from leadlight.publish.plan import lines, plan  # noqa: PLC0415  # commands load what they need

    with _working("Building the site …", as_json=as_json):
        found = plan(order)
    if as_json:
        answer(found)
        return
    for line in lines(found):
        click.echo(line)


def _deploy(order: Order, region: str | None, *, adopt: bool, as_json: bool) -> None:
    from leadlight.publish.account import Account  # noqa: PLC0415  # commands load what they need
    from leadlight.publish.deploy import Deploy  # noqa: PLC0415  # the same

    with _working("Looking at the account …", as_json=as_json) as tell:
        done = Deploy(Account(region), order, adopt=adopt, tell=tell).run()
    if as_json:
        answer(done)
    else:
        _tell_deploy(done, region)


def _tell_deploy(done: Deployed, region: str | None) -> None:
    from leadlight.publish.advice import advice  # noqa: PLC0415  # commands load what they need

    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)
    for name in done.secrets_made:
        click.echo(f"Made the secret {name}.")
    for what, upload in (("site", done.site), ("bundle", done.bundle)):
        gone = f", {len(upload.removed)} removed" if upload.removed else ""
        click.echo(f"{what}: {len(upload.put)} uploaded{gone}, {upload.same} unchanged.")
    click.echo(f"\nThe site is at {done.record.site_url}\n\nWhat to do next:")
    for line in advice(done, region):
        click.echo(f"  {line}")


def _tell_end(done: Destroyed) -> None:
    for name in (*done.deleted, *done.secrets):
        click.echo(f"Deleted {name}.")
    for each in done.kept:
        click.echo(f"Kept {each.logical_id}: {each.physical_id}")
    if done.kept and not done.deleted:
        click.echo(f"\n`leadlight deploy --stack {done.stack} --adopt` goes on with the tables and buckets.")
        click.echo("With --with-data, all of it goes, the secrets included.")
    if not (done.kept or done.deleted or done.secrets):
        click.echo(f"There is nothing of {done.stack}.")


def _ask(stack: str, *, with_data: bool) -> None:
    """Goes on only if the person means it."""
    if not with_data:
        click.confirm(f"Take {stack} down? Its leads stay", abort=True)
        return
    typed = click.prompt(f"All leads, their keys and the secrets of {stack} will be gone for good. Type its name")
    if typed != stack:
        click.echo("That is another name; nothing was deleted.", err=True)
        raise SystemExit(1)


_PARAMETERS = {
    "domain": "SiteDomain",
    "certificate": "CertificateArn",
    "mail_from": "MailFrom",
    "inbound_domain": "InboundDomain",
    "alarm_mail": "AlarmEmail",
}


def _parameters(named: Mapping[str, str | None]) -> dict[str, str]:
    """Options as the template's parameters. An empty one counts as not given, as in a workflow without the variable."""
    return {_PARAMETERS[name]: value for name, value in named.items() if value}


@contextmanager
def _working(what: str, *, as_json: bool) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal how it goes, and says what went wrong."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need

    try:
        with Console(stderr=True).status(what) as status:
            yield status.update
    except OperatorMustFix as wrong:
        stop(wrong, as_json=as_json)
