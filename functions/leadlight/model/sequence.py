"""A planned conversation, compiled: steps with waits, windows, purposes and texts. Immutable, named by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leadlight.model.touch import Encounter, Objective


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
    """When a step may go out."""

    ANY = "any"
    WORKING_HOURS = "working-hours"


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


class Migrate(StrEnum):
    """What becomes of leads in flight when a sequence changes."""

    FINISH = "finish"
    MOVE = "move"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Step:
    """One touch point. `subject` and `body` are Jinja; `body` renders to Markdown; `only_if` is a Jinja expression."""

    slug: str  # the file's name without suffix: `02-company`
    subject: str
    body: str
    wait: Wait
    encounter: Encounter
    objective: Objective
    window: Window = Window.WORKING_HOURS
    channel: Channel = Channel.MAIL
    sender: str = "rep"  # rep · company · id of a person of the team
    appeal: Appeal | None = None
    only_if: str | None = None
    stale_after: Wait | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """`version` is the hash of everything else. Steps are in order."""

    name: str
    version: str
    steps: tuple[Step, ...]
    purpose: str = ""
    migrate: Migrate = Migrate.FINISH
