"""Some full reads are free: a metered page is read without its form, so often in a period. Files stay with the form.

Who has a pass is counted on the server, by what stands on the lead's own timeline. Everybody else is counted by a
signed cookie that names pages and nobody: another browser starts anew. That is soft, and meant so: a meter asks, it
does not lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from leadlight.decide import decide
from leadlight.errors import BadToken, NotOpen
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import GateId
from leadlight.model.site import Gate, Meter
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.meter import Free, free_of, left_in_words, period_of
from leadlight.rules.notices import NOTIFY, days_of_silence
from leadlight.speed import begun
from leadlight.tokens import LIFE, TokenUse
from leadlight.visitor.passes import Cookie, Pass, pass_of
from leadlight.words import in_language

READS = "leadlight_free"
HINT = "leadlight_metered"
"""Readable by our script: says that something was read for free, so that others need not ask in vain."""

FREE = "free"
"""The fact of a read that the meter opened: in which period."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A free read: where its text lies in the bundle, and what the browser is to keep of it."""

    path: str
    cookies: tuple[Cookie, ...] = ()


def half(services: Services, cookies: Mapping[str, str], gate_id: str, *, language: str, inert: bool) -> Opened:
    """The withheld text as JSON. Raises `UnknownGate`, and `NotOpen` where no free read is left."""
    gate = open_bundle(services.files).gate(gate_id, language)
    return Opened(gate.free_half, _counted(services, cookies, GateId(gate_id), gate, inert=inert))


def full(services: Services, cookies: Mapping[str, str], page: str, *, inert: bool) -> Opened:
    """The page with its withheld text, as HTML. Raises the same."""
    gate_id, gate = open_bundle(services.files).gate_at(page)
    return Opened(gate.free_full, _counted(services, cookies, gate_id, gate, inert=inert))


def allowance(services: Services, cookies: Mapping[str, str], gate_id: str, gate: Gate) -> Free | None:
    """What the meter of that page leaves to this browser; None where it has no meter. Changes nothing."""
    if gate.meter is None:
        return None
    found = pass_of(services, cookies)
    read = _read_by_lead(services, found.lead, gate.meter) if found else _read_here(services, cookies, gate.meter)
    return free_of(gate.meter, gate_id if found else _short(gate_id), read)


def in_words(services: Services, cookies: Mapping[str, str], gate_id: str, gate: Gate) -> Mapping[str, object]:
    """The same for our script: how many are left, whether this page is one of those read, and the button's words."""
    free = allowance(services, cookies, gate_id, gate)
    if free is None or gate.meter is None:
        return {}
    words = in_language(left_in_words(free.left, gate.meter.per), gate.language)
    return {"free": {"left": free.left, "read": free.has_read, "words": words}}


def _counted(
    services: Services, cookies: Mapping[str, str], gate_id: GateId, gate: Gate, *, inert: bool
) -> tuple[Cookie, ...]:
    """Counts the read, unless this page was one already. Raises `NotOpen`."""
    free = allowance(services, cookies, gate_id, gate)
    if free is None or gate.meter is None or not free.opens or (inert and not free.has_read):
        raise NotOpen(gate_id)
    if free.has_read:
        return ()
    if (found := pass_of(services, cookies)) is not None:
        _noted(services, found, gate_id, gate, gate.meter)
        return ()
    period = period_of(gate.meter.per, services.clock.now())
    read = (*_read_here(services, cookies, gate.meter), _short(gate_id))
    token = services.tokens.sign(TokenUse.METER, {**_current(services, cookies), period: " ".join(read)})
    life = LIFE[TokenUse.METER]
    return (Cookie(READS, token, life), Cookie(HINT, "1", life, readable=True))


def _noted(services: Services, found: Pass, gate_id: GateId, gate: Gate, meter: Meter) -> None:
    """A read on the lead's timeline; of two at the same moment only one gets the last that is left."""
    bundle, now = open_bundle(services.files), services.clock.now()
    period = period_of(meter.per, now)
    touch = Touch(
        f"{TouchKind.READ}/{found.lead.generation}/{FREE}/{gate_id}/{period}", found.lead.id, TouchKind.READ, now,
        gate.encounter, quality=gate.quality, gate=gate_id, facts={"confirmed": "yes", FREE: period},
    )  # fmt: skip

    def read(lead: Lead) -> Change | None:
        touches = services.store.touches(lead.id)
        free = free_of(meter, gate_id, _free_reads(touches, period))
        if free.has_read:
            return None
        if not free.left:
            raise NotOpen(gate_id)
        if days_of_silence(touch, touches) is None:
            return Change(lead=lead, touches=(touch,))
        tell = Due(lead.id, lead.generation, DueKind.MAIL, f"{NOTIFY}{touch.id}", now)
        return begun(services, bundle, Change(lead=lead, touches=(touch,), due=(tell,)), before=lead)

    decide(services, found.lead.id, str(found.lead.generation), read)


def _read_by_lead(services: Services, lead: Lead, meter: Meter) -> Collection[str]:
    return _free_reads(services.store.touches(lead.id), period_of(meter.per, services.clock.now()))


def _free_reads(touches: Collection[Touch], period: str) -> Collection[str]:
    return {touch.gate for touch in touches if touch.gate and touch.facts.get(FREE) == period}


def _read_here(services: Services, cookies: Mapping[str, str], meter: Meter) -> Collection[str]:
    return _current(services, cookies).get(period_of(meter.per, services.clock.now()), "").split()


def _current(services: Services, cookies: Mapping[str, str]) -> dict[str, str]:
    """What the cookie says of periods that are not over. One that was forged, or is too old, says nothing."""
    try:
        facts = services.tokens.read(TokenUse.METER, cookies.get(READS, ""))
    except BadToken:
        return {}
    now = services.clock.now()
    return {name: pages for name, pages in facts.items() if period_of(name.partition("/")[0], now) == name}


def _short(gate_id: str) -> str:
    """A page as the cookie names it: short, and readable for nobody who looks over a shoulder."""
    return hashlib.sha256(gate_id.encode()).hexdigest()[:10]
