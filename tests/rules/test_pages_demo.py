"""The pages that only a demo has: honest about what is not as it would be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlight.pages import dev

NOW = datetime(2026, 1, 6, 1, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "drawn", [dev.start("", now=NOW, mails=0), dev.mails("", rows=(), now=NOW)], ids=["start", "mailbox"]
)
def test_beside_its_clock_a_demo_says_that_its_hours_are_not_the_real_ones(drawn: str) -> None:
    _, _, after_clock = drawn.partition("It is <strong>Tuesday 06 January 2026, 01:22 UTC</strong>")

    assert "In a demo everybody works at all hours" in after_clock
    assert "leadlight simulate" in after_clock
