"""Was a parked mail sent, going by what the carrier reports? Asked by the look for word, an hour after it was parked.

A carrier that reports on each mail says nothing of one that it never had. Its silence alone proves nothing: the reports
themselves may be held up. So it counts only once a mail that was sent later was reported on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from leadlight.model.due import Due, DueKind, LedgerEntry

FIRST_LOOK = timedelta(minutes=60)
"""How long reports may take that are not late yet."""

AGAIN = timedelta(hours=1)
"""How far looks are apart."""

AT_LAST = timedelta(hours=24)
"""When nothing is expected any more, and a person has to decide."""

HEARD = "reports/newest"
"""The note that holds when the newest mail was sent on which a report has come."""


class Verdict(StrEnum):
    """What the reports say of a parked mail on which none has come."""

    UNSENT = "unsent"
    OPEN = "open"  # it is too early to tell
    SILENT = "silent"  # nobody will tell any more


def verdict(parked_at: datetime, *, heard_of: datetime | None, now: datetime) -> Verdict:
    """`heard_of` is when the newest mail was sent on which a report has come; None before the first one."""
    if now < parked_at + FIRST_LOOK:
        return Verdict.OPEN
    if heard_of is not None and heard_of > parked_at:
        return Verdict.UNSENT
    return Verdict.SILENT if now >= parked_at + AT_LAST else Verdict.OPEN


def look_for(step: Due, parked_at: datetime) -> Due:
    """The row that looks for word of that step for the first time."""
    return Due(step.lead_id, step.generation, DueKind.EVIDENCE, step.ref, parked_at + FIRST_LOOK)


def next_look(now: datetime, parked_at: datetime) -> datetime:
    """When to look again: in an hour, or when the last look is due, if that comes first."""
    return min(now + AGAIN, max(parked_at + AT_LAST, now + timedelta(minutes=1)))


def step_ref_of(entry: LedgerEntry) -> str:
    """The `ref` of the step that a ledger entry is about."""
    return entry.key.split("/", 2)[2]


def evidence_key(entry: LedgerEntry) -> str:
    """The key of the row that looks for word of it."""
    return f"{DueKind.EVIDENCE}/{step_ref_of(entry)}"
