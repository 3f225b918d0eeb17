"""Which steps are left out, which sequences are over before their time, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import DAY, MONDAY, PROMISE, enrolment, lead, step

from leadlight.model.lead import Hold, Stage, Stop, StopReason
from leadlight.model.person import Intent
from leadlight.model.sequence import Channel, Sequence, Wait, WaitUnit
from leadlight.model.touch import Objective
from leadlight.rules.skipping import passed_over, why_over

START, ADVANCE, CLOSE, RELATE = Objective.START, Objective.ADVANCE, Objective.CLOSE, Objective.RELATE
LONG = Sequence(
    "course",
    "v1",
    tuple(
        step(f"0{n}", days=n, objective=objective)
        for n, objective in enumerate((START, START, ADVANCE, RELATE, CLOSE), start=1)
    ),
)
DAYS = WaitUnit.DAYS


@pytest.mark.parametrize(
    ("intent", "at", "lands", "wait"),
    [
        (None, "01", "01", None),
        (Intent.EXPLORING, "01", "01", None),
        (Intent.EVALUATING, "01", "03", Wait(1, DAYS)),
        (Intent.EVALUATING, "02", "03", Wait(2, DAYS)),
        (Intent.EVALUATING, "03", "03", None),
        (Intent.EVALUATING, "04", "04", None),
        (Intent.READY, "01", "05", Wait(1, DAYS)),
        (Intent.READY, "03", "05", Wait(3, DAYS)),
        (Intent.READY, "05", "05", None),
    ],
)
def test_a_declared_intent_skips_ahead_and_never_back(
    intent: Intent | None, at: str, lands: str, wait: Wait | None
) -> None:
    stepped, _ = passed_over(lead(intent=intent), enrolment(next_step=at), LONG)

    assert (stepped.next_step, stepped.wait) == (lands, wait)


def test_what_is_skipped_is_done_and_named_with_its_reason() -> None:
    stepped, left = passed_over(lead(intent=Intent.EVALUATING), enrolment(), LONG)

    assert stepped.done == ("01", "02")
    assert [(step.slug, why) for step, why in left] == [(s, "the lead says 'evaluating'") for s in ("01", "02")]


def test_who_is_ready_goes_on_step_by_step_where_nothing_closes() -> None:
    open_end = replace(LONG, steps=LONG.steps[:4])

    assert passed_over(lead(intent=Intent.READY), enrolment(), open_end)[0].next_step == "01"


def test_a_sequence_may_say_that_intent_skips_nothing() -> None:
    patient = replace(LONG, skip_ahead=False)

    assert passed_over(lead(intent=Intent.READY), enrolment(), patient)[0].next_step == "01"


def test_a_jump_that_was_made_keeps_its_wait_when_planned_again() -> None:
    once, _ = passed_over(lead(intent=Intent.READY), enrolment(), LONG)

    assert passed_over(lead(intent=Intent.READY), once, LONG) == (once, ())


def test_beyond_an_achieved_landing_the_next_step_has_its_own_wait() -> None:
    stepped, _ = passed_over(lead(intent=Intent.EVALUATING, achieved=(ADVANCE,)), enrolment(), LONG)

    assert (stepped.next_step, stepped.wait) == ("04", None)


def test_steps_whose_objective_is_achieved_are_left_out() -> None:
    stepped, left = passed_over(lead(achieved=(START,)), enrolment(), LONG)

    assert (stepped.next_step, stepped.done) == ("03", ("01", "02"))
    assert left[0][1] == "'start' is achieved already"


def test_a_task_for_a_rep_is_left_out_where_no_call_was_promised() -> None:
    calling = replace(LONG, steps=(step("01", channel=Channel.REP), step("02")))

    stepped, left = passed_over(lead(), enrolment(), calling)

    assert (stepped.next_step, left[0][1]) == ("02", "no call was promised")


def test_mails_beyond_the_promised_count_are_left_out_and_tasks_are_not() -> None:
    promise = replace(PROMISE, mails=1, channels=("mail", "call"))
    steps = (step("01"), step("02", channel=Channel.REP))

    stepped, left = passed_over(lead(), replace(enrolment(mails_sent=1), promise=promise), replace(LONG, steps=steps))

    assert (stepped.next_step, left[0][1]) == ("02", "the promise of 1 mails is used up")


@pytest.mark.parametrize(
    ("fact", "other"),
    [
        ("replied", {"stops": (Stop(StopReason.REPLIED, MONDAY),)}),
        ("taken-over", {"hold": Hold("rita", START, MONDAY, MONDAY + DAY)}),
        ("prospect", {"stage": Stage.PROSPECT}),
        ("prospect", {"stage": Stage.REPEAT}),
        ("customer", {"stage": Stage.CUSTOMER}),
        ("close", {"achieved": (CLOSE,)}),
    ],
)
def test_a_sequence_ends_by_what_it_names_and_by_nothing_else(fact: str, other: dict[str, object]) -> None:
    ending = replace(LONG, ends_when=(fact,))

    assert why_over(lead(**other), ending) is not None
    assert why_over(lead(), ending) is None
    assert why_over(lead(**other), LONG) is None


@pytest.mark.parametrize("stage", [Stage.LOST, Stage.LAPSED, Stage.DISQUALIFIED, Stage.PROSPECT])
def test_who_has_not_come_so_far_goes_on(stage: Stage) -> None:
    assert why_over(lead(stage=stage), replace(LONG, ends_when=("opportunity",))) is None
