"""A visitor sends the form: one transaction, the same for known and unknown addresses, and the answer says the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadlight.assignment import company_of
from leadlight.decide import traced
from leadlight.errors import BadFields, TooMany
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, SealingKey
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, Capture, CaptureId, Consent, GateId, LeadId, Purpose, Sealed
from leadlight.model.site import Gate, Unlock, Wording
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.form import Answers, read_answers
from leadlight.rules.places import country_named, known_zone
from leadlight.rules.routing import known_size
from leadlight.vault import lead_id, seal
from leadlight.visitor.passes import Cookie, gate_cookies, tab_cookie
from leadlight.words import N_

GENERATION = 1

SHARDS = 4
"""So many counters does one network have, or all the submits of a busy one would queue up at the same item."""


@dataclass(frozen=True, slots=True)
class Access:
    """What came of the form: read on at once, or look into the mail first."""

    gate: GateId
    page: str
    open: bool
    cookies: tuple[Cookie, ...]
    language: str


def request_access(services: Services, values: Mapping[str, str], *, network: str) -> Access:
    """Stores the submit and says how it goes on; the mails go out by themselves, right after.

    `network` is the sender's address cut to /24 or /64. Raises `UnknownGate`, `BadFields`, `TooMany`.
    """
    gate_id = GateId(values.get("gate", ""))
    bundle = _bundle_with(services, gate_id, values.get("wording"))
    gate = _gate(bundle, gate_id, values)
    now = services.clock.now()
    zone = known_zone(values.get("zone", ""))  # a browser's word, not the visitor's: an odd one is no fault of theirs
    answers = read_answers(gate, values, zone=zone or bundle.team.hours.zone, now=now)
    wording_hash, wording = _wording(bundle, gate, values.get("wording"))
    person = lead_id(answers.email, services.settings.lead_key)
    key = services.keys.fresh()
    brought_by = _brought_by(bundle, values.get("from", ""))
    capture = Capture(
        id=CaptureId(key.id),
        lead_id=person,
        generation=GENERATION,
        gate=gate_id,
        at=now,
        sealed=_sealed(answers, network, person, key.id, key.secret),
        consent=Consent(_purposes(answers, wording), wording_hash, wording.promise, now, "form"),
        language=gate.language,
        intent=answers.intent,
        call=answers.call,
        campaign={"from": brought_by} if brought_by else None,
        zone=zone,
        country=country_named(answers.fields.get("country", "")),
        company=company_of(services, answers.email),
        size=known_size(answers.fields.get("size", ""), bundle.team),
    )
    opens = gate.unlock is Unlock.FORM
    due = traced(services, _due(capture, now, tell_rep=opens))
    _store(services, capture, key, _touch(capture, gate), due=due, network=network, brought_by=brought_by)
    cookies = (tab_cookie(services, capture), *(gate_cookies(services, capture) if opens else ()))
    return Access(gate_id, gate.page, opens, cookies, gate.language)


def _bundle_with(services: Services, gate: GateId, shown: str | None) -> Bundle:
    """The bundle that knows the page this visitor saw: right after a publication it may be newer than what we read."""
    bundle = open_bundle(services.files)
    known = gate in bundle.manifest.gates and (not shown or shown in bundle.manifest.wordings)
    return bundle if known else open_bundle(services.files, newest=True)


def _gate(bundle: Bundle, gate_id: GateId, values: Mapping[str, str]) -> Gate:
    """The gate in the language that the visitor read: that of the words shown, else as the form says."""
    shown = bundle.wording(values.get("wording", ""))
    return bundle.gate(gate_id, shown.language if shown else values.get("lang", ""))


def _wording(bundle: Bundle, gate: Gate, shown: str | None) -> tuple[str, Wording]:
    """The words and the promise that this visitor saw; without a hash, the current ones."""
    wording = bundle.wording(shown or gate.wording)
    if wording is None or wording.form != gate.form:
        raise BadFields({"wording": N_("This page has changed since you opened it. Please reload it and try again.")})
    return shown or gate.wording, wording


def _brought_by(bundle: Bundle, person: str) -> str | None:
    """The rep whose QR code led here: a new lead is theirs. A name that is none counts for nothing."""
    known = person and any(member.id == person for member in bundle.team.people)
    return person if known else None


def _purposes(answers: Answers, wording: Wording) -> tuple[Purpose, ...]:
    """What was agreed to, and only what the form asked for. A wish for a call is its own agreement to that call."""
    wants_call = answers.call is not None and answers.call.kind is not CallKind.NO
    agreed = {
        Purpose.CONTENT: True,
        Purpose.FOLLOW_UP: answers.consent and Purpose.FOLLOW_UP in wording.wording,
        Purpose.PHONE: wants_call,
        Purpose.NEWS: answers.news and Purpose.NEWS in wording.wording,
    }
    return tuple(purpose for purpose, yes in agreed.items() if yes)


def _sealed(answers: Answers, network: str, person: LeadId, key_id: str, secret: bytes) -> Sealed:
    fields = {"email": answers.email, "network": network, **answers.fields}
    return seal(fields, key_id=key_id, secret=secret, owner=person)


def _touch(capture: Capture, gate: Gate) -> Touch:
    return Touch(
        id=f"captured/{capture.id}",
        lead_id=capture.lead_id,
        kind=TouchKind.CAPTURED,
        at=capture.at,
        encounter=gate.encounter,
        gate=capture.gate,
        facts={"capture": capture.id, "unlock": gate.unlock, "confirmed": "no"},
    )


def _due(capture: Capture, now: datetime, *, tell_rep: bool) -> tuple[Due, ...]:
    opt_in = Due(capture.lead_id, capture.generation, DueKind.MAIL, f"optin/{capture.id}", now)
    tell = Due(capture.lead_id, capture.generation, DueKind.MAIL, f"notify/captured/{capture.id}", now)
    return (opt_in, tell) if tell_rep else (opt_in,)


def _store(
    services: Services,
    capture: Capture,
    key: SealingKey,
    touch: Touch,
    *,
    due: Sequence[Due],
    network: str,
    brought_by: str | None,
) -> None:
    """One transaction; where a counter is used up, another one for each that the network has left."""
    lead = Lead(
        id=capture.lead_id, created_at=capture.at, generation=GENERATION, language=capture.language,
        owner=brought_by, source=f"qr/{brought_by}" if brought_by else "",
    )  # fmt: skip
    *others, last = _budgets(services, network, capture.at)
    for budgets in others:
        try:
            return services.store.capture(capture, key=key, touch=touch, due=due, budgets=budgets, lead=lead)
        except TooMany:
            continue
    return services.store.capture(capture, key=key, touch=touch, due=due, budgets=last, lead=lead)


def _budgets(services: Services, network: str, now: datetime) -> list[tuple[Budget, ...]]:
    """At most so many submits per network and ten minutes: counters of which one has to have room, in random order."""
    if not services.settings.budgets:
        return [()]
    window = now.replace(minute=now.minute - now.minute % 10, second=0, microsecond=0)
    name = hashlib.sha256(services.settings.lead_key + network.encode()).hexdigest()[:20]
    over = window + timedelta(minutes=10)
    limit = services.settings.network_limit
    shares = [(limit + shard) // SHARDS for shard in range(SHARDS)]  # they add up to the limit
    counters = [
        (Budget(f"network/{name}/{window:%Y-%m-%dT%H:%M}/{shard}", share, over),) for shard, share in enumerate(shares)
    ]
    return sorted(counters, key=lambda _: services.random(4))
