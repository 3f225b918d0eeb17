"""What time is it? The machine's clock, one that a demo may move for good, and one that stands until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadlight.ports import Store

OFFSET = "clock.offset"
"""The note that keeps the offset, in seconds."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


class MovableClock:
    """The machine's clock plus an offset that only grows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = timedelta(seconds=float(store.note(OFFSET) or 0))

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """From now on it is that late; an earlier moment changes nothing. Stored before it returns."""
        ahead = moment - self.now()
        if ahead > timedelta(0):
            self._offset += ahead
            self._store.set_note(OFFSET, str(self._offset.total_seconds()))


class StandingClock:
    """Stands until somebody moves it: the clock of a rehearsal."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._at

    def move_to(self, moment: datetime) -> None:
        """From now on it is that late; an earlier moment changes nothing."""
        self._at = max(self._at, moment)
