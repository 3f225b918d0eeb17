"""What happened, when, to whom, and why? Read from what is stored after each moment: touches, the plan, the lead.

Nothing comes from a log. The same run gives the same timeline, byte by byte, and so the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from leadlight.model.due import DueKind, LedgerState
from leadlight.model.lead import Lead
from leadlight.model.sequence import OpenHours, Sequence, Step, Window
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.cadence import hours_for
from leadlight.rules.skipping import SAYS
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
    TouchKind.NOTED: "noted",
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
    TouchKind.STAGE_CHANGED: "stage-changed",
    TouchKind.OFFER_ANSWERED: "offer-answered",
    TouchKind.SATISFACTION: "satisfaction",
    TouchKind.FACT: "fact",
    TouchKind.HEATED: "heated",
    TouchKind.ESCALATED: "passed-on",
}
"""What a touch is called here; those that only serve ourselves are left out."""

MAILS = {
    "optin": "the mail that asks to confirm",
    "delivery": "the mail with the way back",
    "notify": "the rep is told",
    "manager": "the manager is told",
    "moved": "who had the lead is told",
    "relink": "a fresh link for the rep",
    "afresh": "a fresh link for an old one",
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
    """The timeline of one lead, grown by each look at it. Until it has confirmed, `zone` is its clock."""

    name: str
    zone: str = ""
    entries: list[Entry] = field(default_factory=list)
    _seen: Observed | None = None
    _told: set[str] = field(default_factory=set)

    def look(self, seen: Observed) -> None:
        """Adds what is new since the look before."""
        before, self._seen = self._seen, seen
        known = hours_for(seen.lead, seen.team.hours).zone
        zone = (seen.lead.confirmed_at is None and self.zone) or known
        fresh = [touch for touch in seen.touches if touch.id not in self._told]
        self._told.update(touch.id for touch in fresh)
        told = [_from_touch(self.name, touch, seen, zone) for touch in fresh if touch.kind in WHAT]
        if before is not None:
            changed = [*_state_changes(before.lead, seen.lead, fresh), *_plan_changes(before, seen, fresh)]
            told += [Entry(seen.now, self.name, what, step, why, zone) for what, step, why in changed]
        self.entries += sorted(told, key=lambda entry: (entry.at, _place(entry)))


CAUSES = frozenset({"stopped", "lifted", "held", "resumed"})
DONE_BY_ITSELF = frozenset({"sent", "skipped", "parked", "handed-over", "notified"})
PLANNED = frozenset({"moved", "migrated", "ended"})


def _place(entry: Entry) -> int:
    """Of what is told of one moment: first what somebody did, then what it changed, then what followed by itself."""
    groups = (CAUSES, DONE_BY_ITSELF, PLANNED)
    return next((place for place, group in enumerate(groups, 1) if entry.what in group), 0)


def _from_touch(name: str, touch: Touch, seen: Observed, zone: str) -> Entry:
    what = WHAT[touch.kind]
    why = touch.facts.get("reason", "") or _why(touch, seen)
    if why == HANDED_OVER:
        what = "handed-over"
    return Entry(touch.at, name, what, _step(touch), why, zone)


def _step(touch: Touch) -> str:
    """`sequence/slug`, or the sequence alone, of what is about one."""
    sequence, slug = touch.facts.get("sequence", ""), touch.facts.get("step", "")
    if sequence:
        return f"{sequence}/{slug}" if slug else sequence
    kind, _, ref = touch.facts.get("what", "").partition("/")
    return step_name(ref) if kind == DueKind.STEP else ""


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
        case TouchKind.STAGE_CHANGED:
            why = f"from {touch.facts['from']} to {touch.facts['to']}: {touch.facts['why']}"
        case TouchKind.HEATED:
            why = touch.facts["why"]
        case TouchKind.PAUSED:
            why = f"by {touch.facts['by']}, until {datetime.fromisoformat(touch.facts['until']):%Y-%m-%d %H:%M} UTC"
        case TouchKind.PREFERRED:
            why = f"{touch.facts.get('did', '')}: {touch.facts.get('purposes', '')}".strip(": ")
        case _:
            why = touch.facts.get("answer") or touch.gate or ""
    return why


def _why_sent(touch: Touch, seen: Observed) -> str:
    """The wait and the window that brought it, in the marketer's words."""
    version, slug = touch.facts.get("version", ""), touch.facts.get("step", "")
    sequence = seen.sequences.get(version)
    step = step_of(sequence, slug) if sequence else None
    if sequence is None or step is None:
        return ""
    over = _passed_over(sequence, step, seen)
    first, since = over[0] if over else step, "the step before"
    place = sequence.steps.index(first)
    if place == 0:
        since = _beginning(sequence, seen.lead)
    elif over:
        since = sequence.steps[place - 1].slug
    jumped = bool(over) and all(SAYS in reason for reason in _reasons(sequence, seen, over))
    wait = f"{first.wait} after {since}, in the place of {first.slug}" if jumped else f"{step.wait} after {since}"
    return f"{wait}, {window_in_words(step)}; to {step.objective}"


def _beginning(sequence: Sequence, lead: Lead) -> str:
    """What its first wait counts from. One that follows another by `then` is covered by the promise of that."""
    if sequence.starts_when:
        return f"becoming a {sequence.starts_when}"
    promised = [e.promise.sequence for e in lead.enrolments if e.sequence == sequence.name]
    by_page = not promised or promised[-1] == sequence.name
    return "the unlock" if by_page else "the end of the sequence before"


def _passed_over(sequence: Sequence, step: Step, seen: Observed) -> list[Step]:
    """The steps right before this one that the plan left out at once: no wait counts from when that was."""
    told = {touch.facts.get("step") for touch in _left_out(sequence, seen)}
    over: list[Step] = []
    for before in reversed(sequence.steps[: sequence.steps.index(step)]):
        if before.slug not in told:
            break
        over.insert(0, before)
    return over


def _reasons(sequence: Sequence, seen: Observed, steps: list[Step]) -> list[str]:
    slugs = {step.slug for step in steps}
    return [t.facts.get("reason", "") for t in _left_out(sequence, seen) if t.facts.get("step") in slugs]


def _left_out(sequence: Sequence, seen: Observed) -> list[Touch]:
    """Touches of steps that were left out before they were due; those skipped when due name their row as `what`."""
    skipped = [t for t in seen.touches if t.kind is TouchKind.SKIPPED and "what" not in t.facts]
    return [touch for touch in skipped if touch.facts.get("sequence") == sequence.name]


def window_in_words(step: Step) -> str:
    """When a step may go out."""
    if isinstance(step.window, OpenHours):
        return f"within {step.window}"
    return "in working hours" if step.window is Window.WORKING_HOURS else "at any time"


def _mail(what: str) -> str:
    kind, _, ref = what.partition("/")
    if kind == DueKind.TASK:
        return "the rep is reminded"
    return MAILS.get(ref.partition("/")[0], what)


def _outcome(touch: Touch) -> str:
    achieved = touch.facts.get("achieved") == "yes"
    return f"{touch.by}: {touch.objective} {'achieved' if achieved else touch.facts.get('why_not', '')}"


Change = tuple[str, str, str]
"""What, step, why."""


def _state_changes(was: Lead, lead: Lead, fresh: list[Touch]) -> Iterator[Change]:
    """What changed in the lead that no touch tells."""
    for stop in lead.stops:
        if stop not in was.stops:
            yield "stopped", "", str(stop.reason)
    yield from _lifted(was, lead)
    if lead.hold and not was.hold:
        yield "held", "", f"by {lead.hold.by} until {lead.hold.until:%Y-%m-%d %H:%M} UTC"
    if was.hold and not lead.hold and not lead.stops:
        yield "resumed", "", "the hold is over"
    paused_till_now = was.pause and not lead.pause and not lead.stops
    if paused_till_now and all(touch.kind is not TouchKind.RESUMED for touch in fresh):
        yield "resumed", "", "the pause is over"


def _plan_changes(before: Observed, seen: Observed, fresh: list[Touch]) -> Iterator[Change]:
    """What changed in its plan."""
    if all(touch.kind is not TouchKind.ENDED for touch in fresh):
        yield from _ended(before.lead, seen.lead)
    yield from _moved(before, seen)
    yield from _migrated(before.lead, seen.lead)


def _lifted(was: Lead, lead: Lead) -> Iterator[Change]:
    for stop in was.stops:
        if stop.reason not in {other.reason for other in lead.stops}:
            yield "lifted", "", f"stopped: {stop.reason}"


def _ended(was: Lead, lead: Lead) -> Iterator[Change]:
    open_before = {(e.sequence, e.started_at) for e in was.enrolments if not e.ended}
    for enrolment in lead.enrolments:
        if enrolment.ended and (enrolment.sequence, enrolment.started_at) in open_before:
            yield "ended", enrolment.sequence, enrolment.ended


def _moved(before: Observed, seen: Observed) -> Iterator[Change]:
    """Steps that stand at another time than before, and why, where the ledger says it."""
    earlier = {row.key: row for row in before.rows if row.kind is DueKind.STEP}
    reasons = {entry.key: entry.reason for entry in seen.ledger if entry.state is LedgerState.RELEASED}
    for row in seen.rows:
        old = earlier.get(row.key)
        if old and old.at != row.at:
            why = reasons.get(row.ledger_key)
            times = f"from {old.at:%Y-%m-%d %H:%M} to {row.at:%Y-%m-%d %H:%M} UTC"
            yield "moved", step_name(row.ref), f"{times}, {why}" if why else times


def _migrated(was: Lead, lead: Lead) -> Iterator[Change]:
    """Sequences that go on in another version."""
    versions = {(e.sequence, e.started_at): e.version for e in was.enrolments}
    for enrolment in lead.enrolments:
        if versions.get((enrolment.sequence, enrolment.started_at), enrolment.version) != enrolment.version:
            step = f"{enrolment.sequence}/{enrolment.next_step}" if enrolment.next_step else enrolment.sequence
            yield "migrated", step, f"to version {enrolment.version[:8]}"


def step_name(ref: str) -> str:
    """`sequence/slug` of a step's row."""
    return f"{ref.partition('@')[0]}/{ref.rpartition('/')[2]}"
