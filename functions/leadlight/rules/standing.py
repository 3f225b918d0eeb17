"""What do the mails that came back say of an address? A small state machine, pure; asked by `returns`.

                    HARD            SOFT, 3 mails in 14 days    FULL, 5 mails in 30 days    OURS    COMPLAINT
    fine            unreachable     doubtful, unreachable       doubtful, unreachable       -       complained
    doubtful        unreachable     doubtful, unreachable       doubtful, unreachable       -       complained
    unreachable     -               -                           -                           -       complained
    complained      -               -                           -                           -       -

It only ever goes down this table, and ends at the same place in whatever order, and however often, it hears the same.
Only a person leads back to the top: whoever confirms a form by a mail has got that mail, so nothing before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import reduce


class Sort(StrEnum):
    """Why a mail came back."""

    HARD = "hard"  # there is no such mailbox: no later mail would arrive
    SOFT = "soft"  # it did not arrive, and nobody says why, or for how long
    FULL = "full"  # the mailbox is there and takes nothing for now
    OURS = "ours"  # because of this mail, or of us: too large, its content, a server in trouble, a policy
    COMPLAINT = "complaint"  # it arrived, and a person called it spam


class Level(IntEnum):
    """Where an address is. It only goes up."""

    FINE = 0
    DOUBTFUL = 1
    UNREACHABLE = 2
    COMPLAINED = 3


PATIENCE: Mapping[Sort, tuple[int, timedelta]] = {
    Sort.SOFT: (3, timedelta(days=14)),
    Sort.FULL: (5, timedelta(days=30)),
}
"""So many mails that came back so, within so long, are as good as one that came back for good.

A carrier tries each of them for hours or days before it says so: nobody looks after that mailbox any more.
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said of one mail, named by the carrier's id, and when it happened."""

    sort: Sort
    mail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an address is, and the mails that bring it nearer to the end, each once, the first ones first.

    `last` is when the newest thing happened that says something of the address.
    """

    level: Level = Level.FINE
    passing: tuple[Said, ...] = ()
    last: datetime | None = None


def standing_of(said: Iterable[Said], *, proven_at: datetime | None = None) -> Standing:
    """Where all that leads to. `proven_at` is the time of the newest form that its owner has confirmed by a mail."""
    return reduce(heard, (each for each in said if proven_at is None or each.at > proven_at), Standing())


def heard(standing: Standing, said: Said) -> Standing:
    """The next state. The same again changes nothing."""
    if said.sort is Sort.OURS:
        return standing
    passing = _with(standing.passing, said) if said.sort in PATIENCE else standing.passing
    last = max(said.at, standing.last or said.at)
    return Standing(max(standing.level, _level(said.sort, passing)), passing, last)


def _level(sort: Sort, passing: Sequence[Said]) -> Level:
    """Where this alone leads, with the mails that came back for a passing reason."""
    match sort:
        case Sort.COMPLAINT:
            return Level.COMPLAINED
        case Sort.HARD:
            return Level.UNREACHABLE
        case _:
            return Level.UNREACHABLE if any(_is_enough(passing, each) for each in PATIENCE) else Level.DOUBTFUL


def _with(passing: Sequence[Said], said: Said) -> tuple[Said, ...]:
    """Each mail counts once for each sort, by what was said of it first."""
    earlier = [each for each in passing if (each.mail, each.sort) == (said.mail, said.sort) and each.at <= said.at]
    others = [each for each in passing if (each.mail, each.sort) != (said.mail, said.sort)]
    return tuple(sorted([*others, earlier[0] if earlier else said], key=lambda each: (each.at, each.mail, each.sort)))


def _is_enough(passing: Sequence[Said], sort: Sort) -> bool:
    times = [said.at for said in passing if said.sort is sort]
    count, span = PATIENCE[sort]
    return any(last - first <= span for first, last in zip(times, times[count - 1 :], strict=False))


_FULL = re.compile(r"[245]\.2\.2")
_OURS = re.compile(r"[245]\.(?:1\.[78]|2\.3|3\.\d+|4\.6|[567]\.\d+)")
"""Status codes (RFC 3463): a mailbox is full; our own address, size, server, loop, protocol, content, policy."""

OF_SES = {"MailboxFull": Sort.FULL, "MessageTooLarge": Sort.OURS, "ContentRejected": Sort.OURS,
          "AttachmentRejected": Sort.OURS}  # fmt: skip
"""Subtypes of a transient bounce (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types)."""


def sort_of(status: str, *, final: bool, subtype: str = "") -> Sort:
    """Why a mail came back, by its status and, from SES, its subtype; `final` if the carrier calls that permanent."""
    if final:
        return Sort.HARD
    if subtype in OF_SES:
        return OF_SES[subtype]
    if _FULL.fullmatch(status):
        return Sort.FULL
    return Sort.OURS if _OURS.fullmatch(status) else Sort.SOFT
