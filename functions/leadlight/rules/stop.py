"""May we write to this lead now? The one place that knows what stops and what holds.

Asked before each claim; the claim then fails if the lead was changed since, so a stop that is stored always wins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.model.lead import Enrolment, Lead, Stop, StopReason
from leadlight.model.person import Consent, Purpose

UNREACHABLE = frozenset({StopReason.BOUNCED, StopReason.COMPLAINED, StopReason.ERASED})
"""Stops that hold for every mail, also for one that was just asked for."""

LIFTED_BY_YES = frozenset({StopReason.BOUNCED, StopReason.COMPLAINED})
"""Stops that end when the owner of the address confirms a form that was sent after them: the mail has arrived."""

LEAVING = frozenset({StopReason.UNSUBSCRIBED, StopReason.COMPLAINED})
"""Stops by which a person takes back the consent to follow-ups and news."""

WITHDRAWN = frozenset({Purpose.FOLLOW_UP, Purpose.NEWS})
"""What they take back."""

GRACE = timedelta(hours=1)
"""What a queue or a restart may cost; beyond that a promised time is over."""

REST = timedelta(days=30)
"""How long an address that bounced or complained is left alone, whoever types it into a form.

After that it gets the one mail that was asked for. If its owner says yes there, the stop is lifted; if it bounces or
complains again, the rest begins anew.
"""


def why_no_follow_up(lead: Lead, enrolment: Enrolment, now: datetime, *, mailed: bool = True) -> str | None:
    """Why there may be no follow-up now, in words, or None if there may. `mailed` is False for a rep's own step."""
    if lead.stops:
        return f"stopped: {lead.stops[-1].reason}"
    if lead.hold:
        return f"held by {lead.hold.by} until {lead.hold.until:%Y-%m-%d %H:%M} UTC"
    if Purpose.FOLLOW_UP not in lead.purposes:
        return "no consent to follow-ups"
    if mailed and enrolment.mails_sent >= enrolment.promise.mails:
        return f"the promise of {enrolment.promise.mails} mails is used up"
    if now > enrolment.started_at + timedelta(days=enrolment.promise.days) + GRACE:
        return f"the promise of {enrolment.promise.days} days is over"
    return None


def why_no_mail(lead: Lead, *, asked_at: datetime | None = None) -> str | None:
    """Why not even a mail that was asked for may be sent, or None if it may.

    `asked_at` is when a form asked to confirm this address: long enough after a bounce or a complaint it may.
    """

    def rested(stop: Stop) -> bool:
        return stop.reason in LIFTED_BY_YES and asked_at is not None and asked_at >= stop.at + REST

    reasons = [stop.reason for stop in lead.stops if stop.reason in UNREACHABLE and not rested(stop)]
    return f"stopped: {reasons[0]}" if reasons else None


def stopped(lead: Lead, reason: StopReason, now: datetime) -> Lead:
    """The lead with that stop; a stop of the same reason is kept as it was."""
    if any(stop.reason is reason for stop in lead.stops):
        return lead
    return replace(lead, stops=(*lead.stops, Stop(reason, now)))


def stopped_anew(lead: Lead, reason: StopReason, at: datetime) -> Lead:
    """The lead with that stop, whose time is the latest of all such."""
    latest = max([at, *(stop.at for stop in lead.stops if stop.reason is reason)])
    return stopped(replace(lead, stops=tuple(stop for stop in lead.stops if stop.reason is not reason)), reason, latest)


def complained(lead: Lead, at: datetime) -> Lead:
    """The lead after it called a mail spam: no mail at all, and what it had agreed to is taken back."""
    without = tuple(p for p in lead.purposes if p not in WITHDRAWN)
    return stopped_anew(replace(lead, purposes=without), StopReason.COMPLAINED, at)


def reached(lead: Lead, asked_at: datetime) -> Lead:
    """The lead after it confirmed, by a mail, a form sent at `asked_at`: older bounces and complaints are history."""
    return replace(lead, stops=tuple(s for s in lead.stops if s.reason not in LIFTED_BY_YES or s.at >= asked_at))


def still_agreed(lead: Lead, consent: Consent) -> tuple[Purpose, ...]:
    """What a consent is worth when it is confirmed: leaving after it was given withdraws follow-ups and news."""
    left = any(stop.reason in LEAVING and stop.at >= consent.at for stop in lead.stops)
    return tuple(purpose for purpose in consent.purposes if not (left and purpose in WITHDRAWN))


def consented_anew(lead: Lead) -> Lead:
    """The lead after a new confirmed consent to follow-ups: what the person had stopped may go on."""
    lifted = {StopReason.UNSUBSCRIBED, StopReason.REPLIED}
    return replace(lead, stops=tuple(stop for stop in lead.stops if stop.reason not in lifted))
