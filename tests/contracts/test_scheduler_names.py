"""What a schedule of EventBridge is called, and how its time is written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.contracts.examples import DAY, NOW
from tests.contracts.test_scheduler import LATER, due

from leadlight.aws.scheduler import expression, name_of
from leadlight.model.person import CaptureId


class TestNames:
    def test_a_name_is_the_same_for_the_same_row_whatever_is_read_along(self) -> None:
        assert name_of(due()) == name_of(replace(due(), captures=(CaptureId("c1"),)))

    def test_a_name_is_the_same_in_every_zone(self) -> None:
        there = LATER.astimezone(timezone(timedelta(hours=2)))

        assert name_of(due(there)) == name_of(due(LATER))

    @pytest.mark.parametrize("ref", ["über/日本語", "x" * 900, "a b/c@d:e", "optin/0f0f"])
    def test_a_name_keeps_to_the_rules_whatever_the_step_is_called(self, ref: str) -> None:
        assert re.fullmatch(r"[a-z2-7]{26}-[0-9a-f]{24}", name_of(due(ref=ref)))


class TestExpressions:
    @pytest.mark.parametrize(
        ("at", "said"),
        [
            (datetime(2026, 3, 1, 9, 0, tzinfo=UTC), "at(2026-03-01T09:00:00)"),
            (datetime(2026, 3, 1, 9, 0, 0, 1, tzinfo=UTC), "at(2026-03-01T09:00:01)"),
            (datetime(2026, 3, 1, 9, 0, 59, 999_999, tzinfo=UTC), "at(2026-03-01T09:01:00)"),
            (datetime(2026, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), "at(2027-01-01T00:00:00)"),
            (datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))), "at(2026-03-01T03:15:00)"),
        ],
    )
    def test_a_time_is_a_whole_second_in_utc_and_never_earlier(self, at: datetime, said: str) -> None:
        assert expression(at, now=NOW) == said

    @pytest.mark.parametrize("ago", [timedelta(0), timedelta(microseconds=1), DAY, 900 * DAY], ids=str)
    def test_a_time_that_is_over_becomes_the_next_minute(self, ago: timedelta) -> None:
        assert expression(NOW - ago, now=NOW) == "at(2026-01-05T08:01:01)"
