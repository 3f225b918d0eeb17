"""AWS having a bad day, row by row as content/project/failures.md lists it: each row is a test here, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import botocore.endpoint
import botocore.session
import pytest
from tests.faults import Faults
from tests.ground_aws import Account, AwsGround, environment
from tests.world import ANNA, MAIL, SETTINGS, World

from leadlight.errors import LeadlightError
from leadlight.handlers import on_visitor_request
from leadlight.model.due import LedgerState
from leadlight.wiring.aws import aws

pytestmark = pytest.mark.grounds("prompt")

PAGE = Path(__file__).parents[1] / "content" / "project" / "failures.md"


@pytest.fixture
def faults(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Nothing goes wrong unless a test plans it; botocore's own pauses between its tries take no time."""
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)
    account.faults.calls.clear()
    yield account.faults
    account.faults.are_over()


def ground(world: World) -> AwsGround:
    assert isinstance(world.ground, AwsGround)
    return world.ground


def nothing_is_stored(world: World) -> bool:
    rows = world.dump()
    return not any(rows.values())


def states(world: World, part: str) -> list[LedgerState]:
    return [entry.state for entry in world.services.store.ledger(world.id_of()) if part in entry.key]


def test_the_store_is_throttled_for_a_moment(world: World, faults: Faults) -> None:
    faults.refuses("TransactWriteItems", "ThrottlingException", times=2)

    answer = world.browser().ask_for()

    assert (answer.status, faults.calls.count("TransactWriteItems")) == (202, 3)


def test_the_store_is_throttled_for_long(world: World, faults: Faults) -> None:
    faults.refuses("TransactWriteItems", "ThrottlingException")

    answer = world.browser().ask_for()

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert nothing_is_stored(world)


def test_the_store_does_not_answer(world: World, faults: Faults) -> None:
    faults.is_silent("TransactWriteItems")

    answer = world.browser().ask_for()

    assert answer.status == 503
    assert nothing_is_stored(world)


def test_the_store_s_answer_is_lost(world: World, faults: Faults) -> None:
    faults.loses_answers("TransactWriteItems")

    assert world.browser().ask_for().status == 202
    world.settle()

    assert len(world.services.store.captures(world.id_of())) == 1
    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]


def test_the_store_refuses_access(world: World, faults: Faults) -> None:
    faults.refuses("TransactWriteItems", "AccessDeniedException")

    answer = world.browser().ask_for()

    assert (answer.status, faults.calls.count("TransactWriteItems")) == (503, 1)
    assert "AccessDenied" not in answer.text


def test_an_item_is_too_large(world: World, faults: Faults) -> None:
    too_large = "Item size has exceeded the maximum allowed size"
    faults.refuses("TransactWriteItems", "ValidationException", message=too_large)

    answer = world.browser().ask_for()

    assert (answer.status, faults.calls.count("TransactWriteItems")) == (413, 1)
    assert "shorten your text" in answer.text
    assert nothing_is_stored(world)


@pytest.mark.parametrize("code", ["MessageRejected", "MailFromDomainNotVerifiedException", "SendingPausedException"])
def test_the_mail_service_refuses(world: World, faults: Faults, code: str) -> None:
    faults.refuses("SendEmail", code)
    world.browser().ask_for()
    world.settle()
    refused = states(world, "/mail/optin/")

    faults.are_over()
    world.advance("1 hour")

    assert refused == [LedgerState.RELEASED]
    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]


def test_the_mail_service_does_not_answer_about_a_follow_up(world: World, faults: Faults) -> None:
    world.confirmed()
    faults.calls.clear()
    faults.loses_answers("SendEmail")

    world.advance("2 days")

    assert LedgerState.PARKED in states(world, "/step/")
    assert len(world.follow_ups()) == len(set(world.follow_ups()))


def test_the_mail_service_does_not_answer_about_what_was_asked_for(world: World, faults: Faults) -> None:
    faults.loses_answers("SendEmail")
    world.browser().ask_for()

    world.advance("1 hour")

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"] * 2


@pytest.mark.grounds("tick")
def test_no_more_schedules_can_be_made(world: World, faults: Faults) -> None:
    faults.refuses("CreateSchedule", "ServiceQuotaExceededException", status=402)
    world.confirmed()

    world.advance("30 days")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_an_object_of_the_bundle_is_missing(world: World, faults: Faults) -> None:
    browser = world.confirmed()
    faults.refuses("GetObject", "NoSuchKey", status=404)

    answer = browser.get(f"/api/content/{MAIL}")

    assert (answer.status, answer.json["detail"]) == (500, "Something is broken on our side. Please try again later.")


def test_the_manifest_cannot_be_refreshed(world: World, faults: Faults) -> None:
    browser = world.confirmed()
    files = world.services.files
    files._checked -= 61  # type: ignore[attr-defined]  # a minute later
    faults.refuses("GetObject", "SlowDown", status=503)

    answer = browser.post("/api/call", gate=MAIL, call="no")

    assert (answer.status, faults.calls.count("GetObject") > 0) == (200, True)


def test_the_secrets_may_not_be_read(world: World, faults: Faults, account: Account) -> None:
    faults.refuses("GetParametersByPath", "AccessDeniedException")

    with environment(ground(world).cloud, SETTINGS), pytest.raises(LeadlightError) as refused:
        aws(connect=account.connect)

    assert "ssm:GetParametersByPath" in str(refused.value)


def test_somebody_calls_past_the_distribution(world: World, faults: Faults) -> None:
    handle = on_visitor_request.handler(world.services)
    where = {"method": "POST", "path": "/api/access", "sourceIp": "192.0.2.1"}
    event = {
        "version": "2.0",
        "rawPath": "/api/access",
        "headers": {"x-leadlight-origin": "guessed"},
        "requestContext": {"stage": "$default", "http": where, "requestId": "1"},
    }

    answer = handle(event, None)

    assert (answer["statusCode"], faults.calls) == (403, [])


def test_the_bus_takes_nothing_for_a_while(world: World, faults: Faults) -> None:
    faults.refuses("PutEvents", "ThrottlingException", times=9)
    world.browser().ask_for()

    world.settle()

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]
    assert faults.calls.count("PutEvents") > 9


def test_the_reader_of_the_stream_finds_the_store_away(world: World, faults: Faults) -> None:
    world.browser().ask_for()
    faults.refuses("Query", "InternalServerError", status=500, times=9)

    world.settle()

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]


def test_each_row_of_the_page_is_held_by_a_test_here() -> None:
    rows = re.findall(r"^\| ([^|]+?) +\|", PAGE.read_text(), re.MULTILINE)[2:]
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}

    names = {re.sub(r"\W+", "_", row.lower()).strip("_") for row in rows}

    assert names == tests - {"each_row_of_the_page_is_held_by_a_test_here"}
