"""What should a rep know in the morning? Pure; `digest` mails it.

A lead stands in one place only, the most pressing: whom to call first, what is due, who waits, who grows cold. What was
achieved lately comes last. Nothing in any of them: no mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, Stage, StopReason, Temperature
from leadlight.model.person import CallKind, LeadId
from leadlight.model.touch import Touch, TouchKind, WhyNot
from leadlight.rules.next_action import CLOSED
from leadlight.rules.score import Score
from leadlight.rules.waiting import ACCEPTED, ANSWER, LAPSED, QUESTION, SATISFACTION

TO_CALL = 3
"""So many to call: a list that can be done before lunch."""

SHOWN = 5
"""So many of everything else; the mail says how many there are beside them."""

SILENT = timedelta(days=14)
"""So long without a sign makes a promising lead one that grows cold, and every week more says so again."""

WEEK = timedelta(days=7)

WAITS: Mapping[str, str] = {
    SATISFACTION: "they are not satisfied, and nobody has answered",
    ACCEPTED: "they have accepted the offer, and nobody has answered",
    QUESTION: "they asked a question, and nobody has answered",
    ANSWER: "they answered a mail, and nobody has answered",
    LAPSED: "they were taken over, and no outcome was written down",
}
"""What it means that a task still stands, by how its ref begins; the most pressing first."""

RISEN = frozenset({Stage.PROSPECT, Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.REPEAT})
PROMISING = frozenset({Stage.PROSPECT, Stage.OPPORTUNITY})
WARMTHS = (Temperature.COLD, Temperature.WARM, Temperature.HOT)


@dataclass(frozen=True, slots=True)
class Known:
    """A lead of that person's with everything that counts here. `before` is its score when the last digest was due."""

    lead: Lead
    touches: tuple[Touch, ...]
    rows: tuple[Due, ...]
    score: Score
    before: Score


@dataclass(frozen=True, slots=True)
class Line:
    """One lead, and why it is here."""

    lead: LeadId
    why: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The morning of one person."""

    call: tuple[Line, ...] = ()
    due: tuple[Line, ...] = ()
    unanswered: tuple[Line, ...] = ()
    cooling: tuple[Line, ...] = ()
    worked: tuple[Line, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.call or self.due or self.unanswered or self.cooling or self.worked)


def is_open(lead: Lead) -> bool:
    """Whether anybody should still do something about that lead."""
    final = any(stop.reason is not StopReason.REPLIED for stop in lead.stops)
    told = lead.confirmed_at is not None or bool(lead.source)
    return told and not final and lead.stage not in {*CLOSED, Stage.LAPSED}


def digest_of(known: Sequence[Known], *, zone: str, since: datetime, now: datetime) -> Digest:
    """What to tell, each list by what is most pressing. `since` is when the last digest was due."""
    today = _Day(ZoneInfo(zone), since, now)
    left = sorted(known, key=lambda each: (-each.score.points, each.lead.id))
    call = sorted(_lines(left, today.why_call), key=lambda found: found[0])[:TO_CALL]
    left = _without(left, [line for _, line in call])
    unanswered = [line for _, line in _lines(left, today.who_waits)]
    left = _without(left, unanswered)
    due = [line for _, line in sorted(_lines(left, today.what_is_due), key=lambda found: found[0])]
    left = _without(left, due)
    return Digest(
        call=tuple(line for _, line in call),
        due=tuple(due),
        unanswered=tuple(unanswered),
        cooling=tuple(line for _, line in _lines(left, today.what_cools)),
        worked=tuple(line for _, line in _lines(known, today.what_worked)),
    )


Found = tuple[float, str]
"""How pressing, the smallest first, and why."""


@dataclass(frozen=True, slots=True)
class _Day:
    """A morning, and what each lead gives it."""

    place: ZoneInfo
    since: datetime
    now: datetime

    def why_call(self, each: Known) -> Found | None:
        """Why this one is worth a call today. Who does not want calls, or has asked for quiet, is left in peace."""
        lead = each.lead
        if lead.call is not None and lead.call.kind is CallKind.NO:
            return None
        if lead.call is not None and self._is_today(lead.call.at or self.now):
            return 0, f"they want a call{self._clock(lead.call.at)}"
        quiet = lead.pause is not None or self._spoken_to(each)
        return _waiting(each.rows) or (None if quiet else _why_warm(each.score))

    def who_waits(self, each: Known) -> Found | None:
        """Who has said something that nobody has answered, beyond those who are to be called."""
        return _waiting(each.rows)

    def what_is_due(self, each: Known) -> Found | None:
        """The task of today, if there is one."""
        today = [row for row in each.rows if row.kind is DueKind.TASK and self._is_today(row.at)]
        if not today:
            return None
        first = min(today, key=lambda row: row.at)
        return first.at.timestamp(), f"your next step{self._clock(max(first.at, self.now))}"

    def what_cools(self, each: Known) -> Found | None:
        """A lead that is less than it was, or from whom nothing has come for long. Each is told once, then weekly."""
        fell = WARMTHS.index(each.score.temperature) < WARMTHS.index(each.before.temperature)
        if fell:
            return 0, f"was {each.before.temperature}, is {each.score.temperature}"
        promising = each.lead.stage in PROMISING or each.score.temperature is not Temperature.COLD
        sign = max((touch.at for touch in each.touches if touch.quality), default=None)
        if sign is None or not promising or each.lead.hold:
            return None
        silent = self.now - sign
        is_new = silent // WEEK > (self.since - sign) // WEEK
        return (1, f"nothing from them for {silent.days} days") if silent >= SILENT and is_new else None

    def what_worked(self, each: Known) -> Found | None:
        """The progress that this lead has made since the last digest."""
        for touch in reversed([touch for touch in each.touches if touch.at > self.since]):
            if touch.kind is TouchKind.STAGE_CHANGED and touch.facts.get("to") in RISEN:
                return 0, f"{STEPS_UP[Stage(touch.facts['to'])]}: {touch.facts.get('why', '')}".rstrip(": ")
            if touch.kind is TouchKind.OUTCOME and touch.facts.get("achieved") == "yes" and touch.objective:
                return 0, f"a contact achieved “{touch.objective}”"
        return None

    def _spoken_to(self, each: Known) -> bool:
        """Whether a rep has reached them lately, or has agreed on what comes next."""
        if each.lead.hold and each.lead.hold.until > self.now:
            return True
        lately = self.now - timedelta(days=3)
        return any(
            touch.kind is TouchKind.OUTCOME and touch.at > lately and touch.facts.get("why_not") != WhyNot.NOT_REACHED
            for touch in each.touches
        )

    def _is_today(self, at: datetime) -> bool:
        """Today, or left from before."""
        return at.astimezone(self.place).date() <= self.now.astimezone(self.place).date()

    def _clock(self, at: datetime | None) -> str:
        return f" at {at.astimezone(self.place):%H:%M}" if at and at > self.now else ""


STEPS_UP = {
    Stage.PROSPECT: "became a prospect",
    Stage.OPPORTUNITY: "became an opportunity",
    Stage.CUSTOMER: "became a customer",
    Stage.REPEAT: "bought again",
}


def _why_warm(score: Score) -> Found | None:
    if score.hot:
        return 10, score.hot
    best = score.reasons[0].words if score.reasons else "no reason is left"
    return (11, f"warm with {score.points:g} points: {best}") if score.temperature is Temperature.WARM else None


def _waiting(rows: Iterable[Due]) -> Found | None:
    refs = [row.ref for row in rows if row.kind is DueKind.TASK]
    found = (place for place, begin in enumerate(WAITS) if any(ref.startswith(begin) for ref in refs))
    place = next(found, None)
    return None if place is None else (1 + place, list(WAITS.values())[place])


def _lines(known: Iterable[Known], why: Callable[[Known], Found | None]) -> Iterator[tuple[float, Line]]:
    for each in known:
        if found := why(each):
            yield found[0], Line(each.lead.id, found[1])


def _without(known: Sequence[Known], lines: Sequence[Line]) -> list[Known]:
    told = {line.lead for line in lines}
    return [each for each in known if each.lead.id not in told]
