"""The owner of an address says yes, by the mail's button or by its six digits in the waiting tab.

Confirms what that mail asked for and nothing else; the same yes again changes nothing and opens again.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadlight import links
from leadlight.assignment import assigned
from leadlight.decide import Erased, decide
from leadlight.errors import BadToken, MissingBundle, WrongCode
from leadlight.lifecycle import grown
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, Capture, GateId, LeadId, Purpose
from leadlight.model.site import Gate, GateKind, Unlock
from leadlight.model.team import Hours
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.profile import capture_of
from leadlight.rules.calls import with_call
from leadlight.rules.next_action import reminder
from leadlight.rules.places import with_place
from leadlight.rules.planning import enrolled, left_out
from leadlight.rules.preferences import begun_afresh, lowered_by
from leadlight.rules.series import Yes, is_open, opened_with, yes_to
from leadlight.rules.stage import back
from leadlight.rules.stop import consented_anew, reached, still_agreed
from leadlight.rules.waiting import CALL, reminders
from leadlight.tokens import TokenUse
from leadlight.vault import CODE_LIFE, six_digits
from leadlight.views import words_agreed
from leadlight.visitor.passes import Cookie, lead_cookies, tab_cookie_name
from leadlight.visitor.submit import source_of
from leadlight.visitor.talk import QUALITY_OF_TALK, to_answer
from leadlight.words import N_

BY_BROWSER = "pass"
"""How a submit was confirmed that came with a lead's own pass: no mail has reached anybody for it."""

NOT_WAITING = N_(
    "This browser waits for no digits, or not any more. Open the link in the mail here, or send the form again."
)

TRIES_PER_CODE = 5
TRIES_PER_DAY = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What a confirmation link asks, before anybody said yes."""

    title: str
    page: str
    minutes: int
    agreed: tuple[str, ...]  # the exact words of each purpose that the form agreed to, and what will follow
    language: str  # of the form
    does: Yes = Yes.OPENS


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a yes opened, or put on a list. `open` is False where a rep has to approve first."""

    gate: GateId
    page: str
    open: bool
    cookies: tuple[Cookie, ...]


def what_it_asks(services: Services, token: str) -> Question:
    """What stands behind the link; changes nothing. Raises `BadToken`, `ExpiredToken`."""
    lead, capture = asked_by(services, services.tokens.read(TokenUse.CONFIRM, token))
    bundle = open_bundle(services.files)
    gate = _gate(bundle, capture)
    agreed = words_agreed(bundle, _as_agreed_now(lead, capture, services.store.touches(lead.id)))
    if gate is None:
        return Question(bundle.manifest.site_name, "", 0, agreed, capture.language)
    does = yes_to(capture.gate, bundle.manifest.gates, granted=lead.grants, language=capture.language)
    return Question(gate.title, gate.page, gate.minutes, agreed, capture.language, does)


def confirm(services: Services, token: str) -> Confirmed:
    """Stores the yes and opens the gate for this browser. Raises `BadToken`, `ExpiredToken`.

    A gate that is gone since takes nothing from the yes: the person ends up at the site's first page.
    """
    facts = services.tokens.read(TokenUse.CONFIRM, token)
    return _confirmed(services, facts, how="link")


def enter_code(services: Services, cookies: Mapping[str, str], gate: str, code: str) -> Confirmed:
    """The same by the six digits, in the tab that sent the form and only there. Raises `WrongCode`, `BadToken`."""
    facts = tab_of(services, cookies, gate)
    lead, capture = asked_by(services, facts)
    may_try = _count_try(services, lead, capture)
    now = services.clock.now()
    alive = capture.code_sent_at is not None and now <= capture.code_sent_at + CODE_LIFE
    digits = "".join(char for char in code if char.isdecimal() and char.isascii())
    right = hmac.compare_digest(digits, six_digits(capture.id, services.settings.token_keys[0]))
    if not (may_try and alive and right):
        # By the tab's own time: whether and when a mail went out is nothing that a tab learns.
        late = now.timestamp() > float(facts.get("at", 0)) + CODE_LIFE.total_seconds()
        raise WrongCode(used_up=not may_try, late=late)
    return _confirmed(services, facts, how="code")


def tab_of(services: Services, cookies: Mapping[str, str], gate: str) -> Mapping[str, str]:
    """What the tab with the form of that gate waits for, however long by now. Raises `BadToken`."""
    try:
        facts = services.tokens.read(TokenUse.TAB, cookies.get(tab_cookie_name(gate), ""), even_expired=True)
    except BadToken as error:
        raise BadToken(NOT_WAITING) from error
    if facts["gate"] != gate:
        raise BadToken(N_("This tab waits for the code of another page. Send the form on this page first."))
    return facts


def asked_by(services: Services, facts: Mapping[str, str]) -> tuple[Lead, Capture]:
    """The submit and its lead. It goes with the life that it fell into, so an old link opens nothing in a new one.

    Raises `Erased`.
    """
    lead = services.store.lead(LeadId(facts["lead"]))
    capture = capture_of(services, lead, facts["capture"]) if lead else None
    if lead is None or capture is None:
        raise Erased(links.gate_named(open_bundle(services.files), facts.get("gate", "")))
    return lead, capture


def _count_try(services: Services, lead: Lead, capture: Capture) -> bool:
    """Whether this code, and this lead over all its tabs, may still be tried. Counts before looking at the digits."""
    now = services.clock.now()
    over = now + timedelta(days=2)
    code = Budget(f"code/{capture.id}", TRIES_PER_CODE, over)
    day = Budget(f"codes/{lead.id}/{now:%Y-%m-%d}", TRIES_PER_DAY, over)
    return services.store.count(code) and services.store.count(day)


def _confirmed(services: Services, facts: Mapping[str, str], *, how: str) -> Confirmed:
    bundle = open_bundle(services.files)
    lead, capture = asked_by(services, facts)
    gate = _gate(bundle, capture)

    def yes(lead: Lead) -> Change | None:
        return None if capture.id in lead.confirmed else accepted(services, bundle, lead, capture, gate, how=how)

    lead = decide(services, lead.id, str(lead.generation), yes)
    page = gate.page if gate else ""
    cookies = lead_cookies(services, lead, capture.gate, shown=facts.get("to", ""))
    now_open = is_open(capture.gate, lead, bundle.manifest.series, bundle.manifest.gates)
    return Confirmed(capture.gate, page, now_open, cookies)


def accepted(
    services: Services, bundle: Bundle, lead: Lead, capture: Capture, gate: Gate | None, *, how: str
) -> Change:
    """Everything that follows from a submit that the owner of the address stands behind."""
    touches = services.store.touches(lead.id)
    now = services.clock.now()
    said = _newest(services, lead, capture, touches)
    said = replace(said, company=said.company or capture.company)
    said, routed = assigned(services, bundle, said, fields={"size": capture.size}, gate=capture.gate, now=now)
    change = _yes(bundle, said, _as_agreed_now(lead, capture, touches), gate, now, how)
    refused = said.call is not None and said.call.kind is CallKind.NO
    over = reminders(services.store.due_of(lead.id), CALL) if refused else ()
    wanted = lead.call is not None and lead.call.kind is not CallKind.NO
    taken_back = (_word_on_calls(lead, capture, CallWish(CallKind.NO)),) if refused and wanted else ()
    change = replace(change, touches=(*change.touches, *taken_back, *routed), undue=(*change.undue, *over))
    return grown(services, bundle, change, before=lead, touches=touches)


def _gate(bundle: Bundle, capture: Capture) -> Gate | None:
    """The gate in the language of the form; None if it is gone since."""
    return bundle.gate(capture.gate, capture.language) if capture.gate in bundle.manifest.gates else None


def _as_agreed_now(lead: Lead, capture: Capture, touches: tuple[Touch, ...]) -> Capture:
    """The capture without what that person has taken back since it was sent: an older link brings nothing back."""
    consent = capture.consent
    lowered = {name for touch in touches if touch.at >= consent.at for name in lowered_by(touch)}
    agreed = tuple(purpose for purpose in still_agreed(lead, consent) if purpose not in lowered)
    return replace(capture, consent=replace(consent, purposes=agreed))


def _newest(services: Services, lead: Lead, capture: Capture, touches: tuple[Touch, ...]) -> Lead:
    """The lead with what this capture said about place, calls and intent, unless the person said something newer."""
    confirmed = [c for c in services.store.captures(lead.id) if c.id in lead.confirmed]
    lead = with_place(lead, (*confirmed, capture))
    called = [
        touch.at for touch in touches if touch.kind is TouchKind.CALL_WANTED and touch.facts.get("confirmed") == "yes"
    ]
    if any(at > capture.at for at in (*(c.at for c in confirmed), *called)):
        return lead
    lead = replace(lead, intent=capture.intent or lead.intent, language=capture.language)
    return with_call(lead, capture.call) if capture.call else lead


def _yes(bundle: Bundle, lead: Lead, capture: Capture, gate: Gate | None, now: datetime, how: str) -> Change:
    """Everything that follows from one confirmed capture, as one change."""
    agreed = capture.consent.purposes
    lead = back(lead if how == BY_BROWSER else reached(lead, capture.at), capture.at)
    if Purpose.FOLLOW_UP in agreed:
        lead = consented_anew(begun_afresh(lead))
    lead = replace(
        lead,
        confirmed=(*lead.confirmed, capture.id),
        known=tuple(dict.fromkeys((*lead.known, *capture.answered))),
        confirmed_at=lead.confirmed_at or now,
        purposes=tuple(p for p in Purpose if p in lead.purposes or (p in agreed and p is not Purpose.PHONE)),
    )
    waits = gate is not None and gate.kind is GateKind.WAITLIST
    needs_rep = gate is not None and gate.unlock is Unlock.REP and not waits
    if not needs_rep:
        lead = _let_in(bundle, lead, capture.gate, now, waits=waits)
    promised = capture.consent.promise.version  # also when a newer version was published since
    try:
        sequence = bundle.sequence_version(promised) if promised else None
    except MissingBundle:  # the yes counts all the same; the briefing says that nothing is planned
        sequence = None
    unbegun = left_out(lead, capture, capture.gate, sequence, now)
    planned = replanned(bundle, enrolled(lead, capture, capture.gate, sequence, now), now)
    touch = Touch(
        id=f"confirmed/{capture.id}", lead_id=lead.id, kind=TouchKind.CONFIRMED, at=now,
        encounter=gate.encounter if gate else None,
        quality=1, gate=capture.gate,
        facts={
            "capture": capture.id, "how": how, "wording": capture.consent.wording,
            **({} if needs_rep or waits else {"opens": capture.gate}), **source_of(capture),
        },
    )  # fmt: skip
    mails = ("notify/" + touch.id, f"delivery/{capture.id}")[: 1 if needs_rep else 2]
    wished, answer = _wish(lead, capture, bundle.team.hours, now)
    return Change(
        lead=planned.lead,
        touches=(touch, *wished, *unbegun, *planned.touches),
        undue=planned.undue,  # a waiting opt-in mail's row stays: its worker finds out, also what a dead one did
        due=(
            *planned.due,
            *(Due(lead.id, lead.generation, DueKind.MAIL, mail, now) for mail in mails),
            *([reminder(lead, touch.id, bundle.team.hours, now)] if needs_rep else []),
            *answer,
        ),
        confirm={capture.id: now},
    )


def _let_in(bundle: Bundle, lead: Lead, gate: GateId, now: datetime, *, waits: bool) -> Lead:
    """The lead with the gate and its path open. What nobody has written yet cannot be: the lead waits for it."""
    _, *along = opened_with(gate, bundle.manifest.series, bundle.manifest.gates)
    grants = {**dict.fromkeys(along, now), **lead.grants}
    if waits:
        return replace(lead, grants=grants, waits={**lead.waits, gate: now})
    return replace(lead, grants={**grants, gate: now})


def _wish(lead: Lead, capture: Capture, hours: Hours, now: datetime) -> tuple[tuple[Touch, ...], tuple[Due, ...]]:
    """The wish for a call that the form held, as a fact of its own, and what reminds of it; the rep is told anyway."""
    wish = capture.call
    if wish is None or wish != lead.call or wish.kind is CallKind.NO:
        return (), ()
    touch = _word_on_calls(lead, capture, wish)
    return (touch,), (to_answer(lead, touch, wish, hours, now),)


def _word_on_calls(lead: Lead, capture: Capture, wish: CallWish) -> Touch:
    """What the form said of calls. A wish is a sign, and no meeting yet; a refusal counts for nothing."""
    return Touch(
        f"{TouchKind.CALL_WANTED}/{capture.id}", lead.id, TouchKind.CALL_WANTED, capture.at,
        quality=0 if wish.kind is CallKind.NO else QUALITY_OF_TALK, gate=capture.gate,
        facts={
            "confirmed": "yes", "capture": capture.id, "call": wish.kind, "at": wish.at.isoformat() if wish.at else "",
        },
    )  # fmt: skip
