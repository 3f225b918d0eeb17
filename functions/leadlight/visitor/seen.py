"""A stranger has read the open part of a gated page, has seen its form, or was let through by its meter. Called by
`handlers.on_visitor_request`.

It is counted, and that is all: no cookie, no identity, nothing kept of the visit but three whole numbers. How often one
network may be counted a day is bounded, so that nobody makes a page look busy from one desk; what is beyond that, or
makes no sense, is passed over in silence. A large office counts as less than it is: that is the price.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import timedelta

from leadlight.model.exchange import Budget
from leadlight.model.figures import Cell, Funnel, week_of
from leadlight.model.person import GateId
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.figures import FREE, SITE, abouts, gates_of
from leadlight.visitor.passes import LEAD_PASS, gate_cookie

COUNTS = (Funnel.TEASER, Funnel.FORM, FREE)
AT_MOST = 50
"""So often is one network counted a day, for each page and each of the three."""


def seen(services: Services, values: Mapping[str, str], *, network: str, cookies: Collection[str]) -> None:
    """Counts `what` at `gate`, if that is a stranger's doing. `cookies`: the names of those that came along.

    Whoever has a pass is no stranger; whether it is good for anything does not matter here.
    """
    gate_id, what = GateId(values.get("gate", "")), values.get("what", "")
    manifest = open_bundle(services.files).manifest
    gate, gates = manifest.gates.get(gate_id), gates_of(manifest)
    if what not in COUNTS or gate is None or {LEAD_PASS, gate_cookie(gate_id)} & set(cookies):
        return
    if what == FREE and gate.meter is None:
        return
    if not services.settings.budgets or services.store.count(_budget(services, network, gate_id, what)):
        week = week_of(services.clock.now())
        services.store.add_to_totals({Cell(week, about, what).name: 1 for about in (SITE, *abouts(gate_id, gates))})


def _budget(services: Services, network: str, gate: GateId, what: str) -> Budget:
    """The network's counter of today. Its name is a keyed hash: it tells nobody who was where."""
    day = services.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    who = hashlib.sha256(services.settings.lead_key + f"{network}\n{gate}".encode()).hexdigest()[:20]
    return Budget(f"seen/{who}/{what}/{day:%Y-%m-%d}", AT_MOST, day + timedelta(days=1))
