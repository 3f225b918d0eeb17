"""Is the security checklist whole, and does what it names exist? The page is `content/project/asvs.md`."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "content" / "project" / "asvs.md"

LEVELS = """\
1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123
2.1:122 2.2:112 2.3:12223 2.4:23
3.1:3 3.2:113 3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333
4.1:12233 4.2:23333 4.3:22 4.4:1222
5.1:2 5.2:112333 5.3:113 5.4:222
6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222
7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22
8.1:1233 8.2:1123 8.3:133 8.4:23
9.1:111 9.2:1222
10.1:22 10.2:223 10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222
11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 11.7:33
12.1:12233 12.2:11 12.3:22223
13.1:2333 13.2:222223 13.3:2233 13.4:1222233
14.1:22 14.2:12223333 14.3:122
15.1:12233 15.2:12233 15.3:1222222 15.4:3333
16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223
17.1:23 17.2:22223333 17.3:22
"""
"""The sections of OWASP ASVS 5.0.0, and the level of each of their requirements from the first on, a digit each.

From its own list (OWASP Foundation, CC BY-SA 4.0)."""

WITHOUT = ("By design", "In part", "Not met", "Does not apply")
"""How an answer begins that is no test alone."""


class Row(NamedTuple):
    """One of the table, which may stand for several requirements."""

    ids: tuple[str, ...]
    levels: str
    asks: str
    answer: str

    @property
    def kind(self) -> str:
        return next((kind for kind in WITHOUT if self.answer.startswith(f"**{kind}.** ")), "a test")

    @property
    def tests(self) -> list[tuple[str, str]]:
        return re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", self.answer)


def required() -> dict[str, str]:
    """Each requirement of levels 1 and 2, in order, and its level."""
    sections = (part.split(":") for part in LEVELS.split())
    every = {f"{name}.{n}": level for name, levels in sections for n, level in enumerate(levels, 1)}
    return {name: level for name, level in every.items() if level in "12"}


def rows() -> Iterator[Row]:
    """The table."""
    known = list(required())
    found = re.findall(r"^\| (\d+\.\d+\.\d+)(?: to (\S+))? \| ([12, ]+) \| (.+?) \| (.+) \|$", text(), re.MULTILINE)
    for first, last, levels, asks, answer in found:
        yield Row(tuple(known[known.index(first) : known.index(last or first) + 1]), levels, asks, answer)


@cache
def text() -> str:
    return PAGE.read_text("utf-8")


@cache
def defined(path: str) -> frozenset[str]:
    """The tests of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_each_requirement_of_both_levels_has_its_answer_in_order() -> None:
    assert [name for row in rows() for name in row.ids] == list(required())
    assert len(required()) == 253


def test_each_answer_names_the_level() -> None:
    levels = required()

    assert [row for row in rows() if row.levels != ", ".join(sorted({levels[name] for name in row.ids}))] == []


def test_each_answer_is_a_test_or_a_reason() -> None:
    short = [row.ids for row in rows() if row.kind != "a test" and len(row.answer) < len(row.kind) + 12]
    bare = [row.ids for row in rows() if row.kind == "a test" and not row.answer.startswith("`tests/")]

    assert (short, bare) == ([], [])


@pytest.mark.parametrize("kind", ["a test", *WITHOUT])
def test_the_sums_are_right(kind: str) -> None:
    counted = Counter[str]()
    for row in rows():
        counted[row.kind] += len(row.ids)

    said = re.search(rf"^\| {kind} \| .+ \| (\d+) \|$", text(), re.MULTILINE)
    assert said
    assert int(said[1]) == counted[kind]


def test_each_test_that_is_named_exists() -> None:
    named = {test for row in rows() for test in row.tests}
    gone = [(path, name) for path, name in sorted(named) if not (ROOT / path).is_file() or name not in defined(path)]

    assert gone == []
    assert len(named) > 80
