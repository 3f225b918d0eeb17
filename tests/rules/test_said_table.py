"""How what a rep has written down reads, line by line."""

from __future__ import annotations

import pytest
from tests.rules.examples import MONDAY, lead

from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.said import Reader, another_aim, said

START, ADVANCE, CLOSE, RELATE = Objective.START, Objective.ADVANCE, Objective.CLOSE, Objective.RELATE
HERE = Reader("Europe/Warsaw", "PLN", {"too-dear": "It costs too much"})


def outcome(objective: Objective | None = ADVANCE, **facts: str) -> Touch:
    return Touch("t", lead().id, TouchKind.OUTCOME, MONDAY, objective=objective, facts=facts)


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        ({}, ()),
        ({"achieved": "yes"}, ("Advance it: achieved",)),
        ({"achieved": "no"}, ("Advance it: not achieved",)),
        ({"achieved": "no", "why_not": "not-reached"}, ("Advance it: not reached",)),
        ({"achieved": "no", "why_not": "lost"}, ("Advance it: lost to another",)),
        ({"achieved": "no", "why_not": "of old"}, ("Advance it: not achieved",)),
        ({"stage": "customer"}, ("Won",)),
        ({"stage": "customer", "value": "12000"}, ("Won, worth 12,000 PLN",)),
        ({"stage": "opportunity", "value": "1234.5"}, ("An opportunity, worth 1,234.50 PLN",)),
        ({"stage": "disqualified"}, ("Nothing to win here",)),
        ({"stage": "lost"}, ("The deal is lost",)),
        ({"stage": "lost", "why": "unsaid"}, ("The deal is lost",)),
        ({"stage": "lost", "why": "too-dear"}, ("The deal is lost",)),
        ({"stage": "lost", "why": "competitor"}, ("The deal is lost to another",)),
        ({"stage": "lost", "value": "900"}, ("The deal is lost", "Worth 900 PLN")),
        ({"value": "900"}, ("Worth 900 PLN",)),
        ({"objections": "too-dear,new"}, ("They object: It costs too much; new",)),
        ({"authority": "decides"}, ("They decide",)),
        ({"satisfaction": "no"}, ("They are not satisfied",)),
        ({"channel": "meeting"}, ("In a meeting",)),
        ({"agreed": "yes"}, ("They agreed to mails after the sale",)),
        ({"needs": "corrected"}, ("Their needs are corrected",)),
        ({"minutes": "20"}, ("20 minutes",)),
        ({"next_at": "2026-07-07T07:05:00+00:00"}, ("Next step: Tue 7 July, 09:05",)),
    ],
)
def test_each_fact_reads_as_a_line(facts: dict[str, str], lines: tuple[str, ...]) -> None:
    assert said(outcome(**facts), HERE) == lines


def test_the_lines_of_an_outcome_go_from_what_came_of_it_to_what_is_next() -> None:
    facts = {"achieved": "yes", "authority": "uses", "satisfaction": "yes", "channel": "call", "minutes": "5"}
    later = {"stage": "opportunity", "objections": "too-dear", "next_at": "2026-01-06T08:00:00+00:00"}

    assert said(outcome(None, **facts, **later), HERE) == (
        "Contact: achieved", "An opportunity", "They object: It costs too much", "They are to use it",
        "They are satisfied", "By phone", "5 minutes", "Next step: Tue 6 January, 09:00",
    )  # fmt: skip


def test_who_was_better_is_told_to_who_may_know() -> None:
    lost = outcome(stage="lost", why="competitor")

    assert said(lost, HERE, lost_to="Globex") == ("The deal is lost to Globex",)


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        ((), ""),
        ((START,), ""),
        ((START, START), "“Start a conversation” has failed twice. Try another aim: build the relationship."),
        ((START,) * 3, "“Start a conversation” has failed 3 times. Try another aim: build the relationship."),
        (
            (START, START, RELATE, RELATE),
            "“Start a conversation” has failed twice. Try another aim: advance it.",
        ),
    ],
)
def test_another_aim_says_how_often_the_first_has_failed(failed: tuple[Objective, ...], why: str) -> None:
    touches = [outcome(objective, achieved="no", why_not="objection") for objective in failed]

    assert another_aim(lead(), touches) == why


def test_a_day_reads_by_the_clock_of_its_reader() -> None:
    assert (Reader().day(MONDAY), HERE.day(MONDAY)) == ("Mon 5 January, 10:00", "Mon 5 January, 11:00")
