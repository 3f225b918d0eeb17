"""A rep hands a lead over to a colleague, who is told with the whole briefing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadlight.decide import decide
from leadlight.errors import BadFields
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit
from leadlight.rep.session import member
from leadlight.rules.form import many_lines
from leadlight.rules.next_action import reminder
from leadlight.rules.outcome import hold_until
from leadlight.rules.speed import claim, claims
from leadlight.rules.waiting import HANDED, ends_of_holds, wants_call
from leadlight.rules.whose import hearing
from leadlight.vault import seal


def hand_over(services: Services, opened: Visit, values: Mapping[str, str]) -> Lead:
    """The lead is `to`'s from now on, with a word from who had it. Twice is once. Raises `BadFields`.

    A take-over goes along: the plan keeps waiting, and the colleague has the team's whole time for an outcome. For a
    call that is wished for, their clock begins; whoever had the lead hears of it, if a third person gives it away.
    """
    team = open_bundle(services.files).team
    to = member(team, values.get("to", ""))
    if to is None:
        raise BadFields({"to": "Choose who is to have this lead."})
    try:
        word = many_lines(values.get("word", ""))
    except ValueError as error:
        raise BadFields({"word": str(error)}) from error
    key, touch_id = services.keys.fresh(), f"{HANDED}{services.token()}"

    def hand(lead: Lead) -> Change | None:
        if lead.owner == to.id:
            return None
        now = services.clock.now()
        sealed = seal({"text": word}, key_id=key.id, secret=key.secret, owner=lead.id) if word else None
        facts = {"from": lead.owner or "", "to": to.id}
        touch = Touch(touch_id, lead.id, TouchKind.HANDED_OVER, now, by=opened.rep, facts=facts, sealed=sealed)
        until = hold_until(now, team)
        hold = replace(lead.hold, by=to.id, since=now, until=max(until, lead.hold.until)) if lead.hold else None
        ends = Due(lead.id, lead.generation, DueKind.HOLD, touch_id, hold.until) if hold else None
        rows = services.store.due_of(lead.id)
        handed = replace(lead, owner=to.id, hold=hold)
        clock = claim(handed, touch_id, team, now) if wants_call(lead) else None
        return Change(
            lead=handed,
            touches=(touch,),
            undue=(*(ends_of_holds(rows) if hold else ()), *claims(rows)),
            due=(
                ends or reminder(lead, touch_id, team.hours, now),
                *((clock,) if clock else ()),
                *hearing(lead, handed, touch, team, now),
            ),
            keys=(key,) if word else (),
        )

    return decide(services, opened.lead.id, str(opened.lead.generation), hand)
