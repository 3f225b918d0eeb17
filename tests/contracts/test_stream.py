"""What records of the leads table's stream tell, read from records as Lambda hands them over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.contracts.examples import DAY

from leadlight.aws.stream import news_in
from leadlight.model.due import Due
from leadlight.model.exchange import News
from leadlight.model.person import LeadId
from leadlight.model.touch import TouchKind

EVENTS = Path(__file__).parents[1] / "events"
LEAD = LeadId("of7voc7ywjeffjwujk7wjp3v54")
AT = datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC)


def event(name: str) -> dict[str, Any]:
    return msgspec.json.decode((EVENTS / f"{name}.json").read_bytes(), type=dict[str, Any])


def news(name: str) -> list[News | None]:
    return [news_in(record) for record in event(name)["Records"]]


def test_a_new_touch_is_news() -> None:
    (found,) = news("stream_touch_inserted")

    assert found is not None
    assert found.touch is not None
    assert (found.lead_id, found.touch.kind, found.due, found.was) == (LEAD, TouchKind.CAPTURED, None, None)


@pytest.mark.parametrize(
    ("name", "due", "was"),
    [
        ("stream_due_inserted", AT + DAY, None),
        ("stream_due_moved", AT + 3 * DAY, AT + DAY),
        ("stream_due_removed", None, AT + DAY),
    ],
)
def test_a_due_row_is_news_as_it_is_and_as_it_was(name: str, due: datetime | None, was: datetime | None) -> None:
    (found,) = news(name)

    assert found is not None
    assert found.lead_id == LEAD
    assert (found.due and found.due.at, found.was and found.was.at, found.touch) == (due, was, None)


def test_a_row_that_its_time_to_live_removed_is_gone_like_any_other_and_an_old_touch_is_no_news() -> None:
    row, touch = news("stream_expired")

    assert row is not None
    assert row.was is not None
    assert touch is None


def test_other_items_are_no_news() -> None:
    assert news("stream_other_items") == [None, None, None, None]


def test_what_cannot_be_read_is_said() -> None:
    good, bad, other = event("stream_poisoned")["Records"]

    with pytest.raises(msgspec.MsgspecError):
        news_in(bad)
    assert news_in(good) is not None
    assert news_in(other) is not None


def test_a_schedule_brings_the_row_as_it_was_asked_for() -> None:
    row = msgspec.convert(event("schedule_step"), Due)

    assert (row.lead_id, row.key, row.at) == (LEAD, "step/course@5d41402abc4b/01-hello", AT + DAY)
