"""What a sale begins, and what a rep is woken for before a renewal: pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.rules.examples import COURSE, DAY, HOUR, MONDAY, PROMISE, enrolment, lead

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Enrolment, Lead, Stage, StopReason
from leadlight.model.person import GateId, Purpose
from leadlight.model.sequence import Channel, Wait, WaitUnit
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.aftersale import (
    Beginning,
    agreed_since,
    answered,
    begun,
    by_rep,
    has_agreed,
    moment_of,
    reached,
    renewal_row,
    renewing,
)
from leadlight.rules.planning import AT_ONCE
from leadlight.rules.preferences import without
from leadlight.rules.stop import AGREED, SOLD, not_agreed, stopped, why_no_follow_up, why_quiet

THANKS = replace(COURSE, name="thanks", starts_when="customer")
BEGINNING = Beginning(THANKS, replace(PROMISE, sequence="thanks"))
MAIL, TASK = THANKS.steps[0], replace(THANKS.steps[0], channel=Channel.REP)


def bought(who: Lead, *, agreed: bool = False, by_rep: bool = True) -> Lead:
    return begun(who, [BEGINNING], agreed=agreed, by_rep=by_rep, now=MONDAY)


@pytest.mark.parametrize(
    ("before", "after", "stage"),
    [
        ({}, {"sales": 1, "stage": Stage.CUSTOMER}, Stage.CUSTOMER),
        ({"sales": 1}, {"sales": 2, "stage": Stage.REPEAT}, Stage.REPEAT),
        ({"sales": 2, "stage": Stage.REPEAT}, {"sales": 3, "stage": Stage.REPEAT}, Stage.REPEAT),
        ({}, {"stage": Stage.OPPORTUNITY}, Stage.OPPORTUNITY),
        ({"stage": Stage.OPPORTUNITY}, {"stage": Stage.OPPORTUNITY}, None),
        ({}, {"stage": Stage.LOST}, None),
    ],
)
def test_a_sale_or_a_new_opportunity_is_what_may_begin(before: dict, after: dict, stage: Stage | None) -> None:
    assert reached(lead(**before), lead(**after)) is stage


def test_one_sale_more_begins_the_sequence_anew_once_it_is_over() -> None:
    first = bought(lead())
    over = replace(first, enrolments=tuple(replace(e, ended="all steps are done") for e in first.enrolments))

    assert len(bought(first).enrolments) == 1
    assert [e.started_at for e in bought(over).enrolments] == [MONDAY, MONDAY + timedelta(seconds=1)]


@pytest.mark.parametrize(
    ("reason", "by_rep", "begins"),
    [
        (StopReason.REPLIED, True, True),
        (StopReason.REPLIED, False, False),
        (StopReason.UNSUBSCRIBED, True, False),
        (StopReason.BOUNCED, True, False),
        (StopReason.COMPLAINED, True, False),
    ],
)
def test_nothing_begins_under_a_stop_but_an_answer_that_a_rep_has_dealt_with(
    reason: StopReason, by_rep: bool, begins: bool
) -> None:
    assert bool(bought(stopped(lead(), reason, MONDAY), by_rep=by_rep).enrolments) is begins


@pytest.mark.parametrize(
    ("consents", "basis", "mail", "task"),
    [
        (True, SOLD, False, True),
        (False, SOLD, False, True),
        (False, AGREED, True, True),
        (True, "", True, True),
        (False, "", False, False),
    ],
)
def test_mails_after_a_sale_need_their_own_agreement_and_tasks_need_none(
    consents: bool, basis: str, mail: bool, task: bool
) -> None:
    who = lead(purposes=(Purpose.FOLLOW_UP,) if consents else ())
    its = enrolment("thanks", basis=basis)

    assert [not_agreed(who, its, step) is None for step in (MAIL, TASK)] == [mail, task]


def test_who_never_confirmed_gets_no_mail_by_a_rep_s_word() -> None:
    its = enrolment("thanks", basis=AGREED)

    who = lead(confirmed_at=None)

    assert not_agreed(who, its, MAIL) == "they have not confirmed their address"
    assert not_agreed(who, its, TASK) is None


def test_taking_back_follow_ups_takes_back_mails_after_the_sale() -> None:
    who = bought(lead(), agreed=True)

    assert [e.basis for e in without(who, [Purpose.FOLLOW_UP]).enrolments] == [SOLD]
    assert [e.basis for e in without(who, [Purpose.NEWS]).enrolments] == [AGREED]


@pytest.mark.parametrize(("room", "bases"), [(6, [AGREED, AGREED]), (3, [SOLD, AGREED]), (2, [SOLD, SOLD])])
def test_a_later_yes_covers_no_more_mails_than_were_read_out(room: int, bases: list[str]) -> None:
    who = lead(enrolments=(enrolment("thanks", basis=SOLD), enrolment("again", basis=SOLD)))

    after = agreed_since(who, {"v1": THANKS}, room)

    assert [e.basis for e in after.enrolments] == bases


def test_a_tick_counts_for_nobody_who_took_it_back_by_themselves() -> None:
    tick = Touch("o", lead().id, TouchKind.OUTCOME, MONDAY, by="rita", facts={"agreed": "yes"})
    lowered = Touch("p", lead().id, TouchKind.PREFERRED, MONDAY, facts={"did": "lowered", "purposes": "follow-up"})
    never, after = lead(purposes=()), lead()

    assert has_agreed(never, [tick], [tick])
    assert not has_agreed(never, [tick], [lowered, tick])
    assert has_agreed(after, [tick], [lowered, tick])  # they have said yes again since, by a mail of theirs


def test_a_stop_of_the_lead_wins_over_what_it_agreed_to_face_to_face() -> None:
    who = stopped(bought(lead(purposes=()), agreed=True), StopReason.UNSUBSCRIBED, MONDAY)

    assert why_quiet(who) == "stopped: unsubscribed"


def said(answer: str) -> Touch:
    return Touch("s", lead().id, TouchKind.SATISFACTION, MONDAY, facts={"answer": answer})


def test_who_is_unhappy_gets_no_mail_of_the_sale_and_all_others() -> None:
    who = answered(replace(bought(lead()), enrolments=(enrolment(), *bought(lead()).enrolments)), said("no"))

    before, after = who.enrolments
    assert (who.satisfied, before.held, after.held) == (False, False, True)
    assert "not satisfied" in (why_no_follow_up(who, after, MAIL, MONDAY, purpose="") or "")


def test_who_is_satisfied_after_all_waits_no_more() -> None:
    who = answered(answered(bought(lead()), said("no")), said("yes"))

    assert (who.satisfied, who.enrolments[0].held) == (True, False)


@pytest.mark.parametrize(
    ("told", "days"), [("2026-05-05", 60), ("2026-05-05T09:00", 60), ("2026-01-20", 0), ("soon", None), ("", None)]
)
def test_a_renewal_wakes_us_so_long_before_it(told: str, days: int | None) -> None:
    touch = Touch("o", lead().id, TouchKind.OUTCOME, MONDAY, facts={"renewal_at": told})
    who = renewing(lead(), [touch], "UTC")

    row = renewal_row(lead(), who, timedelta(days=60), MONDAY)

    if days is None:
        assert row is None
    else:
        assert row is not None
        assert row.at == max(MONDAY, (who.renewal_at or MONDAY) - timedelta(days=60))


def test_a_renewal_that_is_known_or_over_wakes_nobody() -> None:
    at = MONDAY + 70 * DAY
    who = lead(generation=2, renewal_at=at)

    row = Due(who.id, 2, DueKind.REVIEW, "renewal", at - 60 * DAY)
    assert renewal_row(lead(), who, 60 * DAY, MONDAY) == row
    assert renewal_row(who, who, 60 * DAY, MONDAY) is None
    assert renewal_row(lead(), who, 60 * DAY, at) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-05", MONDAY - 11 * HOUR),  # the day begins in Warsaw
        ("2026-01-05T12:00", MONDAY + HOUR),
        ("2026-01-05T12:00:00+05:00", MONDAY - 3 * HOUR),
        ("9999-12-31T23:00:00-05:00", None),
        ("", None),
    ],
)
def test_a_day_of_renewal_begins_by_the_teams_clock(text: str, at: datetime | None) -> None:
    assert moment_of(text, "Europe/Warsaw") == at


@pytest.mark.parametrize(
    ("known", "page"),
    [
        ({"enrolments": (enrolment(), replace(enrolment("news"), gate=GateId("news")))}, "news"),
        ({"grants": {GateId("b"): MONDAY, GateId("a"): MONDAY, GateId("c"): MONDAY - DAY}}, "b"),
        ({}, ""),
    ],
)
def test_what_a_sale_begins_starts_at_its_first_step_under_its_own_promise(known: dict, page: str) -> None:
    begun_by_sale = bought(lead(**known)).enrolments[-1]

    assert begun_by_sale == Enrolment("thanks", "v1", GateId(page), MONDAY, BEGINNING.promise, "01", MONDAY, basis=SOLD)


def test_no_lead_is_in_more_sequences_at_once_than_are_planned_for() -> None:
    its = tuple(enrolment(f"s{n}") for n in range(AT_ONCE))

    assert bought(lead(enrolments=its)).enrolments == its
    assert len(bought(lead(enrolments=its[1:])).enrolments) == AT_ONCE


def test_a_sequence_that_it_is_still_in_hinders_no_other() -> None:
    again = replace(BEGINNING, sequence=replace(THANKS, name="again"))

    who = begun(bought(lead()), [BEGINNING, again], agreed=True, by_rep=True, now=MONDAY)

    assert [(e.sequence, e.basis) for e in who.enrolments] == [("thanks", SOLD), ("again", AGREED)]


@pytest.mark.parametrize(
    ("answer", "objective", "achieved"),
    [
        ("accepted", Objective.ADVANCE, (Objective.START, Objective.ADVANCE)),
        ("accepted", Objective.START, (Objective.START,)),
        ("accepted", None, (Objective.START,)),
        ("declined", Objective.ADVANCE, (Objective.START,)),
    ],
)
def test_a_yes_to_an_offer_achieves_what_it_was_for(
    answer: str, objective: Objective | None, achieved: tuple[Objective, ...]
) -> None:
    touch = Touch("o", lead().id, TouchKind.OFFER_ANSWERED, MONDAY, objective=objective, facts={"answer": answer})

    assert answered(lead(achieved=(Objective.START,)), touch).achieved == achieved


@pytest.mark.parametrize(
    ("past", "next_step", "done", "wait"),
    [
        ({"next_step": "02", "done": ("01",)}, "01", (), None),
        ({"next_step": "02", "done": ("01",), "mails_sent": 1}, "02", ("01",), Wait(1, WaitUnit.DAYS)),
        ({"next_step": "02", "done": ("call",)}, "02", ("call",), Wait(1, WaitUnit.DAYS)),
    ],
)
def test_a_later_yes_begins_anew_what_has_done_nothing_yet(
    past: dict, next_step: str, done: tuple[str, ...], wait: Wait | None
) -> None:
    its = enrolment("thanks", basis=SOLD, wait=Wait(1, WaitUnit.DAYS), **past)

    (after,) = agreed_since(lead(enrolments=(its,)), {"v1": THANKS}, 9).enrolments

    assert (after.basis, after.next_step, after.done, after.wait) == (AGREED, next_step, done, wait)


def test_a_later_yes_changes_nothing_of_what_rests_on_another() -> None:
    its = (enrolment("course"), enrolment("thanks", basis=AGREED))

    assert agreed_since(lead(enrolments=its), {"v1": THANKS}, 9).enrolments == its


@pytest.mark.parametrize(
    ("kind", "facts", "written"),
    [
        (TouchKind.OUTCOME, {"stage": "customer"}, True),
        (TouchKind.NOTED, {"stage": "customer"}, True),
        (TouchKind.FACT, {"stage": "customer"}, False),
        (TouchKind.OUTCOME, {"stage": "opportunity"}, False),
        (TouchKind.OUTCOME, {}, False),
    ],
)
def test_a_sale_is_a_reps_word_where_a_rep_wrote_it_down(kind: TouchKind, facts: dict[str, str], written: bool) -> None:
    assert by_rep([Touch("o", lead().id, kind, MONDAY, facts=facts)]) is written


@pytest.mark.parametrize(
    ("kind", "facts", "counts"),
    [
        (TouchKind.NOTED, {"agreed": "yes"}, True),
        (TouchKind.OUTCOME, {"agreed": "no"}, False),
        (TouchKind.FACT, {"agreed": "yes"}, False),
    ],
)
def test_only_a_rep_ticks_that_they_agreed(kind: TouchKind, facts: dict[str, str], counts: bool) -> None:
    touch = Touch("o", lead().id, kind, MONDAY, facts=facts)

    assert has_agreed(lead(), [touch], []) is counts


@pytest.mark.parametrize("kind", [TouchKind.UNSUBSCRIBED, TouchKind.COMPLAINED])
def test_who_left_all_mails_agrees_by_themselves_alone(kind: TouchKind) -> None:
    tick = Touch("o", lead().id, TouchKind.OUTCOME, MONDAY, by="rita", facts={"agreed": "yes"})

    assert not has_agreed(lead(purposes=()), [tick], [Touch("u", lead().id, kind, MONDAY), tick])
