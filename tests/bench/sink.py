"""A mail server that takes everything and keeps nothing, in a process of its own: `python -m tests.bench.sink`.

It says its port on the first line. Told to end, it says how many mails came over how many connections.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from tests.bench.processes import ROOT
from tests.contracts.smtp import smtp_server


@dataclass(frozen=True, slots=True)
class Counted:
    """What came."""

    mails: int
    connections: int


class Sink:
    """A running one."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process, self.url = process, url

    def counted(self) -> Counted:
        """What came since it was asked last."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("?\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Counted)


@contextmanager
def sink() -> Iterator[Sink]:
    """One for as long as it is needed."""
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-m", "tests.bench.sink"], cwd=ROOT, **pipes) as process:
        try:
            yield Sink(process, process.stdout.readline().strip())
        finally:
            process.kill()


def main() -> None:
    with smtp_server() as server:
        print(server.url, flush=True)
        for _ in sys.stdin:
            lines = {str(line) for line in server.lines}
            print(msgspec.json.encode(Counted(server.offered, len(lines))).decode(), flush=True)
            server.lines.clear()
            server.accepted.clear()
            server.offered = 0


if __name__ == "__main__":
    main()
