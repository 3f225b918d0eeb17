"""What the touch of an outcome says, and what is learned by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.rules.examples import DAY, MONDAY, TEAM, enrolment, lead

from leadlight.model.criteria import Authority
from leadlight.model.lead import Hold, Stage, StopReason
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.outcome import (
    ContactBy,
    Learned,
    Outcome,
    after_learning,
    after_outcome,
    amount_of,
    amount_text,
    facts_learned,
    facts_of,
)

NO_NEED, LOST, OBJECTION = WhyNot.NO_NEED, WhyNot.LOST, WhyNot.OBJECTION


@pytest.mark.parametrize(
    ("why_not", "learned", "facts"),
    [
        (None, Learned(), {"achieved": "yes"}),
        (OBJECTION, Learned(), {"achieved": "no", "why_not": "objection"}),
        (NO_NEED, Learned(), {"achieved": "no", "why_not": "no-need", "stage": "disqualified"}),
        (LOST, Learned(), {"achieved": "no", "why_not": "lost", "stage": "lost", "why": "unsaid"}),
        (LOST, Learned(to_other=True), {"achieved": "no", "why_not": "lost", "stage": "lost", "why": "competitor"}),
        (
            LOST,
            Learned(to_other=True, objections=("too-dear", "new")),
            {"achieved": "no", "why_not": "lost", "stage": "lost", "why": "too-dear", "objections": "too-dear,new"},
        ),
    ],
)
def test_an_outcome_says_what_came_of_it_and_why_a_deal_was_lost(
    why_not: WhyNot | None, learned: Learned, facts: dict[str, str]
) -> None:
    outcome = Outcome(Objective.CLOSE, why_not is None, why_not, learned=learned)

    assert facts_of(outcome) == facts
    assert facts_of(replace(outcome, next_at=MONDAY)) == {**facts, "next_at": MONDAY.isoformat()}


@pytest.mark.parametrize(
    ("learned", "facts"),
    [
        (Learned(), {}),
        (Learned(value=0.0), {"value": "0"}),
        (Learned(value=12000.5), {"value": "12000.5"}),
        (Learned(authority=Authority.DECIDES), {"authority": "decides"}),
        (Learned(minutes=0), {"minutes": "0"}),
        (Learned(objections=("too-dear", "new")), {"objections": "too-dear,new"}),
        (Learned(satisfied=True), {"satisfaction": "yes"}),
        (Learned(satisfied=False), {"satisfaction": "no"}),
        (Learned(by=ContactBy.CALL), {"channel": "call"}),
        (Learned(agreed="hash"), {"agreed": "yes", "wording": "hash"}),
        (Learned(renewal_at=date(2026, 12, 31)), {"renewal_at": "2026-12-31"}),
        (Learned(needs=()), {"needs": "corrected"}),
        (Learned(stage=Stage.CUSTOMER), {"stage": "customer"}),
        (Learned(stage=Stage.LOST), {"stage": "lost", "why": "unsaid"}),
    ],
)
def test_what_was_learned_is_said_and_nothing_else(learned: Learned, facts: dict[str, str]) -> None:
    assert facts_learned(learned, None) == facts
    assert facts_learned(learned, MONDAY) == {"next_at": "2026-01-05T10:00:00+00:00", **facts}


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12000", "EUR", 12000),
        (" 12,000.50 EUR ", "EUR", 12000.5),
        ("€12k", "EUR", 12000),
        ("1.5 K eur", "EUR", 1500),
        ("12 000", "PLN", 12000),
        ("12'000'000", "CHF", 12_000_000),
        ("£9", "GBP", 9),
        ("$ 7", "USD", 7),
        ("7 $", "CAD", 7),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, currency: str, amount: float) -> None:
    assert amount_of(text, currency) == amount


@pytest.mark.parametrize("text", ["", "a lot", "12.000", "$12", "12 USD", "€ 12 USD", "-3", "12,00"])
def test_an_amount_that_could_mean_another_is_asked_for_anew(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Please write an amount in EUR, such as 12000 or 12000\.50\.$"):
        amount_of(text, "EUR")


def test_a_dollar_is_no_euro_where_no_dollars_are_meant() -> None:
    with pytest.raises(ValueError, match="GBP"):
        amount_of("$12", "GBP")


def test_an_amount_stands_without_what_says_nothing() -> None:
    assert [amount_text(value) for value in (100.0, 0.5, 12.345)] == ["100", "0.5", "12.35"]


def test_a_won_deal_achieves_the_close() -> None:
    won = after_learning(lead(), Learned(stage=Stage.CUSTOMER), None, Objective.START, by="rita", team=TEAM, now=MONDAY)

    assert (won.achieved, won.stage, won.stops, won.hold) == ((Objective.CLOSE,), Stage.LEAD, (), None)


def test_a_deal_that_is_lost_ends_the_plan_whatever_was_agreed_on() -> None:
    held = lead(hold=Hold("rita", Objective.START, MONDAY, MONDAY + DAY))
    lost = Learned(stage=Stage.LOST)

    after = after_learning(held, lost, MONDAY + DAY, Objective.START, by="rita", team=TEAM, now=MONDAY)

    assert (after.stage, after.hold) == (Stage.LOST, None)
    assert [(stop.reason, stop.at) for stop in after.stops] == [(StopReason.DISQUALIFIED, MONDAY)]


def test_what_they_need_and_whether_they_are_satisfied_is_kept() -> None:
    learned = Learned(satisfied=False, needs=("sso",))
    known = lead(satisfied=True, needs=("audit",))

    after, same = (
        after_learning(known, each, None, Objective.START, by="rita", team=TEAM, now=MONDAY)
        for each in (learned, Learned())
    )

    assert (after.satisfied, after.needs) == (False, ("sso",))
    assert same == known


@pytest.mark.parametrize(("why_not", "held"), [(OBJECTION, False), (WhyNot.NOT_REACHED, True)])
def test_a_talk_lets_go_on_what_an_unhappy_answer_had_held(why_not: WhyNot, held: bool) -> None:
    unhappy = lead(enrolments=(enrolment(held=True),))

    after = after_outcome(unhappy, Outcome(Objective.START, False, why_not), by="rita", team=TEAM, now=MONDAY)

    assert after.enrolments[0].held is held
