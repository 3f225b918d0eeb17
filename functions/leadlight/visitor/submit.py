"""A form was sent: what does it come to, whoever sent it? Called by `access` and `returning`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from leadlight.errors import BadFields, TooMany
from leadlight.model.exchange import Budget, SealingKey
from leadlight.model.person import Capture, CaptureId, CompanyId, Consent, GateId, LeadId, Purpose
from leadlight.model.site import FieldType, Gate, Wording
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.asking import Asked
from leadlight.rules.budgets import site_of
from leadlight.rules.form import Answers, read_answers
from leadlight.rules.places import country_named, country_of, known_zone, region_of
from leadlight.rules.routing import known_size
from leadlight.rules.source import FROM, LAST, SOURCE, label, landing
from leadlight.vault import seal
from leadlight.words import N_

SHARDS = 4
"""So many counters does one network have, or all the submits of a busy one would queue up at the same item."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it came in, with the page that it was sent from. `network` is cut to /24 or /64."""

    bundle: Bundle
    gate_id: GateId
    gate: Gate
    wording_hash: str
    wording: Wording
    values: Mapping[str, str]
    network: str
    now: datetime

    @property
    def zone(self) -> str | None:
        """A browser's word, not the visitor's: an odd one is no fault of theirs."""
        return known_zone(self.values.get("zone", ""))

    @property
    def brought_by(self) -> str | None:
        """The rep whose QR code led here: a new lead is theirs. A name that is none counts for nothing."""
        person = self.values.get("from", "")
        known = person and any(member.id == person for member in self.bundle.team.people)
        return person if known else None


def form_sent(services: Services, values: Mapping[str, str], *, network: str) -> Form:
    """The form, and the words and the promise that stood in it. Raises `UnknownGate`, `BadFields`."""
    gate_id, shown = GateId(values.get("gate", "")), values.get("wording")
    bundle = _bundle_with(services, gate_id, shown)
    gate = _gate(bundle, gate_id, values)
    wording = bundle.wording(shown or gate.wording)
    if wording is None or wording.form != gate.form:
        raise BadFields({"wording": N_("This page has changed since you opened it. Please reload it and try again.")})
    return Form(bundle, gate_id, gate, shown or gate.wording, wording, values, network, services.clock.now())


def answers_to(form: Form, asked: Asked | None = None) -> Answers:
    """What was answered. `asked` is what a lead with a pass is asked. Raises `BadFields`."""
    hours = form.bundle.team.hours
    region = country_of(form.zone) or region_of(hours)
    return read_answers(form.gate, form.values, zone=form.zone or hours.zone, now=form.now, region=region, asked=asked)


def capture_of_form(
    services: Services,
    form: Form,
    answers: Answers,
    *,
    key: SealingKey,
    lead: tuple[LeadId, int],
    purposes: Iterable[Purpose],
    how: str,
    company: CompanyId | None = None,
) -> Capture:
    """The submit, sealed. `lead` is its id and generation, `how` the way in which consent was given."""
    lead_id, generation = lead
    address = {"email": answers.email} if answers.email else {}
    fields = {**address, "network": form.network, **answers.fields}
    return Capture(
        id=CaptureId(key.id),
        lead_id=lead_id,
        generation=generation,
        gate=form.gate_id,
        at=form.now,
        sealed=seal(fields, key_id=key.id, secret=key.secret, owner=lead_id),
        consent=Consent(tuple(purposes), form.wording_hash, form.wording.promise, form.now, how),
        language=form.gate.language,
        intent=answers.intent,
        call=answers.call,
        campaign=_campaign(services, form),
        zone=form.zone,
        country=_country(form.gate, answers),
        company=company,
        size=known_size(answers.fields.get("size", ""), form.bundle.team),
        answered=tuple(answers.fields),
    )


def touch_of_form(capture: Capture, gate: Gate, **facts: str) -> Touch:
    """The fact that it was sent."""
    return Touch(
        id=f"captured/{capture.id}",
        lead_id=capture.lead_id,
        kind=TouchKind.CAPTURED,
        at=capture.at,
        encounter=gate.encounter,
        gate=capture.gate,
        facts={"capture": capture.id, "unlock": gate.unlock, "confirmed": "no", **source_of(capture), **facts},
    )


def source_of(capture: Capture) -> Mapping[str, str]:
    """Where the visit of that submit came from, as a fact for the timeline."""
    said = capture.campaign or {}
    return {SOURCE: said[SOURCE]} if said.get(SOURCE) else {}


@dataclass(frozen=True, slots=True)
class Window:
    """Ten minutes of one network: what its counters are called, and when it is over. The name is nobody's address."""

    name: str
    over: datetime

    def left(self, now: datetime) -> int:
        """Seconds."""
        return max(1, int((self.over - now).total_seconds()))


def window_of(services: Services, network: str, now: datetime) -> Window:
    """The one that this moment is in."""
    begin = now.replace(minute=now.minute - now.minute % 10, second=0, microsecond=0)
    name = hashlib.sha256(services.settings.lead_key + network.encode()).hexdigest()[:20]
    return Window(f"network/{name}/{begin:%Y-%m-%dT%H:%M}", begin + timedelta(minutes=10))


def counters(
    services: Services,
    network: str,
    now: datetime,
    *,
    gate: GateId | None = None,
    kinds: Mapping[str, int] | None = None,
) -> list[tuple[Budget, ...]]:
    """At most so many submits per network and ten minutes: counters of which one has to have room, in random order.

    One of IPv6 counts for the whole site that it is a part of, too.

    `kinds`: of those that are of this kind, at most so many. `gate`: so many of that gate's form, whoever sends it.
    """
    if not services.settings.budgets:
        return [()]
    window = window_of(services, network, now)
    limits = {window.name: services.settings.network_limit}
    if site := site_of(network):  # an hour of it is less than the breaker has room for, see `rules.budgets`
        limits[window_of(services, site, now).name] = services.settings.network_limit * 3 // 2
    limits |= {f"{window.name}/{kind}": limit for kind, limit in (kinds or {}).items()}
    rows = [
        tuple(Budget(f"{name}/{shard}", (limit + shard) // SHARDS, window.over) for name, limit in limits.items())
        for shard in range(SHARDS)  # their shares add up to the limit
    ]
    rows = [(*row, *_of_form(services, gate, window, shard)) for shard, row in enumerate(rows)]
    return sorted(rows, key=lambda _: services.random(4))


def _of_form(services: Services, gate: GateId | None, window: Window, shard: int) -> tuple[Budget, ...]:
    """The form's own counter in that row: at most so many submits of all networks together.

    Which of the form's goes with which of a network's differs, so that no network uses up one of them alone.
    """
    if gate is None:
        return ()
    _, network, begin = window.name.split("/")
    place = (shard + int(network, 16)) % SHARDS
    share = (services.settings.form_limit + place) // SHARDS
    return (Budget(f"form/{gate}/{begin}/{place}", share, window.over),)


def count(services: Services, network: str, now: datetime) -> None:
    """Counts a submit that no `Store.capture` counts. Raises `TooMany`."""
    for budgets in counters(services, network, now):
        if all(services.store.count(budget) for budget in budgets):
            return
    raise TooMany(window_of(services, network, now).left(now))


def _bundle_with(services: Services, gate: GateId, shown: str | None) -> Bundle:
    """The bundle that knows the page this visitor saw: right after a publication it may be newer than what we read."""
    bundle = open_bundle(services.files)
    known = gate in bundle.manifest.gates and (not shown or shown in bundle.manifest.wordings)
    return bundle if known else open_bundle(services.files, newest=True)


def _gate(bundle: Bundle, gate_id: GateId, values: Mapping[str, str]) -> Gate:
    """The gate in the language that the visitor read: that of the words shown, else as the form says."""
    shown = bundle.wording(values.get("wording", ""))
    return bundle.gate(gate_id, shown.language if shown else values.get("lang", ""))


def _campaign(services: Services, form: Form) -> Mapping[str, str]:
    """Where the visit came from: its first landing, and the label of a later one that came from elsewhere."""
    host = urlsplit(services.settings.site_url).hostname or ""
    first, last = (landing(form.values.get(name, ""), host=host) for name in ("landing", "landing_last"))
    if form.brought_by:
        return {**first, FROM: form.brought_by, SOURCE: f"qr/{form.brought_by}"}
    later = {LAST: label(last)} if last and last != first else {}
    return {**first, SOURCE: label(first), **later}


def _country(gate: Gate, answers: Answers) -> str | None:
    """The country that was answered, in whichever field asks for one."""
    names = [*(field.name for field in gate.fields if field.type is FieldType.COUNTRY), "country"]
    return next((found for name in names if (found := country_named(answers.fields.get(name, "")))), None)
