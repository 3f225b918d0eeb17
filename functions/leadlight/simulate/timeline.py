"""What happened, when, to whom, and why? Read from what is stored after each moment: touches, the plan, the lead.

Nothing comes from a log. The same run gives the same timeline, byte by byte, and so the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.sequence import OpenHours, Sequence, Step, Window
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.cadence import hours_for
from leadlight.rules.steps import step_of
from leadlight.simulate.invariants import Observed

WHAT: Mapping[TouchKind, str] = {
    TouchKind.CAPTURED: "captured",
    TouchKind.CONFIRMED: "confirmed",
    TouchKind.READ: "read",
    TouchKind.DOWNLOADED: "downloaded",
    TouchKind.ASKED: "asked",
    TouchKind.CALL_WANTED: "call-wanted",
    TouchKind.SENT: "sent",
    TouchKind.PARKED: "parked",
    TouchKind.SKIPPED: "skipped",
    TouchKind.NOTIFIED: "notified",
    TouchKind.CLAIMED: "taken-over",
    TouchKind.HOLD_LAPSED: "hold-lapsed",
    TouchKind.OUTCOME: "outcome",
    TouchKind.UNSUBSCRIBED: "unsubscribed",
    TouchKind.PREFERRED: "preferred",
    TouchKind.PAUSED: "paused",
    TouchKind.RESUMED: "resumed",
    TouchKind.ENDED: "ended",
    TouchKind.RESOLVED: "resolved",
    TouchKind.REPLIED: "replied",
    TouchKind.AUTO_REPLIED: "auto-replied",
    TouchKind.ACCEPTED: "accepted",
    TouchKind.BOUNCED: "bounced",
    TouchKind.COMPLAINED: "complained",
}
"""What a touch is called here; those that only serve ourselves are left out."""

MAILS = {
    "optin": "the mail that asks to confirm",
    "delivery": "the mail with the way back",
    "notify": "the rep is told",
    "manager": "the manager is told",
    "relink": "a fresh link for the rep",
}
"""What a mail outside sequences is, by the first part of its row's name."""

HANDED_OVER = "handed to the rep"


@dataclass(frozen=True, slots=True)
class Entry:
    """`lead` is a made-up address, empty for the world. `step` is `sequence/slug`. `zone` is whose clock to show."""

    at: datetime
    lead: str
    what: str
    step: str = ""
    why: str = ""
    zone: str = "UTC"


def digest_of(entries: Iterable[Entry]) -> str:
    """SHA-256 of the timeline, as hexadecimal digits: the same for the same run on every machine."""
    return hashlib.sha256(msgspec.json.encode(list(entries), order="sorted")).hexdigest()


@dataclass
class Chronicle:
    """The timeline of one lead, grown by each look at it."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    _seen: Observed | None = None
    _told: set[str] = field(default_factory=set)

    def look(self, seen: Observed) -> None:
        """Adds what is new since the look before."""
        before, self._seen = self._seen, seen
        zone = hours_for(seen.lead, seen.team.hours).zone
        fresh = [touch for touch in seen.touches if touch.id not in self._told]
        self._told.update(touch.id for touch in fresh)
        for touch in fresh:
            if touch.kind in WHAT:
                self.entries.append(_from_touch(self.name, touch, seen, zone))
        for what, step, why in _changes(before, seen, fresh):
            self.entries.append(Entry(seen.now, self.name, what, step, why, zone))


def _from_touch(name: str, touch: Touch, seen: Observed, zone: str) -> Entry:
    sequence, slug = touch.facts.get("sequence", ""), touch.facts.get("step", "")
    step = f"{sequence}/{slug}" if slug else sequence
    what = WHAT[touch.kind]
    why = touch.facts.get("reason", "") or _why(touch, seen)
    if why == HANDED_OVER:
        what = "handed-over"
    return Entry(touch.at, name, what, step, why, zone)


def _why(touch: Touch, seen: Observed) -> str:
    match touch.kind:
        case TouchKind.SENT if touch.facts.get("step"):
            why = _why_sent(touch, seen)
        case TouchKind.SENT | TouchKind.NOTIFIED:
            why = _mail(touch.facts.get("what", ""))
        case TouchKind.CLAIMED:
            why = f"{touch.by} aims to {touch.objective}"
        case TouchKind.OUTCOME:
            why = _outcome(touch)
        case TouchKind.HOLD_LAPSED:
            why = f"{touch.by} wrote down no outcome"
        case TouchKind.PAUSED | TouchKind.PREFERRED:
            why = ", ".join(f"{key} {value}" for key, value in sorted(touch.facts.items()))
        case _:
            why = touch.gate or ""
    return why


def _why_sent(touch: Touch, seen: Observed) -> str:
    """The wait and the window that brought it, in the marketer's words."""
    version, slug = touch.facts.get("version", ""), touch.facts.get("step", "")
    sequence = seen.sequences.get(version)
    step = step_of(sequence, slug) if sequence else None
    if sequence is None or step is None:
        return ""
    since = "the unlock" if sequence.steps[0] == step else "the step before"
    return f"{step.wait} after {since}, {window_in_words(step)}; to {step.objective}"


def window_in_words(step: Step) -> str:
    """When a step may go out."""
    if isinstance(step.window, OpenHours):
        return f"between {step.window.start:%H:%M} and {step.window.end:%H:%M}"
    return "in working hours" if step.window is Window.WORKING_HOURS else "at any time"


def _mail(what: str) -> str:
    kind, _, ref = what.partition("/")
    if kind == DueKind.TASK:
        return "the rep is reminded"
    return MAILS.get(ref.partition("/")[0], what)


def _outcome(touch: Touch) -> str:
    achieved = touch.facts.get("achieved") == "yes"
    return f"{touch.by}: {touch.objective} {'achieved' if achieved else touch.facts.get('why_not', '')}"


def _changes(before: Observed | None, seen: Observed, fresh: list[Touch]) -> Iterator[tuple[str, str, str]]:
    """What changed in the lead and its plan that no touch tells: what, step, why."""
    if before is None:
        return
    was, lead = before.lead, seen.lead
    kinds = {touch.kind for touch in fresh}
    for stop in lead.stops:
        if stop not in was.stops:
            yield "stopped", "", str(stop.reason)
    yield from _lifted(was, lead)
    if lead.hold and not was.hold:
        yield "held", "", f"by {lead.hold.by} until {lead.hold.until:%Y-%m-%d %H:%M} UTC"
    if (was.hold and not lead.hold) and not lead.stops:
        yield "resumed", "", "the hold is over"
    if (was.pause and not lead.pause) and TouchKind.RESUMED not in kinds and not lead.stops:
        yield "resumed", "", "the pause is over"
    if TouchKind.ENDED not in kinds:
        yield from _ended(was, lead)
    yield from _moved(before, seen)


def _lifted(was: Lead, lead: Lead) -> Iterator[tuple[str, str, str]]:
    for stop in was.stops:
        if stop.reason not in {other.reason for other in lead.stops}:
            yield "lifted", "", f"stopped: {stop.reason}"


def _ended(was: Lead, lead: Lead) -> Iterator[tuple[str, str, str]]:
    open_before = {(e.sequence, e.started_at) for e in was.enrolments if not e.ended}
    for enrolment in lead.enrolments:
        if enrolment.ended and (enrolment.sequence, enrolment.started_at) in open_before:
            yield "ended", enrolment.sequence, enrolment.ended


def _moved(before: Observed, seen: Observed) -> Iterator[tuple[str, str, str]]:
    """Steps that stand at another time than before, and leads that stand in another version."""
    earlier = {row.key: row for row in before.rows if row.kind is DueKind.STEP}
    for row in seen.rows:
        old = earlier.get(row.key)
        if old and old.at != row.at:
            yield "moved", step_in(row), f"from {old.at:%Y-%m-%d %H:%M} to {row.at:%Y-%m-%d %H:%M} UTC"
    versions = {(e.sequence, e.started_at): e for e in before.lead.enrolments}
    for enrolment in seen.lead.enrolments:
        old_one = versions.get((enrolment.sequence, enrolment.started_at))
        if old_one and old_one.version != enrolment.version:
            yield "migrated", _name(enrolment, seen.sequences), f"to the version {enrolment.version[:8]}"


def step_in(row: Due) -> str:
    """`sequence/slug` of a step's row."""
    return f"{row.ref.partition('@')[0]}/{row.ref.rpartition('/')[2]}"


def _name(enrolment: Enrolment, sequences: Mapping[str, Sequence]) -> str:
    known = enrolment.version in sequences
    return f"{enrolment.sequence}/{enrolment.next_step}" if known and enrolment.next_step else enrolment.sequence
