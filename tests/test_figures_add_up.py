"""The totals are what a naive recount of all timelines comes to, whatever comes twice, mixed or half, or is erased."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from tests.contracts.cloud import Cloud
from tests.contracts.examples import GATE, NOW, submit
from tests.ground import LocalGround
from tests.world import MONDAY, SETTINGS

from leadlight import figures
from leadlight.errors import StoreBusy
from leadlight.handlers import on_change
from leadlight.local.clock import StandingClock
from leadlight.local.store import SqliteStore
from leadlight.model.figures import Cell
from leadlight.model.person import GateId, LeadId
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.ports import Services, Store
from leadlight.rules.figures import figures_of
from leadlight.rules.talk import talks

K = TouchKind
STEP = {"what": "step/course@v1/s/01", "sequence": "course", "step": "01"}
MENU: Sequence[tuple[TouchKind, Mapping[str, str]]] = (
    (K.CONFIRMED, {"opens": GATE}),
    (K.READ, {}),
    (K.DOWNLOADED, {}),
    (K.DOWNLOADED, {"file": "trial"}),
    (K.SENT, STEP),
    (K.SENT, {"what": "mail/optin/x"}),
    (K.PARKED, STEP),
    (K.ASKED, {}),
    (K.CALL_WANTED, {"call": "now", "confirmed": "yes"}),
    (K.CALL_WANTED, {"call": "no", "confirmed": "yes"}),
    (K.REPLIED, {"from": "lead", "what": STEP["what"]}),
    (K.OUTCOME, {"achieved": "yes", "minutes": "10", "objections": "price"}),
    (K.OUTCOME, {"achieved": "no", "why_not": "not-reached"}),
    (K.STAGE_CHANGED, {"from": "lead", "to": "customer"}),
    (K.UNSUBSCRIBED, {}),
    (K.FEEDBACK, {"id": "F-1", "aim": "product"}),
    (K.FEEDBACK_DONE, {"id": "F-1", "aim": "product"}),
    (K.NOTIFIED, {}),
)
LEADS = 3
Act = tuple[str, int, int]
"""What is done, to whom or how, and a number that decides the rest."""


def acts() -> st.SearchStrategy[list[Act]]:
    """Mostly new touches, now and then everything else."""
    kinds = ["touch", "touch", "touch", "feed", "stream", "trouble", "erase", "stranger"]
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, LEADS - 1), st.integers(0, 9999)), max_size=25)


class Troubled:
    """A store that is busy, or loses its answer, at one call; and that shows no touches of who was erased."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.gone: set[LeadId] = set()
        self.busy_in: int | None = None
        self.loses = False

    def touches(self, lead_id: LeadId) -> tuple[Touch, ...]:
        return () if lead_id in self.gone else self._call("touches", lead_id)

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self._call(name, *given, **named)

    def _call(self, name: str, *given: Any, **named: Any) -> Any:
        hit = self.busy_in == 0
        self.busy_in = None if self.busy_in is None else self.busy_in - 1
        if hit and not self.loses:
            raise StoreBusy
        answer = getattr(self._store, name)(*given, **named)
        if hit:
            raise StoreBusy
        return answer


@dataclass
class Life:
    """One installation in which things happen, and what a naive reader has seen of it."""

    services: Services
    store: Troubled = field(init=False)
    leads: list[LeadId] = field(init=False)
    buried: Counter[str] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)
    simply: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.leads = [submit().into(self.services.store).id for _ in range(LEADS)]
        self.store = Troubled(self.services.store)
        self.services = replace(self.services, store=self.store)  # type: ignore[arg-type]  # it passes everything on
        self.gates = figures.gates_now(self.services)

    def act(self, kind: str, who: int, number: int) -> None:
        lead, dice = self.leads[who], random.Random(number)
        match kind:
            case "touch" if lead not in self.store.gone:
                self.store.append(touch(lead, number))
            case "feed":
                on_change.roll_up(self.services)
            case "stream":
                for each in dice.choices(self.leads, k=4):
                    figures.roll_up(self.services, each, self.gates)
            case "trouble":
                self.store.busy_in, self.store.loses = dice.randrange(6), dice.random() < 0.5
                with suppress(StoreBusy):
                    on_change.roll_up(self.services)
                self.store.busy_in = None
            case "erase" if lead not in self.store.gone:
                self._erase(lead)
            case "stranger":
                cell = f"2026-W02|site|{('teaser', 'free')[number % 2]}"
                self.strangers[cell] += 1
                self.store.add_to_totals({cell: 1})
            case _:
                pass

    def _erase(self, lead: LeadId) -> None:
        figures.roll_up(self.services, lead, self.gates)
        self.buried += Counter(figures_of(self.store.touches(lead), gates=self.gates))
        self.simply += naive(self.store.touches(lead))
        self.store.gone.add(lead)
        figures.roll_up(self.services, lead, self.gates)
        figures.forget(self.services, lead)

    def end(self) -> Mapping[str, int]:
        """Everything is counted; what the totals are then."""
        while on_change.roll_up(self.services):
            continue
        return self.store.totals()

    def alive(self) -> Iterator[tuple[Touch, ...]]:
        return (self.store.touches(lead) for lead in self.leads)

    def expected(self) -> Mapping[str, int]:
        every = sum((Counter(figures_of(t, gates=self.gates)) for t in self.alive()), Counter[str]())
        return every + self.buried + self.strangers


def touch(lead: LeadId, number: int) -> Touch:
    """Some touch; the same number is the same touch."""
    dice = random.Random(number)
    kind, facts = dice.choice(MENU)
    gate = GateId(dice.choice([GATE, "pricing"]))
    at = NOW + timedelta(hours=dice.randrange(24 * 40))
    return Touch(f"t{number}", lead, kind, at, objective=Objective.ADVANCE, gate=gate, by="rosa", facts=facts)


def was_taken_back(wish: Touch, touches: Sequence[Touch]) -> bool:
    """Whether a wish for a call was refused later, and no talk of a rep's lies between the two."""
    ordered = sorted(touches, key=lambda each: (each.at, each.facts.get("call") == "no", each.id))
    later = ordered[ordered.index(wish) :]
    ends = [e for e in later if e.facts.get("call") == "no" or (e.kind is K.OUTCOME and talks(e))]
    return wish.kind is K.CALL_WANTED and bool(ends) and ends[0].kind is K.CALL_WANTED


def naive(touches: Sequence[Touch]) -> Counter[str]:
    """A few sums, over all weeks, as somebody with a pencil would count them."""
    kinds = Counter(each.kind for each in touches)
    found = {
        "site submitted": K.CAPTURED in kinds,
        "site confirmed": K.CONFIRMED in kinds,
        "site talked": any(talks(each) and not was_taken_back(each, touches) for each in touches),
        "site stopped": K.UNSUBSCRIBED in kinds,
        "site won": K.STAGE_CHANGED in kinds,
        "site downloaded": any(each.kind is K.DOWNLOADED and not each.facts for each in touches),
        "site tried": any(each.facts.get("file") == "trial" for each in touches),
        "feedback/product given": kinds[K.FEEDBACK],
        "feedback/product done": kinds[K.FEEDBACK_DONE],
        "site mails": kinds[K.SENT],
        "person/rosa contacts": kinds[K.OUTCOME],
        "site minutes": 10 * sum(each.facts.get("minutes") == "10" for each in touches),
        "step/course/01 sent": sum(each.kind is K.SENT and "step" in each.facts for each in touches),
        "pages read": len({each.gate for each in touches if each.kind is K.READ}),
    }
    return Counter({name: int(n) for name, n in found.items() if n})


def by_pencil(totals: Mapping[str, int]) -> Counter[str]:
    """The same sums out of the totals."""
    sums: Counter[str] = Counter()
    for name, n in totals.items():
        _, about, what = Cell.of(name)
        if about.startswith("page/") and what == "read":
            sums["pages read"] += n
        sums[f"{about} {what.removesuffix('_kept')}"] += n
    return sums


def check(services: Services, acts: Sequence[Act]) -> None:
    """Lives that life; then the three ways to count must agree, and counting anew must change nothing."""
    life = Life(services)
    for act in acts:
        life.act(*act)

    totals = life.end()
    simply = sum((naive(touches) for touches in life.alive()), life.simply)

    assert totals == life.expected()
    assert {name: by_pencil(totals)[name] for name in simply} == simply
    rebuilt = figures.rebuild(life.services)
    assert (rebuilt.leads, rebuilt.changed, rebuilt.off) == (LEADS, 0, 0)
    assert life.store.totals() == totals


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, world_bundle: Path) -> Iterator[Services]:
    """What a store is put into: the bundle counts."""
    ground = LocalGround(tmp_path_factory.mktemp("home"), world_bundle, StandingClock(MONDAY), SETTINGS)
    yield ground.services
    ground.close()


@settings(max_examples=120)
@given(acts=acts())
def test_feed_rebuild_and_a_naive_recount_agree(here: Services, acts: list[Act]) -> None:
    store = SqliteStore.in_memory()

    check(replace(here, store=store), acts)

    store.close()


@pytest.mark.aws
@pytest.mark.parametrize("seed", range(2))
def test_they_agree_on_dynamodb_as_well(here: Services, seed: int) -> None:
    dice = random.Random(seed)
    kinds = ["touch"] * 5 + ["stream", "erase", "stranger"]
    acts = [(dice.choice(kinds), dice.randrange(LEADS), dice.randrange(9999)) for _ in range(12)]
    with mock_aws():
        tables = Cloud().tables()

        check(replace(here, store=tables.store()), acts)


def test_rebuilding_puts_right_whatever_is_wrong_and_keeps_strangers(here: Services) -> None:
    store = SqliteStore.in_memory()
    life = Life(replace(here, store=store))
    for number in range(30):
        life.act("touch", number % LEADS, number)
    life.act("stranger", 0, 0)
    life.act("stranger", 0, 1)
    right = life.end()
    known = [name for name in right if Cell.of(name).what not in {"teaser", "free"}]
    store.add_to_totals({"2026-W02|site|mails": 5, "1999-W01|gate/none|won": 1, **dict.fromkeys(known[:40], -1)})
    with store._db.writing() as db:
        db.execute("DELETE FROM figures WHERE lead_id = ?", (life.leads[0],))

    rebuilt = figures.rebuild(life.services)

    assert rebuilt.changed == 1
    assert rebuilt.off
    assert store.totals() == right
    store.close()


def test_totals_that_change_all_the_time_are_compared_another_day(here: Services) -> None:
    store = SqliteStore.in_memory()
    life = Life(replace(here, store=store))
    counts = life.store.all_figures

    def busy() -> Iterator[Any]:
        store.add_to_totals({"2026-W02|site|form": 1})
        return counts()

    life.store.all_figures = busy

    assert figures.rebuild(life.services).off is None
    store.close()
