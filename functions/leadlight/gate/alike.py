"""Do the languages of a gate open alike? Called by the plugin and by `leadlight check`, for all gated pages together.

Who opens a gate in one language has it open in all of them: a weaker key in one of them would be the key to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leadlight.errors import Problem
from leadlight.model.person import GateId
from leadlight.model.site import Meter
from leadlight.playbook.front import GateFront, gate_id, spoken_by
from leadlight.playbook.source import Playbook, unlock_of

_TO_ALL = "holds for all languages of a gate"


def differing(fronts: Iterable[GateFront], playbook: Playbook) -> Iterator[Problem]:
    """Keys by which one language of a gate would open, or stand, otherwise than another."""
    by_id: dict[GateId, list[GateFront]] = {}
    for front in fronts:
        by_id.setdefault(front.id, []).append(front)
    for same in by_id.values():
        own = min(same, key=_order)
        yield from (problem for front in same if front is not own for problem in _between(front, own, playbook))


def _order(front: GateFront) -> tuple[bool, bool, str]:
    """The page that the gate is called after comes first, and the one whose name says no language."""
    return gate_id(front.file) != front.id, bool(spoken_by(front.file)), front.file


def _between(front: GateFront, own: GateFront, playbook: Playbook) -> Iterator[Problem]:
    theirs = _keys(own, playbook)
    for key, value in _keys(front, playbook).items():
        if value == theirs[key]:
            continue
        there = f"`{key}: {theirs[key]}`" if theirs[key] else f"no `{key}`"
        here = f"`{key}: {value}`" if value else f"no `{key}`"
        message = f"{here} here, {there} in {own.file}, and it {_TO_ALL}; say the same in both"
        yield Problem(front.file, front.lines[key], message)
    mine, original = (playbook.forms.get(each.form) for each in (front, own))
    if mine and original and mine.consent != original.consent:
        message = (
            f"`{mine.name}` has `consent: {mine.consent}`, `{original.name}` of {own.file} has "
            f"`{original.consent}`, and that {_TO_ALL}; name a form with the same"
        )
        yield Problem(front.file, front.lines["form"], message)


def _keys(front: GateFront, playbook: Playbook) -> Mapping[str, str]:
    """What has to be the same, as it would be written."""
    return {
        "unlock": str(unlock_of(front, playbook)),
        "kind": str(front.kind),
        "meter": _written(front.meter),
        "series": front.series or "",
        "part": str(front.part or ""),
        "trial": front.trial,
        "disposable": front.disposable,
    }


def _written(meter: Meter | None) -> str:
    return f"{meter.count}/{meter.per}" if meter else ""
