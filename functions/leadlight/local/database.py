"""How a SQLite file is opened, written and kept at its newest schema. Used by the local store and the local keys.

One guarded connection per object: threads take turns, processes wait for each other through SQLite's own locks.
`synchronous=FULL` makes every commit durable before it returns (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from leadlight.errors import Conflict, StoreBusy, StoreDamaged, StoreTooNew

PRIVATE = 0o600
MEMORY = Path(":memory:")
"""SQLite's name for a database that lives as long as its connection: a rehearsal's, for which no disk has to turn."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
DAMAGED = (
    "A database is damaged; SQLite says: {}. `leadlight doctor --data` with this folder names it. Stop the server, and "
    "put the newest copies back as “Restore” in the manual for operators has it."
)
PRAGMAS = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"


class Database:
    """A connection with the schema that `migrations` add up to. Raises `StoreTooNew`, `StoreDamaged`, `StoreBusy`."""

    def __init__(self, path: Path, migrations: Sequence[str], *, busy_seconds: float) -> None:
        if path != MEMORY:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=PRIVATE)  # SQLite gives its side files the mode of the main file
        self._connection = sqlite3.connect(path, busy_seconds, isolation_level=None, check_same_thread=False)
        self._turn = Turn(self._connection)
        try:
            with self._turn as connection:
                use_wal(connection, time.monotonic() + busy_seconds)
                connection.executescript(PRAGMAS)
            self._migrate(migrations)
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable once left; rolled back if left by an error."""
        with self._turn as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """The connection for one query, to be fetched to the end before leaving."""
        return self._turn

    def note(self, name: str) -> str | None:
        """What the table `note`, which each file of ours has, says under that name."""
        with self.reading() as db:
            row = db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def raise_note(self, name: str, value: str) -> None:
        """Writes it over nothing, or over what is less."""
        upsert = "INSERT INTO note VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2 WHERE value < ?2"
        with self.writing() as db:
            db.execute(upsert, (name, value))

    def empty_log(self) -> None:
        """Moves all pages into the file, and leaves none behind. Raises `StoreBusy` while a reader keeps the log."""
        with self.reading() as db:
            (kept, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if kept:
            raise StoreBusy("It is deleted, but traces remain until the log is emptied. Try again.")

    def notes(self, prefix: str) -> list[tuple[str, str]]:
        """All whose names begin so."""
        with self.reading() as db:
            query = "SELECT name, value FROM note WHERE substr(name, 1, length(?1)) = ?1"
            return db.execute(query, (prefix,)).fetchall()

    def close(self) -> None:
        """Closes the file."""
        with self._turn as connection:
            connection.close()

    def _migrate(self, migrations: Sequence[str]) -> None:
        with self.writing() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found > len(migrations):
                raise StoreTooNew(found, len(migrations))
            for script in migrations[found:]:
                for statement in script.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version={len(migrations)}")


def use_wal(connection: sqlite3.Connection, deadline: float) -> None:
    """Switches to the write-ahead log. SQLite does not wait by itself when two processes do this at the same moment."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


class Turn:
    """The connection, for one thread at a time, which may take it again; what goes wrong meanwhile comes as our errors.

    A class, not a generator: most of what a request waits for here are small queries, each of which takes a turn.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise as_ours(error) from error


def damage(path: Path) -> str:
    """What SQLite's `quick_check` finds wrong with a file first; empty where it is whole. Raises `StoreBusy`."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA query_only=ON")
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if is_damage(error):
            return str(error)
        raise as_ours(error) from error
    return "" if said == "ok" else " ".join(str(said).removeprefix("*** in database main ***").split())


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is to blame, and no second try helps."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE


def as_ours(error: sqlite3.Error) -> Conflict | StoreBusy | StoreDamaged:
    """What is taken already is a conflict, a file that is not whole damage; all else is a store that did not answer."""
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict()
    if is_damage(error):
        return StoreDamaged(DAMAGED.format(error))
    return StoreBusy(f"SQLite: {error}. Try again; if it stays, look at the disk.")


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (moment - EPOCH) // timedelta(microseconds=1)
