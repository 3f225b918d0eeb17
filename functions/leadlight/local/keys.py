"""The keys of sealed fields in a SQLite file of their own, so that shredding a key erases what it sealed.

Fulfils `leadlight.ports.Keys`; chosen in `leadlight.wiring`. `fresh` hands out only keys that this very object made
durable in a batch before, so no other process can hand out the same, and most calls cost no write. A crash wastes
the rest of the batch. Batches start small, for short-lived commands, and double.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from leadlight.local.database import MEMORY, Database
from leadlight.local.schema import KEYS
from leadlight.model.exchange import SealingKey

FIRST_BATCH, LARGEST_BATCH = 8, 256


class SqliteKeys:
    """`ports.Keys` for one machine. Several threads and several processes may use the same file."""

    def __init__(
        self, path: Path, *, busy_seconds: float = 10.0, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._random = random
        self._db = Database(path, KEYS, busy_seconds=busy_seconds)
        self._pool: list[SealingKey] = []
        self._batch = FIRST_BATCH
        self._turn = threading.Lock()

    @classmethod
    def in_memory(cls, *, random: Callable[[int], bytes] = secrets.token_bytes) -> SqliteKeys:
        """The same in every way, but gone with this object."""
        return cls(MEMORY, random=random)

    def fresh(self) -> SealingKey:
        with self._turn:
            if not self._pool:
                self._pool = self._durable_batch()
            return self._pool.pop()

    def secrets(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        with self._db.reading() as db:
            return dict(
                db.execute(
                    "SELECT id, secret FROM sealing_key WHERE id IN (SELECT value FROM json_each(?))",
                    (listed(key_ids),),
                ).fetchall()
            )

    def shred(self, key_ids: Sequence[str]) -> None:
        """Deletes for good. `secure_delete` overwrites the rows; the write-ahead log, which still holds the pages
        from before, is emptied. Raises `StoreBusy` when a reader kept the log in use: shred again.
        """
        with self._db.writing() as db:
            db.execute("DELETE FROM sealing_key WHERE id IN (SELECT value FROM json_each(?))", (listed(key_ids),))
        self._db.empty_log()

    def notes(self, prefix: str) -> Iterator[tuple[str, str]]:
        return iter(self._db.notes(prefix))

    def note(self, name: str) -> str | None:
        return self._db.note(name)

    def raise_note(self, name: str, value: str) -> None:
        self._db.raise_note(name, value)

    def close(self) -> None:
        """Lets go of the file; keys of the pool that were not handed out are waste."""
        self._db.close()

    def _durable_batch(self) -> list[SealingKey]:
        keys = [SealingKey(self._random(16).hex(), self._random(32)) for _ in range(self._batch)]
        with self._db.writing() as db:
            db.executemany("INSERT INTO sealing_key (id, secret) VALUES (?, ?)", [(key.id, key.secret) for key in keys])
        self._batch = min(2 * self._batch, LARGEST_BATCH)
        return keys


def listed(key_ids: Sequence[str]) -> str:
    """Ids as one SQL value, however many there are."""
    return msgspec.json.encode(list(key_ids)).decode()
