"""Forms sent to flood one person, one company, or everybody: how tests do that, and what an attacker sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tests.world import MAIL, Answer, World

VALUE = re.compile(r"=[^;]*", re.ASCII)
"""Of a cookie's line, what is random."""


def limited(world: World, **limits: int) -> World:
    """From now on with these limits."""
    world.serve(replace(world.services, settings=replace(world.services.settings, **limits)))
    return world


def networks() -> Iterator[str]:
    """Addresses of which no two are of one network."""
    return (f"10.{high}.{low}.7" for high in range(250) for low in range(250))


def ask(world: World, address: str, source: str = "198.51.100.7", gate: str = MAIL) -> Answer:
    answer = world.browser(source).ask_for(gate, address)
    world.settle()
    return answer


def flood(world: World, count: int, *, domain: str = "") -> list[Answer]:
    """So many strangers' addresses, each typed in from a network of its own."""
    sources = networks()
    return [
        ask(world, f"stranger{number}@{domain or f'town{number}.example'}", next(sources)) for number in range(count)
    ]


def alike(answers: list[Answer]) -> bool:
    """Whether nobody can tell them apart, but for what is random."""
    return len({_shown(answer) for answer in answers}) == 1


def _shown(answer: Answer) -> tuple[object, ...]:
    cookies = (VALUE.sub("=", line, count=1) for line in answer.cookies)
    return (answer.status, answer.body, *sorted(answer.headers.items()), *cookies)
