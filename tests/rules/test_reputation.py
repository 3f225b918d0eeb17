"""When are too many mails too many, and when is a pause over?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import MONDAY

from leadlight.model.person import LeadId
from leadlight.rules.reputation import (
    HOUR,
    HOURS,
    Counts,
    Fate,
    Paused,
    by_hour,
    counters,
    keys_of,
    pause_for,
    paused_at,
    paused_of,
    too_many,
)

STEP = "1/step/zero-trust@v1/20260105T100000/01-hello"
ANNA = LeadId("anna")


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        (Counts(199, 100, 100), None),  # too few to tell
        (Counts(200, 3, 0), None),
        (Counts(200, 4, 0), "came back for good (2.00 %)"),
        (Counts(201, 4, 0), None),
        (Counts(250, 5, 0), "came back for good"),
        (Counts(200, 0, 1), None),  # one reader is no rate
        (Counts(1999, 0, 1), None),
        (Counts(199, 0, 2), None),
        (Counts(200, 0, 2), "2 readers called a mail of ours spam, of 200 mails within a day (1.00 %)"),
        (Counts(4000, 0, 2), "spam, of 4000 mails within a day (0.05 %)"),
        (Counts(4001, 0, 2), None),
        (Counts(10_000, 199, 4), None),
        (Counts(10_000, 200, 5), "5 readers called"),
    ],
)
def test_two_in_a_hundred_bounces_or_two_readers_in_four_thousand_mails_are_too_many(
    counts: Counts, word: str | None
) -> None:
    why = too_many(counts)

    assert why is None if word is None else why and word in why


def told(*facts: tuple[Fate, datetime]) -> Counter[str]:
    """The counters after these."""
    return Counter(counter.key for fate, at in facts for counter in counters(ANNA, STEP, at, fate))


def day(sent: int, *others: tuple[Fate, datetime], at: datetime = MONDAY) -> Counter[str]:
    return told(*[(Fate.SENT, at)] * sent, *others)


def test_a_pause_ends_at_the_full_hour_when_its_day_is_over() -> None:
    at = MONDAY + timedelta(minutes=30)
    counted = day(200, *[(Fate.BOUNCED, at)] * 4, at=at)

    paused = pause_for(by_hour(counted, at, lifted=None), at)

    assert paused == Paused(MONDAY + HOURS * HOUR, at, "4 of 200 mails within a day came back for good (2.00 %)")
    assert pause_for(by_hour(counted, paused.until, lifted=None), paused.until) is None
    assert pause_for(by_hour(counted, paused.until - HOUR, lifted=None), paused.until - HOUR) is not None


def test_a_pause_ends_as_soon_as_enough_of_what_is_left_arrived() -> None:
    early, late = MONDAY, MONDAY + 5 * HOUR
    counted = day(100, *[(Fate.BOUNCED, early)] * 9) + day(400, (Fate.BOUNCED, late), at=late)

    paused = pause_for(by_hour(counted, late, lifted=None), late)

    assert paused is not None
    assert paused.until == early + HOURS * HOUR


def test_what_an_operator_has_put_behind_us_is_forgotten_and_what_comes_after_counts() -> None:
    now = MONDAY + 2 * HOUR
    counted = day(300, *[(Fate.BOUNCED, MONDAY)] * 50)
    lifted = MONDAY + timedelta(minutes=10)

    assert pause_for(by_hour(counted, now, lifted=lifted), now) is None
    spam = day(200, *[(Fate.COMPLAINED, now)] * 2, at=now)
    assert pause_for(by_hour(counted + spam, now, lifted=lifted), now) is not None


def test_a_pause_goes_on_under_its_own_name() -> None:
    before = Paused(MONDAY + HOUR, MONDAY - HOUR, "earlier")

    paused = pause_for([Counts(200, 10, 0)], MONDAY, before=before)

    assert paused is not None
    assert paused.since == before.since


@pytest.mark.parametrize("what", ["mail/optin/c1", "mail/delivery/c1", "mail/notify/t1", "mail/manager/t1", "task/t1"])
def test_a_mail_that_somebody_waits_for_is_not_counted(what: str) -> None:
    assert counters(ANNA, f"1/{what}", MONDAY, *Fate) == ()


@pytest.mark.parametrize("what", ["step/zt@v/x/01", "mail/news/blog/one", "mail/arrived/guides/mail@en-x"])
def test_a_mail_that_nobody_waits_for_is_counted_in_the_hour_in_which_it_happened(what: str) -> None:
    found = counters(ANNA, f"1/{what}", MONDAY + timedelta(minutes=59), *Fate)

    assert [counter.key.split("/")[:3] for counter in found] == [["mails", fate, "2026-01-05T10"] for fate in Fate]
    assert all(counter.key in set(keys_of(MONDAY + (HOURS - 1) * HOUR)) for counter in found)


def test_no_pause_holds_at_its_end() -> None:
    paused = Paused(MONDAY, MONDAY - HOUR, "4 of 200 mails came back")

    assert paused_of(str(paused)) == paused
    assert [paused_at(noted, MONDAY) for noted in (None, "", str(paused))] == [None] * 3
    assert paused_at(str(paused), MONDAY - HOUR) == paused


def events() -> Iterator[st.SearchStrategy[tuple[Fate, datetime]]]:
    yield st.tuples(st.sampled_from(Fate), st.integers(0, 30).map(lambda back: MONDAY - back * HOUR))


@given(st.lists(*events()), st.randoms(use_true_random=False))
def test_in_which_order_we_hear_of_things_makes_no_difference(
    facts: list[tuple[Fate, datetime]], random: object
) -> None:
    base, shuffled = day(200), list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a `Random`

    verdicts = [pause_for(by_hour(base + told(*each), MONDAY, lifted=None), MONDAY) for each in (facts, shuffled)]

    assert verdicts[0] == verdicts[1]


@given(
    st.lists(st.builds(Counts, st.integers(0, 900), st.integers(0, 20), st.integers(0, 2)), min_size=25, max_size=25)
)
def test_every_pause_is_over_within_a_day_and_an_hour(hours: list[Counts]) -> None:
    paused = pause_for(hours, MONDAY)

    assert paused is None or MONDAY < paused.until <= MONDAY + HOURS * HOUR
