"""A rep takes over a lead: the plan waits, and a gate that needs a rep's approval opens."""

from __future__ import annotations

from dataclasses import replace

from leadlight import crm
from leadlight.decide import decide
from leadlight.errors import BadFields
from leadlight.lifecycle import grown, met
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Hold, Lead
from leadlight.model.person import GateId
from leadlight.model.site import Unlock
from leadlight.model.touch import Encounter, Objective, Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit, bind
from leadlight.rules.next_action import APPROVAL
from leadlight.rules.outcome import hold_until
from leadlight.rules.series import is_unwritten
from leadlight.rules.speed import claims
from leadlight.rules.waiting import ADDED, HANDED, ends_of_holds, reminders, unanswered
from leadlight.rules.warmth import suggested_objective
from leadlight.rules.whose import hearing


def take_over(services: Services, opened: Visit, *, objective: str = "") -> Lead:
    """The rep has the lead: the plan waits, and a gate that needs approval opens. Twice is once.

    Sets what the contact is to effect: `objective`, else the suggested one. Raises `BadFields`, `Elsewhere`.
    """
    if objective and objective not in set(Objective):
        raise BadFields({"objective": f"Choose one of {', '.join(Objective)}."})
    bind(services, opened)
    bundle = open_bundle(services.files)

    def take(lead: Lead) -> Change | None:
        touches = services.store.touches(lead.id)
        aim = Objective(objective) if objective else suggested_objective(lead, touches)
        held = lead.hold is not None and lead.hold.by == opened.rep and lead.hold.objective is aim
        approved = pending_gates(bundle, lead, touches)
        rows = services.store.due_of(lead.id)
        if held and not approved and not claims(rows):
            return None
        change = _taken(services, bundle, lead, opened.rep, aim, approved)
        return grown(services, bundle, change, before=lead, touches=touches, fit=met)

    return decide(services, opened.lead.id, str(opened.lead.generation), take)


def pending_gates(bundle: Bundle, lead: Lead, touches: tuple[Touch, ...]) -> tuple[GateId, ...]:
    """Gates that wait for a rep's approval."""
    asked = {touch.gate for touch in touches if touch.kind is TouchKind.CONFIRMED and touch.gate}
    gates = bundle.manifest.gates
    reps = [g for g in sorted(asked) if g in gates and gates[g].unlock is Unlock.REP and not is_unwritten(gates[g])]
    return tuple(g for g in reps if g not in lead.grants)


def _taken(
    services: Services, bundle: Bundle, lead: Lead, rep: str, objective: Objective, approved: tuple[GateId, ...]
) -> Change:
    now = services.clock.now()
    touch_id = f"claimed/{services.token()}"
    until = max(hold_until(now, bundle.team), lead.hold.until if lead.hold else now)  # an agreed next step stands
    held = replace(
        lead,
        owner=rep,
        hold=Hold(rep, objective, now, until),
        grants={**lead.grants, **dict.fromkeys(approved, now)},
    )
    planned = replanned(bundle, held, now)
    facts = {"opens": "\n".join(approved)} if approved else {}
    touch = Touch(touch_id, lead.id, TouchKind.CLAIMED, now, Encounter.PERSON, objective, by=rep, facts=facts)
    rows = services.store.due_of(lead.id)
    captures = [c for c in services.store.captures(lead.id) if c.gate in approved and c.id in lead.confirmed]
    mails = {c.gate: Due(lead.id, lead.generation, DueKind.MAIL, f"delivery/{c.id}", now) for c in captures}
    return Change(
        lead=planned.lead,
        touches=(touch, *planned.touches),
        undue=(
            *ends_of_holds(rows),
            *unanswered(lead, rows),
            *reminders(rows, APPROVAL, HANDED, ADDED),
            *claims(rows),
            *planned.undue,
        ),
        due=(
            *planned.due,
            Due(lead.id, lead.generation, DueKind.HOLD, touch_id, until),
            *mails.values(),
            *crm.rows_for(services, lead, touch),
            *hearing(lead, planned.lead, touch, bundle.team, now),
        ),
    )
