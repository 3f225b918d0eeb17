"""What makes a plan wait, and what lets it go on: pauses, resuming, and take-overs and pauses that come to their end.

Called by reps (`rep.pausing`), by operators on the command line, and by `handlers.on_due` for the ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leadlight.decide import decide
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Hold, Lead, Pause
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.next_action import PAUSE, pauser_of
from leadlight.rules.stop import LEAD, OPERATOR, pause_of, paused, resumed, why_quiet, without_pauses
from leadlight.rules.waiting import LAPSED, ends_of_holds, ends_of_pauses, to_answer, unanswered
from leadlight.rules.whose import hearing, may_end


def pause_lead(services: Services, lead: Lead, *, until: datetime, by: str = OPERATOR) -> Lead:
    """The lead as stored, with nothing going out until then. Pauses of others stand beside it.

    The same pause again, to the day, is one; another one of the same takes its place. Raises `BadToken` when the lead
    is gone.
    """
    bundle, touch_id = open_bundle(services.files), f"paused/{services.token()}"

    def pause(lead: Lead) -> Change | None:
        now = services.clock.now()
        quiet = paused(lead, by, until, now)
        if quiet == lead:
            return None
        person = None if by in {LEAD, OPERATOR} else by
        facts = {"by": by, "until": until.isoformat()}
        touch = Touch(touch_id, lead.id, TouchKind.PAUSED, now, by=person, facts=facts)
        planned = replanned(bundle, quiet, now)
        heard = hearing(lead, quiet, touch, bundle.team, now) if person else ()
        goes_on = Due(lead.id, lead.generation, DueKind.HOLD, f"{PAUSE}{by}/{touch.id}", until)
        return Change(
            lead=planned.lead,
            touches=(touch, *planned.touches),
            undue=(*ends_of_pauses(services.store.due_of(lead.id), [by]), *planned.undue),
            due=(*planned.due, goes_on, *heard),
        )

    return decide(services, lead.id, str(lead.generation), pause)


def resume_lead(services: Services, lead: Lead, *, by: str = OPERATOR) -> Lead:
    """The lead as stored, with its plan going on as far as `by` may let it: see `rules.stop.resumed`.

    Nothing changes where there is nothing that may be lifted. Raises `BadToken` when the lead is gone.
    """
    bundle, touch_id = open_bundle(services.files), f"resumed/{services.token()}"

    def resume(lead: Lead) -> Change | None:
        now = services.clock.now()
        person = None if by in {LEAD, OPERATOR} else by
        again = resumed(lead, by, now)
        if person and not may_end(lead, person, bundle.team):
            again = replace(again, hold=lead.hold)
        if again == lead:
            return None
        touch = Touch(touch_id, lead.id, TouchKind.RESUMED, now, by=person, facts={"by": by})
        planned = replanned(bundle, again, now)
        heard = hearing(lead, again, touch, bundle.team, now) if person else ()
        return Change(
            lead=planned.lead,
            touches=(touch, *planned.touches),
            undue=(*_lifted(lead, again, services.store.due_of(lead.id)), *planned.undue),
            due=(*planned.due, *heard),
        )

    return decide(services, lead.id, str(lead.generation), resume)


def lapse(services: Services, due: Due) -> None:
    """A take-over or a pause has come to its end: the plan goes on. The manager hears of the former."""
    bundle = open_bundle(services.files)

    def end(lead: Lead) -> Change | None:
        rows = services.store.due_of(lead.id)
        if not any(due.stands_as(row) for row in rows):
            return None
        now = services.clock.now()
        whose = pauser_of(due)
        match lead.hold if whose is None else pause_of(lead, whose):
            case Pause(until=until) as pause if until <= due.at:
                return _pause_over(bundle, lead, pause, due, now)
            case Hold(until=until) as hold if until <= due.at:
                return _hold_over(bundle, lead, hold, due, rows, now)
            case _:  # another pause, take-over or outcome has a row of its own
                return Change(lead=lead, undue=(due.key,))

    decide(services, due.lead_id, str(due.generation), end)


def _hold_over(bundle: Bundle, lead: Lead, hold: Hold, due: Due, rows: Sequence[Due], now: datetime) -> Change:
    """Nobody wrote down an outcome in time: the plan resumes and the manager is told, both at once."""
    touch = Touch(
        id=f"{LAPSED}{due.ref}", lead_id=lead.id, kind=TouchKind.HOLD_LAPSED, at=now, by=hold.by,
        objective=hold.objective,
    )  # fmt: skip
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{touch.id}", now)
    change = _going_on(bundle, replace(lead, hold=None), due, touch, now)
    return replace(change, due=(*change.due, tell, *to_answer(change.lead, touch.id, bundle.team, now, rows=rows)))


def _pause_over(bundle: Bundle, lead: Lead, pause: Pause, due: Due, now: datetime) -> Change:
    over = without_pauses(lead, [pause.by], now)
    still = why_quiet(over)
    facts = {"by": pause.by, "reason": "the pause is over", **({"still": still} if still else {})}
    touch = Touch(f"resumed/{due.ref}", lead.id, TouchKind.RESUMED, now, facts=facts)
    return _going_on(bundle, over, due, touch, now)


def _going_on(bundle: Bundle, lead: Lead, due: Due, touch: Touch, now: datetime) -> Change:
    planned = replanned(bundle, lead, now)
    return Change(planned.lead, (touch, *planned.touches), planned.due, (due.key, *planned.undue))


def _lifted(before: Lead, after: Lead, rows: Sequence[Due]) -> tuple[str, ...]:
    """The rows of what is over now. A gate that waits for approval still does."""
    holds = ends_of_holds(rows) if before.hold and not after.hold else ()
    standing = [pause.by for pause in after.pauses]
    pauses = ends_of_pauses(rows, [pause.by for pause in before.pauses if pause.by not in standing])
    answers = unanswered(before, rows) if not after.stops else ()
    return (*holds, *pauses, *answers)
