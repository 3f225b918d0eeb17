"""Which touches are told to other systems, and how much of each? Asked by `on_change` for every new touch.

An event holds only the facts listed here for its type, whatever else a touch comes to carry. Receivers rely on the
JSON Schemas in `infra/events/`, which say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from leadlight.model.event import Event
from leadlight.model.site import Unlock
from leadlight.model.touch import Touch, TouchKind

UNLOCKED = "content.unlocked"

TOLD: Mapping[TouchKind, tuple[str, ...]] = {
    TouchKind.CAPTURED: ("gate", "capture", "unlock"),
    TouchKind.CONFIRMED: ("gate", "capture", "how", "wording"),
    TouchKind.DOWNLOADED: ("gate", "file", "confirmed"),
    TouchKind.ASKED: ("gate", "confirmed"),
    TouchKind.CALL_WANTED: ("gate", "confirmed", "call", "at"),
    TouchKind.SENT: ("gate", "what", "sequence", "version", "step", "encounter", "objective"),
    TouchKind.PARKED: ("gate", "what", "sequence", "version", "step", "encounter", "objective"),
    TouchKind.NOTIFIED: ("what", "cause", "by"),
    TouchKind.CLAIMED: ("by", "objective"),
    TouchKind.OUTCOME: (
        "by", "objective", "achieved", "why_not", "next_at", "stage", "value", "authority", "minutes", "objections",
        "channel",
    ),
    TouchKind.STAGE_CHANGED: ("from", "to", "why", "by", "gate", "value"),
    TouchKind.HEATED: ("why", "gate"),
    TouchKind.FEEDBACK: ("by", "id", "aim", "gate"),
    TouchKind.OFFER_ANSWERED: ("gate", "answer"),
    TouchKind.UNSUBSCRIBED: (),
    TouchKind.ERASED: (),
}  # fmt: skip
"""The facts of each kind that is told, under the kind's own name. A reading, a sign-in or a step left out is not."""


HOW = {TouchKind.CAPTURED: "form", TouchKind.CONFIRMED: "confirmation", TouchKind.CLAIMED: "approval"}
"""What opened a gate."""


def events_of(touch: Touch) -> tuple[Event, ...]:
    """The events that a new touch is told by: none, one, or one more for each gate that it opened."""
    return tuple(_events(touch))


def _events(touch: Touch) -> Iterator[Event]:
    if touch.kind in TOLD:
        facts = _facts(touch)
        yield _event(touch, touch.kind.value, {name: facts[name] for name in TOLD[touch.kind] if facts.get(name)})
    for gate in _opened(touch):
        yield _event(touch, UNLOCKED, {"gate": gate, "how": HOW[touch.kind]})


def _opened(touch: Touch) -> list[str]:
    """The gates that a touch opened: at the form, by confirming, or by a rep's approval."""
    if touch.kind is TouchKind.CAPTURED and touch.gate:
        return [touch.gate] if touch.facts.get("unlock") == Unlock.FORM else []
    return touch.facts.get("opens", "").split("\n") if touch.kind in HOW and touch.facts.get("opens") else []


def _facts(touch: Touch) -> Mapping[str, str]:
    """Everything that could be told, by name."""
    own = {"gate": touch.gate, "by": touch.by, "encounter": touch.encounter, "objective": touch.objective}
    return {**touch.facts, **{name: str(value) for name, value in own.items() if value is not None}}


def _event(touch: Touch, kind: str, facts: Mapping[str, str]) -> Event:
    """Its id is the same for the same touch, so receivers know a repetition; it tells nothing by itself."""
    fact = "\n".join((touch.lead_id, touch.id, kind, facts.get("gate", "")))
    return Event(hashlib.sha256(fact.encode()).hexdigest()[:32], kind, touch.at, touch.lead_id, facts)
