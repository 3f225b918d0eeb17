"""A rep writes down what a contact achieved, or why not; the plan holds, resumes or ends at once.

Everything goes into one change: the outcome, what it says of the deal, a line for those who write, the plan. What is
added to an outcome within half an hour is one more touch beside it, and no second contact.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leadlight import crm
from leadlight.decide import decide
from leadlight.errors import BadFields
from leadlight.lifecycle import grown, met
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change, SealingKey
from leadlight.model.lead import Lead, Stage
from leadlight.model.person import GateId
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit, bind
from leadlight.rep.saying import Saying, page_of, read_saying, room_of
from leadlight.rep.taking import pending_gates
from leadlight.rules.next_action import CLOSED, reminded_of
from leadlight.rules.objective import suggested
from leadlight.rules.outcome import after_learning, after_outcome, facts_learned, facts_of
from leadlight.rules.speed import answered, claims
from leadlight.rules.waiting import CALL, ends_of_holds, reminders, tasks, to_answer, wants_call
from leadlight.rules.whose import hearing, is_theirs
from leadlight.vault import Fields, seal

QUALITY_OF_CONTACT = 5
SAME_TAP = timedelta(minutes=1)
ADDING = timedelta(minutes=30)
"""So long after an outcome may something be added to it."""

OUTCOME = "outcome/"
"""How the ids of outcomes begin, and of what is added to them."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be stored: the touch's id, what was said, and by whom.

    `form` tells one form from another. `adds_to` is the id of the outcome that it belongs to. `aside` is free text of
    people besides the note; `mails` are refs of mails that follow.
    """

    touch_id: str
    rep: str
    saying: Saying
    form: str = ""
    adds_to: str = ""
    aside: Fields = field(default_factory=dict)
    mails: tuple[str, ...] = ()


def log_outcome(services: Services, opened: Visit, values: Mapping[str, str]) -> str:
    """Stores what the contact achieved, or why not, or what is to be added to the outcome that `outcome` names.

    The plan holds, resumes or ends at once. Returns the id of the outcome, as `outcome` takes it. The same tap again is
    one. Raises `BadFields`, `Elsewhere`.
    """
    bundle = open_bundle(services.files)
    lead, now = opened.lead, services.clock.now()
    touches = services.store.touches(lead.id)
    adds_to = _adds_to(touches, values.get("outcome", ""), now)
    room = room_of(bundle, lead, touches, bundle.team.person(opened.rep))
    said = {touch.facts.get("stage") for touch in touches if adds_to in {touch.id, touch.facts.get("outcome")}}
    saying = read_saying(values, room, now=now, adds=bool(adds_to), lost=Stage.LOST in said)
    if adds_to and saying.learned.stage is Stage.CUSTOMER and Stage.CUSTOMER in said:  # one sale must not count twice
        saying = replace(saying, learned=replace(saying.learned, stage=None))
    bind(services, opened)
    form = _digest(values, services.settings.lead_key)
    touch_id = f"{adds_to}+{form[:12]}" if adds_to else OUTCOME + services.token()
    write(services, bundle, lead, Written(touch_id, opened.rep, saying, form, adds_to))
    stored = [
        t.id for t in services.store.touches(lead.id) if t.kind is TouchKind.OUTCOME and t.facts.get("form") == form
    ]
    return (adds_to or next(iter(reversed(stored)), touch_id)).removeprefix(OUTCOME)


def write(services: Services, bundle: Bundle, lead: Lead, written: Written) -> Lead:
    """The lead as stored with it. Nothing changes where it is stored already, or says nothing."""
    saying = written.saying
    if saying.is_empty and not written.aside:
        return lead
    texts = [_note(written), {"text": saying.feedback} if saying.feedback else {}]
    keys = [services.keys.fresh() if text else None for text in texts]
    feedback_id = f"F-{base64.b32encode(services.random(4)).decode()[:6]}" if saying.feedback else ""

    def log(lead: Lead) -> Change | None:
        now = services.clock.now()
        rows, touches = services.store.due_of(lead.id), services.store.touches(lead.id)
        if any(touch.id == written.touch_id for touch in touches) or _just_logged(touches, written, now):
            return None
        touch = _sealed(_touch(lead, written, now), texts[0], keys[0])
        told = (_sealed(_feedback(lead, written, feedback_id, touch, now), texts[1], keys[1]),) if feedback_id else ()
        after = _after(bundle, lead, written, (*touches, touch), now)
        heard = () if saying.is_empty else hearing(lead, after, touch, bundle.team, now)
        planned, theirs = replanned(bundle, after, now), is_theirs(lead, written.rep, bundle.team)
        ends = theirs or after.stage in CLOSED
        over = _over(bundle, after, written, rows, touches, now) if ends else _called(lead, after, rows)
        change = Change(
            lead=planned.lead,
            touches=(touch, *told, *planned.touches),
            undue=(*over, *planned.undue),
            due=(
                *planned.due,
                *(_next_rows(bundle, after, written, rows, now) if theirs else _for_the_owner(lead, after, written)),
                *heard,
                *crm.rows_for(services, lead, touch),
                *(Due(lead.id, lead.generation, DueKind.MAIL, ref, now) for ref in written.mails),
            ),
            keys=tuple(key for key in keys if key),
        )
        return grown(services, bundle, change, before=lead, touches=touches, fit=met)

    return decide(services, lead.id, str(lead.generation), log)


def _after(bundle: Bundle, lead: Lead, written: Written, touches: Sequence[Touch], now: datetime) -> Lead:
    """The lead by what was said. What comes next aims at what is still to be achieved, and has not failed twice.

    Of a colleague's lead it counts as well, but it stays theirs, and so does their take-over.
    """
    saying, team, theirs = written.saying, bundle.team, is_theirs(lead, written.rep, bundle.team)
    by = written.rep if theirs else str(lead.owner)
    if saying.outcome:
        after = after_outcome(lead, saying.outcome, by=by, team=team, now=now)
    else:
        aim = lead.hold.objective if lead.hold else suggested(lead, touches).objective
        after = after_learning(lead, saying.learned, saying.next_at, aim, by=by, team=team, now=now)
    if lead.hold and not theirs and after.stage not in CLOSED:
        return replace(after, hold=lead.hold)
    if after.hold and saying.outcome:
        after = replace(after, hold=replace(after.hold, objective=suggested(after, touches).objective))
    return replace(after, owner=by) if saying.outcome or saying.next_at else after


def _over(
    bundle: Bundle, lead: Lead, written: Written, rows: Sequence[Due], touches: tuple[Touch, ...], now: datetime
) -> tuple[str, ...]:
    """The rows that this ends: the take-over's, the rep's tasks, the clock of a lead that nobody has taken."""
    saying = written.saying
    if lead.stage in CLOSED:
        return (*ends_of_holds(rows), *tasks(rows), *claims(rows))
    if saying.outcome is None and saying.next_at is None:
        return ()
    return (*ends_of_holds(rows), *_seen_to(bundle, lead, rows, touches), *answered(rows, lead, now))


def _called(before: Lead, lead: Lead, rows: Sequence[Due]) -> tuple[str, ...]:
    """The rows of a colleague's lead that this ends: those of a call that was wished for, and that took place."""
    called = wants_call(before) and not wants_call(lead)
    return (*claims(rows), *reminders(rows, CALL)) if called else ()


def _seen_to(bundle: Bundle, lead: Lead, rows: Sequence[Due], touches: tuple[Touch, ...]) -> tuple[str, ...]:
    """The tasks that an outcome ends: all, but for gates and a call that are still waited for."""
    gates = pending_gates(bundle, lead, touches)
    waiting = {touch.id for touch in touches if touch.kind is TouchKind.CONFIRMED and touch.gate in gates}
    called = reminders(rows, CALL) if wants_call(lead) else ()
    return tasks([row for row in rows if reminded_of(row) not in waiting and row.key not in called])


def _next_rows(bundle: Bundle, lead: Lead, written: Written, rows: Sequence[Due], now: datetime) -> tuple[Due, ...]:
    """What follows from it: the next step, and the end of waiting for it; or a reminder, where nothing would come."""
    saying, touch_id = written.saying, written.touch_id
    if lead.hold is None or saying.next_at is None:
        return to_answer(lead, touch_id, bundle.team, now, rows=rows) if saying.outcome else ()
    return (
        Due(lead.id, lead.generation, DueKind.TASK, touch_id, saying.next_at),
        Due(lead.id, lead.generation, DueKind.HOLD, touch_id, lead.hold.until),
    )


def _for_the_owner(before: Lead, lead: Lead, written: Written) -> tuple[Due, ...]:
    """The next step that was agreed on for a colleague's lead. A take-over of theirs keeps the end that it has."""
    next_at = written.saying.next_at
    if lead.hold is None or next_at is None:
        return ()
    task = Due(lead.id, lead.generation, DueKind.TASK, written.touch_id, next_at)
    return (task,) if before.hold else (task, replace(task, kind=DueKind.HOLD, at=lead.hold.until))


def _touch(lead: Lead, written: Written, now: datetime) -> Touch:
    outcome, saying = written.saying.outcome, written.saying
    own = {"form": written.form, "outcome": written.adds_to}
    facts = {**(facts_of(outcome) if outcome else facts_learned(saying.learned, saying.next_at))}
    touch = Touch(written.touch_id, lead.id, TouchKind.NOTED, now, by=written.rep)
    touch = replace(touch, facts={**facts, **{name: value for name, value in own.items() if value}})
    if outcome is None:
        return touch
    return replace(
        touch, kind=TouchKind.OUTCOME, encounter=Encounter.PERSON, objective=outcome.objective,
        quality=QUALITY_OF_CONTACT if outcome.reached else 0,
    )  # fmt: skip


def _feedback(lead: Lead, written: Written, feedback_id: str, about: Touch, now: datetime) -> Touch:
    """The line for those who write, by a name that can be spoken."""
    aim = written.saying.feedback_aim
    facts = {"id": feedback_id, "aim": aim, "outcome": about.facts.get("outcome") or about.id}
    gate: GateId | None = page_of(aim)
    return Touch(f"feedback/{feedback_id}", lead.id, TouchKind.FEEDBACK, now, gate=gate, by=written.rep, facts=facts)


def _note(written: Written) -> Fields:
    """What is sealed beside the outcome: `text` reads as a note, `lost_to` names who was better."""
    saying = written.saying
    lost = f"Lost to {saying.lost_to}." if saying.lost_to else ""
    text = "\n".join(part for part in (lost, saying.note) if part)
    said = {"text": text, "lost_to": saying.lost_to, **written.aside}
    return {name: value for name, value in said.items() if value}


def _sealed(touch: Touch, text: Fields, key: SealingKey | None) -> Touch:
    if key is None:
        return touch
    return replace(touch, sealed=seal(text, key_id=key.id, secret=key.secret, owner=touch.lead_id))


def _adds_to(touches: Sequence[Touch], named: str, now: datetime) -> str:
    """The id of the outcome that something is to be added to; empty for a new one. Raises `BadFields`."""
    if not named:
        return ""
    found = next((t for t in touches if t.kind is TouchKind.OUTCOME and t.id == OUTCOME + named), None)
    if found is None or now - found.at > ADDING:
        minutes = int(ADDING.total_seconds() // 60)
        raise BadFields({"outcome": f"That was logged more than {minutes} minutes ago. Please log another contact."})
    return found.id


def _digest(values: Mapping[str, str], key: bytes) -> str:
    """Tells one form from another, and nobody without the key what was in it."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:20]


def _just_logged(touches: tuple[Touch, ...], written: Written, now: datetime) -> bool:
    """Whether the last outcome is this very form, a moment ago: a second tap, not a second contact."""
    last = next((t for t in reversed(touches) if t.kind is TouchKind.OUTCOME), None)
    same = last is not None and bool(written.form) and last.facts.get("form") == written.form
    return same and last is not None and not written.adds_to and now - last.at < SAME_TAP
