"""What a test world stands on: one folder with SQLite and a Maildir, or an AWS account as moto plays it.

A ground brings the services of one installation and does what happens by itself. Both serve the same journeys.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from leadlight.handlers import on_change, on_tick
from leadlight.handlers.http import STREAM
from leadlight.local.bus import WebhookBus
from leadlight.local.files import LocalFiles
from leadlight.local.inbox import MaildirInbox
from leadlight.local.keys import SqliteKeys
from leadlight.local.mailer import MaildirMailer
from leadlight.local.scheduler import LocalScheduler
from leadlight.local.store import SqliteStore
from leadlight.ports import MovableClock, Services
from leadlight.serve import Worker
from leadlight.settings import Settings
from leadlight.tokens import Tokens

Event = dict[str, Any]


@dataclass(frozen=True)
class Fetched:
    """An answer as a browser has it in the end: a download with its bytes, wherever they lay."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Here:
    """What Lambda says about a call with so much time left: all it needs, unless a test says otherwise."""

    aws_request_id: str = "test"
    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:test"
    left: int = 900_000  # milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.left


class Ground(Protocol):
    """Where a world stands."""

    services: Services

    def arrives(self, event: Event) -> Event:
        """The request as the functions get it."""

    def fetched(self, raw: dict[str, Any]) -> Fetched:
        """What the browser has in the end of what a function answered."""

    def settle(self, services: Services) -> None:
        """Everything that is due now happens."""

    def walk(self, services: Services, until: datetime) -> None:
        """Time passes from due time to due time, and everything happens when it is due."""

    def mails(self) -> list[bytes]:
        """What was sent, oldest first."""

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""

    def close(self) -> None: ...


class InOrder(MaildirMailer):
    """A Maildir that knows which mail came first: the times of files are coarse, and many are of one moment."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        super().__init__(path, now)
        self.turns: dict[str, int] = {}

    def send(self, message: EmailMessage, *, tag: str) -> str:
        name = super().send(message, tag=tag)
        self.turns.setdefault(name, len(self.turns))
        return name


@lru_cache(maxsize=1000)
def _read(path: str, changed: int) -> bytes:
    """What lies in that file since it was `changed`, read once: stories look into the same mailboxes often."""
    return Path(path).read_bytes()


class LocalGround:
    """One folder."""

    def __init__(self, data: Path, bundle: Path, clock: MovableClock, settings: Settings) -> None:
        self._data, self._bundle = data, bundle
        self._mailer = InOrder(data / "mail", clock.now)
        self.services = Services(
            store=SqliteStore(data / "leads.db"),
            keys=SqliteKeys(data / "keys.db"),
            mailer=self._mailer,
            files=LocalFiles(bundle),
            scheduler=LocalScheduler(),
            bus=WebhookBus(data / "events.db", clock.now),
            inbox=MaildirInbox(data / "inbox"),
            clock=clock,
            tokens=Tokens(settings.token_keys, clock.now),
            settings=settings,
        )

    def arrives(self, event: Event) -> Event:
        return event

    def fetched(self, raw: dict[str, Any]) -> Fetched:
        headers = {name.lower(): value for name, value in raw["headers"].items()}
        stored = headers.get(STREAM.lower())
        body = (self._bundle / stored).read_bytes() if stored else (raw.get("body") or "").encode()
        return Fetched(raw["statusCode"], headers, body)

    def settle(self, services: Services) -> None:
        on_change.drain(services)
        on_tick.handle(services)
        on_change.roll_up(services)

    def walk(self, services: Services, until: datetime) -> None:
        Worker(services).move_clock(until)

    def mails(self) -> list[bytes]:
        turns = self._mailer.turns
        with os.scandir(self._data / "mail" / "new") as new:
            paths = sorted(new, key=lambda path: (path.stat().st_mtime_ns, turns.get(path.name, 0)))
        return [_read(path.path, path.stat().st_mtime_ns) for path in paths]

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with sqlite3.connect(f"file:{self._data / 'leads.db'}?mode=ro", uri=True) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}
        db.close()
        return rows

    def close(self) -> None:
        self.services.store.close()
