"""What follows when a lead sets its preferences? Asked by those of `visitor`.

Lowering is free. Raising leads back to what was agreed to before, at most: what is left of a promise that was given,
with its count and its end, or a purpose whose words the lead's own form has shown.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from leadlight.model.due import DueKind
from leadlight.model.lead import Enrolment, Lead, StopReason
from leadlight.model.person import CallKind, CallWish, Purpose
from leadlight.model.sequence import Cap, Sequence
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.calls import with_call
from leadlight.rules.steps import following, step_of, step_ref
from leadlight.rules.stop import ENDED_BY_REPLY, promised_until, taken_back

FEWER = Cap(1, 14)
"""What "fewer" means: at most one mail in two weeks. The promised span stays as it was, so fewer mails come."""

TAKEN_BACK = f"stopped: {StopReason.UNSUBSCRIBED}"
"""How the plan words the end of a sequence that the lead itself has stopped."""


def months_later(at: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where it has no such day.

    >>> months_later(datetime(2026, 1, 31, 9), 1)
    datetime.datetime(2026, 2, 28, 9, 0)
    """
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def without(lead: Lead, purposes: Collection[Purpose]) -> Lead:
    """The lead after taking those purposes back. Taking back the phone is a word on calls: none."""
    left = taken_back(lead, purposes)
    return with_call(left, CallWish(CallKind.NO)) if Purpose.PHONE in purposes else left


def lowered_by(touch: Touch) -> tuple[str, ...]:
    """What the lead has taken back by that touch, on its page of preferences: purposes, and `pace`."""
    lowered = touch.kind is TouchKind.PREFERRED and touch.facts.get("did") == "lowered"
    return tuple(touch.facts["purposes"].split()) if lowered else ()


def begun_afresh(lead: Lead) -> Lead:
    """The lead as a new consent to follow-ups finds it, after it had taken back an older one.

    What the older one had promised stays over: the new form has said nothing of it.
    """
    if _agreed(lead):
        return lead

    def is_over(enrolment: Enrolment) -> bool:
        return enrolment.ended == ENDED_BY_REPLY or (enrolment.ended is None and not enrolment.basis)

    over = tuple(replace(e, ended=TAKEN_BACK) if is_over(e) else e for e in lead.enrolments)
    return replace(lead, enrolments=over)


def may_return(lead: Lead, now: datetime) -> tuple[Enrolment, ...]:
    """The sequences that the lead itself has ended or put aside, as far as something of their promise is left.

    Of one that it has begun more than once, only the last time: else its mails would come twice. None that a sale
    began: a rep has to ask anew. None where something else has stopped the lead: its own word cannot lift that.
    """
    if any(stop.reason is not StopReason.UNSUBSCRIBED for stop in lead.stops):
        return ()
    newest = {enrolment.sequence: enrolment for enrolment in lead.enrolments}.values()
    aside = [e for e in newest if not e.basis and (e.ended == TAKEN_BACK or (not e.ended and not _agreed(lead)))]
    return tuple(e for e in aside if e.next_step and e.mails_sent < e.promise.mails and now <= promised_until(e))


def returned(lead: Lead, sequences: Mapping[str, Sequence], taken: Collection[str], now: datetime) -> Lead:
    """The lead agreeing to follow-ups again: its stop is lifted, and what was left of each promise goes on.

    `sequences` by version. `taken` are ledger keys of what was begun before the stop: none of it comes again. The next
    wait counts from now; the promise's count and its end stay what they were.
    """
    back = may_return(lead, now)
    enrolments = tuple(_reopened(lead, e, sequences, taken, now) if e in back else e for e in lead.enrolments)
    return replace(
        lead,
        enrolments=enrolments,
        stops=tuple(stop for stop in lead.stops if stop.reason is not StopReason.UNSUBSCRIBED),
        purposes=with_purpose(lead, Purpose.FOLLOW_UP),
    )


def with_purpose(lead: Lead, added: Purpose) -> tuple[Purpose, ...]:
    """The lead's purposes and that one, in their order."""
    return tuple(purpose for purpose in Purpose if purpose in lead.purposes or purpose is added)


def _agreed(lead: Lead) -> bool:
    return Purpose.FOLLOW_UP in lead.purposes


def _reopened(
    lead: Lead, enrolment: Enrolment, sequences: Mapping[str, Sequence], taken: Collection[str], now: datetime
) -> Enrolment:
    sequence = sequences[enrolment.version]
    step = step_of(sequence, enrolment.next_step)
    while step and f"{lead.generation}/{DueKind.STEP}/{step_ref(enrolment, step.slug)}" in taken:
        step = following(sequence, step)
    if step is None:
        return replace(enrolment, next_step=None, ended="all steps are done", last_at=now)
    return replace(enrolment, next_step=step.slug, ended=None, last_at=now)
