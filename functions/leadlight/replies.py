"""Somebody answered one of our mails: it is on the timeline, the plan stops, and the rep is told at once.

Called by `handlers.on_mail_event`, for each mail that came in. What was said is sealed; attachments are named and stay
with the sender. A machine's answer is noted and changes nothing. Whoever has the address of an answer can write one,
also somebody whom the mail was forwarded to: so an answer only ever stops, and opens nothing. That a mail did not
arrive is believed only where it comes to that mail's own address of return, which is in no answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from leadlight import returns
from leadlight.decide import decide
from leadlight.errors import BadToken
from leadlight.incoming import Incoming
from leadlight.lifecycle import grown
from leadlight.model.due import Due, DueKind, LedgerEntry
from leadlight.model.exchange import Budget, Change, SealingKey
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import GateId, LeadId
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.mail_events import Report, ReportKind, due_key, mail_name, mail_tag
from leadlight.rules.next_action import reminder
from leadlight.rules.standing import sort_of
from leadlight.rules.stop import stopped_anew
from leadlight.rules.waiting import ANSWER, reminders
from leadlight.undelivered import Failure
from leadlight.vault import Fields, lead_id, normal_address, seal

QUALITY_OF_TALK = 4
QUALITY_OF_READING = 2
"""A mail that is answered was read: a meeting with what it is about, besides the one with the person."""

PER_DAY = 20
"""Answers of one lead a day that are taken, so that no mail loop can bury a rep; as many of machines, apart."""


class Taken(StrEnum):
    """What became of a mail that came in; the values are what the log says."""

    REPLIED = "lead.replied"
    AUTOMATIC = "mail.auto_replied"
    CAME_BACK = "mail.came_back"
    OURS = "mail.from_ourselves"
    TOO_MANY = "mail.too_many"
    NOBODY = "mail.for_nobody"  # no address of ours with a token that holds, or a lead that is gone


def take(services: Services, key: str, mail: Incoming) -> tuple[Taken, LeadId | None]:
    """Stores what the mail of that key says, then lets go of it. The same again changes nothing. Raises `TryAgain`."""
    lead, sent = _returned_to(services, mail)
    taken = Taken.NOBODY
    if sent and mail.failure and _is_about(services, sent, mail):
        returns.note(services, _report(sent, mail.failure, services.clock.now()))
        taken = Taken.CAME_BACK
    elif answered := _addressee(services, mail):
        lead, taken = answered, _taken(services, answered, mail)
    elif lead:  # machines write to where a mail came from, for example most vacation notices
        taken = _taken(services, lead, replace(mail, automatic=mail.automatic or "no answer to us"))
    services.inbox.done(key)
    return taken, lead.id if lead else None


def _returned_to(services: Services, mail: Incoming) -> tuple[Lead, LedgerEntry] | tuple[None, None]:
    """The mail of ours to whose own address of return this one came, and its lead."""
    for token in mail.returns:
        lead = services.store.lead(LeadId(token.partition("-")[0].lower()))
        for entry in services.store.ledger(lead.id) if lead else ():
            if lead and services.tokens.is_return_of(token, lead.id, int(entry.key.partition("/")[0]), entry.key):
                return lead, entry
    return None, None


def _is_about(services: Services, sent: LedgerEntry, mail: Incoming) -> bool:
    """Whether it speaks of that mail: it names it, or none of ours."""
    named = [entry.key for entry in services.store.ledger(sent.lead_id) if mail.answers & _names(entry)]
    return not named or sent.key in named


def _addressee(services: Services, mail: Incoming) -> Lead | None:
    for token in mail.tokens:
        try:
            name, generation = services.tokens.read_short(token)
        except BadToken:
            continue
        lead = services.store.lead(LeadId(name))
        if lead is not None and str(lead.generation) == generation:
            return lead
    return None


def _taken(services: Services, lead: Lead, mail: Incoming) -> Taken:
    bundle = open_bundle(services.files)
    ours = _is_ours(bundle, mail)
    touch = _touch(services, lead, mail, TouchKind.AUTO_REPLIED if ours or mail.automatic else TouchKind.REPLIED)
    if not _within_budget(services, lead, touch):
        return Taken.TOO_MANY
    if touch.kind is TouchKind.REPLIED:
        _store(services, bundle, lead, touch, _said(mail))
        return Taken.REPLIED
    why = "one of us wrote it" if ours else mail.automatic or ""
    services.store.append(replace(touch, facts={**touch.facts, "reason": why}))
    return Taken.OURS if ours else Taken.AUTOMATIC


def _store(services: Services, bundle: Bundle, lead: Lead, touch: Touch, said: Fields) -> None:
    key = services.keys.fresh()

    def answer(lead: Lead) -> Change | None:
        touches = services.store.touches(lead.id)
        if any(stored.id == touch.id for stored in touches):
            return None
        change = _answered(bundle, lead, touch, said, key, services.clock.now())
        reminded = reminders(services.store.due_of(lead.id), ANSWER)  # of an answer before this one
        hours, now = bundle.team.hours, services.clock.now()
        change = replace(change, due=change.due if reminded else (*change.due, reminder(lead, touch.id, hours, now)))
        return grown(services, bundle, change, before=lead, touches=touches)

    decide(services, lead.id, str(lead.generation), answer)


def _answered(bundle: Bundle, lead: Lead, touch: Touch, said: Fields, key: SealingKey, now: datetime) -> Change:
    planned = replanned(bundle, stopped_anew(lead, StopReason.REPLIED, now), now)
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"notify/{touch.id}", now)
    sealed = seal(said, key_id=key.id, secret=key.secret, owner=lead.id)
    return Change(
        lead=planned.lead,
        touches=(replace(touch, sealed=sealed), *_read(bundle, lead, touch), *planned.touches),
        undue=planned.undue,
        due=(*planned.due, tell),
        keys=(key,),
    )


def _read(bundle: Bundle, lead: Lead, answer: Touch) -> tuple[Touch, ...]:
    """That the answered follow-up was read, told by an answer of the lead's own."""
    kind, _, ref = answer.facts.get("what", "").partition("/")
    step = bundle.step(ref) if kind == DueKind.STEP and answer.quality else None
    if step is None:
        return ()
    facts = {"what": answer.facts["what"], "step": step.slug, "answer": answer.id}
    return (
        Touch(
            f"read/{answer.id}", lead.id, TouchKind.READ, answer.at, step.encounter, step.objective,
            quality=QUALITY_OF_READING, facts=facts,
        ),
    )  # fmt: skip


def _touch(services: Services, lead: Lead, mail: Incoming, kind: TouchKind) -> Touch:
    """Without its text. Only from the lead's own address it is an experience; an address is easily forged."""
    own = bool(mail.sender) and lead_id(mail.sender, services.settings.lead_key) == lead.id
    what, gate = _answers(services, lead, mail)
    counts = own and kind is TouchKind.REPLIED
    return Touch(
        id=f"{kind.value.partition('.')[2]}/{mail.id}",
        lead_id=lead.id,
        kind=kind,
        at=services.clock.now(),
        encounter=Encounter.PERSON if counts else None,
        quality=QUALITY_OF_TALK if counts else 0,
        gate=gate,
        facts={"from": "lead" if own else "other", **({"what": what} if what else {})},
    )


def _answers(services: Services, lead: Lead, mail: Incoming) -> tuple[str, GateId | None]:
    """The due key of the mail that is answered, if it can be told, and the page that it was about."""
    entry = _referred_to(services, lead, mail)
    touches = services.store.touches(lead.id)
    gates = [t.gate for t in touches if t.gate and entry and t.id == f"sent/{entry.key}"]
    gates += [e.gate for e in reversed(lead.enrolments)] + [t.gate for t in reversed(touches) if t.gate]
    return due_key(entry.key) if entry else "", gates[0] if gates else None


def _names(entry: LedgerEntry) -> set[str]:
    """How an answer may refer to that mail: by the id that we gave it, or by the carrier's own."""
    return {mail_name(entry.lead_id, entry.key), *filter(None, [(entry.message_id or "").partition("@")[0]])}


def _referred_to(services: Services, lead: Lead, mail: Incoming) -> LedgerEntry | None:
    """The mail of ours that this one names."""
    return next((entry for entry in services.store.ledger(lead.id) if mail.answers & _names(entry)), None)


def _report(entry: LedgerEntry, failure: Failure, now: datetime) -> Report:
    """The failure, as a carrier would report it. Its own words are not repeated: they name people."""
    reason = f"returned {failure.status}".strip()
    name = mail_tag(entry.key)
    sort = sort_of(failure.status, final=failure.final)
    mail = entry.message_id or name
    return Report(ReportKind.BOUNCED, entry.lead_id, name, mail, now, reason, failure.final, sort=sort)


def _said(mail: Incoming) -> Fields:
    """What is personal in it."""
    return {"text": mail.text, "from": mail.sender, "attachments": ", ".join(mail.attachments)}


def _is_ours(bundle: Bundle, mail: Incoming) -> bool:
    """Whether somebody of the team wrote it: a rep's own answer to the lead, with us in copy."""
    team = bundle.team
    ours = {normal_address(address) for address in (team.company.email, *(p.email for p in team.people)) if address}
    return bool(mail.sender) and normal_address(mail.sender) in ours


def _within_budget(services: Services, lead: Lead, touch: Touch) -> bool:
    """Whether this lead may answer once more today. One that is tried again was counted before, and may."""
    if not services.settings.budgets or any(t.id == touch.id for t in services.store.touches(lead.id)):
        return True
    now = services.clock.now()
    return services.store.count(Budget(f"{touch.kind}/{lead.id}/{now:%Y-%m-%d}", PER_DAY, now + timedelta(days=2)))
