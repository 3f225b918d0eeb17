"""How many mails are enough, and who goes first where several sequences want the same day."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.examples import ALL_WEEK, ALWAYS, DAY, HOUR, MONDAY, OFFICE, TEAM, enrolment, lead

from leadlight.model.lead import Enrolment
from leadlight.model.sequence import Cap, OpenHours, Window
from leadlight.model.team import Hours
from leadlight.rules.pace import Wanted, caps_of, free_at, paced, with_mail

MINUTES = st.integers(0, 20 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
CAPS = st.lists(st.builds(Cap, st.integers(1, 4), st.integers(1, 14)), max_size=2)


def of(name: str, **other: object) -> Enrolment:
    return replace(enrolment(), sequence=name, **other)  # type: ignore[arg-type]  # named


def wants(name: str, at: datetime, *, priority: int = 5, window: Window | OpenHours = Window.ANY) -> Wanted:
    return Wanted(of(name), priority, window, at)


def times(wanted: Many[Wanted], *caps: Cap, hours: Hours = ALWAYS, **other: object) -> dict[str, datetime]:
    given = paced(lead(**other), wanted, caps=caps, hours=hours)
    return {one.enrolment.sequence: at for one, at in given}


def test_the_higher_priority_has_the_day_and_the_other_the_next() -> None:
    both = times([wants("course", MONDAY), wants("offer", MONDAY + HOUR, priority=9)])

    assert both == {"offer": MONDAY + HOUR, "course": MONDAY + DAY - 10 * HOUR}


def test_of_equals_the_one_that_wants_to_go_out_earlier_has_the_day() -> None:
    assert times([wants("b", MONDAY + HOUR), wants("a", MONDAY)])["a"] == MONDAY


def test_three_sequences_have_three_days() -> None:
    three = times([wants(name, MONDAY) for name in ("c", "a", "b")])

    assert [(at - MONDAY).days for at in sorted(three.values())] == [0, 0, 1]
    assert len({at.date() for at in three.values()}) == 3
    assert list(three) == ["a", "b", "c"]


def test_a_day_on_which_another_sequence_has_mailed_is_taken() -> None:
    mailed = (of("offer", mailed_at=MONDAY, ended="all steps are done"),)

    assert times([wants("course", MONDAY + HOUR)], enrolments=mailed)["course"].date() == MONDAY.date() + DAY


def test_within_one_sequence_two_mails_a_day_are_the_marketers_word() -> None:
    assert times([wants("course", MONDAY + HOUR)], enrolments=(of("course", mailed_at=MONDAY),))["course"] == (
        MONDAY + HOUR
    )


def test_a_day_is_one_by_the_leads_own_clock() -> None:
    auckland = replace(ALWAYS, zone="Pacific/Auckland")
    late = datetime.combine(MONDAY.date(), time(23, 30), ZoneInfo("Pacific/Auckland"))
    mailed = (of("offer", mailed_at=late - HOUR),)

    assert times([wants("course", late)], enrolments=mailed, hours=auckland)["course"] == late + HOUR / 2


AUCKLAND = replace(ALWAYS, zone="Pacific/Auckland")
EARLY, LATE = (
    datetime.combine((MONDAY + DAY).date(), at, ZoneInfo("Pacific/Auckland")) for at in (time(0, 30), time(23, 30))
)
"""Of one day there, and of two in UTC."""


def test_two_moments_of_one_day_there_are_of_one_day_also_if_they_are_not_in_utc() -> None:
    by_another = times([wants("course", LATE)], hours=AUCKLAND, enrolments=(of("offer", mailed_at=EARLY),))
    by_nobody = times([wants("course", LATE)], hours=AUCKLAND, mailed=(EARLY,))
    planned = times([wants("course", LATE), wants("offer", EARLY, priority=9)], hours=AUCKLAND)

    assert by_another["course"] == by_nobody["course"] == planned["course"] == LATE + HOUR / 2


def test_a_mail_of_its_own_that_is_remembered_is_in_nobodys_way() -> None:
    own = times([wants("course", MONDAY + HOUR)], mailed=(MONDAY,), enrolments=(of("course", mailed_at=MONDAY),))

    assert own["course"] == MONDAY + HOUR


TUESDAYS = OpenHours((1,), time(10), time(12))


@pytest.mark.parametrize(
    ("sent", "at", "window", "cap", "goes"),
    [
        (LATE - DAY, LATE, Window.ANY, Cap(2, 7), LATE),
        (EARLY, LATE, Window.ANY, Cap(2, 7), LATE + HOUR / 2),
        (EARLY, LATE, TUESDAYS, Cap(2, 7), EARLY + 7 * DAY + 9.5 * HOUR),
        (EARLY, LATE + DAY, Window.ANY, Cap(1, 7), EARLY + 7 * DAY),
    ],
)
def test_a_mail_of_no_sequence_has_a_day_for_itself_and_counts_for_the_caps(
    sent: datetime, at: datetime, window: Window | OpenHours, cap: Cap, goes: datetime
) -> None:
    assert free_at(lead(mailed=(sent,)), at, window, caps=(cap,), hours=AUCKLAND) == goes


def test_what_is_put_off_goes_out_when_its_window_opens_next() -> None:
    mailed = (of("offer", mailed_at=MONDAY + DAY),)

    put_off = times([wants("course", MONDAY + DAY, window=TUESDAYS)], enrolments=mailed, hours=OFFICE)

    assert put_off["course"] == MONDAY + 8 * DAY


@pytest.mark.parametrize(
    ("sent", "cap", "at", "goes"),
    [
        ((0, 2), Cap(2, 7), 3, 7),
        ((0, 2), Cap(2, 7), 7, 7),
        ((0, 2), Cap(3, 7), 3, 3),
        ((0, 1, 2), Cap(1, 7), 3, 9),
        ((0, 7), Cap(2, 7), 3, 3),
        ((), Cap(1, 7), 3, 3),
    ],
)
def test_a_cap_puts_off_until_the_span_has_room(sent: tuple[int, ...], cap: Cap, at: int, goes: int) -> None:
    mailed = tuple(MONDAY + day * DAY for day in sent)

    assert times([wants("course", MONDAY + at * DAY)], cap, mailed=mailed) == {"course": MONDAY + goes * DAY}


def test_a_mail_that_is_to_come_counts_for_the_cap_as_well() -> None:
    both = times([wants("course", MONDAY), wants("offer", MONDAY + 4 * DAY, priority=9)], Cap(1, 7))

    assert both == {"offer": MONDAY + 4 * DAY, "course": MONDAY + 11 * DAY}


def test_the_leads_own_word_counts_beside_the_teams() -> None:
    team = replace(TEAM, at_most=(Cap(2, 7),))

    assert caps_of(lead(at_most=Cap(1, 14)), team) == (Cap(2, 7), Cap(1, 14))


@given(
    st.lists(st.tuples(MINUTES, st.integers(1, 9)), min_size=1, max_size=5),
    st.lists(MINUTES, max_size=6),
    CAPS,
    st.sampled_from([ALWAYS, OFFICE]),
)
def test_whatever_is_wanted_no_day_is_shared_and_no_cap_exceeded(
    wanted: list[tuple[datetime, int]], mailed: list[datetime], caps: list[Cap], hours: Hours
) -> None:
    those = [wants(f"s{n}", at, priority=priority) for n, (at, priority) in enumerate(wanted)]

    found = times(those, *caps, hours=hours, mailed=tuple(sorted(mailed)))

    at = sorted(found.values())
    assert len({moment.date() for moment in at}) == len(at)
    assert all(found[one.enrolment.sequence] >= one.at for one in those)
    assert not [moment for moment in at for cap in caps if crowded(moment, [*mailed, *at], cap)]
    assert found == times(those[::-1], *caps, hours=hours, mailed=tuple(sorted(mailed)))


def crowded(moment: datetime, mails: list[datetime], cap: Cap) -> bool:
    return sum(moment - timedelta(days=cap.days) < mail <= moment for mail in mails) > cap.count


def test_a_mail_counts_for_its_promise_for_the_caps_and_for_its_day() -> None:
    before = lead(enrolments=(enrolment(),), mailed=(MONDAY - 40 * DAY, MONDAY - DAY))

    after = with_mail(before, before.enrolments[0], MONDAY, ALL_WEEK)

    assert (after.enrolments[0].mails_sent, after.enrolments[0].mailed_at) == (1, MONDAY)
    assert after.mailed == (MONDAY - DAY, MONDAY)


def test_mails_are_remembered_for_as_long_as_the_longest_cap_counts() -> None:
    before = lead(enrolments=(enrolment(),), mailed=(MONDAY - 40 * DAY,), at_most=Cap(1, 60))

    assert len(with_mail(before, before.enrolments[0], MONDAY, ALL_WEEK).mailed) == 2


def test_a_mail_is_forgotten_once_no_cap_can_count_it() -> None:
    before = lead(enrolments=(enrolment(),), mailed=(MONDAY - 31 * DAY, MONDAY - 31 * DAY + HOUR))

    assert with_mail(before, before.enrolments[0], MONDAY, ALL_WEEK).mailed == (MONDAY - 31 * DAY + HOUR, MONDAY)
