"""The contract of `leadlight.ports.Scheduler`, for both; and what EventBridge Scheduler demands that moto lets pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError, ReadTimeoutError
from moto import mock_aws
from tests.contracts.account import Weather, connected
from tests.contracts.examples import DAY, MINUTE, NOW, someone
from tests.contracts.examples import due as row_of

from leadlight.aws.scheduler import EventBridgeScheduler
from leadlight.errors import NotScheduled
from leadlight.local.scheduler import LocalScheduler
from leadlight.model.due import Due
from leadlight.model.person import CaptureId
from leadlight.ports import Alarm, Scheduler
from leadlight.vault import lead_id
from leadlight.wiring.aws import RETRIES

Fired = Callable[[datetime], list[Due]]
"""Lets the time come, and returns the rows that `on_due` is woken with by then, earliest first."""

LATER = NOW + DAY
ROLE = "arn:aws:iam::123456789012:role/leadlight-schedules"
TARGET = "arn:aws:lambda:eu-west-1:123456789012:function:leadlight-on-due"
DEAD_LETTERS = "arn:aws:sqs:eu-west-1:123456789012:leadlight-dead-letters"
AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_numbers = count(1)


def due(at: datetime = LATER, ref: str = "zero-trust@a1/02-company", address: str = "anna@example.com") -> Due:
    """A follow-up of a lead."""
    return row_of(lead_id(address, b"lead key for tests, 32 bytes long"), ref, at=at)


class SchedulerContract:
    """What `ports.Scheduler` promises. Subclasses bring the scheduler and a way to let time pass."""

    @pytest.fixture
    def scheduler(self) -> Scheduler:
        raise NotImplementedError

    @pytest.fixture
    def fired(self) -> Fired:
        raise NotImplementedError

    def test_it_wakes_with_exactly_that_row(self, scheduler: Scheduler, fired: Fired) -> None:
        row = replace(due(), captures=(CaptureId("0f" * 16),))

        scheduler.wake(row)

        assert fired(LATER + MINUTE) == [row]

    def test_it_never_wakes_before_the_time(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())

        assert fired(LATER - timedelta(microseconds=1)) == []

    def test_it_wakes_once(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())

        assert fired(LATER + MINUTE) == [due()]
        assert fired(LATER + DAY) == []

    def test_asked_again_for_the_same_row_it_wakes_once(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())
        scheduler.wake(due())

        assert fired(LATER + MINUTE) == [due()]

    def test_a_time_that_is_over_wakes_at_once(self, scheduler: Scheduler, fired: Fired) -> None:
        row = due(NOW - DAY)

        scheduler.wake(row)

        assert fired(NOW + 2 * MINUTE) == [row]

    def test_now_is_over(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due(NOW))

        assert fired(NOW + 2 * MINUTE) == [due(NOW)]

    def test_a_cancelled_row_wakes_nobody(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())

        scheduler.cancel(due())

        assert fired(LATER + DAY) == []

    def test_cancelling_what_was_never_asked_for_is_fine(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.cancel(due())

        assert fired(LATER + DAY) == []

    def test_cancelling_what_has_woken_is_fine(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())
        assert fired(LATER + MINUTE) == [due()]

        scheduler.cancel(due())

    def test_a_cancelled_row_can_be_asked_for_again(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())
        scheduler.cancel(due())
        scheduler.wake(due())

        assert fired(LATER + MINUTE) == [due()]

    def test_a_row_that_has_woken_can_be_asked_for_again(self, scheduler: Scheduler, fired: Fired) -> None:
        scheduler.wake(due())
        fired(LATER + MINUTE)
        scheduler.wake(due())

        assert fired(LATER + 3 * MINUTE) == [due()]

    def test_a_moved_row_is_another_one(self, scheduler: Scheduler, fired: Fired) -> None:
        moved = due(LATER + DAY)
        scheduler.wake(due())
        scheduler.wake(moved)

        scheduler.cancel(due())

        assert fired(LATER + 2 * DAY) == [moved]

    def test_a_row_moved_by_less_than_a_second_is_another_one(self, scheduler: Scheduler, fired: Fired) -> None:
        moved = due(LATER + timedelta(microseconds=1))
        scheduler.wake(due())
        scheduler.wake(moved)

        scheduler.cancel(due())

        assert fired(LATER + MINUTE) == [moved]

    def test_rows_wake_in_the_order_of_their_times(self, scheduler: Scheduler, fired: Fired) -> None:
        rows = [due(LATER + number * MINUTE, f"zero-trust@a1/{number:02}") for number in range(5)]
        for row in (rows[3], rows[0], rows[4], rows[2], rows[1]):
            scheduler.wake(row)

        assert fired(LATER + 2.5 * MINUTE) == rows[:3]
        assert fired(LATER + DAY) == rows[3:]

    def test_the_same_step_of_two_leads_are_two(self, scheduler: Scheduler, fired: Fired) -> None:
        one, other = due(address=someone()), due(address=someone())
        scheduler.wake(one)
        scheduler.wake(other)

        scheduler.cancel(one)

        assert fired(LATER + MINUTE) == [other]

    def test_the_same_step_of_an_erased_lead_that_started_anew_is_another(
        self, scheduler: Scheduler, fired: Fired
    ) -> None:
        anew = replace(due(), generation=2)
        scheduler.wake(due())
        scheduler.wake(anew)

        scheduler.cancel(due())

        assert fired(LATER + MINUTE) == [anew]


class TestLocalScheduler(SchedulerContract):
    @pytest.fixture
    def scheduler(self) -> Alarm:
        return LocalScheduler()

    @pytest.fixture
    def fired(self, scheduler: Alarm) -> Fired:
        return lambda now: list(scheduler.fired(now))

    def test_it_knows_when_it_wakes_next(self, scheduler: Alarm) -> None:
        scheduler.wake(due(LATER + DAY))
        scheduler.wake(due())

        assert scheduler.next_at() == LATER

    def test_with_nothing_asked_for_there_is_no_next_time(self, scheduler: Alarm) -> None:
        assert scheduler.next_at() is None

    def test_a_cancelled_row_is_not_waited_for(self, scheduler: Alarm) -> None:
        scheduler.wake(due())
        scheduler.wake(due(LATER + DAY))

        scheduler.cancel(due())

        assert scheduler.next_at() == LATER + DAY


class Strict:
    """What EventBridge Scheduler checks and moto does not, by botocore's own hook: each request goes through it.

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    """

    def __init__(self, client: Any, now: Callable[[], datetime]) -> None:
        self.requests: list[dict[str, Any]] = []
        self._now, self._events = now, client.meta.events
        for call in ("CreateSchedule", "DeleteSchedule"):
            self._events.register(f"provide-client-params.scheduler.{call}", self._asked)

    def over(self) -> None:
        for call in ("CreateSchedule", "DeleteSchedule"):
            self._events.unregister(f"provide-client-params.scheduler.{call}", self._asked)

    def _asked(self, params: dict[str, Any], model: Any, **_: object) -> None:
        for name in (params["Name"], params["GroupName"]):
            assert re.fullmatch(r"[0-9a-zA-Z-_.]{1,64}", name), name
        if model.name == "CreateSchedule":
            self._created(params)
        self.requests.append(params)

    def _created(self, params: dict[str, Any]) -> None:
        found = AT.fullmatch(params["ScheduleExpression"])
        assert found, params["ScheduleExpression"]
        at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        assert at > self._now(), "EventBridge takes no time that is over"
        assert params["ScheduleExpressionTimezone"] == "UTC"
        target = params["Target"]
        assert re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", target["RoleArn"])
        assert 0 <= target["RetryPolicy"]["MaximumRetryAttempts"] <= 185
        assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86_400
        assert 0 < len(target["Input"].encode()) <= 256 * 1024


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        yield connected("scheduler", RETRIES)


@pytest.fixture
def strict(client: Any) -> Iterator[Strict]:
    strict = Strict(client, lambda: NOW)
    yield strict
    strict.over()


@pytest.fixture
def group(client: Any) -> str:
    name = f"leadlight-{next(_numbers)}"
    client.create_schedule_group(Name=name)
    return name


def eventbridge(client: Any, group: str) -> EventBridgeScheduler:
    return EventBridgeScheduler(
        lambda: client, group=group, role=ROLE, target=TARGET, dead_letters=DEAD_LETTERS, now=lambda: NOW
    )


class TestEventBridgeScheduler(SchedulerContract):
    @pytest.fixture
    def scheduler(self, client: Any, group: str, strict: Strict) -> Scheduler:
        return eventbridge(client, group)

    @pytest.fixture
    def fired(self, client: Any, group: str) -> Fired:
        return lambda now: [due for _, due in sorted(fire(client, group, now), key=lambda fired: fired[0])]


def fire(client: Any, group: str, now: datetime) -> Iterator[tuple[datetime, Due]]:
    """What the service does by itself and moto does not: calls what is due, and deletes the schedule after it."""
    for found in client.list_schedules(GroupName=group)["Schedules"]:
        schedule = client.get_schedule(GroupName=group, Name=found["Name"])
        at = AT.fullmatch(schedule["ScheduleExpression"])
        assert at is not None
        time = datetime.fromisoformat(at[1]).replace(tzinfo=UTC)
        if time <= now:
            assert schedule["ActionAfterCompletion"] == "DELETE"
            client.delete_schedule(GroupName=group, Name=found["Name"])
            yield time, msgspec.json.decode(schedule["Target"]["Input"], type=Due)


@pytest.fixture
def weather(client: Any) -> Iterator[Weather]:
    weather = Weather(client)
    yield weather
    weather.over()


class TestEventBridge:
    """What only the service asks for, and its bad days."""

    def test_a_schedule_says_everything_explicitly(self, client: Any, group: str, strict: Strict) -> None:
        eventbridge(client, group).wake(due())

        (request,) = strict.requests
        assert request["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert request["ActionAfterCompletion"] == "DELETE"
        assert request["Target"] == {
            "Arn": TARGET,
            "RoleArn": ROLE,
            "RetryPolicy": {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": DEAD_LETTERS},
            "Input": msgspec.json.encode(due()).decode(),
        }

    def test_each_promise_takes_one_call(self, client: Any, group: str, weather: Weather) -> None:
        scheduler = eventbridge(client, group)
        scheduler.wake(due())
        scheduler.wake(due())
        scheduler.cancel(due())
        scheduler.cancel(due())

        assert weather.asked == ["CreateSchedule", "CreateSchedule", "DeleteSchedule", "DeleteSchedule"]

    def test_no_client_is_made_before_it_is_needed(self) -> None:
        made: list[str] = []

        EventBridgeScheduler(
            lambda: made.append("a client"),
            group="g",
            role=ROLE,
            target=TARGET,
            dead_letters=DEAD_LETTERS,
            now=lambda: NOW,
        )

        assert made == []

    @pytest.mark.parametrize(
        "failing",
        [
            ("ThrottlingException", 429),
            ("ServiceQuotaExceededException", 402),
            ("AccessDeniedException", 403),
            ("InternalServerException", 500),
            ("ValidationException", 400),
        ],
        ids=lambda failing: failing[0],
    )
    def test_a_refusal_is_named(self, client: Any, group: str, weather: Weather, failing: tuple[str, int]) -> None:
        weather.failing = failing
        scheduler = eventbridge(client, group)

        with pytest.raises(NotScheduled, match=failing[0]):
            scheduler.wake(due())
        with pytest.raises(NotScheduled, match=failing[0]):
            scheduler.cancel(due())

    @pytest.mark.parametrize(
        "lost",
        [
            ReadTimeoutError(endpoint_url="https://scheduler"),
            ConnectTimeoutError(endpoint_url="https://scheduler"),
            NoCredentialsError(),
        ],
        ids=lambda lost: type(lost).__name__,
    )
    def test_a_lost_call_is_named(self, client: Any, group: str, weather: Weather, lost: Exception) -> None:
        weather.failing = lost
        scheduler = eventbridge(client, group)

        with pytest.raises(NotScheduled, match=type(lost).__name__):
            scheduler.wake(due())

    def test_cancelling_in_a_group_that_is_gone_is_fine(self, client: Any, weather: Weather) -> None:
        eventbridge(client, "never-made").cancel(due())

        assert weather.asked == ["DeleteSchedule"]

    def test_a_group_that_is_gone_is_told(self, client: Any, weather: Weather) -> None:
        weather.failing = ("ResourceNotFoundException", 404)

        with pytest.raises(NotScheduled, match="ResourceNotFoundException"):
            eventbridge(client, "never-made").wake(due())
