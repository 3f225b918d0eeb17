"""Which progress the next contact should aim at, above all after failures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.rules.examples import MONDAY, lead

from leadlight.model.touch import Objective, Touch, TouchKind, WhyNot
from leadlight.rules.objective import INSTEAD, Suggestion, failures, suggested

START, ADVANCE, CLOSE, RELATE = Objective


def contact(objective: Objective, why: WhyNot | None = None, *, n: int = 0) -> Touch:
    facts = {"achieved": "no", "why_not": why} if why else {"achieved": "yes"}
    at = MONDAY + timedelta(days=n)
    return Touch(f"outcome/{n}", lead().id, TouchKind.OUTCOME, at, objective=objective, facts=facts)


def failed(objective: Objective, times: int = 2) -> list[Touch]:
    return [contact(objective, WhyNot.OBJECTION, n=n) for n in range(times)]


@pytest.mark.parametrize(
    ("achieved", "wanted"),
    [
        ((), START),
        ((START,), ADVANCE),
        ((START, ADVANCE), CLOSE),
        (tuple(Objective), RELATE),
        ((CLOSE,), RELATE),
        ((ADVANCE,), CLOSE),
        ((RELATE,), START),
    ],
)
def test_the_next_progress_is_the_one_after_the_farthest_made(
    achieved: tuple[Objective, ...], wanted: Objective
) -> None:
    assert suggested(lead(achieved=achieved)) == Suggestion(wanted)


@pytest.mark.parametrize("wanted", [START, ADVANCE, CLOSE, RELATE])
def test_after_two_failures_another_is_proposed(wanted: Objective) -> None:
    achieved = tuple(Objective)[: tuple(Objective).index(wanted)]

    assert suggested(lead(achieved=achieved), failed(wanted, 1)) == Suggestion(wanted)
    assert suggested(lead(achieved=achieved), failed(wanted)) == Suggestion(INSTEAD[wanted][0], instead_of=wanted)


def test_who_was_not_reached_has_refused_nothing() -> None:
    touches = [contact(START, WhyNot.NOT_REACHED, n=n) for n in range(5)]

    assert suggested(lead(), touches) == Suggestion(START)


def test_not_reaching_somebody_takes_no_failure_back() -> None:
    touches = [*failed(START, 1), contact(START, WhyNot.NOT_REACHED), *failed(START, 1)]

    assert failures(touches, START) == 2


def test_a_success_takes_the_failures_back() -> None:
    assert failures([*failed(CLOSE), contact(CLOSE), *failed(CLOSE, 1)], CLOSE) == 1


def test_what_has_failed_as_well_is_not_proposed_instead() -> None:
    touches = [*failed(START), *failed(INSTEAD[START][0])]

    assert suggested(lead(), touches) == Suggestion(INSTEAD[START][1], instead_of=START)


def test_the_nearest_that_has_not_failed_twice_comes_before_one_that_never_failed() -> None:
    nearest = INSTEAD[START][0]

    assert suggested(lead(), [*failed(START), *failed(nearest, 1)]) == Suggestion(nearest, instead_of=START)


def test_where_everything_has_failed_what_failed_least_is_tried() -> None:
    touches = [touch for n, objective in enumerate(Objective) for touch in failed(objective, 5 - n)]

    assert suggested(lead(), touches).objective is RELATE
    assert suggested(lead(), [*touches, *failed(RELATE, 9)]).objective is CLOSE


def test_a_failure_of_another_objective_counts_for_nothing() -> None:
    assert suggested(lead(), failed(CLOSE)) == Suggestion(START)
