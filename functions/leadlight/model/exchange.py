"""What goes into the store and comes out of it besides the nouns themselves. The contracts stand in `ports`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadlight.model.due import Due, LedgerEntry
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, LeadId
from leadlight.model.touch import Touch

ON_CHANGE, FIGURES = "on_change", "figures"
"""Who reads the feed: what happens after a touch, and what counts it."""

EPOCH_NOTE = "epoch"
"""The note, with the leads and with the keys, that tells leads which were put back from a copy."""

SIGNED_OUT = "signed-out/"
"""Begins the note that says when a person last signed out: sessions from before then are over, on every device."""

SENDING_NOTE = "sending"
"""The note that says until when nothing goes out that nobody waits for: too many of those mails came back."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A fresh AES-256 key that has sealed nothing yet. `secret` is 32 bytes."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Budget:
    """A counter that may be increased while it is below `limit`.

    `key` holds the window it counts (`network/<hash>/2026-01-05T08`): old windows are dead rows, which the store
    removes by itself some time after `expires_at`. Within one call each key stands at most once.
    """

    key: str
    limit: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Everything one decision about one lead writes; all of it or nothing.

    `lead` is the new record. Its `revision` is the one it was decided on; the store writes it as `revision + 1` and
    refuses when the stored one differs. `settle` replaces ledger entries that this worker holds. `undue` are keys
    (`Due.key`) of rows to remove, whether they exist or not; `due` are written after that, so a row in both is moved.
    `confirm` marks captures of this lead confirmed, `code_sent` records when the mail that carries the six digits went
    out. `captures` are new ones of this lead, which none of these two names. `resolve` replaces parked entries, by
    evidence or by a person's word; one that is not parked (any more) refuses the change with `LeaseLost`. `keys` are
    fresh keys that sealed something in `touches` or `captures`. A touch whose id exists already, a key that was used
    already, or a capture that is not this lead's refuses the change with `Conflict`. `counts` are counters that are
    increased along, whatever their limit, so each counts what is stored with it exactly once; each key at most once. At
    most 90 rows: the whole change is one transaction everywhere.
    """

    lead: Lead
    touches: tuple[Touch, ...] = ()
    due: tuple[Due, ...] = ()
    undue: tuple[str, ...] = ()
    settle: tuple[LedgerEntry, ...] = ()
    resolve: tuple[LedgerEntry, ...] = ()
    confirm: Mapping[CaptureId, datetime] | None = None
    code_sent: Mapping[CaptureId, datetime] | None = None
    keys: tuple[SealingKey, ...] = ()
    captures: tuple[Capture, ...] = ()
    counts: tuple[Budget, ...] = ()
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Dossier:
    """What it takes to write to one lead: the lead, the captures that the due row names, and secrets of their keys.

    `due` is the row as it stands now, None if it is gone; `entry` is what the ledger says of it. `secrets` holds what
    came along in the same read; it may be empty. Ask `Keys` for what is missing. `epoch` is the store's note
    `EPOCH_NOTE`, None if there is none; `keys_epoch` the one beside the keys: None where it did not come along, empty
    where there is none. `sending` is the note `SENDING_NOTE`.
    """

    lead: Lead
    captures: tuple[Capture, ...] = ()
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    due: Due | None = None
    entry: LedgerEntry | None = None
    epoch: str | None = None
    keys_epoch: str | None = None
    sending: str | None = None


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A touch as it comes by on the feed. `position` grows; compare positions only for order."""

    position: int
    touch: Touch


@dataclass(frozen=True, slots=True)
class News:
    """What one record of a feed tells about a lead: a new touch, or a due row as it is now and as it was before.

    `due` without `was`: set; both: moved or written again; `was` alone: removed. It says that something changed, and
    how it stood then. What is done about it is decided on the store as it is.
    """

    lead_id: LeadId
    touch: Touch | None = None
    due: Due | None = None
    was: Due | None = None


@dataclass(frozen=True, slots=True)
class About:
    """By what a mail is known to be about one person: if it holds one of `words`, as `mime.holds` looks for them.

    `names` may be a namesake's, too, such as a name or a number of a whole office. They count only in mails to `ours`,
    our own people: in all others they are most likely the recipient's own.
    """

    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
