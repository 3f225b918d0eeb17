"""What does one lead add to the report? Pure: its timeline in, whole numbers out. Asked by `leadlight.figures`.

What counts, as what, and in which week, stands in `model.figures`. Only the set of touches matters, so whatever order
they come in, and however often, the figures are the same. A wish for a call that was taken back counts for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from leadlight.model.figures import WAITS, About, Cell, Funnel, week_of
from leadlight.model.lead import Stage
from leadlight.model.person import CallKind, GateId
from leadlight.model.site import TRIAL, Manifest, Unlock
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.credit import (
    LEAVING,
    contacts_in,
    driven_off,
    effective,
    has_moved,
    mails_in,
    signs_in,
    spoke,
    step_of,
)
from leadlight.rules.source import DIRECT
from leadlight.rules.talk import taken_back, talks
from leadlight.rules.turns import HANDED

SITE = "site"
UNSAID = "unsaid"
ADDED, LOST, STOPPED = "added", "lost", "stopped"
TRIED, FREE = "tried", "free"
LINES = {TouchKind.FEEDBACK: "given", TouchKind.FEEDBACK_DONE: "done"}
"""What a rep has for those who write, and that it was taken up."""

COMING = frozenset({Funnel.SUBMITTED, ADDED})
"""What may be long before a lead confirms: it belongs to no cohort."""

SOLD = (Stage.CUSTOMER, Stage.REPEAT)
COMES_BY = (TouchKind.CAPTURED, TouchKind.CONFIRMED, TouchKind.IMPORTED, TouchKind.ADDED)
"""Whoever comes says, or is said, to come from somewhere."""

COUNTED = frozenset(
    {
        *COMES_BY, *LEAVING, TouchKind.CLAIMED, TouchKind.READ, TouchKind.DOWNLOADED, TouchKind.ASKED,
        TouchKind.CALL_WANTED, TouchKind.SENT, TouchKind.PARKED, TouchKind.SKIPPED, TouchKind.RESOLVED,
        TouchKind.OUTCOME, TouchKind.NOTED, TouchKind.REPLIED, TouchKind.OFFER_ANSWERED, TouchKind.SATISFACTION,
        TouchKind.FACT, TouchKind.STAGE_CHANGED, TouchKind.FEEDBACK, TouchKind.FEEDBACK_DONE,
    }
)  # fmt: skip
"""The kinds of touches that can change a figure. Of all others nobody need ask."""

Found = Iterator[tuple[Cell, int]]


@dataclass(frozen=True, slots=True)
class Contact:
    """What a rep has written down about one contact, at once and later; or a note by itself, which is no contact."""

    touches: tuple[Touch, ...]

    @property
    def first(self) -> Touch:
        return self.touches[0]

    @property
    def is_contact(self) -> bool:
        return self.first.kind is TouchKind.OUTCOME

    def last(self, fact: str) -> str:
        """What was said last; empty if it was never said."""
        return next((t.facts[fact] for t in reversed(self.touches) if t.facts.get(fact)), "")

    @property
    def minutes(self) -> int | None:
        return int(said) if (said := self.last("minutes")).isdecimal() else None

    @property
    def about(self) -> tuple[str, ...]:
        """What it counts for."""
        by = (f"person/{self.first.by}",) if self.first.by else ()
        return (f"contact/{self.first.objective or UNSAID}/{self.last('channel') or UNSAID}", *by)

    @property
    def named(self) -> tuple[str, ...]:
        """The why not, and every objection once."""
        objections = (name for touch in self.touches for name in touch.facts.get("objections", "").split(",") if name)
        why = (f"why/{self.last('why_not')}",) if self.last("why_not") else ()
        return (*why, *dict.fromkeys(f"objection/{name}" for name in objections))


def gates_of(manifest: Manifest) -> Mapping[GateId, About]:
    """What each gate belongs to, by the manifest as it is now."""
    return {
        gate_id: About(gate.series or about_gone(gate_id).path, gate.buyer or "")
        for gate_id, gate in manifest.gates.items()
    }


def about_gone(gate: GateId) -> About:
    """What a gate belongs to that the manifest does not know any more: its first folder, if it lay in one."""
    folder, slash, _ = gate.partition("/")
    return About(folder if slash else "")


def figures_of(touches: Iterable[Touch], *, gates: Mapping[GateId, About]) -> Mapping[str, int]:
    """The cells of one lead by name, each above 0; in the order of their names."""
    found = sorted({touch.id: touch for touch in touches}.values(), key=lambda touch: (touch.at, touch.id))
    gone = taken_back(found)
    timeline = [touch for touch in found if touch.id not in gone]
    cells: Counter[str] = Counter()
    parts = (_costs(timeline), _steps(timeline), _pages(timeline), _efforts(timeline), _lines(timeline))
    for cell, count in chain(_funnel(timeline, gates), *parts):
        cells[cell.name] += count
    return {name: cells[name] for name in sorted(cells) if cells[name]}


def abouts(gate: GateId | None, gates: Mapping[GateId, About]) -> tuple[str, ...]:
    """What something counts for that happened at that gate, beside the whole site."""
    if not gate:
        return ()
    about = gates.get(gate) or about_gone(gate)
    beside = {"path": about.path, "buyer": about.buyer}
    return (f"gate/{gate}", *(f"{kind}/{name}" for kind, name in beside.items() if name))


def source_of(timeline: Sequence[Touch]) -> str:
    """The first source that is known; else they came by themselves."""
    said = (touch.facts.get("source") for touch in timeline if touch.kind in COMES_BY)
    return next((source for source in said if source), DIRECT)


def brought_by(timeline: Sequence[Touch]) -> GateId | None:
    """The gate that it counts for from its first talk on."""
    for kind in (TouchKind.CONFIRMED, TouchKind.CAPTURED, TouchKind.ADDED):
        if gate := next((touch.gate for touch in timeline if touch.kind is kind and touch.gate), None):
            return gate
    return None


def _funnel(timeline: Sequence[Touch], gates: Mapping[GateId, About]) -> Found:
    """How far it got: each place once for each thing that it counts for."""
    seen: set[tuple[str, str]] = set()
    first, source, cohort = brought_by(timeline), f"source/{source_of(timeline)}", _cohort(timeline)
    for touch in timeline:
        for what, gate in (*_at_gates(touch), *((what, first) for what in _later(touch))):
            for about in (SITE, source, *(() if what in COMING else cohort), *abouts(gate, gates)):
                if (about, what) not in seen:
                    seen.add((about, what))
                    yield Cell(week_of(touch.at), about, what), 1


def _cohort(timeline: Sequence[Touch]) -> tuple[str, ...]:
    """The week of its first confirmation, if there was one."""
    since = next((touch.at for touch in timeline if touch.kind is TouchKind.CONFIRMED), None)
    return (f"cohort/{week_of(since)}",) if since else ()


def _at_gates(touch: Touch) -> Iterator[tuple[str, GateId | None]]:
    """The places of the funnel up to `talked` and what stands beside them, and at which gate."""
    match touch.kind:
        case TouchKind.CAPTURED:
            yield Funnel.SUBMITTED, touch.gate
            if touch.facts.get("unlock") == Unlock.FORM:
                yield Funnel.UNLOCKED, touch.gate
        case TouchKind.CONFIRMED:
            yield Funnel.CONFIRMED, touch.gate
            yield from _opened(touch)
        case TouchKind.CLAIMED:
            yield from _opened(touch)
        case TouchKind.DOWNLOADED:
            yield TRIED if touch.facts.get("file") == TRIAL else Funnel.DOWNLOADED, touch.gate
        case TouchKind.IMPORTED | TouchKind.ADDED:
            yield ADDED, None
        case _:
            pass


def _opened(touch: Touch) -> Iterator[tuple[str, GateId | None]]:
    """A rep's word may open several."""
    yield from ((Funnel.UNLOCKED, GateId(gate)) for gate in touch.facts.get("opens", "").split("\n") if gate)


def _later(touch: Touch) -> Iterator[str]:
    """The places from `talked` on, and what stands beside them."""
    if talks(touch):
        yield Funnel.TALKED
    if touch.kind in LEAVING:
        yield STOPPED
    if touch.kind is TouchKind.STAGE_CHANGED:
        match touch.facts.get("to"):
            case Stage.OPPORTUNITY:
                yield Funnel.OPPORTUNITY
            case Stage.CUSTOMER | Stage.REPEAT:
                yield from (Funnel.OPPORTUNITY, Funnel.WON)
            case Stage.LOST:
                yield LOST


def _costs(timeline: Sequence[Touch]) -> Found:
    """Mails to the lead and a rep's minutes, before and after the first sale. The talk that sold was before."""
    sold = next((t.at for t in timeline if t.kind is TouchKind.STAGE_CHANGED and t.facts.get("to") in SOLD), None)

    def cell(at: datetime, what: str) -> Cell:
        return Cell(week_of(at), SITE, what if sold is None or at <= sold else f"{what}_kept")

    yield from ((cell(touch.at, "mails"), 1) for touch in timeline if touch.kind is TouchKind.SENT)
    for contact in contacts(timeline):
        if contact.minutes:
            yield cell(contact.first.at, "minutes"), contact.minutes
        elif contact.minutes is None and contact.is_contact:
            yield cell(contact.first.at, "untimed"), 1


def _steps(timeline: Sequence[Touch]) -> Found:
    """What became of each follow-up, and what it has effected."""
    mails = mails_in(timeline)
    moved = effective(mails, signs_in(timeline), contacts_in(timeline))
    left = driven_off(mails, timeline)
    for mail in mails:
        about = _step(mail.ref)
        yield Cell(week_of(mail.at), about, "sent"), 1
        yield Cell(week_of(mail.at), about, "progressed"), int(mail in moved)
        yield Cell(week_of(mail.at), about, STOPPED), int(mail in left)
    sent = {mail.ref for mail in mails}
    found_unsent = {step_of(touch) for touch in timeline if touch.facts.get("found") == "unsent"}
    for ref, at in {step_of(t): t.at for t in timeline if t.kind is TouchKind.PARKED and step_of(t)}.items():
        if ref not in sent | found_unsent:
            yield Cell(week_of(at), _step(ref), "parked"), 1
    for touch in timeline:
        if touch.kind is TouchKind.SKIPPED and (about := _left_out(touch)):
            yield Cell(week_of(touch.at), about, "handed" if touch.facts.get("reason") == HANDED else "skipped"), 1


def _step(ref: str) -> str:
    return f"step/{ref.partition('@')[0]}/{ref.rpartition('/')[2]}"


def _left_out(touch: Touch) -> str:
    """The step that was left out; empty for another mail."""
    facts = touch.facts
    return f"step/{facts['sequence']}/{facts['step']}" if "sequence" in facts and "step" in facts else ""


def _pages(timeline: Sequence[Touch]) -> Found:
    """Each page that was read, in the week of the first time."""
    signs = signs_in(timeline)
    read: dict[GateId, list[datetime]] = {}
    for touch in timeline:
        if touch.kind is TouchKind.READ and touch.gate:
            read.setdefault(touch.gate, []).append(touch.at)
    for gate, readings in read.items():
        yield Cell(week_of(readings[0]), f"page/{gate}", "read"), 1
        if has_moved(readings, gate, signs):
            yield Cell(week_of(readings[0]), f"page/{gate}", "progressed"), 1


def contacts(timeline: Sequence[Touch]) -> tuple[Contact, ...]:
    """What reps have written down, each contact with what was added to it later."""
    found: dict[str, list[Touch]] = {touch.id: [touch] for touch in timeline if touch.kind is TouchKind.OUTCOME}
    for touch in timeline:
        if touch.kind is TouchKind.NOTED:
            found.setdefault(touch.facts.get("outcome") or touch.id, []).append(touch)
    return tuple(Contact(tuple(said)) for said in found.values())


def _efforts(timeline: Sequence[Touch]) -> Found:
    """What reps did, heard, and how long the lead had to wait for them."""
    gate = brought_by(timeline)
    for contact in contacts(timeline):
        week = week_of(contact.first.at)
        for about in contact.about if contact.is_contact else ():
            yield Cell(week, about, "contacts"), 1
            yield Cell(week, about, "achieved"), int(contact.first.facts.get("achieved") == "yes")
            yield Cell(week, about, "minutes"), contact.minutes or 0
        for name in contact.named:
            yield from ((Cell(week, about, "named"), 1) for about in (name, *((f"{name}@{gate}",) if gate else ())))
    since = next((touch.at for touch in timeline if _may_be_spoken_to(touch)), None)
    first = next((touch.at for touch in timeline if since and spoke(touch) and touch.at >= since), None)
    if since and first:
        at_most = next(name for name, limit in WAITS.items() if limit is None or first - since <= limit)
        yield Cell(week_of(first), f"wait/{at_most}", "first"), 1


def _lines(timeline: Sequence[Touch]) -> Found:
    """What reps have said to those who write, by what it is aimed at."""
    said = ((touch, touch.facts.get("aim")) for touch in timeline if touch.kind in LINES)
    return ((Cell(week_of(touch.at), f"feedback/{aim}", LINES[touch.kind]), 1) for touch, aim in said if aim)


def _may_be_spoken_to(touch: Touch) -> bool:
    wants_call = touch.kind is TouchKind.CALL_WANTED and touch.facts.get("call") != CallKind.NO
    return wants_call or touch.kind is TouchKind.CONFIRMED
