"""What a rep's fields say: whose clock counts, and what of the needs is a correction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlight.errors import BadFields
from leadlight.model.touch import Objective, WhyNot
from leadlight.rep.saying import Room, Saying, read_saying

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
ROOM = Room("Europe/Warsaw", "EUR", Objective.ADVANCE, ("price",), ("Rest", "A number"), ("guide",), ("course/01",))


def read(**values: str) -> Saying:
    return read_saying({"achieved": "yes", **values}, ROOM, now=NOW)


def test_a_time_without_a_zone_is_by_the_reps_clock() -> None:
    assert read(next_at="2026-01-06T09:00").next_at == datetime(2026, 1, 6, 8, 0, tzinfo=UTC)
    assert read(next_at="2026-01-06T09:00+00:00").next_at == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def test_the_time_that_was_typed_counts_before_the_one_that_was_tapped() -> None:
    assert read(next_at="2026-01-06T09:00", next_own="2026-01-07T12:00").next_at == datetime(2026, 1, 7, 11, tzinfo=UTC)


def test_the_aim_is_that_of_the_take_over_unless_another_is_named() -> None:
    said = [read(), read(objective="close")]

    assert [s.outcome.objective for s in said if s.outcome] == [Objective.ADVANCE, Objective.CLOSE]


@pytest.mark.parametrize(
    ("shown", "ticked", "needs"),
    [
        ("Rest", "Rest", None),
        ("Rest", "", ()),
        ("Rest", "Rest\nA number", ("Rest", "A number")),
        ("", "", None),
        ("A number\nRest", "Rest\nA number", None),
    ],
)
def test_only_what_differs_from_what_was_shown_corrects_the_needs(
    shown: str, ticked: str, needs: tuple[str, ...] | None
) -> None:
    assert read(needs=ticked, needs_shown=shown).learned.needs == needs


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadFields) as error:
        read_saying({"objective": "sell", "value": "x", "next_at": "soon", "minutes": "-1"}, ROOM, now=NOW)

    assert set(error.value.fields) == {"objective", "achieved", "value", "next_at", "minutes"}


def test_a_deal_that_was_tapped_as_lost_cannot_be_won_in_the_same_breath() -> None:
    with pytest.raises(BadFields) as error:
        read_saying({"why_not": WhyNot.LOST, "stage": "won"}, ROOM, now=NOW)

    assert set(error.value.fields) == {"stage"}


def test_a_line_for_those_who_write_needs_no_aim_where_there_is_none() -> None:
    assert read(feedback_aim="nowhere").feedback_aim == ""
