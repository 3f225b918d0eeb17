"""Doing a due thing once: claim, look again, send, settle. Called for every mail the product sends by itself.

Two classes of mail. Follow-ups are never sent twice: when nobody knows whether one went out, it is parked and shown.
Confirmations, deliveries and mails to reps may repeat but never vanish. It all rests on `Store.claim`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage

from leadlight.bounce import LAST_WORD, came_back, refusal
from leadlight.decide import traced
from leadlight.errors import AlreadyClaimed, Conflict, LeaseLost, NotSent, Refused, Restored, SendUnclear
from leadlight.fate import (
    RELEASED,
    Done,
    Told,
    looked_up,
    not_sent,
    of_the_try_before,
    tag_of,
    unclear,
    waiting_for_word,
    was_released,
    word,
)
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.ports import Services
from leadlight.reputation import look
from leadlight.restore import mark_for
from leadlight.rules.epoch import Mark, may_have_gone_out
from leadlight.rules.reputation import Fate, counters

LEASE = timedelta(minutes=3)
"""Longer than a function may run (30 s) and than any mail client waits (20 s)."""

TRIES = 5
"""How often a decision is made anew because somebody else changed the lead meanwhile."""

FRESH = timedelta(seconds=5)
"""So long after it was asked for is a claim's own answer the proof that it is ours; later the ledger is asked again."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that may go out for the lead as read. `planned` is when its plan had it, if not when its row is due."""

    message: EmailMessage
    planned: datetime | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """Nothing is sent, for a reason, with what else changes.

    `later`: it may still be done another time, so a claim that a dead worker left is released, not settled for ever.
    `alone`: the change takes the step out of its row's reach, so the row is claimed first: nobody may be at it.
    `withheld`: it is parked, and was certainly not sent; `conclude` says what follows, and the change is not looked at.
    """

    reason: str
    change: Change
    later: bool = False
    alone: bool = False
    withheld: bool = False


Prepare = Callable[[Dossier], Ready | Instead]
"""Decides on the lead as read. Slow work (rendering) happens here, before the claim."""

Conclude = Callable[[Lead, Done], Change]
"""What the lead looks like after it was sent or parked: touches, next due row. Pure; may run again after a conflict."""


def carry_out(services: Services, due: Due, *, may_repeat: bool, prepare: Prepare, conclude: Conclude) -> Done | None:
    """Does what is due, once. None if there is nothing to do (any more), or someone else does it right now.

    Raises `Restored` while the leads are a copy from before: the row stays.
    """
    for _ in range(TRIES):
        dossier = services.store.dossier(due)
        if dossier is None or not due.stands_as(dossier.due):  # gone, moved, or done: the row in the store decides
            return None
        lead = dossier.lead
        mark, held = mark_for(services, dossier)
        if held:
            raise Restored
        try:
            if not due.is_of(lead.generation):  # left over from before the lead was erased
                services.store.commit(Change(lead=lead, undue=(due.key,)))
                return None
            asked = services.clock.now()
            prepared = prepare(dossier)
            if services.clock.now() - asked > LEASE:  # asleep meanwhile: what was right then may be wrong now
                continue
            doubted = _doubt(services, due, mark, prepared, may_repeat=may_repeat) or _withheld(services, due, prepared)
            if isinstance(prepared, Instead) and doubted is None:
                return _skip(services, due, dossier, prepared, conclude, may_repeat=may_repeat)
            entry = _claim(services, due, lead, may_repeat=may_repeat)
        except Conflict:
            continue
        if entry is None:
            return None
        told = _as_told(entry, doubted)
        if told is None and isinstance(prepared, Ready):
            told = _send(services, due, entry, prepared.message, may_repeat=may_repeat)
        return _settled(services, told, entry, conclude, lead) if told else None
    return None


def _settled(services: Services, told: Told, entry: LedgerEntry, conclude: Conclude, lead: Lead) -> Done:
    done = _settle(services, told, entry, conclude, lead)
    if done.refused:
        look(services)
    return done


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


def _send(services: Services, due: Due, entry: LedgerEntry, message: EmailMessage, *, may_repeat: bool) -> Told | None:
    """Sends unless it was sent; says what became of it. None if the claim is no longer ours."""
    known = of_the_try_before(services, due, entry, may_repeat=may_repeat)
    if known:
        return known
    return _handed_over(services, due, entry, message, may_repeat=may_repeat) if _still_ours(services, entry) else None


def _handed_over(services: Services, due: Due, entry: LedgerEntry, message: EmailMessage, *, may_repeat: bool) -> Told:
    """The one call that has an effect, and what the carrier says to it."""
    try:
        message_id = services.mailer.send(message, tag=tag_of(due))
    except NotSent as error:
        # Of the manager's own address nobody above could be told: such a mail is tried for ever.
        if isinstance(error, Refused) and not due.key.startswith(LAST_WORD):
            settled, done = word(entry, due, LedgerState.SKIPPED, services.clock.now(), f"refused: {error}")
            return settled, replace(done, refused=True)
        return not_sent(entry, due, services.clock.now(), str(error), may_repeat=may_repeat)
    except SendUnclear as error:
        return unclear(services, due, entry, str(error), may_repeat=may_repeat)
    settled, done = word(entry, due, LedgerState.SENT, services.clock.now(), None)
    return replace(settled, message_id=message_id), done


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


def _settle(services: Services, sent: Told, entry: LedgerEntry, conclude: Conclude, lead: Lead) -> Done:
    """Stores what became of it, on the lead as decided on, and on the lead as it is where that has changed.

    The mail is out, so this is tried until it is stored or the claim is no longer ours.
    """
    settled, done = sent
    for _ in range(TRIES * 4):
        if done.state is LedgerState.PARKED:
            settled, done = looked_up(settled, done, services.store.touches(lead.id))
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
    if done.refused:
        change = came_back(services, lead, refusal(lead, settled.key, done.at, done.reason or ""), final=True)
        change = replace(change, counts=counters(lead.id, settled.key, done.at, Fate.SENT, Fate.BOUNCED))
    else:
        change = conclude(lead, done)
    if done.state is LedgerState.SENT:
        change = replace(change, counts=(*change.counts, *counters(lead.id, settled.key, done.at, Fate.SENT)))
    due = waiting_for_word(done, change.due) if done.waiting else change.due
    return replace(change, due=traced(services, due), undue=(done.due.key, *change.undue), settle=(settled,))


def _skip(
    services: Services, due: Due, dossier: Dossier, instead: Instead, conclude: Conclude, *, may_repeat: bool
) -> Done | None:
    """Settles without sending, guarded by the lead's revision alone: nothing leaves the house.

    Unless a worker that died has sent it: then that is what is told, whatever happened to the lead since.
    """
    now, lead, left = services.clock.now(), dossier.lead, dossier.entry
    if instead.alone:
        _alone(services, due, lead, instead)
        return None
    change = instead.change
    change = replace(change, due=traced(services, change.due), undue=(due.key, *change.undue))
    if left is not None and left.state is LedgerState.CLAIMED:
        if left.lease_until > now:
            return None
        again = replace(left, attempts=left.attempts + 1, reason=None)
        known = of_the_try_before(services, due, again, may_repeat=may_repeat)
        if known:
            return _settle(services, known, left, conclude, lead)
        change = replace(change, settle=(_unsent(left, instead, now),))
    services.store.commit(change)
    return None if instead.later else Done(due, LedgerState.SKIPPED, now, instead.reason)  # put off is not left out


def _unsent(left: LedgerEntry, instead: Instead, now: datetime) -> LedgerEntry:
    """The last word on a claim that came to nothing, or the word that it is put aside for later."""
    if instead.later or instead.alone:
        return replace(left, state=LedgerState.RELEASED, at=now, reason=RELEASED + instead.reason)
    return replace(left, state=LedgerState.SKIPPED, at=now, reason=instead.reason)


def _doubt(
    services: Services, due: Due, mark: Mark | None, prepared: Ready | Instead, *, may_repeat: bool
) -> Done | None:
    """What became of a follow-up that may have gone out in days which a restored store knows nothing of.

    None if it did not, or nothing would be sent now either. Later steps count from the plan, as they did then. Of a
    mail about a new page nothing but its row tells when it was planned: to put that off would end the doubt.
    """
    if may_repeat or mark is None or mark.doubtful_until is None or not may_have_gone_out(mark, due):
        return None
    planned = prepared.planned or due.at if isinstance(prepared, Ready) else due.at
    sent, now = services.mailer.was_sent(tag_of(due)), services.clock.now()
    if sent:
        why = "found at the carrier, after a restore"
        return Done(due, LedgerState.SENT, now, why, counts_from=min(planned, now))
    moves = isinstance(prepared, Instead) and (prepared.alone or (prepared.later and due.kind is not DueKind.STEP))
    if sent is None and planned <= mark.doubtful_until and (isinstance(prepared, Ready) or moves):
        why = "it may have gone out before the restore"
        return Done(due, LedgerState.PARKED, now, why, counts_from=min(planned, now))
    return None


def _withheld(services: Services, due: Due, prepared: Ready | Instead) -> Done | None:
    if isinstance(prepared, Ready) or not prepared.withheld:
        return None
    return Done(due, LedgerState.PARKED, services.clock.now(), prepared.reason, withheld=True)


def _as_told(entry: LedgerEntry, done: Done | None) -> Told | None:
    return (replace(entry, state=done.state, at=done.at, reason=done.reason), done) if done else None


def _alone(services: Services, due: Due, lead: Lead, instead: Instead) -> None:
    """Changes what nobody else is at: our claim keeps them off, and is let go with the change, or without it."""
    entry = _claim(services, due, lead, may_repeat=False)
    if entry is None or (entry.attempts > 1 and not was_released(entry)):
        return
    now = services.clock.now()
    free, change = _unsent(entry, instead, now), instead.change
    change = replace(change, due=traced(services, change.due), undue=(due.key, *change.undue), settle=(free,))
    with suppress(Conflict):
        services.store.commit(change)
        return
    for _ in range(TRIES):  # the lead has changed since: let go, and decide anew when the row comes by again
        with suppress(Conflict):
            services.store.commit(Change(lead=services.store.lead(due.lead_id) or lead, settle=(free,)))
            return
