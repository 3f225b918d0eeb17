"""Does one more opt-in mail stay within what an address, a domain and everybody may get? Asked by `welcome`.

Nobody outside learns of the answer: the page that took the form has long said that there is a mail. Counters are read
at once, then increased one by one: where somebody else was faster, the one that has no room any more decides.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadlight.fate import was_released
from leadlight.model.due import Due
from leadlight.model.exchange import Budget, Dossier
from leadlight.model.person import Capture, CaptureId
from leadlight.ports import Services
from leadlight.rules.afresh import asked_again, asked_again_at
from leadlight.rules.budgets import (
    BREAKER_OPEN,
    DOMAIN_FULL,
    SHARED,
    TOO_MANY,
    Asked,
    Counters,
    Limits,
    Verdict,
    Word,
    counters_of,
    hold,
    hour_of,
    site_of,
    weigh,
    why_full,
)
from leadlight.vault import lead_id

LET_OUT = "let out by an operator"
"""How the ledger says of a mail that was withheld that it may go out now."""

OPEN = "breaker"
"""The note that names the latest hour in which the breaker was open."""

CROWDED = "crowded/"
"""Begins what is counted, and planned, because one domain or one network has used up what it may have."""

FIRST_FEW = 4


@dataclass(frozen=True, slots=True)
class Weighed:
    """What becomes of an opt-in mail. `tells`: the timeline says so. `counts` goes along once it is sent.

    `opens`: it is one of the first that the breaker holds in this hour. `crowd` names the domain or the network, and
    its window, if it is one of the first for which that has no room.
    """

    word: Word
    reason: str = ""
    tells: bool = False
    opens: bool = False
    crowd: str = ""
    counts: tuple[Budget, ...] = ()


def opt_in(services: Services, due: Due, dossier: Dossier, capture: Capture, fields: Mapping[str, str]) -> Weighed:
    """May this one go out? Counts it. `fields` are those of the submit."""
    if not services.settings.budgets:
        return Weighed(Word.SEND)
    now = services.clock.now()
    asked = _asked(services, due, dossier, capture, fields)
    settings = services.settings
    counters = counters_of(asked, Limits(settings.address_limit, settings.domain_limit, settings.hour_limit), now)
    used = services.store.counted([budget.key for budget in counters.all])
    verdict = weigh(asked, counters, used)
    verdict = _spent(services, counters, used, verdict)
    return _told(services, counters, verdict, now)


def is_open(services: Services) -> bool:
    """Whether the breaker is open: this hour's opt-in mails are used up, and somebody still asks for more."""
    return services.store.note(OPEN) == hour_of(services.clock.now())


def _asked(services: Services, due: Due, dossier: Dossier, capture: Capture, fields: Mapping[str, str]) -> Asked:
    from leadlight.rules.company import mail_domain, one_mailbox  # noqa: PLC0415 a long list, wanted here alone

    address = fields.get("email", "")
    domain, is_free_mail = mail_domain(address)
    mailbox = lead_id(one_mailbox(address), services.settings.lead_key)
    confirmed, network = len(dossier.lead.confirmed), fields.get("network", "")
    together = "" if confirmed else site_of(network) or network  # nothing: who is typed in by a rep has none
    return Asked(
        mailbox=mailbox,
        capture=_request_of(due, capture),
        network=_hashed(services, f"network/{mailbox}:{network}"),
        crowd=_hashed(services, f"crowd:{together or mailbox}"),
        domain=_hashed(services, f"domain:{domain}"),
        is_free_mail=is_free_mail,
        confirmed=confirmed,
        waited=due.at > (asked_again_at(due.ref) or capture.at),
        released=_is_let_out(dossier),
    )


def _request_of(due: Due, capture: Capture) -> CaptureId:
    """What is asked for once more is a request of its own."""
    again = asked_again_at(due.ref)
    return CaptureId(asked_again(capture.id, again)) if again else capture.id


def _hashed(services: Services, what: str) -> str:
    """A name for a counter that tells nobody what it is of."""
    return hmac.new(services.settings.lead_key, f"budget/{what}".encode(), hashlib.sha256).hexdigest()[:20]


def _is_let_out(dossier: Dossier) -> bool:
    entry = dossier.entry
    return entry is not None and was_released(entry) and (entry.reason or "").endswith(LET_OUT)


def _spent(services: Services, counters: Counters, used: Mapping[str, int], verdict: Verdict) -> Verdict:
    """The verdict once it is counted: another one where there is no room any more."""
    for budget in verdict.spend:
        if services.store.count(budget):
            continue
        if budget in (counters.tried, counters.kept):  # somebody else is at it, and has counted it
            return replace(verdict, spend=())
        if budget.key.startswith(SHARED):
            return _spent(services, counters, used, hold(counters, used, why_full(budget, counters)))
        return TOO_MANY
    return verdict


def _told(services: Services, counters: Counters, verdict: Verdict, now: datetime) -> Weighed:
    match verdict.word:
        case Word.SEND:
            return Weighed(Word.SEND, counts=(counters.here, counters.month))
        case Word.NEVER:
            return Weighed(Word.NEVER, verdict.reason, tells=services.store.count(counters.told))
        case Word.HOLD if verdict.reason == BREAKER_OPEN:
            return Weighed(Word.HOLD, verdict.reason, opens=_opened(services, counters.hour, now))
        case Word.HOLD:
            full = counters.domain if verdict.reason == DOMAIN_FULL else counters.crowd
            return Weighed(Word.HOLD, verdict.reason, crowd=_crowded(services, full))
        case _:
            return Weighed(verdict.word, verdict.reason)


def _opened(services: Services, hour: Budget, now: datetime) -> bool:
    """Notes that the breaker is open. True for the first few: should one die on its way, there is another one."""
    if not services.store.count(Budget(f"{OPEN}/{hour_of(now)}", FIRST_FEW, hour.expires_at)):
        return False
    services.store.raise_note(OPEN, hour_of(now))
    return True


def _crowded(services: Services, full: Budget) -> str:
    """The name of what is full, for the first few as well."""
    name = full.key.removeprefix(SHARED)
    return name if services.store.count(Budget(f"{CROWDED}{name}/first", FIRST_FEW, full.expires_at)) else ""
