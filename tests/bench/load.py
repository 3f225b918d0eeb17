"""Posts as fast as sixteen connections can, each with its own address: by wrk, or by threads where there is none."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

AT_ONCE = 16
SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load: answers with 2xx, all others, and the waiting times in milliseconds."""

    accepted: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.accepted / self.seconds


def fire(port: int, *, seconds: float, gate: str, name: str) -> Round:
    """Loads the server for so long. `name` makes the addresses of this round unlike those of any other."""
    return (_wrk if shutil.which("wrk") else _threads)(port, seconds, gate, name)


def generator() -> str:
    """What makes the load."""
    return "wrk, 1 thread" if shutil.which("wrk") else "Python threads (no wrk here: it takes part of the machine)"


def _wrk(port: int, seconds: float, gate: str, name: str) -> Round:
    command = ["wrk", "-t1", f"-c{AT_ONCE}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(SCRIPT)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/api/access", "--", gate, name], capture_output=True, text=True, check=True
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Round)


def _threads(port: int, seconds: float, gate: str, name: str) -> Round:
    until = time.perf_counter() + seconds
    waits: list[float] = []
    refused: list[int] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        count = 0
        while (began := time.perf_counter()) < until:
            count += 1
            values = {"gate": gate, "email": f"{name}-{number}-{count}@bench.example", "consent": True}
            connection.request("POST", "/api/access", msgspec.json.encode(values), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            (waits if answer.status < 300 else refused).append(time.perf_counter() - began)  # type: ignore[arg-type]  # refusals are only counted

    clients = [threading.Thread(target=client, args=(number,)) for number in range(AT_ONCE)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    waits.sort()
    at = {part: 1000 * waits[int(part * (len(waits) - 1))] for part in (0.5, 0.99)} if waits else {0.5: 0.0, 0.99: 0.0}
    return Round(len(waits), len(refused), seconds, at[0.5], at[0.99])
