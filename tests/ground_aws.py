"""An AWS account as moto plays it, for journeys: real clients, our own wiring, and what AWS would do by itself.

moto stores, sends and schedules, but wakes nobody: the stream's records are read back and delivered here as Lambda
would, and schedules fire when the test's clock has reached them. Three ways, and each has to keep every promise:

    prompt     the stream is delivered once, in order; schedules fire; the tick is off
    hostile    each record comes twice, in any order across items, with a poisoned one among them; the tick is off
    tick       schedules are dead; the stream is delivered; the tick comes each minute
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import requests
import tests.lean_moto  # noqa: F401  # for its effect
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.scheduler.models import scheduler_backends
from moto.ses.models import ses_backends
from tests.faults import Faults
from tests.ground import Event, Fetched, Here

from leadlight.aws.session import quick_session
from leadlight.aws.stream import news_in
from leadlight.aws.tables import DUE, TOUCH, Names, definitions
from leadlight.handlers import on_change, on_due, on_tick
from leadlight.ports import MovableClock, Services
from leadlight.settings import VARIABLES, Cloud, Settings
from leadlight.wiring.aws import aws

REGION = "eu-west-1"
DOOR = "d" * 32
MINUTE = timedelta(minutes=1)
_numbers = count(1)

ROUNDS = 40
"""How often something may follow from something within one moment."""

WAYS = ("prompt", "hostile", "tick")


class Clients:
    """botocore's clients, and what goes wrong between them and AWS. A third of a second to make."""

    def __init__(self) -> None:
        self.session = quick_session()
        self.session.set_credentials("testing", "testing")
        self.faults = Faults()
        self.faults.watch(self.session)
        self.connect: Callable[..., Any] = cache(partial(self.session.create_client, region_name=REGION))


@cache
def common() -> Clients:
    """Those of all accounts that nobody listens to: moto forgets an account, clients know nothing of it."""
    return Clients()


class Account:
    """One account; what all worlds share is made once."""

    def __init__(self) -> None:
        endpoint = os.environ.get("AWS_ENDPOINT_URL")  # a server of one test: its clients are nobody else's
        self._take(Clients() if endpoint else common())
        self.faults.are_over()
        self.faults.calls.clear()
        self.client("sesv2").create_email_identity(EmailIdentity="glass.example")
        self._buckets: dict[Path, str] = {}

    def _take(self, clients: Clients) -> None:
        self.faults, self.client, self.connect = clients.faults, clients.connect, clients.connect

    @cached_property
    def session(self) -> Any:
        """Where to listen: the clients of worlds that are made from now on are this account's own."""
        clients = Clients()
        self._take(clients)
        return clients.session

    def bucket_with(self, bundle: Path) -> str:
        """The bucket that holds that bundle."""
        if bundle not in self._buckets:
            name = self._buckets[bundle] = f"bundle-{next(_numbers)}"
            s3 = self.client("s3")
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
                s3.put_object(Bucket=name, Key=path.relative_to(bundle).as_posix(), Body=path.read_bytes())
        return self._buckets[bundle]

    def cloud(self, bundle: Path, settings: Settings) -> Cloud:
        """Fresh things for one installation."""
        number = next(_numbers)
        names = Names(f"leads-{number}", f"counters-{number}", f"keys-{number}")
        for definition in definitions(names):
            self.client("dynamodb").create_table(**definition)
        prefix = f"/leadlight/{number}"
        secrets = {
            "token-keys": ",".join(settings.token_keys),
            "lead-key": settings.lead_key.hex(),
            "origin-secrets": DOOR,
        }
        for name, value in secrets.items():
            self.client("ssm").put_parameter(Name=f"{prefix}/{name}", Value=value, Type="SecureString")
        self.client("scheduler").create_schedule_group(Name=f"leads-{number}")
        self.client("events").create_event_bus(Name=f"leads-{number}")
        self.client("sesv2").create_configuration_set(ConfigurationSetName=f"leads-{number}")
        return Cloud(
            parameters=prefix,
            leads_table=names.leads,
            counters_table=names.counters,
            keys_table=names.keys,
            bundle_bucket=self.bucket_with(bundle),
            schedule_group=f"leads-{number}",
            schedule_role="arn:aws:iam::123456789012:role/schedules",
            schedule_target="arn:aws:lambda:eu-west-1:123456789012:function:on-due",
            dead_letters="arn:aws:sqs:eu-west-1:123456789012:dead-letters",
            event_bus=f"leads-{number}",
            configuration_set=f"leads-{number}",
        )


class AwsGround:
    """One installation in that account."""

    def __init__(self, account: Account, bundle: Path, clock: MovableClock, settings: Settings, *, way: str) -> None:
        self._account, self._clock, self._way = account, clock, way
        self.cloud = account.cloud(bundle, settings)
        with environment(self.cloud, settings):
            self.services = aws(connect=account.connect, clock=clock)
        self._stream = f"{self._table().table_arn}/stream/{self._table().latest_stream_label}"
        self._read = 0
        self._again: list[Event] = []
        self.woken_by: Callable[[str], None] = lambda _: None
        """Told which function is woken, for whoever counts."""
        self._sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        self._first = len(self._sent)
        self._dice = random.Random(4711)

    def arrives(self, event: Event) -> Event:
        source = event["requestContext"]["http"]["sourceIp"]
        door = {"x-leadlight-origin": DOOR, "cloudfront-viewer-address": f"{source}:4711"}
        return {**event, "headers": {**event["headers"], **door}}

    def fetched(self, raw: dict[str, Any]) -> Fetched:
        headers = {name.lower(): value for name, value in raw["headers"].items()}
        if raw["statusCode"] != 302 or "X-Amz-Signature" not in headers["location"]:  # else to somebody else's place
            return Fetched(raw["statusCode"], headers, (raw.get("body") or "").encode())
        there = requests.get(headers["location"], timeout=5)
        found = {name.lower(): value for name, value in there.headers.items()}
        return Fetched(there.status_code, {**headers, **found}, there.content)

    def settle(self, services: Services) -> None:
        for _ in range(ROUNDS):
            if not (self._stream_delivered(services) or self._woken(services)):
                return
        raise AssertionError("it does not come to rest")

    def walk(self, services: Services, until: datetime) -> None:
        self.settle(services)
        while (coming := self._next(services)) <= until:
            self._clock.move_to(coming)
            self.settle(services)
        self._clock.move_to(until)
        self.settle(services)

    def mails(self) -> list[bytes]:
        return [message.raw_data.encode() for message in self._sent[self._first :]]

    def schedules(self) -> Iterator[dict[str, Any]]:
        """The wake-up calls that are set, in no particular order, as `GetSchedule` would tell them."""
        group = scheduler_backends[DEFAULT_ACCOUNT_ID][REGION].schedule_groups[self.cloud.schedule_group]
        return (schedule.to_dict() for schedule in list(group.schedules.values()))

    def fire(self, services: Services, schedule: Mapping[str, Any]) -> None:
        """What EventBridge Scheduler does when it is time, or when it does so again."""
        self.woken_by("OnDue")
        on_due.handler(services)(json.loads(schedule["Target"]["Input"]), Here())

    @contextmanager
    def published(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[None]:
        """A changed manifest lies in the bucket meanwhile; worlds share it."""
        s3, place = self._account.client("s3"), {"Bucket": self.cloud.bundle_bucket, "Key": "manifest.json"}
        before = s3.get_object(**place)["Body"].read()
        s3.put_object(**place, Body=json.dumps(change(json.loads(before))).encode())
        yield
        s3.put_object(**place, Body=before)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        dynamo = self._account.client("dynamodb")
        rows: dict[str, list[tuple[object, ...]]] = {
            "schedules": sorted((found["Name"],) for found in self.schedules())
        }
        for name in (self.cloud.leads_table, self.cloud.counters_table, self.cloud.keys_table):
            for item in dynamo.scan(TableName=name)["Items"]:
                kind = item["sk"]["S"].partition("#")[0].lower() if "sk" in item else name
                rows.setdefault(kind, []).append((repr(sorted(item.items())),))
        return {kind: sorted(found) for kind, found in rows.items()}

    def close(self) -> None:
        dynamo = self._account.client("dynamodb")
        for name in (self.cloud.leads_table, self.cloud.counters_table, self.cloud.keys_table):
            dynamo.delete_table(TableName=name)
        self._account.client("scheduler").delete_schedule_group(Name=self.cloud.schedule_group)

    def _stream_delivered(self, services: Services) -> bool:
        """Whether there was anything new on the stream, and all of it was taken."""
        records = self._again + self._new_records()
        handle = on_change.handler(services, news_in)
        if self._way == "hostile" and records:
            self._deliver_badly(handle, records)
        elif records:
            self.woken_by("OnChange")
            answer = handle({"Records": records}, Here())
            self._again = records[first_failed(records, answer) :]
        return bool(records)

    def _deliver_badly(self, handle: Callable[..., Any], new: list[Event]) -> None:
        """Twice, mixed across items, with a poisoned record in the middle: only that one comes back."""
        mixed = shuffled(new, self._dice)
        poison = poisoned(mixed[0])
        batch = [*mixed[:1], poison, *mixed[1:]]
        failed = [{"itemIdentifier": poison["dynamodb"]["SequenceNumber"]}]
        assert handle({"Records": batch}, Here()) == {"batchItemFailures": failed}
        assert handle({"Records": shuffled(new, self._dice)}, Here()) == {"batchItemFailures": []}

    def _new_records(self) -> list[Event]:
        """What the stream has that was not read yet."""
        table = self._table()
        new = [written.record for written in table.stream_shard.items[self._read :]]
        self._read += len(new)
        return [as_lambda_gets_it(record, self._stream) for record in new if is_handed_over(record)]

    def _table(self) -> Any:
        """The table of leads as moto has it now: another one after a transaction that was undone."""
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[self.cloud.leads_table]

    def _woken(self, services: Services) -> bool:
        """Whether a schedule or the tick found something to do."""
        if self._way == "tick":
            on_tick.handler(services)({}, Here())
            return bool(self._peek())
        due = [schedule for schedule in self.schedules() if time_of(schedule) <= self._clock.now()]
        for schedule in sorted(due, key=time_of):
            assert schedule["ActionAfterCompletion"] == "DELETE"
            group = self.cloud.schedule_group
            self._account.client("scheduler").delete_schedule(GroupName=group, Name=schedule["Name"])
            self.fire(services, schedule)
        return bool(due)

    def _peek(self) -> bool:
        """Whether the stream has something new, without taking it."""
        read, new = self._read, self._new_records()
        self._read = read
        return bool(new)

    def _next(self, services: Services) -> datetime:
        """When something happens next."""
        never = datetime.max.replace(tzinfo=UTC)
        now = self._clock.now()
        if self._way == "tick":
            rows = services.store.due(until=never - timedelta(days=1), limit=1000)
            return min((max(row.at, now + MINUTE) for row in rows), default=never)
        return min((at for schedule in self.schedules() if (at := time_of(schedule)) > now), default=never)


@contextmanager
def environment(cloud: Cloud, settings: Settings) -> Iterator[None]:
    """The variables that the template would set."""
    names = {variable: getattr(cloud, name) for name, variable in VARIABLES.items()}
    site = {"LEADLIGHT_SITE_URL": settings.site_url, "LEADLIGHT_MAIL_FROM": settings.mail_from}
    with patch.dict(os.environ, {**names, **site}):
        yield


def time_of(schedule: Mapping[str, Any]) -> datetime:
    """When it fires."""
    expression = schedule["ScheduleExpression"]
    return datetime.strptime(expression, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)


def is_handed_over(record: Mapping[str, Any]) -> bool:
    """Whether the event source mapping lets it through: its filter is held against the tables by tests of `infra/`."""
    kind = record["dynamodb"]["Keys"]["sk"]["S"]
    return kind.startswith(DUE) or (kind.startswith(TOUCH) and record["eventName"] == "INSERT")


def as_lambda_gets_it(record: Mapping[str, Any], stream: str) -> Event:
    """A record as the event source mapping words it."""
    change = dict(record["dynamodb"])
    change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].replace(tzinfo=UTC).timestamp()
    whole = {**record, "dynamodb": change, "eventVersion": "1.1", "awsRegion": REGION, "eventSourceARN": stream}
    decoded: Event = json.loads(msgspec.json.encode(whole))
    return decoded


def shuffled(records: list[Event], dice: random.Random) -> list[Event]:
    """In another order, but each item's own records in theirs, as DynamoDB promises."""
    queues: dict[str, list[Event]] = {}
    for record in records:
        queues.setdefault(json.dumps(record["dynamodb"]["Keys"], sort_keys=True), []).append(record)
    mixed = []
    while queues:
        name = dice.choice(sorted(queues))
        mixed.append(queues[name].pop(0))
        if not queues[name]:
            del queues[name]
    return mixed


def first_failed(records: list[Event], answer: Mapping[str, Any]) -> int:
    """Where Lambda begins again: at the first record that failed."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    places = (at for at, record in enumerate(records) if record["dynamodb"]["SequenceNumber"] in failed)
    return next(places, len(records))


def poisoned(record: Event) -> Event:
    """A touch that nobody can read, of the same lead."""
    lead = record["dynamodb"]["Keys"]["pk"]
    keys = {"pk": lead, "sk": {"S": "TOUCH#poison"}}
    change = {
        **record["dynamodb"],
        "Keys": keys,
        "NewImage": {**keys, "doc": {"S": '{"kind": "no such"}'}},
        "SequenceNumber": "9" * 21,
    }
    change.pop("OldImage", None)
    return {**record, "eventName": "INSERT", "dynamodb": change}
