"""What is to happen and when: due rows, and the ledger that guards doing each of them once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadlight.model.person import CaptureId, LeadId


class DueKind(StrEnum):
    """Which sort of thing is due; with `ref` it names one thing of one lead."""

    MAIL = "mail"  # opt-in, delivery, notification: may repeat, never vanish
    STEP = "step"  # a follow-up: never twice
    TASK = "task"  # the rep's next step
    HOLD = "hold"  # the end of a take-over, or of a pause
    EVIDENCE = "evidence"  # a look for word of a follow-up that is parked
    CLAIM = "claim"  # nobody has taken the lead yet: it goes to the next rep, then to the manager
    REVIEW = "review"  # a look at a lead that nothing else is planned for: it lapses, or its renewal is near
    ERASURE = "erasure"  # everything of the lead goes; the row outlives it until that is done


BY_A_FORM = ("optin/", "notify/captured/")
"""Begins what a form's rows are about. A submit reads nothing, so it writes them as of a lead's first generation."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do for one lead. At most one row per lead, kind and ref; writing it again moves it.

    `ref` by kind: mail `optin/<capture>`, `withheld/<capture>`, `delivery/<capture>`, `notify/<touch>`,
    `moved/<person>/<touch>`, `raise/<touch>`, `crm/<touch>`, `breaker/<hour>`, `crowded/<capture>/<counter>`,
    `afresh/<what>`; with `~` and a time behind it, once more because the link was too old; `news/<page>`,
    `arrived/<gate>@<language>-<start>`; step and evidence `<sequence>@<version>/<start>/<slug>`; task and hold the
    touch that set them, a pause's end `pause/<who>/<touch>`; claim the touch that a rep was told of, `~` and how often
    it was passed on; review `lapse` or `renewal`; erasure the name under which its figures stay.
    `captures` are those that were confirmed when the row was written, or the one that it is about: whoever does it
    reads them along. Nothing depends on their being complete. `gate` is whose form asked for a mail that is withheld.
    """

    lead_id: LeadId
    generation: int
    kind: DueKind
    ref: str
    at: datetime
    captures: tuple[CaptureId, ...] = ()
    request: str = ""  # the HTTP request that it follows from, if one does: for the log
    failing_since: datetime | None = None  # since when doing it has failed, again and again
    gate: str = ""

    @property
    def key(self) -> str:
        """Names this row among the lead's rows."""
        return f"{self.kind}/{self.ref}"

    @property
    def ledger_key(self) -> str:
        """Names the doing of it, for ever: also after the row is gone, and across an erased lead's new start."""
        return f"{self.generation}/{self.kind}/{self.ref}"

    def is_of(self, generation: int) -> bool:
        """Whether it is of the lead as it lives now. A form's row is: it goes with the life that it fell into."""
        return self.generation == generation or self.ref.startswith(BY_A_FORM)

    def stands_as(self, stored: Due | None) -> bool:
        """Whether `stored` is this row, neither gone nor moved. What it only brings along does not matter."""
        return stored is not None and self == replace(
            stored, captures=self.captures, request=self.request, failing_since=self.failing_since
        )


class LedgerState(StrEnum):
    """How far the doing is."""

    CLAIMED = "claimed"
    RELEASED = "released"  # certainly not done; may be claimed again
    SENT = "sent"
    PARKED = "parked"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One thing done or being done for one lead.

    `owner` is the nonce of the worker that claimed it; `lease_until` is longer than any function or client time-out.
    `attempts` counts claims. `reason` says in words why it was parked or skipped.
    """

    lead_id: LeadId
    key: str
    state: LedgerState
    owner: str
    lease_until: datetime
    at: datetime
    attempts: int = 1
    message_id: str | None = None
    reason: str | None = None


def may_be_claimed(previous: LedgerEntry | None, *, now: datetime, may_repeat: bool) -> bool:
    """Whether a thing may be claimed that the ledger shows as `previous`. Both stores ask this."""
    if previous is None or previous.state is LedgerState.RELEASED:
        return True
    return may_repeat and previous.state is LedgerState.CLAIMED and previous.lease_until <= now


def claimed(due: Due, previous: LedgerEntry | None, *, owner: str, now: datetime, lease_until: datetime) -> LedgerEntry:
    """The entry of a new claim. Why the try before was released stays readable; a lost try leaves no reason."""
    released = previous is not None and previous.state is LedgerState.RELEASED
    return LedgerEntry(
        lead_id=due.lead_id,
        key=due.ledger_key,
        state=LedgerState.CLAIMED,
        owner=owner,
        lease_until=lease_until,
        at=now,
        attempts=previous.attempts + 1 if previous else 1,
        reason=previous.reason if previous and released else None,
    )
