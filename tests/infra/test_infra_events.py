"""Do the rules and filters let through exactly what the handlers know? Tried with events of the real shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from moto.events.models import EventPattern
from tests.infra.template import of_type, resources

from leadlight.rules.mail_events import ReportKind

EVENTS = Path(__file__).parents[1] / "events"

BY_SES = {
    "send": ReportKind.ACCEPTED,
    "delivery": ReportKind.DELIVERED,
    "deliveryDelay": ReportKind.DELAYED,
    "bounce": ReportKind.BOUNCED,
    "complaint": ReportKind.COMPLAINED,
    "reject": ReportKind.REJECTED,
}
"""What CloudFormation calls a report when asking SES for it, and what it is when it comes."""


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    return found


def lets_through(pattern: dict[str, Any], happened: dict[str, Any]) -> bool:
    """As EventBridge and Lambda's filters decide, which read the same patterns."""
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(happened))


def rule(name: str, called: str) -> dict[str, Any]:
    """A rule's pattern, with the name that CloudFormation would put in."""
    pattern = json.dumps(resources()[name]["Properties"]["EventPattern"])
    return dict(
        json.loads(pattern.replace('{"Ref": "ConfigurationSet"}', called).replace('{"Ref": "InboundBucket"}', called))
    )


def test_everything_that_ses_can_tell_us_is_asked_for_and_let_through() -> None:
    asked = resources()["MailReports"]["Properties"]["EventDestination"]["MatchingEventTypes"]
    passed = resources()["MailEvents"]["Properties"]["EventPattern"]["detail-type"]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", "AWS::SES::ConfigurationSetEventDestination"
    ).schema
    spelling = schema["definitions"]["EventDestination"]["properties"]["MatchingEventTypes"]["description"]

    assert {BY_SES[name] for name in asked} == set(ReportKind)
    assert all(f" {name}," in spelling for name in asked)
    assert set(passed) == {str(kind) for kind in ReportKind}


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("ses_*.json")))
def test_a_report_on_a_mail_of_ours_is_let_through_and_nobody_elses(name: str) -> None:
    happened = event(name)
    (ours,) = happened["detail"]["mail"]["tags"]["ses:configuration-set"]

    assert lets_through(rule("MailEvents", json.dumps(ours)), happened)
    assert not lets_through(rule("MailEvents", '"somebody-else"'), happened)


def test_a_reply_in_our_bucket_is_let_through_and_nobody_elses() -> None:
    happened = event("inbound_object_created")
    bucket = happened["detail"]["bucket"]["name"]

    assert lets_through(rule("MailArrivals", json.dumps(bucket)), happened)
    assert not lets_through(rule("MailArrivals", '"somebody-else"'), happened)


WANTED = {
    "stream_touch_inserted": True,
    "stream_due_inserted": True,
    "stream_due_moved": True,
    "stream_due_removed": True,
    "stream_other_items": False,
}
"""Records of the stream, and whether on_change is woken for them."""


@pytest.mark.parametrize("name", WANTED)
def test_on_change_is_woken_for_what_it_can_do_something_about(name: str) -> None:
    (mapping,) = of_type(resources(), "AWS::Lambda::EventSourceMapping").values()
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]
    records = event(name)["Records"]

    woken = {any(lets_through(pattern, record) for pattern in patterns) for record in records}

    assert woken == {WANTED[name]}
