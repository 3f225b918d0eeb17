"""A lead has answered where our mail does not see it, and its rep says so: the plan stops, as by an answer."""

from __future__ import annotations

from leadlight.decide import decide
from leadlight.lifecycle import grown, met
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit, bind
from leadlight.replies import QUALITY_OF_TALK
from leadlight.rules.next_action import reminder
from leadlight.rules.stop import stopped_anew
from leadlight.rules.waiting import ANSWER, reminders
from leadlight.rules.whose import hearing


def they_replied(services: Services, opened: Visit) -> Lead:
    """The lead as stored: nothing goes out until a rep lets the plan go on. Twice is once. Raises `Elsewhere`."""
    bind(services, opened)
    bundle, touch_id = open_bundle(services.files), f"{ANSWER}{services.token()}"

    def answer(lead: Lead) -> Change | None:
        if any(stop.reason is StopReason.REPLIED for stop in lead.stops):
            return None
        now, touches = services.clock.now(), services.store.touches(lead.id)
        touch = Touch(
            touch_id, lead.id, TouchKind.REPLIED, now, Encounter.PERSON, quality=QUALITY_OF_TALK, by=opened.rep,
            gate=next((t.gate for t in reversed(touches) if t.gate), None), facts={"from": "lead"},
        )  # fmt: skip
        planned = replanned(bundle, stopped_anew(lead, StopReason.REPLIED, now), now)
        reminded = reminders(services.store.due_of(lead.id), ANSWER)  # of an answer before this one
        rows = () if reminded or lead.hold else (reminder(lead, touch.id, bundle.team.hours, now),)
        change = Change(
            lead=planned.lead,
            touches=(touch, *planned.touches),
            undue=planned.undue,
            due=(*planned.due, *rows, *hearing(lead, planned.lead, touch, bundle.team, now)),
        )
        return grown(services, bundle, change, before=lead, touches=touches, fit=met)

    return decide(services, opened.lead.id, str(opened.lead.generation), answer)
