"""What of a timeline may stay once its person is erased? Pure; asked by `rights.erasing`.

Only what the report counts: which step, page or contact, and when. It stands under a name that nobody can lead back to
a person, without the ids of anything else that is or was stored, and gives the same figures (`rules.figures`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby

from leadlight.model.person import LeadId
from leadlight.model.site import TRIAL
from leadlight.model.touch import Touch
from leadlight.rules.figures import COUNTED
from leadlight.rules.turns import HANDED

KEPT = frozenset(
    {
        "achieved", "aim", "answer", "call", "channel", "confirmed", "found", "from", "minutes", "name", "objections",
        "opens", "ref", "sequence", "source", "step", "to", "unlock", "what", "why_not",
    }
)  # fmt: skip
"""The facts that figures are made of: names that our own people gave to things, numbers, yes and no."""

OUTCOME = "outcome"
"""The id of another touch, which has another name now."""

TOLD_APART = {"reason": HANDED, "file": TRIAL}
"""Facts of which the report asks for one word alone."""


def past_of(touches: Iterable[Touch], *, to: LeadId, named: Callable[[str], str]) -> tuple[Touch, ...]:
    """The touches under the name `to`; `named` makes an id of an old one that leads nobody back.

    Of one moment they keep their order, by which the report goes.
    """
    counted = sorted((touch for touch in touches if touch.kind in COUNTED), key=lambda touch: (touch.at, touch.id))
    ids = {
        touch.id: f"{rank:03}-{named(touch.id)}"
        for _, same in groupby(counted, key=lambda touch: touch.at)
        for rank, touch in enumerate(same)
    }

    def renamed(touch_id: str) -> str:
        return ids.get(touch_id) or named(touch_id)

    return tuple(
        replace(touch, id=ids[touch.id], lead_id=to, facts=_facts(touch, renamed), sealed=None) for touch in counted
    )


def _facts(touch: Touch, renamed: Callable[[str], str]) -> dict[str, str]:
    kept = {name: text for name, text in touch.facts.items() if name in KEPT}
    if outcome := touch.facts.get(OUTCOME):
        kept[OUTCOME] = renamed(outcome)
    return kept | {name: word for name, word in TOLD_APART.items() if touch.facts.get(name) == word}
