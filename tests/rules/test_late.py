"""Who has to stand in line after an outage, and which minute they ask for a place."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import ALWAYS, DAY, HOUR, MONDAY, OFFICE

from leadlight.errors import MissingSetting
from leadlight.model.sequence import Window
from leadlight.rules.late import LATE, PROBES, is_late, minute_to_try, place_in
from leadlight.settings import LATE_PER_MINUTE, late_per_minute

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NOW = MONDAY + 31 * SECOND + timedelta(microseconds=5)


@pytest.mark.parametrize(("behind", "late"), [(-HOUR, False), (LATE, False), (LATE + SECOND, True), (2 * DAY, True)])
def test_a_quarter_of_an_hour_behind_the_plan_is_no_outage(behind: timedelta, late: bool) -> None:
    assert is_late(MONDAY - behind, MONDAY - behind, MONDAY) is late


def test_what_was_put_off_is_as_late_as_its_plan() -> None:
    assert is_late(MONDAY - DAY, MONDAY, MONDAY)


def test_who_holds_a_place_does_not_ask_for_another_unless_it_was_missed() -> None:
    place = place_in(MONDAY, Window.ANY, ALWAYS)

    assert not is_late(MONDAY - DAY, place, place)
    assert not is_late(MONDAY - DAY, place, place + LATE)
    assert is_late(MONDAY - DAY, place, place + HOUR)


def test_a_follow_up_asks_for_the_present_minute_first() -> None:
    assert minute_to_try("anna/1/step/x", 0, NOW) == MONDAY


@given(name=st.text(max_size=20), probe=st.integers(1, PROBES))
def test_then_it_asks_for_whole_minutes_to_come(name: str, probe: int) -> None:
    minute = minute_to_try(name, probe, NOW)

    assert (minute.second, minute.microsecond) == (0, 0)
    assert MONDAY < minute <= MONDAY + 2 ** ((probe + 1) // 2) * MINUTE


def test_many_that_ask_together_ask_for_all_the_minutes_there_are() -> None:
    asked = [{minute_to_try(str(name), probe, NOW) - MONDAY for name in range(99)} for probe in (1, 2, 3)]

    assert asked[0] == asked[1] == {MINUTE, 2 * MINUTE}
    assert asked[2] == {MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE}


def test_the_same_follow_up_asks_for_the_same_minutes_again() -> None:
    asked = [[minute_to_try("anna/1/step/x", probe, NOW) for probe in range(PROBES)] for _ in range(2)]

    assert asked[0] == asked[1]


def test_no_place_is_outside_the_window() -> None:
    evening = MONDAY + 8 * HOUR + timedelta(microseconds=5)

    assert place_in(evening, Window.ANY, OFFICE) == MONDAY + 8 * HOUR + SECOND

    assert place_in(evening, Window.WORKING_HOURS, OFFICE) == MONDAY + 23 * HOUR + SECOND


@pytest.mark.parametrize("backlog", [100, 1000, 5000])
def test_a_backlog_finds_room_soon(backlog: int) -> None:
    taken: Counter[datetime] = Counter()
    for n in range(backlog):
        asked = (minute_to_try(f"{n}/1/step/x", probe, NOW) for probe in range(PROBES))
        taken[next(minute for minute in asked if taken[minute] < LATE_PER_MINUTE)] += 1

    early = sum(count for minute, count in taken.items() if minute <= MONDAY + 2 * backlog / LATE_PER_MINUTE * MINUTE)
    assert early > 0.9 * backlog
    assert len(taken) < 5 * backlog / LATE_PER_MINUTE + 10


@pytest.mark.parametrize(("text", "pace"), [("", LATE_PER_MINUTE), ("5", 5), (" 120 ", 120)])
def test_the_pace_is_a_setting(text: str, pace: int) -> None:
    assert late_per_minute({"LEADLIGHT_LATE_PER_MINUTE": text}) == pace


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_pace_that_would_send_nothing_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(MissingSetting, match="LEADLIGHT_LATE_PER_MINUTE=30"):
        late_per_minute({"LEADLIGHT_LATE_PER_MINUTE": text})
