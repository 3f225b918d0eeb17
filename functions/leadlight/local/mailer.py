"""Handing mail over without a cloud: into a Maildir, or nowhere. Chosen in `leadlight.wiring`.

Both fulfil `leadlight.ports.Mailer` and pass on the same bytes as `leadlight.local.smtp`: the message as its MIME
builder made it, CRLF lines.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from leadlight.errors import NotSent, SendUnclear, StoreBusy
from leadlight.mime import digest, holds, is_to, wire_bytes
from leadlight.model.exchange import About

FOLDERS = ("tmp", "new", "cur")
"""In the order in which a mail moves on: it cannot slip past whoever looks for it."""


class MaildirMailer:
    """A mailbox on disk (https://cr.yp.to/proto/maildir.html): any mail reader opens it.

    Beside its three folders is `tags/`, where each tag has a link, made once, whose target is the name of its mail. So
    a second send of a tag, however near to the first one, only finishes that; and a mail can be found wherever it lies.
    """

    reports_later = False

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        for folder in ("tmp", "new", "cur", "tags"):
            (path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """The id is the file's name. On disk before it is in `new/`, in `new/` for good on return. Each tag once."""
        name = self._named(tag) or self._drafted(message, tag)
        try:
            with suppress(FileNotFoundError):  # somebody else has delivered it, or tells no more
                (self._path / "tmp" / name).rename(self._path / "new" / name)
            settle_directory(self._path / "new")
        except OSError as error:
            raise SendUnclear(f"The mail may be in the Maildir: {error.strerror}") from error
        return name

    def was_sent(self, tag: str) -> bool | None:
        """True for a mail in `new/` or `cur/`. None for one that its reader has removed, or without a mailbox."""
        folders = [self._path / name for name in ("tmp", "new", "cur", "tags")]
        if not all(folder.is_dir() for folder in folders):
            return None
        name = self._named(tag)
        drafts, new, cur, _ = folders
        if name is None or (drafts / name).exists():
            return False
        # In the order in which a mail moves on: it cannot slip past. Readers add `:2,` and flags to a name in `cur/`.
        return True if (new / name).exists() or next(cur.glob(f"{name}*"), None) else None

    def erase(self, tags: Collection[str], about: About) -> None:
        """The files, and of tags their names in `tags/`."""
        try:
            for tag in tags:
                if name := self._named(tag):
                    for path in self._copies(name):
                        path.unlink(missing_ok=True)
                    (self._path / "tags" / digest(tag)).unlink(missing_ok=True)
            remove_mails([self._path / folder for folder in FOLDERS], about)
        except OSError as error:
            raise StoreBusy(f"The Maildir cannot be changed: {error.strerror}") from error

    def _copies(self, name: str) -> Iterator[Path]:
        """Where the mail of that name may lie."""
        yield from (self._path / folder / name for folder in FOLDERS)
        yield from (self._path / "cur").glob(f"{name}:*")

    def _named(self, tag: str) -> str | None:
        """The name of the mail with that tag, wherever it is by now."""
        with suppress(FileNotFoundError):
            return str((self._path / "tags" / digest(tag)).readlink())
        return None

    def _drafted(self, message: EmailMessage, tag: str) -> str:
        """The name of the mail with that tag, in `tmp/` and settled there: this one, or the one that came before."""
        name = f"{int(self._now().timestamp())}.{digest(tag)}_{secrets.token_hex(8)}.leadlight"
        draft = self._path / "tmp" / name
        try:
            with draft.open("xb") as file:
                file.write(wire_bytes(message))
                file.flush()
                os.fsync(file.fileno())
            settle_directory(draft.parent)
            try:
                (self._path / "tags" / digest(tag)).symlink_to(name)  # fails where there is one: the first has the tag
            except FileExistsError:
                draft.unlink()
                return str((self._path / "tags" / digest(tag)).readlink())
            settle_directory(self._path / "tags")
        except OSError as error:
            raise NotSent(f"The Maildir takes no mail: {error.strerror}") from error
        return name


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

    def erase(self, tags: Collection[str], about: About) -> None:
        self.carried[:] = [mail for mail in self.carried if mail.tag not in tags and not is_about(mail.data, about)]

    def was_sent(self, tag: str) -> bool | None:
        return any(mail.tag == tag for mail in self.carried) if self._tells else None


def is_about(raw: bytes, about: About) -> bool:
    """Whether that mail is about that person; also asked by `inbox` beside this."""
    return holds(raw, about.words) or (is_to(raw, about.ours) and holds(raw, about.names))


def remove_mails(folders: Iterable[Path], about: About) -> None:
    """Deletes the mails in these folders that are about that person, for good; called by `inbox`, too."""
    for folder in folders if about.words or about.names else ():
        for path in sorted(folder.iterdir()):
            with suppress(FileNotFoundError):  # its reader has moved or removed it meanwhile
                if path.is_file() and is_about(path.read_bytes(), about):
                    path.unlink()
        settle_directory(folder)


def settle_directory(path: Path) -> None:
    """Makes a rename survive a crash of the machine."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
