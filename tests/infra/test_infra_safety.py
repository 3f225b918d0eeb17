"""Is what the template makes safe: least privilege, encryption, nothing public, nothing lost without an alarm?

Each check has to be able to fail, so each meets a broken copy, too.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.infra import safety
from tests.infra.grants import WITHOUT_OPERATION, all_actions, problems_with_roles
from tests.infra.template import FUNCTIONS, Resources, broken, copied, lines, of_type, resources

Check = Callable[[Resources], list[str]]


def of(check: Callable[[Resources], object]) -> Check:
    """A check as a list of its sentences."""
    return lambda found: list(check(found))  # type: ignore[call-overload,no-any-return]  # each is an iterator of texts


CHECKS: dict[str, Check] = {
    "each function may do what its code does, and no more": lambda found: problems_with_roles(found, FUNCTIONS),
    "no action has a wildcard": of(safety.too_wide),
    "roles are passed to EventBridge Scheduler only": of(safety.passes_roles_freely),
    "services act for things of ours only": of(safety.led_astray),
    "each function has a role of its own": of(lambda found: safety.shared_roles(found, FUNCTIONS)),
    "every store is encrypted": of(safety.unencrypted),
    "no bucket is public": of(safety.public),
    "nothing that failed is lost": of(safety.without_dead_letters),
    "no report of SES is handed on as it came": of(safety.whole),
    "a queue waits for its function": of(safety.impatient),
    "every queue has an alarm": of(safety.unwatched),
    "leads and keys survive, and erased keys do not": of(safety.forgetful),
    "logs end": of(safety.logs_without_end),
    "no mail is tracked": of(safety.tracked),
}


@pytest.mark.parametrize("check", CHECKS)
def test_the_template_is_safe(check: str) -> None:
    assert CHECKS[check](resources()) == []


def without(*path: str) -> Callable[[Resources], Resources]:
    """Breaks a template by taking something out."""

    def change(found: Resources) -> Resources:
        changed = copied(found)
        node = changed
        for name in path[:-1]:
            node = node[name]
        del node[path[-1]]
        return changed

    return change


def instead(what: str, to: str) -> Callable[[Resources], Resources]:
    """Breaks a template by another text."""
    return lambda found: broken(found, what, to)


BREAKS: list[tuple[str, Callable[[Resources], Resources], str]] = [
    ("each function may", instead("dynamodb:PutItem", "dynamodb:PutItm"), "there is no dynamodb:PutItm"),
    ("each function may", instead("dynamodb:BatchGetItem", "dynamodb:Scan"), "dynamodb:Scan on KeysTable is granted"),
    ("each function may", instead("events:PutEvents", "events:PutRule"), "OnChange: events:PutEvents on  is used"),
    ("each function may", instead("${LeadsTable.Arn}/index/due", "${KeysTable.Arn}/index/due"), "OnTick: "),
    ("no action", instead("ssm:GetParametersByPath", "ssm:Get*"), "ssm:Get* has a wildcard"),
    ("roles are passed", instead("iam:PassedToService", "aws:SourceAccount"), "passes roles to anybody"),
    ("services act", instead("aws:SourceArn", "aws:SourceAccount"), "scheduler.amazonaws.com acts for anybody"),
    ("services act", without("RepPermission", "Properties", "SourceArn"), "calls for anybody"),
    ("each function has", instead('["OnDueRole", "Arn"]', '["OnTickRole", "Arn"]'), "OnTickRole is shared"),
    ("every store", without("KeysTable", "Properties", "SSESpecification"), "KeysTable is not encrypted"),
    ("every store", without("SiteBucket", "Properties", "BucketEncryption"), "SiteBucket is not encrypted"),
    ("every store", instead("SqsManagedSseEnabled", "Sqs"), "DeadLetters is not encrypted"),
    (
        "no bucket",
        instead('"BlockPublicPolicy": true', '"BlockPublicPolicy": false'),
        "BundleBucket has no BlockPublic",
    ),
    ("no bucket", instead("aws:SecureTransport", "aws:Secure"), "BundleBucket answers without TLS"),
    ("nothing that failed", instead("DeadLetterConfig", "Dead"), "MailArrivals has no dead letters"),
    ("nothing that failed", instead("FailedInvocations", "Invocations"), "MailEvents has no dead letters"),
    ("nothing that failed", without("MailEventQueue", "Properties", "RedrivePolicy"), "OnMailEventWaiting has no dead"),
    ("no report of SES", instead("InputTransformer", "Input"), "MailBounced hands on all of it"),
    ("no report of SES", instead("RetryPolicy", "DeadLetterConfig"), "MailBounced puts all of it aside"),
    ("a queue waits", instead('"VisibilityTimeout": 360', '"VisibilityTimeout": 90'), "still at work"),
    ("a queue waits", instead('"maxReceiveCount": 10', '"maxReceiveCount": 1'), "too soon"),
    ("every queue", without("MailEventsLateAlarm"), "MailEventQueue has no alarm"),
    ("nothing that failed", instead('"OnFailure"', '"OnSuccess"'), "OnTick has no dead letters"),
    ("every queue", without("ChangeDeadLettersAlarm"), "ChangeDeadLetters has no alarm"),
    ("leads and keys", instead('"PointInTimeRecoveryEnabled": false', '"PointInTimeRecoveryEnabled": true'), "back in"),
    ("leads and keys", instead('"DeleteAfterDays": 13', '"DeleteAfterDays": 14'), "live on for 15 days"),
    ("leads and keys", instead('"DeletionProtectionEnabled": true', '"DeletionProtectionEnabled": false'), "by a slip"),
    ("leads and keys", without("BundleBucket", "DeletionPolicy"), "BundleBucket goes with the stack"),
    ("logs end", without("OnDueLog", "Properties", "RetentionInDays"), "OnDueLog is kept for ever"),
    ("no mail", instead('"complaint", "reject"', '"complaint", "open"'), "asks for open"),
]


@pytest.mark.parametrize(("name", "change", "said"), BREAKS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_broken_template_is_noticed(name: str, change: Callable[[Resources], Resources], said: str) -> None:
    (check,) = (check for title, check in CHECKS.items() if title.startswith(name))

    assert [sentence for sentence in check(change(resources())) if said in sentence] != []


def test_a_resource_of_everything_has_its_reason() -> None:
    assert list(safety.unexplained(lines())) == []


def test_a_resource_of_everything_without_a_reason_is_noticed() -> None:
    bare = [line.partition("#")[0].rstrip() for line in lines()]

    assert list(safety.unexplained(bare)) != []


def test_actions_that_are_no_operation_are_all_in_use() -> None:
    used = {action for _, action in all_actions(resources())}

    assert WITHOUT_OPERATION.keys() - used == set()


def test_mail_leaves_from_our_own_domain_only() -> None:
    senders = [
        statement
        for role in of_type(resources(), "AWS::IAM::Role").values()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "ses:SendEmail" in statement.get("Action", ())
    ]

    assert len(senders) == 3
    assert {str(s["Condition"]) for s in senders} == {
        str({"StringLike": {"ses:FromAddress": {"Fn::Sub": "*@${MailDomain}"}}})
    }


def test_mail_alarms_ring_long_before_ses_does() -> None:
    alarms = of_type(resources(), "AWS::CloudWatch::Alarm")

    assert alarms["BouncedAlarm"]["Threshold"] == 0.02
    assert alarms["ComplainedAlarm"]["Threshold"] == 0.0005


def test_every_alarm_tells_somebody_and_says_what_it_means() -> None:
    silent = [
        name
        for name, alarm in of_type(resources(), "AWS::CloudWatch::Alarm").items()
        if not alarm.get("AlarmActions") or not alarm.get("AlarmDescription") or "TreatMissingData" not in alarm
    ]

    assert silent == []
