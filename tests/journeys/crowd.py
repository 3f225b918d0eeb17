"""Visitors who send forms, press buttons and leave, several at once, while time moves and the server dies.

What came back with a whole answer is acknowledged and must hold. After a lost answer the button is pressed again, as
people do; a lost form is not sent again, so that nobody is counted twice.
"""

from __future__ import annotations

import email
import email.policy
import random
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.journeys.mortal import Server

TOKEN = re.compile(r"/confirm\?token=([\w.~-]+)")
FORM = "application/x-www-form-urlencoded"
PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Mail:
    """What a reader sees of a mail."""

    to: str
    subject: str
    text: str
    date: datetime
    stop: str  # the one-click way out of a follow-up; empty on all other mails


class Postbox:
    """The server's Maildir, read as it fills; each mail is read once."""

    def __init__(self, maildir: Path) -> None:
        self._folder = maildir / "new"
        self._known: set[str] = set()
        self._turn = threading.Lock()
        self.mails: list[Mail] = []

    def look(self) -> list[Mail]:
        """What came since the last look."""
        with self._turn:
            names = sorted({path.name for path in self._folder.glob("*")} - self._known)
            self._known.update(names)
            fresh = [_opened(self._folder / name) for name in names]
            self.mails += fresh
        return fresh


@dataclass(slots=True)
class Visitor:
    """One person, what they mean to do, and what of it was acknowledged."""

    number: int
    gate: str
    company: str
    call: str
    will_confirm: bool
    will_leave: bool
    token: str = ""
    stop: str = ""
    accepted: bool = False
    confirmed: bool = False
    leaving: bool = False
    left: bool = False

    @property
    def address(self) -> str:
        return f"visitor-{self.number:04}@crowd.example"


@dataclass(slots=True)
class Crowd:
    """All visitors, and what they do next. What they may do is given out life by life, so each has some to lose."""

    server: Server
    post: Postbox
    dice: random.Random
    visitors: list[Visitor]
    may_post: int = 0
    may_move: int = 0
    posted: int = 0
    answered: int = 0
    surprises: list[str] = field(default_factory=list)
    to_confirm: deque[Visitor] = field(default_factory=deque)
    to_leave: deque[Visitor] = field(default_factory=deque)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def act(self) -> bool:
        """Does one thing that somebody means to do; False if there is none right now."""
        acts: Sequence[Callable[[], bool]] = (self._submit, self._confirm, self._leave, self._move_clock)
        first = self.dice.choices(acts, weights=(6, 6, 2, 2))[0]
        return first() or self._confirm() or self._submit()

    def open_mail(self) -> None:
        """Everybody reads what came: the first link, the first way out."""
        with self._turn:
            for mail in self.post.look():
                visitor = self._at(mail.to)
                found = TOKEN.search(mail.text)
                if visitor and found and not visitor.token and visitor.will_confirm:
                    visitor.token = found[1]
                    self.to_confirm.append(visitor)
                if visitor and mail.stop and not visitor.stop and visitor.will_leave:
                    visitor.stop = mail.stop.removeprefix(self.server.site_url)
                    self.to_leave.append(visitor)

    def _submit(self) -> bool:
        with self._turn:
            if self.posted >= min(self.may_post, len(self.visitors)):
                return False
            visitor = self.visitors[self.posted]
            self.posted += 1
        values = {"gate": visitor.gate, "email": visitor.address, "consent": True, "company": visitor.company}
        if visitor.call:
            values |= {"call": visitor.call, "phone": "+44 20 7946 0123"}
        status = self._expect(self.server.post_json("/api/access", values), {200, 202}, "access")
        visitor.accepted = status is not None
        return True

    def _confirm(self) -> bool:
        self.open_mail()
        return self._again(self.to_confirm, self._press)

    def _leave(self) -> bool:
        return self._again(self.to_leave, self._go)

    def _again(self, waiting: deque[Visitor], act: Callable[[Visitor], bool]) -> bool:
        """Lets the first in the row act; whoever got no answer comes again later."""
        try:
            visitor = waiting.popleft()
        except IndexError:
            return False
        if not act(visitor):
            waiting.append(visitor)
        return True

    def _press(self, visitor: Visitor) -> bool:
        body = urlencode({"token": visitor.token}).encode()
        visitor.confirmed = self._expect(self.server.post("/confirm", body, FORM), {303}, "confirm") is not None
        return visitor.confirmed

    def _go(self, visitor: Visitor) -> bool:
        visitor.leaving = True  # and has left, perhaps, though the answer is never seen
        status = self.server.post(visitor.stop, b"List-Unsubscribe=One-Click", FORM)
        visitor.left = self._expect(status, {200}, "unsubscribe") is not None
        return visitor.left

    def _move_clock(self) -> bool:
        if self.may_move <= 0:
            return False
        self.may_move -= 1
        hours = self.dice.randint(4, 24)
        self._expect(self.server.post_json("/_dev/clock", {"advance": f"{hours} hours"}), {200}, "clock")
        return True

    def _expect(self, status: int | None, wanted: set[int], what: str) -> int | None:
        """The status if it is one of these; a busy store (503) counts as no answer; anything else is noted."""
        if status in wanted:
            self.answered += 1
            return status
        if status not in {None, 503}:
            self.surprises.append(f"{what}: {status}")
        return None

    def _at(self, address: str) -> Visitor | None:
        name, _, domain = address.partition("@")
        return self.visitors[int(name.removeprefix("visitor-"))] if domain == "crowd.example" else None


def gather(count: int, dice: random.Random) -> list[Visitor]:
    """So many people, each a little different.

    Some name a time for their call. It is later than all of them are here, and before the end of what is watched.
    """
    named = datetime.now(UTC) + timedelta(days=21)
    return [
        Visitor(
            number=number,
            gate=dice.choice(("mailed", "opened")),
            company=dice.choice(("", "Acme")),
            call=dice.choice(("", "no", "now", f"{named:%Y-%m-%dT14:30}")),
            will_confirm=dice.random() < 0.75,
            will_leave=dice.random() < 0.1,
        )
        for number in range(count)
    ]


@contextmanager
def acting(crowd: Crowd, *, at_once: int) -> Iterator[None]:
    """The crowd acts until left; an answer that is on its way then is waited for."""
    over = threading.Event()
    wrong: list[BaseException] = []

    def person() -> None:
        try:
            while not over.is_set():
                if not crowd.act():
                    over.wait(PAUSE)
        except BaseException as error:  # noqa: BLE001 handed to the test, which raises it
            wrong.append(error)

    people = [threading.Thread(target=person) for _ in range(at_once)]
    for thread in people:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in people:
            thread.join()
    if wrong:
        raise wrong[0]


def _opened(path: Path) -> Mail:
    mail: Any = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Mail(
        to=mail["To"].addresses[0].addr_spec,
        subject=str(mail["Subject"]),
        text=mail.get_body(("plain",)).get_content(),
        date=mail["Date"].datetime,
        stop=str(mail["List-Unsubscribe"] or "").strip("<>"),
    )
