"""A rep adds somebody from their own day: met at a fair, on the phone, beside a football pitch.

Who has not asked for anything gets no automatic mail, ever: the rep has a task, and that is all. Who has asked, in the
rep's hearing, gets the ordinary opt-in mail and nothing before they press its button themselves.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadlight.assignment import company_of
from leadlight.decide import decide, traced
from leadlight.errors import BadFields, TooMany
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change, SealingKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, Consent, GateId, LeadId, Promise, Purpose
from leadlight.model.site import ConsentMode, Field, FieldType, Gate, Wording
from leadlight.model.team import Person
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep.desk import may_see
from leadlight.rules.form import is_yes, many_lines, read_address, read_field
from leadlight.rules.next_action import reminder
from leadlight.rules.stop import why_stopped
from leadlight.rules.waiting import ADDED
from leadlight.rules.whose import hearing
from leadlight.tombstones import is_erased, is_suppressed
from leadlight.vault import lead_id, seal

SAME_TAP = timedelta(minutes=1)

ADDS_PER_DAY = 100
"""So many people does one rep add in a day."""

ASKED, ON_OUR_OWN = "consent", "legitimate interest"
"""The legal basis: they asked in the rep's hearing, or a rep writes to somebody they know (GDPR art. 6 (1) a and f)."""

NOTHING = Promise(0, 0, (), "", None, None)
"""What somebody was promised who has asked for nothing."""

LINES = (Field("name"), Field("company"), Field("phone", FieldType.PHONE), Field("source"))

NO_ADDRESS = (
    "An address is what tells one person from another here. Ask for theirs, or let them scan your QR code; "
    "until then, keep the number in your own phone."
)


FORGOTTEN = (
    "Somebody has asked us to forget this address, so nobody here writes it down again. If they want to hear from us, "
    "let them send the form themselves, or scan your QR code."
)

UNWANTED = (
    "Somebody at this address has said that they want no mail from us. If that has changed, "
    "let them send the form themselves, or scan your QR code."
)


@dataclass(frozen=True, slots=True)
class Added:
    """What came of it. `others` is whose lead they are already, if a colleague's; `mailed`: an opt-in mail goes out."""

    lead: LeadId
    others: Person | None
    mailed: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """What the rep typed. `wording` is set where they asked for the gate's page and heard its words."""

    address: str
    fields: Mapping[str, str]
    gate: GateId
    wording: str
    purposes: tuple[Purpose, ...]
    promise: Promise
    language: str


def add_lead(services: Services, person: Person, values: Mapping[str, str]) -> Added:
    """Stores the person, with a task for this rep. Raises `BadFields`, `TooMany`, `UnknownGate`."""
    bundle = open_bundle(services.files)
    somebody = read_somebody(bundle, values)
    found = lead_id(somebody.address, services.settings.lead_key)
    known = services.store.lead(found)
    if (known is None or known.confirmed_at is None) and is_erased(services, found):
        raise BadFields({"email": FORGOTTEN})
    if is_suppressed(services, found, known):
        raise BadFields({"email": UNWANTED})
    if somebody.wording and known is not None and (why := why_stopped(known)):
        raise BadFields({"asked": f"No mail can go to them by your word ({why}): let them send the form themselves."})
    form = _digest(services, values)
    if known is not None and _just_added(services, person, known, form):
        return Added(known.id, None if may_see(person, known) else bundle.team.person(known.owner), mailed=False)
    _within_budget(services, person)
    others = known is not None and not may_see(person, known) and known.owner is not None
    if known is not None and known.owner is None:
        known = _taken_in(services, person, known)
    if known is None or somebody.wording:
        known = _captured(services, bundle, person, somebody, known, form)
    else:
        _noted(services, bundle, person, somebody, known, form)
    owner = bundle.team.person(known.owner) if others else None
    return Added(known.id, owner, mailed=bool(somebody.wording))


def read_somebody(bundle: Bundle, values: Mapping[str, str]) -> Somebody:
    """What was typed. Raises `BadFields` naming what to mend, `UnknownGate`."""
    wrong: dict[str, str] = {}
    fields: dict[str, str] = {}

    def noting(name: str, read: Callable[[str], str]) -> str:
        try:
            return read(values.get(name, ""))
        except ValueError as error:
            wrong[name] = str(error)
            return ""

    address = noting("email", read_address)
    if not values.get("email", "").strip():
        wrong["email"] = NO_ADDRESS
    for field in LINES:
        fields[field.name] = noting(field.name, lambda text, field=field: read_field(field, text))  # type: ignore[misc]  # a default binds it
    fields["note"] = noting("note", many_lines)
    asked, gate_id = is_yes(values.get("asked")), values.get("gate", "")
    if asked and not gate_id:
        wrong["gate"] = "Choose what they asked for, and read its words to them."
    if wrong:
        raise BadFields(wrong)
    told = {name: text for name, text in fields.items() if text}
    gate = bundle.gate(gate_id) if gate_id else None
    if gate is None or not asked:
        language = gate.language if gate else bundle.manifest.language
        return Somebody(address, told, GateId(gate_id), "", (), NOTHING, language)
    shown, wording = _heard(bundle, gate, values.get("wording", ""))
    follows = gate.consent is ConsentMode.REQUIRED or is_yes(values.get("follow"))
    agreed = {Purpose.CONTENT: True, Purpose.FOLLOW_UP: follows and Purpose.FOLLOW_UP in wording.wording}
    purposes = tuple(purpose for purpose, yes in agreed.items() if yes)
    return Somebody(address, told, GateId(gate_id), shown, purposes, wording.promise, gate.language)


def _heard(bundle: Bundle, gate: Gate, shown: str) -> tuple[str, Wording]:
    """The words that stood on the page, which the rep has read out."""
    wording = bundle.wording(shown)
    if wording is None or wording.form != gate.form:
        raise BadFields(
            {"wording": "The words of this page have changed. Open the form anew and read out the new ones."}
        )
    return shown, wording


def _captured(
    services: Services, bundle: Bundle, person: Person, somebody: Somebody, known: Lead | None, form: str
) -> Lead:
    """One transaction, like a visitor's own submit; a lead that is known keeps its record."""
    now, key = services.clock.now(), services.keys.fresh()
    lead = known or _new_lead(services, person, somebody, now)
    fields = {"email": somebody.address, **somebody.fields}
    how, basis = f"rep/{person.id}", ASKED if somebody.wording else ON_OUR_OWN
    capture = Capture(
        id=CaptureId(key.id), lead_id=lead.id, generation=lead.generation, gate=somebody.gate, at=now,
        sealed=seal(fields, key_id=key.id, secret=key.secret, owner=lead.id),
        consent=Consent(somebody.purposes, somebody.wording, somebody.promise, now, how, basis),
        language=somebody.language, company=company_of(services, somebody.address), answered=tuple(somebody.fields),
    )  # fmt: skip
    touch = _touch(lead, person, somebody, f"{ADDED}{capture.id}", now)
    touch = replace(touch, facts={**touch.facts, "capture": capture.id, "confirmed": "no", "form": form})
    rows = [*_tell(bundle, lead, touch, now)]
    if somebody.wording:
        rows.append(Due(lead.id, lead.generation, DueKind.MAIL, f"optin/{capture.id}", now))
    services.store.capture(capture, key=key, touch=touch, due=traced(services, rows), budgets=(), lead=lead)
    return lead


def _noted(services: Services, bundle: Bundle, person: Person, somebody: Somebody, known: Lead, form: str) -> None:
    """Somebody known has asked for nothing new: what the rep heard is on the timeline, whoever's lead it is."""
    key: SealingKey = services.keys.fresh()
    touch_id = f"{ADDED}{services.token()}"
    text = "\n".join(somebody.fields.values())

    def note(lead: Lead) -> Change:
        now = services.clock.now()
        sealed = seal({"text": text}, key_id=key.id, secret=key.secret, owner=lead.id) if text else None
        touch = _touch(lead, person, somebody, touch_id, now)
        touch = replace(touch, facts={**touch.facts, "form": form}, sealed=sealed)
        return Change(lead=lead, touches=(touch,), due=_tell(bundle, lead, touch, now), keys=(key,) if sealed else ())

    decide(services, known.id, str(known.generation), note)


def _taken_in(services: Services, person: Person, known: Lead) -> Lead:
    """Somebody who once sent a form and never confirmed it is nobody's yet: now they are this rep's."""

    def take(lead: Lead) -> Change | None:
        return None if lead.owner else Change(lead=replace(lead, owner=person.id))

    return decide(services, known.id, str(known.generation), take)


def _new_lead(services: Services, person: Person, somebody: Somebody, now: datetime) -> Lead:
    return Lead(
        lead_id(somebody.address, services.settings.lead_key), created_at=now, language=somebody.language,
        owner=person.id, source=f"rep/{person.id}",
    )  # fmt: skip


def _touch(lead: Lead, person: Person, somebody: Somebody, touch_id: str, now: datetime) -> Touch:
    facts = {
        "source": f"rep/{person.id}",
        "basis": ASKED if somebody.wording else ON_OUR_OWN,
        **({"wording": somebody.wording} if somebody.wording else {}),
    }
    gate = somebody.gate or None
    return Touch(touch_id, lead.id, TouchKind.ADDED, now, Encounter.PERSON, gate=gate, by=person.id, facts=facts)


def _tell(bundle: Bundle, lead: Lead, touch: Touch, now: datetime) -> tuple[Due, ...]:
    """A task for whose lead it is; a colleague hears of it at once."""
    return reminder(lead, touch.id, bundle.team.hours, now), *hearing(lead, lead, touch, bundle.team, now)


def _digest(services: Services, values: Mapping[str, str]) -> str:
    """Tells one form from another, and nobody without the key what was in it."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    return hmac.new(services.settings.lead_key, text.encode(), hashlib.sha256).hexdigest()[:20]


def _just_added(services: Services, person: Person, lead: Lead, form: str) -> bool:
    """Whether this rep has sent this very form a moment ago: a second tap, not a second meeting."""
    own = [t for t in services.store.touches(lead.id) if t.kind is TouchKind.ADDED and t.by == person.id]
    now = services.clock.now()
    return any(touch.facts.get("form") == form and now - touch.at < SAME_TAP for touch in own)


def _within_budget(services: Services, person: Person) -> None:
    if not services.settings.budgets:
        return
    now = services.clock.now()
    if not services.store.count(Budget(f"added/{person.id}/{now:%Y-%m-%d}", ADDS_PER_DAY, now + timedelta(days=2))):
        raise TooMany(int((now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()))
