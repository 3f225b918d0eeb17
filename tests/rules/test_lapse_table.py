"""Has a lead lapsed, and when do we look? Sixty days of silence, seen from a Monday at ten."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.rules.examples import DAY, HOUR, MONDAY, lead

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Pause, Stage, Stop, StopReason
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.lapse import heard_at, look, look_again, may_lapse

LAPSE = 60 * DAY
UNSUBSCRIBED, REPLIED = Stop(StopReason.UNSUBSCRIBED, MONDAY), Stop(StopReason.REPLIED, MONDAY)


def touch(days: float, kind: TouchKind = TouchKind.READ, **facts: str) -> Touch:
    return Touch(f"t/{days}", lead().id, kind, MONDAY + days * DAY, facts=facts)


def other(days: float) -> Due:
    return Due(lead().id, 1, DueKind.STEP, f"course/{days}", MONDAY + days * DAY)


@pytest.mark.parametrize(
    ("known", "may", "looks"),
    [
        ({}, True, True),
        ({"stage": Stage.PROSPECT}, True, True),
        ({"stage": Stage.OPPORTUNITY}, True, True),
        ({"stage": Stage.CUSTOMER}, False, False),
        ({"stage": Stage.LAPSED}, False, False),
        ({"confirmed_at": None}, False, False),
        ({"stops": (UNSUBSCRIBED,)}, False, False),
        ({"stops": (REPLIED,)}, True, False),  # a rep is to answer first
        ({"stops": (REPLIED, UNSUBSCRIBED)}, False, False),
        ({"hold": Hold("rita", Objective.START, MONDAY, MONDAY + DAY)}, True, False),
        ({"pauses": (Pause("lead", MONDAY, MONDAY + DAY),)}, True, False),
    ],
)
def test_who_may_still_buy_may_lapse_and_is_looked_at_where_nothing_else_waits(
    known: dict, may: bool, looks: bool
) -> None:
    given = lead(generation=2, **known)

    assert may_lapse(given) is may
    assert look(given, LAPSE, MONDAY) == (Due(given.id, 2, DueKind.REVIEW, "lapse", MONDAY + LAPSE) if looks else None)


@pytest.mark.parametrize(
    ("touches", "heard"),
    [
        ((), 0),
        ((touch(3), touch(2)), 3),
        ((touch(3), touch(5, TouchKind.SENT)), 3),  # a mail of ours is nothing from them
        ((touch(3), touch(5, TouchKind.ASKED, confirmed="no")), 3),
        ((touch(3), touch(5, TouchKind.ASKED, confirmed="yes")), 5),
        ((touch(3), touch(5, TouchKind.REPLIED, **{"from": "other"})), 3),
        ((touch(3), touch(5, TouchKind.REPLIED, **{"from": "lead"})), 5),
        ((touch(3), touch(5, TouchKind.OUTCOME, why_not="not-reached")), 3),
        ((touch(3), touch(5, TouchKind.OUTCOME, why_not="objection")), 5),
        ((touch(-9),), 0),
    ],
)
def test_what_is_heard_of_a_lead_comes_from_them(touches: tuple[Touch, ...], heard: float) -> None:
    assert heard_at(lead(), touches) == MONDAY + heard * DAY


@pytest.mark.parametrize(
    ("last", "others", "now", "again"),
    [
        (0, (), MONDAY + LAPSE, None),
        (0, (), MONDAY + LAPSE - HOUR, MONDAY + LAPSE),
        (5, (), MONDAY + LAPSE, MONDAY + LAPSE + 5 * DAY),
        (0, (other(99),), MONDAY + LAPSE, MONDAY + 99 * DAY),  # what is planned comes first
        (0, (other(70), other(99), other(80)), MONDAY + LAPSE, MONDAY + 99 * DAY),
        (0, (other(60),), MONDAY + LAPSE, MONDAY + LAPSE + DAY),  # should have happened by now
        (50, (other(60),), MONDAY + LAPSE, MONDAY + LAPSE + 50 * DAY),
    ],
)
def test_a_lead_lapses_after_its_time_unless_something_is_planned(
    last: float, others: tuple[Due, ...], now: datetime, again: datetime | None
) -> None:
    assert look_again(lead(), [touch(last)], others, LAPSE, now) == again
