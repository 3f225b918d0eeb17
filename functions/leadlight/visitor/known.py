"""What does a form show this visitor? Reads only; never tells an answer, and the address only as its owner knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadlight.errors import MissingBundle
from leadlight.model.person import GateId
from leadlight.model.site import Field, Gate, GateKind, Unlock, Wording
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.asking import Asked, asked_of_lead, asked_of_stranger
from leadlight.visitor.passes import opens, pass_of, waits_for_mail
from leadlight.visitor.returning import has_asked
from leadlight.words import N_, words_of


class Standing(StrEnum):
    """How somebody stands to a gate."""

    STRANGER = "stranger"
    KNOWN = "known"
    WAITS = "waits"  # for a rep to open it
    OPEN = "open"


OPEN, ASK, WAIT = N_("Open the whole page"), N_("Ask for the whole page"), N_("Put me on the list")
"""What the button says to somebody for whom no mail has to be read first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as this visitor gets it. `address` is None for a stranger; `mailed`: one who waits for the mail."""

    gate_id: GateId
    gate: Gate
    wording: Wording
    asked: Asked
    standing: Standing
    address: str | None
    mailed: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The questions, in the order of the form."""
        return tuple(field for field in self.gate.fields if field.name in self.asked.fields)

    @property
    def button(self) -> str:
        """The words on it, in the language of the page."""
        waits = self.gate.kind is GateKind.WAITLIST
        words = WAIT if waits else ASK if self.gate.unlock is Unlock.REP else OPEN
        return words_of(self.gate.language).gettext(words)

    @property
    def as_json(self) -> Mapping[str, object]:
        """What our script adapts the form by."""
        return {
            "address": (self.address or "…") if self.address is not None else None,
            "fields": self.asked.fields,
            "consent": self.asked.follow_ups,
            "news": self.asked.news,
            "button": self.button if self.address is not None else None,
            "waits": self.standing is Standing.WAITS,
            **({"mailed": True} if self.mailed else {}),
        }


def form_for(services: Services, cookies: Mapping[str, str], gate_id: str, *, language: str = "") -> Shown:
    """The form of that gate for whoever has these cookies. Raises `UnknownGate`."""
    bundle = open_bundle(services.files)
    named, gate = GateId(gate_id), bundle.gate(gate_id, language)
    wording = bundle.wording(gate.wording)
    if wording is None:
        raise MissingBundle(f"wording {gate.wording}")
    found = pass_of(services, cookies)
    if found is None:
        mailed = waits_for_mail(services, cookies, gate_id)
        return Shown(named, gate, wording, asked_of_stranger(gate, wording), Standing.STRANGER, None, mailed)
    standing = Standing.OPEN if opens(services, found.lead, gate_id) else Standing.KNOWN
    if standing is Standing.KNOWN and gate.unlock is Unlock.REP and has_asked(services, found.lead, gate_id):
        standing = Standing.WAITS
    return Shown(named, gate, wording, asked_of_lead(named, gate, wording, found.lead), standing, found.shown)
