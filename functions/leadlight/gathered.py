"""Where do the lines for those who write lie together, so that a page need not look through every lead for them?

On the timeline of a name that is no lead's, filled by `figures` when a lead has a new one, read by `topics`. A line
stands there under its own name, with what it is aimed at and which rep said it: not of whom. It is sealed anew, under
the key that it had, so with its lead's keys its words are gone here, too; `rights` then takes out what nobody can open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leadlight.errors import LostKey
from leadlight.model.person import LeadId
from leadlight.model.touch import Touch, TouchKind
from leadlight.ports import Services
from leadlight.vault import seal, unseal

LINES = LeadId("lines")

TEXT = "text"


@dataclass(frozen=True, slots=True)
class Gathered:
    """One line: `text` is empty where its lead was erased, `done` whether somebody has taken it up."""

    touch: Touch
    text: str
    done: bool


def gather(services: Services, touches: Iterable[Touch]) -> None:
    """Adds the lines of a timeline, and which of them were taken up. Twice is once."""
    found = [_taken_up(t) if t.kind is TouchKind.FEEDBACK_DONE else _line(services, t) for t in touches]
    if kept := [touch for touch in found if touch]:
        services.store.keep_past(kept)


def blank(services: Services, touches: Iterable[Touch]) -> None:
    """Leaves of the lines of a timeline nothing but that they were said, once its keys are shredded. Twice is once."""
    if lines := [replace(_bare(t), by=t.by) for t in touches if t.kind is TouchKind.FEEDBACK]:
        services.store.keep_past(lines)


def gathered(services: Services) -> tuple[Gathered, ...]:
    """All lines there are, oldest first."""
    found = services.store.touches(LINES)
    done = {touch.facts["id"] for touch in found if touch.kind is TouchKind.FEEDBACK_DONE}
    lines = [touch for touch in found if touch.kind is TouchKind.FEEDBACK]
    secrets = services.keys.secrets([touch.sealed.key_id for touch in lines if touch.sealed])
    return tuple(Gathered(touch, _words(touch, secrets), done=touch.facts.get("id") in done) for touch in lines)


def _words(touch: Touch, secrets: Mapping[str, bytes]) -> str:
    try:
        return unseal(touch.sealed, secrets=secrets, owner=LINES)[TEXT] if touch.sealed else ""
    except LostKey:
        return ""


def _line(services: Services, touch: Touch) -> Touch | None:
    """The line as it stands here; None for anything else, and for one of somebody who is being erased."""
    if touch.kind is not TouchKind.FEEDBACK or touch.sealed is None:
        return None
    key_id = touch.sealed.key_id
    secrets = services.keys.secrets([key_id])
    try:
        text = unseal(touch.sealed, secrets=secrets, owner=touch.lead_id).get(TEXT, "")
    except LostKey:
        return None
    sealed = seal({TEXT: text}, key_id=key_id, secret=secrets[key_id], owner=LINES)
    return replace(_bare(touch), by=touch.by, sealed=sealed)


def _taken_up(touch: Touch) -> Touch | None:
    return _bare(touch) if "id" in touch.facts else None


def _bare(touch: Touch) -> Touch:
    facts = {name: touch.facts[name] for name in ("id", "aim") if name in touch.facts}
    return Touch(touch.id, LINES, touch.kind, touch.at, facts=facts)
