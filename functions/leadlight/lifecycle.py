"""What does a change mean for a lead's stage and heat? Asked within every decision that stores an experience or a fact.

The answer goes into the same transaction: the new stage with its reason, what it ends and begins, and the plan after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leadlight.aftersale import after_the_sale, renewal_rows
from leadlight.model.criteria import Criterion
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.rules.next_action import CLOSED
from leadlight.rules.stage import Move, moves, open_again, with_facts
from leadlight.rules.stop import stopped


def grown(services: Services, bundle: Bundle, change: Change, *, before: Lead, touches: Sequence[Touch]) -> Change:
    """The change with what follows from it for the stage: `before` is the lead as stored, `touches` its timeline.

    Call it with the change as it would be stored, its plan included; what the new stage ends or begins is planned anew.
    """
    now = services.clock.now()
    timeline = (*touches, *change.touches)
    lead = with_facts(change.lead, change.touches)

    def fit() -> Sequence[Criterion]:
        return ()

    moved = moves(before, lead, change.touches, timeline, bundle.criteria, fit=fit)
    at_stage = _at_stage(before, lead, moved[-1], now) if moved else lead
    after = after_the_sale(bundle, before, at_stage, change.touches, now)
    if not moved and after == lead:
        return replace(change, lead=lead)
    told = tuple(_stage_touch(lead, move, now) for move in moved)
    rows = renewal_rows(bundle, before, after, now)
    change = replace(change, lead=after, touches=(*change.touches, *told), due=(*change.due, *rows))
    return _planned_anew(bundle, change, now)


def _at_stage(before: Lead, lead: Lead, move: Move, now: datetime) -> Lead:
    """The lead at its new stage. Where it is given up, nothing goes out any more; where it is back, things may."""
    lead = replace(lead, stage=move.to, stage_at=now)
    if move.to in CLOSED:
        return stopped(lead, StopReason.DISQUALIFIED, now)
    return open_again(lead) if before.stage in CLOSED else lead


def _stage_touch(lead: Lead, move: Move, now: datetime) -> Touch:
    facts = {"from": move.before, "to": move.to, "why": move.why}
    touch_id = f"stage/{move.to}/{move.cause.id}"
    return Touch(touch_id, lead.id, TouchKind.STAGE_CHANGED, now, gate=move.cause.gate, by=move.cause.by, facts=facts)


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
