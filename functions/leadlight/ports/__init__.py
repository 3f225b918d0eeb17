"""What the product needs from the outside world, with the whole contract of each part in words.

`local/` and `aws/` fulfil these; `tests/contracts/` quotes them.

The words, once and everywhere:

    visitor       a person at the site
    lead          left contact details; also the first stage
    gate          where an open page goes on for leads only
    playbook      what marketers write for conversations: forms, sequences, messages, team
    sequence      a planned conversation; its parts are steps
    follow-up     a step planned for one lead, with a due time
    touch         a fact on the timeline
    encounter     whom or what a touch meets: person, subject, company, product
    objective     the progress a contact is to effect: start, advance, close, relate
    outcome       whether it did, or why not
    stage         lead, prospect, opportunity, customer, repeat, lost, lapsed, disqualified
    temperature   cold, warm, hot
    intent        exploring, evaluating, ready
    consent       a receipt per purpose: content, follow-up, phone, news
    pass          the visitor's cookie
    ledger        what guards doing a due thing once
    rep, marketer the people on our side
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol, runtime_checkable

from leadlight.model.due import Due
from leadlight.model.event import Event
from leadlight.model.exchange import About, SealingKey
from leadlight.ports.store import Store as Store
from leadlight.settings import Settings
from leadlight.tokens import Tokens


class Clock(Protocol):
    """The time. Nothing else in the product asks the machine for it."""

    def now(self) -> datetime:
        """Aware, UTC; never goes backwards by more than the machine's own clock does."""


@runtime_checkable
class MovableClock(Clock, Protocol):
    """A clock that a demo or a simulation moves."""

    def move_to(self, moment: datetime) -> None:
        """From now on it is at least that late. Survives a restart once it has returned."""


class Keys(Protocol):
    """Where the keys of sealed fields live, apart from the leads, so that erasing a key erases what it sealed."""

    def fresh(self) -> SealingKey:
        """A key that no one else has got or will get.

        Locally it is already durable, unassigned; on AWS the store writes it within the capture's transaction.
        A key that is never named by a stored capture or touch is waste, not harm.
        """

    def secrets(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The secrets of those that exist. A missing id is simply absent: erased."""

    def shred(self, key_ids: Sequence[str]) -> None:
        """Deletes for good. Unknown ids are fine. Durable on return. After `StoreBusy`, shred the same again."""

    def notes(self, prefix: str) -> Iterator[tuple[str, str]]:
        """All such facts whose names begin so, with their names, in no particular order; for operators."""

    def note(self, name: str) -> str | None:
        """A small named fact that lives and is restored with the keys, as `Store.note` with the leads."""

    def raise_note(self, name: str, value: str) -> None:
        """As `Store.raise_note`."""


class Mailer(Protocol):
    """Hands one message over. Never retries by itself."""

    @property
    def reports_later(self) -> bool:
        """Whether the carrier reports by itself, within the hour as a rule, on each mail that it has accepted."""

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """Sends and returns the id under which the carrier accepted it. `tag` names the ledger entry for evidence.

        Raises `NotSent` when it was certainly not accepted, `Refused` among these when that is for good and for the
        recipient's address alone, and `SendUnclear` when nobody knows.
        """

    def erase(self, tags: Collection[str], about: About) -> None:
        """Deletes the copies that are kept here of mails of these tags, and of any other that is about that person.

        What the carrier or a recipient has is out of reach: a mailer that keeps no copies has nothing to do. Raises
        `StoreBusy`; the same again is fine.
        """

    def was_sent(self, tag: str) -> bool | None:
        """Evidence: True or False when the carrier can tell for sure, None when it cannot.

        False counts: what was not sent is sent again. So it is for carriers that show a mail as soon as they have it,
        and that take each tag once: `send` with a tag that is there returns the id of the mail that has it. Otherwise
        a worker that slept with a mail in its hand would send it beside the worker that came after it.
        """


class Files(Protocol):
    """The bundle: immutable objects by path, and `manifest.json`."""

    def read(self, path: str) -> bytes:
        """The object. Raises `MissingBundle`, and `StoreBusy` when the place does not answer."""

    def link(self, path: str, *, name: str, media_type: str) -> str | None:
        """Where a browser may fetch the object itself, saved as `name`, for five minutes at most.

        Without a name it is to be shown there and then, if the browser can.

        None where there is no such place and the server streams it.
        """

    def version(self, *, newest: bool = False) -> str:
        """Changes within a minute of `manifest.json`; cheap enough to ask on every request.

        With `newest`, within seconds: for whoever holds something that the manifest does not know.
        """


class Scheduler(Protocol):
    """Wakes `on_due` at a time. It makes things prompt; the due index is the truth, and the tick finds the rest."""

    def wake(self, due: Due) -> None:
        """At `due.at`, or up to a minute later, `on_due` is woken with exactly that row; never before.

        A time that is over wakes at once. Asking again for the same row (same lead, `ledger_key` and time) is fine and
        wakes once. Waking may happen twice all the same. Raises `NotScheduled`.
        """

    def cancel(self, due: Due) -> None:
        """That row wakes nobody any more. One that was never asked for, or has woken, is fine.

        Raises `NotScheduled`.
        """


@runtime_checkable
class Alarm(Scheduler, Protocol):
    """A scheduler that cannot call by itself: whoever keeps the time asks it. Forgets all when the process ends."""

    def fired(self, now: datetime) -> tuple[Due, ...]:
        """The rows whose time has come, earliest first, each once for each time it was asked for."""

    def next_at(self) -> datetime | None:
        """When the next one comes; None if none was asked for."""


class Bus(Protocol):
    """Tells other systems what happened."""

    def publish(self, events: Sequence[Event]) -> None:
        """Hands the events over, each at least once; on return none of them can be lost any more.

        Raises `NotPublished` with the ids of those that were not taken; the others were. Publishing again is fine:
        receivers tell a repetition by the event's id.
        """


@runtime_checkable
class Outbox(Bus, Protocol):
    """A bus that keeps events until somebody has them delivered."""

    def deliver(self) -> int:
        """Tries what is due for delivery now; returns how many were taken. May wait for slow receivers, raises nothing
        for them: what is not taken is tried again later, or given up with a line in the log. Raises `StoreBusy`."""


class Crm(Protocol):
    """The operator's own system, which goes on with leads that somebody has taken over."""

    def give(self, name: str, body: str) -> None:
        """Hands over one JSON text. `name` is the same over all tries: by it the receiver knows a repetition.

        Raises `NotGiven` when it was not taken, or nobody knows; the same again is fine.
        """


class Inbox(Protocol):
    """Mail that came in for us: replies. Raw MIME by key, until it is done with.

    Every method may raise `StoreBusy`. A key that cannot be one is like one that is unknown.
    """

    def waiting(self) -> Iterator[str]:
        """The keys of the mails that nobody is done with, oldest first where the place can tell."""

    def read(self, key: str) -> bytes:
        """The mail as it came, byte by byte. Raises `MissingMail` when there is none of that key (any more)."""

    def done(self, key: str) -> None:
        """Deletes it: a mail is personal, and what matters of it is sealed in the store by now. Unknown keys are fine.

        So nothing stays of a mail that comes late from somebody who was erased.
        """

    def lay_aside(self, key: str) -> None:
        """We fail at it: who walks what is waiting passes it over, and it stays for people to look at.

        On AWS nobody walks: an event tells of each mail, and ends with the dead letters; the mail expires by itself.
        Unknown keys are fine.
        """

    def erase(self, about: About) -> None:
        """Deletes every mail kept here, waiting or laid aside, that is about that person."""


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that actors get. Built in `wiring.py` only."""

    store: Store
    keys: Keys
    mailer: Mailer
    files: Files
    scheduler: Scheduler
    bus: Bus
    inbox: Inbox
    clock: Clock
    tokens: Tokens
    settings: Settings
    request: str = ""  # whose work this is: an HTTP request's id, for the log
    crm: Crm | None = None  # where leads are handed over to; None: nowhere
    take_mail: Callable[[str], bool | None] | None = (
        None  # whether a domain does, where DNS is asked; None: it says nothing
    )
    random: Callable[[int], bytes] = secrets.token_bytes  # so many bytes that nobody can guess; a rehearsal's repeat

    def token(self, count: int = 8) -> str:
        """A fresh name of `count` random bytes, as hexadecimal digits."""
        return self.random(count).hex()

    def with_mailer(self, mailer: Mailer) -> Services:
        """The same with another mailer."""
        return replace(self, mailer=mailer)
