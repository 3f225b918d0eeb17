"""Do the rules and filters let through exactly what the handlers know? Tried with events of the real shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from tests.infra.template import resources, walk
from tests.queued import lets_through, queued, rules, woken

from leadlight.rules.mail_events import ReportKind, report_of

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


def test_everything_that_ses_can_tell_us_is_asked_for_and_let_through() -> None:
    asked = resources()["MailReports"]["Properties"]["EventDestination"]["MatchingEventTypes"]
    passed = [kind for rule in rules().values() for kind in rule["EventPattern"]["detail-type"]]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", "AWS::SES::ConfigurationSetEventDestination"
    ).schema
    spelling = schema["definitions"]["EventDestination"]["properties"]["MatchingEventTypes"]["description"]

    assert {BY_SES[name] for name in asked} == set(ReportKind)
    assert all(f" {name}," in spelling for name in asked)
    assert set(passed) == {str(kind) for kind in ReportKind} | {"Object Created"}


REPORTS = sorted(path.stem for path in EVENTS.glob("ses_*.json"))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_on_a_mail_of_ours_wakes_one_rule_and_nobody_elses_none(name: str) -> None:
    happened = event(name)
    untagged = json.loads(json.dumps(happened))
    del untagged["detail"]["mail"]["tags"]["lead"]

    assert len(woken(happened)) == 1
    assert woken(happened, ours="somebody-else") == []
    assert woken(untagged) == []


@pytest.mark.parametrize("name", REPORTS)
def test_what_lies_in_the_queue_says_the_same_and_names_nobody(name: str) -> None:
    happened = event(name)
    (body,) = queued(happened)

    assert report_of(json.loads(body)) == report_of(happened)
    assert json.loads(body)["id"] == happened["id"]
    assert [word for word in ("@", "Anna", "anna", "nowak", "smtp", "192.0.2") if word in body] == []


ODD = ["5.1.1 (for anna@example.com)", "<anna@example.com>", "5.1.1 anna", '5"1', None]
"""What stands in the place of a status, or is missing there: the receiver's server may write anything."""


@pytest.mark.parametrize("status", ODD)
def test_a_strange_status_or_none_says_nothing_and_the_bounce_counts(status: str | None) -> None:
    happened = event("ses_bounced_transient")
    (who,) = happened["detail"]["bounce"]["bouncedRecipients"]
    who.pop("status")
    who.update({"status": status} if status else {})
    (body,) = queued(happened)

    assert report_of(json.loads(body)) == report_of(happened)
    assert "anna" not in body


@pytest.mark.parametrize("feedback", ["abuse by anna@example.com", "", None])
def test_a_complaint_that_says_it_strangely_or_not_at_all_is_one(feedback: str | None) -> None:
    happened = event("ses_complained")
    happened["detail"]["complaint"]["complaintFeedbackType"] = feedback
    (body,) = queued(happened)
    said = report_of(json.loads(body))

    assert said is not None
    assert (said.kind, said.reason, said.final) == (ReportKind.COMPLAINED, "complaint", True)
    assert "anna" not in body


def test_the_queue_takes_from_all_of_these_rules_and_from_nobody_else() -> None:
    (statement,) = resources()["MailEventQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    sources = [node["Fn::GetAtt"][0] for node in walk(statement["Condition"]) if "Fn::GetAtt" in node]

    assert sorted(sources) == sorted(rules())


def test_a_reply_in_our_bucket_is_let_through_and_nobody_elses() -> None:
    happened = event("inbound_object_created")
    bucket = happened["detail"]["bucket"]["name"]

    assert woken(happened, ours=bucket) == ["MailArrivals"]
    assert json.loads(*queued(happened, ours=bucket)) == happened
    assert woken(happened, ours="somebody-else") == []


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
    mapping = resources()["OnChangeStream"]["Properties"]
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]
    records = event(name)["Records"]

    woken = {any(lets_through(pattern, record) for pattern in patterns) for record in records}

    assert woken == {WANTED[name]}
