"""What a demo shows besides the site: where to begin, the mailbox, one mail as a person sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadlight.pages.frame import page

JUMPS = ("1 hour", "1 day", "3 days", "1 week", "5 weeks")
"""How far the clock moves at one tap."""


TOP = '<base target="_top">'
"""Links of a mail open in the whole window, as in a mail program."""


@dataclass(frozen=True, slots=True)
class Row:
    """A mail in the list."""

    name: str
    subject: str
    sender: str
    to: str
    at: str
    reader: str  # visitor or rep


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail, both of its parts and all headers."""

    subject: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]


def previewed(shell: str, *, mails: Sequence[object], wrong: str) -> str:
    """Every mail of a rehearsal (subject, to, at, html), in order, each in a frame of its own."""
    return page(shell, "preview_mails.html", heading="Mails as they will look", mails=mails, wrong=wrong, top=TOP)


def start(shell: str, *, now: datetime, mails: int) -> str:
    """Where to go first, as visitor, rep and marketer."""
    return page(shell, "dev_start.html", heading="Try it as all three", now=_clock(now), mails=mails, jumps=JUMPS)


def mails(shell: str, *, rows: Sequence[Row], now: datetime) -> str:
    """The mailbox that all mail of the demo goes to, and the clock."""
    return page(shell, "dev_mails.html", heading="Mailbox", rows=rows, now=_clock(now), jumps=JUMPS)


def mail(shell: str, *, mail: Opened) -> str:
    """One mail. Its HTML stands in a frame that runs no script; the page makes it as high as the mail."""
    return page(shell, "dev_mail.html", heading=mail.subject, mail=mail, frame=TOP + mail.html)


def _clock(now: datetime) -> str:
    return f"{now:%A %d %B %Y, %H:%M} UTC"
