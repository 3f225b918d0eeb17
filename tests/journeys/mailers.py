"""Mailers that fail in every way a mailer can, around one that works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from leadlight.errors import NotSent
from leadlight.ports import Mailer


class Killed(BaseException):
    """The process dies here: nothing in the product may catch it."""


@dataclass
class Failing:
    """Fails once, at the first mail that `hits`, with what `error` makes; sends it before that if `sends`.

    `tells` is whether the carrier knows afterwards what was sent, as a Maildir does and SMTP does not.
    """

    mailer: Mailer
    error: Callable[[], BaseException]
    sends: bool
    tells: bool
    hits: Callable[[EmailMessage], bool]
    failed: bool = False
    reports_later: bool = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        if self.failed or not self.hits(message):
            return self.mailer.send(message, tag=tag)
        self.failed = True
        if self.sends:
            knows = self.tells or self.mailer.was_sent(tag) is None
            self.mailer.send(message, tag=tag if knows else f"{tag}/unknown")  # a Maildir would take a tag once only
        raise self.error()

    def was_sent(self, tag: str) -> bool | None:
        return self.mailer.was_sent(tag) if self.tells else None


@dataclass
class Meanwhile:
    """Something else happens while a mail that `hits` is on its way; then it is sent."""

    mailer: Mailer
    happens: Callable[[], object]
    hits: Callable[[EmailMessage], bool]
    reports_later: bool = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        if self.hits(message):
            self.happens()
        return self.mailer.send(message, tag=tag)

    def was_sent(self, tag: str) -> bool | None:
        return self.mailer.was_sent(tag)


def is_follow_up(message: EmailMessage) -> bool:
    return bool(message["List-Unsubscribe"])


def is_transactional(message: EmailMessage) -> bool:
    return not is_follow_up(message)


class Refusing:
    """A mail server that takes nothing."""

    reports_later = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        raise NotSent("the mail server is away")

    def was_sent(self, tag: str) -> bool | None:
        return None
