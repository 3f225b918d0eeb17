"""Who else is told? Everybody with a rule on the installation's own EventBridge bus.

Fulfils `leadlight.ports.Bus`; chosen in `leadlight.wiring`. A batch may be taken in part: what was refused is handed
over once more, then named to the caller. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.errors import MissingSetting, NotPublished
from leadlight.model.event import Event, told

SOURCE = "leadlight"
ENTRIES, BYTES = 10, 256 * 1024 - 1
"""What one call takes: so many entries, and together less than 256 KB."""
TIME = 14
"""What the time of an entry counts, in bytes, however it is written."""


class Client(Protocol):
    """The part of botocore's `events` client that we use."""

    def put_events(self, **request: object) -> Any: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as EventBridge wants it."""

    id: str
    body: dict[str, object]
    size: int


class EventBridgeBus:
    """`ports.Bus` on AWS. `connect` gives the client, `name` is the bus; without one there is nobody to tell."""

    def __init__(self, connect: Callable[[], Client], *, name: str) -> None:
        self._connect, self._name = connect, name

    def publish(self, events: Sequence[Event]) -> None:
        if not events:
            return
        if not self._name:  # EventBridge would put it on the account's default bus, for all to see
            raise MissingSetting("LEADLIGHT_EVENT_BUS", "leadlight-events")
        entries = [entry_of(event, self._name) for event in events]
        lost = [entry for entry in entries if entry.size > BYTES]
        for batch in batches([entry for entry in entries if entry.size <= BYTES]):
            refused = self._put(batch)
            lost += self._put(refused) if refused else []
        if lost:
            raise NotPublished([entry.id for entry in lost])

    def _put(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries that were not taken; all of them when there was no answer, though some may have been."""
        try:
            reply = self._connect().put_events(Entries=[entry.body for entry in entries])
        except (BotoCoreError, ClientError):
            return list(entries)
        results = reply.get("Entries", ())
        taken = [bool(result.get("EventId")) for result in results]
        return [entry for number, entry in enumerate(entries) if number >= len(taken) or not taken[number]]


def entry_of(event: Event, bus: str) -> Entry:
    """The entry and the size that counts: time, source, type and detail in UTF-8.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    """
    detail = msgspec.json.encode(told(event)).decode()
    body = {"Time": event.at, "Source": SOURCE, "DetailType": event.type, "Detail": detail, "EventBusName": bus}
    return Entry(event.id, body, TIME + sum(len(part.encode()) for part in (SOURCE, event.type, detail)))


def batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in order, as many in each batch as one call takes."""
    batch: list[Entry] = []
    for entry in entries:
        if len(batch) == ENTRIES or sum(e.size for e in batch) + entry.size > BYTES:
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
