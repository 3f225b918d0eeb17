"""What a digest says of each lead, line by line: Monday 5 January 2026, eight o'clock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import DAY, HOUR
from tests.rules.test_rounds import COLD, HOT, NOW, WARM, known, told, touch

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Pause, Stage, Temperature
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.digest import Digest, Known, Line, digest_of
from leadlight.rules.score import Score

SPOKEN = touch(TouchKind.OUTCOME, NOW - DAY, achieved="no", why_not="objection")
ASKED = "they asked a question, and nobody has answered"
MISSED = touch(TouchKind.OUTCOME, NOW - DAY, achieved="no", why_not="not-reached")


@pytest.mark.parametrize(
    ("score", "other", "why"),
    [
        (WARM, {}, "warm with 8 points: met the subject twice"),
        (Score(7.5, Temperature.WARM, ()), {}, "warm with 7.5 points: no reason is left"),
        (HOT, {}, "they asked a question"),
        (COLD, {}, None),
        (COLD, {"call": CallWish(CallKind.NOW)}, "they want a call"),
        (COLD, {"call": CallWish(CallKind.AT, NOW + 5 * HOUR)}, "they want a call at 14:00"),
        (COLD, {"call": CallWish(CallKind.AT, NOW - DAY)}, "they want a call, left from Sun 4 January"),
        (COLD, {"call": CallWish(CallKind.AT, NOW + 15 * HOUR)}, None),  # tomorrow, where the rep is
        (WARM, {"call": CallWish(CallKind.AT, NOW + 2 * DAY)}, "warm with 8 points: met the subject twice"),
        (HOT, {"call": CallWish(CallKind.NO)}, None),
        (COLD, {"rows": ("offer.answered/1",)}, "they have accepted the offer, and nobody has answered"),
        (COLD, {"rows": ("replied/1",)}, "they answered a mail, and nobody has answered"),
        (COLD, {"rows": ("hold-lapsed/1",)}, "they were taken over, and no outcome was written down"),
        (COLD, {"rows": ("outcome/1", "replied/1", "question.asked/1")}, ASKED),
        (WARM, {"pauses": (Pause("lead", NOW, NOW + DAY),)}, None),
        (WARM, {"hold": Hold("rita", Objective.START, NOW, NOW + HOUR)}, None),
        (WARM, {"hold": Hold("rita", Objective.START, NOW - DAY, NOW)}, "warm with 8 points: met the subject twice"),
        (WARM, {"touches": (SPOKEN,)}, None),
        (WARM, {"touches": (MISSED,)}, "warm with 8 points: met the subject twice"),
        (WARM, {"touches": (replace(SPOKEN, kind=TouchKind.NOTED),)}, "warm with 8 points: met the subject twice"),
        (WARM, {"touches": (replace(SPOKEN, at=NOW - 3 * DAY),)}, "warm with 8 points: met the subject twice"),
        (WARM, {"touches": (replace(SPOKEN, at=NOW - 3 * DAY + HOUR),)}, None),
        (COLD, {"rows": ("question.asked/1",), "touches": (SPOKEN,)}, ASKED),
    ],
)
def test_each_to_be_called_has_the_most_pressing_reason(score: Score, other: dict, why: str | None) -> None:
    found = digest_of([known("a", score=score, **other)], zone="Europe/Warsaw", since=NOW - DAY, now=NOW)

    assert [line.why for line in found.call] == ([why] if why else [])


def test_of_equals_those_with_more_points_are_called_first_and_each_stands_in_one_place() -> None:
    more = [known(f"w{points}", score=replace(WARM, points=points)) for points in (8, 11, 9, 10)]
    waits = [known(name, rows=("question.asked/1",)) for name in ("c", "a", "d", "b")]

    assert [line.lead for line in told(*more).call] == ["w11", "w10", "w9"]
    assert [line.lead for line in told(*more, *waits).call] == ["a", "b", "c"]
    assert [line.lead for line in told(*more, *waits).unanswered] == ["d"]


def test_what_is_due_stands_in_its_order_and_what_is_late_has_no_time() -> None:
    def having(name: str, *hours: float, kind: DueKind = DueKind.TASK) -> Known:
        its = (Due(LeadId(name), 1, kind, f"outcome/{n}", NOW + n * HOUR) for n in hours)
        return replace(known(name), rows=tuple(its))

    found = told(
        having("z", 2), having("a", 2), having("b", 1, -9), having("c", 3, 1), having("d", 1, kind=DueKind.STEP)
    )

    assert [(line.lead, line.why) for line in found.due] == [
        ("b", "your next step, left from Sun 4 January"),
        ("c", "your next step at 09:00"),
        ("a", "your next step at 10:00"),
        ("z", "your next step at 10:00"),
    ]


AGREED = touch(TouchKind.OUTCOME, NOW - DAY, next_at=f"{NOW + HOUR}")
LATER = touch(TouchKind.NOTED, NOW - HOUR, next_at=f"{NOW + 3 * HOUR}")


@pytest.mark.parametrize(
    ("touches", "due"),
    [
        ((AGREED,), "09:00"),
        ((AGREED, LATER), "11:00"),
        ((AGREED, touch(TouchKind.NOTED, NOW - HOUR)), "09:00"),
        ((AGREED, touch(TouchKind.ASKED, NOW - HOUR)), "09:00"),
        ((AGREED, touch(TouchKind.OUTCOME, NOW - HOUR)), None),
        ((LATER,), "11:00"),
        ((), None),
    ],
)
def test_the_next_step_is_when_it_was_agreed_on_last(touches: tuple[Touch, ...], due: str | None) -> None:
    found = told(known("a", touches=touches)).due

    assert [line.why for line in found] == ([f"your next step at {due}"] if due else [])


def test_only_what_is_still_to_come_keeps_its_moment() -> None:
    rows = [Due(LeadId(name), 1, DueKind.TASK, "outcome/1", NOW + n * HOUR) for name, n in (("a", 1), ("b", 0))]

    found = told(*(replace(known(row.lead_id), rows=(row,)) for row in rows))

    assert [(line.lead, line.at) for line in found.due] == [("b", None), ("a", NOW + HOUR)]


def test_an_answer_that_is_due_is_told_as_an_answer() -> None:
    row = Due(LeadId("a"), 1, DueKind.TASK, "question.asked/1", NOW + HOUR)

    found = told(replace(known("a", call=CallWish(CallKind.NO)), rows=(row,)))

    assert ([line.lead for line in found.unanswered], found.due) == (["a"], ())


@pytest.mark.parametrize(
    ("score", "other", "why"),
    [
        (COLD, {}, None),  # nothing was ever to be expected
        (COLD, {"stage": Stage.OPPORTUNITY}, "nothing from them for 15 days"),
        (WARM, {}, "nothing from them for 15 days"),
        (WARM, {"hold": Hold("rita", Objective.ADVANCE, NOW, NOW + DAY)}, None),
        (WARM, {"touches": ()}, None),
        (WARM, {"touches": (touch(TouchKind.READ, NOW - 15 * DAY), touch(TouchKind.READ, NOW - 8 * DAY))}, None),
    ],
)
def test_a_promising_lead_without_a_sign_grows_cold(score: Score, other: dict, why: str | None) -> None:
    ours = replace(touch(TouchKind.SENT, NOW - DAY), quality=0)  # a mail of ours is no sign of them
    silent = {"touches": (touch(TouchKind.READ, NOW - 15 * DAY), ours), "pauses": (Pause("lead", NOW, NOW + DAY),)}

    found = digest_of([known("a", score=score, **{**silent, **other})], zone="UTC", since=NOW - 2 * DAY, now=NOW)

    assert [line.why for line in found.cooling] == ([why] if why else [])


def test_who_has_warmed_up_does_not_grow_cold() -> None:
    assert told(known("a", score=WARM, before=COLD)).cooling == ()
    assert [line.why for line in told(known("b", score=WARM, before=HOT)).cooling] == []


@pytest.mark.parametrize(
    ("kind", "facts", "objective", "why"),
    [
        (TouchKind.STAGE_CHANGED, {"to": "prospect", "why": "decides"}, None, "became a prospect: decides"),
        (TouchKind.STAGE_CHANGED, {"to": "customer"}, None, "became a customer"),
        (TouchKind.STAGE_CHANGED, {"to": "repeat"}, None, "bought again"),
        (TouchKind.STAGE_CHANGED, {"to": "lost", "why": "unsaid"}, None, None),
        (TouchKind.STAGE_CHANGED, {"to": "lead", "why": "back"}, None, None),
        (TouchKind.OUTCOME, {"achieved": "yes"}, Objective.CLOSE, "a contact achieved “Close”"),
        (TouchKind.OUTCOME, {"achieved": "no"}, Objective.CLOSE, None),
        (TouchKind.OUTCOME, {"achieved": "yes"}, None, None),
        (TouchKind.NOTED, {"achieved": "yes"}, Objective.CLOSE, None),
        (TouchKind.FACT, {"to": "customer"}, None, None),
    ],
)
def test_what_worked_is_told_of(kind: TouchKind, facts: dict, objective: Objective | None, why: str | None) -> None:
    done = replace(touch(kind, NOW - HOUR, **facts), objective=objective)

    assert [line.why for line in told(known("a", touches=(done,))).worked] == ([why] if why else [])


def test_of_several_steps_forward_the_last_is_told() -> None:
    steps = [touch(TouchKind.STAGE_CHANGED, NOW - n * HOUR, to=to) for n, to in ((2, "prospect"), (1, "opportunity"))]
    then = touch(TouchKind.READ, NOW - HOUR)

    found = told(known("a", touches=(*steps, then)), known("b", touches=(replace(steps[0], at=NOW - DAY),)))

    assert [line.why for line in found.worked] == ["became an opportunity"]


@pytest.mark.parametrize("place", ["call", "due", "unanswered", "cooling", "worked"])
def test_one_line_anywhere_is_something_to_say(place: str) -> None:
    assert not replace(Digest(), **{place: (Line(LeadId("a"), "why"),)}).is_empty
