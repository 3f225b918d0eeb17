"""Handing mail over to an SMTP server, over one connection that is kept. Chosen in `leadlight.wiring`.

Fulfils `leadlight.ports.Mailer`. A kept connection is tried with RSET before each mail: so one that has died meanwhile
is made anew while nothing of that mail was sent yet, and only then.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import threading
import time
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from leadlight.errors import MissingSetting, NotSent, Refused, SendUnclear
from leadlight.mime import recipients_of, sender_of, wire_bytes
from leadlight.model.exchange import About

PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

IDLE, MAILS = 30.0, 100
"""Seconds without a mail, and mails, after which a connection is made anew: servers end them, many without a word."""

SLOW = 60.0
"""Seconds that all before DATA may take together. With what comes after, a mail stays well within its lease."""

NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1"})
"""Status codes (RFC 3463, RFC 5248, RFC 7505) that speak of the recipient for good. 5.4.1 is Exchange Online's for a
recipient unknown at the edge. A full mailbox (5.2.2) may be emptied; 5.7.* speaks of us, our server, or the message."""

PLAIN_REFUSALS = frozenset({550, 551, 553})
"""The answers to RCPT that say the same where a server gives no status code (RFC 5321 § 4.2.3)."""

STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")
ABOUT_US = re.compile(
    rb"relay|authenti|authori|sender|policy|spam|block|black|listed|banned|prohibit|denied|reputation|spf|dkim|dmarc"
    rb"|dns|ptr|reverse|rate|limit|quota|full|storage|too many",
    re.IGNORECASE,
)
"""Words in an answer without a status code that make it no word on the address. In doubt nobody is given up."""


@dataclass
class Line:
    """The connection that is kept, if there is one."""

    server: smtplib.SMTP | None = None
    mails: int = 0
    used_at: float = 0.0

    def hang_up(self) -> None:
        """Says goodbye, if anybody listens."""
        if self.server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.server.quit()
        self.drop()

    def drop(self) -> None:
        """Lets go of the socket; waits for nobody."""
        server, self.server = self.server, None
        if server is not None:
            server.close()


class SmtpMailer:
    """`smtp://[user:password@]host[:port][?starttls]`, or `smtps://…` for TLS at once. One mail at a time.

    With a password, `smtp:` insists on STARTTLS unless the server is on this machine.
    """

    reports_later = False

    def __init__(
        self, url: str, *, timeout: float = 20.0, idle: float = IDLE, tls: ssl.SSLContext | None = None
    ) -> None:
        self._url = parsed(url)
        self._timeout, self._idle = timeout, idle
        self._tls = tls or ssl.create_default_context()
        self._turn = threading.Lock()
        self._line = Line()
        weakref.finalize(self, self._line.drop)

    def send(self, message: EmailMessage, *, tag: str) -> str:  # noqa: ARG002 - SMTP has no place for evidence
        """The id is the message's own `Message-ID`, else the server's answer. All recipients or none."""
        sender, recipients, data = sender_of(message), recipients_of(message), wire_bytes(message)
        with self._turn:
            deadline = time.monotonic() + SLOW
            server = self._ready()
            announce(server, sender, recipients)
            if time.monotonic() > deadline:
                raise NotSent("The mail server is too slow")
            answer = hand_over(server, data, alone=len(recipients) == 1)
            self._line.mails += 1
            self._line.used_at = time.monotonic()
        return str(message["Message-ID"] or answer)

    def was_sent(self, tag: str) -> bool | None:  # noqa: ARG002 - see above
        """Nobody can tell."""
        return None

    def erase(self, tags: Collection[str], about: About) -> None:
        """Nothing to do: the server has what it took."""

    def close(self) -> None:
        """Ends the connection. The next mail opens another."""
        with self._turn:
            self._line.hang_up()

    def _ready(self) -> smtplib.SMTP:
        """A server that waits for a mail. Raises `NotSent`."""
        line = self._line
        if line.server is None or not self._is_well(line.server):
            line.hang_up()
            try:
                line.server = self._connected()
            except (OSError, smtplib.SMTPException) as error:
                raise NotSent(f"The mail server cannot be reached: {type(error).__name__}") from error
            line.mails, line.used_at = 0, time.monotonic()
        return line.server

    def _is_well(self, server: smtplib.SMTP) -> bool:
        """Whether the kept connection is one still. smtplib lets go of the socket as soon as anything breaks."""
        line = self._line
        if server.sock is None or line.mails >= MAILS or time.monotonic() - line.used_at > self._idle:
            return False
        try:
            code, _ = server.rset()
        except (OSError, smtplib.SMTPException):
            return False
        return is_yes(code)

    def _connected(self) -> smtplib.SMTP:
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
    """Everything before DATA. Raises `NotSent`: `Refused` where the one recipient is what the server does not take.

    A refused sender is about us, and so is whatever is said of one recipient among several.
    """
    try:
        code, _ = server.mail(sender)
        if not is_yes(code):
            raise NotSent(f"The mail server refused our own address with {code}")
        answers = [server.rcpt(recipient) for recipient in recipients]
    except UnicodeError as error:
        raise Refused("The mail server takes no address with letters beyond ASCII") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server broke off: {type(error).__name__}") from error
    for code, answer in answers:
        if not is_yes(code):
            refusal = Refused if len(recipients) == 1 and names_no_mailbox(code, answer, plain=True) else NotSent
            raise refusal(f"The mail server refused an address with {code}{status_in(answer)}")


def hand_over(server: smtplib.SMTP, data: bytes, *, alone: bool) -> str:
    """DATA and its answer. From here on a lost connection leaves the fate of the mail unknown (RFC 5321 § 4.5.4.1).

    Before the mail's last line was sent, the server has it not; but where a write broke off nobody can tell.
    """
    try:
        code, answer = server.data(data)
    except smtplib.SMTPDataError as error:  # the server did not ask for the text, so it has none
        code, said = error.smtp_code, error.smtp_error
        answer = said if isinstance(said, bytes) else said.encode()
        if not 400 <= code < 600:
            server.close()
            raise NotSent(f"The mail server answered DATA with {code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendUnclear(f"The connection was lost after DATA: {type(error).__name__}") from error
    if is_yes(code):
        return answer.decode("ascii", "replace")
    if not 400 <= code < 600:
        server.close()
        raise SendUnclear(f"The mail server answered the message with {code}")
    refusal = Refused if alone and names_no_mailbox(code, answer, plain=False) else NotSent
    raise refusal(f"The mail server refused the message with {code}{status_in(answer)}")


def is_yes(code: int) -> bool:
    """Whether a server agreed: the first digit alone says so (RFC 5321 § 4.3.2)."""
    return 200 <= code < 300


def names_no_mailbox(code: int, answer: bytes, *, plain: bool) -> bool:
    """Whether an answer says that this address will never take mail. `plain`: it may say so without a status code."""
    if not 500 <= code < 600:
        return False
    if status := STATUS.match(answer.lstrip()):
        return status[0].decode() in NO_SUCH_MAILBOX
    return plain and code in PLAIN_REFUSALS and not ABOUT_US.search(answer)


def status_in(answer: bytes) -> str:
    """The status code in an answer, behind a blank, to be shown; the rest of it may name people."""
    status = STATUS.match(answer.lstrip())
    return f" {status[0].decode()}" if status else ""


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
