"""What does a change mean for a lead's stage and heat? Asked within every decision that stores an experience or a fact.

The answer goes into the same transaction: the new stage with its reason, what it ends and begins, and the plan after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from leadlight.aftersale import after_the_sale, rows_after_the_sale
from leadlight.decide import decide
from leadlight.errors import LostKey
from leadlight.model.criteria import Criterion
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, Stage, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.profile import Profile, profile_of
from leadlight.rules.lapse import LAPSE, LAPSING, heard_at, look_again, may_lapse
from leadlight.rules.next_action import CLOSED
from leadlight.rules.notices import NOTIFY, waiting
from leadlight.rules.stage import Move, moves, open_again, with_facts
from leadlight.rules.steps import open_enrolments, step_key
from leadlight.rules.stop import stopped
from leadlight.rules.talk import why_hot
from leadlight.speed import begun
from leadlight.views import criteria_met

LOOK = f"{DueKind.REVIEW}/{LAPSE}"
"""The key of the row that looks at a lead without a plan."""


Fit = Callable[[Services, Bundle, Lead, Sequence[Touch]], Sequence[Criterion]]
"""Which criteria a lead meets, by its profile and its timeline."""


def grown(
    services: Services,
    bundle: Bundle,
    change: Change,
    *,
    before: Lead,
    touches: Sequence[Touch],
    fit: Fit | None = None,
) -> Change:
    """The change with what follows from it for stage and heat: `before` is the lead as stored, `touches` its timeline.

    Call it with the change as it would be stored, its plan included; what the new stage ends or begins is planned anew.
    `fit` is `met`, or None for whoever only seals what people write and may open nothing: what depends on a criterion
    is then left to `looked_at`, which whoever tells the rep asks a moment later. Raises `MissingBundle`.
    """
    now = services.clock.now()
    timeline = (*touches, *change.touches)
    lead = with_facts(change.lead, change.touches, touches)

    asked = (lambda: fit(services, bundle, lead, timeline)) if fit else None
    moved = moves(before, lead, change.touches, timeline, bundle.criteria, fit=asked)
    at_stage = _at_stage(before, lead, moved[-1], now) if moved else lead
    after = after_the_sale(bundle, before, at_stage, change.touches, timeline, now)
    told = tuple(_stage_touch(lead, move, now) for move in moved)
    rows = rows_after_the_sale(bundle, before, after, change, now)
    over = (*_begun_anew(lead, after), *((LOOK,) if after.stage not in LAPSING and before.stage in LAPSING else ()))
    change = replace(
        change,
        lead=after,
        touches=(*change.touches, *told),
        due=(*(row for row in change.due if row.key not in over), *rows),
        undue=(*change.undue, *over),
    )
    change = begun(services, bundle, _heated(bundle, change, before, touches, now), before=before)
    return _planned_anew(bundle, change, now) if moved or after != lead else change


def looked_at(services: Services, bundle: Bundle, change: Change, *, before: Lead) -> Change:
    """The change of somebody who has opened the profile, with what was left to them: is the lead a prospect?"""
    if before.stage is not Stage.LEAD or before.authority is None:
        return change
    return grown(services, bundle, change, before=before, touches=services.store.touches(before.id), fit=met)


def review(services: Services, due: Due) -> None:
    """Somebody for whom nothing is planned is looked at: has lapsed, or is looked at again later. Twice is once."""
    bundle = open_bundle(services.files)

    def look(lead: Lead) -> Change | None:
        rows = services.store.due_of(lead.id)
        if not any(due.stands_as(row) for row in rows):
            return None
        if not may_lapse(lead):
            return Change(lead=lead, undue=(due.key,))
        now, touches = services.clock.now(), services.store.touches(lead.id)
        others = [row for row in rows if row.key != due.key]
        again = look_again(lead, touches, others, bundle.criteria.lapse, now)
        return Change(lead=lead, due=(replace(due, at=again),)) if again else _lapsed(lead, touches, due, now)

    decide(services, due.lead_id, str(due.generation), look)


def _lapsed(lead: Lead, touches: Sequence[Touch], due: Due, now: datetime) -> Change:
    why = f"nothing was heard of them since {heard_at(lead, touches):%Y-%m-%d}, and nothing is planned"
    facts = {"from": lead.stage, "to": Stage.LAPSED, "why": why}
    touch_id = f"stage/{Stage.LAPSED}/{due.at:%Y%m%dT%H%M%S}"
    touch = Touch(touch_id, lead.id, TouchKind.STAGE_CHANGED, now, facts=facts)
    lapsed = replace(lead, stage=Stage.LAPSED, stage_at=now, hot_since=None)
    return Change(lead=lapsed, touches=(touch,), undue=(due.key,))


def met(services: Services, bundle: Bundle, lead: Lead, touches: Sequence[Touch]) -> Sequence[Criterion]:
    """The criteria that hold; by what is known without the profile where that cannot be opened any more."""
    try:
        profile = profile_of(services, lead)
    except LostKey:
        profile = Profile({})
    return criteria_met(bundle, lead, touches, profile)


def _at_stage(before: Lead, lead: Lead, move: Move, now: datetime) -> Lead:
    """The lead at its new stage. Where it is given up, nothing goes out any more; where it is back, things may."""
    lead = replace(lead, stage=move.to, stage_at=now)
    if move.to in CLOSED:
        return stopped(lead, StopReason.DISQUALIFIED, now)
    return open_again(lead) if before.stage in CLOSED else lead


def _begun_anew(lead: Lead, after: Lead) -> tuple[str, ...]:
    """The rows of steps that are the next ones no more."""
    kept = {step_key(enrolment) for enrolment in open_enrolments(after)}
    return tuple(key for key in map(step_key, open_enrolments(lead)) if key not in kept)


def _stage_touch(lead: Lead, move: Move, now: datetime) -> Touch:
    worth = {"value": move.cause.facts["value"]} if move.cause.facts.get("value") else {}
    facts = {"from": move.before, "to": move.to, "why": move.why, **worth}
    touch_id = f"stage/{move.to}/{move.cause.id}"
    return Touch(touch_id, lead.id, TouchKind.STAGE_CHANGED, now, gate=move.cause.gate, by=move.cause.by, facts=facts)


def _heated(bundle: Bundle, change: Change, before: Lead, touches: Sequence[Touch], now: datetime) -> Change:
    """The change with the news that the lead has turned hot, if it was not so until now; heat that is over is told to
    nobody."""
    criteria = bundle.criteria
    why = why_hot(change.lead, (*touches, *change.touches), criteria, now)
    if why is None:
        return replace(change, lead=replace(change.lead, hot_since=None))
    was_hot = before.hot_since is not None and why_hot(before, touches, criteria, now) is not None
    if was_hot or not change.touches:
        return change
    cause = change.touches[0]
    touch = Touch(f"heated/{cause.id}", before.id, TouchKind.HEATED, now, gate=cause.gate, facts={"why": why})
    known = cause.by is not None or bool(waiting(change.due))  # by a rep's own word, or by a mail that says it anyway
    tell = () if known else (Due(before.id, before.generation, DueKind.MAIL, f"{NOTIFY}{touch.id}", now),)
    return replace(
        change,
        lead=replace(change.lead, hot_since=now),
        touches=(*change.touches, touch),
        due=(*change.due, *tell),
    )


def _planned_anew(bundle: Bundle, change: Change, now: datetime) -> Change:
    """The change with the plan of the lead as it is by now in the place of the one that it brought along."""
    planned = replanned(bundle, change.lead, now)
    keys = {row.key for row in planned.due} | set(planned.undue)
    kept = tuple(row for row in change.due if row.key not in keys)
    return replace(
        change,
        lead=planned.lead,
        touches=(*change.touches, *planned.touches),
        due=(*kept, *planned.due),
        undue=(*change.undue, *planned.undue),
    )
