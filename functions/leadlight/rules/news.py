"""Who is told of a new page, and when? Pure; asked by `news`, which mails it once to whoever agreed to news."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadlight.model.lead import Lead
from leadlight.model.person import Purpose
from leadlight.model.sequence import Window
from leadlight.rules.stop import why_stopped

NEWS = "news/"
"""Begins the ref of the mail row about a new page; its id follows."""

WINDOW = Window.WORKING_HOURS
"""News may wait until somebody is at their desk."""

STALE = timedelta(days=14)
"""After so long it is no news any more."""


@dataclass(frozen=True, slots=True)
class Known:
    """Which announcements this store has seen, and since when; `epoch` tells a store that was put back from a copy.

    `to` is the last lead that the one being announced right now was planned for: who comes after it is next.
    """

    epoch: str = ""
    since: Mapping[str, datetime] = field(default_factory=dict)
    now: str = ""
    to: str = ""


def begun(known: Known | None, announced: Collection[str], *, epoch: str, now: datetime) -> Known:
    """What is known once these pages are there; one of them at a time is being announced.

    A store that has seen none yet announces nothing: its first pages are no news. Nor does one that was put back from
    a copy: it cannot know what it has announced since, and an operator can tell people by other means.
    """
    if known is None or known.epoch != epoch:
        return Known(epoch, dict.fromkeys(sorted(announced), now))
    fresh = sorted(set(announced) - set(known.since))
    if known.now or not fresh:
        return known
    return Known(epoch, {**known.since, fresh[0]: now}, now=fresh[0])


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
