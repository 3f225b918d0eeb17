"""A planned conversation, compiled: steps with waits, windows, purposes and texts. Immutable, named by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from leadlight.model.touch import Encounter, Objective

V = TypeVar("V")


class WaitUnit(StrEnum):
    """Units of a wait. Business days skip weekends and the team's holidays."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Wait:
    """A span of time as the marketer wrote it, parsed: `2 days`."""

    count: int
    unit: WaitUnit

    def __str__(self) -> str:
        unit = str(self.unit)
        return f"{self.count} {unit.removesuffix('s') if self.count == 1 else unit}"


class Window(StrEnum):
    """When a step may go out, by the reader's clock, else the team's."""

    ANY = "any"
    WORKING_HOURS = "working-hours"  # the team's hours and days, without holidays


DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class OpenHours:
    """A window of the marketer's own: `tue-thu 10:00-12:00`. `days`: 0 is Monday; `start` < `end`, clock times."""

    days: tuple[int, ...]
    start: time
    end: time
    holidays: bool = False  # whether it is open on holidays, too

    def __str__(self) -> str:
        """As a marketer writes it.

        >>> from datetime import time
        >>> str(OpenHours((1, 2, 3, 5), time(10), time(12)))
        'tue-thu, sat 10:00-12:00'
        """
        spans: list[list[int]] = []
        for day in self.days:
            if spans and day == spans[-1][-1] + 1:
                spans[-1].append(day)
            else:
                spans.append([day])
        names = [DAY_NAMES[s[0]] if len(s) == 1 else f"{DAY_NAMES[s[0]]}-{DAY_NAMES[s[-1]]}" for s in spans]
        return f"{', '.join(names)} {self.start:%H:%M}-{self.end:%H:%M}{', holidays too' if self.holidays else ''}"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` follow-up mails to one lead in any `days` days."""

    count: int
    days: int


class Channel(StrEnum):
    """Who acts: a mail by itself, or a person."""

    MAIL = "mail"
    REP = "rep"


class Appeal(StrEnum):
    """What a step appeals to."""

    PROFIT = "profit"
    SERVICE = "service"
    RISK = "risk"
    EMOTION = "emotion"
    CURIOSITY = "curiosity"


class Profile(StrEnum):
    """How the buyers decide: slowly and in company, or at once and by themselves."""

    B2B = "b2b"
    B2C = "b2c"


class Migrate(StrEnum):
    """What becomes of leads in flight when a sequence changes; the new version says it."""

    FINISH = "finish"
    MOVE = "move"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a step in one more language; Jinja, as the step's own. `offer` is what its offer is called there."""

    subject: str
    body: str
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What asks for a yes or a no. `url` says more. It stands until `expires`: a day, or so long after its mail."""

    title: str
    url: str = ""
    expires: Wait | date | None = None

    def __str__(self) -> str:
        until = "" if self.expires is None else f" ({self.expires})"
        return f"“{self.title}”{until}"


@dataclass(frozen=True, slots=True)
class Step:
    """One touch point. `subject` and `body` are Jinja; `body` renders to Markdown; `only_if` is a Jinja expression."""

    slug: str  # the file's name without suffix: `02-company`
    subject: str
    body: str
    wait: Wait
    encounter: Encounter
    objective: Objective
    window: Window | OpenHours = Window.WORKING_HOURS
    channel: Channel = Channel.MAIL
    sender: str = "rep"  # rep · company · id of a person of the team
    appeal: Appeal | None = None
    only_if: str | None = None
    stale_after: Wait | None = None
    variants: Mapping[str, Words] = field(default_factory=dict)  # by language: `pl`, `pt-BR`
    offer: Offer | None = None

    def words_for(self, language: str) -> Words:
        """The texts in that language, or in its base language (`pt` for `pt-BR`), else as the step has them."""
        return in_language(self.variants, language) or Words(self.subject, self.body)

    def offer_in(self, language: str) -> str:
        """What its offer is called in that language; empty where it makes none."""
        return self.words_for(language).offer or (self.offer.title if self.offer else "")


def in_language(variants: Mapping[str, V], language: str) -> V | None:
    """What there is in that language, or in its base language: `pt` for `pt-BR`."""
    return variants.get(language) or variants.get(language.partition("-")[0])


AFTER_SALE = "after the sale"
"""The purpose of a sequence that a sale begins, unless it names one of its own."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """`version` is the hash of everything else. Steps are in order.

    `ends_when` holds facts that end it before its time: `replied`, `taken-over`, stages, objectives. `then` is the
    sequence that follows at once when all steps are done, pinned by `then_version`; the promise counts it in.
    `starts_when` is the stage that begins it instead of a page, for those leads of whom `only_if` holds then.
    """

    name: str
    version: str
    steps: tuple[Step, ...]
    purpose: str = ""
    migrate: Migrate = Migrate.FINISH
    profile: Profile = Profile.B2B
    priority: int = 5  # 1 to 9; where two sequences want the same day, the higher one has it
    ends_when: tuple[str, ...] = ()
    skip_ahead: bool = True  # whether a declared intent skips the steps that it makes pointless
    then: str | None = None
    then_version: str | None = None
    starts_when: str | None = None  # customer · repeat · opportunity
    only_if: str | None = None
