"""What stays of a timeline once its person is erased: the same figures, and nothing that leads back to anybody."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.test_figures_add_up import MENU
from tests.world import MONDAY

from leadlight.model.person import GateId, LeadId, Sealed
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules import past
from leadlight.rules.figures import COUNTED, figures_of
from leadlight.rules.past import KEPT, OUTCOME, TOLD_APART, past_of
from leadlight.rules.turns import HANDED

RULES = Path(past.__file__).parent
NOBODY = LeadId("nobody")
GATES = (GateId("course/a"), GateId("course/b"))
MORE = (
    (TouchKind.CAPTURED, {"capture": "c0ffee", "unlock": "form", "source": "google/spring"}),
    (TouchKind.SKIPPED, {"sequence": "course", "step": "02", "reason": HANDED}),
    (TouchKind.SKIPPED, {"sequence": "course", "step": "02", "reason": "their words"}),
    (TouchKind.FACT, {"name": "trial.used", "id": "anna-7"}),
    (TouchKind.DOWNLOADED, {"file": "anna-7"}),
    (TouchKind.FEEDBACK, {"id": "anna-7", "aim": "page:course/a"}),
    (TouchKind.RESOLVED, {"what": "step/course@v1/s/01", "found": "unsent", "sequence": "course", "step": "01"}),
    (TouchKind.NOTED, {"outcome": "t3", "channel": "call", "why_not": "lost"}),
)


def named(touch_id: str) -> str:
    return sha256(touch_id.encode()).hexdigest()[:8]


def timeline(seed: int) -> list[Touch]:
    """Thirty things in any order, several in one moment."""
    dice = random.Random(seed)
    lead = LeadId("anna")
    return [
        Touch(
            f"t{number}", lead, kind, MONDAY + timedelta(days=dice.randrange(12)),
            objective=dice.choice([None, *Objective]), quality=dice.randrange(4), gate=dice.choice(GATES),
            by="ola", facts=facts, sealed=Sealed("k", b"secret"),
        )
        for number, (kind, facts) in enumerate(dice.choices([*MENU, *MORE], k=30))
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_the_figures_are_the_same(seed: int) -> None:
    touches = timeline(seed)

    kept = past_of(touches, to=NOBODY, named=named)

    assert figures_of(kept, gates={}) == figures_of(touches, gates={}) != {}


def test_nothing_leads_back_to_the_person() -> None:
    touches = timeline(1)

    kept = past_of(touches, to=NOBODY, named=named)

    assert {touch.lead_id for touch in kept} == {NOBODY}
    assert {touch.sealed for touch in kept} == {None}
    assert {touch.kind for touch in kept} <= COUNTED
    assert not {touch.id for touch in kept} & {touch.id for touch in touches}
    said = [text for touch in kept for text in touch.facts.values()]
    assert not {"c0ffee", "anna-7", "their words"} & set(said)


def test_the_same_touches_get_the_same_names_whatever_their_order() -> None:
    touches = timeline(2)

    kept = past_of(touches, to=NOBODY, named=named)

    assert past_of(reversed(touches), to=NOBODY, named=named) == kept


def test_an_outcome_and_what_was_added_to_it_stay_together() -> None:
    contact = Touch("outcome/7", LeadId("anna"), TouchKind.OUTCOME, MONDAY)
    added = replace(contact, id="noted/1", kind=TouchKind.NOTED, facts={"outcome": contact.id})

    first, second = past_of([added, contact], to=NOBODY, named=named)

    assert {first.kind, second.kind} == {TouchKind.OUTCOME, TouchKind.NOTED}
    assert {touch.facts.get("outcome") for touch in (first, second)} & {first.id, second.id}


@pytest.mark.parametrize("rule", ["figures", "credit", "talk"])
def test_every_fact_that_the_report_asks_for_is_kept(rule: str) -> None:
    asked = set(re.findall(r'(?:facts(?:\.get\(|\[)|last\()"(\w+)"', (RULES / f"{rule}.py").read_text()))

    assert asked
    assert asked <= KEPT | {OUTCOME, *TOLD_APART}
