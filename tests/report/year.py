"""A year of a small firm, with its truth known: who comes, what they do, and what is in fact worth doing.

Real touches of made-up leads, from a seed. Forty to sixty confirm an address each week, of six pages, and are mailed
four times in three weeks; every third or so talks back. Pages, steps, objections and places of the funnel differ by
chance by up to a fifth, as they do anywhere. What is planted differs by more: one objection comes up five times as
often as each of the others, one step moves nobody, and six in ten who read one page ask a question within a day.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leadlight.model.figures import About
from leadlight.model.person import GateId, LeadId
from leadlight.model.report import Advice, Kind, Known
from leadlight.model.team import Costs
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.figures import figures_of
from leadlight.rules.tally import ending, week_of
from leadlight.rules.worth_doing import LOOKS_BACK, worth_doing

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
PAGES = tuple(GateId(f"guides/{name}") for name in ("audit", "budget", "checklist", "design", "entry", "forms"))
STEPS = tuple(("course", slug) for slug in ("01-hello", "02-why", "03-proof", "04-call"))
OBJECTIONS = ("price", "timing", "trust", "security", "effort")
SOURCES = ("direct", "google/spring", "news.example", "linkedin/launch")
WAITS = (1, 3, 5, 7)

CONFIRM, READ, TALK, STEP, OWN = 0.8, 0.9, 0.06, 0.15, 0.01
CONTACT, COLD, FAIL, OBJECT = 0.8, 0.1, 0.5, 0.6
STRONG, LOUD = 0.6, 5.0
SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class Truth:
    """What is planted, by what cells are about, and how everything else differs by chance."""

    objection: str
    step: tuple[str, str]
    page: GateId
    talk: Mapping[GateId, float]
    effect: Mapping[tuple[str, str], float]
    names: Mapping[str, float]
    confirm: Mapping[GateId, float]

    @property
    def planted(self) -> frozenset[tuple[Kind, str]]:
        return frozenset(
            {
                (Kind.OBJECTION, f"objection/{self.objection}"),
                (Kind.STEP, "step/" + "/".join(self.step)),
                (Kind.PAGE, f"page/{self.page}"),
            }
        )


def truth(chance: random.Random, *, planted: bool = True) -> Truth:
    """What is true in one year."""

    def about(rate: float) -> float:
        return rate * chance.uniform(1 - SPREAD, 1 + SPREAD)

    objection, step, page = chance.choice(OBJECTIONS), chance.choice(STEPS), chance.choice(PAGES)
    talk = {gate: about(TALK) for gate in PAGES}
    effect = {each: about(STEP) for each in STEPS}
    names = {name: about(1.0) for name in OBJECTIONS}
    if planted:
        talk[page], effect[step], names[objection] = STRONG, 0.0, LOUD
    return Truth(objection, step, page, talk, effect, names, {gate: chance.uniform(0.75, 0.85) for gate in PAGES})


@dataclass
class Life:
    """What one lead does, as touches in no particular order."""

    chance: random.Random
    truth: Truth
    id: LeadId
    touches: list[Touch] = field(default_factory=list)
    spoken: bool = False

    def note(self, kind: TouchKind, at: datetime, gate: GateId | None = None, **facts: str) -> None:
        name = f"{kind}/{len(self.touches)}"
        objective = Objective.ADVANCE if kind is TouchKind.OUTCOME else None
        self.touches.append(Touch(name, self.id, kind, at, objective=objective, gate=gate, by="rita", facts=facts))

    def happens(self, rate: float) -> bool:
        return self.chance.random() < rate

    def within(self, days: float) -> timedelta:
        return timedelta(days=self.chance.uniform(0.05, days))

    def live(self, at: datetime) -> None:
        gate, source = self.chance.choice(PAGES), self.chance.choice(SOURCES)
        self.note(TouchKind.CAPTURED, at, gate, source=source)
        if not self.happens(self.truth.confirm[gate]):
            return
        self.note(TouchKind.CONFIRMED, at + DAY / 96, gate, source=source, opens=gate)
        self.read(gate, at + DAY / 48)
        if self.happens(0.4):
            other = self.chance.choice([page for page in PAGES if page != gate])
            self.read(other, at + self.within(3))
        self.follow_up(at)
        if self.happens(COLD):
            self.speak(at + self.within(5))

    def read(self, gate: GateId, at: datetime) -> None:
        if self.happens(READ):
            self.note(TouchKind.READ, at, gate)
            if self.happens(self.truth.talk[gate]):
                self.talk(TouchKind.ASKED, at + self.within(1))

    def follow_up(self, at: datetime) -> None:
        for (name, slug), wait in zip(STEPS, WAITS, strict=True):
            at += wait * DAY
            if self.spoken and self.touches[-1].at < at:  # a rep has taken over
                return
            ref = f"{name}@v1/1/{slug}"
            self.note(TouchKind.SENT, at, what=f"step/{ref}")
            if self.happens(self.truth.effect[name, slug]):
                self.talk(TouchKind.REPLIED, at + self.within(4), ref=ref)
                return
            if self.happens(OWN):
                self.talk(TouchKind.ASKED, at + self.within(6))
            if self.happens(0.01):
                self.note(TouchKind.UNSUBSCRIBED, at + self.within(1))
                return

    def talk(self, kind: TouchKind, at: datetime, **facts: str) -> None:
        self.note(kind, at, None, **facts)
        if self.happens(CONTACT):
            self.speak(at + self.within(1.2))

    def speak(self, at: datetime) -> None:
        self.spoken = True
        said = {"channel": "call", "minutes": "10", "achieved": "yes"}
        if self.happens(FAIL):
            said |= {"achieved": "no", "why_not": "wrong-time"}
            if self.happens(OBJECT):
                names = self.truth.names
                said |= {"why_not": "objection", "objections": self.chance.choices([*names], [*names.values()])[0]}
        self.note(TouchKind.OUTCOME, at, None, **said)
        if said["achieved"] == "yes" and self.happens(0.3):
            self.note(TouchKind.STAGE_CHANGED, at, None, **{"from": "prospect", "to": "opportunity"})
            if self.happens(0.3):
                later = at + self.within(30)
                self.note(TouchKind.STAGE_CHANGED, later, None, **{"from": "opportunity", "to": "customer"})


KNOWN = Known(
    {
        **{f"gate/{gate}": gate.rpartition("/")[2].title() for gate in PAGES},
        **{f"step/{'/'.join(step)}": step[1] for step in STEPS},
        **{f"objection/{name}": name.title() for name in OBJECTIONS},
    }
)
SPEND = {"google/spring": {f"2026-{month:02}": 300.0 for month in range(1, 13)}}
GATES = {gate: About(path="guides") for gate in PAGES}


class Firm:
    """One firm over its year: leads come and live, and the totals know what had happened by the end of each week."""

    def __init__(self, seed: int, *, planted: bool) -> None:
        self.chance = random.Random(f"year {seed}")
        self.truth = truth(self.chance, planted=planted)
        self.totals: Counter[str] = Counter()
        self._lives: list[list[Touch]] = []
        self._busy: dict[int, list[int]] = {}  # week → leads of whom there is something new
        self._told: dict[int, Mapping[str, int]] = {}

    def week(self, number: int) -> str:
        """Lives through that week; returns its name."""
        monday = BEGIN + number * WEEK
        name, asked = week_of(monday.date()), Counter[GateId]()
        for _ in range(round(self.chance.randint(40, 60) / CONFIRM)):
            asked[self._begins(monday)] += 1
        for gate, count in asked.items():
            self._strangers(name, gate, count)
        for lead in self._busy.pop(number, ()):
            self._count(lead, monday + WEEK)
        return name

    def _begins(self, monday: datetime) -> GateId:
        life = Life(self.chance, self.truth, LeadId(str(len(self._lives))))
        life.live(monday + self.chance.random() * WEEK)
        touches = sorted(life.touches, key=lambda touch: touch.at)
        for number in sorted({(touch.at - BEGIN) // WEEK for touch in touches}):
            self._busy.setdefault(number, []).append(len(self._lives))
        self._lives.append(touches)
        assert touches[0].gate
        return touches[0].gate

    def _strangers(self, week: str, gate: GateId, submitted: int) -> None:
        """A quarter of those who see the form send it, and of those who begin to read a half see it."""
        forms = self._of(submitted, 0.25)
        for what, count in (("form", forms), ("teaser", self._of(forms, 0.5))):
            self.totals.update({f"{week}|{about}|{what}": count for about in ("site", f"gate/{gate}")})

    def _of(self, count: int, rate: float) -> int:
        """How many there were, if so many of them did something that is done at that rate."""
        return max(count, round(self.chance.gauss(count / rate, (count * (1 - rate)) ** 0.5 / rate)))

    def _count(self, lead: int, now: datetime) -> None:
        """As the feed does it: the lead anew, and the difference into the totals."""
        cells = figures_of([touch for touch in self._lives[lead] if touch.at < now], gates=GATES)
        self.totals.update(cells)
        self.totals.subtract(self._told.get(lead, {}))
        self._told[lead] = cells


def mails(seed: int, weeks: int, *, planted: bool = True) -> Iterator[tuple[Truth, tuple[Advice, ...]]]:
    """What each Monday's mail names, knowing what had happened by then and no more."""
    firm = Firm(seed, planted=planted)
    for number in range(weeks):
        last = firm.week(number)
        since = ending(last, LOOKS_BACK).first
        window = {cell: count for cell, count in firm.totals.items() if count and cell[: len(since)] >= since}
        yield firm.truth, worth_doing(window, KNOWN, until_week=last, costs=Costs(), spend=SPEND)


@dataclass(frozen=True, slots=True)
class Year:
    """How the mails of one year did.

    `found_by` is the number of the mail that named each planted thing first. A false alarm is a thing in a mail that is
    not planted: `false` holds the mail's number and what it was.
    """

    mails: int
    found_by: Mapping[tuple[Kind, str], int]
    false: tuple[tuple[int, Kind, str], ...]

    def found_all(self, within: int) -> bool:
        """Whether so many mails had named all three."""
        return len(self.found_by) == 3 and max(self.found_by.values()) <= within

    @property
    def alarmed(self) -> int:
        """How many mails held a false alarm."""
        return len({number for number, *_ in self.false})


def year(seed: int, weeks: int, *, planted: bool = True) -> Year:
    """The first so many weeks of one year."""
    found: dict[tuple[Kind, str], int] = {}
    false: list[tuple[int, Kind, str]] = []
    for number, (true, named) in enumerate(mails(seed, weeks, planted=planted), start=1):
        for each in named:
            if planted and (each.kind, each.about) in true.planted:
                found.setdefault((each.kind, each.about), number)
            else:
                false.append((number, each.kind, each.about))
    return Year(weeks, found, tuple(false))
