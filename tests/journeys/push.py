"""A bare repository with our hook, somebody who pushes to it, a server in a process of its own, and a reader."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.mortal import PAGES, STARTING
from tests.ports import free_port

from leadlight.publish.local import hook

LEADLIGHT = Path(sys.executable).with_name("leadlight")
NOBODY = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
       (("NAME", "Mia Marketer"), ("EMAIL", "mia@tiny.example"))},
}  # fmt: skip
"""Git as nobody has set it up."""

MKDOCS = "site_name: Tiny\nsite_url: https://tiny.example/\ntheme: mkdocs\ndocs_dir: docs\nplugins: [leadlight]\n"
SEQUENCE = {
    "playbook/sequences/tale/01-first.md": (
        "---\nsubject: first\nwait: 1 day\nencounter: subject\nobjective: advance\n---\nA first mail.\n"
    )
}
SOURCES = {"mkdocs.yml": MKDOCS} | {f"docs/{name}": text for name, text in (PAGES | SEQUENCE).items()}


@dataclass(frozen=True)
class Marketer:
    """A clone of the repository, and what pushing from it says."""

    clone: Path
    repository: Path

    @classmethod
    def of(cls, root: Path, data: Path) -> Marketer:
        marketer = cls(root / "clone", root / "site.git")
        _git(root, "init", "--quiet", "--bare", marketer.repository)
        _git(root, "init", "--quiet", "--initial-branch", "main", marketer.clone)
        script = marketer.repository / "hooks" / "post-receive"
        script.write_text(hook(data, leadlight=LEADLIGHT))
        script.chmod(0o755)
        return marketer

    def push(self, files: Mapping[str, str], *, to: str = "main") -> str:
        """Writes, commits and pushes; gives what git showed on the terminal."""
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        _git(self.clone, "add", "--all")
        _git(self.clone, "commit", "--quiet", "--allow-empty", "--message", "Write")
        return _git(self.clone, "push", self.repository, f"HEAD:refs/heads/{to}")


def _git(where: Path, *arguments: str | Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=where, env=NOBODY, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@contextmanager
def serving(data: Path) -> Iterator[int]:
    """`leadlight serve` over what was pushed; gives its port."""
    port = free_port()
    command = [LEADLIGHT, "serve", "--no-build", "--port", str(port), "--data", data]
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=data / "work", stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + STARTING
        while not _answers(port):
            assert process.poll() is None, (data / "server.log").read_text()
            assert time.monotonic() < deadline, "it does not answer"
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        threading.Event().wait(0.02)
        return False
    return True


def ask(port: int, method: str, path: str, body: str = "") -> tuple[int, str]:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body or None, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@dataclass
class Reader:
    """Opens one page again and again, and notes what it was answered."""

    port: int
    path: str
    seen: list[tuple[int, str]] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[None]:
        enough = threading.Event()

        def read() -> None:
            while not enough.wait(0.01):
                self.seen.append(ask(self.port, "GET", self.path))

        thread = threading.Thread(target=read)
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join(timeout=30)
