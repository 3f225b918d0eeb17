"""What must hold of an installation at any moment, and what must hold once it has come to rest. Each names its promise.

A fact takes the installation and the people around it, and tells every violation in words; no words, no violation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.simulation.installation import Installation
from tests.simulation.people import Visitor
from tests.simulation.places import Here

from leadlight.figures import gates_now
from leadlight.handlers import on_change
from leadlight.model.due import DueKind, LedgerState
from leadlight.model.lead import Enrolment, Lead
from leadlight.model.person import Purpose
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Store
from leadlight.rules.figures import figures_of
from leadlight.rules.steps import behind, step_key, step_ref
from leadlight.simulate.invariants import observe, violated
from leadlight.tombstones import is_erased

Fact = Callable[[Installation, Sequence[Visitor]], Iterator[str]]


def p1_what_was_acknowledged_is_stored(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """Each 2xx has its lead and its capture; a form that was sent again because no answer came may have two.

    Whoever was kept for long enough is gone, as the mark beside the keys says.
    """
    for person in _kept(home, people):
        if person.captured and person.lead is None:
            yield f"{person.address} was acknowledged and is not there"
        stored = len(home.disk.store.captures(person.id))
        if stored < len(person.captured):
            yield f"{person.address}: {len(person.captured)} acknowledged, {stored} stored"


def p1_what_was_confirmed_stays_confirmed(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    for person in people:  # none of these worlds is as long as anybody is kept who has confirmed
        if person.confirmed and not (person.lead and person.lead.confirmed_at):
            yield f"{person.address} has confirmed, and nobody knows"


def p3_no_claim_after_a_stop(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    yield from home.witness.violations


def p3_a_stopped_lead_has_no_plan(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    for lead in home.disk.store.leads():
        if lead.stops and any(not enrolment.ended for enrolment in lead.enrolments):
            yield f"{lead.id} is stopped and still in a sequence"


def p8_each_plan_rests_on_a_consent(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    for lead in home.disk.store.leads():
        stored = {capture.id: capture for capture in home.disk.store.captures(lead.id)}
        promises = [stored[name].consent.promise for name in lead.confirmed if name in stored]
        for enrolment in lead.enrolments:
            if enrolment.promise not in promises:
                yield f"{lead.id} is in {enrolment.sequence} under a promise that no consent names"


def one_row_for_one_open_plan(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """P13 for plans: an open one has its next step in the due index; what waits for a person or a time says so.

    Beside it may only stand the row of a step that the plan has passed, until its time comes and it is thrown away.
    """
    for lead, enrolment in _enrolments(home):
        waits = lead.stops or lead.hold or lead.pause or Purpose.FOLLOW_UP not in lead.purposes
        if enrolment.ended or waits:
            continue
        keys = [row.key for row in home.disk.store.due_of(lead.id) if row.ref.startswith(_prefix(enrolment))]
        if step_key(enrolment) not in keys:
            yield f"{lead.id} is in {enrolment.sequence} at {enrolment.next_step} without a row for that"
        sequence = open_bundle(home.disk.files).sequence_version(enrolment.version)
        passed = {f"{DueKind.STEP}/{step_ref(enrolment, slug)}" for slug in behind(enrolment, sequence)}
        ahead = sorted(set(keys) - passed - {step_key(enrolment)})
        yield from (f"{lead.id} is in {enrolment.sequence} at {enrolment.next_step}, and has {key}" for key in ahead)


def p13_whoever_waits_for_a_rep_has_a_time(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """A hold and a pause end by themselves: the row that ends them is there."""
    for lead in home.disk.store.leads():
        waits = [wait.until for wait in (lead.hold, lead.pause) if wait is not None and not lead.stops]
        rows = [row for row in home.disk.store.due_of(lead.id) if row.kind in {DueKind.HOLD, DueKind.TASK}]
        if waits and not rows:
            yield f"{lead.id} waits until {max(waits):%F %T}, and nothing will end it"


def p12_nothing_failed_for_an_unknown_reason(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """A record that comes back because other systems could not be told has a known one."""
    yield from home.surprises
    untold = any(name == "bus.publish" for name, _ in home.trouble.happened)
    for name in ("RowFailed",) if untold else ("RowFailed", "RecordFailed"):
        if home.collector.counts.get(name):
            yield f"{name}: {home.collector.counts[name]}"


def what_holds_of_each_lead(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """The invariants that `leadlight simulate` asks of its leads, too."""
    for lead in home.disk.store.leads():
        yield from violated(observe(home.disk, lead, home.mails))


ALWAYS: tuple[Fact, ...] = (
    p1_what_was_acknowledged_is_stored,
    p1_what_was_confirmed_stays_confirmed,
    p3_no_claim_after_a_stop,
    p3_a_stopped_lead_has_no_plan,
    p8_each_plan_rests_on_a_consent,
    p12_nothing_failed_for_an_unknown_reason,
    p13_whoever_waits_for_a_rep_has_a_time,
    one_row_for_one_open_plan,
    what_holds_of_each_lead,
)
"""What holds after every step, whatever went wrong in it."""


def nothing_is_left_lying(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    store = home.disk.store
    if home.place.news():
        yield "there are touches on the feed"
    yield from (f"{row.key} is still due" for row in home.place.rows() if row.at <= home.clock.now())
    for lead in store.leads():
        claimed = [entry.key for entry in store.ledger(lead.id) if entry.state is LedgerState.CLAIMED]
        yield from (f"{key} is still claimed" for key in claimed)


def what_may_repeat_never_vanishes(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """Opt-in, delivery and the word to the rep went out, unless the timeline says why not."""
    for person in people:
        lead = person.lead
        if lead is None:
            continue
        accounted = {touch.facts.get("what", "") for touch in home.disk.store.touches(lead.id)}
        asked = [f"mail/optin/{capture.id}" for capture in home.disk.store.captures(lead.id)]
        confirmed = set(lead.confirmed)
        told = [f"mail/notify/confirmed/{name}" for name in sorted(confirmed)]
        missing = [key for key in (*asked, *told) if key not in accounted and key.rpartition("/")[2] not in confirmed]
        missing += [key for key in told if key not in accounted]
        yield from (f"{person.address}: nobody knows what became of {key}" for key in missing)


def each_step_was_sent_or_has_a_reason(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """Sent, stopped, skipped with a reason, handed to the rep, or parked: no step is silently lost.

    A consent that was taken back leaves the plan as it stood, in case that person agrees again.
    """
    for lead, enrolment in _enrolments(home):
        if not enrolment.ended:
            if Purpose.FOLLOW_UP in lead.purposes:
                yield f"{lead.id} is still in {enrolment.sequence} at {enrolment.next_step}"
            continue
        over = enrolment.ended != "all steps are done"
        told = _told(home.disk.store.touches(lead.id), enrolment)
        steps = [step.slug for step in open_bundle(home.disk.files).sequence_version(enrolment.version).steps]
        if set(enrolment.done) - set(steps):  # moved to another version, behind all that was done in the old one
            steps = steps[max((steps.index(slug) for slug in enrolment.done if slug in steps), default=0) :]
        lost = [slug for slug in steps if not over and slug not in told and slug not in enrolment.done]
        yield from (f"{lead.id}: nobody knows what became of {enrolment.sequence}/{slug}" for slug in lost)


def the_totals_are_the_sums_over_all_timelines(home: Installation, people: Sequence[Visitor]) -> Iterator[str]:
    """Counted once, whatever came twice. On AWS that happened on the way; elsewhere the worker does it last.

    Who was erased counts on under a name that is no lead's.
    """
    if isinstance(home.place, Here):
        while on_change.roll_up(home.disk):
            continue
    store, gates = home.disk.store, gates_now(home.disk)
    names = {lead.id for lead in store.leads()} | {each.lead_id for each in store.all_figures()}
    lines = (figures_of(store.touches(name), gates=gates) for name in sorted(names))
    sums, totals = sum(map(Counter, lines), Counter[str]()), store.totals()
    wrong = (name for name in sorted({*sums, *totals}) if sums[name] != totals.get(name, 0))
    yield from (f"{name} is {totals.get(name, 0)}, and should be {sums[name]}" for name in wrong)


AT_REST: tuple[Fact, ...] = (
    nothing_is_left_lying,
    the_totals_are_the_sums_over_all_timelines,
    what_may_repeat_never_vanishes,
    each_step_was_sent_or_has_a_reason,
)
"""What holds in addition once all plans are over and no trouble is left."""


def violations(home: Installation, people: Sequence[Visitor], facts: Sequence[Fact]) -> list[str]:
    """Every violation of those, with the name of the fact. Most ask the same of the store, which stands still."""
    disk, home.disk = home.disk, replace(home.disk, store=Still(home.disk.store))  # type: ignore[arg-type]  # passes on every other method as it is
    try:
        return [f"{fact.__name__}: {words}" for fact in facts for words in fact(home, people)]
    finally:
        home.disk = disk


class Still:
    """A store that answers the same question once, until somebody does more than ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[object, ...], object] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._store, name)

        def asked(*args: Any) -> Any:
            if (name, *args) not in self._known:
                answer = method(*args)
                self._known[name, *args] = tuple(answer) if name == "leads" else answer
            return self._known[name, *args]

        def forgetting(*args: Any, **options: Any) -> Any:
            self._known.clear()
            return method(*args, **options)

        setattr(self, name, asked if name in ASKED else forgetting)
        return vars(self)[name]


ASKED = frozenset({"lead", "leads", "captures", "touches", "due_of", "ledger"})
"""What facts ask of a store again and again; its answers never change in the hand of who has them."""


def _enrolments(home: Installation) -> Iterator[tuple[Lead, Enrolment]]:
    for lead in home.disk.store.leads():
        for enrolment in lead.enrolments:
            yield lead, enrolment


def _kept(home: Installation, people: Sequence[Visitor]) -> Iterator[Visitor]:
    return (person for person in people if not is_erased(home.disk, person.id))


def _prefix(enrolment: Enrolment) -> str:
    """How the refs of this enrolment's rows begin."""
    return step_ref(enrolment, "")


def _told(touches: Sequence[Touch], enrolment: Enrolment) -> dict[str, str]:
    """What the timeline says of each step."""
    kinds = {TouchKind.SENT, TouchKind.PARKED, TouchKind.SKIPPED, TouchKind.RESOLVED}
    mine = [touch for touch in touches if touch.facts.get("sequence") == enrolment.sequence and touch.kind in kinds]
    return {touch.facts["step"]: touch.kind for touch in mine if "step" in touch.facts}
