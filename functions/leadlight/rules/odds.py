"""How sure is a count? Intervals and exact tests, for `rules.report` and `rules.worth_doing`. Pure, closed formulas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import takewhile

from leadlight.model.report import ENOUGH, Share

Z = 1.959964
"""Of the normal distribution 95 % lies so many standard deviations around its middle."""


def share(count: int, of: int) -> Share:
    """The share with its interval, or the counts alone where a rate would say more than they do."""
    if of < ENOUGH or count > of:
        return Share(count, of)
    low, high = wilson(count, of)
    return Share(count, of, count / of, low, high)


def wilson(count: int, of: int) -> tuple[float, float]:
    """The interval that holds the true rate 95 times of 100: E. B. Wilson, JASA 22 (1927), 209.

    Unlike the one that school teaches it is right for few observations, and for none or all of them.

    >>> [round(bound, 3) for bound in wilson(0, 10)]
    [0.0, 0.278]
    """
    rate, weight = count / of, Z * Z / of
    middle = (rate + weight / 2) / (1 + weight)
    reach = Z / (1 + weight) * math.sqrt(rate * (1 - rate) / of + weight / (4 * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def more_often(one: Share, other: Share, *, by: float = 1.0) -> float:
    """How likely `one` is to come out so high or higher, were its odds at most `by` times those of `other`.

    Fisher's exact test on one side (R. A. Fisher, 1935), with odds in place of equality (J. Cornfield, 1956): given
    both sums, the count follows Fisher's noncentral hypergeometric distribution. Counts above their `of` count as all.

    >>> round(more_often(Share(3, 4), Share(1, 4)), 4)
    0.2429
    """
    count, other_count = min(one.count, one.of), min(other.count, other.of)
    both = count + other_count
    least, most = max(0, both - other.of), min(one.of, both)

    def growth(k: int) -> float:
        """By how much more likely k + 1 is than k."""
        return by * (one.of - k) * (both - k) / ((k + 1) * (other.of - both + k + 1))

    above = _summed(growth(k) for k in range(count, most))
    below = _summed(1 / growth(k - 1) for k in range(count, least, -1))
    return 1 / (1 + below / (1 + above))


def less_often(one: Share, other: Share, *, by: float = 1.0) -> float:
    """The same for so low or lower, were the odds of `other` at most `by` times those of `one`."""
    return more_often(_missed(one), _missed(other), by=by)


def differs(one: Share, other: Share) -> float:
    """How likely the two are to come out so far apart or further, were they alike: twice the lesser of both sides."""
    return min(1.0, 2 * min(more_often(one, other), less_often(one, other)))


def at_least(count: int, of: int, rate: float) -> float:
    """How likely so many or more of `of` are, each by itself at that rate: the binomial distribution's upper tail.

    >>> round(at_least(8, 10, 0.5), 4)
    0.0547
    """
    first = math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
    first += count * math.log(rate) + (of - count) * math.log1p(-rate)
    odds = rate / (1 - rate)
    return min(1.0, math.exp(first) * (1 + _summed(odds * (of - k) / (k + 1) for k in range(count, of))))


def holm(values: Sequence[float], alpha: float) -> float:
    """Which of these values count, so that at most `alpha` of all such looks find anything where nothing is: up to it.

    S. Holm, Scandinavian Journal of Statistics 6 (1979), 65. Below 0 for none.

    >>> holm([0.01, 0.04, 0.02], 0.05)
    0.04
    """
    ordered = sorted(values)
    passing = takewhile(lambda at: at[1] <= alpha / (len(ordered) - at[0]), enumerate(ordered))
    return max((value for _, value in passing), default=-1.0)


def _missed(of: Share) -> Share:
    return Share(of.of - min(of.count, of.of), of.of)


def _summed(growths: Iterable[float]) -> float:
    """The sum of all terms after the first, which is 1, each that much of the one before."""
    total, term = 0.0, 1.0
    for growth in growths:
        term *= growth
        total += term
        if term < total * 1e-17 and growth < 1:  # they only fall from here on
            break
    return total
