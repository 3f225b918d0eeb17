"""Who else is told, without a cloud? Addresses that the operator names, by signed webhooks (Standard Webhooks).

Fulfils `leadlight.ports.Outbox`; chosen in `leadlight.wiring`. `publish` only stores, so that a receiver that is slow
or away holds up nothing; the worker of `leadlight.serve` delivers from a thread of its own.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

import msgspec

from leadlight.errors import MissingSetting, NotPublished, StoreBusy
from leadlight.local.database import Database
from leadlight.local.webhook import SECRET, TIMEOUT, parsed, post, shown, signed
from leadlight.model.event import Event, told

logger = logging.getLogger("leadlight")

OUTBOX = (
    """
    CREATE TABLE delivery (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, body TEXT NOT NULL,
        tries INTEGER NOT NULL, at INTEGER NOT NULL, UNIQUE (event, endpoint)
    );
    CREATE INDEX delivery_by_endpoint ON delivery (endpoint, at, seq)
    """,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BACKOFF = (
    timedelta(seconds=5), 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""How long after each failed try the next one comes, as the specification proposes: three days in all."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint."""

    seq: int
    event: str
    body: str
    tries: int


class WebhookBus:
    """`ports.Outbox` in one SQLite file, made when there is an endpoint. `secret` signs: `whsec_` and base64.

    Raises `MissingSetting` for an endpoint that is no web address, or one without a secret.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        *,
        endpoints: Sequence[str] = (),
        secret: str = "",
        timeout: float = TIMEOUT,
        busy_seconds: float = 10.0,
    ) -> None:
        self._path, self._now, self._secret = path, now, secret
        self._timeout, self._busy_seconds = timeout, busy_seconds
        self._endpoints = {url: parsed(url) for url in endpoints}
        if endpoints and not secret:
            raise MissingSetting("The secret that signs webhooks", SECRET)

    def publish(self, events: Sequence[Event]) -> None:
        if not self._endpoints:
            return
        at = micros(self._now())
        rows = [(event.id, url, body_of(event), at) for event in events for url in list(self._endpoints)]
        try:
            with self._db.writing() as db:
                db.executemany(
                    "INSERT OR IGNORE INTO delivery (event, endpoint, body, tries, at) VALUES (?, ?, ?, 0, ?)", rows
                )
        except StoreBusy as error:
            raise NotPublished([event.id for event in events]) from error

    def deliver(self) -> int:
        return sum(self._deliver_to(url) for url in list(self._endpoints))

    def close(self) -> None:
        """Lets go of the file."""
        if self._endpoints:
            self._db.close()

    @cached_property
    def _db(self) -> Database:
        return Database(self._path, OUTBOX, busy_seconds=self._busy_seconds)

    def _deliver_to(self, url: str) -> int:
        """Until nothing is due there, or one was not taken: who does not answer is asked once in a round."""
        taken = 0
        while (delivery := self._next(url)) is not None:
            status = post(self._endpoints[url], self._signed(delivery), delivery.body, timeout=self._timeout)
            if status == HTTPStatus.GONE:
                self._give_up(url)
                return taken
            if status is None or not 200 <= status < 300:
                self._put_off(delivery, url, status)
                return taken
            self._done(delivery)
            taken += 1
        return taken

    def _next(self, url: str) -> Delivery | None:
        query = "SELECT seq, event, body, tries FROM delivery WHERE endpoint = ? AND at <= ? ORDER BY at, seq LIMIT 1"
        with self._db.reading() as db:
            row = db.execute(query, (url, micros(self._now()))).fetchone()
        return Delivery(*row) if row else None

    def _signed(self, delivery: Delivery) -> dict[str, str]:
        return signed(self._secret, delivery.event, self._now(), delivery.body)

    def _done(self, delivery: Delivery) -> None:
        with self._db.writing() as db:
            db.execute("DELETE FROM delivery WHERE seq = ?", (delivery.seq,))

    def _put_off(self, delivery: Delivery, url: str, status: int | None) -> None:
        if delivery.tries >= len(BACKOFF):
            logger.error("webhook.given_up event=%s endpoint=%s status=%s", delivery.event, shown(url), status)
            self._done(delivery)
            return
        at = micros(self._now() + BACKOFF[delivery.tries])
        with self._db.writing() as db:
            db.execute("UPDATE delivery SET tries = tries + 1, at = ? WHERE seq = ?", (at, delivery.seq))

    def _give_up(self, url: str) -> None:
        """The receiver says that it is gone for good; until the next start nothing more is stored for it."""
        logger.error("webhook.gone endpoint=%s: it answered 410 and gets no more events", shown(url))
        del self._endpoints[url]
        with self._db.writing() as db:
            db.execute("DELETE FROM delivery WHERE endpoint = ?", (url,))


def body_of(event: Event) -> str:
    """What is signed and sent."""
    return msgspec.json.encode(told(event)).decode()


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (moment - EPOCH) // timedelta(microseconds=1)
