"""When is `on_due` woken? By one-time schedules of EventBridge Scheduler, one for each row asked for.

Fulfils `leadlight.ports.Scheduler`; chosen in `leadlight.wiring`. The service takes a name once, keeps UTC to the
second, and is refused what lies in the past:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.aws.dynamo import code_of
from leadlight.errors import NotScheduled
from leadlight.model.due import Due

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

ATTEMPTS, OLDEST = 5, 3600
"""How often, and for how many seconds, a wake-up that `on_due` did not take is tried again. Then the tick has it."""


class Client(Protocol):
    """The part of botocore's `scheduler` client that we use."""

    def create_schedule(self, **request: object) -> Any: ...
    def delete_schedule(self, **request: object) -> Any: ...


class EventBridgeScheduler:
    """`ports.Scheduler` on AWS. `connect` gives the client, `target` is the ARN of `on_due`, `role` may invoke it."""

    def __init__(
        self,
        connect: Callable[[], Client],
        *,
        group: str,
        role: str,
        target: str,
        dead_letters: str,
        now: Callable[[], datetime],
    ) -> None:
        self._connect, self._group, self._now = connect, group, now
        self._target = {
            "Arn": target,
            "RoleArn": role,
            "RetryPolicy": {"MaximumRetryAttempts": ATTEMPTS, "MaximumEventAgeInSeconds": OLDEST},
            "DeadLetterConfig": {"Arn": dead_letters},
        }

    def wake(self, due: Due) -> None:
        """The same row has the same name: a second call, or a lost answer, meets its own schedule."""
        request = {
            "Name": name_of(due),
            "GroupName": self._group,
            "ScheduleExpression": expression(due.at, now=self._now()),
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {**self._target, "Input": msgspec.json.encode(due).decode()},
        }
        call(self._connect().create_schedule, request, fine="ConflictException")

    def cancel(self, due: Due) -> None:
        """One that has fired has deleted itself."""
        request = {"Name": name_of(due), "GroupName": self._group}
        call(self._connect().delete_schedule, request, fine="ResourceNotFoundException")


def name_of(due: Due) -> str:
    """51 of at most 64 characters, letters, digits and `-`. A moved row has another name: its old schedule, which may
    just be firing, is not in the way."""
    moment = (due.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{due.lead_id}-{hashlib.sha256(f'{due.ledger_key}@{moment}'.encode()).hexdigest()[:24]}"


def expression(at: datetime, *, now: datetime) -> str:
    """The whole second not before `at`, UTC; a minute from now for what is over, since no past time is taken."""
    moment = (at if at > now else now + MINUTE).astimezone(UTC)
    rounded = moment if not moment.microsecond else moment.replace(microsecond=0) + SECOND
    return f"at({rounded:%Y-%m-%dT%H:%M:%S})"


def call(method: Callable[..., Any], request: Mapping[str, object], *, fine: str) -> None:
    """One call; an error named `fine` is as good as an answer. Raises `NotScheduled` with the name of the reason."""
    try:
        method(**request)
    except ClientError as error:
        if code_of(error) != fine:
            raise NotScheduled(f"EventBridge Scheduler: {code_of(error)}. The tick does it instead.") from error
    except BotoCoreError as error:
        raise NotScheduled(f"EventBridge Scheduler: {type(error).__name__}. The tick does it instead.") from error
