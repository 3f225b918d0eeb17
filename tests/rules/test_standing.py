"""Where an address is after what came back: the whole table, and that order and repetition never matter."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import DAY, MONDAY

from leadlight.rules.standing import Level, Said, Sort, Standing, heard, sort_of, standing_of

FINE, DOUBTFUL, UNREACHABLE, COMPLAINED = Level
HARD, SOFT, FULL, OURS, COMPLAINT = Sort


def said(sort: Sort, day: float = 0, mail: str = "") -> Said:
    return Said(sort, mail or f"{sort}-{day}", MONDAY + day * DAY)


STATES = {
    FINE: (),
    DOUBTFUL: (said(SOFT), said(SOFT, 1), said(FULL, 1), said(FULL, 2), said(FULL, 3), said(FULL, 4)),
    UNREACHABLE: (said(HARD),),
    COMPLAINED: (said(COMPLAINT),),
}
"""How one gets into each state; the doubtful one is one mail away from the next."""

TABLE = [
    (FINE, HARD, UNREACHABLE),
    (FINE, SOFT, DOUBTFUL),
    (FINE, FULL, DOUBTFUL),
    (FINE, OURS, FINE),
    (FINE, COMPLAINT, COMPLAINED),
    (DOUBTFUL, HARD, UNREACHABLE),
    (DOUBTFUL, SOFT, UNREACHABLE),
    (DOUBTFUL, FULL, UNREACHABLE),
    (DOUBTFUL, OURS, DOUBTFUL),
    (DOUBTFUL, COMPLAINT, COMPLAINED),
    (UNREACHABLE, HARD, UNREACHABLE),
    (UNREACHABLE, SOFT, UNREACHABLE),
    (UNREACHABLE, FULL, UNREACHABLE),
    (UNREACHABLE, OURS, UNREACHABLE),
    (UNREACHABLE, COMPLAINT, COMPLAINED),
    (COMPLAINED, HARD, COMPLAINED),
    (COMPLAINED, SOFT, COMPLAINED),
    (COMPLAINED, FULL, COMPLAINED),
    (COMPLAINED, OURS, COMPLAINED),
    (COMPLAINED, COMPLAINT, COMPLAINED),
]


@pytest.mark.parametrize(("before", "sort", "after"), TABLE)
def test_each_state_goes_where_the_table_says(before: Level, sort: Sort, after: Level) -> None:
    standing = standing_of(STATES[before])

    assert standing.level is before
    assert heard(standing, said(sort, 10)).level is after


def test_the_table_is_complete() -> None:
    assert [(before, sort) for before, sort, _ in TABLE] == [(before, sort) for before in Level for sort in Sort]


@pytest.mark.parametrize(
    ("days", "sort", "level"),
    [
        ((0, 7, 14), SOFT, UNREACHABLE),
        ((0, 7, 14.1), SOFT, DOUBTFUL),
        ((0, 1, 2, 3, 30), FULL, UNREACHABLE),
        ((0, 1, 2, 3, 30.1), FULL, DOUBTFUL),
        ((0, 1, 2), FULL, DOUBTFUL),
        (tuple(range(20)), OURS, FINE),
    ],
)
def test_how_long_we_are_patient(days: tuple[float, ...], sort: Sort, level: Level) -> None:
    assert standing_of(said(sort, day) for day in days).level is level


def test_one_mail_counts_once_however_often_it_comes_back() -> None:
    assert standing_of(said(SOFT, day, mail="one") for day in range(9)).level is DOUBTFUL


def test_who_has_confirmed_since_begins_anew() -> None:
    assert standing_of([said(HARD), said(SOFT, 1)], proven_at=MONDAY + DAY) == Standing()
    assert standing_of([said(HARD), said(SOFT, 2)], proven_at=MONDAY + DAY).level is DOUBTFUL


@pytest.mark.parametrize(
    ("status", "subtype", "sort"),
    [
        ("", "", SOFT),
        ("5.0.0", "Undetermined", SOFT),
        ("4.4.7", "General", SOFT),
        ("5.2.1", "", SOFT),
        ("4.2.2", "", FULL),
        ("5.2.2", "General", FULL),
        ("", "MailboxFull", FULL),
        ("5.3.4", "", OURS),
        ("", "MessageTooLarge", OURS),
        ("", "ContentRejected", OURS),
        ("5.7.1", "General", OURS),
        ("5.1.8", "", OURS),
        ("4.4.6", "", OURS),
    ],
)
def test_a_passing_failure_is_sorted_by_its_status(status: str, subtype: str, sort: Sort) -> None:
    assert sort_of(status, final=False, subtype=subtype) is sort
    assert sort_of(status, final=True, subtype=subtype) is HARD


ANYTHING = st.builds(
    Said,
    st.sampled_from(Sort),
    st.sampled_from("abcdef"),
    st.integers(0, 40).map(lambda day: MONDAY + timedelta(days=day)),
)


@given(st.lists(ANYTHING, max_size=12), st.integers(0))
def test_order_and_repetition_make_no_difference(everything: list[Said], seed: int) -> None:
    other = [*everything, *everything[::2]]
    Random(seed).shuffle(other)

    assert standing_of(other) == standing_of(everything)


@given(st.lists(ANYTHING, max_size=12), ANYTHING)
def test_nothing_that_is_heard_makes_a_standing_better(everything: list[Said], one: Said) -> None:
    before = standing_of(everything)

    assert heard(before, one).level >= before.level
