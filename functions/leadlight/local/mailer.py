"""Handing mail over without a cloud: into a Maildir, to an SMTP server, or nowhere. Chosen in `leadlight.wiring`.

All fulfil `leadlight.ports.Mailer` and pass on the same bytes: the message as its MIME builder made it, CRLF lines.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from leadlight.errors import MissingSetting, NotSent, SendUnclear
from leadlight.mime import digest, recipients_of, sender_of, wire_bytes

PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
START, ACCEPTED = 354, 250


class MaildirMailer:
    """A mailbox on disk (https://cr.yp.to/proto/maildir.html): any mail reader opens it.

    File names hold a hash of the tag, so whether a mail went out can be told for sure until someone deletes it.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        for folder in ("tmp", "new", "cur"):
            (path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """The id is the file's name. On disk before it is in `new/`, in `new/` for good on return."""
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
        """Looks for the tag among the names in `new/` and `cur/`."""
        wanted = f"*.{digest(tag)}_*"
        return any(True for folder in ("new", "cur") for _ in (self._path / folder).glob(wanted))


@dataclass(frozen=True, slots=True)
class Carried:
    """A mail that was taken, when, and under which tag."""

    at: datetime
    tag: str
    message: EmailMessage
    data: bytes


class MemoryMailer:
    """A carrier that only remembers, for rehearsals. With `tells=False` it has no evidence, as SMTP has none."""

    def __init__(self, now: Callable[[], datetime], *, tells: bool = True) -> None:
        self._now, self._tells = now, tells
        self.carried: list[Carried] = []

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """The id is the message's own `Message-ID`, else its place in the row."""
        self.carried.append(Carried(self._now(), tag, message, wire_bytes(message)))
        return str(message["Message-ID"] or len(self.carried))

    def was_sent(self, tag: str) -> bool | None:
        return any(mail.tag == tag for mail in self.carried) if self._tells else None


class SmtpMailer:
    """One connection per mail. `smtp://[user:password@]host[:port][?starttls]`, or `smtps://…` for TLS at once.

    With a password, `smtp:` insists on STARTTLS unless the server is on this machine.
    """

    def __init__(self, url: str, *, timeout: float = 20.0, tls: ssl.SSLContext | None = None) -> None:
        self._url = parsed(url)
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()

    def send(self, message: EmailMessage, *, tag: str) -> str:  # noqa: ARG002 - SMTP has no place for evidence
        """The id is the message's own `Message-ID`, else the server's answer. All recipients or none."""
        sender, recipients, data = sender_of(message), recipients_of(message), wire_bytes(message)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"The mail server cannot be reached: {type(error).__name__}") from error
        try:
            announce(server, sender, recipients)
            answer = hand_over(server, data)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):  # the mail's fate is known by now
                server.quit()
            server.close()
        return str(message["Message-ID"] or answer)

    def was_sent(self, tag: str) -> bool | None:  # noqa: ARG002 - see above
        """Nobody can tell."""
        return None

    def _connect(self) -> smtplib.SMTP:
        url, host = self._url, self._url.hostname or ""
        port = url.port or PORTS[url.scheme]
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=self._tls)
        else:
            server = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            if url.scheme == "smtp" and wants_starttls(url):
                server.starttls(context=self._tls)
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server


def announce(server: smtplib.SMTP, sender: str, recipients: list[str]) -> None:
    """Everything before DATA. Raises `NotSent` when the sender or any recipient is refused."""
    try:
        answers = [server.mail(sender), *(server.rcpt(recipient) for recipient in recipients)]
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NotSent(f"The mail server broke off: {type(error).__name__}") from error
    for code, _ in answers:
        if not 200 <= code < 300:
            raise NotSent(f"The mail server refused an address with {code}")


def hand_over(server: smtplib.SMTP, data: bytes) -> str:
    """DATA and its answer. From here on a lost connection leaves the fate of the mail unknown (RFC 5321 § 4.5.4.1)."""
    try:
        code, answer = server.data(data)
    except smtplib.SMTPDataError as error:
        raise NotSent(f"The mail server refused the message with {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendUnclear(f"The connection was lost after DATA: {type(error).__name__}") from error
    if code != ACCEPTED:
        raise NotSent(f"The mail server refused the message with {code}")
    return answer.decode("ascii", "replace")


def settle_directory(path: Path) -> None:
    """Makes a rename survive a crash of the machine."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def parsed(url: str) -> SplitResult:
    """The URL's parts. Raises `MissingSetting` when it is none of ours."""
    with contextlib.suppress(ValueError):  # a port that is no number
        parts = urlsplit(url)
        if parts.scheme in PORTS and parts.hostname and parts.port != 0:
            return parts
    raise MissingSetting("The SMTP address", "smtp://user:password@mail.example.com:587?starttls")


def wants_starttls(url: SplitResult) -> bool:
    """Whether to upgrade: asked for, or a password must not travel in the clear."""
    asked = "starttls" in parse_qs(url.query, keep_blank_values=True)
    return asked or (bool(url.password) and url.hostname not in LOOPBACK)
