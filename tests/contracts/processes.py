"""Other processes that work on the same files, and die. Imports little, since each process imports it anew."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from tests.contracts.examples import Submit, budget, submit

from leadlight.local.keys import SqliteKeys
from leadlight.local.store import SqliteStore

SPAWN = multiprocessing.get_context("spawn")


def run(work: Callable[..., None], *arguments: object) -> Connection:
    """Starts a process; its first argument is the other end of the returned pipe."""
    ours, theirs = SPAWN.Pipe()
    SPAWN.Process(target=work, args=(theirs, *arguments), daemon=True).start()
    theirs.close()
    return ours


def capture_and_wait(pipe: Connection, path: Path, what: Submit) -> None:
    """Stores a submit, says so, and holds on."""
    store = SqliteStore(path)
    what.into(store)
    pipe.send(os.getpid())
    pipe.recv()


def count_and_capture(pipe: Connection, path: Path, number: int) -> None:
    """Counts and captures as often as it can, side by side with another process."""
    limit = budget(10, "shared")
    with closing(SqliteStore(path)) as store:
        won = sum(store.count(limit) for _ in range(10))
        submit(f"side-by-side-{number}@example.com").into(store)
    pipe.send(won)


def hand_out(pipe: Connection, path: Path) -> None:
    """Hands out keys and dies without a word to the file."""
    keys = SqliteKeys(path)
    pipe.send([keys.fresh().id for _ in range(20)])
    os._exit(9)
