"""Intervals and exact tests at their edges: ten observations, all of them, values right at the limit."""

from __future__ import annotations

import pytest

from leadlight.model.report import Share
from leadlight.rules.odds import at_least, differs, holm, less_often, more_often, share, wilson


def test_ten_observations_have_a_rate_and_so_have_all_of_ten() -> None:
    low, high = wilson(5, 10)

    assert share(5, 10) == Share(5, 10, 0.5, low, high)
    assert (low, high) == pytest.approx((0.2366, 0.7634), abs=0.00005)
    assert share(10, 10).rate == 1
    assert (share(5, 9).rate, share(11, 10).rate) == (None, None)


def test_both_sides_are_twice_the_lesser_one_and_never_more_than_sure() -> None:
    few, many = Share(1, 4), Share(3, 4)

    assert differs(many, few) == differs(few, many) == pytest.approx(2 * 17 / 70)
    assert differs(many, many) == 1
    assert less_often(few, many) == more_often(many, few) == pytest.approx(17 / 70)
    assert less_often(few, many, by=2) == more_often(many, few, by=2) > 17 / 70


def test_more_than_all_count_as_all() -> None:
    assert more_often(Share(5, 4), Share(1, 4)) == more_often(Share(4, 4), Share(1, 4))
    assert less_often(Share(1, 4), Share(5, 4)) == less_often(Share(1, 4), Share(4, 4))


def test_all_of_few_are_as_likely_as_each_of_them_together() -> None:
    assert at_least(3, 3, 0.2) == pytest.approx(0.008)
    assert at_least(0, 3, 0.2) == pytest.approx(1)


@pytest.mark.parametrize(
    ("values", "limit"),
    [([0.05], 0.05), ([0.051], -1), ([0.025, 0.05], 0.05), ([0.03, 0.04], -1), ([0.02, 0.06, 0.01], 0.02)],
)
def test_the_surest_of_many_must_be_as_many_times_surer(values: list[float], limit: float) -> None:
    assert holm(values, 0.05) == limit
