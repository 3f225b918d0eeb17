"""The manual's page of promises: each has its number, its words, and tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "content" / "project" / "promises.md"

PROMISES = {
    int(part.partition(".")[0]): re.findall(r"`(tests/[^`]+)`", part.partition("Held by")[2].partition("\n")[0])
    for part in PAGE.read_text().split("**P")[1:]
}


def test_there_are_fourteen() -> None:
    assert sorted(PROMISES) == list(range(1, 15))


@pytest.mark.parametrize("number", sorted(PROMISES))
def test_each_is_held_by_tests_that_bear_its_number_or_its_subject(number: int) -> None:
    texts = [(ROOT / path).read_text() for path in PROMISES[number]]

    assert len(texts) >= 2
    assert number == 5 or any(f"def test_p{number}_" in text for text in texts)
