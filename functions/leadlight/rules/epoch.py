"""Are these leads a copy from before? Asked before anything is sent, and each minute.

The store of leads and the store of keys each hold a mark, a time that only grows; each minute both are raised, the
leads' first. So leads whose mark is behind that of the keys were restored: what went out since the copy was made, they
do not know. Until an operator says so, nothing is sent; after that, what the plan had for those days is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from leadlight.model.due import Due, DueKind

EACH = timedelta(minutes=1)
"""How often the marks are raised."""

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark, and until when the plans were made that may have been carried out unknown to this store."""

    at: datetime
    doubtful_until: datetime | None = None

    def __str__(self) -> str:
        """As it is noted; a later one is greater as a text, too."""
        return " ".join(moment.astimezone(UTC).isoformat(timespec="microseconds") for moment in self._moments())

    def _moments(self) -> tuple[datetime, ...]:
        return (self.at, self.doubtful_until) if self.doubtful_until else (self.at,)


def mark_of(noted: str | None) -> Mark | None:
    """The mark that a note holds; None where there is no note yet."""
    return Mark(*map(datetime.fromisoformat, noted.split())) if noted else None


def is_restored(leads: Mark | None, keys: Mark | None) -> bool:
    """Whether the leads are older than the keys beside them."""
    return keys is not None and (leads is None or leads.at < keys.at)


def raised(leads: Mark | None, now: datetime) -> Mark | None:
    """The next mark, or None while it is early for one. Where a clock was set back, it grows all the same."""
    if leads is None:
        return Mark(now)
    if abs(now - leads.at) < EACH:
        return None
    return replace(leads, at=max(now, leads.at + TICK))


def lifted(leads: Mark | None, keys: Mark | None, now: datetime) -> Mark:
    """The mark with which an operator says that all is in place. What was planned up to now is in doubt.

    The clock of a demo is restored with its leads: there the doubt reaches as far as it had come.
    """
    known = [mark for mark in (leads, keys) if mark]
    doubts = [mark.doubtful_until for mark in known if mark.doubtful_until]
    return Mark(
        max([now, *(mark.at + TICK for mark in known)]), max([now, *(mark.at + EACH for mark in known), *doubts])
    )


def may_have_gone_out(mark: Mark | None, row: Due) -> bool:
    """Whether the row's time had come when the doubt ends.

    That of a step is when its sequence had begun for this lead: only those were ever planned before.
    """
    if mark is None or mark.doubtful_until is None:
        return False
    if row.kind is not DueKind.STEP:
        return row.at <= mark.doubtful_until
    started = row.ref.split("/")[1]
    return started <= f"{mark.doubtful_until.astimezone(UTC):%Y%m%dT%H%M%S}"
