"""A rep writes down what a contact achieved, or why not; the plan holds, resumes or ends at once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight import crm
from leadlight.decide import decide
from leadlight.errors import BadFields
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.site import Team
from leadlight.model.touch import Encounter, Objective, Touch, TouchKind, WhyNot
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit, bind
from leadlight.rep.taking import pending_gates
from leadlight.rules.form import many_lines
from leadlight.rules.next_action import CLOSED, reminded_of
from leadlight.rules.outcome import Outcome, after_outcome
from leadlight.rules.waiting import ends_of_holds, tasks, to_answer
from leadlight.rules.warmth import suggested_objective
from leadlight.vault import seal

QUALITY_OF_CONTACT = 5
SAME_TAP = timedelta(minutes=1)
FARTHEST = timedelta(days=5 * 365)


def log_outcome(services: Services, opened: Visit, values: Mapping[str, str]) -> Lead:
    """Stores what the contact achieved, or why not; the plan holds, resumes or ends at once. Raises `BadFields`."""
    bundle = open_bundle(services.files)
    outcome, note = read_outcome(values, zone=bundle.team.hours.zone, lead=opened.lead, now=services.clock.now())
    bind(services, opened)
    key = services.keys.fresh()
    touch_id, form = f"outcome/{services.token()}", _digest(values, services.settings.lead_key)

    def log(lead: Lead) -> Change | None:
        now = services.clock.now()
        rows, touches = services.store.due_of(lead.id), services.store.touches(lead.id)
        if _just_logged(touches, form, now):
            return None
        after = after_outcome(lead, outcome, by=opened.rep, team=bundle.team, now=now)
        planned = replanned(bundle, replace(after, owner=opened.rep), now)
        touch = _outcome_touch(lead, opened.rep, outcome, touch_id, now)
        touch = replace(touch, facts={**touch.facts, "form": form})
        if note:
            touch = replace(touch, sealed=seal({"text": note}, key_id=key.id, secret=key.secret, owner=lead.id))
        return Change(
            lead=planned.lead,
            touches=(touch, *planned.touches),
            undue=(*ends_of_holds(rows), *_seen_to(bundle, planned.lead, rows, touches), *planned.undue),
            due=(
                *planned.due,
                *_next_rows(planned.lead, outcome, touch_id, bundle.team, now),
                *crm.rows_for(services, lead, touch),
            ),
            keys=(key,) if note else (),
        )

    return decide(services, opened.lead.id, str(opened.lead.generation), log)


def read_outcome(values: Mapping[str, str], *, zone: str, lead: Lead, now: datetime) -> tuple[Outcome, str]:
    """The outcome and the note as typed. Raises `BadFields` naming what to mend."""
    wrong: dict[str, str] = {}
    objective = values.get("objective") or suggested_objective(lead)
    if objective not in set(Objective):
        wrong["objective"] = f"Choose one of {', '.join(Objective)}."
    why = values.get("why_not", "")
    achieved = values.get("achieved", "no" if why else "") == "yes"
    if not achieved and why not in set(WhyNot):
        wrong["achieved"] = f"Say that it was achieved, or why not: {', '.join(WhyNot)}."
    next_at = None
    try:
        next_at = _next_at(values.get("next_at", ""), zone=zone, now=now)
    except ValueError as error:
        wrong["next_at"] = str(error)
    note = ""
    try:
        note = "\n".join(text for text in (many_lines(values.get(name, "")) for name in ("note", "next")) if text)
    except ValueError as error:
        wrong["note"] = str(error)
    if wrong:
        raise BadFields(wrong)
    return Outcome(Objective(objective), achieved, None if achieved else WhyNot(why), next_at), note


def _seen_to(bundle: Bundle, lead: Lead, rows: Sequence[Due], touches: tuple[Touch, ...]) -> tuple[str, ...]:
    """The tasks that an outcome ends: all, but for gates that still wait for approval, as long as anybody waits."""
    if lead.stage in CLOSED:
        return tasks(rows)
    gates = pending_gates(bundle, lead, touches)
    waiting = {touch.id for touch in touches if touch.kind is TouchKind.CONFIRMED and touch.gate in gates}
    return tasks([row for row in rows if reminded_of(row) not in waiting])


def _next_rows(lead: Lead, outcome: Outcome, touch_id: str, team: Team, now: datetime) -> tuple[Due, ...]:
    if lead.hold is None or outcome.next_at is None:
        return to_answer(lead, touch_id, team, now)
    return (
        Due(lead.id, lead.generation, DueKind.TASK, touch_id, outcome.next_at),
        Due(lead.id, lead.generation, DueKind.HOLD, touch_id, lead.hold.until),
    )


def _outcome_touch(lead: Lead, rep: str, outcome: Outcome, touch_id: str, now: datetime) -> Touch:
    reached = outcome.why_not is not WhyNot.NOT_REACHED
    facts = {
        "achieved": "yes" if outcome.achieved else "no",
        **({"why_not": outcome.why_not} if outcome.why_not else {}),
        **({"next_at": outcome.next_at.isoformat()} if outcome.next_at else {}),
    }
    return Touch(
        touch_id, lead.id, TouchKind.OUTCOME, now, Encounter.PERSON, outcome.objective,
        quality=QUALITY_OF_CONTACT if reached else 0, by=rep, facts=facts,
    )  # fmt: skip


def _digest(values: Mapping[str, str], key: bytes) -> str:
    """Tells one form from another, and nobody without the key what was in it."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:20]


def _just_logged(touches: tuple[Touch, ...], form: str, now: datetime) -> bool:
    """Whether the last outcome is this very form, a moment ago: a second tap, not a second contact."""
    last = next((t for t in reversed(touches) if t.kind is TouchKind.OUTCOME), None)
    return last is not None and last.facts.get("form") == form and now - last.at < SAME_TAP


def _next_at(text: str, *, zone: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("Please give the next date as in 2026-01-05T14:30.") from error
    if at <= now:
        raise ValueError("The next step lies in the past. Please choose a later time.")
    if at > now + FARTHEST:
        raise ValueError("The next step is more than five years away. Please choose an earlier time.")
    return at
