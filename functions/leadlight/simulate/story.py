"""What does a made-up lead do, and what does the world around it do, and when? The nouns of a rehearsal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadlight.model.sequence import Wait
from leadlight.model.site import Field, FieldType, Gate
from leadlight.model.team import Hours
from leadlight.rules.cadence import after

NOON = time(12)


@dataclass(frozen=True, slots=True)
class OnDay:
    """So many days after the first visit, at that time by the lead's clock; the visit is on day 0."""

    day: int
    clock: time = NOON


@dataclass(frozen=True, slots=True)
class After:
    """So long after what was done before."""

    wait: Wait


@dataclass(frozen=True, slots=True)
class At:
    """At that moment; without an offset, by the lead's clock."""

    moment: datetime


When = OnDay | After | At


class Verb(StrEnum):
    """What a lead may do."""

    READS = "reads"
    DOWNLOADS = "downloads"
    ASKS = "asks"
    REPLIES = "replies"
    UNSUBSCRIBES = "unsubscribes"
    PAUSES = "pauses"
    FEWER = "fewer"
    WANTS_CALL = "wants-call"
    OPENS = "opens"
    MOVES_TO = "moves-to"
    NEGOTIATES = "negotiates"
    BUYS = "buys"
    ACCEPTS = "accepts"
    DECLINES = "declines"
    IS_SATISFIED = "is-satisfied"
    IS_UNHAPPY = "is-unhappy"
    BOUNCES = "bounces"
    COMPLAINS = "complains"


class Happening(StrEnum):
    """What the world may do."""

    SCANNER = "scanner"  # opens every link of every mail to a lead
    BOUNCE = "bounce"  # mails to leads come back
    OUTAGE = "outage"  # nothing of ours runs
    CARRIER_DOWN = "carrier-down"  # no mail is taken
    HOLIDAY = "holiday"  # the team does not work on that day
    REP = "rep"  # what the rep does
    DEPLOY = "deploy"  # another playbook is published
    DUPLICATE_DELIVERY = "duplicate-delivery"  # whatever wakes us does it twice
    RESTART = "restart"  # the process ends and starts anew


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a lead does. `detail` is the gate it opens, the zone it moves to, or what it says."""

    when: When
    verb: Verb
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RepWork:
    """A rep takes a lead over, and may write down what came of it: `yes`, or why not."""

    takes_over: When
    outcome: str = ""
    objective: str = ""
    logs: When | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the world does. `lasts` where it ends by itself; `detail` is a date or a folder."""

    kind: Happening
    when: When | None = None  # None: from the beginning
    lasts: Wait | None = None
    detail: str = ""
    rep: RepWork | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up lead. `confirms` is how long after the form; None: never. `zone` and `country` as its browser tells."""

    address: str
    opens: str
    name: str = "Anna Reader"
    answers: Mapping[str, str] = field(default_factory=dict)
    consents: bool = True
    news: bool = False
    confirms: timedelta | None = timedelta(minutes=2)
    intent: str = ""
    call: str = ""
    zone: str = ""
    country: str = ""
    does: tuple[Deed, ...] = ()
    plays: str = ""  # the sequence it is here for, where no page begins that


@dataclass(frozen=True, slots=True)
class Story:
    """Who comes, and what happens around them."""

    people: tuple[Persona, ...]
    world: tuple[Event, ...] = ()


def moment_of(when: When | None, *, start: datetime, before: datetime, zone: str) -> datetime:
    """The moment, UTC. `before` is when the thing before it was done."""
    place = ZoneInfo(zone)
    match when:
        case None:
            return start
        case OnDay(day, clock):
            local = (start.astimezone(place) + timedelta(days=day)).date()
            return max(start, datetime.combine(local, clock, place).astimezone(UTC))
        case After(wait):
            return after(wait, before, Hours(zone=zone))
        case At(moment):
            aware = moment if moment.tzinfo else moment.replace(tzinfo=place)
            return aware.astimezone(UTC)


TYPICAL = {
    "name": "Anna Reader",
    "first_name": "Anna",
    "last_name": "Reader",
    "company": "Example & Co",
    FieldType.COUNTRY: "GB",
    FieldType.PHONE: "+44 20 7946 0123",
    FieldType.TEXTAREA: "We are looking for a better way.",
    FieldType.TEXT: "something",
}
"""What somebody writes into a field, by its name, else by its type."""


def typical_answers(gate: Gate) -> dict[str, str]:
    """A sensible answer to every question that has to be answered, and a name wherever it is asked."""
    asked = [f for f in gate.fields if f.name != "email" and (f.required or "name" in f.name)]
    return {f.name: _typical(f) for f in asked}


def _typical(asked: Field) -> str:
    return asked.choices[0] if asked.choices else TYPICAL.get(asked.name) or TYPICAL.get(asked.type, "something")
