"""The meter: what counts as one period, what is left, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlight.model.site import Meter
from leadlight.rules.meter import Free, free_of, left_in_words, period_of, used_up_in_words

NEW_YEAR = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("per", "name"),
    [("day", "day/2026-12-31"), ("week", "week/2026-W53"), ("month", "month/2026-12"), ("year", "year/2026")],
)
def test_a_period_is_that_of_the_calendar(per: str, name: str) -> None:
    assert period_of(per, NEW_YEAR) == name


def test_a_week_of_two_years_is_one_week() -> None:
    assert period_of("week", datetime(2027, 1, 3, tzinfo=UTC)) == period_of("week", NEW_YEAR)


@pytest.mark.parametrize(
    ("read", "free"),
    [
        ([], Free(2, has_read=False)),
        (["a"], Free(1, has_read=True)),
        (["b"], Free(1, has_read=False)),
        (["b", "b"], Free(1, has_read=False)),
        (["b", "c", "d"], Free(0, has_read=False)),  # the meter was larger once
    ],
)
def test_what_is_left_of_two(read: list[str], free: Free) -> None:
    assert free_of(Meter(2, "month"), "a", read) == free


def test_a_page_opens_while_one_is_left_and_again_once_it_was_read() -> None:
    assert [Free(1, has_read=False).opens, Free(0, has_read=True).opens, Free(0, has_read=False).opens] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("per", "ends"), [("day", "today"), ("week", "this week"), ("month", "this month"), ("year", "this year")]
)
@pytest.mark.parametrize(("count", "reads"), [(1, "1 free read"), (3, "3 free reads")])
def test_the_words_name_the_number_and_the_time(per: str, ends: str, count: int, reads: str) -> None:
    assert left_in_words(count, per) == f"Read it now \u2013 {reads} left {ends}"
    assert used_up_in_words(Meter(count, per), 64) == (
        f"You have used your {reads} {ends}; the other 64\u202f% is for registered readers."
    )
