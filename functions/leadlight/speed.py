"""Nobody has taken a lead in time: it goes to the next rep of its pool, and after the last one the manager hears of it.

The clocks begin within the change that a rep is told of; `handlers.on_due` calls when they have run out. What will
happen and when, everybody may see before: see `coming`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leadlight.decide import decide
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.notices import tell, tell_at, told_of, waiting
from leadlight.rules.routing import Facts, facts_of, owner_of
from leadlight.rules.speed import (
    Passing,
    cause_of,
    claim,
    claims,
    is_answered,
    is_over,
    passes_before,
    passing,
)
from leadlight.views import said_wish


def begun(services: Services, bundle: Bundle, change: Change, *, before: Lead) -> Change:
    """The change with the clocks of what it has a rep told of, and with each word to a rep at a time that suits them.

    Asked with every change that a person outside has brought about, owner and heat decided; `before` is the lead as
    stored. A new word on calls ends the clocks that ran for the one before.
    """
    lead, now = change.lead, services.clock.now()
    over = claims(services.store.due_of(lead.id)) if lead.call != before.call else ()
    told = [row for row in waiting(change.due) if _by_themselves(row, change)]
    rows = [each for row in told for each in tell(lead, told_of(row), bundle.team, now, wish=_wish(row, change))]
    clocks = sorted((row for row in rows if row.kind is DueKind.CLAIM), key=lambda row: row.at)[:1]
    kept = (row for row in change.due if row not in told)
    due = (*kept, *(row for row in rows if row.kind is not DueKind.CLAIM), *clocks)
    return replace(change, due=due, undue=(*change.undue, *over))


def _by_themselves(row: Due, change: Change) -> bool:
    """Whether the row tells of something that nobody of the team has done: they know that already."""
    return any(touch.id == told_of(row) and touch.by is None for touch in change.touches)


def _wish(row: Due, change: Change) -> CallWish | None:
    """The word on calls that came with what the row tells of."""
    about = next(touch for touch in change.touches if touch.id == told_of(row))
    said = [about, *(touch for touch in change.touches if touch.kind is TouchKind.CALL_WANTED)]
    return next((wish for touch in said if (wish := said_wish(touch))), None)


def coming(
    services: Services, bundle: Bundle, lead: Lead, touches: Sequence[Touch], rows: Sequence[Due]
) -> Passing | None:
    """To whom this lead goes next and when, unless somebody takes it before; None where it stays."""
    row = next((row for row in rows if row.kind is DueKind.CLAIM), None)
    if row is None:
        return None
    at = max(row.at, services.clock.now())
    return passing(replace(row, at=at), lead, touches, bundle.team, _facts(services, bundle, lead, row, touches))


def pass_on(services: Services, due: Due) -> None:
    """The lead is the next rep's, who is mailed, and the clock begins anew. Twice is once; too late does nothing."""
    bundle = open_bundle(services.files)

    def passed(lead: Lead) -> Change | None:
        rows, touches = services.store.due_of(lead.id), services.store.touches(lead.id)
        if not any(due.stands_as(row) for row in rows):
            return None
        now, team = services.clock.now(), bundle.team
        cause = next((touch for touch in touches if touch.id == cause_of(due)), None)
        if cause is None or is_over(lead) or is_answered(cause, said_wish(cause) or lead.call, touches):
            return Change(lead=lead, undue=(due.key,))
        found = passing(replace(due, at=now), lead, touches, team, _facts(services, bundle, lead, due, touches))
        change = (
            _to_manager(lead, due, found.to, team, now) if found.manager else _to_next(lead, due, found.to, team, now)
        )
        return replace(change, undue=claims(rows))

    decide(services, due.lead_id, str(due.generation), passed)


def _facts(services: Services, bundle: Bundle, lead: Lead, row: Due, touches: Sequence[Touch]) -> Facts:
    """What decides who takes such leads; nothing of it is sealed."""
    gate_id = next((touch.gate for touch in touches if touch.id == cause_of(row)), None)
    gate = bundle.manifest.gates.get(gate_id) if gate_id else None
    captures = (c for c in reversed(services.store.captures(lead.id)) if c.id in lead.confirmed or not lead.confirmed)
    return facts_of(lead, size=next((c.size for c in captures if c.size), ""), gate_id=gate_id, gate=gate)


def _to_next(lead: Lead, due: Due, to: Person, team: Team, now: datetime) -> Change:
    before = owner_of(lead, team)
    why = f"{before.name} did not take it in time"
    escalated = _escalated(lead, due, before, to, now)
    routed = Touch(f"routed/{due.ref}", lead.id, TouchKind.ROUTED, now, by=to.id, facts={"why": why, "from": before.id})
    lead = replace(lead, owner=to.id)
    calls = lead.call is not None and lead.call.kind is not CallKind.NO
    tell = Due(
        lead.id, lead.generation, DueKind.MAIL, f"notify/{escalated.id}",
        tell_at(to, team, wants_call_now=calls, now=now),
    )  # fmt: skip
    again = claim(lead, cause_of(due), team, now, passes=passes_before(due) + 1)
    return Change(lead=lead, touches=(escalated, routed), due=(tell, again) if again else (tell,))


def _to_manager(lead: Lead, due: Due, manager: Person, team: Team, now: datetime) -> Change:
    """There is nobody left to pass it on to, or somebody has it and does not answer: a person has to decide."""
    escalated = _escalated(lead, due, owner_of(lead, team), manager, now)
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{escalated.id}", now)
    return Change(lead=lead, touches=(escalated,), due=(tell,))


def _escalated(lead: Lead, due: Due, before: Person, to: Person, now: datetime) -> Touch:
    reason = f"{before.id} did not take it in time; {to.id} is told"
    facts = {"cause": cause_of(due), "to": to.id, "reason": reason}
    return Touch(f"escalated/{due.ref}", lead.id, TouchKind.ESCALATED, now, by=before.id, facts=facts)
