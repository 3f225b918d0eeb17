"""Nobody learns from an answer whether an address is known here: not from its words, and not from its time."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.world import FORM, MAIL, Answer, World

from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.rules.stop import stopped

PEOPLE = 12
"""So many of each kind are known."""
RANDOM = re.compile(r"[A-Za-z0-9_-]{24,}(\.[A-Za-z0-9_-]+)*")
"""What may differ: tokens and names that nobody can guess."""
TURNS = 3
"""A gap that a busy machine makes is not there a second time; one that is ours is there each time."""
KINDS = ("confirmed", "asked before", "unsubscribed", "bounced", "complained")


def address(kind: str, number: int) -> str:
    """Of one length, whatever it is of."""
    return f"{kind.replace(' ', '-')}.{number:05}".rjust(24, "x") + "@example.com"


def asks(world: World, who: str, number: int, gate: str = MAIL) -> Answer:
    """Somebody sends the form, from a network of their own."""
    return world.browser(f"10.{number // 250}.{number % 250}.9").ask_for(gate, who, consent=True)


def became(world: World, who: str, reason: StopReason) -> None:
    lead = world.lead(who)
    world.services.store.commit(Change(lead=stopped(lead, reason, world.clock.now())))


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory, world_bundle: Path) -> Iterator[World]:
    """A world that knows some of each kind."""
    world = World(tmp_path_factory.mktemp("known"), world_bundle)
    world.lift_budgets()
    for number in range(PEOPLE):
        for kind in KINDS:
            if kind == "asked before":
                asks(world, address(kind, number), number)
            else:
                world.confirmed(MAIL, address(kind, number))
        became(world, address("unsubscribed", number), StopReason.UNSUBSCRIBED)
        became(world, address("bounced", number), StopReason.BOUNCED)
        became(world, address("complained", number), StopReason.COMPLAINED)
    world.settle()
    yield world
    world.close()


def shown(answer: Answer) -> tuple[object, ...]:
    """All that an answer says, with what nobody can guess blotted out."""
    headers = {name: RANDOM.sub("…", value) for name, value in answer.headers.items() if name != "content-length"}
    return answer.status, headers, [RANDOM.sub("…", cookie) for cookie in answer.cookies], RANDOM.sub("…", answer.text)


@pytest.mark.parametrize("gate", [MAIL, FORM])
@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_the_same_for_who_is_known_and_who_is_not(peopled: World, kind: str, gate: str) -> None:
    known = asks(peopled, address(kind, 1), 1, gate)
    new = asks(peopled, address("new", sum(map(ord, kind + gate))), 2, gate)

    assert shown(known) == shown(new)
    assert len(known.body) == len(new.body)


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_the_same_calls(peopled: World, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def called(who: str) -> list[str]:
        calls: list[str] = []
        store = type(peopled.services.store)
        with monkeypatch.context() as patched:
            for name in [name for name in vars(store) if not name.startswith("_")]:
                if callable(call := getattr(store, name)):
                    patched.setattr(store, name, noted(call, name, calls))
            asks(peopled, who, 3)
        return calls

    assert called(address(kind, 2)) == called(address("new", 90_000 + KINDS.index(kind))) != []


def noted(call: Callable[..., object], name: str, calls: list[str]) -> Callable[..., object]:
    def through(*args: object, **options: object) -> object:
        calls.append(name)
        return call(*args, **options)

    return through


def took(world: World, who: str, number: int, gate: str) -> float:
    """Seconds until the answer."""
    begun = time.perf_counter()
    asks(world, who, number, gate)
    return time.perf_counter() - begun


def auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """How well a threshold tells the two apart, either way round: 0.5 is not at all, 1 is always (Mann and Whitney)."""
    wins = sum((one > other) + (one == other) / 2 for one in ones for other in others)
    share = wins / (len(ones) * len(others))
    return max(share, 1 - share)


@pytest.mark.parametrize("gate", [MAIL, FORM])
def test_the_answer_takes_as_long_for_who_is_known(peopled: World, gate: str, request: pytest.FixtureRequest) -> None:
    trials, dice = request.config.getoption("--trials"), random.Random(5)
    chance = 4 * (1 / (12 * trials / 4)) ** 0.5  # four standard errors of a share that says nothing
    told: list[str] = []
    for turn in range(TURNS):
        times = timed(peopled, gate, range(turn * trials, (turn + 1) * trials), dice)
        gap = abs(statistics.median(times[True]) - statistics.median(times[False]))
        found = auc(times[True], times[False])
        told.append(f"{trials} trials: gap {gap * 1000:.2f} ms, AUC {found:.3f}")
        print(told[-1])
        if gap < 0.005 and found < (0.55 if trials >= 2000 else 0.5 + chance):
            return

    pytest.fail("; ".join(told))


def timed(world: World, gate: str, numbers: range, dice: random.Random) -> dict[bool, list[float]]:
    """How long each of these answers took, by whether somebody known had asked."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in numbers:
        is_known = dice.random() < 0.5
        kind = dice.choice(KINDS) if is_known else f"new {gate.rpartition('/')[2]}"
        who = address(kind, number % PEOPLE if is_known else number)
        times[is_known].append(took(world, who, 100 + number, gate))
    return times
