"""A hundred thousand leads wait: what does a tick take, and how much memory? `make bench` runs this as a process.

One lead comes in by the real handlers; the others are its rows under other names, as they lie in SQLite. Nobody is due
while we look: that is what a worker does nearly always.
"""

from __future__ import annotations

import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
from tests.bench.due import opened, prepared
from tests.bench.processes import ROOT

from leadlight.handlers import on_tick
from leadlight.ports import Services

LEADS, TICKS = 100_000, 21
COPIED = {
    "lead": "replace(id, :old, :new), revision, nonce, replace(doc, :old, :new)",
    "capture": "NULL, id || :new, replace(lead_id, :old, :new), at, key_id || :new, replace(doc, :old, :new)",
    "touch": "NULL, replace(lead_id, :old, :new), id, at, replace(doc, :old, :new)",
    "due": "replace(lead_id, :old, :new), key, at, replace(doc, :old, :new)",
    "ledger": "replace(lead_id, :old, :new), key, replace(doc, :old, :new)",
}


class Waiting(msgspec.Struct):
    """What was seen: MB of 10^6 bytes, milliseconds."""

    leads: int
    tick_ms: float
    first_100_ms: float
    resident_mb: float
    peak_mb: float
    stored_mb: float


def waiting(folder: Path) -> Waiting:
    """In a process of its own, so that its memory is nobody else's."""
    command = [sys.executable, "-m", "tests.bench.waiting", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Waiting)


def grow(file: Path) -> None:
    """Copies the one lead that often."""
    with closing(sqlite3.connect(file)) as db, db:
        (old,) = db.execute("SELECT id FROM lead").fetchone()
        for number in range(1, LEADS):
            new = f"{number:0{len(old)}x}"
            for table, columns in COPIED.items():
                key = "id" if table == "lead" else "lead_id"
                names = {"old": old, "new": new}
                db.execute(f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE {key} = :old", names)
        (last,) = db.execute("SELECT max(seq) FROM touch").fetchone()
        db.execute("UPDATE feed SET handled = ?", (last,))  # nobody is told of these: they came long ago


def main(folder: Path) -> None:
    there = prepared(folder, 1)
    grow(there.data / "leads.db")
    services = opened(replace(there, at=there.at - timedelta(hours=1)), there.data)
    quiet = [tick(services) for _ in range(TICKS)]
    status = Path("/proc/self/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024 / 1e6
    with closing(sqlite3.connect(there.data / "leads.db")) as db:
        (leads,) = db.execute("SELECT count(*) FROM due").fetchone()
    began = time.perf_counter()
    rows = services.store.due(until=there.at + timedelta(seconds=1), limit=100)
    asked = 1000 * (time.perf_counter() - began)
    assert len(rows) == 100
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    stored = sum(path.stat().st_size for path in there.data.glob("leads.db*")) / 1e6
    print(msgspec.json.encode(Waiting(leads, statistics.median(quiet), asked, resident, peak, stored)).decode())


def tick(services: Services) -> float:
    """Milliseconds of one sweep."""
    began = time.perf_counter()
    assert on_tick.handle(services) == 0
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
