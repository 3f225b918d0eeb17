"""May one more opt-in mail go out, by what the counters say? Pure; asked by `budgets` before each is claimed.

An address gets one a day, whoever asks and however often. A person who has lost it, or opens a second page, may ask
again: from the same network at once, from elsewhere a while later, as long as the address was not asked for so often
meanwhile that no person does that. Whoever confirms has room again. A recipients' domain and everybody together have
budgets of their own; what goes beyond these is withheld, so that somebody may still let it out.

Nobody may use up everybody's hour: a network gets a part of what is left of it, so the more it took, the less it gets,
and a last part is for those alone who have confirmed something before, whom no flood of strangers can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Network

from leadlight.model.exchange import Budget
from leadlight.model.person import CaptureId, LeadId

PER_MONTH = 5
"""Opt-in mails per address and thirty days of which none is confirmed."""

FREE_MAIL = 20
"""So many times the budget of another domain does one have at which everybody has mail."""

SHARE, RESERVE = 3, 10
"""A third of what is left of an hour may one network have. A tenth of an hour and of a domain's day is for those who
have confirmed before. So of 200 mails one network gets 45, five that take all they can leave 42 to other strangers, and
ten leave 9. A smaller share would stop more floods, and the crowd behind one door after a talk as well."""

SITE = 48
"""Bits of what one customer gets of IPv6 (RFC 6177): who has it has 65,536 networks of 64 bits, and could take a new
one for each form."""

PATIENCE = timedelta(minutes=10)
"""How long who asks again from elsewhere waits for the second mail. By then it shows whether it is a person."""

ENOUGH = "this address got enough opt-in mails"
ASKED_AGAIN = "asked for again: a second opt-in mail waits a little"
DOMAIN_FULL = "withheld: too many opt-in mails to one domain today"
NETWORK_FULL = "withheld: too many opt-in mails were asked for from one network in an hour"
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

    `crowd` is a keyed hash, too: of those who share in an hour together. That is a network, or a customer's whole site;
    who has confirmed before is one of their own, whatever others on that network do.

    `waited`: it was put off before. `released`: somebody of ours has let it out.
    """

    mailbox: LeadId
    capture: CaptureId
    network: str
    crowd: str
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
    crowd: Budget
    hour: Budget

    @property
    def all(self) -> tuple[Budget, ...]:
        return (
            self.tried, self.first, self.further, self.again, self.here, self.kept, self.held, self.month, self.domain,
            self.crowd, self.hour,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`spend` are to be counted, in this order, as long as there is room."""

    word: Word
    reason: str = ""
    spend: tuple[Budget, ...] = ()


SHARED = "optins/"
"""Begins the name of a counter that many people share."""

TOO_MANY = Verdict(Word.NEVER, ENOUGH)


def site_of(network: str) -> str:
    """What a network is a part of, if it is one of IPv6; else nothing."""
    return str(IPv6Network(network).supernet(new_prefix=SITE)) if ":" in network else ""


def hour_of(now: datetime) -> str:
    """The window of the breaker."""
    return f"{now:%Y-%m-%dT%H}"


def counters_of(asked: Asked, limits: Limits, now: datetime) -> Counters:
    """The counters of that request. Whoever has confirmed one more has fresh ones."""
    day, two_days, month = f"{now:%Y-%m-%d}", now + timedelta(days=2), now.toordinal() // 30
    who = f"optin/{asked.mailbox}/{asked.confirmed}"
    today = f"{who}/{day}"
    of_domain = limits.domain * (FREE_MAIL if asked.is_free_mail else 1)
    two_hours = now + timedelta(hours=2)
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
        domain=Budget(f"{SHARED}domain/{asked.domain}/{day}", _open_to(asked, of_domain), two_days),
        crowd=Budget(f"{SHARED}network/{asked.crowd}/{hour_of(now)}", limits.hour, two_hours),
        hour=Budget(f"{SHARED}{hour_of(now)}", _open_to(asked, limits.hour), two_hours),
    )


def _open_to(asked: Asked, limit: int) -> int:
    return limit if asked.confirmed else for_strangers(limit)


def for_strangers(limit: int) -> int:
    """How many of so many may go to people who have confirmed nothing yet."""
    return limit - limit // RESERVE


def weigh(asked: Asked, counters: Counters, used: Mapping[str, int]) -> Verdict:
    """What becomes of it, by how far each counter has come."""
    if _is_full(counters.tried, used):
        return Verdict(Word.SEND)
    place = _place(asked, counters, used)
    if isinstance(place, Verdict):
        return place
    if asked.released:
        return Verdict(Word.SEND, spend=(counters.tried, place))
    crowd = replace(counters.crowd, limit=share_of(counters.hour, used))
    for shared in (counters.domain, counters.hour, crowd):
        if _is_full(shared, used):
            return hold(counters, used, why_full(shared, counters))
    return Verdict(Word.SEND, spend=(counters.tried, place, counters.domain, crowd, counters.hour))


def share_of(hour: Budget, used: Mapping[str, int]) -> int:
    """How many of this hour one network may have, those it had included: one at least, as long as any is left."""
    return -(-max(0, hour.limit - used.get(hour.key, 0)) // SHARE)


def why_full(shared: Budget, counters: Counters) -> str:
    """Why a mail is withheld for which this counter has no room."""
    reasons = {counters.domain.key: DOMAIN_FULL, counters.crowd.key: NETWORK_FULL, counters.hour.key: BREAKER_OPEN}
    return reasons[shared.key]


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
