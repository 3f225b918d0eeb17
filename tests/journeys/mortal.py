"""A server in a process of its own that can be killed and started again on the same data, and a small site for it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import msgspec
from tests.ports import free_port

from leadlight.gate.build import build_site
from leadlight.gate.config import build_here

STARTING = 60.0
"""Seconds that a start may take on a busy machine."""

LATER = ("first", "second", "third")
"""The subjects of the follow-ups, each its own, so that a mail tells which step it is."""


class Server:
    """`leadlight demo` on one port, with the data of all its lives."""

    def __init__(self, data: Path, config: Path) -> None:
        self.data = data
        self.port = free_port()
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def site_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._bury()
        command = [Path(sys.executable).with_name("leadlight"), "demo", "-f", self._config, "--no-build"]
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), "--data", self.data],
                stdout=log,
                stderr=log,
                env={**os.environ, "LEADLIGHT_BUDGETS": "off"},
            )

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, f"it did not start: {self.log()[-2000:]}"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        raise TimeoutError(f"no answer within {STARTING} seconds")

    def kill(self) -> None:
        """SIGKILL, and back at once: no handler runs, nothing is flushed, nothing is said."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as an operator ends it, and waits for the end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
        self._bury()

    def log(self) -> str:
        return (self.data / "server.log").read_text()

    def post(self, path: str, body: bytes, content_type: str) -> int | None:
        """The status, or None if no whole answer came: then nobody knows whether it was stored."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        else:
            return answer.status
        finally:
            connection.close()

    def post_json(self, path: str, values: Mapping[str, object]) -> int | None:
        return self.post(path, msgspec.json.encode(values), "application/json")

    def _bury(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=30)
            self._process = None


def build(root: Path) -> Server:
    """A site with a gate of each kind and a sequence of three mails, built into the data of a server."""
    for name, text in PAGES.items():
        path = root / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for number, (subject, extra) in enumerate(zip(LATER, ("", "only_if: lead.company\n", ""), strict=True), start=1):
        step = root / "docs" / "playbook" / "sequences" / "tale" / f"{number:02}-{subject}.md"
        step.parent.mkdir(parents=True, exist_ok=True)
        step.write_text(STEP.format(subject=subject, extra=extra))
    config = root / "mkdocs.yml"
    config.write_bytes(msgspec.json.encode({"site_name": "Tiny", "theme": "mkdocs", "plugins": ["leadlight"]}))
    data = root / "data"
    with patch("leadlight.gate.build._run", build_here):  # MkDocs right here: to start it takes a second
        build_site(config, data / "site", data / "bundle")
    return Server(data, config)


PAGE = "---\ngate: {{unlock: {unlock}, form: tale, sequence: tale}}\n---\n# A tale\n\nOpen.\n\n<!-- more -->\n\nRest.\n"
STEP = "---\nsubject: {subject}\nwait: 1 day\nencounter: subject\nobjective: advance\n{extra}---\nA {subject} mail.\n"
PAGES = {
    "index.md": "# Home\n",
    "mailed.md": PAGE.format(unlock="email"),
    "opened.md": PAGE.format(unlock="form"),
    "playbook/forms/tale.yml": """
title: Read on
button: Read on
consent: required
fields:
  - {name: email, type: email, label: Address, required: true}
  - {name: company, type: text, label: Company}
wording:
  content: We mail you a link.
  follow-up: You may write to me about this.
  phone: For the call that I ask for.
""",
    "playbook/criteria.yml": "retention: {unconfirmed: 90 days}\n",  # nobody's time is over before all is looked at
    "playbook/team.yml": "company: {name: Tiny}\npeople:\n  - {name: Rita Rep, email: rita@tiny.example}\n",
}
