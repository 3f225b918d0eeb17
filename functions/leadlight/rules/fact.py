"""What does another system say? JSON in, one typed fact or a kind word per field out. Called by `handlers.on_fact`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from leadlight.errors import BadFields, BadRequest
from leadlight.rules.form import many_lines, read_address

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LEAD_ID = re.compile(r"[a-z2-7]{26}")
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")


FARTHEST = timedelta(days=5 * 365)
"""So far from now may something be said to have happened, or to come; a plan must not wait for a slip of the pen."""


class FactName(StrEnum):
    """What other systems may tell; the last part of the address."""

    BOOKING = "booking"
    TRIAL_USED = "trial.used"
    CRM_WON = "crm.won"
    CRM_LOST = "crm.lost"


@dataclass(frozen=True, slots=True)
class Fact:
    """`lead` or `email` says of whom. `value` is a decimal number as text; `why` an id; `text` is for a rep to read."""

    name: FactName
    lead: str = ""
    email: str = ""
    at: datetime | None = None
    value: str = ""
    why: str = ""
    text: str = ""
    renewal_at: str = ""  # a day, such as 2026-12-31


def read_fact(name: FactName, body: bytes, *, now: datetime) -> Fact:
    """The fact. Raises `BadRequest` for what is no such JSON, `BadFields` naming each field to mend."""
    data = _data_of(name, body)
    wrong: dict[str, str] = {}
    lead, email = _whose(data, wrong)
    at = _at(data.get("at", ""), now, wrong)
    if name is FactName.BOOKING and at is None:
        wrong.setdefault("at", "Say when the meeting is, such as 2026-01-05T14:30:00+01:00.")
    why = data.get("why", "")
    if why and not SLUG.fullmatch(why):
        wrong["why"] = "Give a short id, such as price or no-budget; words for the rep go into `note`."
    value, text = _value(data.get("value", ""), wrong), _text(data, wrong)
    renewal_at = _day(data.get("renewal_at", ""), wrong)
    if wrong:
        raise BadFields(wrong)
    return Fact(name, lead, email, at, value, why, text, renewal_at)


def _data_of(name: FactName, body: bytes) -> Mapping[str, str]:
    """The fields below `data` that are text or numbers, as text."""
    shape = f'Send JSON such as {{"type": "{name}", "data": {{"email": "…"}}}}.'
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"This is not JSON. {shape}") from error
    data = sent.get("data") if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or not isinstance(data, dict):
        raise BadRequest(f"There is no `data` in it. {shape}")
    if sent.get("type") != name:
        raise BadFields({"type": f"This address takes `{name}`; each kind of fact has an address of its own."})
    known = {k: v for k, v in data.items() if isinstance(v, str | int | float) and not isinstance(v, bool)}
    return {field: str(value).strip() for field, value in known.items()}


def _whose(data: Mapping[str, str], wrong: dict[str, str]) -> tuple[str, str]:
    """The lead's id, else the address."""
    if lead := data.get("lead", ""):
        if not LEAD_ID.fullmatch(lead):
            wrong["lead"] = "This is no id of a lead: 26 letters and digits, as we gave it out."
        return lead, ""
    try:
        return "", read_address(data.get("email", ""))
    except ValueError:
        wrong["email"] = "Say of whom: `email`, a whole address, or `lead`, the id that we gave out."
        return "", ""


def _at(text: str, now: datetime, wrong: dict[str, str]) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo and abs(at - now) <= FARTHEST:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    wrong["at"] = (
        "This is more than five years from now. Give the time of the meeting."
        if at and at.tzinfo
        else "Give the time with its offset, such as 2026-01-05T14:30:00+01:00."
    )
    return None


def _day(text: str, wrong: dict[str, str]) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        wrong["renewal_at"] = "Give the day of the renewal, such as 2026-12-31."
        return ""


def _value(text: str, wrong: dict[str, str]) -> str:
    """A decimal number, plain: no sign, no exponent, no separator of thousands."""
    if text and not NUMBER.fullmatch(text):
        wrong["value"] = "Give a plain number, such as 4800 or 4800.50, in the team's currency."
        return ""
    return text


def _text(data: Mapping[str, str], wrong: dict[str, str]) -> str:
    """To whom a deal was lost, and what the rep should read."""
    said = []
    for field in ("to", "note"):
        try:
            said.append(many_lines(data.get(field, "")))
        except ValueError as error:
            wrong[field] = str(error)
    return "\n".join(part for part in said if part)
