"""A lead as the store keeps it: no address, no name; those are sealed in its captures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from leadlight.model.criteria import Authority
from leadlight.model.person import CallWish, CaptureId, CompanyId, GateId, Intent, LeadId, Promise, Purpose
from leadlight.model.sequence import Cap, Wait
from leadlight.model.touch import Objective


class Stage(StrEnum):
    """How far the sales process is."""

    LEAD = "lead"
    PROSPECT = "prospect"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    REPEAT = "repeat"
    LOST = "lost"
    LAPSED = "lapsed"
    DISQUALIFIED = "disqualified"


class Temperature(StrEnum):
    """How ready to accept an offer."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class StopReason(StrEnum):
    """Why no follow-up may be sent any more."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"
    DISQUALIFIED = "disqualified"
    REPLIED = "replied"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop holds until it is lifted by the fact that its reason names."""

    reason: StopReason
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A rep has taken over: the plan waits until `until`, then the manager is told and the plan resumes."""

    by: str
    objective: Objective
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody has asked for quiet: nothing goes out until `until`, then the plan resumes by itself.

    `by` is `lead`, `operator`, or the id of a person of the team. Each of them has one at most.
    """

    by: str
    since: datetime  # when it was set, or when one beside it ended: the quiet before is counted already
    until: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A lead in a sequence, pinned to the version it started with, under the promise it was given.

    `done` are the slugs that were sent, parked, handed over or passed over, in that order: none of them comes again,
    also after a move to another version. `mails_sent` counts towards the promise, parked mails included.
    """

    sequence: str
    version: str
    gate: GateId
    started_at: datetime
    promise: Promise
    next_step: str | None  # slug; None when the sequence is over
    last_at: datetime  # when the step before was done; the next wait counts from here
    mails_sent: int = 0
    ended: str | None = None  # why, in words, once it is over
    done: tuple[str, ...] = ()
    wait: Wait | None = None  # in the place of the next step's own: it stands where a skipped one was
    promised_at: datetime | None = None  # when the promised span began, if before `started_at`: see `Sequence.then`
    put_off: timedelta = timedelta(0)  # by so much the lead itself has put off the end of the span, by pausing
    mailed_at: datetime | None = None  # when its latest mail went out: the day is taken for other sequences
    basis: str = ""  # of one that a sale began: see `rules.aftersale`; else the lead's consent to follow-ups
    held: bool = False  # an unhappy answer holds it until a rep has written down what came of it

    @property
    def promised_since(self) -> datetime:
        """When the promised span began."""
        return self.promised_at or self.started_at


@dataclass(frozen=True, slots=True)
class Lead:
    """Everything about a lead that decisions need. `revision` counts commits and guards each of them."""

    id: LeadId
    created_at: datetime
    generation: int = 1
    revision: int = 0
    stage: Stage = Stage.LEAD
    language: str = "en"
    zone: str | None = None  # IANA name, if known
    confirmed_at: datetime | None = None
    confirmed: tuple[CaptureId, ...] = ()  # these captures add up to the profile
    grants: Mapping[GateId, datetime] = field(default_factory=dict)
    waits: Mapping[GateId, datetime] = field(default_factory=dict)  # pages not written yet, until it is told of them
    purposes: tuple[Purpose, ...] = ()
    intent: Intent | None = None
    call: CallWish | None = None
    owner: str | None = None
    stops: tuple[Stop, ...] = ()
    hold: Hold | None = None
    pauses: tuple[Pause, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    achieved: tuple[Objective, ...] = ()
    country: str | None = None  # ISO 3166-1 alpha-2, if known: whose holidays count
    mailed: tuple[datetime, ...] = ()  # when the latest follow-up mails went out, oldest first, for the caps
    at_most: Cap | None = None  # the lead's own word: fewer
    company: CompanyId | None = None  # whose colleagues it has among the leads; None for free mail
    authority: Authority | None = None  # as far as a rep has found out
    value: float | None = None  # what the deal is worth by the rep's last word, in the team's currency
    sales: int = 0  # deals won
    stage_at: datetime | None = None  # since when it has been in its stage
    hot_since: datetime | None = None  # when it was last told to have turned hot; None while it is not
    needs: tuple[str, ...] | None = None  # as a rep has corrected them; None: by what was read
    satisfied: bool | None = None  # by its last word after a sale
    renewal_at: datetime | None = None
    known: tuple[str, ...] = ()  # the fields that its confirmed captures have answered, by name
    source: str = ""  # where it came from, if not from its own form: `import/<name>`, `rep/<person>`, `qr/<person>`
    unscored: bool = False  # its own word: no points by what it reads and who it is (Art. 21 GDPR)

    @property
    def erased_at(self) -> datetime | None:
        """Since when everything of it is to go; None for all others."""
        return next((stop.at for stop in self.stops if stop.reason is StopReason.ERASED), None)

    @property
    def pause(self) -> Pause | None:
        """The pause that lasts longest: nothing goes out before it is over."""
        return max(self.pauses, key=lambda pause: pause.until, default=None)
