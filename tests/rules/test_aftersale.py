"""What a sale begins, and what a rep is woken for before a renewal: pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rules.examples import COURSE, MONDAY, PROMISE, enrolment, lead

from leadlight.model.lead import Lead, Stage, StopReason
from leadlight.model.person import Purpose
from leadlight.model.sequence import Channel
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.aftersale import (
    Beginning,
    agreed_since,
    answered,
    begun,
    has_agreed,
    reached,
    renewal_row,
    renewing,
)
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
