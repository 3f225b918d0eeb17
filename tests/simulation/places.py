"""Where a simulated installation lives: in memory on this machine, or in an AWS account as moto plays it.

A place has services that survive every process, and knows what wakes a process there: a worker that drains the feed and
asks its own alarm, or a stream and schedules that call functions. The tick comes in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from tests.simulation.shelf import VERSIONS

from leadlight.handlers import on_change, on_due, on_mail_event
from leadlight.local.files import LocalFiles
from leadlight.local.inbox import MemoryInbox
from leadlight.local.mailer import Carried, MemoryMailer
from leadlight.local.scheduler import LocalScheduler
from leadlight.mime import digest, wire_bytes
from leadlight.model.due import Due
from leadlight.model.touch import Touch
from leadlight.ports import Alarm, Mailer, MovableClock, Outbox, Services
from leadlight.settings import Settings
from leadlight.wiring.local import rehearsal

if TYPE_CHECKING:
    from tests.ground_aws import Account

SETTINGS = Settings(
    site_url="https://glass.example",
    token_keys=("k" * 32,),
    lead_key=b"l" * 32,
    inbound_domain="in.glass.example",
    budgets=False,
)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
Part = Callable[[Services], object]


class Place(Protocol):
    """What an installation needs to know of where it lives."""

    services: Services
    mails: list[Carried]
    inbox: MemoryInbox

    def process(self, services: Services) -> Services:
        """The services of a new process: what the one before remembered is gone."""

    def parts(self) -> Iterator[Part]:
        """What is delivered now besides the tick, one thing after the other."""

    def elsewhere(self, services: Services) -> None:
        """What another process there would do meanwhile, besides the tick."""

    def wakes_at(self, services: Services) -> datetime | None:
        """When something would wake a process by itself."""

    def news(self) -> list[Touch]:
        """What is on the feed."""

    def rows(self) -> Sequence[Due]:
        """Everything that will come due."""

    def publish(self, version: str) -> None:
        """The bundle is that version from now on."""

    def close(self) -> None: ...


class Published:
    """The bundle as it is published now; objects never change, so each is read once."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._all = {name: opened_once(folder) for name, folder in folders.items()}
        self._tags = {name: f"{name}/{files.version()}" for name, files in self._all.items()}
        self.name = VERSIONS[0]

    def read(self, path: str) -> bytes:
        return read_once(self._all[self.name], path)

    def link(self, path: str, *, name: str, media_type: str) -> str | None:
        return self._all[self.name].link(path, name=name, media_type=media_type)

    def version(self, *, newest: bool = False) -> str:
        return self._tags[self.name]


@cache
def opened_once(folder: Path) -> LocalFiles:
    """The folder's objects, the same for all installations."""
    return LocalFiles(folder)


@cache
def read_once(files: LocalFiles, path: str) -> bytes:
    """The object."""
    return files.read(path)


class Here:
    """In memory: SQLite, a worker, its own alarm. With `tells` the carrier knows what it has sent."""

    def __init__(
        self, folders: Mapping[str, Path], clock: MovableClock, random: Callable[[int], bytes], *, tells: bool
    ) -> None:
        mailer = MemoryMailer(clock.now, tells=tells)
        self.mails, self.inbox, self._published = mailer.carried, MemoryInbox(clock.now), Published(folders)
        services = rehearsal(
            folders[VERSIONS[0]], clock=clock, random=random, settings=SETTINGS, mailer=mailer, inbox=self.inbox
        )
        self.services = replace(services, files=self._published)

    def process(self, services: Services) -> Services:
        return replace(services, scheduler=LocalScheduler())

    def parts(self) -> Iterator[Part]:
        yield on_mail_event.take_in
        yield on_change.drain
        yield fire
        yield deliver

    def elsewhere(self, services: Services) -> None:
        on_change.drain(services)

    def wakes_at(self, services: Services) -> datetime | None:
        return cast("Alarm", services.scheduler).next_at()

    def news(self) -> list[Touch]:
        return [record.touch for record in self.services.store.feed(limit=50)]

    def rows(self) -> Sequence[Due]:
        return self.services.store.due(until=LATER, limit=1000)

    def publish(self, version: str) -> None:
        self._published.name = version

    def close(self) -> None:
        self.services.store.close()


def fire(services: Services) -> None:
    """The worker asks its alarm."""
    for due in cast("Alarm", services.scheduler).fired(services.clock.now()):
        on_due.handle(services, due)


def deliver(services: Services) -> None:
    """The courier tells other systems."""
    cast("Outbox", services.bus).deliver()


class There:
    """In an AWS account: DynamoDB and its stream, schedules, SES and its reports, functions that are called."""

    def __init__(
        self, account: Account, folders: Mapping[str, Path], clock: MovableClock, random: Callable[[int], bytes]
    ) -> None:
        from tests.ground_aws import AwsGround

        self._ground = AwsGround(account, folders[VERSIONS[0]], clock, SETTINGS, way="prompt")
        self._clock, self._account = clock, account
        self._folders, self._published = folders, VERSIONS[0]
        self.mails: list[Carried] = []
        self.inbox = MemoryInbox(clock.now)
        services = self._ground.services
        settings = replace(services.settings, inbound_domain=SETTINGS.inbound_domain, budgets=False, origin_secrets=())
        mailer = Recorded(services.mailer, self.mails, clock)
        self.services = replace(services, settings=settings, mailer=mailer, inbox=self.inbox, random=random)
        self._again: list[Any] = []
        self._reported = 0

    def process(self, services: Services) -> Services:
        return services

    def parts(self) -> Iterator[Part]:
        yield on_mail_event.take_in
        yield self._stream
        now = self._clock.now()
        for schedule in sorted(self._due(now), key=lambda found: found["ScheduleExpression"]):
            yield lambda services, schedule=schedule: self._fired(services, schedule)  # type: ignore[misc]  # mypy cannot type lambda defaults
        yield self._reports

    def elsewhere(self, services: Services) -> None:
        """Nothing: a shard has one reader."""

    def wakes_at(self, services: Services) -> datetime | None:
        from tests.ground_aws import time_of

        now = self._clock.now()
        return min((at for schedule in self._ground.schedules() if (at := time_of(schedule)) > now), default=None)

    def news(self) -> list[Touch]:
        return []

    def rows(self) -> Sequence[Due]:
        """By lead: the due index is spread over many partitions, and each takes a call of its own."""
        store = self.services.store
        return [row for lead in store.leads() for row in store.due_of(lead.id)]

    def publish(self, version: str) -> None:
        self._published = version
        body = (self._folders[version] / "manifest.json").read_bytes()
        self._account.client("s3").put_object(Bucket=self._ground.cloud.bundle_bucket, Key="manifest.json", Body=body)

    def close(self) -> None:
        if self._published != VERSIONS[0]:  # the next installation finds the bucket as it was
            self.publish(VERSIONS[0])
        self._ground.close()

    def _stream(self, services: Services) -> None:
        """Lambda's event source: what failed or was cut off comes again, with all that came after it."""
        from tests.ground_aws import first_failed, news_in

        while records := self._again + self._ground._new_records():
            self._again = records
            answer = on_change.handler(services, news_in)({"Records": records}, ALIVE)
            self._again = records[first_failed(records, answer) :]
            if self._again:
                return

    def _due(self, now: datetime) -> list[dict[str, Any]]:
        from tests.ground_aws import time_of

        return [schedule for schedule in self._ground.schedules() if time_of(schedule) <= now]

    def _fired(self, services: Services, schedule: Mapping[str, Any]) -> None:
        """EventBridge Scheduler deletes a schedule once its function has answered."""
        self._ground.fire(services, schedule)
        client, group = self._account.client("scheduler"), self._ground.cloud.schedule_group
        with suppress(client.exceptions.ResourceNotFoundException):  # it had fired twice
            client.delete_schedule(GroupName=group, Name=schedule["Name"])

    def _reports(self, services: Services) -> None:
        """SES says of each mail that it was accepted, in the end."""
        while self._reported < len(self.mails):
            on_mail_event.handle_report(services, report(self.mails[self._reported], "Sent", self._clock.now()))
            self._reported += 1


class Recorded:
    """A mailer whose mails can be looked at."""

    def __init__(self, mailer: Mailer, mails: list[Carried], clock: MovableClock) -> None:
        self._mailer, self._mails, self._clock = mailer, mails, clock

    def __getattr__(self, name: str) -> object:
        return getattr(self._mailer, name)

    def send(self, message: EmailMessage, *, tag: str) -> str:
        sent = self._mailer.send(message, tag=tag)
        self._mails.append(Carried(self._clock.now(), tag, message, wire_bytes(message)))
        return sent


class Alive:
    """What Lambda says about a call with all its time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


ALIVE = Alive()


def report(mail: Carried, what: str, at: datetime, *, final: bool = True) -> dict[str, object]:
    """What SES tells on EventBridge of one of our mails: `Sent`, `Delivered`, `Bounced`, `Complaint Received`."""
    lead, _, key = mail.tag.partition("/")
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    bounce = {"bounceType": "Permanent" if final else "Transient", "bounceSubType": "General", "timestamp": stamp}
    complaint = {"complaintFeedbackType": "abuse", "timestamp": stamp}
    return {
        "source": "aws.ses",
        "detail-type": f"Email {what}",
        "detail": {
            "mail": {
                "messageId": digest(mail.tag),
                "timestamp": stamp,
                "tags": {"lead": [lead], "touch": [digest(key)]},
            },
            "bounce": bounce,
            "complaint": complaint,
            "delivery": {"timestamp": stamp},
        },
    }
