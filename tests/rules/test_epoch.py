"""The marks that tell a restored store, and what is in doubt after one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadlight.model.due import Due, DueKind
from leadlight.model.person import LeadId
from leadlight.rules.epoch import EACH, Mark, is_restored, lifted, mark_of, may_have_gone_out, raised

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def step(started: datetime) -> Due:
    return Due(LeadId("anna"), 1, DueKind.STEP, f"tale@v1/{started:%Y%m%dT%H%M%S}/01-hello", NOW)


@pytest.mark.parametrize("mark", [Mark(NOW), Mark(NOW + TICK, NOW + DAY)])
def test_a_mark_is_read_as_it_was_noted(mark: Mark) -> None:
    assert mark_of(str(mark)) == mark


def test_where_nothing_is_noted_there_is_no_mark() -> None:
    assert mark_of(None) is None
    assert mark_of("") is None


@pytest.mark.parametrize("later", [Mark(NOW + TICK), Mark(NOW + DAY), Mark(NOW, NOW), Mark(NOW + TICK, NOW)])
def test_a_later_mark_is_a_greater_text(later: Mark) -> None:
    assert str(later) > str(Mark(NOW))


@pytest.mark.parametrize(
    ("leads", "keys", "restored"),
    [
        (None, None, False),
        (Mark(NOW), None, False),
        (Mark(NOW), Mark(NOW), False),
        (Mark(NOW + TICK), Mark(NOW), False),
        (Mark(NOW), Mark(NOW + TICK), True),
        (None, Mark(NOW), True),
    ],
)
def test_leads_that_are_older_than_their_keys_were_restored(
    leads: Mark | None, keys: Mark | None, *, restored: bool
) -> None:
    assert is_restored(leads, keys) is restored


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, Mark(NOW)),
        (Mark(NOW), None),
        (Mark(NOW - EACH + TICK), None),
        (Mark(NOW + TICK), None),
        (Mark(NOW - EACH), Mark(NOW)),
        (Mark(NOW - EACH, NOW - DAY), Mark(NOW, NOW - DAY)),
        (Mark(NOW + DAY), Mark(NOW + DAY + TICK)),
    ],
)
def test_a_mark_is_raised_once_a_minute_and_only_ever_grows(before: Mark | None, expected: Mark | None) -> None:
    assert raised(before, NOW) == expected


def test_lifting_puts_both_marks_before_any_copy_and_all_plans_up_to_now_in_doubt() -> None:
    assert lifted(Mark(NOW - 3 * DAY), Mark(NOW - DAY), NOW) == Mark(NOW, NOW)
    assert lifted(None, None, NOW) == Mark(NOW, NOW)


def test_where_the_clock_was_restored_too_the_doubt_reaches_as_far_as_it_had_come() -> None:
    assert lifted(Mark(NOW), Mark(NOW + DAY), NOW) == Mark(NOW + DAY + TICK, NOW + DAY + EACH)


def test_a_second_restore_keeps_the_doubts_of_the_first() -> None:
    assert lifted(Mark(NOW - DAY, NOW + DAY), None, NOW).doubtful_until == NOW + DAY


@pytest.mark.parametrize(
    ("mark", "doubtful"),
    [(None, False), (Mark(NOW), False), (Mark(NOW + DAY, NOW), True), (Mark(NOW + DAY, NOW - DAY), False)],
)
def test_only_sequences_that_had_begun_are_in_doubt(mark: Mark | None, *, doubtful: bool) -> None:
    assert may_have_gone_out(mark, step(NOW)) is doubtful


@pytest.mark.parametrize("ref", ["news/guides/new", "arrived/soon@en-20260105T100000"])
@pytest.mark.parametrize(("at", "doubtful"), [(NOW, True), (NOW + TICK, False)])
def test_a_mail_about_a_new_page_is_in_doubt_if_its_time_had_come(ref: str, at: datetime, *, doubtful: bool) -> None:
    row = Due(LeadId("anna"), 1, DueKind.MAIL, ref, at)

    assert may_have_gone_out(Mark(NOW + DAY, NOW), row) is doubtful
