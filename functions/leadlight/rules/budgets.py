"""May one more opt-in mail go out, by what the counters say? Pure; asked by `budgets` before each is claimed.

An address gets one a day, whoever asks and however often. A person who has lost it, or opens a second page, may ask
again: from the same network at once, from elsewhere a while later, as long as the address was not asked for so often
meanwhile that no person does that. Whoever confirms has room again. A recipients' domain and everybody together have
budgets of their own; what goes beyond these is withheld, so that somebody may still let it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from leadlight.model.exchange import Budget
from leadlight.model.person import CaptureId, LeadId

PER_MONTH = 5
"""Opt-in mails per address and thirty days of which none is confirmed."""

FREE_MAIL = 20
"""So many times the budget of another domain does one have at which everybody has mail."""

PATIENCE = timedelta(minutes=10)
"""How long who asks again from elsewhere waits for the second mail. By then it shows whether it is a person."""

ENOUGH = "this address got enough opt-in mails"
ASKED_AGAIN = "asked for again: a second opt-in mail waits a little"
DOMAIN_FULL = "withheld: too many opt-in mails to one domain today"
BREAKER_OPEN = "withheld: the breaker is open, too many opt-in mails were asked for in an hour"


class Word(StrEnum):
    """What becomes of it."""

    SEND = "send"
    LATER = "later"
    NEVER = "never"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many go out: to an address and to a domain in a day, and to everybody in an hour."""

    address: int
    domain: int
    hour: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `mailbox` is the id that who is counted has, or would have: addresses that differ by a tag arrive in
    one mailbox. `network` and `domain` are keyed hashes, `confirmed` is how many requests the lead has confirmed.

    `waited`: it was put off before. `released`: somebody of ours has let it out.
    """

    mailbox: LeadId
    capture: CaptureId
    network: str
    domain: str
    is_free_mail: bool
    confirmed: int
    waited: bool
    released: bool


@dataclass(frozen=True, slots=True)
class Counters:
    """What a request is counted on. Each name holds its window, so that a new one begins at nothing."""

    tried: Budget  # this request: a mail that is tried again is one mail still
    first: Budget  # the one that goes out whoever asks
    further: Budget  # requests of the same day after it
    again: Budget  # the one that goes out after a wait; a flood uses it up
    here: Budget  # sent to who asked from this network
    kept: Budget  # this request: one that is withheld, also when its worker dies on the way
    held: Budget  # one of an address is withheld, not a thousand
    told: Budget  # the timeline says once a day that there was enough
    month: Budget
    domain: Budget
    hour: Budget

    @property
    def all(self) -> tuple[Budget, ...]:
        return (
            self.tried, self.first, self.further, self.again, self.here, self.kept, self.held, self.month, self.domain,
            self.hour,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`spend` are to be counted, in this order, as long as there is room."""

    word: Word
    reason: str = ""
    spend: tuple[Budget, ...] = ()


TOO_MANY = Verdict(Word.NEVER, ENOUGH)


def hour_of(now: datetime) -> str:
    """The window of the breaker."""
    return f"{now:%Y-%m-%dT%H}"


def counters_of(asked: Asked, limits: Limits, now: datetime) -> Counters:
    """The counters of that request. Whoever has confirmed one more has fresh ones."""
    day, two_days, month = f"{now:%Y-%m-%d}", now + timedelta(days=2), now.toordinal() // 30
    who = f"optin/{asked.mailbox}/{asked.confirmed}"
    today = f"{who}/{day}"
    of_domain = limits.domain * (FREE_MAIL if asked.is_free_mail else 1)
    return Counters(
        tried=Budget(f"optin/{asked.capture}", 1, now + timedelta(days=30)),
        first=Budget(f"{today}/first", min(1, limits.address), two_days),
        further=Budget(f"{today}/further", max(0, limits.address - 1), two_days),
        again=Budget(f"{today}/again", 1, two_days),
        here=Budget(f"{today}/from/{asked.network}", limits.address, two_days),
        kept=Budget(f"optin/{asked.capture}/kept", 1, now + timedelta(days=30)),
        held=Budget(f"{today}/held", 1, two_days),
        told=Budget(f"{today}/told", 1, two_days),
        month=Budget(f"{who}/month-{month}", PER_MONTH, now + timedelta(days=31)),
        domain=Budget(f"optins/{asked.domain}/{day}", of_domain, two_days),
        hour=Budget(f"optins/{hour_of(now)}", limits.hour, now + timedelta(hours=2)),
    )


def weigh(asked: Asked, counters: Counters, used: Mapping[str, int]) -> Verdict:
    """What becomes of it, by how far each counter has come."""
    if _is_full(counters.tried, used):
        return Verdict(Word.SEND)
    place = _place(asked, counters, used)
    if isinstance(place, Verdict):
        return place
    if asked.released:
        return Verdict(Word.SEND, spend=(counters.tried, place))
    for shared, why in ((counters.domain, DOMAIN_FULL), (counters.hour, BREAKER_OPEN)):
        if _is_full(shared, used):
            return hold(counters, used, why)
    return Verdict(Word.SEND, spend=(counters.tried, place, counters.domain, counters.hour))


def _place(asked: Asked, counters: Counters, used: Mapping[str, int]) -> Budget | Verdict:
    """The counter of its address on which it goes out; a verdict where it does not, or not yet."""
    if _is_full(counters.month, used):
        return TOO_MANY
    if not _is_full(counters.first, used):
        return counters.first
    if asked.waited:
        return TOO_MANY if _is_full(counters.again, used) else counters.again
    if _is_full(counters.further, used):
        return replace(TOO_MANY, spend=(counters.again,))
    if counters.here.key in used:
        return counters.further
    return Verdict(Word.LATER, ASKED_AGAIN, (counters.further,))


def hold(counters: Counters, used: Mapping[str, int], why: str) -> Verdict:
    """It is withheld, unless one to that address is already."""
    if _is_full(counters.kept, used):
        return Verdict(Word.HOLD, why)
    return TOO_MANY if _is_full(counters.held, used) else Verdict(Word.HOLD, why, (counters.kept, counters.held))


def _is_full(budget: Budget, used: Mapping[str, int]) -> bool:
    return used.get(budget.key, 0) >= budget.limit
