"""Servers in processes of their own: started, timed, held still while another one is measured, and ended."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTS = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """How to start one of the two; `PORT` in the command stands for the port."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int
    started_in: float  # seconds until the first 200

    @property
    def resident_mb(self) -> float:
        """Resident memory, in MB of 10^6 bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024 / 1e6

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()

    @contextmanager
    def held(self) -> Iterator[None]:
        """It stands still, so that what it has to do by itself takes nothing from another's measurement."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


def product(data: Path) -> Kind:
    """The product as `leadlight serve` runs it: worker, mail into a Maildir, real clock."""
    leadlight = str(Path(sys.executable).with_name("leadlight"))
    config = str(ROOT / "mkdocs.yml")
    return Kind("Leadlight", [leadlight, "serve", "-f", config, "--no-build", "--data", str(data), "--port", "PORT"])


def floor(path: Path) -> Kind:
    """The bare app."""
    return Kind("bare FastAPI + SQLite", [sys.executable, "-m", "tests.bench.floor", str(path), "PORT"])


def start(kind: Kind) -> Running:
    """Starts it and asks until it answers with 200."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    began = time.perf_counter()
    process = subprocess.Popen(
        [part if part != "PORT" else str(port) for part in kind.command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LEADLIGHT_BUDGETS": "off"},
    )
    while not _answers(port):
        if process.poll() is not None or time.perf_counter() - began > 30:
            raise RuntimeError(f"{kind.name} does not start: {' '.join(kind.command)}")
        time.sleep(0.005)
    return Running(process, port, time.perf_counter() - began)


def start_seconds(kind: Kind) -> float:
    """The median of a few starts."""
    times = []
    for _ in range(STARTS):
        running = start(kind)
        times.append(running.started_in)
        running.end()
    return statistics.median(times)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
