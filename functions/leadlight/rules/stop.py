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


GRACE = timedelta(hours=1)
"""What a queue or a restart may cost; beyond that a promised time is over."""


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


def why_no_mail(lead: Lead) -> str | None:
    """Why not even a mail that was asked for may be sent, or None if it may."""
    reasons = [stop.reason for stop in lead.stops if stop.reason in UNREACHABLE]
    return f"stopped: {reasons[0]}" if reasons else None


def stopped(lead: Lead, reason: StopReason, now: datetime) -> Lead:
    """The lead with that stop; a stop of the same reason is kept as it was."""
    if any(stop.reason is reason for stop in lead.stops):
        return lead
    return replace(lead, stops=(*lead.stops, Stop(reason, now)))


def still_agreed(lead: Lead, consent: Consent) -> tuple[Purpose, ...]:
    """What a consent is worth when it is confirmed: leaving after it was given withdraws follow-ups and news."""
    left = any(stop.reason is StopReason.UNSUBSCRIBED and stop.at >= consent.at for stop in lead.stops)
    withdrawn = {Purpose.FOLLOW_UP, Purpose.NEWS} if left else set()
    return tuple(purpose for purpose in consent.purposes if purpose not in withdrawn)


def consented_anew(lead: Lead) -> Lead:
    """The lead after a new confirmed consent to follow-ups: what the person had stopped may go on."""
    lifted = {StopReason.UNSUBSCRIBED, StopReason.REPLIED}
    return replace(lead, stops=tuple(stop for stop in lead.stops if stop.reason not in lifted))
