"""What a store takes for news: nothing it begins with, nothing after a restore, each page once, one after the other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlight.rules.news import Known, begun

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
THEN = datetime(2025, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "announced", "now"),
    [
        (None, ["a", "b"], ""),
        (None, [], ""),
        (Known("", {}), ["a"], "a"),
        (Known("", {"a": THEN}), ["a"], ""),
        (Known("", {"a": THEN}), ["c", "b", "a"], "b"),
        (Known("", {"a": THEN, "b": THEN}, now="b", to="lead"), ["a", "b", "c"], "b"),
        (Known("", {"a": THEN}), [], ""),
        (Known("2026-01-01", {"a": THEN}), ["a", "b"], ""),
    ],
    ids=["first", "first-empty", "new", "known", "two-new", "not-yet-over", "withdrawn", "restored"],
)
def test_what_is_announced_now(known: Known | None, announced: list[str], now: str) -> None:
    assert begun(known, announced, epoch="", now=NOW).now == now


def test_what_a_store_begins_with_or_finds_after_a_restore_is_never_news() -> None:
    for known in (None, Known("before", {"a": THEN})):
        after = begun(known, ["a", "b"], epoch="", now=NOW)

        assert begun(after, ["a", "b"], epoch="", now=NOW) == after
        assert begun(after, ["a", "b", "c"], epoch="", now=NOW).now == "c"


def test_an_announcement_that_was_begun_goes_on_where_it_was() -> None:
    known = Known("", {"a": THEN}, now="a", to="lead-7")

    assert begun(known, ["a", "b"], epoch="", now=NOW) == known
