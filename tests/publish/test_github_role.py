"""The role that GitHub may borrow: for whom, for what, and that it is enough."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from samtranslator.yaml_helper import yaml_parse
from tests.infra.template import listed, resources

ROLE = Path(__file__).parents[2] / "infra" / "github-oidc.yaml"

NOT_USED = {
    "kms": "encrypted by AWS's own keys",
    "ec2": "no function in a network of its own",
    "elasticfilesystem": "no shared files",
    "s3files": "no shared files",
    "s3tables": "no tables in buckets",
    "kinesis": "no such stream",
    "firehose": "no such stream",
    "kafka": "no such stream",
    "cognito-idp": "no such sign-in",
    "secretsmanager": "secrets are parameters",
    "glue": "no such registry",
    "sts": "nobody else's role",
    "billing": "no view of the bill",
    "payments": "no marketplace",
}
"""Services that CloudFormation asks for on behalf of properties that our template has not got."""

OPTIONAL = {
    "cloudfront:CreateConnectionGroup",
    "cloudfront:CreateDistributionWithTags",
    "dynamodb:CreateTableReplica",
    "dynamodb:DescribeImport",
    "dynamodb:GetItem",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:GetObjectMetadata",
}
"""The same in services that it does use: replicas, imports, tags at birth."""

NEVER = {"dynamodb:DeleteTable", "cloudformation:DeleteStack", "s3:DeleteObjectVersion", "ssm:DeleteParameters"}
"""What a deploy by machine may not do, whatever is in the repository."""


@cache
def role() -> dict[str, Any]:
    """The template of the role, read once: YAML takes its time, and nobody changes what was read."""
    document: dict[str, Any] = yaml_parse(ROLE.read_text())
    return document


def statements() -> Iterator[dict[str, Any]]:
    for each in role()["Resources"].values():
        if each["Type"] == "AWS::IAM::ManagedPolicy":
            yield from each["Properties"]["PolicyDocument"]["Statement"]


def granted() -> set[str]:
    return {action for statement in statements() for action in statement["Action"]}


def may(action: str, arn: str) -> bool:
    """Whether the role may do that with the thing of that ARN, in account 1, region r, for the stack www."""
    known = {"AWS::Partition": "aws", "AWS::Region": "r", "AWS::AccountId": "1", "Stack": "www"}
    return any(
        fnmatchcase(arn, re.sub(r"\$\{([^}]+)\}", lambda found: known[found[1]], text_of(resource)))
        for statement in statements()
        if action in statement["Action"]
        for resource in listed(statement["Resource"])
    )


def text_of(resource: str | dict[str, str]) -> str:
    return resource if isinstance(resource, str) else resource["Fn::Sub"]


MADE = {
    "AWS::Backup::BackupVault": ("BackupVaultName", "backup:CreateBackupVault", "arn:aws:backup:r:1:backup-vault:{}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:r:1:alarm:{}"),
    "AWS::CloudWatch::Dashboard": ("DashboardName", "cloudwatch:PutDashboard", "arn:aws:cloudwatch::1:dashboard/{}"),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb:CreateTable", "arn:aws:dynamodb:r:1:table/{}"),
    "AWS::Events::EventBus": ("Name", "events:CreateEventBus", "arn:aws:events:r:1:event-bus/{}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs:CreateLogGroup", "arn:aws:logs:r:1:log-group:{}"),
    "AWS::S3::Bucket": ("BucketName", "s3:CreateBucket", "arn:aws:s3:::{}"),
    "AWS::Scheduler::Schedule": ("Name", "scheduler:CreateSchedule", "arn:aws:scheduler:r:1:schedule/default/{}"),
    "AWS::Scheduler::ScheduleGroup": (
        "Name",
        "scheduler:CreateScheduleGroup",
        "arn:aws:scheduler:r:1:schedule-group/{}",
    ),
}
"""Where a thing's name stands, the action that makes it, and its ARN."""


def named() -> list[tuple[str, str]]:
    """The action that makes each named thing of the template, and its ARN."""
    found = []
    for each in resources().values():
        name, action, arn = MADE.get(each["Type"], ("", "", ""))
        if name in each["Properties"]:
            text = re.search(r"\$\{AWS::StackName\}[^']*|/[^']+|AWS::StackName", str(each["Properties"][name]))
            assert text, each
            found.append((action, arn.format(re.sub(r"\$\{AWS::StackName\}|AWS::StackName", "www", text[0]))))
    return found


@pytest.mark.parametrize(("action", "arn"), named())
def test_everything_that_has_a_name_is_made_under_a_name_that_the_role_may_use(action: str, arn: str) -> None:
    assert may(action, arn)


def test_it_reads_no_reply_and_takes_nothing_out_of_the_bundle() -> None:
    assert not may("s3:GetObject", "arn:aws:s3:::www-inbound-1-r/mail/x")
    assert not may("s3:DeleteObject", "arn:aws:s3:::www-bundle-1-r/manifest.json")
    assert may("s3:PutObject", "arn:aws:s3:::www-bundle-1-r/manifest.json")


def test_it_can_neither_change_itself_nor_who_may_borrow_it() -> None:
    name = role()["Resources"]["DeployRole"]["Properties"]["RoleName"]["Fn::Sub"]

    own = "arn:aws:iam::1:role/" + name.replace("${Stack}", "www")
    assert not {action for action in granted() if action.startswith("iam:") and may(action, own)}


def test_the_template_of_the_role_is_clean() -> None:
    command = [Path(sys.executable).with_name("cfn-lint"), ROLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_only_one_branch_and_environment_of_one_repository_may_borrow_it() -> None:
    trust = role()["Resources"]["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]

    condition = trust["Statement"][0]["Condition"]
    assert condition == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {
                "Fn::Sub": "repo:${Repository}:environment:${GitHubEnvironment}"
            },
            "token.actions.githubusercontent.com:ref": {"Fn::Sub": "refs/heads/${Branch}"},
        }
    }


def test_branch_and_environment_are_those_of_the_workflow() -> None:
    workflow = (ROLE.parents[1] / ".github/workflows/deploy.yml").read_text()

    parameters = role()["Parameters"]
    assert "environment: production" in workflow
    assert "push: {branches: [main]}" in workflow
    assert (parameters["GitHubEnvironment"]["Default"], parameters["Branch"]["Default"]) == ("production", "main")


def test_no_action_is_a_star_and_each_star_of_resources_has_its_reason() -> None:
    stars = [line for line in ROLE.read_text().splitlines() if 'Resource: "*"' in line]

    assert not {action for action in granted() if "*" in action}
    assert all("# " in line for line in stars)


def test_it_can_neither_delete_leads_nor_the_stack() -> None:
    assert not granted() & NEVER


def test_a_role_is_handed_only_to_services_that_need_one() -> None:
    passing = [statement for statement in statements() if "iam:PassRole" in statement["Action"]]

    assert [set(each["Condition"]["StringEquals"]["iam:PassedToService"]) for each in passing] == [
        {"lambda.amazonaws.com", "scheduler.amazonaws.com", "backup.amazonaws.com"}
    ]


@pytest.mark.parametrize("kind", sorted({each["Type"] for each in resources().values()}))
def test_each_kind_of_resource_can_be_made_read_and_changed(kind: str) -> None:
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("handlers", {})
    needed = {action for how in ("create", "read") for action in handlers.get(how, {}).get("permissions", ())}

    makes = {action for action in needed if action.split(":")[1].startswith(("Create", "Describe", "Get", "POST"))}

    assert {each for each in makes - granted() if each.split(":")[0] not in NOT_USED} <= OPTIONAL


def test_each_policy_is_short_enough_for_aws() -> None:
    found = role()["Resources"].values()
    sizes = [
        len(json.dumps(each["Properties"]["PolicyDocument"], separators=(",", ":")))
        for each in found
        if each["Type"] == "AWS::IAM::ManagedPolicy"
    ]

    assert max(sizes) <= 6144
