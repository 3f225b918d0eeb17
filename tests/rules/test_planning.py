"""What is due next for a lead whose situation has changed."""

from __future__ import annotations

from tests.rules.examples import ALL_WEEK, COURSE, DAY, HOUR, MONDAY, PROMISE, TEAM, capture, enrolment, lead

from leadlight.model.lead import Hold, StopReason
from leadlight.model.person import GateId, Purpose
from leadlight.model.touch import Objective
from leadlight.rules.planning import enrolled, replan
from leadlight.rules.steps import open_enrolments, with_enrolment
from leadlight.rules.stop import stopped

SEQUENCES = {"v1": COURSE}
HOLD = Hold("rita", Objective.START, MONDAY, MONDAY + 2 * DAY)


def test_a_confirmed_agreement_starts_the_sequence_under_its_promise() -> None:
    (started,) = enrolled(lead(), capture(), GateId("guide"), COURSE, MONDAY).enrolments

    assert (started.next_step, started.promise, started.version) == ("01", PROMISE, "v1")


def test_without_agreement_to_follow_ups_nothing_starts() -> None:
    assert enrolled(lead(), capture(Purpose.CONTENT), GateId("guide"), COURSE, MONDAY) == lead()


def test_a_sequence_that_goes_on_is_not_started_again() -> None:
    going = lead(enrolments=(enrolment(),))

    assert enrolled(going, capture(), GateId("other"), COURSE, MONDAY) == going


def test_what_a_stop_had_ended_goes_on_where_it_was_after_a_new_consent() -> None:
    stopped = lead(enrolments=(enrolment(next_step="02", ended="stopped: unsubscribed"),))

    assert enrolled(stopped, capture(), GateId("guide"), COURSE, MONDAY).enrolments[-1].next_step == "02"


def test_a_sequence_that_a_lead_has_been_through_is_not_sent_again() -> None:
    done = lead(enrolments=(enrolment(next_step=None, ended="all steps are done"),))

    assert enrolled(done, capture(), GateId("guide"), COURSE, MONDAY) == done


def test_a_hold_takes_the_coming_row_away_and_keeps_the_place() -> None:
    held = replan(lead(enrolments=(enrolment(),), hold=HOLD), sequences=SEQUENCES, team=ALL_WEEK, now=MONDAY)

    assert held.due == ()
    assert len(held.undue) == 1
    assert held.lead.enrolments[0].next_step == "01"


def test_after_a_hold_the_plan_goes_on_where_it_was() -> None:
    resumed = replan(lead(enrolments=(enrolment(),)), sequences=SEQUENCES, team=ALL_WEEK, now=MONDAY + 3 * DAY)

    assert [due.at for due in resumed.due] == [MONDAY + 3 * DAY]


def test_a_stop_ends_every_enrolment_and_says_why() -> None:
    gone = stopped(lead(enrolments=(enrolment(),)), StopReason.UNSUBSCRIBED, MONDAY)

    planned = replan(gone, sequences=SEQUENCES, team=ALL_WEEK, now=MONDAY)

    assert planned.due == ()
    assert open_enrolments(planned.lead) == ()
    assert planned.lead.enrolments[0].ended == "stopped: unsubscribed"


def test_without_the_purpose_nothing_is_planned() -> None:
    withdrawn = lead(enrolments=(enrolment(),), purposes=(Purpose.CONTENT,))

    assert replan(withdrawn, sequences=SEQUENCES, team=ALL_WEEK, now=MONDAY).due == ()


def test_an_enrolment_takes_the_place_of_its_former_self() -> None:
    moved = with_enrolment(lead(enrolments=(enrolment(),)), enrolment(next_step="02"))

    assert [e.next_step for e in moved.enrolments] == ["02"]


def test_the_next_step_counts_from_the_one_before() -> None:
    (due,) = replan(lead(enrolments=(enrolment(next_step="02"),)), sequences=SEQUENCES, team=TEAM, now=MONDAY).due

    assert due.at == MONDAY + 2 * DAY


def test_a_step_that_comes_late_waits_for_its_window_and_is_never_in_the_past() -> None:
    sunday = MONDAY + 6 * DAY

    (due,) = replan(lead(enrolments=(enrolment(),)), sequences=SEQUENCES, team=TEAM, now=sunday).due

    assert due.at == MONDAY + 7 * DAY - HOUR
