"""How many submits one network may make, counted on several counters so that a busy one does not queue at one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.world import World

from leadlight.errors import TooMany
from leadlight.settings import OPTINS_PER_HOUR
from leadlight.visitor.access import request_access
from leadlight.visitor.submit import SHARDS


def ask(world: World, number: int, source: str = "198.51.100.7") -> int:
    return world.browser(source).ask_for(address=f"visitor{number}@example.com").status


def shards(world: World) -> set[str]:
    rows = repr(world.dump())
    return {str(shard) for shard in range(SHARDS) if f"T10:00/{shard}'" in rows}


def test_twenty_of_one_network_are_let_in_exactly(world: World) -> None:
    answers = [ask(world, number) for number in range(24)]

    assert answers == [202] * 20 + [429] * 4


@pytest.mark.grounds("local", "prompt")
def test_a_busy_network_is_counted_on_more_than_one_counter(world: World) -> None:
    for number in range(12):
        ask(world, number)

    assert len(shards(world)) > 1


def test_another_network_is_let_in_meanwhile(world: World) -> None:
    for number in range(21):
        ask(world, number)

    assert ask(world, 22, "203.0.113.9") == 202


def test_who_has_many_networks_of_ipv6_is_one_sender_all_the_same(world: World) -> None:
    answers = [ask(world, number, f"2001:db8:1:{number:x}::7") for number in range(33)]

    assert answers == [202] * 30 + [429] * 3
    assert ask(world, 99, "2001:db8:2::7") == 202
    assert 6 * answers.count(202) < OPTINS_PER_HOUR


def test_after_ten_minutes_the_network_is_let_in_again(world: World) -> None:
    for number in range(21):
        ask(world, number)
    world.jump("10 minutes")

    assert ask(world, 22) == 202


@pytest.mark.parametrize("limit", [0, 1, 3, 5])
def test_a_limit_that_does_not_divide_is_kept_as_well(world: World, limit: int) -> None:
    services = replace(world.services, settings=replace(world.services.settings, network_limit=limit))

    def asks(number: int) -> bool:
        values = {"gate": "guides/mail", "email": f"v{number}@example.com", "consent": "true"}
        try:
            request_access(services, values, network="198.51.100.0/24")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(asks, range(8)))

    assert sum(answers) == limit
