"""Each function under Lambda's own runtime client, from its own archive, doing its work in an account."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.ground_aws import DOOR, poisoned
from tests.queued import handed_over, queued
from tests.runtime.tasks import Start, task_root
from tests.world import ANNA, MAIL, REP_ADDRESS, World

from leadlight.model.due import DueKind
from leadlight.model.lead import StopReason
from leadlight.model.touch import TouchKind
from leadlight.publish.closure import functions
from leadlight.rules.mail_events import mail_tag

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packed")]

EVENTS = Path(__file__).parents[1] / "events"
FUNCTIONS = functions(Path(__file__).parents[2] / "functions")

AWS = {"botocore", "dateutil", "jmespath", "six", "urllib3"}
ALL = AWS | {"aws_lambda_powertools", "itsdangerous", "msgspec", "typing_extensions", "leadlight"}
SEALED = {"_cffi_backend", "cryptography"}
AT_INIT = {
    "on_visitor_request": ALL | SEALED,
    "on_rep_request": ALL | SEALED,
    "on_change": ALL | SEALED,
    "on_due": ALL | SEALED,
    "on_tick": ALL | SEALED,
    "on_mail_event": ALL | SEALED,
}
"""What is imported before the first event, besides Python's own. Whatever comes on top makes every start slower."""

PROBE = """
import importlib, os, sys
real = importlib.import_module(os.environ["PROBED"]).lambda_handler
at_init = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
def lambda_handler(event, context):
    return at_init
"""


def event(name: str) -> dict[str, Any]:
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


def through_the_door(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    headers = {**event["headers"], "x-leadlight-origin": DOOR, "cloudfront-viewer-address": "198.51.100.7:4711"}
    return {**event, "headers": headers, **changes}


def request(method: str, link: str, body: str = "") -> dict[str, Any]:
    """The event of a request for a link out of a mail."""
    parts = urlsplit(link)
    raw = through_the_door(event("confirm_bad_token"), rawPath=parts.path, rawQueryString=parts.query, body=body)
    raw["queryStringParameters"] = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    raw["headers"] |= {"content-type": "application/x-www-form-urlencoded"}
    raw["requestContext"]["http"] |= {"method": method, "path": parts.path}
    return raw


def with_step_due(world: World) -> dict[str, Any]:
    """A reader of last week whose first follow-up is due by the machine's clock; the row as schedules carry it."""
    world.clock.move_to(datetime.now(UTC) - timedelta(days=6))
    world.confirmed(MAIL)
    row = next(due for due in world.services.store.due_of(world.id_of()) if due.kind is DueKind.STEP)
    return dict(json.loads(msgspec.json.encode(row)))


def records(world: World) -> list[dict[str, Any]]:
    """What the stream would deliver now."""
    return world.ground._new_records()  # type: ignore[attr-defined,no-any-return]  # it stands on AWS


def test_a_submit_is_stored(world: World, start: Start) -> None:
    reply = start("on_visitor_request").invoke(through_the_door(event("access_json")))

    assert (reply.failed, reply.body["statusCode"]) == (False, 202)
    assert [c.gate for c in world.services.store.captures(world.id_of())] == [MAIL]


def test_a_call_past_the_distribution_is_refused(world: World, start: Start) -> None:
    reply = start("on_visitor_request").invoke(event("access_json"))

    assert reply.body["statusCode"] == 403
    assert world.services.store.lead(world.id_of()) is None


def test_a_new_submit_on_the_stream_gets_its_opt_in_mail_once(world: World, start: Start) -> None:
    world.browser().ask_for(MAIL)
    change, new = start("on_change"), records(world)

    replies = [change.invoke({"Records": new}).body for _ in range(2)]

    assert replies == [{"batchItemFailures": []}] * 2
    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]


def test_of_the_stream_only_the_poisoned_record_comes_back(world: World, start: Start) -> None:
    world.browser().ask_for(MAIL)
    new = records(world)
    bad = poisoned(new[0])

    reply = start("on_change").invoke({"Records": [new[0], bad, *new[1:]]})

    assert reply.body == {"batchItemFailures": [{"itemIdentifier": bad["dynamodb"]["SequenceNumber"]}]}
    assert len(world.mails(ANNA)) == 1


def test_a_button_in_a_mail_confirms_and_the_next_step_is_scheduled(world: World, start: Start) -> None:
    world.clock.move_to(datetime.now(UTC))
    world.browser().ask_for(MAIL)
    world.settle()
    link = world.mail(ANNA).link("/confirm")

    reply = start("on_visitor_request").invoke(request("POST", link))
    start("on_change").invoke({"Records": records(world)})

    assert reply.body["statusCode"] == 303
    assert world.lead().confirmed_at is not None
    assert [s["ActionAfterCompletion"] for s in world.ground.schedules()] == ["DELETE"]  # type: ignore[attr-defined]  # it stands on AWS


def test_a_schedule_sends_the_follow_up_and_its_repetition_does_nothing(world: World, start: Start) -> None:
    row, due = with_step_due(world), start("on_due")

    replies = [due.invoke(row) for _ in range(2)]

    assert [(reply.failed, reply.body) for reply in replies] == [(False, None)] * 2
    assert world.follow_ups() == ["First: hello"]


def test_a_schedule_that_is_early_sends_nothing(world: World, start: Start) -> None:
    row = {**with_step_due(world), "at": "2999-01-01T00:00:00Z"}
    due = start("on_due")

    assert due.invoke(row).failed is False
    assert world.follow_ups() == []
    assert "due.early" in due.log()


def test_the_tick_does_what_nobody_was_woken_for(world: World, start: Start) -> None:
    with_step_due(world)

    assert start("on_tick").invoke(event("schedule_step")).body == {"swept": 1}
    assert world.follow_ups() == ["First: hello"]


def test_a_hard_bounce_ends_the_plan(world: World, start: Start) -> None:
    start("on_due").invoke(with_step_due(world))
    sent = next(entry for entry in world.services.store.ledger(world.id_of()) if "/step/" in entry.key)
    bounced = event("ses_bounced_permanent")
    bounced["detail"]["mail"]["tags"] |= {"lead": [world.id_of()], "touch": [mail_tag(sent.key)]}
    bounced["detail"]["bounce"]["timestamp"] = datetime.now(UTC).isoformat()

    reply = start("on_mail_event").invoke(handed_over(queued(bounced)))

    assert reply.body == {"batchItemFailures": []}
    assert [stop.reason for stop in world.lead().stops] == [StopReason.BOUNCED]


def test_a_rep_reads_the_briefing_and_takes_over(world: World, start: Start) -> None:
    world.clock.move_to(datetime.now(UTC))
    world.confirmed(MAIL)
    link, rep = world.mail(REP_ADDRESS).link("/rep/lead"), start("on_rep_request")

    page = rep.invoke(request("GET", link))
    taken = rep.invoke(request("POST", link.replace("/rep/lead", "/rep/claim"), "objective=start"))

    assert (page.body["statusCode"], taken.body["statusCode"]) == (200, 303)
    assert ANNA in page.body["body"]
    assert len(world.touches(TouchKind.CLAIMED)) == 1


def test_figures_go_out_with_the_log_and_addresses_do_not(world: World, start: Start) -> None:
    due = start("on_due")
    due.invoke(with_step_due(world))

    figures = [json.loads(line) for line in due.log().splitlines() if '"CloudWatchMetrics"' in line]

    assert [(figure["_aws"]["CloudWatchMetrics"][0]["Namespace"], figure["MailSent"]) for figure in figures] == [
        ("leadlight-test", [1.0])
    ]
    assert "@" not in due.log().replace("course@", "")


def test_a_function_without_its_settings_does_not_begin_and_says_why(start: Start) -> None:
    beginning = start("on_tick", LEADLIGHT_PARAMETERS="").beginning()

    assert beginning.error is not None
    assert beginning.error["errorType"] == "MissingSetting"
    assert "LEADLIGHT_PARAMETERS is not set" in beginning.error["errorMessage"]


def test_a_message_that_fails_comes_back_alone_and_a_rule_without_a_queue_hears_of_it(
    world: World, start: Start
) -> None:
    function, served = start("on_mail_event"), event("ses_delivered")

    several = function.invoke(handed_over([json.dumps({"source": "nobody"}), "{", *queued(served)]))
    single, next_one = function.invoke({"source": "nobody"}), function.invoke(served)

    assert [item["itemIdentifier"] for item in several.body["batchItemFailures"]] == ["m0", "m1"]
    assert (single.failed, single.body["errorType"]) == (True, "BadEvent")
    assert next_one.failed is False


@pytest.mark.parametrize("function", FUNCTIONS)
def test_init_imports_what_is_on_its_list_and_only_from_its_archive(
    function: str, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    probed = start(function, extra=tmp_path, handler="probe.lambda_handler", PROBED=f"leadlight.entry.{function}")

    files = probed.invoke({}).body

    task = str(task_root(function))
    tops = {name.partition(".")[0] for name, file in files.items() if file and file.startswith(task)}
    python = {name for name in files if name.partition(".")[0] in sys.stdlib_module_names}
    assert tops == AT_INIT[function]
    assert {name for name in files if name.partition(".")[0] in AT_INIT[function]} & python == set()


def test_a_function_leaves_nothing_behind_in_its_archive(start: Start, world: World) -> None:
    before = sorted(path for path in task_root("on_due").rglob("*"))

    start("on_due").invoke(with_step_due(world))

    assert sorted(path for path in task_root("on_due").rglob("*")) == before
