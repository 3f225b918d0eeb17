"""Are our mails taken well enough to go on sending? Pure; asked by `leadlight.reputation`.

Amazon SES looks at an account of which 5 % of the mails bounce for good, or 0.1 % are called spam, and stops it at 10 %
and 0.5 % (https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html); Google wants less than 0.1 %. We
stop ourselves before that, and only what nobody waits for: follow-ups and news. Only these are counted, too: opt-in
mails have a breaker of their own, and whoever types wrong addresses into a form must not switch our follow-ups off.
Nor may one reader who calls a mail spam: that is no rate.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from leadlight.model.due import DueKind
from leadlight.model.exchange import Budget
from leadlight.model.person import LeadId
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.mail_events import due_key
from leadlight.rules.next_action import Action, Reason

ENOUGH = 200
"""Of fewer mails a day no rate says anything: one of them would be too many."""

BOUNCES, COMPLAINTS = 200, 5
"""So many of ten thousand are too many: 2 % that bounce for good, 0.05 % that are called spam."""

PEOPLE = 2
"""One reader who takes us for spam is no rate: of so many it takes a complaint, however few mails go out."""

HOUR, HOURS = timedelta(hours=1), 25
"""What is counted together, and how many of these we look back: a day, and the hour that has begun."""

KEPT = timedelta(hours=HOURS + 1)

UNASKED = (f"{DueKind.STEP}/", f"{DueKind.MAIL}/news/", f"{DueKind.MAIL}/arrived/")
"""How the due keys of mails begin that nobody waits for at this moment."""

PLACES = 4
"""Sends are counted in several places: two transactions that meet at one counter would have to wait."""


class Fate(StrEnum):
    """What is counted of a mail, once."""

    SENT = "sent"
    BOUNCED = "bounced"  # for good
    COMPLAINED = "complained"  # each reader once a day


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the mails of some time."""

    sent: int = 0
    bounced: int = 0
    complained: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.sent + other.sent, self.bounced + other.bounced, self.complained + other.complained)


@dataclass(frozen=True, slots=True)
class Paused:
    """Until when nothing goes out that nobody waits for, since when (which names this pause), and why, in words."""

    until: datetime
    since: datetime
    why: str

    def __str__(self) -> str:
        """As it is noted; one that ends later is greater as a text, too."""
        return f"{_text(self.until)} {_text(self.since)} {self.why}"


def paused_of(noted: str | None) -> Paused | None:
    """The pause that a note holds, over or not."""
    if not noted:
        return None
    until, since, why = noted.split(" ", 2)
    return Paused(datetime.fromisoformat(until), datetime.fromisoformat(since), why)


def paused_at(noted: str | None, now: datetime) -> Paused | None:
    """The pause that holds now; None if mails may go out."""
    paused = paused_of(noted)
    return paused if paused and paused.until > now else None


def is_unasked(ledger_key: str) -> bool:
    """Whether that mail is one that nobody waits for."""
    return due_key(ledger_key).startswith(UNASKED)


def kept_back(coming: Action | Reason | None, paused: Paused | None) -> Action | Reason | None:
    """What comes next, with why it does not come before the end of the pause that it falls into."""
    if not isinstance(coming, Action) or paused is None or not coming.what.startswith(UNASKED):
        return coming
    falls_into = paused.since <= coming.at < paused.until
    return replace(coming, at=paused.until, why=paused.why) if falls_into else coming


def counters(lead_id: LeadId, ledger_key: str, at: datetime, *fates: Fate) -> tuple[Budget, ...]:
    """What is increased when that is stored of a mail; nothing for a mail that somebody waits for.

    `at` is when it happened, so that it does not matter when, or in which order, we hear of it.
    """
    if not is_unasked(ledger_key):
        return ()
    place = zlib.crc32(lead_id.encode()) % PLACES
    return tuple(Budget(_key(fate, at, place if fate is Fate.SENT else 0), 0, at + KEPT) for fate in fates)


def complaint(told: Touch, known: Iterable[Touch], ledger_key: str) -> tuple[Budget, ...]:
    """What is increased for that complaint; nothing if one of the same lead's is counted already.

    `known` are the touches of the lead, without this one.
    """
    before = (
        touch
        for touch in known
        if touch.kind is TouchKind.COMPLAINED and touch.facts.get("what", "").startswith(UNASKED)
    )
    if any(abs(touch.at - told.at) < KEPT for touch in before):
        return ()
    return counters(told.lead_id, ledger_key, told.at, Fate.COMPLAINED)


def keys_of(now: datetime) -> Iterator[str]:
    """The counters that tell of the last day."""
    for hours in range(HOURS):
        yield from (_key(Fate.SENT, now - hours * HOUR, place) for place in range(PLACES))
        yield from (_key(fate, now - hours * HOUR, 0) for fate in (Fate.BOUNCED, Fate.COMPLAINED))


def by_hour(counted: Mapping[str, int], now: datetime, *, lifted: datetime | None) -> Sequence[Counts]:
    """The last day hour by hour, the present one first; nothing of what an operator has put behind us."""
    return tuple(
        Counts() if lifted and _hour(now - back * HOUR) < lifted else _counts(counted, now - back * HOUR)
        for back in range(HOURS)
    )


def _counts(counted: Mapping[str, int], at: datetime) -> Counts:
    sent = sum(counted.get(_key(Fate.SENT, at, place), 0) for place in range(PLACES))
    return Counts(sent, *(counted.get(_key(fate, at, 0), 0) for fate in (Fate.BOUNCED, Fate.COMPLAINED)))


def pause_for(hours: Sequence[Counts], now: datetime, *, before: Paused | None = None) -> Paused | None:
    """The pause that these counts call for; None where all is well. `before` is one that holds already.

    It ends by itself, at the full hour at which the counts that are left say nothing against us any more.
    """
    why = too_many(sum(hours, Counts()))
    if why is None:
        return None
    left = (sum(hours[: len(hours) - gone], Counts()) for gone in range(1, len(hours) + 1))
    gone = next(gone for gone, counts in enumerate(left, 1) if too_many(counts) is None)
    return Paused(_hour(now) + gone * HOUR, before.since if before else now, why)


def too_many(counts: Counts) -> str | None:
    """Why these are too many, in words; None if they are not."""
    sent = counts.sent
    if sent < ENOUGH:
        return None
    if counts.complained >= PEOPLE and counts.complained * 10_000 >= sent * COMPLAINTS:
        share = _share(counts.complained, sent)
        return f"{counts.complained} readers called a mail of ours spam, of {sent} mails within a day ({share})"
    if counts.bounced * 10_000 >= sent * BOUNCES:
        return f"{counts.bounced} of {sent} mails within a day came back for good ({_share(counts.bounced, sent)})"
    return None


def _share(part: int, whole: int) -> str:
    """
    >>> _share(1, 900)
    '0.11 %'
    """
    return f"{100 * part / whole:.2f} %"


def _key(fate: Fate, at: datetime, place: int) -> str:
    return f"mails/{fate}/{at.astimezone(UTC):%Y-%m-%dT%H}/{place}"


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
