"""What we tell our own people: whom to call, why and with what purpose; what was left lying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage

from leadlight import letter, links
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, Capture, Intent
from leadlight.model.site import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context
from leadlight.ports import Services
from leadlight.profile import Profile, capture_of, profile_of, sealed_fields
from leadlight.rules.mail_events import BOUNCED
from leadlight.rules.next_action import reminded_of, reminder_after, reminders_before
from leadlight.rules.routing import owner_of
from leadlight.rules.steps import open_enrolments
from leadlight.rules.warmth import suggested_objective, temperature
from leadlight.views import (
    ANSWER_FIRST,
    OPENINGS,
    SHOWN,
    SPOKEN,
    call_in_words,
    company_view,
    criteria_met,
    gate_view,
    lead_view,
    rep_view,
    said_wish,
    titles_read,
)

REASONS = {
    TouchKind.CAPTURED: "{who} downloaded “{what}”",
    TouchKind.CONFIRMED: "{who} opened “{what}”",
    TouchKind.ASKED: "{who} asks about “{what}”",
    TouchKind.REPLIED: "{who} answered “{what}”",
    TouchKind.CALL_WANTED: "{who} about “{what}”",
    TouchKind.OUTCOME: "Today: your next step with {who}",
    TouchKind.SKIPPED: "Your turn with {who} about “{what}”",
    TouchKind.ADDED: "From a colleague's day: {who}",
    TouchKind.HANDED_OVER: "Handed over to you: {who}",
}
"""Why this mail, now: its subject, behind the wish for a call."""


MANAGER_FROM = 2
"""From the third reminder on the manager hears that something waits for an answer."""

LEFT = "left/"
"""Begins what a row to the manager names when a rep has left something unanswered."""

NO_NUMBER = " (they left no number: write first)"
"""What a rep has to know before reaching for the phone."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a mail to the rep is about. `capture` is set where the touch came from one submit."""

    lead: Lead
    touch: Touch
    touches: tuple[Touch, ...]
    profile: Profile
    confirmed: bool
    capture: Capture | None
    reminds: bool = False

    @property
    def wish(self) -> CallWish | None:
        """The word on calls that counts here: of the one submit, as long as nobody confirmed it."""
        said_before = self.capture.call if self.capture and not self.confirmed else self.lead.call
        return said_wish(self.touch) or said_before

    @property
    def intent(self) -> Intent | None:
        """The same for the intent."""
        return self.capture.intent if self.capture and not self.confirmed else self.lead.intent


def tell_rep(services: Services, due: Due) -> Done | None:
    """Mails the rep about the touch that the row names, or reminds of it. May repeat, never vanishes."""
    bundle = open_bundle(services.files)
    reminds = due.kind is DueKind.TASK
    cause = reminded_of(due) if reminds else due.ref.removeprefix("notify/")

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        touches = services.store.touches(lead.id)
        touch = next((t for t in touches if t.id == cause), None)
        if touch is None:
            return Instead("withdrawn", Change(lead=lead))
        case = _case(services, lead, touch, touches, reminds=reminds)
        return Ready(_briefing_mail(services, bundle, case, due))

    def conclude(lead: Lead, done: Done) -> Change:
        told = _told(lead, done, cause, to=owner_of(lead, bundle.team))
        return replace(told, due=_again(bundle.team, lead, done)) if reminds else told

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _again(team: Team, lead: Lead, done: Done) -> tuple[Due, ...]:
    """The next reminder, should nobody have written down an outcome by then; later ones the manager hears of, too."""
    row = done.due
    coming = reminder_after(lead, row, team.hours, done.at)
    if coming is None:
        return ()
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{LEFT}{row.ref}", done.at)
    return (coming, tell) if reminders_before(row) >= MANAGER_FROM else (coming,)


def tell_manager(services: Services, due: Due) -> Done | None:
    """Mails the manager what a rep has left lying, or was not told of."""
    bundle = open_bundle(services.files)
    manager = bundle.team.manager

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        rep = owner_of(lead, bundle.team)
        context: dict[str, object] = {
            "lead": lead_view(lead, profile_of(services, lead)),
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            "link": links.briefing(services, lead, manager.id, cause=due.ref),
            "reason": _why_manager(lead, rep, due),
        }
        return Ready(letter.message(services, bundle, "manager", context, to=(manager.name, manager.email), due=due))

    def conclude(lead: Lead, done: Done) -> Change:
        return _told(lead, done, due.ref, to=manager)

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _why_manager(lead: Lead, rep: Person, due: Due) -> str:
    """Why somebody above the rep has to know, in words."""
    if due.ref.startswith(f"manager/{BOUNCED}"):
        return f"Our mail about this lead did not reach {rep.name}: {rep.email} does not take mail."
    if due.ref.startswith(f"manager/{LEFT}"):
        return f"Something waits for an answer by {rep.name}, who was reminded and wrote down no outcome."
    goes_on = bool(open_enrolments(lead)) and not lead.stops
    return f"{rep.name} has taken over this lead and logged no outcome. The take-over lapsed" + (
        ", so the follow-ups go on." if goes_on else ". Nothing more is planned: somebody should act."
    )


def send_fresh_link(services: Services, due: Due) -> Done | None:
    """Mails a rep a new link to one lead, for another browser."""
    bundle = open_bundle(services.files)
    rep = bundle.team.person(due.ref.split("/")[1])

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        context: Context = {
            "lead": lead_view(lead, profile_of(services, lead)),
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            "link": links.briefing(services, lead, rep.id, cause=due.ref),
        }
        return Ready(letter.message(services, bundle, "signin", context, to=(rep.name, rep.email), due=due))

    def conclude(lead: Lead, done: Done) -> Change:
        return _told(lead, done, due.ref, to=rep)

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _told(lead: Lead, done: Done, cause: str, *, to: Person) -> Change:
    touch = touch_of(done, cause=cause)
    if done.state is LedgerState.SENT:
        touch = replace(touch, kind=TouchKind.NOTIFIED, by=to.id)
    return Change(lead=lead, touches=(touch,))


def _case(services: Services, lead: Lead, touch: Touch, touches: tuple[Touch, ...], *, reminds: bool) -> Case:
    capture = capture_of(services, lead, touch.facts.get("capture", ""))
    confirmed = lead.confirmed_at is not None and touch.facts.get("confirmed") != "no"
    profile = profile_of(services, lead, only=None if confirmed else capture)
    return Case(lead, touch, touches, profile, confirmed, capture, reminds)


def _briefing_mail(services: Services, bundle: Bundle, case: Case, due: Due) -> EmailMessage:
    rep = owner_of(case.lead, bundle.team)
    link = links.briefing(services, case.lead, rep.id, cause=due.ref)
    context = {**_context(services, bundle, case), "rep": rep_view(rep), "link": link}
    return letter.message(services, bundle, "notify", context, to=(rep.name, rep.email), due=due)


def _context(services: Services, bundle: Bundle, case: Case) -> Context:
    """Everything the rep should know before the call, and nothing that the lead's word forbids."""
    lead, touch, profile = case.lead, case.touch, case.profile
    gate = gate_view(services, bundle, touch.gate or "")
    said = sealed_fields(services, touch)
    wish, now = case.wish, services.clock.now()
    fit = criteria_met(bundle, lead, case.touches, profile)
    view = lead_view(
        replace(lead, call=wish, intent=case.intent),
        profile.with_phone(said.get("phone", "")),
        temperature=temperature(lead, case.touches, bundle.criteria, now, fit=fit),
    )
    return {
        "lead": view,
        "gate": gate,
        "company": company_view(services, bundle.team),
        "call": call_in_words(wish) + (NO_NUMBER if wish and wish.kind is not CallKind.NO and not view.phone else ""),
        "confirmed": case.confirmed,
        "reason": _subject(case, gate.title),
        "read": titles_read(bundle, case.touches, confirmed=case.confirmed),
        "answers": (
            *((n.replace("_", " "), v) for n, v in profile.answers.items() if n not in SHOWN),
            *_around(touch, said),
        ),
        "question": said.get("text", "") if touch.kind in SPOKEN else "",
        "opening": ANSWER_FIRST if touch.kind in SPOKEN else OPENINGS[suggested_objective(lead)],
    }


def _around(touch: Touch, said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the rep should know of an answer besides its words."""
    if touch.kind in {TouchKind.ADDED, TouchKind.HANDED_OVER} and said.get("text"):
        return (("your colleague says", said["text"]),)
    if touch.kind is not TouchKind.REPLIED:
        return ()
    other = said.get("from", "") if touch.facts.get("from") == "other" else ""
    around = (("answered from another address", other), ("attachments, not passed on", said.get("attachments", "")))
    return tuple((label, value) for label, value in around if value)


def _subject(case: Case, what: str) -> str:
    """Who and why now; a wish for a call comes first, and a reminder says that it is one."""
    company = case.profile.fields.get("company", "")
    who = case.profile.name or case.profile.address
    foreign = case.touch.facts.get("from") == "other"
    reason = "Somebody answered “{what}” in the place of {who}" if foreign else REASONS.get(case.touch.kind, "{who}")
    subject = reason.format(who=f"{who}, {company}" if company else who, what=what)
    if case.reminds and case.touch.kind is not TouchKind.OUTCOME:  # an outcome's next step is due for the first time
        subject = f"Still open: {subject}"
    match case.wish:
        case CallWish(kind=CallKind.NOW):
            return f"CALL NOW: {subject}"
        case CallWish(kind=CallKind.AT) if case.reminds:  # the agreed time has come
            return f"CALL NOW: {subject}"
        case CallWish(kind=CallKind.AT, at=datetime() as at):
            return f"CALL AT {at:%d %b %Y, %H:%M} UTC: {subject}"
        case CallWish(kind=CallKind.NO):
            return f"No call: {subject}"
        case _:
            return subject
