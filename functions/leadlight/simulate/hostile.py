"""How much goes wrong in a hostile rehearsal? Plans of trouble from a seed; `faults` says what each of it means."""

from __future__ import annotations

import random

from leadlight.simulate.faults import Fault, scattered

CALLS = 900
"""So many calls to the outside does one lead make in two months, scanner included."""

FAULTS = 24


def plan_of(seed: int) -> tuple[Fault, ...]:
    """The trouble of that seed, the same each time."""
    return scattered(random.Random(seed), calls=CALLS, count=FAULTS)  # noqa: S311  # it has to come out the same again
