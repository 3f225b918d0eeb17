"""What should the rep know before the call? Gathers it from the store and opens what is sealed, for `pages.rep`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight.briefing import latest_case, view_of
from leadlight.errors import MissingBundle
from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import CallKind
from leadlight.model.sequence import Channel
from leadlight.model.site import TRIAL
from leadlight.model.team import Person
from leadlight.model.touch import Touch, TouchKind
from leadlight.pages.outcome_facts import reader_of, written_in
from leadlight.pages.rep import Briefing, PauseDays
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.profile import sealed_fields
from leadlight.rep.pausing import FARTHEST, USUALLY, begin_of
from leadlight.rules.attendance import hours_of
from leadlight.rules.next_action import PAUSE
from leadlight.rules.routing import member, owner_of
from leadlight.rules.said import INTENTS
from leadlight.rules.skipping import SAYS
from leadlight.rules.steps import open_enrolments
from leadlight.rules.stop import LEAD, OPERATOR, paused, resumed, why_quiet
from leadlight.views import SPOKEN, said_wish
from leadlight.visitor.meter import FREE
from leadlight.visitor.outlook import cut_in_words, cut_short, steps_ahead
from leadlight.visitor.wishes import Wish

RATING = Wish.RATING.value
RATED = {"lowered": "Asked us not to rate them automatically", "agreed": "May be rated automatically again"}
"""What the lead has said about points, by what the touch did."""

SAID = {
    TouchKind.CAPTURED: "Sent the form",
    TouchKind.CONFIRMED: "Confirmed the address",
    TouchKind.READ: "Read the page",
    TouchKind.DOWNLOADED: "Downloaded {file}",
    TouchKind.ASKED: "Asked a question",
    TouchKind.CALL_WANTED: "Said about calls: {call}",
    TouchKind.SENT: "Mail sent: {what}",
    TouchKind.PARKED: "Mail parked: {reason}",
    TouchKind.SKIPPED: "Left out: {reason}",
    TouchKind.NOTIFIED: "Rep told",
    TouchKind.SIGNED_IN: "Briefing opened",
    TouchKind.CLAIMED: "Taken over",
    TouchKind.HOLD_LAPSED: "Take-over lapsed without an outcome",
    TouchKind.UNSUBSCRIBED: "Asked for no more mails",
    TouchKind.PREFERRED: "Set their preferences",
    TouchKind.PAUSED: "The plan was paused",
    TouchKind.RESUMED: "The plan goes on",
    TouchKind.ENDED: "A sequence is over: {reason}",
    TouchKind.RESOLVED: "A parked mail: {reason}",
    TouchKind.REPLIED: "Answered a mail",
    TouchKind.AUTO_REPLIED: "An automatic answer came ({reason})",
    TouchKind.ACCEPTED: "The mail service has taken the mail: {what}",
    TouchKind.BOUNCED: "A mail came back: {reason}",
    TouchKind.COMPLAINED: "Called a mail spam",
    TouchKind.ADDED: "Added from a rep's own day",
    TouchKind.HANDED_OVER: "Handed over to {colleague}",
    TouchKind.STAGE_CHANGED: "From {from} to {to}: {why}",
    TouchKind.HEATED: "Looks ready for an offer: {why}",
    TouchKind.ROUTED: "With {by} now: {why}",
    TouchKind.ESCALATED: "Nobody took it in time",
    TouchKind.IMPORTED: "Came on a list, {source} ({basis})",
    TouchKind.FACT: "Another system says: {name}",
    TouchKind.GIVEN_TO_CRM: "Handed over to the CRM",
    TouchKind.OFFER_ANSWERED: "Offer {answer}: “{offer}”",
    TouchKind.SATISFACTION: "Said whether they are satisfied: {answer}",
    TouchKind.FEEDBACK: "A line for those who write ({id})",
    TouchKind.FEEDBACK_DONE: "That line was taken up ({id})",
}
"""How each kind of touch reads on the timeline; names in braces are its facts."""

BY = {
    TouchKind.NOTIFIED: "{by} told",
    TouchKind.SIGNED_IN: "Briefing opened by {by}",
    TouchKind.CLAIMED: "Taken over by {by}",
    TouchKind.HOLD_LAPSED: "Take-over by {by} lapsed without an outcome",
    TouchKind.ESCALATED: "Nobody took it in time: it was with {by}",
}
"""The same where it is known who of the team it was."""

WISHES = {CallKind.NOW: "now, please", CallKind.AT: "at a time", CallKind.NO: "not, please"}
"""Their word on calls."""

LEFT_OUT = "Left out: “{what}” ({reason})"
"""How a step of a sequence that was left out reads."""

FACTS = {
    "booking": "Booked a meeting",
    "trial.used": "Used the trial",
    "crm.won": "The CRM says that they have bought",
    "crm.lost": "The CRM says that the deal is lost",
    "renewal": "The renewal has come near",
}
"""The same of facts that other systems tell, by their names."""

NOTED = frozenset({TouchKind.ADDED, TouchKind.HANDED_OVER, TouchKind.FACT, TouchKind.FEEDBACK})
"""Touches that carry a word of a colleague, or of another system."""

NEXT = {
    DueKind.STEP: "Follow-up “{slug}”",
    DueKind.TASK: "Your next step",
    DueKind.HOLD: "The take-over lapses and follow-ups go on",
    DueKind.MAIL: "A mail goes out",
    DueKind.EVIDENCE: "A look for word of the parked mail “{slug}”",
    DueKind.REVIEW: "A look at whether anything was heard",
    DueKind.CLAIM: "Goes to the next rep, or to the manager, unless somebody takes it",
}

STOPPED = {
    StopReason.REPLIED: "Stopped: they have answered",
    StopReason.UNSUBSCRIBED: "Stopped: they want no more mails",
    StopReason.BOUNCED: "Stopped: our mails do not reach them",
    StopReason.COMPLAINED: "Stopped: they called a mail spam",
    StopReason.ERASED: "Stopped: their data is erased",
    StopReason.DISQUALIFIED: "Stopped: there is nothing to win here",
}
"""How a stop reads to a rep."""


def briefing_of(services: Services, lead: Lead, *, reader: str | None = None) -> Briefing:
    """Everything on one page, for the person of that id, else the lead's own rep. Raises `LostKey`.

    What to know before the call is what the rep's mail says, by the same words: see `leadlight.briefing`.
    """
    bundle = open_bundle(services.files)
    touches, rows = services.store.touches(lead.id), services.store.due_of(lead.id)
    now, owner = services.clock.now(), owner_of(lead, bundle.team)
    case = latest_case(services, lead, touches)
    person = bundle.team.person(reader or owner.id)
    zone = hours_of(person, bundle.team).zone
    brief = view_of(services, bundle, case, reader=person)
    return Briefing(
        brief=brief,
        suggested_objective=brief.objective,
        language=lead.language,
        timeline=tuple((_when(touch.at, zone), what_happened(services, bundle, touch, person)) for touch in touches),
        next_action=_row(rows[0], zone) if rows else _why_none(lead),
        hold=_when(lead.hold.until, zone) if lead.hold else "",
        mine=lead.hold is not None and lead.hold.by == (reader or owner.id),
        plan=_plan(lead, rows, bundle, now, zone),
        book=owner.booking,
        may_resume=_may_resume(lead, now),
        pause=_pause_days(bundle, lead, now, ZoneInfo(zone)) if _may_pause(lead) else None,
    )


def _when(at: datetime, zone: str) -> str:
    """By the reader's clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"


def what_happened(services: Services, bundle: Bundle, touch: Touch, reader: Person) -> str:
    """One touch as a line of the timeline, with the words of whoever spoke; times in it by the reader's clock."""
    if touch.kind in {TouchKind.OUTCOME, TouchKind.NOTED}:
        return _written(services, bundle, touch, reader)
    words = _pattern(bundle, touch)
    facts = {
        "file": "",
        "name": "something new",
        "offer": "",
        **touch.facts,
        "colleague": (to.name if (to := member(bundle.team, touch.facts.get("to"))) else "a colleague"),
        "reason": _reason(touch.facts.get("reason", "")),
        "call": _wish(touch, hours_of(reader, bundle.team).zone),
        "by": bundle.team.person(touch.by).name if touch.by else "",
        "what": _named(touch.facts.get("step", "")) or _mail(touch),
    }
    said = words.format_map(facts)
    gate = bundle.manifest.gates.get(touch.gate) if touch.gate else None
    title = f": “{gate.title}”" if gate and touch.kind in {TouchKind.CAPTURED, TouchKind.READ} else ""
    if touch.facts.get("from") == "other":
        title += ", from another address"
    if touch.kind is TouchKind.REPLIED and touch.by:
        title += f", as {facts['by']} says"
    if touch.kind is TouchKind.OFFER_ANSWERED and (why := touch.facts.get("why")):
        title += f", because of “{why.replace('-', ' ')}”"
    unsure = " (address not confirmed)" if touch.facts.get("confirmed") == "no" else ""
    question = sealed_fields(services, touch).get("text", "") if touch.kind in SPOKEN | NOTED else ""
    return said + title + (f": {question}" if question else "") + unsure


def _pattern(bundle: Bundle, touch: Touch) -> str:
    """How such a touch reads, with braces for what is known of it."""
    if "still" in touch.facts:
        return "A pause is over; the plan still waits"
    if touch.kind is TouchKind.SKIPPED and touch.facts.get("step"):
        return LEFT_OUT
    if touch.kind is TouchKind.DOWNLOADED and touch.facts.get("file") == TRIAL:
        return "Began the trial"
    if touch.kind is TouchKind.READ and FREE in touch.facts:
        return "Read the page, as one of the free ones"
    if touch.facts.get("purposes") == RATING and touch.facts.get("did") in RATED:
        return RATED[touch.facts["did"]]
    words = (BY.get(touch.kind) if member(bundle.team, touch.by) else None) or SAID.get(touch.kind, touch.kind)
    return FACTS.get(touch.facts.get("name", ""), words) if touch.kind is TouchKind.FACT else words


def _mail(touch: Touch) -> str:
    names = {"optin": "confirm the address", "delivery": "the way back to the page"}
    return names.get(touch.facts.get("what", "").removeprefix("mail/").partition("/")[0], "to the team")


def _reason(reason: str) -> str:
    """Why something was left out, with what they say of themselves in the form's own words."""
    said = {f"{SAYS} '{intent}'": f"they are {words}" for intent, words in INTENTS.items()}
    return said.get(reason, reason)


def _wish(touch: Touch, zone: str) -> str:
    """Their word on calls, in words."""
    wish = said_wish(touch)
    if wish is None:
        return ""
    return f"at {_when(wish.at, zone)}" if wish.at else WISHES[wish.kind]


def _written(services: Services, bundle: Bundle, touch: Touch, reader: Person) -> str:
    """An outcome, or what a rep has added to one, with its note."""
    sealed = sealed_fields(services, touch)
    lines = written_in(touch, sealed, reader_of(bundle, reader))
    return ("" if touch.kind is TouchKind.OUTCOME else "Noted: ") + ". ".join(lines)


def _row(due: Due, zone: str) -> str:
    words = "The pause ends and follow-ups go on" if due.ref.startswith(PAUSE) else NEXT[due.kind]
    return f"{words.format(slug=_named(due.ref.rpartition('/')[2]))}, {_when(due.at, zone)}"


def _plan(lead: Lead, rows: tuple[Due, ...], bundle: Bundle, now: datetime, zone: str) -> str:
    """What the follow-ups do: the next one with its time, or why there is none now."""
    if lead.stops:
        return STOPPED[lead.stops[-1].reason]
    if lead.hold:
        return f"Waits while they are with {bundle.team.person(lead.hold.by).name}"
    if lead.pause:
        by = {LEAD: "they asked for quiet", OPERATOR: "paused by the operator"}.get(lead.pause.by)
        why = by or f"paused by {bundle.team.person(lead.pause.by).name}"
        return f"Waits until {_when(lead.pause.until, zone)}: {why}{_then(bundle, lead, now)}"
    step = next((row for row in rows if row.kind is DueKind.STEP), None)
    return _row(step, zone) if step else _why_none(lead)


def _then(bundle: Bundle, lead: Lead, now: datetime) -> str:
    """What is left for after a pause."""
    try:
        ahead = [step.channel for _, _, step in steps_ahead(bundle, lead, now)]
    except MissingBundle:
        return ""
    mails, tasks = ahead.count(Channel.MAIL), ahead.count(Channel.REP)
    left = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((mails, "mail"), (tasks, "task")) if n]
    return f"; {' and '.join(left)} left for then" if left else "; nothing of what was promised is left for then"


def _may_resume(lead: Lead, now: datetime) -> bool:
    """Whether a rep's word would let follow-ups go on, or sooner. The pause that a lead has asked for is its own."""
    again = resumed(lead, "", now)
    sooner = again.pause is None or again.pause != lead.pause
    return again != lead and sooner and _is_open(again)


def _may_pause(lead: Lead) -> bool:
    """Whether a rep's pause would add to the quiet: where no other rep's stands."""
    return _is_open(lead) and all(pause.by in {LEAD, OPERATOR} for pause in lead.pauses)


def _is_open(lead: Lead) -> bool:
    """Whether follow-ups go out, or will once it is paused no more."""
    return why_quiet(replace(lead, pauses=())) is None and bool(open_enrolments(lead))


def _pause_days(bundle: Bundle, lead: Lead, now: datetime, zone: ZoneInfo) -> PauseDays:
    today = now.astimezone(zone).date()
    usual, first, last = today + USUALLY, today + timedelta(days=1), today + FARTHEST
    cut = None
    with suppress(MissingBundle):  # then no step can be sent either
        cut = cut_short(bundle, lead, paused(lead, "", begin_of(usual, zone), now), now)
    return PauseDays(usual.isoformat(), first.isoformat(), last.isoformat(), cut_in_words(cut, zone.key))


def _named(slug: str) -> str:
    """A step's file name as words: `02-blank-plan` is "blank plan"."""
    return slug.lstrip("0123456789-").replace("-", " ")


def _why_none(lead: Lead) -> str:
    """The reason for no next action; every open lead has one or the other."""
    if lead.stops:
        return f"Nothing more by itself: {lead.stops[-1].reason}"
    if lead.confirmed_at is None:
        return "Nothing until the address is confirmed"
    ended = [enrolment.ended for enrolment in lead.enrolments if enrolment.ended]
    return f"Nothing more by itself: {ended[-1]}" if ended else "Nothing by itself: no follow-ups were agreed to"
