"""Which pages does one confirmation open, and what comes next on a path? Pure; asked by visitors' decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from leadlight.model.person import GateId
from leadlight.model.site import Gate, GateKind, Unlock

Paths = Mapping[str, Sequence[GateId]]
Gates = Mapping[GateId, Gate]


def opened_with(gate: GateId, paths: Paths, gates: Gates) -> tuple[GateId, ...]:
    """The gate, and every other of its path that takes no more than a confirmed address."""
    known = gates.get(gate)
    path = paths.get(known.series, ()) if known and known.series else ()
    return (gate, *(other for other in path if other != gate and _opens_along(gates.get(other))))


def is_open(gate: GateId, granted: Collection[GateId], paths: Paths, gates: Gates) -> bool:
    """Whether it is open to who was granted these: itself, or another of its path, also where it was added since."""
    if gate in granted:
        return True
    return _opens_along(gates.get(gate)) and any(
        other in granted for other in opened_with(gate, paths, gates) if other != gate
    )


def _opens_along(gate: Gate | None) -> bool:
    return gate is not None and gate.unlock is not Unlock.REP and gate.kind is not GateKind.WAITLIST
