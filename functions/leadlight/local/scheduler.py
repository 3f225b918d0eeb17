"""When does the worker of the local server have something to do? A heap in memory; the store has the truth.

Fulfils `leadlight.ports.Alarm`; chosen in `leadlight.wiring`. After a restart it is empty, and the tick finds the rest.
"""

from __future__ import annotations

import heapq
import threading
from datetime import datetime

from leadlight.model.due import Due

Name = tuple[str, str, datetime]


class LocalScheduler:
    """`ports.Alarm`. Several threads may ask."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._heap: list[tuple[datetime, Name]] = []
        self._rows: dict[Name, Due] = {}

    def wake(self, due: Due) -> None:
        with self._turn:
            name = name_of(due)
            if name not in self._rows:
                heapq.heappush(self._heap, (due.at, name))
            self._rows[name] = due

    def cancel(self, due: Due) -> None:
        """Its place in the heap is passed over when its time comes."""
        with self._turn:
            self._rows.pop(name_of(due), None)

    def fired(self, now: datetime) -> tuple[Due, ...]:
        with self._turn:
            found: list[Due] = []
            while self._heap and self._heap[0][0] <= now:
                _, name = heapq.heappop(self._heap)
                if name in self._rows:
                    found.append(self._rows.pop(name))
            return tuple(found)

    def next_at(self) -> datetime | None:
        with self._turn:
            while self._heap and self._heap[0][1] not in self._rows:
                heapq.heappop(self._heap)
            return self._heap[0][0] if self._heap else None


def name_of(due: Due) -> Name:
    """A row at a time, as on AWS: a moved row is another one."""
    return due.lead_id, due.ledger_key, due.at
