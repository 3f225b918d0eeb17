"""What may a rep say of this contact, and what followed from what they said? Gathers for `pages.outcome`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from leadlight.errors import LostKey, NeverOpens
from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import Purpose
from leadlight.model.sequence import Window
from leadlight.model.team import Hours, Person
from leadlight.model.touch import Objective, Touch, TouchKind, WhyNot
from leadlight.pages.outcome import After, Asked, Choice, Coming, Fields
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.prose import plain_words
from leadlight.ports import Services
from leadlight.profile import known_of, sealed_fields
from leadlight.rep.outcome import ADDING, OUTCOME
from leadlight.rep.saying import PRODUCT, needs_known, steps_met
from leadlight.rules.aftersale import may_agree
from leadlight.rules.attendance import hours_of
from leadlight.rules.cadence import within
from leadlight.rules.moment import day_begins
from leadlight.rules.next_action import CLOSED, PAUSE, Action, next_action, why_nothing
from leadlight.rules.objective import suggested
from leadlight.rules.outcome import UNSAID
from leadlight.rules.said import AIMS, AUTHORITIES, CHANNELS, DEALS, SATISFIED, Reader, another_aim, said
from leadlight.rules.there import apart, beside, clock, hour_there
from leadlight.visitor.outlook import outlook_of

Name = TypeVar("Name", bound=str)

MOST = 4
"""So many follow-ups are listed one by one."""

COMES: Mapping[DueKind, str] = {
    DueKind.STEP: "a follow-up goes out",
    DueKind.TASK: "your next step",
    DueKind.HOLD: "the follow-ups go on, unless you have logged an outcome",
    DueKind.CLAIM: "the lead goes to the next colleague, unless you take it",
    DueKind.REVIEW: "a look at whether to go on",
}

STOPPED: Mapping[StopReason, str] = {
    StopReason.DISQUALIFIED: "No follow-up goes out any more.",
    StopReason.UNSUBSCRIBED: "No follow-up goes out: they want no more mails.",
    StopReason.REPLIED: "No follow-up goes out: they have answered, and that is yours to go on with.",
}
OTHERWISE_STOPPED = "No follow-up goes out: our mails do not reach them, or must not."


def asked_of(
    services: Services,
    bundle: Bundle,
    lead: Lead,
    rep: Person,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    why: str = "",
) -> Asked:
    """The question of how it went, with what was typed before and what is to be mended of it. Raises `LostKey`.

    `why` is the reason that the rep's link has named: its button comes first.
    """
    touches = services.store.touches(lead.id)
    aim = lead.hold.objective if lead.hold else suggested(lead, touches).objective
    chosen = (typed or {}).get("objective") or aim
    return Asked(
        who=_who(services, lead),
        objectives=tuple(Choice(o, AIMS[o], chosen=o == chosen) for o in Objective),
        fields=fields_of(services, bundle, lead, rep, touches, typed=typed or {}, wrong=wrong or {}),
        hint=another_aim(lead, touches),
        why=why if why in set(WhyNot) else "",
    )


def fields_of(
    services: Services,
    bundle: Bundle,
    lead: Lead,
    rep: Person,
    touches: Sequence[Touch],
    *,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    unfold: bool = False,
) -> Fields:
    """Everything that may be said besides the result."""
    hours = hours_of(rep, bundle.team)
    tagged = typed.get("objections", "").replace(",", "\n").splitlines()
    sent = "needs" in typed or "needs_shown" in typed  # none may be ticked
    needs = typed.get("needs", "").splitlines() if sent else _likely_needs(bundle, lead, touches)
    known = needs_known(bundle, lead)
    return Fields(
        zone=hours.zone,
        currency=bundle.team.costs.currency,
        theirs=_theirs(lead, services.clock.now(), hours.zone),
        moments=tuple(_moments(hours, lead, services.clock.now(), typed.get("next_at", ""))),
        objections=tuple(
            Choice(o.name, o.title, plain_words(o.answer), chosen=o.name in tagged)
            for o in bundle.knowledge.objections.values()
        ),
        needs=tuple(Choice(need, need, chosen=need in needs) for need in known),
        needs_shown=typed.get("needs_shown", "\n".join(need for need in known if need in needs)),
        aims=tuple(_aims(bundle, lead, touches, typed.get("feedback_aim", ""))),
        authority=_choices(AUTHORITIES, typed.get("authority", lead.authority or ""), "Not known"),
        channel=_choices(CHANNELS, typed.get("channel", ""), "Not said"),
        satisfaction=_choices(SATISFIED, typed.get("satisfaction", ""), "Not said"),
        stage=_choices(DEALS, typed.get("stage", ""), "As before"),
        agreement=_agreement(bundle, lead, touches, typed.get("agreed", "")),
        typed=typed,
        wrong=wrong,
        open=unfold or bool(set(wrong) - {"outcome", "achieved", "objective"}),
    )


def _agreement(bundle: Bundle, lead: Lead, touches: Sequence[Touch], ticked: str) -> Choice | None:
    """The words that ask for mails after the sale, or why they are not asked for; None where no mails would come."""
    named = bundle.manifest.after_sale
    wording = bundle.wording(named) if named else None
    if wording is None:
        return None
    if lead.confirmed_at is None:
        return Choice("", "They have not confirmed their address, so no mails come after a sale.")
    if not may_agree(lead, touches):
        return Choice("", "They have taken back follow-ups themselves, so no mails come after a sale.")
    return Choice(named, wording.wording[Purpose.FOLLOW_UP], chosen=ticked == named)


def after_of(
    services: Services,
    bundle: Bundle,
    lead: Lead,
    rep: Person,
    outcome: str,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> After | None:
    """What that outcome says and what follows, as things stand now; None if there is none of that name."""
    touches = services.store.touches(lead.id)
    logged = next((t for t in touches if t.kind is TouchKind.OUTCOME and t.id == OUTCOME + outcome), None)
    if logged is None:
        return None
    now, rows = services.clock.now(), services.store.due_of(lead.id)
    reader = reader_of(bundle, rep)
    added = [t for t in touches if t.kind is TouchKind.NOTED and t.facts.get("outcome") == logged.id]
    coming = outlook_of(services, bundle, lead).coming if not lead.stops else ()
    lines = [line for t in (logged, *added) for line in written_in(t, _sealed(services, t), reader)]
    fields = None
    if now - logged.at <= ADDING:
        unasked = logged.facts.get("why") == UNSAID and not typed
        fields = fields_of(
            services, bundle, lead, rep, touches, typed=typed or {}, wrong=wrong or {}, unfold=unasked or bool(wrong)
        )
        fields = replace(fields, whom=unasked)
    return After(
        who=_who(services, lead),
        outcome=outcome,
        said=tuple(dict.fromkeys(line for line in lines if not any(other.startswith(f"{line} ") for other in lines))),
        next_action=_next(bundle, lead, rows, reader),
        plan=_plan(bundle, lead, rows, rep, follows=bool(coming)),
        coming=tuple(_coming(c.at, c.subject, c.who, mailed=c.mailed, reader=reader) for c in coming[:MOST]),
        more=max(0, len(coming) - MOST),
        changed=tuple(_changed(touches, (logged, *added))),
        next_aim="" if lead.stage in CLOSED else another_aim(lead, touches),
        fields=fields,
    )


def latest_outcome(touches: Sequence[Touch]) -> str:
    """The name of the newest one; empty if there is none."""
    found = next((t.id for t in reversed(touches) if t.kind is TouchKind.OUTCOME), "")
    return found.removeprefix(OUTCOME)


def reader_of(bundle: Bundle, rep: Person) -> Reader:
    """Whose clock and currency it is told by."""
    titles = {name: objection.title for name, objection in bundle.knowledge.objections.items()}
    return Reader(hours_of(rep, bundle.team).zone, bundle.team.costs.currency, titles)


def _who(services: Services, lead: Lead) -> str:
    profile = known_of(services, lead)
    return profile.name or profile.address


def written_in(touch: Touch, sealed: Mapping[str, str], reader: Reader) -> tuple[str, ...]:
    """What an outcome says, or what was added to it, line by line; `sealed` is its free text."""
    better = sealed.get("lost_to", "")
    note = sealed.get("text", "").removeprefix(f"Lost to {better}.").strip()
    return (*said(touch, reader, lost_to=better), *([f"Note: {note}"] if note else []))


def _sealed(services: Services, touch: Touch) -> Mapping[str, str]:
    with suppress(LostKey):
        return sealed_fields(services, touch)
    return {}


def _choices(words: Mapping[Name, str], chosen: str, none: str) -> tuple[Choice, ...]:
    return (Choice("", none), *(Choice(name, text, chosen=name == chosen) for name, text in words.items()))


def _theirs(lead: Lead, now: datetime, zone: str) -> str:
    """What the lead's own clock shows now, for a step at a time that the rep types; empty where nobody knows."""
    hour = hour_there(lead, now)
    return f"With them it is {clock(hour, zone)} now, {apart(hour, zone)}." if hour else ""


def _moments(hours: Hours, lead: Lead, now: datetime, chosen: str) -> Iterator[Choice]:
    """When the next step may be, with one tap: as the rep's working day begins, and what their own clock shows then."""
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    ahead = (1, 2, 7 - today.weekday())
    found: dict[str, datetime] = {}
    for days in ahead:
        begins = datetime.combine(today + timedelta(days=days), day_begins(hours), zone)
        with suppress(NeverOpens):
            begins = within(Window.WORKING_HOURS, begins, hours).astimezone(zone)
        found.setdefault(f"{begins:%Y-%m-%dT%H:%M}", begins)
    yield Choice("", "None", chosen=chosen not in found)
    for value, at in sorted(found.items()):
        day = "Tomorrow" if (at.date() - today).days == 1 else f"{at:%A} {at.day} {at:%B}"
        yield Choice(value, f"{day}, {at:%H:%M}", beside(lead, at, hours.zone), chosen=value == chosen)


def _likely_needs(bundle: Bundle, lead: Lead, touches: Sequence[Touch]) -> tuple[str, ...]:
    """What a rep has found out; until then what those need for whom the pages were written that they opened."""
    if lead.needs is not None:
        return lead.needs
    gates = (bundle.manifest.gates.get(t.gate) for t in touches if t.gate)
    buyers = [bundle.knowledge.buyers.get(gate.buyer or "") for gate in gates if gate]
    return tuple(dict.fromkeys(need for buyer in buyers if buyer for need in buyer.needs))


def _aims(bundle: Bundle, lead: Lead, touches: Sequence[Touch], chosen: str) -> Iterator[Choice]:
    """What a line for those who write may be about: the pages and steps that this lead has met, or the product."""
    gates = bundle.manifest.gates
    met = dict.fromkeys([*(e.gate for e in reversed(lead.enrolments)), *(t.gate for t in reversed(touches) if t.gate)])
    pages = [(f"page:{gate}", f"The page “{gates[gate].title}”") for gate in met if gate in gates]
    steps = [(f"step:{step}", f"The step “{_named(step)}”") for step in steps_met(touches)]
    for value, words in (*pages, *steps, (PRODUCT, "The product")):
        yield Choice(value, words, chosen=value == chosen)


def _named(step: str) -> str:
    """A step as words: `course/02-blank-plan` is "blank plan"."""
    return step.rpartition("/")[2].lstrip("0123456789-").replace("-", " ")


def _next(bundle: Bundle, lead: Lead, rows: Sequence[Due], reader: Reader) -> str:
    """The next action with its owner and date, or why there is none. What goes out this minute is none."""
    ahead = [row for row in rows if row.kind not in {DueKind.MAIL, DueKind.EVIDENCE}]
    action = next_action(lead, ahead)
    if not isinstance(action, Action) and lead.stage in CLOSED:
        return f"nothing by itself: the lead is {lead.stage}."
    if not isinstance(action, Action):
        return f"nothing by itself: {action.why if action else why_nothing(lead) or 'all is done'}."
    row = next(row for row in ahead if row.key == action.what)
    what = "the pause ends" if row.ref.startswith(PAUSE) else COMES[row.kind]
    if row.kind is DueKind.TASK and not row.ref.startswith(OUTCOME):
        what = "a reminder of what waits for an answer"
    owner = next((person.name for person in bundle.team.people if person.id == action.owner), "")
    by = f", {owner}" if row.kind is DueKind.TASK and owner else ""
    return f"{reader.day(action.at)}: {what}{by}."


def _plan(bundle: Bundle, lead: Lead, rows: Sequence[Due], rep: Person, *, follows: bool) -> str:
    """What the follow-ups do now, in a sentence for that rep."""
    reader = reader_of(bundle, rep)
    if lead.stops:
        return STOPPED.get(lead.stops[-1].reason, OTHERWISE_STOPPED)
    if not follows:
        why = why_nothing(replace(lead, hold=None, pauses=()))
        return f"No follow-up comes after this{f': {why}' if why else ''}."
    if lead.hold:
        name = bundle.team.person(lead.hold.by).name
        agreed = any(row.kind is DueKind.TASK and row.ref.startswith(OUTCOME) for row in rows)
        whose = "you" if lead.hold.by == rep.id else name
        word = f"a word from {whose} on that step" if agreed else "an outcome"
        return f"Follow-ups wait while this is with {name}. Without {word} by {reader.day(lead.hold.until)}, then:"
    if lead.pause:
        return f"Follow-ups are paused until {reader.day(lead.pause.until)}. Then:"
    return "The follow-ups go on:"


def _coming(at: datetime, subject: str, who: str, *, mailed: bool, reader: Reader) -> Coming:
    what = f"“{subject}”, a mail from {who}" if mailed else f"a task for {who}"
    there = at.astimezone(ZoneInfo(reader.zone))
    return Coming(reader.day(at), there.isoformat(timespec="minutes"), what)


def _changed(touches: Sequence[Touch], written: Sequence[Touch]) -> Iterator[str]:
    """What the outcome and what was added to it have changed besides: the stage, and what no longer goes out."""
    times = {touch.at for touch in written}
    for touch in touches:
        if touch.at not in times:
            continue
        facts = touch.facts
        match touch.kind:
            case TouchKind.STAGE_CHANGED:
                yield f"From {facts['from']} to {facts['to']}: {facts['why']}."
            case TouchKind.HEATED:
                yield f"They are hot now: {facts['why']}."
            case TouchKind.SKIPPED:
                yield f"Left out: “{_named(facts['step'])}” ({facts['reason']})."
            case TouchKind.ENDED:
                yield f"The sequence “{facts['sequence']}” is over: {facts['reason']}."
            case TouchKind.FEEDBACK:
                yield f"Your line goes to those who write, as {facts['id']}."
