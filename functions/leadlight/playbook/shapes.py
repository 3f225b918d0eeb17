"""What may be written in a playbook and in a page's `gate:`? One shape per kind of file. Build only.

Descriptions are what a marketer is told when the key is missing.
"""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date, time
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from leadlight.model.person import Purpose
from leadlight.model.sequence import Appeal, Cap, Channel, Migrate, OpenHours, Profile, Wait, WaitUnit, Window
from leadlight.model.site import Chapter, ConsentMode, FieldType, GateKind, Meter, Unlock
from leadlight.model.team import Away, Clocks
from leadlight.model.touch import Encounter, Objective
from leadlight.playbook.languages import choices_of, words_of
from leadlight.playbook.office import away_of, capacity_of, clocks_of, digest_of, quiet_of, territory
from leadlight.playbook.spans import (
    caps_of,
    chapters_of,
    days_of,
    expiry_of,
    meter_of,
    percent_of,
    stale_of,
    wait_of,
    window_of,
)
from leadlight.playbook.terms import amount, beginning, country_code, currency_code, endings

OWN_NAMES = frozenset(
    {"gate", "consent", "news", "wording", "call", "call_at", "zone", "from", "network", "landing", "landing_last"}
    | {"ticket", "proof"}
)
"""What the form sends by itself."""

CLOSED = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _line(text: str) -> str:
    if not text.strip() or "\n" in text.strip():
        raise ValueError("write one line of text")
    return text.strip()


def _address(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>\",;]+@[^\s@<>\",;]+", text):
        raise ValueError(f"{text!r} is no mail address; write it as name@example.com")
    return text


def _web(text: str) -> str:
    if text and not re.match(r"https?://[^\s/]", text):
        raise ValueError(f"{text!r} is no web address; start it with https://")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no time zone; write one such as `Europe/Warsaw` or `UTC`") from error
    return text


def _field_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", text):
        raise ValueError(f"{text!r} is no field name; use lower-case letters, digits and `_`")
    if text in OWN_NAMES:
        raise ValueError(f"`{text}` is used by the form itself; choose another name")
    return text


def _gate_id(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", text) or {".", ".."} & set(text.split("/")):
        raise ValueError(f"{text!r} is no gate id; use words with `/` between, such as `tutorials/zero-trust`")
    return text


def _series(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise ValueError(f"{text!r} is no name of a series; use lower-case letters, digits and `-`")
    return text


def _clock_time(text: object) -> time:
    if not (match := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(text))):
        raise ValueError(f'write a time between "00:00" and "23:59" in quotes, such as `"09:00"`, not {text!r}')
    return time(int(match[1]), int(match[2]))


def _named(company: object) -> object:
    return {"name": company} if isinstance(company, str) else company


Line = Annotated[str, AfterValidator(_line)]
Address = Annotated[str, AfterValidator(_address)]
Web = Annotated[str, AfterValidator(_web)]
Span = Annotated[Wait, BeforeValidator(wait_of)]
Time = Annotated[time, BeforeValidator(_clock_time)]
Country = Annotated[str, AfterValidator(country_code)]
Amount = Annotated[float, BeforeValidator(amount)]
Words = Annotated[dict[str, str], BeforeValidator(words_of)]


class Disposable(StrEnum):
    """What becomes of an address that is good for minutes."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(config=CLOSED, frozen=True, slots=True)
class GateShape:
    """`gate:` in the front matter of a page."""

    form: str = "short"
    unlock: Unlock | None = None
    teaser: Annotated[int, BeforeValidator(percent_of)] | None = None
    files: tuple[str, ...] = ()
    sequence: str | None = None
    buyer: str | None = None
    encounter: Encounter = Encounter.SUBJECT
    quality: Annotated[int, Field(ge=1, le=5)] = 3
    meter: Annotated[Meter, BeforeValidator(meter_of)] | None = None
    topics: tuple[str, ...] = ()
    id: Annotated[str, AfterValidator(_gate_id)] | None = None
    kind: GateKind = GateKind.PAGE
    series: Annotated[str, AfterValidator(_series)] | None = None
    part: Annotated[int, Field(ge=1, le=99)] | None = None
    chapters: Annotated[tuple[Chapter, ...], BeforeValidator(chapters_of)] = ()
    trial: Web = ""
    disposable: Disposable = Disposable.ACCEPT


@dataclass(config=CLOSED, frozen=True, slots=True)
class AudioShape:
    """`audio:` in the front matter of a page: a recording for everybody."""

    file: Annotated[Line, Field(description="name the recording, such as `downloads/zero-trust.mp3`")]
    chapters: Annotated[tuple[Chapter, ...], BeforeValidator(chapters_of)] = ()


@dataclass(config=CLOSED, frozen=True, slots=True)
class OfferShape:
    """`offer:` in the front matter of a step."""

    title: Annotated[Line, Field(description="write what it is in one line, such as `A rehearsal, twenty minutes`")]
    url: Web = ""
    expires: Annotated[Wait | date | None, BeforeValidator(expiry_of)] = None


@dataclass(config=CLOSED, frozen=True, slots=True)
class StepShape:
    """The front matter of a step."""

    subject: Annotated[Line, Field(description="write the line that the reader sees first")]
    wait: Annotated[Span, Field(description="say how long after the step before, such as `2 days`")]
    encounter: Annotated[
        Encounter, Field(description="choose what it is a meeting with: person, subject, company, product")
    ]
    objective: Annotated[
        Objective,
        Field(description="choose the progress it is to effect (start, advance, close, relate), or leave the step out"),
    ]
    send: Annotated[Window | OpenHours | None, BeforeValidator(window_of)] = None
    channel: Channel = Channel.MAIL
    sender: Annotated[str, Field(alias="from")] = "rep"
    appeal: Appeal | None = None
    only_if: Line | None = None
    stale_after: Annotated[Wait | str | None, BeforeValidator(stale_of)] = None
    offer: OfferShape | None = None


@dataclass(config=CLOSED, frozen=True, slots=True)
class VariantShape:
    """The front matter of a step in one more language, `02-company.pl.md`. `offer` is what its offer is called."""

    subject: Line | None = None
    offer: Line | None = None


@dataclass(config=CLOSED, frozen=True, slots=True)
class SequenceShape:
    """`sequence.yml`."""

    purpose: str = ""
    migrate: Migrate = Migrate.FINISH
    profile: Profile | None = None
    priority: Annotated[int, Field(ge=1, le=9)] = 5
    ends_when: Annotated[tuple[str, ...], BeforeValidator(endings)] = ()
    skip_ahead: bool = True
    then: str | None = None
    starts_when: Annotated[str | None, BeforeValidator(beginning)] = None
    only_if: Line | None = None


@dataclass(config=CLOSED, frozen=True, slots=True)
class FieldShape:
    """One entry of `fields:`."""

    name: Annotated[str, AfterValidator(_field_name), Field(description="name the field, such as `company`")]
    type: FieldType = FieldType.TEXT
    label: Words = field(default_factory=dict)
    required: bool = False
    choices: Annotated[dict[str, dict[str, str]], BeforeValidator(choices_of)] = field(default_factory=dict)
    buys: Words = field(default_factory=dict)
    help: Words = field(default_factory=dict)
    value: str = ""


@dataclass(config=CLOSED, frozen=True, slots=True)
class FormShape:
    """`forms/<name>.yml`."""

    wording: Annotated[
        dict[Purpose, Words],
        Field(description="write the words for each purpose: `content:` and, where you follow up, `follow-up:`"),
    ]
    title: Words = field(default_factory=dict)
    button: Words = field(default_factory=dict)
    consent: ConsentMode = ConsentMode.OPTIONAL
    fields: tuple[FieldShape, ...] = ()


@dataclass(config=CLOSED, frozen=True, slots=True)
class CompanyShape:
    """`company:` in `team.yml`."""

    name: Annotated[Line, Field(description="write the company's name as readers know it")]
    postal: str = ""
    email: Address | None = None


@dataclass(config=CLOSED, frozen=True, slots=True)
class OwnHoursShape:
    """`hours:` of a person; what is left out is the team's."""

    zone: Annotated[str, AfterValidator(_zone)] | None = None
    days: Annotated[tuple[int, ...] | None, BeforeValidator(days_of)] = None
    start: Annotated[Time | None, Field(alias="from")] = None
    end: Annotated[Time | None, Field(alias="to")] = None
    country: Country | None = None
    holidays: tuple[date, ...] | None = None


@dataclass(config=CLOSED, frozen=True, slots=True)
class PersonShape:
    """One entry of `people:`."""

    name: Annotated[Line, Field(description="write the person's full name")]
    email: Annotated[Address, Field(description="write the person's mail address")]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")] | None = None
    phone: str = ""
    title: str = ""
    languages: tuple[str, ...] = ()
    booking: Web = ""
    manager: bool = False
    marketer: bool = False
    territories: tuple[Annotated[str, AfterValidator(territory)], ...] = ()
    products: tuple[Line, ...] = ()
    sizes: tuple[Line, ...] = ()
    capacity: Annotated[float, BeforeValidator(capacity_of)] = 1.0
    hours: OwnHoursShape | None = None
    away: Annotated[tuple[Away, ...], BeforeValidator(away_of)] = ()


@dataclass(config=CLOSED, frozen=True, slots=True)
class HoursShape:
    """`hours:` in `team.yml`."""

    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    days: Annotated[tuple[int, ...], BeforeValidator(days_of)] = (0, 1, 2, 3, 4)
    start: Annotated[Time, Field(alias="from")] = time(9, 0)
    end: Annotated[Time, Field(alias="to")] = time(17, 0)
    country: Country = ""


@dataclass(config=CLOSED, frozen=True, slots=True)
class NoticesShape:
    """`notices:` in `team.yml`."""

    quiet: Annotated[OpenHours | None, BeforeValidator(quiet_of)] = None
    call_breaks_quiet: bool = True
    digest: Annotated[time | None, BeforeValidator(digest_of)] = time(8, 0)


@dataclass(config=CLOSED, frozen=True, slots=True)
class TeamShape:
    """`team.yml`."""

    company: Annotated[CompanyShape, BeforeValidator(_named), Field(description="write `company: Your Name`")]
    people: Annotated[
        tuple[PersonShape, ...], Field(min_length=1, description="name one person at least, with name and email")
    ]
    hours: HoursShape = field(default_factory=HoursShape)
    holidays: tuple[date, ...] = ()
    hold: Span = Wait(16, WaitUnit.HOURS)
    profile: Profile = Profile.B2B
    country: Country = ""
    at_most: Annotated[tuple[Cap, ...], BeforeValidator(caps_of)] = ()
    escalate: Annotated[Clocks, BeforeValidator(clocks_of)] = field(default_factory=Clocks)
    notices: NoticesShape = field(default_factory=NoticesShape)


@dataclass(config=CLOSED, frozen=True, slots=True)
class CostsShape:
    """`costs:` in `criteria.yml`."""

    currency: Annotated[str, AfterValidator(currency_code)] = "EUR"
    mail: Amount = 0.001
    rep_minute: Amount = 0.8
    task_minutes: Amount = 10.0


@dataclass(config=CLOSED, frozen=True, slots=True)
class MessageShape:
    """The front matter of `messages/<name>.md`."""

    subject: Annotated[Line, Field(description="write the line that the reader sees first")]
