"""The plan of a lead in several sequences, in sequences that end early, and in such that follow each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import ALL_WEEK, COURSE, DAY, HOUR, MONDAY, OFFICE, TEAM, capture, enrolment, lead, step

from leadlight.model.due import DueKind
from leadlight.model.lead import Enrolment, Hold, Lead, Pause, Stop, StopReason
from leadlight.model.person import GateId, Intent, Purpose
from leadlight.model.sequence import Cap, Channel, Sequence
from leadlight.model.touch import Objective, TouchKind
from leadlight.rules.planning import ANEW, AT_ONCE, NO_ROOM, Replan, enrolled, left_out, replan
from leadlight.rules.steps import open_enrolments, step_ref
from leadlight.rules.stop import ENDED_BY_REPLY, resumed

HOLD = Hold("rita", Objective.START, MONDAY, MONDAY + 2 * DAY)
OFFER = replace(COURSE, name="offer", version="o1", priority=9)
NEWS = replace(COURSE, name="news", version="n1", priority=1)
SEQUENCES = {sequence.version: sequence for sequence in (COURSE, OFFER, NEWS)}


def into(sequence: Sequence, **other: object) -> Enrolment:
    return replace(enrolment(sequence.name), version=sequence.version, **other)  # type: ignore[arg-type]  # named


def planned(of: Lead, *others: Sequence, days: float = 0) -> Replan:
    known = {**SEQUENCES, **{sequence.version: sequence for sequence in others}}
    return replan(of, sequences=known, team=ALL_WEEK, now=MONDAY + days * DAY)


def at(plan: Replan) -> dict[str, int]:
    """Days from Monday on which each sequence's next step is due."""
    return {due.ref.partition("@")[0]: (due.at - MONDAY).days for due in plan.due}


def reasons(plan: Replan, kind: TouchKind) -> list[str]:
    return [touch.facts["reason"] for touch in plan.touches if touch.kind is kind]


def test_two_sequences_share_no_day() -> None:
    both = lead(enrolments=(into(COURSE), into(OFFER)))

    days = [due.at.date() for due in planned(both).due]

    assert at(planned(both))["offer"] == 1
    assert len(set(days)) == 2


def test_three_sequences_are_given_three_days_by_priority() -> None:
    three = lead(enrolments=(into(NEWS), into(COURSE), into(OFFER)))

    order = sorted(planned(three).due, key=lambda due: due.at)

    assert [due.ref.partition("@")[0] for due in order] == ["offer", "course", "news"]


def test_a_task_for_a_rep_takes_no_day_and_no_cap() -> None:
    tasks = replace(OFFER, steps=(step("01", channel=Channel.REP),))
    calling = replace(into(tasks), promise=replace(into(tasks).promise, channels=("call",)))
    both = lead(enrolments=(into(COURSE), calling), at_most=Cap(1, 30))

    assert at(planned(both, tasks)) == {"offer": 1, "course": 1}


def test_the_cap_of_the_team_holds_for_all_sequences_together() -> None:
    both = lead(enrolments=(into(COURSE), into(OFFER)))

    capped = replan(both, sequences=SEQUENCES, team=replace(ALL_WEEK, at_most=(Cap(1, 7),)), now=MONDAY)

    assert at(capped) == {"offer": 1, "course": 8}


def test_mails_go_by_the_leads_clock_and_tasks_by_the_teams() -> None:
    both = replace(COURSE, steps=(step("01"), step("02", channel=Channel.REP)))
    away = lead(zone="America/New_York", country="US", enrolments=(enrolment(),))
    calling = replace(away.enrolments[0], next_step="02", promise=replace(enrolment().promise, channels=("call",)))
    team = replace(TEAM, hours=OFFICE)

    mail = replan(away, sequences={"v1": both}, team=team, now=MONDAY)
    task = replan(replace(away, enrolments=(calling,)), sequences={"v1": both}, team=team, now=MONDAY)

    assert mail.due[0].at == MONDAY + DAY + 4 * HOUR
    assert task.due[0].at == MONDAY + DAY


@pytest.mark.parametrize(
    "quiet",
    [
        {"hold": HOLD},
        {"pauses": (Pause("rita", MONDAY, MONDAY + 9 * DAY),)},
        {"purposes": (Purpose.CONTENT,)},
    ],
)
def test_while_it_is_quiet_nothing_is_planned_and_nothing_ends(quiet: dict[str, object]) -> None:
    plan = planned(lead(enrolments=(into(COURSE),), **quiet))

    assert (plan.due, len(plan.undue)) == ((), 1)
    assert open_enrolments(plan.lead) == (into(COURSE),)


def test_what_ends_a_sequence_counts_before_what_holds_it() -> None:
    ending = replace(COURSE, ends_when=("taken-over",))

    plan = planned(lead(enrolments=(enrolment(),), hold=HOLD), ending)

    assert plan.lead.enrolments[0].ended == "it ends when a rep takes over"
    assert reasons(plan, TouchKind.ENDED) == ["it ends when a rep takes over"]


def test_an_answer_ends_for_good_only_what_says_so() -> None:
    final = replace(COURSE, ends_when=("replied",))
    gone = lead(enrolments=(enrolment(), into(OFFER)), stops=(Stop(StopReason.REPLIED, MONDAY),))

    ended = [e.ended for e in planned(gone, final).lead.enrolments]

    assert ended == ["it ends when the lead replies", "stopped: replied"]


def test_intent_counts_before_what_is_achieved() -> None:
    plan = planned(lead(enrolments=(enrolment(),), intent=Intent.EVALUATING, achieved=(Objective.START,)))

    assert reasons(plan, TouchKind.SKIPPED) == ["the lead says 'evaluating'"]
    assert plan.due[0].at == MONDAY + DAY


def test_a_sequence_with_nothing_left_to_effect_is_over_and_says_so_once() -> None:
    plan = planned(lead(enrolments=(enrolment(),), achieved=(Objective.START, Objective.ADVANCE)))

    assert plan.due == ()
    assert reasons(plan, TouchKind.ENDED) == ["all steps are done"]
    assert planned(plan.lead).touches == ()


FIRST = replace(COURSE, then="offer", then_version="o1")


def through(**other: object) -> Lead:
    """Somebody who has all of the first sequence behind."""
    return lead(enrolments=(enrolment(next_step=None, mails_sent=3, done=("01", "02", "03"), **other),))


def test_a_sequence_that_follows_shares_the_promise_of_the_first() -> None:
    plan = planned(through(put_off=5 * DAY, last_at=MONDAY + 6 * DAY), FIRST, days=6)

    follower = plan.lead.enrolments[-1]
    assert (follower.sequence, follower.mails_sent, follower.put_off) == ("offer", 3, 5 * DAY)
    assert (follower.promised_since, follower.started_at) == (MONDAY, MONDAY)


def test_what_follows_has_its_first_wait_from_the_last_step() -> None:
    (first,) = through().enrolments
    more = replace(first, promise=replace(first.promise, mails=6))

    assert at(planned(lead(enrolments=(more,)), FIRST)) == {"offer": 1}


def test_a_sequence_that_a_lead_was_all_through_does_not_follow_another() -> None:
    before = into(OFFER, next_step=None, ended="all steps are done")
    both = replace(through(), enrolments=(before, *through().enrolments))

    assert len(planned(both, FIRST).lead.enrolments) == 2


def test_what_follows_a_sequence_that_a_stop_has_ended_waits_for_the_resume() -> None:
    gone = replace(through(), stops=(Stop(StopReason.REPLIED, MONDAY),))

    assert [e.ended for e in planned(gone, FIRST).lead.enrolments] == ["all steps are done", "stopped: replied"]


def test_p4_a_follower_that_an_answer_had_ended_is_not_resumed_beside_the_one_that_follows_now() -> None:
    before = into(OFFER, started_at=MONDAY - 9 * DAY, ended=ENDED_BY_REPLY, next_step="02", done=("01",))
    (first,) = through().enrolments
    more = replace(first, promise=replace(first.promise, mails=6))

    after = planned(lead(enrolments=(before, more)), FIRST).lead

    assert [e.ended for e in after.enrolments if e.sequence == "offer"] == [ANEW, None]
    assert [e.next_step for e in open_enrolments(resumed(after, "rita", MONDAY))] == ["02"]


def test_sequences_that_lead_to_each_other_come_to_an_end() -> None:
    back = replace(OFFER, then="course", then_version="v1")
    nothing_left = replace(through(), achieved=tuple(Objective))

    plan = planned(nothing_left, FIRST, back)

    assert [e.sequence for e in plan.lead.enrolments] == ["course", "offer"]
    assert open_enrolments(plan.lead) == ()
    assert reasons(plan, TouchKind.ENDED)[-1] == "all steps are done; “course” does not follow: they have had all of it"


def test_what_cannot_follow_is_told_with_the_end_of_the_one_before() -> None:
    (first,) = through().enrolments
    full = [replace(into(COURSE), sequence=f"s{n}") for n in range(AT_ONCE)]

    plans = [planned(lead(enrolments=(first, *others)), FIRST) for others in ([into(OFFER)], full)]

    assert [reasons(plan, TouchKind.ENDED) for plan in plans] == [
        ["all steps are done; “offer” does not follow: they are in it already"],
        ["all steps are done; “offer” does not follow: there is no room for it beside 8 others"],
    ]


def test_a_lead_is_in_no_more_sequences_than_one_change_can_plan() -> None:
    many = lead(enrolments=tuple(replace(into(COURSE), sequence=f"s{n}") for n in range(AT_ONCE)))

    (told,) = left_out(many, capture(), GateId("guide"), OFFER, MONDAY)
    assert enrolled(many, capture(), GateId("guide"), OFFER, MONDAY) == many
    assert (told.kind, told.facts["sequence"], told.facts["reason"]) == (TouchKind.ENDED, "offer", NO_ROOM)


def test_what_begins_or_has_begun_needs_no_word() -> None:
    several = lead(enrolments=tuple(replace(into(COURSE), sequence=f"s{n}") for n in range(AT_ONCE - 1)))
    one_of_them = replace(OFFER, name="s1")

    assert left_out(several, capture(), GateId("guide"), OFFER, MONDAY) == ()
    assert left_out(several, capture(), GateId("guide"), one_of_them, MONDAY) == ()


def test_the_largest_plan_fits_into_one_change() -> None:
    long = replace(COURSE, steps=(*(step(f"{n:03}") for n in range(200)), step("last", objective=Objective.CLOSE)))
    many = lead(
        intent=Intent.READY,
        enrolments=tuple(replace(enrolment(f"s{n}"), next_step="000") for n in range(AT_ONCE)),
    )

    plan = planned(many, long)

    assert len(plan.due) + len(plan.undue) + len(plan.touches) <= 50
    assert plan.touches[-1].facts["reason"].endswith("1575 more steps with it")


def test_a_new_start_within_the_same_second_has_rows_of_its_own() -> None:
    stopped = lead(enrolments=(enrolment(next_step="02", done=("01",), ended="stopped: unsubscribed"),))

    again = enrolled(stopped, capture(), GateId("guide"), COURSE, MONDAY)

    assert len({step_ref(e, "02") for e in again.enrolments}) == 2


WORLD = st.tuples(
    st.lists(st.sampled_from([COURSE, OFFER, NEWS]), unique_by=lambda s: s.name, min_size=1),
    st.sampled_from([None, *Intent]),
    st.sets(st.sampled_from(Objective)),
    st.integers(0, 30),
    st.sampled_from([(), (Stop(StopReason.REPLIED, MONDAY),)]),
    st.sampled_from([None, HOLD]),
)


@given(WORLD)
def test_a_plan_that_is_made_again_stays_as_it_is(
    world: tuple[list[Sequence], Intent | None, set[Objective], int, tuple[Stop, ...], Hold | None],
) -> None:
    sequences, intent, achieved, days, stops, hold = world
    one = lead(
        enrolments=tuple(into(sequence) for sequence in sequences),
        intent=intent, achieved=tuple(sorted(achieved)), stops=stops, hold=hold,
    )  # fmt: skip

    plan = planned(one, days=days)
    again = planned(plan.lead, days=days)

    assert (again.lead, again.due, again.touches) == (plan.lead, plan.due, ())
    assert all(due.kind is DueKind.STEP and due.at >= MONDAY + days * DAY for due in plan.due)
    assert len(plan.due) == (0 if stops or hold else len(open_enrolments(plan.lead)))
    assert not {e.next_step for e in plan.lead.enrolments if not e.ended} & {None}
