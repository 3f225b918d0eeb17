"""What a plan writes, field by field: rows, the facts of what was left out or is over, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import ALL_WEEK, COURSE, DAY, HOUR, MONDAY, PROMISE, TEAM, capture, enrolment, lead, step

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead, Pause, Stop, StopReason
from leadlight.model.person import CaptureId, GateId, LeadId
from leadlight.model.sequence import Sequence, Wait, WaitUnit, Window
from leadlight.model.team import Team
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.planning import ALL_DONE, AT_HAND, TOLD_AT_ONCE, Replan, enrolled, replan
from leadlight.rules.stop import ENDED_BY_REPLY

OFFER = replace(COURSE, name="offer", version="o1")
FIRST = replace(COURSE, then="offer", then_version="o1")
KEY = "step/course@v1/20260105T100000/01"


def planned(of: Lead, *sequences: Sequence, team: Team = ALL_WEEK, days: float = 0) -> Replan:
    known = {sequence.version: sequence for sequence in (COURSE, OFFER, *sequences)}
    return replan(of, sequences=known, team=team, now=MONDAY + days * DAY)


def test_a_row_names_its_step_and_the_newest_captures() -> None:
    captures = tuple(CaptureId(str(n)) for n in range(AT_HAND + 1))

    (row,) = planned(lead(generation=2, enrolments=(enrolment(),), confirmed=captures)).due

    ref = KEY.removeprefix("step/")
    assert row == Due(LeadId("anna"), 2, DueKind.STEP, ref, MONDAY + DAY, captures=captures[1:])


def test_a_row_that_is_planned_again_is_not_taken_away() -> None:
    assert planned(lead(enrolments=(enrolment(),))).undue == ()


def test_a_row_of_a_step_that_is_left_out_is_taken_away_and_the_timeline_says_why() -> None:
    plan = planned(lead(generation=2, enrolments=(enrolment(),), achieved=(Objective.START,)))

    assert plan.undue == (KEY,)
    assert plan.touches[0] == Touch(
        f"skipped/2/{KEY}",
        LeadId("anna"),
        TouchKind.SKIPPED,
        MONDAY,
        objective=Objective.START,
        gate=GateId("guide"),
        facts={"sequence": "course", "version": "v1", "step": "01", "reason": "'start' is achieved already"},
    )


def test_a_sequence_that_is_over_is_told_with_its_gate_and_why() -> None:
    (over,) = planned(lead(generation=2, enrolments=(enrolment(next_step=None),))).touches

    assert over == Touch(
        "ended/2/course@v1/20260105T100000/20260105T100000.000000",
        LeadId("anna"),
        TouchKind.ENDED,
        MONDAY,
        gate=GateId("guide"),
        facts={"sequence": "course", "version": "v1", "reason": ALL_DONE},
    )


@pytest.mark.parametrize("reason", [StopReason.REPLIED, StopReason.UNSUBSCRIBED])
def test_a_stop_takes_coming_rows_away_and_tells_what_was_over_before(reason: StopReason) -> None:
    done = replace(enrolment("offer", next_step=None), version="o1")
    gone = lead(enrolments=(done, enrolment()), stops=(Stop(reason, MONDAY),))

    plan = planned(gone)

    assert (plan.undue, [touch.facts["sequence"] for touch in plan.touches]) == ((KEY,), ["offer"])


def test_a_stop_needs_no_sequence_to_end_what_is_open() -> None:
    gone = lead(enrolments=(enrolment(),), stops=(Stop(StopReason.BOUNCED, MONDAY),))

    plan = replan(gone, sequences={}, team=TEAM, now=MONDAY)

    assert ([e.ended for e in plan.lead.enrolments], plan.undue) == (["stopped: bounced"], ())


def test_who_begins_gets_the_sequence_under_the_promise_and_the_quiet_that_was_asked_for() -> None:
    quiet = lead(pauses=(Pause("lead", MONDAY, MONDAY + 3 * DAY),))

    (begun,) = enrolled(quiet, capture(), GateId("there"), COURSE, MONDAY + DAY).enrolments

    start = MONDAY + DAY
    assert begun == Enrolment("course", "v1", GateId("there"), start, PROMISE, "01", start, put_off=2 * DAY)


def test_who_begins_again_has_behind_what_was_done_and_other_sequences_are_left_alone() -> None:
    other = replace(enrolment("offer", ended=ENDED_BY_REPLY), version="o1")
    before = lead(enrolments=(other, enrolment(next_step="02", ended="stopped: unsubscribed")))

    after = enrolled(before, capture(), GateId("guide"), COURSE, MONDAY + DAY)

    assert after.enrolments[:2] == before.enrolments
    assert (after.enrolments[2].done, after.enrolments[2].next_step) == (("01",), "02")


def test_what_follows_is_a_sequence_of_its_own_under_the_first_ones_promise() -> None:
    own = {"promised_at": MONDAY - DAY, "mailed_at": MONDAY, "wait": Wait(9, WaitUnit.DAYS), "mails_sent": 1}
    done = enrolment(next_step=None, done=("01", "02", "03"), **own)

    first, follower = planned(lead(enrolments=(done,)), FIRST).lead.enrolments

    assert first == replace(done, ended=ALL_DONE)
    assert follower == Enrolment(
        "offer", "o1", GateId("guide"), MONDAY, PROMISE, "01", MONDAY, mails_sent=1, promised_at=MONDAY - DAY
    )


def test_what_ends_before_its_last_step_is_followed_by_nothing() -> None:
    ending = replace(FIRST, ends_when=("start",))

    plan = planned(lead(enrolments=(enrolment(),), achieved=(Objective.START,)), ending)

    assert [e.sequence for e in plan.lead.enrolments] == ["course"]


def test_each_sequence_is_looked_at_whatever_the_one_before_comes_to() -> None:
    both = (enrolment(), replace(enrolment("offer"), version="o1"))

    plan = planned(lead(enrolments=both, achieved=(Objective.ADVANCE,)), replace(OFFER, ends_when=("advance",)))

    assert [e.ended for e in plan.lead.enrolments] == [None, "it ends when 'advance' is achieved"]


def test_all_that_has_nothing_left_to_effect_is_told_to_be_over() -> None:
    both = lead(enrolments=(enrolment(), replace(enrolment("offer"), version="o1")), achieved=tuple(Objective))

    plan = planned(both)

    assert [t.facts["sequence"] for t in plan.touches if t.kind is TouchKind.ENDED] == ["course", "offer"]
    assert planned(plan.lead).touches == ()


@pytest.mark.parametrize(("steps", "told"), [(TOLD_AT_ONCE, ""), (TOLD_AT_ONCE + 2, "; 2 more steps with it")])
def test_of_a_very_long_sequence_the_last_step_that_is_told_counts_the_rest(steps: int, told: str) -> None:
    slugs = [f"{n:02}" for n in range(steps)]
    long = replace(COURSE, steps=tuple(step(slug) for slug in slugs))

    plan = planned(lead(enrolments=(enrolment(next_step="00"),), achieved=(Objective.START,)), long)

    left_out = [touch for touch in plan.touches if touch.kind is TouchKind.SKIPPED]
    assert [touch.facts["step"] for touch in left_out] == slugs[:TOLD_AT_ONCE]
    assert left_out[-1].facts["reason"] == f"'start' is achieved already{told}"


@pytest.mark.parametrize(("window", "hours"), [(Window.ANY, 0), (Window.WORKING_HOURS, 23)])
def test_a_step_goes_out_in_its_own_window_also_where_another_mail_has_put_it_off(window: Window, hours: int) -> None:
    sunday = MONDAY + 6 * DAY
    anytime = replace(COURSE, steps=(step("01", window=window),))

    alone = planned(lead(enrolments=(enrolment(),)), anytime, team=TEAM, days=6)
    put_off = planned(lead(enrolments=(enrolment(),), mailed=(sunday,)), anytime, team=TEAM, days=6)

    assert [row.at for row in alone.due] == [sunday + hours * HOUR]
    assert [row.at for row in put_off.due] == [sunday + max(14, hours) * HOUR]
