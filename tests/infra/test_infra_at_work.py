"""Do the roles allow what functions really do? Journeys on the AWS wiring, each call held against the caller's role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from tests.ground_aws import Account, AwsGround, Here
from tests.infra.grants import ANYWHERE, BY_OPERATION, BY_WRITE, Grant, granted
from tests.infra.template import FUNCTIONS, resources, role_of
from tests.journeys.test_on_aws import sent_event
from tests.world import ANNA, MAIL, World

from leadlight.aws.stream import news_in
from leadlight.handlers import on_change, on_due, on_mail_event, on_tick
from leadlight.model.due import Due, DueKind

pytestmark = pytest.mark.grounds("prompt")

SINGLE = {"PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan"}
SENT = BY_OPERATION["sesv2", "send_email"]


class Watch:
    """Who calls, and what that takes."""

    def __init__(self, account: Account) -> None:
        self.who = ""
        self.places: Mapping[str, str] = {}
        self.seen: set[tuple[str, Grant]] = set()
        account.session.get_component("event_emitter").register("before-parameter-build", self._asked)

    @contextmanager
    def working(self, function: str) -> Iterator[None]:
        self.who = function
        yield
        self.who = ""

    def used(self, function: str) -> set[Grant]:
        return {grant for who, grant in self.seen if who == function}

    def _asked(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        service = model.service_model.service_name
        if self.who:
            self.seen |= {(self.who, grant) for grant in self._grants(service, model.name, params)}

    def _grants(self, service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Grant]:
        match operation:
            case "TransactWriteItems":
                for part in params["TransactItems"]:
                    yield from ((BY_WRITE[kind], self.places[body["TableName"]]) for kind, body in part.items())
            case "BatchGetItem" | "BatchWriteItem":
                yield from ((f"dynamodb:{operation}", self.places[table]) for table in params["RequestItems"])
            case name if service == "dynamodb" and name in SINGLE:
                index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
                yield f"dynamodb:{name}", self.places[params["TableName"]] + index
            case "GetObject":
                yield "s3:GetObject", self.places[params["Bucket"]]
            case "SendEmail":
                yield from ((action, ANYWHERE) for action in SENT)
            case _:
                yield f"{service}:{operation}", ANYWHERE


@pytest.fixture
def watch(account: Account) -> Watch:
    """It listens to clients that are made from now on, so it stands before the world."""
    return Watch(account)


def test_no_function_calls_what_its_role_forbids(watch: Watch, world: World) -> None:
    watch.places = places(world)
    visit(world, watch)
    wake(world, watch)
    be_reported(world, watch)
    take_over(world, watch)
    be_asked(world, watch)

    for function in FUNCTIONS:
        role = resources()[role_of(resources(), function)]["Properties"]
        assert (function, watch.used(function) - granted(role)) == (function, set())
        assert watch.used(function), function


def places(world: World) -> Mapping[str, str]:
    """What the account's tables and buckets are called in the template."""
    assert isinstance(world.ground, AwsGround)
    cloud = world.ground.cloud
    return {
        cloud.leads_table: "LeadsTable",
        cloud.counters_table: "CountersTable",
        cloud.keys_table: "KeysTable",
        cloud.bundle_bucket: "BundleBucket",
    }


def visit(world: World, watch: Watch) -> None:
    """The form, the mail's button, the page, the file; a call and a question."""
    browser = world.browser()
    with watch.working("OnVisitorRequest"):
        browser.ask_for()
    follow(world, watch)
    confirm = world.mail(ANNA, "Your link").link("/confirm")
    with watch.working("OnVisitorRequest"):
        browser.get(confirm)
        browser.post(confirm)
        browser.get(f"/api/content/{MAIL}")
        browser.post("/api/call", gate=MAIL, call="now", phone="+48 601 000 000")
        browser.post("/api/question", gate=MAIL, question="Which glass?")
    follow(world, watch)


def follow(world: World, watch: Watch) -> None:
    """The stream is delivered until nothing new is on it."""
    while records := world.ground._new_records():  # type: ignore[attr-defined]  # it stands on AWS
        with watch.working("OnChange"):
            assert on_change.handler(world.services, news_in)({"Records": records}, Here()) == {"batchItemFailures": []}


def wake(world: World, watch: Watch) -> None:
    """A schedule wakes one follow-up, the tick finds the next."""
    row = next_step(world)
    with watch.working("OnDue"):
        on_due.handler(world.services)(json.loads(msgspec.json.encode(row)), Here())
    next_step(world)
    with watch.working("OnTick"):
        on_tick.handler(world.services)({}, Here())
    assert len(world.follow_ups()) == 2
    follow(world, watch)


def next_step(world: World) -> Due:
    row = next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP)
    world.clock.move_to(row.at)
    return row


def be_reported(world: World, watch: Watch) -> None:
    """SES says that a mail was sent."""
    entry = next(e for e in world.services.store.ledger(world.id_of()) if "/step/" in e.key)
    with watch.working("OnMailEvent"):
        on_mail_event.handler(world.services)(sent_event(f"{entry.lead_id}/{entry.key}"), Here())


def take_over(world: World, watch: Watch) -> None:
    """The rep takes over and logs what came of it."""
    browser, briefing = world.browser(), world.briefing()
    with watch.working("OnRepRequest"):
        browser.get(briefing)
        assert browser.submit(briefing.replace("/rep/lead", "/rep/claim")).status == 303
        browser.submit(briefing.replace("/rep/lead", "/rep/outcome"), achieved="yes", next="3 days", note="Fine.")
    follow(world, watch)


def be_asked(world: World, watch: Watch) -> None:
    """An operator exports somebody, and erases them."""
    tick = on_tick.handler(world.services)
    with watch.working("OnTick"):
        assert tick({"export": {"email": ANNA}}, Here())["export"]["document"]
        assert tick({"erase": {"email": ANNA}}, Here())["erase"]["known"]
