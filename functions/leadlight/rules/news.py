"""Who is told of a new page, and when? Pure; asked by `news`, which mails it once to whoever agreed or waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leadlight.model.lead import Lead
from leadlight.model.person import GateId, Purpose
from leadlight.model.sequence import Window
from leadlight.model.site import Gate, GateKind
from leadlight.rules.stop import why_stopped

NEWS = "news/"
"""Begins the ref of the mail row about a new page; its id follows."""

ARRIVED = "arrived/"
"""The same about a page that people have waited for; its gate follows."""

WINDOW = Window.WORKING_HOURS
"""News may wait until somebody is at their desk."""

STALE = timedelta(days=14)
"""After so long it is no news any more."""


@dataclass(frozen=True, slots=True)
class Known:
    """Which announcements this store has begun, by the refs of their rows, and when.

    `waiting` are the gates that were waitlists when it looked last. `epoch` tells a store that was put back from a
    copy. `to` is the last lead that the one being announced right now was planned for: who comes after it is next.
    """

    epoch: str = ""
    since: Mapping[str, datetime] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    now: str = ""
    to: str = ""


def begun(
    known: Known | None, announced: Collection[str], gates: Mapping[GateId, Gate], *, epoch: str, now: datetime
) -> Known:
    """What is known once these pages are there; one of them at a time is being announced.

    A store that has seen none yet announces nothing: its first pages are no news. Nor does one that was put back from
    a copy: it cannot know what it has announced since, and an operator can tell people by other means. A page that
    people have waited for has arrived as soon as its gate is no waitlist any more.
    """
    lists = {str(gate) for gate, each in gates.items() if each.kind is GateKind.WAITLIST}
    news = {f"{NEWS}{page}" for page in announced}
    if known is None or known.epoch != epoch:
        return Known(epoch, dict.fromkeys(sorted(news), now), tuple(sorted(lists)))
    arrived = {f"{ARRIVED}{gate}" for gate in known.waiting if gate in gates and gate not in lists}
    fresh = sorted((news | arrived) - set(known.since))
    if known.now or not fresh:
        return replace(known, waiting=tuple(sorted(lists | set(known.waiting))))
    return replace(known, since={**known.since, fresh[0]: now}, now=fresh[0])


def why_not_told(lead: Lead, ref: str) -> str | None:
    """Why this lead is not told of that, or None if it is: news by its consent to news, what it waits for by asking."""
    if ref.startswith(NEWS):
        return why_none(lead)
    if why := why_stopped(lead):
        return why
    return None if GateId(ref.removeprefix(ARRIVED)) in lead.grants else "they do not wait for it"


def why_none(lead: Lead) -> str | None:
    """Why this lead gets no news, or None if it does."""
    if why := why_stopped(lead):
        return why
    if lead.confirmed_at is None or Purpose.NEWS not in lead.purposes:
        return "no consent to news"
    return None


def put_off_until(lead: Lead) -> datetime | None:
    """When somebody who has it in hand, or has asked for quiet, is to be left alone until."""
    moments = [part.until for part in (lead.hold, lead.pause) if part]
    return max(moments, default=None)
