"""May we write to this lead now? The one place that knows what stops, what holds and what pauses.

Asked before each claim; the claim then fails if the lead was changed since, so a stop that is stored always wins.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.model.lead import Enrolment, Lead, Pause, Stop, StopReason
from leadlight.model.person import Consent, Purpose
from leadlight.model.sequence import Channel, Step

UNREACHABLE = frozenset({StopReason.BOUNCED, StopReason.COMPLAINED, StopReason.ERASED})
"""Stops that hold for every mail, also for one that was just asked for."""

LIFTED_BY_YES = frozenset({StopReason.BOUNCED, StopReason.COMPLAINED})
"""Stops that end when the owner of the address confirms a form that was sent after them: the mail has arrived."""

LEAVING = frozenset({StopReason.UNSUBSCRIBED, StopReason.COMPLAINED})
"""Stops by which a person takes back the consent to follow-ups and news."""

WITHDRAWN = frozenset({Purpose.FOLLOW_UP, Purpose.NEWS})
"""What they take back."""

PROMISED_AS = {Channel.MAIL: "mail", Channel.REP: "call"}
"""How a promise calls what acts in a step."""

GRACE = timedelta(hours=1)
"""What a queue or a restart may cost; beyond that a promised time is over."""

LEAD, OPERATOR = "lead", "operator"
"""Who pauses and resumes, besides the people of the team, who go by their ids."""

SAME_DAY = timedelta(hours=23)
"""Two ends of a pause that are closer than the shortest day are one: a second tap comes a moment later."""

REST = timedelta(days=30)
"""How long an address that bounced or complained is left alone, whoever types it into a form.

After that it gets the one mail that was asked for. If its owner says yes there, the stop is lifted; if it bounces or
complains again, the rest begins anew.
"""


SOLD, AGREED = "sale", "agreed"
"""What an enrolment rests on that a sale began: tasks for a rep may come of it always, mails only where the lead has
agreed to just these, by the words that a rep has read out. No form has promised them, so its consent is not enough."""

NOT_AGREED = "no consent to follow-ups"
NOT_AGREED_AFTER_SALE = "nobody agreed to mails after the sale"
NOT_CONFIRMED = "they have not confirmed their address"

UNHAPPY = "they are not satisfied: it waits until a rep has spoken to them"


def why_no_follow_up(lead: Lead, enrolment: Enrolment, step: Step, now: datetime, *, purpose: str) -> str | None:
    """Why this step may not go out now, in words, or None if it may. `purpose` is that of its sequence."""
    if why := why_quiet(lead) or (UNHAPPY if enrolment.held else not_agreed(lead, enrolment, step)):
        return why
    return not_promised(enrolment, step) or _beyond_promise(enrolment, now, purpose)


def why_quiet(lead: Lead) -> str | None:
    """Why nothing goes out to this lead for now, whatever was promised; None if something may."""
    if why := why_stopped(lead):
        return why
    if lead.hold:
        return f"held by {lead.hold.by} until {lead.hold.until:%Y-%m-%d %H:%M} UTC"
    if lead.pause:
        return f"paused by {lead.pause.by} until {lead.pause.until:%Y-%m-%d %H:%M} UTC"
    sold = any(enrolment.basis and not enrolment.ended for enrolment in lead.enrolments)
    return None if sold or Purpose.FOLLOW_UP in lead.purposes else NOT_AGREED


def is_aside(lead: Lead, enrolment: Enrolment) -> bool:
    """Whether nothing of it comes for now, while others of the lead's may go on."""
    return enrolment.held or not (enrolment.basis or Purpose.FOLLOW_UP in lead.purposes)


def not_agreed(lead: Lead, enrolment: Enrolment, step: Step) -> str | None:
    """Why nobody has agreed to this step; None if somebody has, or need not."""
    if enrolment.basis and step.channel is Channel.REP:
        return None
    if lead.confirmed_at is None:
        return NOT_CONFIRMED
    if enrolment.basis:
        return None if enrolment.basis == AGREED else NOT_AGREED_AFTER_SALE
    return None if Purpose.FOLLOW_UP in lead.purposes else NOT_AGREED


def taken_back(lead: Lead, purposes: Collection[Purpose]) -> Lead:
    """The lead without these purposes. Who takes back follow-ups takes back mails after the sale as well."""
    left = tuple(purpose for purpose in lead.purposes if purpose not in purposes)
    lead = replace(lead, purposes=left)
    if Purpose.FOLLOW_UP not in purposes:
        return lead
    sold = tuple(replace(e, basis=SOLD) if e.basis == AGREED else e for e in lead.enrolments)
    return replace(lead, enrolments=sold)


def not_promised(enrolment: Enrolment, step: Step) -> str | None:
    """Why this step is more than the form has promised, or by another channel; None if it is neither."""
    promise = enrolment.promise
    if PROMISED_AS[step.channel] not in promise.channels:
        return f"no {PROMISED_AS[step.channel]} was promised"
    if step.channel is Channel.MAIL and enrolment.mails_sent >= promise.mails:
        return f"the promise of {promise.mails} mails is used up"
    return None


def promised_until(enrolment: Enrolment) -> datetime:
    """When the promised span ends, with what the lead's own pauses have added to it."""
    return enrolment.promised_since + timedelta(days=enrolment.promise.days) + enrolment.put_off


def _beyond_promise(enrolment: Enrolment, now: datetime, purpose: str) -> str | None:
    """A sequence is covered that was promised by its name, or that follows such a one and so shares its promise."""
    promise = enrolment.promise
    if now > promised_until(enrolment) + GRACE:
        return f"the promise of {promise.days} days is over"
    if purpose != promise.purpose:
        return "its purpose is not the one that was agreed to"
    if enrolment.sequence != promise.sequence and enrolment.promised_at is None:
        return "this sequence was not promised"
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
    """The lead with that stop; a stop of the same reason is kept as it was.

    The last one is what people are told. A complaint stays that: a mail that comes back says nothing more than it does.
    """
    if any(stop.reason is reason for stop in lead.stops):
        return lead
    worse = tuple(stop for stop in lead.stops if stop.reason is StopReason.COMPLAINED and reason is StopReason.BOUNCED)
    before = tuple(stop for stop in lead.stops if stop not in worse)
    return replace(lead, stops=(*before, Stop(reason, now), *worse))


def stopped_anew(lead: Lead, reason: StopReason, at: datetime) -> Lead:
    """The lead with that stop, whose time is the latest of all such."""
    latest = max([at, *(stop.at for stop in lead.stops if stop.reason is reason)])
    return stopped(replace(lead, stops=tuple(stop for stop in lead.stops if stop.reason is not reason)), reason, latest)


def complained(lead: Lead, at: datetime) -> Lead:
    """The lead after it called a mail spam: no mail at all, and what it had agreed to is taken back."""
    return stopped_anew(taken_back(lead, WITHDRAWN), StopReason.COMPLAINED, at)


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


def pause_of(lead: Lead, by: str) -> Pause | None:
    """The pause that this one has set, while it stands."""
    return next((pause for pause in lead.pauses if pause.by == by), None)


def paused(lead: Lead, by: str, until: datetime, now: datetime) -> Lead:
    """The lead with that pause beside those of others, in the place of the same one's own.

    A pause that the lead asks for itself puts off the end of what it was promised, by as much. The same pause again,
    to the day, changes nothing.
    """
    own = pause_of(lead, by)
    if own and abs(own.until - until) < SAME_DAY:
        return lead
    pause = replace(own, until=until) if own else Pause(by, now, until)
    others = tuple(other for other in lead.pauses if other is not own)
    more = until - (own.until if own else now)
    return _put_off(replace(lead, pauses=(*others, pause)), more if by == LEAD else timedelta(0))


def resumed(lead: Lead, by: str, now: datetime) -> Lead:
    """The lead whose plan goes on as far as `by` may let it, and is back in what a reply had ended.

    The lead itself lifts its own pause and nothing else. A rep lifts an answer's stop, a take-over and the pauses of
    reps; an operator, who acts on somebody's word, every pause. Either lets go on what waits for an unhappy customer.
    Every other stop stays.
    """
    if by == LEAD:
        return without_pauses(lead, [LEAD], now)
    pausing = [pause.by for pause in lead.pauses]
    lead = without_pauses(lead, pausing if by == OPERATOR else set(pausing) - {LEAD, OPERATOR}, now)
    stops = tuple(stop for stop in lead.stops if stop.reason is not StopReason.REPLIED)
    lead = _reopened(lead)
    going = tuple(replace(enrolment, held=False) for enrolment in lead.enrolments)
    return replace(lead, hold=None, stops=stops, enrolments=going)


def why_stopped(lead: Lead) -> str | None:
    """The latest stop in words, None if there is none."""
    return f"stopped: {lead.stops[-1].reason}" if lead.stops else None


ENDED_BY_REPLY = f"stopped: {StopReason.REPLIED}"
"""What an enrolment says that an answer has ended, and that a rep may resume."""


def _reopened(lead: Lead) -> Lead:
    """The lead back in what an answer has ended, unless it has begun the same anew since: else its mails come twice."""
    newest = {e.sequence: e.started_at for e in lead.enrolments}
    back = tuple(
        replace(e, ended=None) if e.ended == ENDED_BY_REPLY and e.started_at == newest[e.sequence] else e
        for e in lead.enrolments
    )
    return replace(lead, enrolments=back)


def quiet_left(lead: Lead, now: datetime) -> timedelta:
    """For how much longer the lead itself has asked for quiet."""
    own = pause_of(lead, LEAD)
    return max(own.until - now, timedelta(0)) if own else timedelta(0)


def without_pauses(lead: Lead, whose: Collection[str], now: datetime) -> Lead:
    """The lead after these pauses, at their end or before; what it asked for itself and did not need is taken back."""
    for pause in lead.pauses:
        if pause.by in whose:
            lead = _without(lead, pause_of(lead, pause.by) or pause, min(now, pause.until))
    return lead


def _without(lead: Lead, pause: Pause, end: datetime) -> Lead:
    """All quiet up to then is counted now, so what is left of the other pauses counts from there."""
    since = min(each.since for each in lead.pauses)
    waited = tuple(_waited(enrolment, since, end) for enrolment in lead.enrolments)
    others = tuple(replace(each, since=max(each.since, end)) for each in lead.pauses if each.by != pause.by)
    unused = pause.until - end if pause.by == LEAD else timedelta(0)
    return _put_off(replace(lead, pauses=others, enrolments=waited), -unused)


def _waited(enrolment: Enrolment, since: datetime, end: datetime) -> Enrolment:
    """The enrolment whose wait stood still during the quiet: else each step would be late at its end, and left out."""
    quiet = end - max(since, enrolment.last_at)
    return enrolment if enrolment.ended else replace(enrolment, last_at=enrolment.last_at + max(quiet, timedelta(0)))


def _put_off(lead: Lead, more: timedelta) -> Lead:
    put_off = tuple(replace(e, put_off=max(timedelta(0), e.put_off + more)) for e in lead.enrolments)
    return replace(lead, enrolments=put_off)
