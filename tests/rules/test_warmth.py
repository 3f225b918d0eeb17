"""How warm a lead is, and what would be worth doing next."""

from __future__ import annotations

import pytest
from tests.rules.examples import MONDAY, lead

from leadlight.model.criteria import Criteria
from leadlight.model.lead import Temperature
from leadlight.model.person import CallKind, CallWish, Intent
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.warmth import suggested_objective, temperature


def touch(kind: TouchKind, quality: int = 0, **facts: str) -> Touch:
    return Touch("t", lead().id, kind, MONDAY, quality=quality, facts=facts)


@pytest.mark.parametrize(("reads", "warmth"), [(2, Temperature.COLD), (3, Temperature.WARM), (99, Temperature.WARM)])
def test_reading_warms_and_never_makes_hot(reads: int, warmth: Temperature) -> None:
    assert temperature(lead(), [touch(TouchKind.READ, 3)] * reads, Criteria(), MONDAY) is warmth


def test_who_objects_to_points_is_cold_to_conditions_whatever_they_read() -> None:
    assert temperature(lead(unscored=True), [touch(TouchKind.READ, 3)] * 99, Criteria(), MONDAY) is Temperature.COLD


def test_who_objects_to_points_is_hot_by_what_they_say() -> None:
    asked = touch(TouchKind.ASKED, confirmed="yes")

    assert temperature(lead(unscored=True), [asked], Criteria(), MONDAY) is Temperature.HOT


def test_a_mail_sent_is_no_experience() -> None:
    assert temperature(lead(), [touch(TouchKind.SENT)] * 99, Criteria(), MONDAY) is Temperature.COLD


def test_declared_intent_makes_hot() -> None:
    assert temperature(lead(intent=Intent.READY), [], Criteria(), MONDAY) is Temperature.HOT


def test_a_question_makes_hot() -> None:
    assert temperature(lead(), [touch(TouchKind.ASKED, confirmed="yes")], Criteria(), MONDAY) is Temperature.HOT


def test_a_question_that_anybody_could_have_asked_does_not() -> None:
    assert temperature(lead(), [touch(TouchKind.ASKED, confirmed="no")], Criteria(), MONDAY) is Temperature.COLD


@pytest.mark.parametrize(("kind", "warmth"), [(CallKind.NOW, Temperature.HOT), (CallKind.NO, Temperature.COLD)])
def test_a_wish_for_a_call_makes_hot_and_its_refusal_does_not(kind: CallKind, warmth: Temperature) -> None:
    assert temperature(lead(call=CallWish(kind)), [], Criteria(), MONDAY) is warmth


def test_the_suggested_objective_is_the_first_progress_not_made_yet() -> None:
    achieved = [(), (Objective.START,), (Objective.START, Objective.ADVANCE), tuple(Objective)]

    assert [suggested_objective(lead(achieved=done)) for done in achieved] == [
        Objective.START, Objective.ADVANCE, Objective.CLOSE, Objective.RELATE,
    ]  # fmt: skip
