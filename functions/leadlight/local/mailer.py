"""Handing mail over without a cloud: into a Maildir, or nowhere. Chosen in `leadlight.wiring`.

Both fulfil `leadlight.ports.Mailer` and pass on the same bytes as `leadlight.local.smtp`: the message as its MIME
builder made it, CRLF lines.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from leadlight.errors import NotSent, SendUnclear
from leadlight.mime import digest, wire_bytes


class MaildirMailer:
    """A mailbox on disk (https://cr.yp.to/proto/maildir.html): any mail reader opens it.

    File names hold a hash of the tag, so whether a mail went out can be told for sure until someone deletes it.
    """

    reports_later = False

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        for folder in ("tmp", "new", "cur"):
            (path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """The id is the file's name. On disk before it is in `new/`, in `new/` for good on return. Each tag once."""
        if there := self._named(tag):
            return there[0]
        name = f"{int(self._now().timestamp())}.{digest(tag)}_{secrets.token_hex(8)}.leadlight"
        draft = self._path / "tmp" / name
        try:
            with draft.open("xb") as file:
                file.write(wire_bytes(message))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise NotSent(f"The Maildir takes no mail: {error.strerror}") from error
        try:
            draft.rename(self._path / "new" / name)
            settle_directory(self._path / "new")
        except OSError as error:
            raise SendUnclear(f"The mail may be in the Maildir: {error.strerror}") from error
        return name

    def was_sent(self, tag: str) -> bool | None:
        """Looks for the tag among the names in `new/` and `cur/`. A mailbox that is not there tells nothing."""
        if self._named(tag):
            return True
        return False if all(folder.is_dir() for folder in self._folders) else None

    @property
    def _folders(self) -> tuple[Path, Path]:
        """Where a mail lies that was sent: before and after its reader has seen it."""
        return self._path / "new", self._path / "cur"

    def _named(self, tag: str) -> list[str]:
        """The names of the mails with that tag."""
        return [path.name for folder in self._folders for path in folder.glob(f"*.{digest(tag)}_*")]


@dataclass(frozen=True, slots=True)
class Carried:
    """A mail that was taken, when, and under which tag."""

    at: datetime
    tag: str
    message: EmailMessage
    data: bytes


class MemoryMailer:
    """A carrier that only remembers, for rehearsals.

    With `tells=False` it has no evidence, as SMTP has none; with `reports_later` somebody reports in its place, as SES.
    """

    def __init__(self, now: Callable[[], datetime], *, tells: bool = True, reports_later: bool = False) -> None:
        self._now, self._tells = now, tells
        self.reports_later = reports_later
        self.carried: list[Carried] = []

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """The id is the message's own `Message-ID` without its brackets, else its place in the row."""
        if not self.was_sent(tag):
            self.carried.append(Carried(self._now(), tag, message, wire_bytes(message)))
        return str(message["Message-ID"] or len(self.carried)).strip("<>")

    def was_sent(self, tag: str) -> bool | None:
        return any(mail.tag == tag for mail in self.carried) if self._tells else None


def settle_directory(path: Path) -> None:
    """Makes a rename survive a crash of the machine."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
