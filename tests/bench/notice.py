"""How soon does the rep have the mail? From the press of the confirmation's button to the file in the Maildir.

A server of its own, as `leadlight serve` runs it, with the real clock; one visitor after the other, as they come.
"""

from __future__ import annotations

import email
import email.policy
import http.client
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec
from tests.bench.processes import product, start

TIMES = 200
PATIENCE = 20.0
REP = "@leadlight.example"
"""Where the mails of our own team go."""

LINK = re.compile(r"http://[^\s>)]+/confirm\?token=[\w.~-]+")


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds from the press to the file. `answer_ms`: so long, in the median, waits the visitor for the page."""

    times: int
    p50_ms: float
    p99_ms: float
    most_ms: float
    answer_ms: float


def measured(data: Path, gate: str) -> Figures:
    """The figures for an installation that is built in `data`."""
    running = start(product(data))
    try:
        post = Post(data / "mail" / "new")
        found = [_one(running.port, post, gate, number) for number in range(-5, TIMES)][5:]  # the first ones warm up
    finally:
        running.end()
    waits = sorted(wait for wait, _ in found)
    return Figures(
        times=len(waits),
        p50_ms=statistics.median(waits) * 1000,
        p99_ms=waits[len(waits) * 99 // 100] * 1000,
        most_ms=waits[-1] * 1000,
        answer_ms=statistics.median(answer for _, answer in found) * 1000,
    )


class Post:
    """The Maildir, read file by file as they come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[Path] = set()

    def next(self, to: str, words: str) -> EmailMessage:
        """The next mail to such an address with these words in its subject."""
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            for mail in self._fresh():
                if to in str(mail["To"]) and words in str(mail["Subject"]):
                    return mail
            time.sleep(0.002)
        raise RuntimeError(f"no mail to {to} about {words!r} within {PATIENCE:.0f} s")

    def _fresh(self) -> Iterator[EmailMessage]:
        paths = set(self._folder.iterdir()) if self._folder.is_dir() else set()
        for path in sorted(paths - self._seen):
            self._seen.add(path)
            with path.open("rb") as file:
                yield email.message_from_binary_file(file, policy=email.policy.default)


def _one(port: int, post: Post, gate: str, number: int) -> tuple[float, float]:
    """Seconds from the press to the rep's mail, and to the visitor's page."""
    address = f"reader{number + 5}@bench.example"
    asked = {"gate": gate, "email": address, "consent": True, "call": "now", "phone": "+44 20 7946 0999"}
    _post(port, "/api/access", msgspec.json.encode(asked), "application/json", 202)
    body = post.next(address, "").get_body(("plain",))
    link = urlsplit(LINK.findall(str(body.get_content()) if body else "")[0])
    token = link.query.partition("=")[2]
    began = time.perf_counter()
    _post(port, "/confirm", urlencode({"token": token}).encode(), "application/x-www-form-urlencoded", 303)
    answered = time.perf_counter()
    post.next(REP, "CALL NOW")
    return time.perf_counter() - began, answered - began


def _post(port: int, path: str, body: bytes, kind: str, status: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, body, {"content-type": kind})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != status:
        raise RuntimeError(f"{path} answered {answer.status}")
