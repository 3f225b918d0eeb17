"""What is due next after a lead's situation has changed, and what stops everything."""

from datetime import timedelta

import pytest
from tests.rules.making import HOURS, MONDAY, PROMISE, TEAM, TOUR, enrolment, lead

from leadlight.model.lead import Hold, Stage, Stop, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.outcome import Outcome, after_outcome
from leadlight.rules.planning import Replan, replan, step_key
from leadlight.rules.routing import owner_of
from leadlight.rules.stop import consented_anew, stopped, why_no_follow_up, why_no_mail

HOLD = Hold("ann", Objective.START, MONDAY, MONDAY + timedelta(days=2))


def replanned(**more: object) -> Replan:
    return replan(lead(**more), sequences={"v1": TOUR}, hours=HOURS, now=MONDAY)


def test_an_open_lead_has_its_next_step_due() -> None:
    (due,) = replanned().due

    assert due.at == MONDAY + timedelta(days=2)
    assert due.key == step_key(enrolment())


def test_a_taken_over_lead_has_no_step_due() -> None:
    planned = replanned(hold=HOLD)

    assert planned.due == ()
    assert planned.undue == (step_key(enrolment()),)


def test_a_stop_ends_every_sequence_and_says_why() -> None:
    planned = replanned(stops=(Stop(StopReason.UNSUBSCRIBED, MONDAY),))

    assert planned.due == ()
    assert planned.lead.enrolments[0].ended == "stopped: unsubscribed"


def test_without_consent_nothing_is_planned() -> None:
    assert replanned(purposes=(Purpose.CONTENT,)).due == ()


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_forbids_follow_ups(reason: StopReason) -> None:
    assert why_no_follow_up(stopped(lead(), reason, MONDAY), enrolment()) == f"stopped: {reason}"


def test_a_hold_forbids_follow_ups_and_says_until_when() -> None:
    assert why_no_follow_up(lead(hold=HOLD), enrolment()) == "held by ann until 2026-01-07 08:00 UTC"


def test_p14_no_more_mails_than_promised() -> None:
    used_up = enrolment(mails_sent=PROMISE.mails)

    assert why_no_follow_up(lead(), used_up) == "the promise of 3 mails is used up"


def test_only_what_makes_an_address_unreachable_stops_a_mail_that_was_asked_for() -> None:
    stops = {reason: why_no_mail(stopped(lead(), reason, MONDAY)) for reason in StopReason}

    assert {reason for reason, why in stops.items() if why} == {
        StopReason.BOUNCED,
        StopReason.COMPLAINED,
        StopReason.ERASED,
    }


def test_a_new_consent_lifts_an_unsubscribe_but_no_bounce() -> None:
    left = stopped(stopped(lead(), StopReason.UNSUBSCRIBED, MONDAY), StopReason.BOUNCED, MONDAY)

    assert [stop.reason for stop in consented_anew(left).stops] == [StopReason.BOUNCED]


def test_the_same_stop_twice_is_one_stop() -> None:
    once = stopped(lead(), StopReason.BOUNCED, MONDAY)

    assert stopped(once, StopReason.BOUNCED, MONDAY + timedelta(days=1)) == once


def test_an_achieved_objective_is_remembered_and_the_hold_is_over() -> None:
    after = after_outcome(lead(hold=HOLD), Outcome(Objective.START, True), by="ann", team=TEAM, now=MONDAY)

    assert after.achieved == (Objective.START,)
    assert after.hold is None


def test_a_next_step_with_a_date_keeps_the_plan_waiting() -> None:
    then = MONDAY + timedelta(days=7)
    outcome = Outcome(Objective.START, False, WhyNot.WRONG_TIME, then)
    after = after_outcome(lead(), outcome, by="ann", team=TEAM, now=MONDAY)

    assert after.hold is not None
    assert after.hold.until > then


@pytest.mark.parametrize(("why", "stage"), [(WhyNot.NO_NEED, Stage.DISQUALIFIED), (WhyNot.LOST, Stage.LOST)])
def test_no_need_and_a_lost_deal_end_all_contact(why: WhyNot, stage: Stage) -> None:
    after = after_outcome(lead(), Outcome(Objective.CLOSE, False, why), by="ann", team=TEAM, now=MONDAY)

    assert after.stage is stage
    assert [stop.reason for stop in after.stops] == [StopReason.DISQUALIFIED]


def test_the_same_lead_always_goes_to_the_same_rep() -> None:
    assert owner_of(lead(), TEAM) == owner_of(lead(), TEAM)


def test_whoever_has_the_lead_keeps_it() -> None:
    assert owner_of(lead(owner="bo"), TEAM).id == "bo"


def test_a_rep_who_speaks_the_language_goes_first() -> None:
    from dataclasses import replace

    polish = replace(TEAM.people[0], id="ola", languages=("pl",))
    team = replace(TEAM, people=(*TEAM.people, polish))

    assert owner_of(lead(language="pl"), team).id == "ola"
