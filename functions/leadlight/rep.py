"""What a rep can do: open the briefing, take over, log an outcome. A mailed link opens one lead, for seven days.

The first POST binds the link to that browser; a forwarded mail shows nothing to others after that.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight.decide import decide, the_lead
from leadlight.errors import BadFields, BadToken, ExpiredToken
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Hold, Lead
from leadlight.model.person import GateId
from leadlight.model.site import Unlock
from leadlight.model.touch import Encounter, Objective, Touch, TouchKind, WhyNot
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.form import many_lines
from leadlight.rules.outcome import Outcome, after_outcome, hold_until
from leadlight.rules.warmth import suggested_objective
from leadlight.tokens import LIFE, TokenUse
from leadlight.vault import seal

BROWSER = "leadlight_rep"
QUALITY_OF_CONTACT = 5
SAME_TAP = timedelta(minutes=1)
FARTHEST = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Visit:
    """A rep who opened a mailed link in a browser that may use it. `browser` is the id in that browser's cookie."""

    lead: Lead
    rep: str
    token_id: str
    browser: str
    bound: bool

    @property
    def life(self) -> timedelta:
        """How long the browser's cookie lives."""
        return LIFE[TokenUse.REP_BROWSER]


class Elsewhere(BadToken):
    """This link is bound to another browser, or too old; a fresh one can be mailed to that rep."""

    def __init__(self, *, too_old: bool = False) -> None:
        self.too_old = too_old
        why = "This link is older than seven days." if too_old else "This link was used in another browser."
        super().__init__(f"{why} We can mail you a fresh one.")


def visit(services: Services, token: str, cookies: Mapping[str, str]) -> Visit:
    """Who opens which lead; changes nothing. Raises `BadToken`, `Elsewhere`."""
    try:
        facts = services.tokens.read(TokenUse.REP, token)
    except ExpiredToken as error:
        raise Elsewhere(too_old=True) from error
    lead = the_lead(services, facts["lead"], facts["gen"])
    _check_team(services, facts["rep"])
    browser = _browser(services, cookies)
    touch_id = f"signed-in/{facts['id']}"
    first = next((t for t in services.store.touches(lead.id) if t.id == touch_id), None)
    if first is not None and first.facts["browser"] != _fingerprint(browser):
        raise Elsewhere
    return Visit(lead, facts["rep"], facts["id"], browser or services.token(16), first is not None)


def bind(services: Services, opened: Visit) -> None:
    """From now on the link works in this browser only. Raises `Elsewhere` if another one was faster."""
    if opened.bound:
        return
    touch = Touch(
        id=f"signed-in/{opened.token_id}",
        lead_id=opened.lead.id,
        kind=TouchKind.SIGNED_IN,
        at=services.clock.now(),
        by=opened.rep,
        facts={"browser": _fingerprint(opened.browser)},
    )
    if not services.store.append(touch):
        stored = next(t for t in services.store.touches(opened.lead.id) if t.id == touch.id)
        if stored.facts["browser"] != touch.facts["browser"]:
            raise Elsewhere


def take_over(services: Services, opened: Visit, *, objective: str = "") -> Lead:
    """The rep has the lead: the plan waits, and a gate that needs approval opens. Twice is once.

    Sets what the contact is to effect: `objective`, else the suggested one. Raises `BadFields`, `Elsewhere`.
    """
    if objective and objective not in set(Objective):
        raise BadFields({"objective": f"Choose one of {', '.join(Objective)}."})
    bind(services, opened)
    bundle = open_bundle(services.files)

    def take(lead: Lead) -> Change | None:
        aim = Objective(objective) if objective else suggested_objective(lead)
        held = lead.hold is not None and lead.hold.by == opened.rep and lead.hold.objective is aim
        if held and not pending_gates(bundle, lead, services.store.touches(lead.id)):
            return None
        return _taken(services, bundle, lead, opened.rep, aim)

    return decide(services, opened.lead.id, str(opened.lead.generation), take)


def log_outcome(services: Services, opened: Visit, values: Mapping[str, str]) -> Lead:
    """Stores what the contact achieved, or why not; the plan holds, resumes or ends at once. Raises `BadFields`."""
    bundle = open_bundle(services.files)
    outcome, note = read_outcome(values, zone=bundle.team.hours.zone, lead=opened.lead, now=services.clock.now())
    bind(services, opened)
    key = services.keys.fresh()
    touch_id, form = f"outcome/{services.token()}", _digest(values, services.settings.lead_key)

    def log(lead: Lead) -> Change | None:
        now = services.clock.now()
        if _just_logged(services.store.touches(lead.id), form, now):
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
            undue=(*_rows(services, lead, DueKind.HOLD, DueKind.TASK), *planned.undue),
            due=(*planned.due, *_next_rows(planned.lead, outcome, touch_id)),
            keys=(key,) if note else (),
        )

    return decide(services, opened.lead.id, str(opened.lead.generation), log)


def send_fresh_link(services: Services, token: str) -> None:
    """Mails the rep of that link, however old, a fresh one; at most five a day. Raises `BadToken`."""
    facts = services.tokens.read(TokenUse.REP, token, even_expired=True)
    _check_team(services, facts["rep"])
    now = services.clock.now()
    budget = Budget(f"relink/{facts['lead']}/{facts['rep']}/{now:%Y-%m-%d}", 5, now + timedelta(days=2))
    if not services.store.count(budget):
        return

    def tell(lead: Lead) -> Change:
        ref = f"relink/{facts['rep']}/{services.token()}"
        return Change(lead=lead, due=(Due(lead.id, lead.generation, DueKind.MAIL, ref, now),))

    decide(services, facts["lead"], facts["gen"], tell)


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


def pending_gates(bundle: Bundle, lead: Lead, touches: tuple[Touch, ...]) -> tuple[GateId, ...]:
    """Gates that wait for a rep's approval."""
    asked = {touch.gate for touch in touches if touch.kind is TouchKind.CONFIRMED and touch.gate}
    gates = bundle.manifest.gates
    return tuple(g for g in sorted(asked) if g in gates and gates[g].unlock is Unlock.REP and g not in lead.grants)


def _taken(services: Services, bundle: Bundle, lead: Lead, rep: str, objective: Objective) -> Change:
    now = services.clock.now()
    touch_id = f"claimed/{services.token()}"
    until = max(hold_until(now, bundle.team), lead.hold.until if lead.hold else now)  # an agreed next step stands
    approved = pending_gates(bundle, lead, services.store.touches(lead.id))
    held = replace(
        lead,
        owner=rep,
        hold=Hold(rep, objective, now, until),
        grants={**lead.grants, **dict.fromkeys(approved, now)},
    )
    planned = replanned(bundle, held, now)
    facts = {"opens": "\n".join(approved)} if approved else {}
    touch = Touch(touch_id, lead.id, TouchKind.CLAIMED, now, Encounter.PERSON, objective, by=rep, facts=facts)
    captures = [c for c in services.store.captures(lead.id) if c.gate in approved and c.id in lead.confirmed]
    mails = {c.gate: Due(lead.id, lead.generation, DueKind.MAIL, f"delivery/{c.id}", now) for c in captures}
    return Change(
        lead=planned.lead,
        touches=(touch, *planned.touches),
        undue=(*_rows(services, lead, DueKind.HOLD), *planned.undue),
        due=(*planned.due, Due(lead.id, lead.generation, DueKind.HOLD, touch_id, until), *mails.values()),
    )


def _rows(services: Services, lead: Lead, *kinds: DueKind) -> tuple[str, ...]:
    """The keys of rows that an earlier take-over or outcome had set and that are superseded by the one stored now."""
    return tuple(due.key for due in services.store.due_of(lead.id) if due.kind in kinds)


def _next_rows(lead: Lead, outcome: Outcome, touch_id: str) -> tuple[Due, ...]:
    if lead.hold is None or outcome.next_at is None:
        return ()
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


def _check_team(services: Services, rep: str) -> None:
    if rep not in {person.id for person in open_bundle(services.files).team.people}:
        raise BadToken("This link belongs to somebody who is no longer in the team.")


def _browser(services: Services, cookies: Mapping[str, str]) -> str:
    try:
        return services.tokens.read(TokenUse.REP_BROWSER, cookies.get(BROWSER, ""))["id"]
    except (BadToken, KeyError):
        return ""


def _fingerprint(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()[:32]
