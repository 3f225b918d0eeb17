"""What becomes of a parked mail: by a carrier's report, by what its silence means, or by a person's word.

The look for word is called by `handlers.on_due`, reports come from `returns`, a person's word from the command line.
Nothing here sends: what was certainly not sent goes back into the plan, and to the ledger, as one more try.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from leadlight.decide import decide
from leadlight.errors import NotParked
from leadlight.fate import RELEASED, Done
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.cadence import after
from leadlight.rules.evidence import HEARD, Verdict, evidence_key, next_look, step_ref_of, verdict
from leadlight.rules.mail_events import Report, due_key
from leadlight.rules.reputation import Fate, counters
from leadlight.rules.steps import step_key, step_of, step_ref, with_enrolment

AT_ONCE = Wait(0, WaitUnit.MINUTES)
MINUTE = timedelta(minutes=1)


class Word(StrEnum):
    """What a person knows of a parked mail."""

    SENT = "sent"
    UNSENT = "unsent"


def look_again(services: Services, due: Due) -> Done | None:
    """Looks for word of the step that the row names; a `Done`, released, when it is taken back to be sent again."""
    bundle = open_bundle(services.files)
    key = f"{due.generation}/{DueKind.STEP}/{due.ref}"
    done: list[Done] = []

    def look(lead: Lead) -> Change | None:
        done.clear()
        if not any(due.stands_as(row) for row in services.store.due_of(lead.id)):
            return None
        entry = _parked(services, lead, key)
        if entry is None:
            return Change(lead=lead, undue=(due.key,))
        now = services.clock.now()
        match verdict(entry.at, heard_of=_heard_of(services), now=now):
            case Verdict.OPEN:
                return Change(lead=lead, due=(replace(due, at=next_look(now, entry.at)),))
            case Verdict.SILENT:
                silence = _resolved(entry, now, "silent", "no word came within a day: a person has to say what is true")
                return Change(lead=lead, touches=(silence,), undue=(due.key,))
            case Verdict.UNSENT:
                why = "the carrier reported on later mails, and never on this one"
                done.append(Done(due, LedgerState.RELEASED, now, why))
                return _taken_back(services, bundle, lead, entry, now, why)

    decide(services, due.lead_id, str(due.generation), look)
    return done[0] if done else None


def resolve(services: Services, lead: Lead, key: str, what: Word, *, by: str) -> LedgerState:
    """A person says what became of the mail under that ledger key; returns what the ledger says of it now.

    What was not sent is sent by the plan, if nothing came after it; else it is left out. Raises `NotParked`.
    """
    bundle = open_bundle(services.files)

    def say(lead: Lead) -> Change:
        entry = _parked(services, lead, key)
        if entry is None:
            raise NotParked(key)
        why = f"{by} says that it was {'sent' if what is Word.SENT else 'not sent'}"
        if what is Word.SENT:
            return sent_after_all(lead, entry, services.store.touches(lead.id), why)
        return _taken_back(services, bundle, lead, entry, services.clock.now(), why)

    stored = decide(services, lead.id, str(lead.generation), say)
    return next(entry.state for entry in services.store.ledger(stored.id) if entry.key == key)


def hear(services: Services, report: Report) -> None:
    """Notes that reports come: when the mail was sent that this one is about. At most once for each minute."""
    known = _heard_of(services)
    if report.sent_at and (known is None or report.sent_at - known >= MINUTE):
        services.store.raise_note(HEARD, report.sent_at.astimezone(UTC).isoformat(timespec="microseconds"))


def sent_after_all(
    lead: Lead, entry: LedgerEntry, touches: tuple[Touch, ...], why: str, *, mail: str | None = None
) -> Change:
    """A parked mail was sent: its touch stands in the place of the one that said it was parked. It was counted then."""
    of_it = [t for t in touches if t.kind is TouchKind.PARKED and t.facts.get("what") == due_key(entry.key)]
    plain = Touch(f"sent/{entry.key}", entry.lead_id, TouchKind.SENT, entry.at, facts={"what": due_key(entry.key)})
    touch = replace(of_it[-1], id=plain.id, kind=plain.kind) if of_it else plain
    facts = {**touch.facts, "reason": why, **({"mail": mail} if mail else {})}
    settled = replace(entry, state=LedgerState.SENT, message_id=mail, reason=why)
    return Change(
        lead, (replace(touch, facts=facts),), undue=(evidence_key(entry),), resolve=(settled,),
        counts=counters(lead.id, entry.key, entry.at, Fate.SENT),
    )  # fmt: skip


def _parked(services: Services, lead: Lead, key: str) -> LedgerEntry | None:
    entries = services.store.ledger(lead.id)
    return next((e for e in entries if e.key == key and e.state is LedgerState.PARKED), None)


def _heard_of(services: Services) -> datetime | None:
    noted = services.store.note(HEARD)
    return datetime.fromisoformat(noted) if noted else None


def _taken_back(services: Services, bundle: Bundle, lead: Lead, entry: LedgerEntry, now: datetime, why: str) -> Change:
    """It was not sent, so it does not count, nor take a day. It is the next step again where the plan has not gone on
    since."""
    enrolment = _enrolment_of(lead, entry)
    if enrolment is None:
        return _left_out(lead, entry, now, why)
    slug = _slug(entry)
    uncounted = replace(lead, mailed=tuple(at for at in lead.mailed if at != entry.at))
    mailed_at = None if enrolment.mailed_at == entry.at else enrolment.mailed_at
    fewer = replace(enrolment, mails_sent=max(0, enrolment.mails_sent - 1), mailed_at=mailed_at)
    if _went_on(services, bundle, lead, enrolment, entry, now):
        return _left_out(with_enrolment(uncounted, fewer), entry, now, why)
    done = tuple(step for step in fewer.done if step != slug)
    again = replace(fewer, next_step=slug, ended=None, done=done, last_at=now, wait=AT_ONCE)
    planned = replanned(bundle, with_enrolment(uncounted, again), now)
    ahead = (step_key(enrolment),) if enrolment.next_step else ()
    return Change(
        lead=planned.lead,
        touches=(_resolved(entry, now, "unsent", f"{why}; it is sent again"), *planned.touches),
        undue=(evidence_key(entry), *ahead, *planned.undue),
        due=planned.due,
        resolve=(replace(entry, state=LedgerState.RELEASED, at=now, reason=RELEASED + why),),
    )


def _left_out(lead: Lead, entry: LedgerEntry, now: datetime, why: str) -> Change:
    """Too late for it: the lead knows nothing of this mail, and will not."""
    return Change(
        lead=lead,
        touches=(_resolved(entry, now, "unsent", f"{why}; the plan has gone on without it"),),
        undue=(evidence_key(entry),),
        resolve=(replace(entry, state=LedgerState.SKIPPED, at=now, reason=why),),
    )


def _went_on(
    services: Services, bundle: Bundle, lead: Lead, enrolment: Enrolment, entry: LedgerEntry, now: datetime
) -> bool:
    """Whether it is too late to send that step: after it came something else, or may be on its way this very moment."""
    slug, since = _slug(entry), entry.at
    if lead.stops or step_ref(enrolment, slug) != step_ref_of(entry) or (enrolment.done and enrolment.done[-1] != slug):
        return True
    if enrolment.ended and (enrolment.next_step or any(_follows(e, enrolment, since) for e in lead.enrolments)):
        return True
    if enrolment.next_step and any(
        r.key == step_key(enrolment) and r.at <= now for r in services.store.due_of(lead.id)
    ):
        return True
    step = step_of(bundle.sequence_version(enrolment.version), slug)
    if step is None or _was_left_out(services, entry):
        return True
    return step.stale_after is not None and now > after(step.stale_after, since, bundle.team.hours)


def _follows(other: Enrolment, enrolment: Enrolment, since: datetime) -> bool:
    """Whether it began when this one had ended, or anew since."""
    begun_after = other.promised_at == enrolment.promised_since and other.last_at >= since
    return other.sequence != enrolment.sequence and (begun_after or other.started_at >= since)


def _was_left_out(services: Services, entry: LedgerEntry) -> bool:
    """Whether the plan has passed the step while its mail was on its way: the timeline says so, once and for all."""
    return any(touch.id == f"skipped/{entry.key}" for touch in services.store.touches(entry.lead_id))


def _enrolment_of(lead: Lead, entry: LedgerEntry) -> Enrolment | None:
    """The enrolment that the step belongs to, at whatever version it is now."""
    ref, slug = step_ref_of(entry), _slug(entry)
    version = ref.partition("@")[2].partition("/")[0]
    return next((e for e in lead.enrolments if step_ref(replace(e, version=version), slug) == ref), None)


def _slug(entry: LedgerEntry) -> str:
    return entry.key.rpartition("/")[2]


def _resolved(entry: LedgerEntry, now: datetime, what: str, why: str) -> Touch:
    """Once for each try of the mail and each thing that is found out about it."""
    return Touch(
        id=f"resolved/{entry.key}/{entry.attempts}/{what}",
        lead_id=entry.lead_id,
        kind=TouchKind.RESOLVED,
        at=now,
        facts={"what": due_key(entry.key), "found": what, "reason": why},
    )
