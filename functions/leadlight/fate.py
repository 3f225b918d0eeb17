"""What became of a mail? The ledger's words for every end that a try can have, and the touch that tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.touch import Touch, TouchKind
from leadlight.ports import Services
from leadlight.rules.evidence import look_for
from leadlight.rules.mail_events import accepted_id

LAST_RETRY = 30
"""Claims after which a follow-up that is certainly not accepted is parked: what a day takes whose window never shuts.

By then it is that mail, not an outage of the carrier. What was asked for is tried for ever.
"""

SLOWEST = timedelta(hours=1)
"""How far apart tries become at most."""

RELEASED = "not accepted: "
"""Begins the reason of an entry whose mail was certainly not sent; a later claim keeps the reason of the one before."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a mail, to be turned into a change of the lead.

    `waiting`: it is parked, and word of it may still come; whoever plans need not do anything about that. `refused`:
    it was left out because the carrier says that this address takes no mail. `withheld`: it is parked because too much
    would go out, and was certainly not sent. `parked_before` counts earlier parkings.
    `counts_from`: if set, the wait for the next step counts from then, and not from `at`.
    """

    due: Due
    state: LedgerState
    at: datetime
    reason: str | None = None
    waiting: bool = False
    refused: bool = False
    withheld: bool = False
    parked_before: int = 0
    counts_from: datetime | None = None


Told = tuple[LedgerEntry, Done]
"""The ledger's entry as it is to be stored, and what is told of it."""


def word(entry: LedgerEntry, due: Due, state: LedgerState, at: datetime, reason: str | None) -> Told:
    """That end, for the ledger and for the plan."""
    return replace(entry, state=state, at=at, reason=reason), Done(due, state, at, reason)


def of_the_try_before(services: Services, due: Due, entry: LedgerEntry, *, may_repeat: bool) -> Told | None:
    """What became of the try before this one, if there was one and its end is not known. None: go on and send."""
    if entry.attempts == 1:
        return None
    if message_id := told_by_carrier(due, services.store.touches(due.lead_id)):
        return accepted(entry, due, services.clock.now(), message_id)
    if was_released(entry):
        return None
    sent = services.mailer.was_sent(tag_of(due))
    if sent:
        return word(entry, due, LedgerState.SENT, services.clock.now(), "found at the carrier")
    if sent is None and not may_repeat:
        return parked(services, entry, due, services.clock.now(), "nobody knows whether it was sent")
    return None


def told_by_carrier(due: Due, touches: Sequence[Touch]) -> str | None:
    """The carrier's id of that mail, if its report has come: nobody has to wonder then whether it was accepted."""
    return next((touch.facts["mail"] for touch in touches if touch.id == accepted_id(due.ledger_key)), None)


def accepted(entry: LedgerEntry, due: Due, at: datetime, message_id: str) -> Told:
    """The carrier's report is the proof."""
    settled, done = word(entry, due, LedgerState.SENT, at, "told by the carrier")
    return replace(settled, message_id=message_id), done


def was_released(entry: LedgerEntry) -> bool:
    """Whether the try before this claim certainly sent nothing."""
    return entry.reason is not None and entry.reason.startswith(RELEASED)


def unclear(services: Services, due: Due, entry: LedgerEntry, why: str, *, may_repeat: bool) -> Told:
    """The carrier gave no answer that counts: perhaps it can be asked, else a follow-up is parked."""
    sent, now = services.mailer.was_sent(tag_of(due)), services.clock.now()
    if sent:
        return word(entry, due, LedgerState.SENT, now, "found at the carrier")
    if sent is False or may_repeat:
        return not_sent(entry, due, now, why, may_repeat=may_repeat)
    return parked(services, entry, due, now, why)


def parked(services: Services, entry: LedgerEntry, due: Due, now: datetime, why: str) -> Told:
    """Nobody knows; from some carriers word may still come."""
    settled, done = word(entry, due, LedgerState.PARKED, now, why)
    return settled, replace(done, waiting=services.mailer.reports_later)


def not_sent(entry: LedgerEntry, due: Due, now: datetime, why: str, *, may_repeat: bool) -> Told:
    """Not sent: later again, each time twice as late. A follow-up is parked when that has gone on for long."""
    if entry.attempts >= LAST_RETRY and not may_repeat:
        return word(entry, due, LedgerState.PARKED, now, f"given up after {entry.attempts} tries: {why}")
    pause = min(SLOWEST, timedelta(minutes=2 ** min(entry.attempts, 10)))
    return word(entry, replace(due, at=now + pause), LedgerState.RELEASED, now, RELEASED + why)


def looked_up(settled: LedgerEntry, done: Done, touches: Sequence[Touch]) -> Told:
    """What is to be parked, unless its report has come meanwhile."""
    if message_id := told_by_carrier(done.due, touches):
        return accepted(settled, done.due, done.at, message_id)
    before = [t for t in touches if t.kind is TouchKind.PARKED and t.facts.get("what") == done.due.key]
    return settled, replace(done, parked_before=len(before))


def waiting_for_word(done: Done, rows: Sequence[Due]) -> tuple[Due, ...]:
    """The rows, and the one that looks for word. No step comes before that, so that the mail may still be sent."""
    look = look_for(done.due, done.at)
    after = look.at + timedelta(minutes=1)
    later = (replace(row, at=max(row.at, after)) if row.kind is DueKind.STEP else row for row in rows)
    return (*later, look)


def tag_of(due: Due) -> str:
    """How the carrier is told which mail it is."""
    return f"{due.lead_id}/{due.ledger_key}"


def touch_of(done: Done, **facts: str) -> Touch:
    """The touch that says what became of a due thing. Sent mail is a cost, no experience: quality 0."""
    kinds = {LedgerState.SENT: TouchKind.SENT, LedgerState.PARKED: TouchKind.PARKED}
    kind = kinds.get(done.state, TouchKind.SKIPPED)
    reason = {"reason": done.reason} if done.reason else {}
    again = f"/{done.parked_before}" if kind is TouchKind.PARKED and done.parked_before else ""
    return Touch(
        id=f"{kind.value.removeprefix('touch.')}/{done.due.ledger_key}{again}",
        lead_id=done.due.lead_id,
        kind=kind,
        at=done.at,
        facts={"what": done.due.key, **facts, **reason},
    )
