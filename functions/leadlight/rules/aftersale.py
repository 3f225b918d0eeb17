"""What begins when somebody has bought, or is about to, and when is a rep told that a renewal is near? Pure.

`aftersale` asks for it within each change that may win a deal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead, Stage, StopReason
from leadlight.model.person import GateId, Promise, Purpose
from leadlight.model.sequence import Channel
from leadlight.model.sequence import Sequence as Conversation
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.offers import ACCEPTED, YES
from leadlight.rules.planning import AT_ONCE
from leadlight.rules.preferences import lowered_by
from leadlight.rules.steps import open_enrolments, with_enrolment
from leadlight.rules.stop import AGREED, SOLD

RENEWAL = "renewal"
"""The ref of the row that reminds of one, and the name of the fact that it has come near."""

BY_REP = (TouchKind.OUTCOME, TouchKind.NOTED)
"""What a rep has written down: an outcome, or what was added to it."""

LEFT_BY = (TouchKind.UNSUBSCRIBED, TouchKind.COMPLAINED)
"""By what somebody takes back mails of every kind."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A sequence that a stage begins, with what it promises by itself."""

    sequence: Conversation
    promise: Promise


def reached(before: Lead, lead: Lead) -> Stage | None:
    """The stage that this change has brought the lead to, if it is one by which a sequence may begin.

    One more sale to somebody who has bought again before is news, too.
    """
    if lead.sales > before.sales:
        return Stage.REPEAT if lead.sales > 1 else Stage.CUSTOMER
    return lead.stage if lead.stage is not before.stage and lead.stage is Stage.OPPORTUNITY else None


def begun(lead: Lead, beginnings: Iterable[Beginning], *, agreed: bool, by_rep: bool, now: datetime) -> Lead:
    """The lead in these sequences, each from its first step; in one that it is still in, it stays where it is.

    Where a rep has written down the sale, an answer that had stopped the plan is dealt with: what it ended stays ended.
    No other stop is lifted, so nothing begins under one.
    """
    if by_rep:
        lead = replace(lead, stops=tuple(stop for stop in lead.stops if stop.reason is not StopReason.REPLIED))
    if lead.stops:
        return lead
    for beginning in beginnings:
        is_in = beginning.sequence.name in {enrolment.sequence for enrolment in open_enrolments(lead)}
        if not is_in and len(open_enrolments(lead)) < AT_ONCE:
            enrolment = _enrolment(lead, beginning, AGREED if agreed else SOLD, now)
            lead = replace(lead, enrolments=(*lead.enrolments, enrolment))
    return lead


def answered(lead: Lead, touch: Touch) -> Lead:
    """The lead after its answer to an offer, or to the question whether it is satisfied.

    A yes to an offer achieves what the step was for. Who is not satisfied gets no mail of what a sale began until a
    rep has spoken to them, or until they say otherwise themselves.
    """
    if touch.kind is TouchKind.SATISFACTION:
        return _judged(lead, is_satisfied=touch.facts["answer"] == YES)
    if touch.facts["answer"] == ACCEPTED and touch.objective and touch.objective not in lead.achieved:
        return replace(lead, achieved=(*lead.achieved, touch.objective))
    return lead


def _judged(lead: Lead, *, is_satisfied: bool) -> Lead:
    """What is over already is marked as well: somebody has to speak to them, whatever else there was to send."""
    held = tuple(replace(e, held=not is_satisfied) if e.basis else e for e in lead.enrolments)
    return replace(lead, satisfied=is_satisfied, enrolments=held)


def agreed_since(lead: Lead, sequences: Mapping[str, Conversation], room: int) -> Lead:
    """The lead that has now agreed to the mails of what a sale had begun before, the newest first; `sequences` by
    version, `room` is how many mails are left of those that were read out.

    One of which nothing has happened yet goes through all of its steps, any other goes on from where it is.
    """
    for enrolment in reversed(open_enrolments(lead)):
        if enrolment.basis == SOLD and enrolment.promise.mails <= room:
            room -= enrolment.promise.mails
            lead = with_enrolment(lead, _agreed(enrolment, sequences[enrolment.version]))
    return lead


def _agreed(enrolment: Enrolment, sequence: Conversation) -> Enrolment:
    mails = {step.slug for step in sequence.steps if step.channel is Channel.MAIL}
    if enrolment.mails_sent or not set(enrolment.done) <= mails:
        return replace(enrolment, basis=AGREED)
    return replace(enrolment, basis=AGREED, next_step=sequence.steps[0].slug, done=(), wait=None)


def has_agreed(lead: Lead, new: Sequence[Touch], timeline: Sequence[Touch]) -> bool:
    """Whether a rep has written down just now that they said yes to mails after the sale, and may."""
    ticked = any(touch.kind in BY_REP and touch.facts.get("agreed") == "yes" for touch in new)
    return ticked and may_agree(lead, timeline)


def may_agree(lead: Lead, timeline: Iterable[Touch]) -> bool:
    """Whether a rep's tick counts: what somebody has taken back by themselves, only they give again."""
    return Purpose.FOLLOW_UP in lead.purposes or not any(
        touch.kind in LEFT_BY or Purpose.FOLLOW_UP in lowered_by(touch) for touch in timeline
    )


def by_rep(touches: Sequence[Touch]) -> bool:
    """Whether it was somebody of the team who wrote down the sale."""
    return any(touch.kind in BY_REP and touch.facts.get("stage") == Stage.CUSTOMER for touch in touches)


def renewing(lead: Lead, touches: Sequence[Touch], zone: str) -> Lead:
    """The lead with the date of renewal that these touches tell, as a day by the team's clock or as a moment."""
    for touch in touches:
        if at := moment_of(touch.facts.get("renewal_at", ""), zone):
            lead = replace(lead, renewal_at=at)
    return lead


def renewal_row(before: Lead, lead: Lead, ahead: timedelta, now: datetime) -> Due | None:
    """What wakes us so long `ahead` of the renewal, now if it is nearer than that; None where it is what it was."""
    if lead.renewal_at is None or lead.renewal_at == before.renewal_at or lead.renewal_at <= now:
        return None
    return Due(lead.id, lead.generation, DueKind.REVIEW, RENEWAL, max(lead.renewal_at - ahead, now))


def moment_of(text: str, zone: str) -> datetime | None:
    """The moment that a fact tells: the beginning of a day by that clock, or a time; None where it tells none.

    >>> moment_of("2026-07-01", "Europe/London")
    datetime.datetime(2026, 6, 30, 23, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _enrolment(lead: Lead, beginning: Beginning, basis: str, now: datetime) -> Enrolment:
    """Its rows are named by the second it began in, so no two of one sequence begin in the same."""
    sequence = beginning.sequence
    apart = [e.started_at + timedelta(seconds=1) for e in lead.enrolments if e.sequence == sequence.name]
    return Enrolment(
        sequence=sequence.name,
        version=sequence.version,
        gate=_page(lead),
        started_at=max([now, *apart]),
        promise=beginning.promise,
        next_step=sequence.steps[0].slug,
        last_at=now,
        basis=basis,
    )


def _page(lead: Lead) -> GateId:
    """Where the conversation began that has led here: the page of the latest sequence, else the one opened last."""
    if lead.enrolments:
        return lead.enrolments[-1].gate
    return max(lead.grants, key=lambda gate: (lead.grants[gate], gate), default=GateId(""))
