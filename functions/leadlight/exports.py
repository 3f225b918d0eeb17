"""All leads as a table, one at a time, for whoever works on with them elsewhere. Called by `leadlight leads export`.

Columns are documented in `content/project/other-ways-in.md`; new ones come at the end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

import msgspec

from leadlight.errors import LostKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.ports import Services
from leadlight.profile import RESERVED, Profile, outside_of
from leadlight.rules.cells import neutral
from leadlight.views import call_in_words

NAMES = ("email", "name", "first_name", "last_name", "company", "phone", "role", "size", "notes")
"""What people said of themselves that has a column of its own."""

STATE = (
    "id", "created_at", "confirmed_at", "stage", "owner", "source", "legal_basis", "purposes", "stops", "call",
    "intent", "authority", "value", "sales", "country", "language", "zone", "renewal_at", "satisfied",
)  # fmt: skip
CONSENT = "consent"
"""The basis that needs their word: see `model.person.Consent`."""

COLUMNS = (*STATE, *NAMES, "answers", "readable")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which leads: those of that stage, of that owner; all where nothing is said."""

    stage: str = ""
    owner: str = ""


def exported(services: Services, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Each lead by `COLUMNS`, with what its profile says; `readable` is false where its key is gone: it was erased."""
    leads = services.store.owned(wanted.owner) if wanted.owner else services.store.leads()
    for lead in leads:
        if not wanted.stage or lead.stage == wanted.stage:
            yield _row(services, lead)


def write_csv(rows: Iterator[Mapping[str, Any]], out: TextIO) -> int:
    """Every cell in quotes, and one that could be a formula with an apostrophe before it. Returns how many leads."""
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 it is wanted after the loop
        table.writerow([neutral(_cell(row[name])) for name in COLUMNS])
    return count


def write_lines(rows: Iterator[Mapping[str, Any]], out: TextIO) -> int:
    """One JSON object a line, as it is: no program takes text for a formula. Returns how many leads."""
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 the same
        out.write(msgspec.json.encode(row).decode() + "\n")
    return count


def _row(services: Services, lead: Lead) -> dict[str, Any]:
    lead, profile, readable = _outside(services, lead)
    answers = {n: v for n, v in profile.answers.items() if n not in {*NAMES, *RESERVED, "country"}}
    names = {name: profile.fields.get(name, "") for name in NAMES}
    return {**_state(lead, services.store.captures(lead.id)), **names, "answers": answers, "readable": readable}


def _outside(services: Services, lead: Lead) -> tuple[Lead, Profile, bool]:
    try:
        return *outside_of(services, lead), True
    except LostKey:
        return lead, Profile({}), False


def _basis(lead: Lead, captures: tuple[Capture, ...]) -> str:
    """What the newest confirmed form, or a supplier, gives us a right by, else a rep; nobody's consent before they have
    confirmed it."""
    newest = [*reversed(captures)]
    found = [c for c in newest if c.id in lead.confirmed] or [c for c in newest if c.consent.legal_basis != CONSENT]
    return found[0].consent.legal_basis if found else ""


def _state(lead: Lead, captures: tuple[Capture, ...]) -> dict[str, Any]:
    plain = {name: getattr(lead, name, None) for name in STATE}
    return {
        **plain,
        "legal_basis": _basis(lead, captures),
        "purposes": lead.purposes,
        "stops": tuple(stop.reason for stop in lead.stops),
        "call": call_in_words(lead.call),
    }


def _cell(value: object) -> str:
    """What stands in a cell: lists with spaces between, answers as `name: text` a line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case dict():
            return "\n".join(f"{name}: {text}" for name, text in value.items())
        case tuple():
            return " ".join(str(one) for one in value)
        case _:
            return str(value)
