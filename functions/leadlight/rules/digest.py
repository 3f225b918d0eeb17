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
from leadlight.rules.said import AIMS
from leadlight.rules.score import NOT_RATED, Score
from leadlight.rules.turns import DEALT_WITH
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

OVER = frozenset({StopReason.ERASED, StopReason.DISQUALIFIED})
"""Stops after which nobody should do anything, whoever has the lead."""

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
    """One lead, and why it is here; `at` is when, where that has a time which is still to come."""

    lead: LeadId
    why: str
    at: datetime | None = None


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
    if lead.stage in CLOSED or any(stop.reason in OVER for stop in lead.stops):
        return False
    if lead.hold is not None:
        return True  # whoever has taken it over has something to do, whether mails may go out or not
    final = any(stop.reason is not StopReason.REPLIED for stop in lead.stops)
    return not final and (lead.confirmed_at is not None or bool(lead.source))


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


@dataclass(frozen=True, slots=True)
class _Found:
    """How pressing, the smallest first; why; and when, if at a time that is still to come."""

    rank: float
    why: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Day:
    """A morning, and what each lead gives it."""

    place: ZoneInfo
    since: datetime
    now: datetime

    def why_call(self, each: Known) -> _Found | None:
        """Why this one is worth a call today. Who does not want calls, or has asked for quiet, is left in peace."""
        lead = each.lead
        if lead.call is not None and lead.call.kind is CallKind.NO:
            return None
        if lead.call is not None and self._is_today(lead.call.at or self.now):
            return self._found(0, "they want a call", lead.call.at)
        quiet = lead.pause is not None or self._spoken_to(each)
        return _waiting(each.rows) or (None if quiet else _why_warm(each.score))

    def who_waits(self, each: Known) -> _Found | None:
        """Who has said something that nobody has answered, beyond those who are to be called."""
        return _waiting(each.rows)

    def what_is_due(self, each: Known) -> _Found | None:
        """The task of today, or the agreed step whose time has come and of which nobody has written anything since.

        Its row is gone once the rep was reminded, which may be before a digest that comes late.
        """
        rows = [row.at for row in each.rows if row.kind is DueKind.TASK]
        agreed = _agreed(each.touches)
        today = [at for at in (*rows, *([agreed] if agreed else [])) if self._is_today(at)]
        if not today:
            return None
        return self._found(min(today).timestamp(), "your next step", min(today))

    def what_cools(self, each: Known) -> _Found | None:
        """A lead that is less than it was, or from whom nothing has come for long. Each is told once, then weekly."""
        fell = WARMTHS.index(each.score.temperature) < WARMTHS.index(each.before.temperature)
        if fell:
            now = each.score.temperature if each.score.rated else NOT_RATED
            return _Found(0, f"was {each.before.temperature}, is {now}")
        promising = each.lead.stage in PROMISING or each.score.temperature is not Temperature.COLD
        sign = max((touch.at for touch in each.touches if touch.quality), default=None)
        if sign is None or not promising or each.lead.hold:
            return None
        silent = self.now - sign
        is_new = silent // WEEK > (self.since - sign) // WEEK
        return _Found(1, f"nothing from them for {silent.days} days") if silent >= SILENT and is_new else None

    def what_worked(self, each: Known) -> _Found | None:
        """The progress that this lead has made since the last digest."""
        for touch in reversed([touch for touch in each.touches if touch.at > self.since]):
            if touch.kind is TouchKind.STAGE_CHANGED and touch.facts.get("to") in RISEN:
                return _Found(0, f"{STEPS_UP[Stage(touch.facts['to'])]}: {touch.facts.get('why', '')}".rstrip(": "))
            if touch.kind is TouchKind.OUTCOME and touch.facts.get("achieved") == "yes" and touch.objective:
                return _Found(0, f"a contact achieved “{AIMS[touch.objective]}”")
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

    def _found(self, rank: float, why: str, at: datetime | None) -> _Found:
        """With its time; what was left from another day has that day."""
        if at is None:
            return _Found(rank, why)
        there, today = at.astimezone(self.place), self.now.astimezone(self.place).date()
        when = f" at {there:%H:%M}" if there.date() == today else f", left from {there:%a} {there.day} {there:%B}"
        return _Found(rank, why + when, at if at > self.now else None)


STEPS_UP = {
    Stage.PROSPECT: "became a prospect",
    Stage.OPPORTUNITY: "became an opportunity",
    Stage.CUSTOMER: "became a customer",
    Stage.REPEAT: "bought again",
}


def _why_warm(score: Score) -> _Found | None:
    if score.hot:
        return _Found(10, score.hot)
    best = score.reasons[0].words if score.reasons else "no reason is left"
    return _Found(11, f"warm with {score.points:g} points: {best}") if score.temperature is Temperature.WARM else None


def _waiting(rows: Iterable[Due]) -> _Found | None:
    refs = [row.ref for row in rows if row.kind is DueKind.TASK]
    found = (place for place, begin in enumerate(WAITS) if any(ref.startswith(begin) for ref in refs))
    place = next(found, None)
    return None if place is None else _Found(1 + place, list(WAITS.values())[place])


def _agreed(touches: Sequence[Touch]) -> datetime | None:
    """When the next step is that was agreed on last, by what was written down since somebody last dealt with them."""
    last: str | None = None
    for touch in touches:
        if touch.kind in DEALT_WITH:
            last = touch.facts.get("next_at")
        elif touch.kind is TouchKind.NOTED:
            last = touch.facts.get("next_at") or last
    return datetime.fromisoformat(last) if last else None


def _lines(known: Iterable[Known], why: Callable[[Known], _Found | None]) -> Iterator[tuple[float, Line]]:
    for each in known:
        if found := why(each):
            yield found.rank, Line(each.lead.id, found.why, found.at)


def _without(known: Sequence[Known], lines: Sequence[Line]) -> list[Known]:
    told = {line.lead for line in lines}
    return [each for each in known if each.lead.id not in told]
