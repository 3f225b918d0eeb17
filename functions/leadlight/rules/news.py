"""Who is told of a new page, and when? Pure; asked by `news`, which mails it once to whoever agreed or waits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leadlight.model.lead import Lead
from leadlight.model.person import GateId, Purpose
from leadlight.model.sequence import Window, in_language
from leadlight.model.site import Announced, Gate, GateKind
from leadlight.rules.stop import why_stopped

NEWS = "news/"
"""Begins the ref of the mail row about a new page; its id follows."""

ARRIVED = "arrived/"
"""The same about a page that people have waited for; `<gate>@<language>-<since>` follows, the list that is over."""

WINDOW = Window.WORKING_HOURS
"""News may wait until somebody is at their desk."""

STALE = timedelta(days=14)
"""After so long it is no news any more, and what was withdrawn does not come back."""

LOOK_AGAIN = timedelta(days=1)
"""How often a mail looks whether what it waits for is there."""

_SINCE = "-%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Known:
    """Which announcements this store has begun, by the refs of their rows, and when.

    `lists` are the waitlists, `<gate>@<language>`, and since when it knows of each: the same page may be one twice.
    `epoch` tells a store that was put back from a copy. `to` is the last lead that the one being announced right now
    was planned for: who comes after it is next.
    """

    epoch: str = ""
    since: Mapping[str, datetime] = field(default_factory=dict)
    lists: Mapping[str, datetime] = field(default_factory=dict)
    now: str = ""
    to: str = ""


def begun(
    known: Known | None, announced: Collection[str], gates: Mapping[GateId, Gate], *, epoch: str, now: datetime
) -> Known:
    """What is known once these pages are there; one of them at a time is being announced.

    A store that has seen none yet announces nothing: its first pages are no news. Nor does one that was put back from
    a copy: it cannot know what it has announced since, and an operator can tell people by other means. A page that
    people have waited for has arrived, in a language, as soon as it is no waitlist any more.
    """
    lists = dict.fromkeys(sorted(_lists(gates)), now)
    news = {f"{NEWS}{page}" for page in announced}
    if known is None or known.epoch != epoch:
        return Known(epoch, dict.fromkeys(sorted(news), now), lists)
    over = {f"{ARRIVED}{name}{since:{_SINCE}}": name for name, since in known.lists.items() if _is_over(name, gates)}
    fresh = sorted((news | set(over)) - set(known.since))
    looked = replace(known, lists={**lists, **known.lists})
    if known.now or not fresh:
        return looked
    left = {name: since for name, since in looked.lists.items() if name != over.get(fresh[0])}
    return replace(looked, lists=left, since={**known.since, fresh[0]: now}, now=fresh[0])


def _lists(gates: Mapping[GateId, Gate]) -> Iterator[str]:
    for name, gate in gates.items():
        for spoken in (gate, *gate.variants.values()):
            if spoken.kind is GateKind.WAITLIST:
                yield f"{name}@{spoken.language}"


def _is_over(name: str, gates: Mapping[GateId, Gate]) -> bool:
    """Whether what was a waitlist is written. A gate that is gone is not: it may come back."""
    return GateId(name.rpartition("@")[0]) in gates and name not in _lists(gates)


def gate_of(ref: str) -> GateId:
    """The gate that has arrived, by the ref of its mail row."""
    return GateId(ref.removeprefix(ARRIVED).rpartition("@")[0])


def why_not_told(lead: Lead, ref: str) -> str | None:
    """Why this lead is not told of that, or None if it is: news by its consent to news, what it waits for by asking."""
    if ref.startswith(NEWS):
        return why_none(lead)
    if why := why_stopped(lead):
        return why
    return None if gate_of(ref) in lead.waits else "they do not wait for it"


def version_for(page: Announced, language: str, *, main: str) -> Announced | None:
    """The page as a reader of that language is told of it: in that, else in the site's main one; None: in neither."""
    versions = {page.language: page, **page.variants}
    return in_language(versions, language) or versions.get(main)


def why_none(lead: Lead) -> str | None:
    """Why this lead gets no news, or None if it does."""
    if why := why_stopped(lead):
        return why
    if lead.confirmed_at is None or Purpose.NEWS not in lead.purposes:
        return "no consent to news"
    return None


def put_off_until(lead: Lead, ref: str) -> datetime | None:
    """When somebody who has it in hand, or has asked for quiet, is to be left alone until.

    Who has taken over a lead keeps from it the news, and not what it has asked for.
    """
    parts = (lead.pause,) if ref.startswith(ARRIVED) else (lead.hold, lead.pause)
    return max((part.until for part in parts if part), default=None)
