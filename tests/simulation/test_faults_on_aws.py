"""The same story in an AWS account: faults where it matters most, random ones everywhere, and a few random worlds."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import botocore.endpoint
import pytest
from tests.conftest import Tally
from tests.ground_aws import Account
from tests.simulation.scenario import told
from tests.simulation.test_faults_everywhere import singles
from tests.simulation.worlds import FAULTS, life

from leadlight.simulate.faults import Kind, scattered, written

SHARE = 8
"""Cases in an ordinary run; with `--all-pairs` all of them."""

SEEDS = 4
"""Random worlds for each 200 on SQLite."""

ACTS = 12
CALLS = 300
"""About as many as such a world makes while there is trouble."""

WORST = frozenset({Kind.GONE, Kind.LOST, Kind.PAUSE})


pytestmark = pytest.mark.usefixtures("few_shards")


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's own pauses between its tries take no time."""
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)


def test_on_aws_too_whatever_goes_wrong_once_nobody_is_lost_and_nothing_comes_twice(
    folders: Mapping[str, Path], account: Account, tally: Tally, request: pytest.FixtureRequest
) -> None:
    home, wrong = told(folders, account=account)
    calls = home.trouble.calls
    cases = list(singles(calls))
    if not request.config.getoption("--all-pairs"):
        around = list(singles(calls, only={"store.claim", "mailer.send"}))
        worst = [plan for plan in around if plan[0].kind in WORST]
        dice = random.Random(request.config.getoption("--seed"))
        cases = [*dice.sample(worst, SHARE // 2), *dice.sample(cases, SHARE // 2)]
    found = {written(plan): told(folders, plan, account=account)[1] for plan in cases}

    tally("single faults on AWS", calls=len(calls), cases=len(cases))
    assert wrong == []
    assert {plan: broken for plan, broken in found.items() if broken} == {}


def test_in_random_worlds_on_aws_too_every_promise_holds(
    folders: Mapping[str, Path], account: Account, tally: Tally, request: pytest.FixtureRequest
) -> None:
    seeds = range(1, max(1, SEEDS * request.config.getoption("--seeds") // 200) + 1)
    broken = {}
    for seed in seeds:
        plan = scattered(random.Random(f"faults {seed}"), calls=CALLS, count=FAULTS)
        if wrong := life(folders, seed, plan, account=account, acts=ACTS)[0]:
            broken[seed] = [written(plan), *wrong]

    tally("random worlds on AWS", seeds=len(seeds), violations=len(broken))
    assert broken == {}
