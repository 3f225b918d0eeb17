"""What do reps tell those who write, and which of it has been taken up?

Called by `leadlight feedback`, the report, the weekly mail of `digest`, and at ticks after a build that names lines as
taken up; `taken_up` tells the rep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadlight.decide import decide
from leadlight.errors import LostKey, MissingBundle
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import GateId, LeadId
from leadlight.model.site import FeedbackDone
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.profile import sealed_fields

PRODUCT = "product"
"""What a line is aimed at that is about neither a page nor a step."""

SEEN = "feedback-done"
"""The note that holds which lines the last look found taken up."""

TOLD = "feedback.done/"
"""Begins the id of the touch that says so, and goes on with the id of the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rep's. `id` is short enough to be said aloud; `aim` is `page:<gate>`, `step:<sequence>/<slug>` or
    `product`, and `about` says the same in words."""

    id: str
    aim: str
    about: str
    text: str
    by: str
    at: datetime
    lead: LeadId
    done: bool


def lines(services: Services, *, since: datetime | None = None) -> tuple[Line, ...]:
    """All lines, by what they are aimed at, then the oldest first. Looks through every lead: for no request."""
    bundle = open_bundle(services.files)
    given = [(lead, touch) for lead, touch in _given(services) if since is None or touch.at >= since]
    found = [_line(services, bundle, lead, touch) for lead, touch in given]
    return tuple(sorted(found, key=lambda line: (line.aim, line.at, line.id)))


def note_done(services: Services, *, may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Writes down which lines commits have taken up since the last look, and has their reps told, each once.

    False if there was no time to look through all leads: ask again. Cheap where no build has named anything new.
    """
    bundle = open_bundle(services.files)
    done = {each.id: each for each in bundle.manifest.feedback_done}
    said = " ".join(sorted(done))
    if (services.store.note(SEEN) or "") == said:
        return True
    for lead, touch in _given(services):
        if not may_go_on():
            return False
        if taken := done.get(touch.facts.get("id", "")):
            _note(services, lead, touch, taken)
    services.store.set_note(SEEN, said)
    return True


def about(bundle: Bundle, aim: str) -> str:
    """What a line is aimed at, as people call it."""
    kind, _, name = aim.partition(":")
    if kind == "page":
        gate = bundle.manifest.gates.get(GateId(name))
        return f"the page “{gate.title}”" if gate else f"the page {name}"
    if kind == "step":
        return f"the step {name}" + (f", “{subject}”" if (subject := _subject(bundle, name)) else "")
    return "the product"


def words_of(services: Services, touch: Touch) -> str:
    """What the rep wrote; nothing once the lead is erased."""
    try:
        return sealed_fields(services, touch).get("text", "")
    except LostKey:  # erased since
        return ""


def those_who_write(team: Team) -> Sequence[Person]:
    """Who hears of lines: the marketers of the team, or the manager where nobody is one."""
    return [person for person in team.people if person.marketer] or [team.manager]


def grouped(found: Sequence[Line]) -> Mapping[str, Sequence[Line]]:
    """The lines by what they are aimed at, in words; as they come."""
    groups: dict[str, list[Line]] = {}
    for line in found:
        groups.setdefault(line.about, []).append(line)
    return groups


def _line(services: Services, bundle: Bundle, lead: Lead, touch: Touch) -> Line:
    line, aim = touch.facts.get("id", ""), touch.facts.get("aim", PRODUCT)
    return Line(
        id=line,
        aim=aim,
        about=about(bundle, aim),
        text=words_of(services, touch),
        by=bundle.team.person(touch.by).name,
        at=touch.at,
        lead=lead.id,
        done=any(told.id == f"{TOLD}{line}" for told in services.store.touches(lead.id)),
    )


def _given(services: Services) -> Iterator[tuple[Lead, Touch]]:
    """Every line there is. Only of a lead that is somebody's can anything have been said."""
    for lead in services.store.leads():
        if lead.owner is not None:
            yield from ((lead, t) for t in services.store.touches(lead.id) if t.kind is TouchKind.FEEDBACK)


def _note(services: Services, lead: Lead, given: Touch, taken: FeedbackDone) -> None:
    """The touch and the mail's row; nothing if they are there."""

    def note(lead: Lead) -> Change | None:
        touches = services.store.touches(lead.id)
        touch_id = f"{TOLD}{taken.id}"
        if any(touch.id == touch_id for touch in touches):
            return None
        now = services.clock.now()
        facts = {"id": taken.id, "commit": taken.commit, "aim": given.facts.get("aim", PRODUCT)}
        touch = Touch(touch_id, lead.id, TouchKind.FEEDBACK_DONE, now, gate=given.gate, facts=facts)
        return Change(
            lead=lead,
            touches=(touch,),
            due=(Due(lead.id, lead.generation, DueKind.MAIL, f"feedback/{touch_id}", now),),
        )

    decide(services, lead.id, str(lead.generation), note)


def _subject(bundle: Bundle, name: str) -> str:
    sequence, _, slug = name.partition("/")
    ref = bundle.manifest.sequences.get(sequence)
    try:
        steps = bundle.sequence_version(ref.version).steps if ref else ()
    except MissingBundle:
        return ""
    return next((step.subject for step in steps if step.slug == slug), "")
