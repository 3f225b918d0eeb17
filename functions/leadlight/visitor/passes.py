"""What lets a browser read on: the lead pass (after confirming) and the gate pass (one capture, one gate).

A gate pass reads no lead, no grant, no earlier answer: whoever typed somebody else's address learns nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadlight.errors import BadToken, NotOpen
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, GateId, LeadId
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.series import asks_a_rep, is_open
from leadlight.tokens import LIFE, TokenUse
from leadlight.vault import masked

LEAD_PASS = "leadlight_pass"  # noqa: S105 the name of a cookie
HINT = "leadlight_open"
"""Readable by our script: says that a pass may exist, so that others need not ask in vain."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to set. HttpOnly unless `readable`; always Secure and SameSite=Lax."""

    name: str
    value: str
    life: timedelta
    readable: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """A browser in which this lead's address was confirmed. `shown` is the address as its owner knows it again.

    It stands in the cookie and nowhere else: what is stored of an address is sealed, and nobody here can open it.
    """

    lead: Lead
    shown: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who may read a gate. `capture` is set for a gate pass: what such a reader says is not confirmed.

    `since` is when the lead was first heard of, where its record was read.
    """

    lead_id: LeadId
    generation: str
    gate: GateId
    capture: CaptureId | None = None
    since: datetime | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the address was confirmed in this browser."""
        return self.capture is None


def gate_cookie(gate: str) -> str:
    """The name of the cookie with the gate pass of one gate."""
    return f"leadlight_gate_{hashlib.sha256(gate.encode()).hexdigest()[:12]}"


def tab_cookie_name(gate: str) -> str:
    """The name of the cookie that waits for the code of one gate; another page's form does not disturb it."""
    return f"leadlight_tab_{hashlib.sha256(gate.encode()).hexdigest()[:12]}"


def lead_cookies(services: Services, lead: Lead, gate: GateId, *, shown: str = "") -> tuple[Cookie, ...]:
    """The pass of a confirmed lead; it replaces the gate pass. `shown` is its address as its owner knows it again."""
    token = services.tokens.sign(TokenUse.LEAD_PASS, {"lead": lead.id, "gen": lead.generation, "to": shown})
    life = LIFE[TokenUse.LEAD_PASS]
    return (
        Cookie(LEAD_PASS, token, life),
        Cookie(HINT, "1", life, readable=True),
        Cookie(gate_cookie(gate), "", timedelta(0)),
    )


def gate_cookies(services: Services, capture: Capture) -> tuple[Cookie, ...]:
    """The pass of one capture for one gate."""
    token = services.tokens.sign(TokenUse.GATE_PASS, _capture_facts(capture))
    life = LIFE[TokenUse.GATE_PASS]
    return (Cookie(gate_cookie(capture.gate), token, life), Cookie(HINT, "1", life, readable=True))


def tab_cookie(services: Services, capture: Capture, address: str) -> Cookie:
    """Binds the six digits to the browser that sent the form, and that has typed the address."""
    return tab_cookie_of(services, {**_capture_facts(capture), "to": masked(address)})


def tab_cookie_of(services: Services, said: Mapping[str, object]) -> Cookie:
    """The same for a tab that begins to wait now: what it waits for, and since when."""
    facts = {**said, "at": int(services.clock.now().timestamp())}
    gate = str(facts["gate"])
    return Cookie(tab_cookie_name(gate), services.tokens.sign(TokenUse.TAB, facts), LIFE[TokenUse.TAB])


def waits_for_mail(services: Services, cookies: Mapping[str, str], gate: str) -> bool:
    """Whether this browser has sent the form of that gate and may type the digits of its mail.

    The cookie alone is asked, never the store: the answer tells nothing of the address, not even whether it is known.
    """
    try:
        return services.tokens.read(TokenUse.TAB, cookies.get(tab_cookie_name(gate), ""))["gate"] == gate
    except BadToken:
        return False


def handed_over(services: Services, cookies: Mapping[str, str], to: LeadId) -> tuple[Cookie, ...]:
    """Ends the lead pass of somebody else: whoever typed an address of their own speaks for nobody but themselves.

    The pass alone is asked, never the store, which would make a submit from such a browser slower than another.
    """
    try:
        facts = services.tokens.read(TokenUse.LEAD_PASS, cookies.get(LEAD_PASS, ""))
    except BadToken:
        return ()
    return () if facts["lead"] == to else (Cookie(LEAD_PASS, "", timedelta(0)),)


def _capture_facts(capture: Capture) -> dict[str, object]:
    return {"lead": capture.lead_id, "gen": capture.generation, "capture": capture.id, "gate": capture.gate}


def pass_of(services: Services, cookies: Mapping[str, str]) -> Pass | None:
    """Whose browser this is. A pass that was forged, is over, or is of somebody erased since, is like none.

    Also while they are being erased: what comes by it would go with the rest.
    """
    try:
        facts = services.tokens.read(TokenUse.LEAD_PASS, cookies.get(LEAD_PASS, ""))
    except BadToken:
        return None
    lead = services.store.lead(LeadId(facts["lead"]))
    if lead is None or str(lead.generation) != facts["gen"] or lead.confirmed_at is None or lead.erased_at:
        return None
    return Pass(lead, facts.get("to", ""))


def opens(services: Services, lead: Lead, gate: str) -> bool:
    """Whether that gate is open to this lead, by itself or along its path."""
    manifest = open_bundle(services.files).manifest
    return is_open(GateId(gate), lead, manifest.series, manifest.gates)


def reader_of(services: Services, cookies: Mapping[str, str], gate: str) -> Reader:
    """Who this browser is for that gate. Raises `NotOpen`."""
    return _by_lead_pass(services, cookies, gate) or _by_gate_pass(services, cookies, gate)


def _by_lead_pass(services: Services, cookies: Mapping[str, str], gate: str) -> Reader | None:
    found = pass_of(services, cookies)
    if found is None or not opens(services, found.lead, gate):
        return None
    lead = found.lead
    return Reader(lead.id, str(lead.generation), GateId(gate), since=lead.created_at)


def _by_gate_pass(services: Services, cookies: Mapping[str, str], gate: str) -> Reader:
    try:
        facts = services.tokens.read(TokenUse.GATE_PASS, cookies.get(gate_cookie(gate), ""))
    except BadToken as error:
        raise NotOpen(gate) from error
    known = open_bundle(services.files).manifest.gates.get(GateId(gate))
    if facts["gate"] != gate or (known is not None and asks_a_rep(known)):  # of a time when none was asked
        raise NotOpen(gate)
    return Reader(LeadId(facts["lead"]), facts["gen"], GateId(gate), CaptureId(facts["capture"]))
