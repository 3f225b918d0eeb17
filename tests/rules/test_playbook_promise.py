"""What a form may promise: the most that can follow, over all that follows, and rounded as it is told."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from leadlight.model.person import Promise, Purpose
from leadlight.model.sequence import Channel, OpenHours, Sequence, Step, Wait, WaitUnit, Window
from leadlight.model.site import ConsentMode, Form
from leadlight.model.team import Hours
from leadlight.model.touch import Encounter, Objective
from leadlight.playbook.promise import Pace, chain, in_words, longest, promise_of
from leadlight.rules.cadence import after, within

FORM = Form("short", (), ConsentMode.OPTIONAL, {Purpose.CONTENT: "Send it.", Purpose.FOLLOW_UP: "And more."})
MORNINGS = OpenHours((1, 2, 3), time(9, 30), time(11, 45))


def sequence(name: str, *days: int, then: str | None = None, channel: Channel = Channel.MAIL) -> Sequence:
    steps = [
        Step(
            f"{n:02}-x", "Hi", "Hi.", Wait(wait, WaitUnit.DAYS), Encounter.PERSON, Objective.START, Window.ANY, channel
        )
        for n, wait in enumerate(days)
    ]
    return Sequence(name, f"v-{name}", tuple(steps), then=then)


def test_what_follows_at_once_is_promised_too() -> None:
    first, last = sequence("a", 1, 2, then="b"), sequence("b", 3, channel=Channel.REP)

    promise = promise_of(first, FORM, hours=Hours(), sequences={"a": first, "b": last})

    assert promise == Promise(2, 6, ("mail", "call"), "", "a", "v-a")


def test_a_chain_ends_where_nothing_follows() -> None:
    line = {name: sequence(name, 1, then=then) for name, then in [*pairwise("abc"), ("c", None)]}

    assert [each.name for each in chain(line["a"], line)] == ["a", "b", "c"]
    assert [each.name for each in chain(line["c"], line)] == ["c"]


@pytest.mark.parametrize(("days", "told"), [(0, 1), (1, 1), (13, 13), (14, 14), (15, 21), (36, 42)])
def test_the_days_are_those_that_the_reader_was_told(days: int, told: int) -> None:
    assert promise_of(sequence("a", days), FORM, hours=Hours()).days == told


def test_an_older_promise_reads_as_it_did() -> None:
    assert in_words(Promise(4, 36, ("mail",), "", "a", "v")) == "4 mails in 6 weeks, no call unless you ask"


def test_many_gates_with_one_sequence_cost_one_computation() -> None:
    plan = sequence("a", 3, 5)
    longest.cache_clear()

    for _ in range(300):
        promise_of(plan, FORM, hours=Hours())

    assert longest.cache_info().misses == 1


PACES: list[Pace] = [
    ((Wait(0, WaitUnit.DAYS), Window.WORKING_HOURS), (Wait(10, WaitUnit.HOURS), Window.ANY)),
    ((Wait(1, WaitUnit.DAYS), Window.WORKING_HOURS), (Wait(3, WaitUnit.BUSINESS_DAYS), Window.WORKING_HOURS)),
    ((Wait(90, WaitUnit.MINUTES), MORNINGS), (Wait(1, WaitUnit.DAYS), Window.WORKING_HOURS)),
    ((Wait(30, WaitUnit.HOURS), Window.ANY), (Wait(5, WaitUnit.HOURS), MORNINGS), (Wait(0, WaitUnit.DAYS), MORNINGS)),
]


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_no_moment_to_begin_at_takes_longer_than_promised(pace: Pace, zone: str) -> None:
    hours = Hours(zone=zone, holidays=("2026-01-06", "2026-01-09"))
    spans = []
    for minutes in range(0, 14 * 24 * 60, 15):
        at = start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        for wait, window in pace:
            at = within(window, after(wait, at, hours), hours)
        spans.append(at - start)

    worst = timedelta(days=longest(pace, hours))
    assert max(spans) <= worst < max(spans) + timedelta(days=1)


def test_the_holidays_of_the_teams_country_are_in_the_promise() -> None:
    pace = ((Wait(1, WaitUnit.DAYS), Window.WORKING_HOURS),)

    assert longest(pace, Hours()) == 4
    assert longest(pace, Hours(country="GB")) == 6  # from Thursday at 17:00, over Easter or Christmas
