"""What it costs to plan a step and to count what happened: calls of AWS, as botocore's own hooks see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tests.contracts.account import Weather, connected
from tests.contracts.cloud import Cloud
from tests.contracts.examples import DAY, HOUR, NOW, due, submit, touch
from tests.ground import Here
from tests.world import World

from leadlight.aws.scheduler import EventBridgeScheduler, name_of
from leadlight.aws.stream import news_in
from leadlight.aws.stream import records as stream_records
from leadlight.handlers import on_change
from leadlight.model.due import Due
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.touch import TouchKind
from leadlight.ports import Services
from leadlight.wiring.aws import RETRIES

_numbers = count(1)
ROLE, TARGET = "arn:aws:iam::123456789012:role/r", "arn:aws:lambda:eu-west-1:123456789012:function:f"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q"


@dataclass
class Account:
    """One lead in an account, the stream of what is stored about it, and the calls that it takes."""

    cloud: Cloud
    services: Services
    lead: Lead
    stream: str
    dynamo: Any
    scheduler: Any
    group: str
    handled: int = 0

    def change(self, *rows: Due, undue: Sequence[str] = ()) -> None:
        change = Change(lead=self.lead, due=rows, undue=tuple(undue))
        self.lead = self.services.store.commit(change)

    def calls(self) -> list[str]:
        """Handles what is new on the stream; which calls that took."""
        new = [record for at, record in stream_records(self.cloud.streams, self.stream) if at > self.handled]
        self.handled = max(int(record["dynamodb"]["SequenceNumber"]) for record in new)
        looking = [Weather(self.dynamo), Weather(self.scheduler)]
        try:
            assert on_change.handler(self.services, news_in)({"Records": new}, Here()) == {"batchItemFailures": []}
        finally:
            for weather in looking:
                weather.over()
        return [name for weather in looking for name in weather.asked]

    def schedules(self) -> set[str]:
        return {found["Name"] for found in self.scheduler.list_schedules(GroupName=self.group)["Schedules"]}


@pytest.fixture
def account(cloud: Cloud, world: World) -> Iterator[Account]:
    tables, group = cloud.tables(), f"leads-{next(_numbers)}"
    dynamo, scheduler = connected("dynamodb", RETRIES), connected("scheduler", RETRIES)
    scheduler.create_schedule_group(Name=group)
    waker = EventBridgeScheduler(
        lambda: scheduler, group=group, role=ROLE, target=TARGET, dead_letters=QUEUE, now=world.clock.now
    )
    services = replace(world.services, store=tables.store(dynamo), scheduler=waker)
    lead = replace(submit(), due=()).into(services.store)  # nothing is to be done, only planned
    stream = cloud.client.describe_table(TableName=tables.names.leads)["Table"]["LatestStreamArn"]
    account = Account(cloud, services, lead, stream, dynamo, scheduler, group)
    account.calls()  # the submit itself is counted
    yield account
    tables.remove()


def later(account: Account, ref: str, after: timedelta) -> Due:
    return due(account.lead.id, ref, at=NOW + after)


def test_planning_the_next_step_takes_two_calls(account: Account) -> None:
    step = later(account, "a@1/1", DAY)
    account.change(step)

    assert account.calls() == ["Query", "CreateSchedule"]
    assert account.schedules() == {name_of(step)}


def test_what_happened_takes_three_calls_to_be_counted_however_much_it_is(account: Account) -> None:
    for name in ("one", "two"):
        account.services.store.append(touch(account.lead.id, name))

    assert account.calls() == ["GetItem", "Query", "TransactWriteItems"]


def test_what_changes_no_figure_takes_two_calls_and_what_cannot_none(account: Account) -> None:
    read = touch(account.lead.id, at=NOW)
    account.services.store.append(read)
    account.calls()
    account.services.store.append(replace(read, id="again"))

    assert account.calls() == ["GetItem", "Query"]
    account.services.store.append(replace(read, id="told", kind=TouchKind.NOTIFIED))
    assert account.calls() == []


def test_one_step_done_and_the_next_one_planned_takes_two_calls(account: Account) -> None:
    done, step = due(account.lead.id, "a@1/1", at=NOW - HOUR), later(account, "a@1/2", DAY)
    account.change(done)
    account.change(step, undue=[done.key])

    assert account.calls() == ["Query", "CreateSchedule"]
    assert account.schedules() == {name_of(step)}


def test_a_moved_step_takes_one_more_to_take_its_old_schedule_back(account: Account) -> None:
    step = later(account, "a@1/1", DAY)
    account.change(step)
    account.calls()
    moved = replace(step, at=step.at + DAY)
    account.change(moved)

    assert account.calls() == ["Query", "DeleteSchedule", "CreateSchedule"]
    assert account.schedules() == {name_of(moved)}


def test_a_lead_that_leaves_has_no_schedule_left(account: Account) -> None:
    step = later(account, "a@1/1", DAY)
    account.change(step)
    account.calls()
    account.change(undue=[step.key])

    assert account.calls() == ["Query", "DeleteSchedule"]
    assert account.schedules() == set()
