"""What the product needs of its store: leads and everything known about them. The contract in words.

The suites in `tests/contracts/` quote it; the glossary stands in `leadlight.ports`, which passes this on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from leadlight.model.due import Due, LedgerEntry
from leadlight.model.exchange import ON_CHANGE, Budget, Change, Dossier, FeedRecord, SealingKey
from leadlight.model.figures import Figures
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, CompanyId, LeadId
from leadlight.model.touch import Touch


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
        """Adds one touch to a lead's timeline without touching the lead. False if a touch of that id is there, or no
        lead is, or one that is being erased: what comes late about somebody who was erased leaves no trace.

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

    def erase(self, lead: Lead, *, captures: Collection[CaptureId], but: Due, anew: Change | None = None) -> None:
        """Removes a lead and everything kept with it, except the row `but`, which whoever erases comes back by.

        Its captures, timeline, due rows and ledger, and the counters that name it, these at the latest when they
        expire. Figures stay: see `rekey_figures`. So does the number of its generation: whoever is captured by that id
        again becomes a lead of the next one, whatever `capture` is given.
        `anew` is who begins by forms that came since: the lead of a greater generation at the old one's revision, whose
        `captures` and `touches` are there already and stay, and its due rows. It is there as soon as the old one is
        gone, one revision on.
        Raises `Conflict` when the lead is gone, is not as decided on, or has a capture that is neither among `captures`
        nor stays: read again, shred its key, too. Then a part of the rest may be gone already, never the lead, which
        goes last.
        """

    def begin_after(self, lead_id: LeadId, generation: int) -> None:
        """Whoever is captured by that id and is no lead now becomes one of a greater generation than that.

        For leads that were put back from a copy, which does not know of an erasure. Twice is once.
        """

    def keep_past(self, touches: Sequence[Touch]) -> None:
        """Puts touches on the timeline of a name that is no lead's. Nobody is told: they get onto no feed.

        Touches of these ids are written again. For whoever erases a lead and keeps its figures, and for what is
        gathered from many leads; see `touches`.
        """

    def drop(self, due: Due) -> None:
        """Removes that row of somebody who is no lead any more; one that is gone is fine."""

    def scrub(self) -> None:
        """Returns once nothing that was removed can be read any more in the files that the store keeps.

        Copies of the store are not its own. After `StoreBusy` (somebody reads right now), scrub again.
        """

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
