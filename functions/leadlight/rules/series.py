"""Which pages does one confirmation open, and what comes next on a path? Pure; asked by visitors' parts and mails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from leadlight.model.lead import Lead
from leadlight.model.person import GateId
from leadlight.model.site import Gate, GateKind, Unlock

Paths = Mapping[str, Sequence[GateId]]
Gates = Mapping[GateId, Gate]


def opened_with(gate: GateId, paths: Paths, gates: Gates) -> tuple[GateId, ...]:
    """The gate, and every other of its path that takes no more than a confirmed address."""
    known = gates.get(gate)
    path = paths.get(known.series, ()) if known and known.series else ()
    return (gate, *(other for other in path if other != gate and _opens_along(gates.get(other))))


def is_open(gate: GateId, lead: Lead, paths: Paths, gates: Gates) -> bool:
    """Whether it is open to this lead: itself, or along with another of its path, also where it was added since.

    Who waited for it has it open once it is written, but where a rep opens it. A page that is not written yet is open,
    with the word that one is on the list, to who waits for it: who has read what was there before does not.
    """
    known = gates.get(gate)
    if known is not None and gate in lead.waits and not asks_a_rep(known):
        return True
    if known is not None and is_unwritten(known):
        return False
    if gate in lead.grants:
        return True
    return _opens_along(known) and any(
        other in lead.grants or other in lead.waits for other in opened_with(gate, paths, gates) if other != gate
    )


class Yes(StrEnum):
    """What a confirmed address does for somebody at a gate."""

    OPENS = "opens"
    LISTS = "lists"  # nobody has written it yet: they hear of it
    ASKS = "asks"  # a rep opens it, and has not


def yes_to(gate: GateId, gates: Gates, *, granted: Collection[GateId] = (), language: str = "") -> Yes:
    """What it does for who has been `granted` these, so that no mail and no button promises another thing."""
    known = gates.get(gate)
    if known is None:
        return Yes.OPENS
    if known.variants.get(language, known).kind is GateKind.WAITLIST:
        return Yes.LISTS
    return Yes.ASKS if asks_a_rep(known) and gate not in granted else Yes.OPENS


def is_unwritten(gate: Gate) -> bool:
    """Whether nobody has written it yet, in any language."""
    return all(spoken.kind is GateKind.WAITLIST for spoken in (gate, *gate.variants.values()))


def asks_a_rep(gate: Gate) -> bool:
    """Whether what is written of it, in any language, is opened by a rep."""
    written = (spoken for spoken in (gate, *gate.variants.values()) if spoken.kind is not GateKind.WAITLIST)
    return any(spoken.unlock is Unlock.REP for spoken in written)


def _opens_along(gate: Gate | None) -> bool:
    return gate is not None and gate.unlock is not Unlock.REP and gate.kind is not GateKind.WAITLIST
