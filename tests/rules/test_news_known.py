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
        (Known("", {}), ["a"], "news/a"),
        (Known("", {"news/a": THEN}), ["a"], ""),
        (Known("", {"news/a": THEN}), ["c", "b", "a"], "news/b"),
        (Known("", {"news/a": THEN, "news/b": THEN}, now="news/b", to="lead"), ["a", "b", "c"], "news/b"),
        (Known("", {"news/a": THEN}), [], ""),
        (Known("2026-01-01", {"news/a": THEN}), ["a", "b"], ""),
    ],
    ids=["first", "first-empty", "new", "known", "two-new", "not-yet-over", "withdrawn", "restored"],
)
def test_what_is_announced_now(known: Known | None, announced: list[str], now: str) -> None:
    assert begun(known, announced, {}, epoch="", now=NOW).now == now


def test_what_a_store_begins_with_or_finds_after_a_restore_is_never_news() -> None:
    for known in (None, Known("before", {"news/a": THEN})):
        after = begun(known, ["a", "b"], {}, epoch="", now=NOW)

        assert begun(after, ["a", "b"], {}, epoch="", now=NOW) == after
        assert begun(after, ["a", "b", "c"], {}, epoch="", now=NOW).now == "news/c"


def test_an_announcement_that_was_begun_goes_on_where_it_was() -> None:
    known = Known("", {"news/a": THEN}, now="news/a", to="lead-7")

    assert begun(known, ["a", "b"], {}, epoch="", now=NOW) == known
