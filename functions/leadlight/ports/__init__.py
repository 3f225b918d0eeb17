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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol, runtime_checkable

from leadlight.model.due import Due, LedgerEntry
from leadlight.model.event import Event
from leadlight.model.exchange import ON_CHANGE, Budget, Change, Dossier, FeedRecord, SealingKey
from leadlight.model.figures import Figures
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CompanyId, LeadId
from leadlight.model.touch import Touch
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

    def note(self, name: str) -> str | None:
        """A small named fact that lives and is restored with the keys, as `Store.note` with the leads."""

    def raise_note(self, name: str, value: str) -> None:
        """As `Store.raise_note`."""


class Store(Protocol):
    """Leads and everything known about them.

    Atomicity: each method that writes is one transaction. Durability: `durable()`. Order: reads by one process see
    all writes that returned before. Every method may raise `StoreBusy` and nothing else that is foreign.
    """

    def capture(
        self,
        capture: Capture,
        *,
        key: SealingKey,
        touch: Touch,
        due: Sequence[Due],
        budgets: Sequence[Budget],
        lead: Lead,
    ) -> None:
        """Stores one submit without reading the lead before: known and unknown addresses cost the same.

        Writes the capture, its touch, its due rows and its key, and increases the budgets; writes `lead` as given
        only where there is none of that id, and otherwise leaves the lead's record and revision alone.
        Raises `TooMany` (nothing written) when a budget is used up; `retry_after` counts from `capture.at`. Raises
        `Conflict` (nothing written) when the key or the touch's id was used before. Idempotent by `capture.id`: a
        second call with an id that is stored already changes nothing and raises nothing.
        """

    def commit(self, change: Change) -> Lead:
        """Applies the change and returns the lead as stored. Each touch gets onto the feed once, in order.

        Raises `Conflict` when the lead's revision is not the one decided on or there is no such lead, or when a touch
        id exists: read again, decide again. Otherwise raises `LeaseLost` when a ledger entry in `settle` is not
        claimed by its `owner` any more: never claimed, taken by another after its lease, or settled.
        A lost answer is recognised: committing the same `Change` again at once (same `nonce`, no other commit to that
        lead in between) is answered as done.
        """

    def append(self, touch: Touch) -> bool:
        """Adds one touch to a lead's timeline without touching the lead. False if a touch of that id is there.

        For touches that seal nothing; sealed ones go through `commit`, with their keys.
        """

    def claim(
        self, due: Due, *, lead: Lead, owner: str, now: datetime, lease_until: datetime, may_repeat: bool
    ) -> LedgerEntry:
        """Takes the right to do `due`, once decided on `lead`; returns the entry, `claimed`, owned by `owner`.

        Refused with `Conflict` when the stored revision differs from `lead.revision` (so a stop that was stored in
        between always wins) or when the due row is gone or was moved. Then, refused with `AlreadyClaimed` when there
        is an entry, unless it is `released`, or it is `claimed`, its lease is over (`lease_until <= now`) and
        `may_repeat`. Claiming again with the same `owner` while the entry is `claimed` by it returns that entry
        unchanged: a lost answer is no loss. `model.due.may_be_claimed` and `claimed` decide and make the entry, the
        same for all stores.
        """

    def lead(self, lead_id: LeadId) -> Lead | None:
        """The lead, or None if there is none."""

    def dossier(self, due: Due) -> Dossier | None:
        """The lead of that row with the captures that `due.captures` names, oldest first; None if there is no lead.

        With it comes what the ledger says of that row, and the note that tells a restored store. One read of the
        store, consistent item by item. A capture that is gone is simply absent.
        """

    def leads(self) -> Iterator[Lead]:
        """All leads, in no particular order; for operators and reports, never within a visitor's request."""

    def captures(self, lead_id: LeadId) -> tuple[Capture, ...]:
        """The lead's captures, oldest first."""

    def touches(self, lead_id: LeadId) -> tuple[Touch, ...]:
        """The lead's timeline, oldest first, ties in the order stored."""

    def due_of(self, lead_id: LeadId) -> tuple[Due, ...]:
        """What is due for one lead, earliest first."""

    def due(self, *, until: datetime, limit: int) -> tuple[Due, ...]:
        """What is due by then, of all leads, earliest first, at most `limit` rows.

        On AWS an index that follows within moments: a row just moved or removed may still show. `claim` refuses it.
        """

    def ledger(self, lead_id: LeadId) -> tuple[LedgerEntry, ...]:
        """The ledger of one lead, in no particular order."""

    def owned(self, owner: str) -> Iterator[Lead]:
        """The leads that are that person's (`Lead.owner`), in no particular order.

        On AWS an index that follows within moments, as is that of `at_company`.
        """

    def at_company(self, company: CompanyId, *, limit: int | None = None) -> tuple[Lead, ...]:
        """The leads of that company (`Lead.company`), those who came first at the front; all, or the first `limit`."""

    def turn(self, name: str) -> int:
        """How often this was asked by that name before, from 0. Each number is given once; a lost answer skips one."""

    def count(self, budget: Budget) -> bool:
        """Increases the counter and returns True, or returns False when it has reached its limit. Never exceeds it."""

    def counted(self, keys: Sequence[str]) -> Mapping[str, int]:
        """How far these counters have come, each key named once; one that nobody has increased (any more) is absent."""

    def feed(self, *, limit: int, reader: str = ON_CHANGE) -> tuple[FeedRecord, ...]:
        """The oldest touches that were not yet advanced over; the same again until `advance` is called.

        In the order of the transactions that stored them, at least for each lead by itself. Each reader has a place of
        its own. On AWS the stream pushes instead; there this reads what a consumer of the stream would get.
        """

    def advance(self, position: int, *, reader: str = ON_CHANGE) -> None:
        """Everything up to and including `position` is handled. Survives a crash. Never goes back."""

    def figures(self, lead_id: LeadId) -> Figures | None:
        """What that lead adds to the totals, as it was last kept; None if it never was."""

    def all_figures(self) -> Iterator[Figures]:
        """Everybody's, also of who is no lead any more, in no particular order; for operators."""

    def keep_figures(self, figures: Figures, *, before: Figures | None) -> Figures:
        """Puts a lead's figures in the place of `before`, together with the difference in the totals; returns them.

        So each fact is in the totals exactly once, whatever comes twice or out of order. Raises `Conflict` when what is
        stored is not `before` (any more): read again, count again. Where nothing differs, nothing is written. The
        stored revision is greater than `before`'s; the one given does not matter. Keeping the same in the place of the
        same again at once is answered as done.
        Of very many cells a part may be stored, and `Conflict` or `StoreBusy` be raised for the rest; also then the
        totals are the sums of all that is kept.
        """

    def rekey_figures(self, lead_id: LeadId, to: LeadId) -> bool:
        """From now on a lead's figures are those of `to`; the totals stay. False if there are none to be moved.

        Raises `Conflict` when `to` has some already.
        """

    def totals(self, since_week: str = "", until_week: str = "~") -> Mapping[str, int]:
        """The sums of all that is kept and was added, by cell, of these weeks, both included; without those at 0.

        On AWS read from several places one after the other: what is being kept meanwhile may show in part.
        """

    def add_to_totals(self, cells: Mapping[str, int]) -> None:
        """Adds what is no lead's: at most 25 cells, at once. Repeated, it is added again."""

    def note(self, name: str) -> str | None:
        """A small named fact of the installation itself, such as the demo clock's offset."""

    def set_note(self, name: str, value: str) -> None:
        """Stores it."""

    def raise_note(self, name: str, value: str) -> None:
        """Stores it, unless what is stored is as great or greater, as text. Durable on return."""

    def durable(self) -> None:
        """Returns once everything that this process has written before will survive a crash of the machine."""

    def close(self) -> None:
        """Lets go of files and connections."""


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
        """It will not be waiting again. Unknown keys are fine."""


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
    random: Callable[[int], bytes] = secrets.token_bytes  # so many bytes that nobody can guess; a rehearsal's repeat

    def token(self, count: int = 8) -> str:
        """A fresh name of `count` random bytes, as hexadecimal digits."""
        return self.random(count).hex()

    def with_mailer(self, mailer: Mailer) -> Services:
        """The same with another mailer."""
        return replace(self, mailer=mailer)
