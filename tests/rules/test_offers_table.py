"""Until when an offer stands, and how its answers read."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.rules.examples import DAY, HOUR, MONDAY, OFFICE, lead

from leadlight.model.sequence import Offer, Wait, WaitUnit
from leadlight.model.team import Hours
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.offers import day_in_words, in_words, is_over, last_answer, last_day

TOKYO = Hours(zone="Asia/Tokyo")
FRIDAY = date(2026, 1, 9)


def answer(kind: TouchKind = TouchKind.OFFER_ANSWERED, *, days: int = 0, **facts: str) -> Touch:
    return Touch(f"t/{days}", lead().id, kind, MONDAY + days * DAY, facts=facts)


@pytest.mark.parametrize(
    ("expires", "hours", "day"),
    [
        (None, OFFICE, None),
        (FRIDAY, OFFICE, FRIDAY),
        (Wait(4, WaitUnit.DAYS), OFFICE, FRIDAY),
        (Wait(6, WaitUnit.HOURS), TOKYO, date(2026, 1, 6)),  # one in the morning there
    ],
)
def test_an_offer_stands_until_its_day_by_the_readers_clock(
    expires: Wait | date | None, hours: Hours, day: date | None
) -> None:
    assert last_day(Offer("A trial", expires=expires), MONDAY, hours) == day


@pytest.mark.parametrize(
    ("day", "now", "hours", "over"),
    [
        (None, MONDAY, OFFICE, False),
        (FRIDAY, MONDAY + 4 * DAY + 13 * HOUR, OFFICE, False),  # until midnight
        (FRIDAY, MONDAY + 4 * DAY + 14 * HOUR, OFFICE, True),
        (FRIDAY, MONDAY + 4 * DAY + 5 * HOUR, TOKYO, True),
    ],
)
def test_its_last_day_counts_as_a_whole(day: date | None, now: datetime, hours: Hours, over: bool) -> None:
    assert is_over(day, now, hours) is over


def test_a_day_without_end_has_no_words() -> None:
    assert (day_in_words(FRIDAY), day_in_words(None)) == ("Friday 9 January 2026", "")


def test_the_last_answer_is_the_newest_to_the_same_question_of_the_same_step() -> None:
    first, last = answer(days=1, ref="a"), answer(days=2, ref="a")
    other, happy = answer(days=3, ref="b"), answer(TouchKind.SATISFACTION, days=4, ref="a")

    assert last_answer([first, last, other, happy], "offer", "a") is last
    assert last_answer([first, last, other, happy], "satisfaction", "a") is happy
    assert last_answer([first, last, other], "satisfaction", "a") is None


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (TouchKind.SATISFACTION, {"answer": "no"}, "Unhappy: {who}"),
        (TouchKind.SATISFACTION, {"answer": "yes"}, "Satisfied after all: {who}"),
        (TouchKind.OFFER_ANSWERED, {"answer": "accepted", "offer": "A trial"}, "{who} accepts “A trial”"),
        (TouchKind.OFFER_ANSWERED, {"answer": "accepted", "late": "yes"},
         "{who} accepts “the offer”, though it is over"),
        (TouchKind.OFFER_ANSWERED, {"answer": "declined", "offer": "{x}"}, "{who} declines “(x)”"),
        (TouchKind.OFFER_ANSWERED, {"answer": "declined", "offer": "A", "why": "too-dear"},
         "{who} declines “A”: too dear"),
        (TouchKind.ASKED, {"answer": "accepted"}, None),
    ],
)  # fmt: skip
def test_an_answer_reads_as_a_rep_would_say_it(kind: TouchKind, facts: dict[str, str], words: str | None) -> None:
    assert in_words(answer(kind, **facts)) == words
