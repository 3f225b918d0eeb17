"""Intervals and exact tests, against published values and against counting everything out."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.model.report import Share
from leadlight.rules.odds import at_least, differs, holm, less_often, more_often, share, wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_as_newcombe_has_it(count: int, of: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert wilson(count, of) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize(("count", "of"), [(1, 3), (0, 0), (9, 9), (12, 11)])
def test_there_is_no_rate_of_three_nor_one_above_all(count: int, of: int) -> None:
    assert share(count, of) == Share(count, of, None, None, None)


def counted_out(one: Share, other: Share, by: float) -> float:
    """The same by all the ways there are."""
    both = one.count + other.count
    ways = {k: comb(one.of, k) * comb(other.of, both - k) * by**k for k in range(min(one.of, both) + 1)}
    return sum(number for k, number in ways.items() if k >= one.count) / sum(ways.values())


SHARES = st.integers(0, 40).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@given(SHARES, SHARES, st.sampled_from([1.0, 1.25, 3.0]))
def test_the_exact_test_is_what_counting_out_gives(one: Share, other: Share, by: float) -> None:
    assert more_often(one, other, by=by) == pytest.approx(counted_out(one, other, by))


@given(SHARES, SHARES)
def test_less_often_is_more_often_seen_from_the_other_side(one: Share, other: Share) -> None:
    assert less_often(one, other, by=1.25) == pytest.approx(more_often(other, one, by=1.25))


def test_very_many_are_no_trouble() -> None:
    few, many = Share(2_000, 50_000), Share(45_000, 50_000)

    assert more_often(many, few) == pytest.approx(0)
    assert more_often(few, many) == pytest.approx(1)
    assert differs(Share(5_000, 50_000), Share(5_010, 50_000)) > 0.9


def test_the_binomial_tail_is_what_counting_out_gives() -> None:
    assert at_least(7, 20, 0.2) == pytest.approx(sum(comb(20, k) * 0.2**k * 0.8 ** (20 - k) for k in range(7, 21)))


def test_of_many_looks_only_what_is_surer_counts() -> None:
    assert holm([0.03, 0.2, 0.4], 0.05) < 0
    assert holm([0.03, 0.001, 0.4], 0.05) == 0.001
    assert holm([], 0.05) < 0
