"""Doing a due thing once: claim, look again, send, settle. Called for every mail the product sends by itself.

Two classes of mail. Follow-ups are never sent twice: when nobody knows whether one went out, it is parked and shown.
Confirmations, deliveries and mails to reps may repeat but never vanish. It all rests on `Store.claim`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage

from leadlight.decide import traced
from leadlight.errors import AlreadyClaimed, Conflict, LeaseLost, NotSent, SendUnclear
from leadlight.model.due import Due, LedgerEntry, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.touch import Touch, TouchKind
from leadlight.ports import Services
from leadlight.rules.mail_events import accepted_id

LEASE = timedelta(minutes=3)
"""Longer than a function may run (30 s) and than any mail client waits (20 s)."""

TRIES = 5
"""How often a decision is made anew because somebody else changed the lead meanwhile."""

LAST_RETRY = 8
"""Claims after which a follow-up that is certainly not accepted is parked. What was asked for is tried for ever."""

SLOWEST = timedelta(hours=1)
"""How far apart tries become at most."""

FRESH = timedelta(seconds=5)
"""So long after it was asked for is a claim's own answer the proof that it is ours; later the ledger is asked again."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that may go out for the lead as read."""

    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Instead:
    """Nothing is sent: the row is settled as skipped, for a reason, with what else changes."""

    reason: str
    change: Change


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a mail, to be turned into a change of the lead."""

    due: Due
    state: LedgerState
    at: datetime
    reason: str | None = None


Prepare = Callable[[Dossier], Ready | Instead]
"""Decides on the lead as read. Slow work (rendering) happens here, before the claim."""

Conclude = Callable[[Lead, Done], Change]
"""What the lead looks like after it was sent or parked: touches, next due row. Pure; may run again after a conflict."""


def carry_out(services: Services, due: Due, *, may_repeat: bool, prepare: Prepare, conclude: Conclude) -> Done | None:
    """Does what is due, once. None if there is nothing to do (any more), or someone else does it right now."""
    for _ in range(TRIES):
        dossier = services.store.dossier(due)
        if dossier is None or not due.stands_as(dossier.due):  # gone, moved, or done: the row in the store decides
            return None
        lead = dossier.lead
        try:
            if lead.generation != due.generation:  # left over from before the lead was erased
                services.store.commit(Change(lead=lead, undue=(due.key,)))
                return None
            prepared = prepare(dossier)
            if isinstance(prepared, Instead):
                return _skip(services, due, dossier, prepared, conclude, may_repeat=may_repeat)
            entry = _claim(services, due, lead, may_repeat=may_repeat)
        except Conflict:
            continue
        if entry is None:
            return None
        done = _send(services, due, entry, prepared.message, may_repeat=may_repeat)
        return _settle(services, done, entry, conclude, lead) if done else None
    return None


def _claim(services: Services, due: Due, lead: Lead, *, may_repeat: bool) -> LedgerEntry | None:
    """Our claim, or None: someone else holds it, or it is done and only the row was left."""
    now = services.clock.now()
    owner = services.token(16)

    def take(*, repeat: bool) -> LedgerEntry:
        return services.store.claim(due, lead=lead, owner=owner, now=now, lease_until=now + LEASE, may_repeat=repeat)

    try:
        return take(repeat=may_repeat)
    except AlreadyClaimed as taken:
        if taken.state != LedgerState.CLAIMED:
            services.store.commit(Change(lead=lead, undue=(due.key,)))
            return None
        if taken.lease_until > now:
            return None
    try:
        # The worker before us died between its claim and its word on it: `attempts` tells `_send` to look for evidence.
        return take(repeat=True)
    except AlreadyClaimed:
        return None


def _send(
    services: Services, due: Due, entry: LedgerEntry, message: EmailMessage, *, may_repeat: bool
) -> tuple[LedgerEntry, Done] | None:
    """Sends unless it was sent; says what became of it. None if the claim is no longer ours."""
    tag = f"{due.lead_id}/{due.ledger_key}"
    known = _evidence(services, due, entry, tag, may_repeat=may_repeat)
    if known:
        return known
    if not _still_ours(services, entry):
        return None
    try:
        message_id = services.mailer.send(message, tag=tag)
    except NotSent as error:
        return _refused(entry, due, services.clock.now(), str(error), may_repeat=may_repeat)
    except SendUnclear as error:
        if may_repeat:
            return _refused(entry, due, services.clock.now(), str(error), may_repeat=True)
        return _word(entry, due, LedgerState.PARKED, services.clock.now(), str(error))
    settled, done = _word(entry, due, LedgerState.SENT, services.clock.now(), None)
    return replace(settled, message_id=message_id), done


def _evidence(
    services: Services, due: Due, entry: LedgerEntry, tag: str, *, may_repeat: bool
) -> tuple[LedgerEntry, Done] | None:
    """What became of the try before this one, if there was one and its end is not known. None: go on and send."""
    if entry.attempts == 1:
        return None
    if message_id := _told_by_carrier(services, due):
        return _accepted(entry, due, services.clock.now(), message_id)
    if _was_released(entry):
        return None
    sent = services.mailer.was_sent(tag)
    if sent:
        return _word(entry, due, LedgerState.SENT, services.clock.now(), "found at the carrier")
    if sent is None and not may_repeat:
        return _word(entry, due, LedgerState.PARKED, services.clock.now(), "nobody knows whether it was sent")
    return None


def _told_by_carrier(services: Services, due: Due) -> str | None:
    """The carrier's id of that mail, if its report has come: nobody has to wonder then whether it was accepted."""
    found = (t for t in services.store.touches(due.lead_id) if t.id == accepted_id(due.ledger_key))
    return next((touch.facts["mail"] for touch in found), None)


def _accepted(entry: LedgerEntry, due: Due, at: datetime, message_id: str) -> tuple[LedgerEntry, Done]:
    settled, done = _word(entry, due, LedgerState.SENT, at, "told by the carrier")
    return replace(settled, message_id=message_id), done


def _was_released(entry: LedgerEntry) -> bool:
    return entry.reason is not None and entry.reason.startswith(RELEASED)


RELEASED = "not accepted: "
"""Begins the reason of an entry whose mail was certainly not sent; a later claim keeps the reason of the one before."""


def _still_ours(services: Services, entry: LedgerEntry) -> bool:
    """A last look right before the effect: a worker that slept past its lease must not send.

    Nobody can have taken over a claim that was asked for a moment ago: its lease is far longer.
    """
    if timedelta(0) <= services.clock.now() - entry.at <= FRESH:
        return True
    current = next((e for e in services.store.ledger(entry.lead_id) if e.key == entry.key), None)
    return _holds(current, entry) and services.clock.now() < entry.lease_until


def _holds(current: LedgerEntry | None, ours: LedgerEntry) -> bool:
    """Whether the ledger still shows our claim."""
    return current is not None and current.state is LedgerState.CLAIMED and current.owner == ours.owner


def _word(
    entry: LedgerEntry, due: Due, state: LedgerState, at: datetime, reason: str | None
) -> tuple[LedgerEntry, Done]:
    return replace(entry, state=state, at=at, reason=reason), Done(due, state, at, reason)


def _refused(entry: LedgerEntry, due: Due, now: datetime, why: str, *, may_repeat: bool) -> tuple[LedgerEntry, Done]:
    """Not sent: later again, each time twice as late. A follow-up is parked when that has gone on for long."""
    if entry.attempts >= LAST_RETRY and not may_repeat:
        return _word(entry, due, LedgerState.PARKED, now, f"given up after {entry.attempts} tries: {why}")
    pause = min(SLOWEST, timedelta(minutes=2 ** min(entry.attempts, 10)))
    return _word(entry, replace(due, at=now + pause), LedgerState.RELEASED, now, RELEASED + why)


def _settle(
    services: Services, sent: tuple[LedgerEntry, Done], entry: LedgerEntry, conclude: Conclude, lead: Lead
) -> Done:
    """Stores what became of it, on the lead as decided on, and on the lead as it is where that has changed.

    The mail is out, so this is tried until it is stored or the claim is no longer ours.
    """
    settled, done = sent
    for _ in range(TRIES * 4):
        if done.state is LedgerState.PARKED and (message_id := _told_by_carrier(services, done.due)):
            settled, done = _accepted(settled, done.due, done.at, message_id)
        try:
            services.store.commit(_settling(services, lead, settled, done, conclude))
        except Conflict:
            now = services.store.dossier(done.due)
            if now is None or not _holds(now.entry, entry):
                return done
            lead = now.lead
        except LeaseLost:
            return done
        else:
            return done
    raise Conflict(f"{entry.key} could not be settled: the lead changes all the time")


def _settling(services: Services, lead: Lead, settled: LedgerEntry, done: Done, conclude: Conclude) -> Change:
    if done.state is LedgerState.RELEASED:
        return Change(lead=lead, due=(done.due,), settle=(settled,))
    change = conclude(lead, done)
    return replace(change, due=traced(services, change.due), undue=(done.due.key, *change.undue), settle=(settled,))


def _skip(
    services: Services, due: Due, dossier: Dossier, instead: Instead, conclude: Conclude, *, may_repeat: bool
) -> Done | None:
    """Settles without sending, guarded by the lead's revision alone: nothing leaves the house.

    Unless a worker that died has sent it: then that is what is told, whatever happened to the lead since.
    """
    now, lead, left = services.clock.now(), dossier.lead, dossier.entry
    change = instead.change
    change = replace(change, due=traced(services, change.due), undue=(due.key, *change.undue))
    if left is not None and left.state is LedgerState.CLAIMED:
        if left.lease_until > now:
            return None
        again = replace(left, attempts=left.attempts + 1, reason=None)
        known = _evidence(services, due, again, f"{due.lead_id}/{due.ledger_key}", may_repeat=may_repeat)
        if known:
            return _settle(services, known, left, conclude, lead)
        change = replace(change, settle=(_unsent(left, instead, lead, now),))
    services.store.commit(change)
    return Done(due, LedgerState.SKIPPED, now, instead.reason)


def _unsent(left: LedgerEntry, instead: Instead, lead: Lead, now: datetime) -> LedgerEntry:
    """The last word on a claim that came to nothing. While a rep holds the lead it is only put aside for later."""
    if lead.hold is not None:
        return replace(left, state=LedgerState.RELEASED, at=now, reason=RELEASED + instead.reason)
    return replace(left, state=LedgerState.SKIPPED, at=now, reason=instead.reason)


def touch_of(done: Done, **facts: str) -> Touch:
    """The touch that says what became of a due thing. Sent mail is a cost, no experience: quality 0."""
    kinds = {LedgerState.SENT: TouchKind.SENT, LedgerState.PARKED: TouchKind.PARKED}
    kind = kinds.get(done.state, TouchKind.SKIPPED)
    reason = {"reason": done.reason} if done.reason else {}
    return Touch(
        id=f"{kind.value.removeprefix('touch.')}/{done.due.ledger_key}",
        lead_id=done.due.lead_id,
        kind=kind,
        at=done.at,
        facts={"what": done.due.key, **facts, **reason},
    )
