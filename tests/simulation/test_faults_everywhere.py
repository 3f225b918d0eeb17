"""Everything that can go wrong once, at every call to the outside of one conversation; and two such things together."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from tests.conftest import Tally
from tests.simulation.installation import Installation, timeline
from tests.simulation.moments import Teller
from tests.simulation.scenario import begun, told

from leadlight.simulate.faults import LOOKING, OF_THE_WORLD, Fault, Kind, possible, read, written

PARTS = 8
"""Tests that share the cases, so that workers can."""

TENTH = 10
AROUND_SENDING = frozenset({"store.claim", "mailer.send", "mailer.was_sent", "store.commit"})
"""Where it makes a difference whether the carrier can be asked."""

PAIRED = frozenset({Kind.GONE, Kind.LOST, Kind.THROTTLED, Kind.PAUSE})
IDLE = frozenset({"bus.deliver", "keys.raise_note", "store.raise_note"})
"""Changes nothing here: nobody listens, and no store was restored."""

Folders = Mapping[str, Path]
Plan = Sequence[Fault]


def singles(calls: Sequence[str], *, only: Iterable[str] = ()) -> Iterator[Plan]:
    """Each thing that can happen at each call."""
    for number, call in enumerate(calls, 1):
        if not only or call in only:
            yield from ((Fault(number, kind),) for kind in possible(call))


def pairs(calls: Sequence[str]) -> Iterator[Plan]:
    """Two things at two calls that change something; the second also hits what the first has changed behind it.

    A crash before a call leaves what the crash after the change before it left, so it is not tried again, and neither
    are calls that only look. Jumps and what comes twice or mixed are left to the random worlds and their three faults,
    and so is what our own people are mailed by the calendar.
    """
    changing = [(number, call) for number, call in enumerate(calls, 1) if call not in LOOKING | IDLE]
    faults = [Fault(number, kind) for number, call in changing for kind in possible(call) if kind in PAIRED]
    return ((one, two) for one, two in combinations(faults, 2) if one.call < two.call)


def broken(folders: Folders, plans: Sequence[Plan], *, tells: bool = False, steps: int = 2) -> list[str]:
    """The plans under which a promise does not hold, each with the command that shows it again."""
    found, teller = [], Teller(folders, tells=tells, steps=steps)
    for plan in plans:
        if wrong := teller.told(plan):
            again = (
                f"pytest tests/simulation/test_faults_everywhere.py -k replay --plan {written(plan)} --steps {steps}"
            )
            found.append(f"{again}{' --tells' if tells else ''}: {wrong[0]}")
    teller.close()
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_once_nobody_is_lost_and_nothing_comes_twice(
    folders: Folders, part: int, tally: Tally
) -> None:
    calls = told(folders)[0].trouble.calls
    cases = list(singles(calls))[part::PARTS]

    tally("single faults", calls=0 if part else len(calls), cases=len(cases))
    assert broken(folders, cases) == []


@pytest.mark.parametrize("part", range(2))
def test_a_carrier_that_tells_what_it_sent_changes_no_promise(folders: Folders, part: int, tally: Tally) -> None:
    calls = told(folders, tells=True)[0].trouble.calls
    cases = list(singles(calls, only=AROUND_SENDING))[part::2]

    tally("single faults around sending, with evidence", cases=len(cases))
    assert broken(folders, cases, tells=True) == []


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_twice_nobody_is_lost_and_nothing_comes_twice(
    folders: Folders, part: int, tally: Tally, request: pytest.FixtureRequest
) -> None:
    calls = told(folders, steps=1)[0].trouble.calls
    every = list(pairs(calls))
    if not request.config.getoption("--all-pairs"):
        every = random.Random(request.config.getoption("--seed")).sample(every, len(every) // TENTH)
    every.sort()  # those with the same first fault are told together
    cases = every[len(every) * part // PARTS : len(every) * (part + 1) // PARTS]

    tally("pairs of faults", calls=0 if part else len(calls), cases=len(cases))
    assert broken(folders, cases, steps=1) == []


@pytest.mark.parametrize("steps", [1, 2])
def test_a_story_told_from_its_moments_is_the_one_told_from_its_start(folders: Folders, steps: int) -> None:
    calls = told(folders, steps=steps)[0].trouble.calls
    dice, teller = random.Random(steps), Teller(folders, steps=steps)
    plans = [*dice.sample(list(singles(calls)), 10), *dice.sample(list(pairs(calls)), 10)]

    for plan in dice.sample([*plans, *plans[:10]], 30):  # in no order, and some of them twice
        at_once = begun(folders, plan, steps=steps)
        assert (plan, teller.told(plan)) == (plan, at_once.to_the_end())
        assert (plan, everything(teller.story.home)) == (plan, everything(at_once.home))
        at_once.home.close()
    teller.close()


def everything(home: Installation) -> list[str]:
    """What there is to know of an installation: the timeline with all calls, and each mail to the byte."""
    return [*timeline(home), *(f"{mail.data!r}" for mail in home.mails)]


def test_the_story_without_trouble_has_all_its_mails(folders: Folders) -> None:
    home, wrong = told(folders)

    kinds = [mail.tag.split("/")[2:4] for mail in home.mails]
    assert [kind[1] if kind[0] == "mail" else kind[0] for kind in kinds] == [
        "optin", "delivery", "notify", "step", "step", "pulse",
    ]  # fmt: skip
    assert wrong == []


def test_every_kind_of_fault_can_happen_somewhere(folders: Folders) -> None:
    calls = told(folders)[0].trouble.calls

    assert {kind for call in calls for kind in possible(call)} == set(Kind)
    assert all(set(possible(call)) >= OF_THE_WORLD for call in calls)


def test_replay(folders: Folders, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--plan`: the story under that plan, printed."""
    option = request.config.getoption
    story = begun(folders, read(option("--plan")), tells=option("--tells"), steps=option("--steps") or 2)
    wrong = story.to_the_end()

    if option("--plan"):
        with capsys.disabled():
            print("", *story.home.story, *wrong, sep="\n")
    story.home.close()
    assert wrong == []
