"""Which names exist in templates and expressions, and what they have. Checked at build, filled by whoever mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from leadlight.model.lead import Stage, Temperature
from leadlight.model.person import Intent


@dataclass(frozen=True, slots=True)
class LeadView:
    """What a template may know about a lead. Text is what the person typed: it is data, never markup."""

    first_name: str = ""
    name: str = ""
    email: str = ""
    company: str = ""
    phone: str = ""
    country: str = ""
    language: str = "en"
    temperature: Temperature = Temperature.COLD
    stage: Stage = Stage.LEAD
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class GateView:
    """The gated page the conversation began at. `url` is absolute, `minutes` the reading time of the withheld half."""

    title: str = ""
    url: str = ""
    minutes: int = 0
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepView:
    """The person of the team who answers."""

    name: str = ""
    first_name: str = ""
    email: str = ""
    phone: str = ""
    title: str = ""
    booking: str = ""


@dataclass(frozen=True, slots=True)
class CompanyView:
    """Who is writing. `url` is the site's."""

    name: str = ""
    postal: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses a follow-up may point to; absolute."""

    page: str = ""
    unsubscribe: str = ""


Context = Mapping[str, object]
"""Names to values, as a template gets them."""

Names = Mapping[str, Any]
"""Names to the types they were declared with."""

_READER = {"lead": LeadView, "gate": GateView, "rep": RepView, "company": CompanyView}

STEP: Names = MappingProxyType({**_READER, "links": Links})

MESSAGES: Mapping[str, Names] = MappingProxyType(
    {
        "confirm": {"gate": GateView, "company": CompanyView, "link": str, "code": str, "agreed": tuple[str, ...]},
        "delivery": {**_READER, "link": str, "call": str},
        "consent": {"company": CompanyView, "link": str, "agreed": tuple[str, ...]},
        "notify": {
            **_READER,
            "link": str,
            "call": str,
            "confirmed": bool,
            "reason": str,
            "read": tuple[str, ...],
            "answers": tuple[tuple[str, str], ...],
            "question": str,
            "opening": str,
        },
        "signin": {"lead": LeadView, "rep": RepView, "company": CompanyView, "link": str},
        "manager": {"lead": LeadView, "rep": RepView, "company": CompanyView, "link": str, "reason": str},
    }
)
"""The mails outside sequences. `confirm` and `consent` have no name for anything that a person typed: whoever has had
the one sent need not own the address, nor whoever holds a forwarded link that of the other."""
