"""People come from a supplier's list: each becomes a lead with a task for its rep, and gets no mail by itself.

Called by `leadlight leads import`. They have not begun a conversation, so nothing is agreed to: whatever may be sent
waits for their own word. One transaction a person, in which all of it is stored; a run that was cut off goes on where
it ended when it is started again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadlight.assignment import assigned
from leadlight.errors import Conflict
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, SealingKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CaptureId, Consent, GateId, LeadId, Promise
from leadlight.model.team import Hours
from leadlight.model.team import Person as Rep
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.rules.attendance import begins_work, hours_of
from leadlight.rules.next_action import LISTED
from leadlight.rules.places import with_place
from leadlight.rules.routing import owner_of
from leadlight.rules.stop import why_stopped
from leadlight.rules.supplied import Person, read_person
from leadlight.rules.table import Row
from leadlight.tombstones import is_erased, is_suppressed
from leadlight.vault import lead_id, seal

GENERATION = 1
NOWHERE = GateId("")
"""They came through no page."""

NOTHING = Promise(0, 0, (), "", None, None)
"""What they were told would follow."""


class Basis(StrEnum):
    """By which law we may keep somebody's data (GDPR art. 6 (1) a to f); the supplier says which."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    PUBLIC_TASK = "public-task"
    LEGITIMATE_INTEREST = "legitimate-interest"


class Fate(StrEnum):
    """What becomes of a row."""

    TAKEN = "taken"
    BEFORE = "taken before"
    TWICE = "in the list twice"
    KNOWN = "a lead already"
    STOPPED = "stopped"
    ERASED = "erased"
    BAD = "to be mended"


@dataclass(frozen=True, slots=True)
class Supply:
    """Where a list comes from, by which right, who brings it in, and how many tasks a rep gets of it each day."""

    source: str
    basis: Basis
    by: str
    per_day: int


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one row: `wrong` field by field, `why` in words where there is more to say."""

    row: int
    fate: Fate
    why: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    lead: LeadId | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to take in, and where they stand in the list."""

    row: int
    lead: LeadId
    person: Person


def dry_run(services: Services, rows: Iterable[Row], supply: Supply) -> Iterator[Read]:
    """What `take_in` would do, row by row; changes nothing. Remembers where it met each address, and no more."""
    met: dict[LeadId, int] = {}
    for row in rows:
        read, _ = _looked_at(services, row, supply)
        if read.fate is Fate.TAKEN and read.lead:
            first = met.setdefault(read.lead, row.number)
            read = read if first == row.number else _twice(read, first)
        yield read


def take_in(services: Services, bundle: Bundle, rows: Iterable[Row], supply: Supply) -> Iterator[Read]:
    """Takes the people in, one by one; each is durable when it is told of. Raises `StoreBusy`.

    Running it again, after whatever end, makes nobody twice.
    """
    days = Days(services, bundle, supply.per_day)
    for row in rows:
        read, newcomer = _looked_at(services, row, supply)
        if newcomer and not _stored(services, bundle, newcomer, supply, days):
            read = replace(read, fate=Fate.BEFORE)
        yield read


class Days:
    """On which day each rep has room for one more task. Counted in the store, so lists and runs share a day's room."""

    def __init__(self, services: Services, bundle: Bundle, per_day: int) -> None:
        self._services, self._team, self._per_day = services, bundle.team, per_day
        self._opens: dict[str, datetime] = {}

    def room(self, rep: Rep, lead: LeadId) -> datetime:
        """A moment of that day, spread over it: from the rep's next working day on, never today."""
        hours = hours_of(rep, self._team)
        zone = ZoneInfo(hours.zone)
        at = self._opens.get(rep.id) or self._next(rep, self._services.clock.now(), zone)
        while not self._counts(rep, at, zone):
            at = self._next(rep, at, zone)
        self._opens[rep.id] = at
        return at + timedelta(minutes=int(lead[:8], 36) % _minutes(hours))

    def _counts(self, rep: Rep, at: datetime, zone: ZoneInfo) -> bool:
        day = at.astimezone(zone).date()
        budget = Budget(f"tasks/{rep.id}/{day}", self._per_day, at + timedelta(days=2))
        return self._services.store.count(budget)

    def _next(self, rep: Rep, after: datetime, zone: ZoneInfo) -> datetime:
        """When that rep comes in on the next day of theirs; the next day at all of somebody who never works."""
        local = after.astimezone(zone)
        morning = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return begins_work(rep, self._team, morning) or morning


def _minutes(hours: Hours) -> int:
    """How long a working day is."""
    return ((hours.end.hour - hours.start.hour) * 60 + hours.end.minute - hours.start.minute) % (24 * 60) or 1


def _looked_at(services: Services, row: Row, supply: Supply) -> tuple[Read, Newcomer | None]:
    """What is to become of a row; the person, where that is somebody to take in."""
    if row.problem:
        return Read(row.number, Fate.BAD, wrong={"row": row.problem}), None
    person, wrong = read_person(row.values)
    if wrong:
        return Read(row.number, Fate.BAD, wrong=wrong), None
    found = lead_id(person.email, services.settings.lead_key)
    if is_erased(services, found):
        return Read(row.number, Fate.ERASED, "this person was erased here, so no list brings them back"), None
    lead = services.store.lead(found)
    if is_suppressed(services, found, lead):
        return Read(row.number, Fate.STOPPED, "on a list of those who want no mail: left alone"), None
    if lead is None:
        return Read(row.number, Fate.TAKEN, lead=found), Newcomer(row.number, found, person)
    return _known(services, row, lead, supply), None


def _known(services: Services, row: Row, lead: Lead, supply: Supply) -> Read:
    """Somebody we know keeps what they have said: neither their consent nor their stop is changed by a list."""
    told = next((t for t in services.store.touches(lead.id) if t.id == _touch_id(supply)), None)
    if told is not None and told.facts.get("row") == str(row.number):
        return Read(row.number, Fate.BEFORE, lead=lead.id)
    if told is not None:
        return _twice(Read(row.number, Fate.TWICE, lead=lead.id), int(told.facts.get("row", 0)))
    if why := why_stopped(lead):
        return Read(row.number, Fate.STOPPED, f"a lead already, and {why}: left alone", lead=lead.id)
    return Read(row.number, Fate.KNOWN, lead=lead.id)


def _twice(read: Read, first: int) -> Read:
    return replace(read, fate=Fate.TWICE, why=f"the same address as in row {first}")


def _stored(services: Services, bundle: Bundle, newcomer: Newcomer, supply: Supply, days: Days) -> bool:
    """The person as a lead, with its rep's task. False if another run was faster."""
    person = newcomer.person
    now, key = services.clock.now(), services.keys.fresh()
    capture = _capture(bundle, newcomer.lead, person, supply, key, now)
    lead = Lead(
        newcomer.lead, created_at=now, language=capture.language, source=_source(supply), stage_at=now,
        confirmed=(capture.id,),  # what the list says is their profile, until they say something themselves
    )  # fmt: skip
    fields = {**person.fields, "email": person.email}
    placed = with_place(lead, (capture,))
    lead, routed = assigned(services, bundle, placed, fields=fields, gate=None, now=now, at_once=False)
    at = days.room(owner_of(lead, bundle.team), lead.id)
    touch = _touch(capture, newcomer.row, supply)
    task = Due(lead.id, lead.generation, DueKind.TASK, touch.id, at)
    try:
        services.store.capture(capture, key=key, touch=touch, due=(task,), budgets=(), lead=lead)
    except Conflict:
        return False
    for why in routed:
        services.store.append(why)
    return True


def _capture(bundle: Bundle, lead: LeadId, person: Person, supply: Supply, key: SealingKey, now: datetime) -> Capture:
    fields = {"email": person.email, **person.fields}
    return Capture(
        id=CaptureId(key.id), lead_id=lead, generation=GENERATION, gate=NOWHERE, at=now,
        sealed=seal(fields, key_id=key.id, secret=key.secret, owner=lead),
        consent=Consent((), "", NOTHING, now, "import", supply.basis),
        language=person.language or bundle.manifest.language,
        country=person.country,
    )  # fmt: skip


def _touch(capture: Capture, row: int, supply: Supply) -> Touch:
    """One per list and person: by its id a store refuses the same again, whoever was faster."""
    facts = {
        "capture": capture.id,
        "confirmed": "no",
        "source": _source(supply),
        "basis": supply.basis,
        "row": str(row),
    }
    return Touch(_touch_id(supply), capture.lead_id, TouchKind.IMPORTED, capture.at, by=supply.by or None, facts=facts)


def _source(supply: Supply) -> str:
    return f"import/{supply.source}"


def _touch_id(supply: Supply) -> str:
    return f"{LISTED}{supply.source}"
