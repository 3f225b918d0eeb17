"""Who must not be written to, by the list of the tool that was there before? Called by `leadlight leads suppress`.

Somebody we know is unsubscribed. Of somebody we do not know only a mark is kept, named by the keyed hash of the
address: no list and no rep brings them in then. Neither takes anything from the person: a new form of their own,
confirmed by them, begins anew, as it does for whoever unsubscribed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from leadlight.decide import decide
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import LeadId
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.rules.cells import as_meant
from leadlight.rules.form import read_address
from leadlight.rules.stop import WITHDRAWN, stopped_anew, taken_back
from leadlight.rules.table import Row
from leadlight.tombstones import is_suppressed, suppress, suppressed_by
from leadlight.vault import lead_id

LISTED = "suppressed/"
"""Begins the id of the fact that a list has stopped a lead; the list's name follows: once per list and lead."""


class Told(StrEnum):
    """What becomes of a row."""

    STOPPED = "a lead, unsubscribed"
    MARKED = "not known, marked"
    BEFORE = "stopped before"
    ANEW = "asked anew since"
    TWICE = "in the list twice"
    BAD = "to be mended"


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one row: `wrong` field by field, `why` in words where there is more to say."""

    row: int
    fate: Told
    why: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


def dry_run(services: Services, rows: Iterable[Row], source: str) -> Iterator[Read]:
    """What `keep_out` would do, row by row; changes nothing. Remembers where it met each address, and no more."""
    met: dict[LeadId, int] = {}
    for row in rows:
        read, person, _ = _looked_at(services, row, source)
        if read.fate in {Told.STOPPED, Told.MARKED} and person:
            first = met.setdefault(person, row.number)
            read = read if first == row.number else _twice(read, first)
        yield read


def keep_out(services: Services, bundle: Bundle, rows: Iterable[Row], source: str) -> Iterator[Read]:
    """Stops or marks them, one by one; each is durable when it is told of. Raises `StoreBusy`.

    The same list again, after whatever end, changes nothing: who has asked anew since then stays as they are.
    """
    for row in rows:
        read, person, lead = _looked_at(services, row, source)
        if read.fate is Told.STOPPED and lead:
            _stop(services, bundle, lead, row.number, source)
            services.store.durable()
        elif read.fate is Told.MARKED and person:
            suppress(services, person, source, row.number, services.clock.now())
        yield read


def _looked_at(services: Services, row: Row, source: str) -> tuple[Read, LeadId | None, Lead | None]:
    """What is to become of a row, whose it is, and the lead where they are one."""
    if row.problem:
        return Read(row.number, Told.BAD, wrong={"row": row.problem}), None, None
    try:
        address = read_address(as_meant(row.values.get("email", "").strip()))
    except ValueError as error:
        return Read(row.number, Told.BAD, wrong={"email": str(error)}), None, None
    if not address:
        wrong = {"email": "There is no address. Fill it in, or drop the row."}
        return Read(row.number, Told.BAD, wrong=wrong), None, None
    person = lead_id(address, services.settings.lead_key)
    lead = services.store.lead(person)
    return _fate(services, person, lead, row.number, source), person, lead


def _fate(services: Services, person: LeadId, lead: Lead | None, row: int, source: str) -> Read:
    """A mark yields to a form that they have confirmed since, and to nothing else."""
    if (marked := suppressed_by(services, person, source)) is not None:
        if not is_suppressed(services, person, lead):
            return Read(row, Told.ANEW, "they have confirmed a form of their own since: left as they are")
        return _before(row, marked)
    if lead is None:
        return Read(row, Told.MARKED)
    told = next((touch for touch in services.store.touches(lead.id) if touch.id == _touch_id(source)), None)
    return _before(row, int(told.facts.get("row", row))) if told else Read(row, Told.STOPPED)


def _before(row: int, first: int) -> Read:
    read = Read(row, Told.BEFORE)
    return read if first == row else _twice(read, first)


def _twice(read: Read, first: int) -> Read:
    return replace(read, fate=Told.TWICE, why=f"the same address as in row {first}")


def _stop(services: Services, bundle: Bundle, lead: Lead, row: int, source: str) -> None:
    """As if they had pressed it here: the plan ends, and follow-ups and news are taken back."""

    def stop(lead: Lead) -> Change | None:
        if any(touch.id == _touch_id(source) for touch in services.store.touches(lead.id)):
            return None
        now = services.clock.now()
        planned = replanned(bundle, stopped_anew(taken_back(lead, WITHDRAWN), StopReason.UNSUBSCRIBED, now), now)
        touch = _touch(lead.id, row, source, now)
        return Change(lead=planned.lead, touches=(touch, *planned.touches), undue=planned.undue, due=planned.due)

    decide(services, lead.id, str(lead.generation), stop)


def _touch(lead: LeadId, row: int, source: str, now: datetime) -> Touch:
    facts = {"how": f"list/{source}", "row": str(row)}
    return Touch(_touch_id(source), lead, TouchKind.UNSUBSCRIBED, now, facts=facts)


def _touch_id(source: str) -> str:
    return f"{LISTED}{source}"
