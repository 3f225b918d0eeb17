"""Is the installation in the account whole: stack, tables, secrets, bundle, alarms? Called by `doctor`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.model.site import MANIFEST_SCHEMA, Manifest
from leadlight.model.team import Team
from leadlight.publish.doctor_finding import Account, Chart, Finding, code_of, fail, ok, warn
from leadlight.publish.secrets import NAMES
from leadlight.publish.stack import Resource, Stacks
from leadlight.settings import LEAD_KEY

LONG = 32
"""Characters that a secret has at least."""

_MAILERS = ("OnDue", "OnChange")
_TOPIC = "AWS::SNS::Topic"


def state(account: Account, stack: str) -> Iterator[Finding]:
    """How the last deployment ended."""
    found = Stacks(account.client("cloudformation")).find(stack)
    remedy = f"`aws cloudformation describe-stack-events --stack-name {stack}` tells why; mend it and deploy again."
    if found is None:
        what = f"There is no stack {stack} in {account.region}, so nothing of it was looked at."
        yield warn("stack", what, "Run `leadlight deploy`, or name the right one with --stack and --region.")
    elif found.status.endswith("_IN_PROGRESS"):
        yield warn("stack", f"The stack {stack} is changing: {found.status}.", "Ask again when it has come to rest.")
    elif found.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        yield ok("stack", f"The stack {stack} is {found.status}.")
    elif found.status == "UPDATE_ROLLBACK_COMPLETE":
        yield warn("stack", f"The last deployment of {stack} was undone; the version before it runs.", remedy)
    else:
        yield fail("stack", f"The stack {stack} is {found.status}.", remedy)


def senders(account: Account, stack: str, addresses: Sequence[str]) -> Iterator[Finding]:
    """Whether roles let functions send from all of them, however many domains SES knows."""
    found = Stacks(account.client("cloudformation")).find(stack)
    domain = found.outputs.get("MailDomain", "") if found else ""
    others = [address for address in addresses if not address.endswith(f"@{domain}")]
    if domain and others:
        remedy = f"Give them addresses at {domain} in team.yml, or deploy with --mail-from at their domain."
        yield fail("senders", f"Functions may send from {domain} only, so not from {', '.join(others)}.", remedy)
    elif domain and addresses:
        yield ok("senders", f"Everybody who writes does it from {domain}.")


def resources(account: Account, stack: str) -> tuple[Resource, ...]:
    """All that belongs to the stack; nothing where it is not there."""
    stacks = Stacks(account.client("cloudformation"))
    return tuple(stacks.resources(stack)) if stacks.find(stack) else ()


def variables(account: Account, names: Mapping[str, str]) -> dict[str, str]:
    """What the functions that mail were told, as they run now."""
    found: dict[str, str] = {}
    for name in _MAILERS:
        if name in names:
            answer = account.client("lambda").get_function_configuration(FunctionName=names[name])
            found |= answer.get("Environment", {}).get("Variables", {})
    return found


def tables(account: Account, chart: Chart, names: Mapping[str, str]) -> None:
    """Whether leads and keys are kept from being lost, and deleted keys from coming back."""
    for name in ("LeadsTable", "KeysTable"):
        chart.note(f"{name} protected", _protected(account, name, names.get(name, "")))
        chart.note(f"{name} history", _history(account, name, names.get(name, "")))


def _protected(account: Account, name: str, table: str) -> Iterator[Finding]:
    described = account.client("dynamodb").describe_table(TableName=table)["Table"]
    if described.get("DeletionProtectionEnabled"):
        yield ok(f"{name} protected", f"{table} cannot be deleted by a slip.")
    else:
        remedy = f"Run `aws dynamodb update-table --table-name {table} --deletion-protection-enabled`."
        yield fail(f"{name} protected", f"{table} can be deleted by a slip.", remedy)


def _history(account: Account, name: str, table: str) -> Iterator[Finding]:
    """Leads can be brought back to any second; keys cannot, or whoever was erased would come back with them."""
    check, wanted = f"{name} history", name == "LeadsTable"
    backups = account.client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    is_on = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
    switch = f"PointInTimeRecoveryEnabled={str(wanted).lower()}"
    remedy = (
        f"Run `aws dynamodb update-continuous-backups --table-name {table} "
        f"--point-in-time-recovery-specification {switch}`."
    )
    if is_on == wanted:
        yield ok(
            check, f"{table} {'can' if wanted else 'cannot'} be brought back to an earlier second, as it should be."
        )
    elif wanted:
        yield fail(check, f"{table} cannot be brought back after a mistake.", remedy)
    else:
        yield fail(check, f"{table} keeps deleted keys for weeks: people who were erased could be read again.", remedy)


def secrets(account: Account, prefix: str) -> Iterator[Finding]:
    """Whether the three are there, sealed and long enough. Their values are looked at and never shown."""
    names = [f"{prefix}/{name}" for name in NAMES]
    found = account.client("ssm").get_parameters(Names=names, WithDecryption=True)["Parameters"]
    by_name = {each["Name"]: each for each in found}
    for name in names:
        yield _secret(name, by_name.get(name))


def _secret(path: str, parameter: Mapping[str, Any] | None) -> Finding:
    name = path.rpartition("/")[2]
    check = f"secret {name}"
    careful = (
        "Put the old one back if there ever was one: with another key, all known addresses become new leads."
        if name == LEAD_KEY
        else "`leadlight deploy` makes it."
    )
    if parameter is None:
        return fail(check, f"There is no parameter {path}.", careful)
    if parameter["Type"] != "SecureString":
        return fail(check, f"{path} lies open, as a {parameter['Type']}.", "Store the same value as a SecureString.")
    value = str(parameter["Value"])
    if name == LEAD_KEY and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        return fail(check, f"{path} is not 64 hexadecimal digits.", careful)
    if short := [one for one in value.split(",") if len(one) < LONG]:
        what = f"{len(short)} of the secrets in {path} are shorter than {LONG} characters."
        return fail(
            check, what, "Add a longer one at the end, after a comma, and take the short one out a month later."
        )
    return ok(check, f"{path} is there, sealed and long enough.")


def manifest(account: Account, bucket: str) -> tuple[Finding, Manifest | None]:
    """Whether something was published that this release can read."""
    try:
        body = _read(account, bucket, "manifest.json")
    except ClientError as error:
        if code_of(error) not in {"NoSuchKey", "NoSuchBucket"}:
            raise
        return fail("bundle", f"There is no manifest.json in {bucket}: no form works.", "Run `leadlight deploy`."), None
    try:
        found = msgspec.json.decode(body, type=Manifest)
    except msgspec.DecodeError:
        return fail("bundle", "manifest.json is of another release or damaged.", "Run `leadlight deploy` again."), None
    if found.schema != MANIFEST_SCHEMA:
        what = f"manifest.json has schema {found.schema}, this release writes {MANIFEST_SCHEMA}."
        return warn("bundle", what, "Run `leadlight deploy` with the release that the functions run."), found
    return ok("bundle", f"Version {found.version[:12]}, gates: {len(found.gates)}."), found


def addresses(account: Account, bucket: str, published: Manifest) -> tuple[str, ...]:
    """Whom the published team's mails come from."""
    team = msgspec.json.decode(_read(account, bucket, published.team), type=Team)
    return tuple(dict.fromkeys(each for each in (team.company.email, *(p.email for p in team.people)) if each))


def _read(account: Account, bucket: str, key: str) -> bytes:
    return bytes(account.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def alarms(account: Account, made: Sequence[Resource]) -> Iterator[Finding]:
    """Whether somebody hears of it when something breaks."""
    topics = [each.physical_id for each in made if each.type == _TOPIC]
    if not topics:
        yield fail(
            "alarms", "The stack has no topic for alarms: nobody hears of trouble.", "Deploy the template again."
        )
    for topic in topics:
        found = account.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        heard = sum(each["SubscriptionArn"].startswith("arn:") for each in found)
        name = topic.rpartition(":")[2]
        if heard:
            yield ok("alarms", f"{heard} confirmed subscriptions to {name}.")
        elif found:
            remedy = (
                "Open the mail “AWS Notification - Subscription Confirmation” there and confirm; look into spam too."
            )
            yield fail("alarms", f"Nobody has confirmed that they want alarms from {name}.", remedy)
        else:
            remedy = "Deploy with an address for alarms (AlarmEmail), and confirm the mail that comes there."
            yield fail("alarms", f"Nobody is told when {name} rings.", remedy)


def ringing(account: Account, stack: str) -> Iterator[Finding]:
    """Whether something is wrong at this moment, by the stack's own alarms. A breaker that is open is one of them."""
    pages = account.client("cloudwatch").get_paginator("describe_alarms")
    found = pages.paginate(AlarmNamePrefix=f"{stack}-", StateValue="ALARM").build_full_result()
    for alarm in found.get("MetricAlarms", ()):
        remedy = "infra/README.md says of each alarm what helps."
        yield warn("ringing", f"{alarm['AlarmName']}: {alarm.get('AlarmDescription', '')}", remedy)
    if not found.get("MetricAlarms"):
        yield ok("ringing", "No alarm rings.")
