"""How is a mail named that somebody asks for once more? Pure; for `visitor.afresh`, which plans it, and who sends it.

The row of the first mail was done long ago, and nothing is done twice in one name. So the row of the fresh one says,
behind the first one's name, when it was asked for: twice in a second is once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from leadlight.model.due import Due, DueKind, LedgerEntry

MARK = "~"
PATIENCE = timedelta(minutes=10)
"""So long does who has asked for a mail wait before another one goes out."""

AFRESH = "afresh/"
"""Begins the refs of mails that bring a fresh link and nothing else; what it is to follows."""

PREFERENCES, ANSWER = f"{AFRESH}preferences", f"{AFRESH}answer/"
"""To the page of preferences; to a question, whose kind and step follow."""


def asked_again(ref: str, at: datetime) -> str:
    """The `ref` of that mail, sent once more."""
    return f"{ref}{MARK}{int(at.timestamp())}"


def first_ref(ref: str) -> str:
    """The `ref` of the mail that came first; of that one, its own."""
    return ref.partition(MARK)[0]


def asked_again_at(ref: str) -> datetime | None:
    """When it was asked for once more; None for a first mail."""
    _, mark, seconds = ref.partition(MARK)
    return datetime.fromtimestamp(int(seconds), UTC) if mark else None


def is_on_its_way(ref: str, rows: Iterable[Due], entries: Iterable[LedgerEntry], now: datetime) -> bool:
    """Whether that mail waits to go out once more, or has gone out a moment ago."""
    again = f"{ref}{MARK}"
    if any(row.kind is DueKind.MAIL and row.ref.startswith(again) for row in rows):
        return True
    done = [entry.at for entry in entries if f"/{DueKind.MAIL}/{again}" in entry.key]
    return any(now - at < PATIENCE for at in done)
