"""Who keeps the report's figures true to the timelines? Called by `on_change` for each lead with something new on it.

A lead is counted as a whole, by all of its timeline, and only the difference to what was counted before gets into the
totals: so it does not matter what came twice, late or in which order. Operators have everything counted anew by
`rebuild`; whoever erases a lead calls `forget`.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadlight.errors import Conflict, StoreBusy
from leadlight.gathered import gather
from leadlight.model.figures import About, Cell, Figures, Funnel, difference
from leadlight.model.person import GateId, LeadId
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.figures import FREE, figures_of, gates_of

STRANGERS = frozenset({Funnel.TEASER, Funnel.FORM, FREE})
"""What is no lead's doing: nobody can count it again."""

TRIES = 5
AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many leads were counted, of how many the figures were not as their timelines are, how many totals were off.

    `off` is None where so much went on meanwhile that the totals could not be compared: try again at a quieter time.
    """

    leads: int
    changed: int
    off: int | None


def gates_now(services: Services) -> Mapping[GateId, About]:
    """What gates belong to, by the bundle as it is."""
    return gates_of(open_bundle(services.files).manifest)


def roll_up(services: Services, lead_id: LeadId, gates: Mapping[GateId, About]) -> bool:
    """Counts that lead; says whether anything was new. Raises `StoreBusy`.

    Of a lead without a timeline what was counted stays: it is being erased.
    """
    return _counted(services, lead_id, gates, also_nothing=False)


def _counted(services: Services, lead_id: LeadId, gates: Mapping[GateId, About], *, also_nothing: bool) -> bool:
    store = services.store
    for _ in range(TRIES):
        before = store.figures(lead_id)  # before the timeline: who has counted since has counted at least as much
        touches = store.touches(lead_id)
        cells = figures_of(touches, gates=gates)
        if not (touches or also_nothing) or cells == (before.cells if before else {}):
            return False
        new = difference(before or Figures(lead_id), cells)
        if any(Cell.of(name).about.startswith("feedback/") for name in new):
            gather(services, touches)
        try:
            store.keep_figures(Figures(lead_id, cells), before=before)
        except Conflict:
            continue
        if before or also_nothing or store.touches(lead_id):
            return True
        also_nothing = True  # erased since its timeline was read, and nothing was counted yet that could have told
    raise StoreBusy("This lead is being counted too often at once. Try again.")


def rebuild(services: Services, *, told: Callable[[int], object] = int) -> Rebuilt:
    """Counts every lead anew, and puts right what the totals have too much or too little; strangers stay as counted.

    Safe while everything else goes on, and at any time again. After a page has moved to another path or buyer, it takes
    its past along. `told` is called with the number of leads counted so far.
    """
    gates = gates_now(services)
    known: set[LeadId] = set()
    changed = 0
    for lead in services.store.leads():
        known.add(lead.id)
        changed += roll_up(services, lead.id, gates)
        told(len(known))
    erased = [each.lead_id for each in services.store.all_figures() if each.lead_id not in known]
    changed += sum(roll_up(services, name, gates) for name in erased)
    return Rebuilt(len(known), changed, _put_right(services))


def forget(services: Services, lead_id: LeadId, to: LeadId | None = None) -> LeadId:
    """From now on what a lead has added to the totals is that of a name which nobody can lead back to a person.

    For whoever erases: to be called once what may stay of the timeline is kept under the new name, which is returned; a
    name for `to` if it has to be the same at a second try. Twice is once. Until the lead's own touches are gone
    somebody may count them again: `settle` takes that back.
    """
    nobody = to or LeadId(base64.b32encode(services.random(16)).decode().rstrip("=").lower())
    if services.store.figures(nobody) is None:
        services.store.rekey_figures(lead_id, nobody)
    roll_up(services, nobody, gates_now(services))
    return nobody


def settle(services: Services, lead_id: LeadId) -> None:
    """What a lead adds to the totals is what its timeline says, also where that is gone. Raises `StoreBusy`."""
    _counted(services, lead_id, gates_now(services), also_nothing=True)


def _put_right(services: Services) -> int | None:
    """Adds to the totals what the sums over all figures have more, if nothing was counted while these were taken."""
    store = services.store
    for _ in range(TRIES):
        before = store.totals()
        sums: Counter[str] = Counter()
        for each in store.all_figures():
            sums.update(each.cells)
        if store.totals() == before:
            kept = {name: n for name, n in before.items() if Cell.of(name).what not in STRANGERS}
            wrong = list(difference(Figures(LeadId(""), kept), sums).items())
            for start in range(0, len(wrong), AT_ONCE):
                store.add_to_totals(dict(wrong[start : start + AT_ONCE]))
            return len(wrong)
    return None
