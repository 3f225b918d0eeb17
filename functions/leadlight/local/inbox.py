"""Mail that came in: a Maildir that some mail server delivers into, or a rehearsal's. Chosen in `leadlight.wiring`.

Fulfils `leadlight.ports.Inbox`. What is done with is deleted; what we fail at moves to `cur/`, marked as seen, where
any mail reader shows it (https://cr.yp.to/proto/maildir.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from leadlight.errors import MissingMail, StoreBusy
from leadlight.local.mailer import FOLDERS, is_about, remove_mails
from leadlight.model.exchange import About

SEEN = ":2,S"


class MaildirInbox:
    """`ports.Inbox` in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        for folder in ("tmp", "new", "cur"):
            (path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def waiting(self) -> Iterator[str]:
        """The files in `new/`, by the time of their delivery; without those that somebody takes away meanwhile."""
        names = [path for path in (self._path / "new").iterdir() if is_mail(path.name)]
        found = sorted((at, path.name) for path in names if (at := delivered_at(path)) is not None)
        return iter([name for _, name in found])

    def read(self, key: str) -> bytes:
        """Raises `MissingMail`, also for what is no file's name."""
        if not is_mail(key):
            raise MissingMail(key)
        try:
            return (self._path / "new" / key).read_bytes()
        except FileNotFoundError as error:
            raise MissingMail(key) from error
        except OSError as error:
            raise StoreBusy(f"The Maildir cannot be read: {error.strerror}") from error

    def done(self, key: str) -> None:
        if is_mail(key):
            with changing(), suppress(FileNotFoundError):  # somebody else has taken it away
                (self._path / "new" / key).unlink()

    def lay_aside(self, key: str) -> None:
        """Moves it to `cur/`."""
        if is_mail(key):
            with changing(), suppress(FileNotFoundError):  # somebody else has taken it away
                (self._path / "new" / key).rename(self._path / "cur" / f"{key}{SEEN}")

    def erase(self, about: About) -> None:
        with changing():
            remove_mails([self._path / folder for folder in FOLDERS], about)


class MemoryInbox:
    """`ports.Inbox` of a rehearsal: somebody in it delivers."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._waiting: dict[str, tuple[datetime, bytes]] = {}
        self._delivered = 0

    def deliver(self, mail: bytes) -> str:
        """A mail comes in; returns its key."""
        self._delivered += 1
        key = f"{self._delivered:06}"
        self._waiting[key] = self._now(), mail
        return key

    def waiting(self) -> Iterator[str]:
        return iter(sorted(self._waiting, key=lambda key: (self._waiting[key][0], key)))

    def read(self, key: str) -> bytes:
        try:
            return self._waiting[key][1]
        except KeyError as error:
            raise MissingMail(key) from error

    def done(self, key: str) -> None:
        self._waiting.pop(key, None)

    def lay_aside(self, key: str) -> None:
        """Forgets it: a rehearsal is over before anybody would look."""
        self.done(key)

    def erase(self, about: About) -> None:
        self._waiting = {key: kept for key, kept in self._waiting.items() if not is_about(kept[1], about)}


@contextmanager
def changing() -> Iterator[None]:
    """What the disk refuses is to be tried again."""
    try:
        yield
    except OSError as error:
        raise StoreBusy(f"The Maildir cannot be changed: {error.strerror}") from error


def delivered_at(path: Path) -> int | None:
    """When, in nanoseconds since 1970; None if it is not there any more."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def is_mail(key: str) -> bool:
    """Whether that is the name of a file in `new/` itself; names with a dot in front are not mails."""
    return bool(key) and not key.startswith(".") and not {"/", "\0"} & set(key)
