"""Does the template fit the code that it runs? Transformed by SAM's translator, without an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from cfnlint.api import lint
from tests.infra.reach import SOURCE, needs
from tests.infra.template import (
    FUNCTIONS,
    PATH,
    of_type,
    parsed,
    plain,
    resources,
    role_of,
    statements,
    variables,
    walk,
)

from leadlight.aws import tables
from leadlight.aws.inbox import BELOW
from leadlight.handlers import measures
from leadlight.ledger import LEASE
from leadlight.publish.secrets import prefix_of
from leadlight.settings import NEEDED, VARIABLES

FOR_ALL = {VARIABLES[name] for name in NEEDED} | {
    "LEADLIGHT_SITE_URL",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
OF_SETTINGS = {
    "mail_from": "LEADLIGHT_MAIL_FROM",
    "inbound_domain": "LEADLIGHT_INBOUND_DOMAIN",
    "network_limit": "LEADLIGHT_SUBMITS_PER_NETWORK",
    "form_limit": "LEADLIGHT_SUBMITS_PER_FORM",
    "domain_limit": "LEADLIGHT_OPTINS_PER_DOMAIN",
    "hour_limit": "LEADLIGHT_OPTINS_PER_HOUR",
}

each_function = pytest.mark.parametrize("function", FUNCTIONS)


def entry_of(function: str) -> str:
    """The module behind a function."""
    handler: str = resources()[function]["Properties"]["Handler"]
    return handler.rpartition(".")[0]


def found_by_cfn_lint(text: str, *regions: str) -> list[str]:
    """Its findings, for these regions."""
    return [str(match) for match in lint(text, regions=list(regions))]


def test_cfn_lint_finds_nothing() -> None:
    assert found_by_cfn_lint(PATH.read_text("utf-8"), "us-east-1", "eu-central-1") == []


def test_cfn_lint_finds_nothing_in_what_sam_makes_of_it() -> None:
    assert found_by_cfn_lint(json.dumps(plain()), "us-east-1") == []


def test_cfn_lint_finds_a_misspelt_property() -> None:
    found = parsed()
    found["Resources"] = {"KeyBackups": found["Resources"]["KeyBackups"]}
    found["Resources"]["KeyBackups"]["Properties"]["LockConfig"] = {}

    assert any("LockConfig" in finding for finding in found_by_cfn_lint(json.dumps(found), "us-east-1"))


def test_the_functions_are_those_of_the_code() -> None:
    entries = {f"leadlight.entry.{path.stem}" for path in (SOURCE / "leadlight" / "entry").glob("on_*.py")}

    assert {entry_of(function) for function in FUNCTIONS} == entries
    assert set(of_type(resources(), "AWS::Lambda::Function")) == set(FUNCTIONS)


@each_function
def test_a_function_runs_the_handler_of_its_package(function: str) -> None:
    name = entry_of(function).rpartition(".")[2]
    source = SOURCE.joinpath(*entry_of(function).split(".")).with_suffix(".py").read_text("utf-8")

    assert parsed()["Resources"][function]["Properties"]["CodeUri"] == f"../dist/{name}.zip"
    assert "\nlambda_handler = " in source
    assert name.replace("_", "") == function.lower()


@each_function
def test_a_function_gets_the_variables_that_its_code_needs_and_no_others(function: str) -> None:
    needed = needs(entry_of(function))
    own = {VARIABLES[name] for name in needed.cloud} | {OF_SETTINGS[n] for n in needed.settings & OF_SETTINGS.keys()}

    assert set(variables(resources(), function)) == FOR_ALL | own


@each_function
def test_memory_and_time_are_chosen_and_a_claim_outlives_its_worker(function: str) -> None:
    chosen = resources()[function]["Properties"]

    assert chosen["Architectures"] == ["arm64"]
    assert 256 <= chosen["MemorySize"] <= 2048
    assert 10 <= chosen["Timeout"] < LEASE.total_seconds() - 30


@each_function
def test_the_python_is_the_one_that_packaged(function: str) -> None:
    assert resources()[function]["Properties"]["Runtime"] == {"Ref": "Runtime"}


def defined() -> Iterator[Any]:
    """What the code says about its tables, under the names of the template."""
    names = tables.Names(leads="LeadsTable", counters="CountersTable", keys="KeysTable")
    for definition in tables.definitions(names):
        stream = dict(definition.get("StreamSpecification", {}))  # type: ignore[call-overload]  # it is a mapping
        stream.pop("StreamEnabled", None)  # CloudFormation has no such switch
        yield pytest.param(definition, stream, id=str(definition["TableName"]))


@pytest.mark.parametrize(("definition", "stream"), defined())
def test_a_table_is_the_one_that_the_store_expects(definition: dict[str, Any], stream: dict[str, Any]) -> None:
    table = of_type(resources(), "AWS::DynamoDB::Table")[definition["TableName"]]

    for part in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode"):
        assert table.get(part) == definition.get(part), part
    assert table.get("StreamSpecification", {}) == stream


def test_counters_expire_and_nothing_else_does() -> None:
    expiring = {
        name: table["TimeToLiveSpecification"]["AttributeName"]
        for name, table in of_type(resources(), "AWS::DynamoDB::Table").items()
        if "TimeToLiveSpecification" in table
    }

    assert expiring == {"CountersTable": tables.COUNTER_TTL}


def test_only_the_poisoned_record_of_the_stream_comes_back() -> None:
    mapping = resources()["OnChangeStream"]["Properties"]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] < 100
    assert mapping["MaximumRecordAgeInSeconds"] <= 6 * 3600
    assert mapping["BatchSize"] <= 50


def test_only_the_poisoned_message_of_the_queue_comes_back() -> None:
    mapping = resources()["OnMailEventWaiting"]["Properties"]

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["MailEventQueue", "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] <= 10


def test_the_stream_hands_over_new_touches_and_every_change_of_a_due_row() -> None:
    mapping = resources()["OnChangeStream"]["Properties"]
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]

    assert patterns == [
        {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": tables.TOUCH}]}}}},
        {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": tables.DUE}]}}}},
    ]


def test_alarms_and_dashboard_look_at_figures_that_the_code_counts() -> None:
    counted = set(get_args(measures.Name))
    watched = {
        node["MetricName"]
        for node in walk(of_type(resources(), "AWS::CloudWatch::Alarm"))
        if isinstance(node, dict) and node.get("Namespace") == {"Ref": "AWS::StackName"}
    }
    shown = json.loads(resources()["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    drawn = {m[1] for w in shown["widgets"] for m in w["properties"]["metrics"] if m[0] in {".", "${AWS::StackName}"}}

    assert watched <= counted
    assert {"MailParked", "RecordFailed", "RowFailed", "NotScheduled", "MailAccepted", "MailSent", "Overdue"} <= watched
    assert "MailWithheld" in watched
    assert drawn <= counted


@each_function
def test_a_function_looks_for_its_secrets_where_deploy_puts_them(function: str) -> None:
    found = resources()
    prefix = prefix_of("${AWS::StackName}")
    (asked,) = (s for s in statements(found[role_of(found, function)]["Properties"]) if "ssm:" in str(s["Action"]))

    assert variables(found, function)["LEADLIGHT_PARAMETERS"] == {"Fn::Sub": prefix}
    assert asked["Resource"]["Fn::Sub"].endswith(f":parameter{prefix}")


def test_replies_are_put_where_they_are_looked_for() -> None:
    rule = resources()["InboundRule"]["Properties"]["Rule"]

    assert rule["Actions"][0]["S3Action"]["ObjectKeyPrefix"] == BELOW


def test_what_a_deployment_needs_to_know_is_put_out() -> None:
    outputs = set(plain()["Outputs"])

    assert {"SiteUrl", "DistributionId", "SiteBucket", "BundleBucket", "ApiUrl", "StackName"} <= outputs


def test_the_only_questions_without_an_answer_are_the_secret_and_the_domain() -> None:
    asked = parsed()["Parameters"]

    assert {name for name, parameter in asked.items() if "Default" not in parameter} == {"OriginSecret", "MailDomain"}
    assert asked["OriginSecret"]["NoEcho"] is True


LONGEST_STACK, LONGEST_REGION = "a" * 27, "ap-southeast-1"
LONGEST_NAMES = {
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::DynamoDB::Table": ("TableName", 255),
    "AWS::Scheduler::ScheduleGroup": ("Name", 64),
    "AWS::Scheduler::Schedule": ("Name", 64),
    "AWS::SES::ConfigurationSet": ("Name", 64),
    "AWS::SES::ReceiptRuleSet": ("RuleSetName", 64),
    "AWS::CloudFront::Function": ("Name", 64),
    "AWS::Backup::BackupVault": ("BackupVaultName", 50),
}
"""How long AWS lets the names of things be."""


def filled(name: Any) -> str:
    """A name as CloudFormation makes it, for the longest stack in the region with the longest name."""
    text = name.get("Ref", name.get("Fn::Sub")) if isinstance(name, dict) else name
    text = text[0] if isinstance(text, list) else text
    values = {"StackName": LONGEST_STACK, "AccountId": "1" * 12, "Region": LONGEST_REGION}
    for key, value in values.items():
        text = text.replace(f"${{AWS::{key}}}", value).replace(f"AWS::{key}", value)
    return str(text.replace("${Once}", "0" * 8))


@pytest.mark.parametrize("kind", LONGEST_NAMES)
def test_names_fit_for_the_longest_stack(kind: str) -> None:
    prop, limit = LONGEST_NAMES[kind]
    names = [filled(thing[prop]) for thing in of_type(resources(), kind).values() if prop in thing]

    assert names
    assert [name for name in names if len(name) > limit] == []


def test_the_readme_says_what_to_do_for_each_alarm_and_what_each_parameter_means() -> None:
    readme = PATH.with_name("README.md").read_text("utf-8")
    alarms = [a["AlarmName"]["Fn::Sub"] for a in of_type(resources(), "AWS::CloudWatch::Alarm").values()]
    names = [*parsed()["Parameters"], *(name.removeprefix("${AWS::StackName}-") for name in alarms)]

    assert [name for name in names if f"`{name}`" not in readme] == []


def test_the_readme_counts_what_alarms_cost() -> None:
    alarms = of_type(resources(), "AWS::CloudWatch::Alarm").values()
    figures = sum(len([m for m in a["Metrics"] if "MetricStat" in m]) if "Metrics" in a else 1 for a in alarms)

    assert f"look at {figures} figures" in PATH.with_name("README.md").read_text("utf-8")
