"""What may be wrong with the template, each as a function from resources to sentences. None of it asks an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.infra.grants import all_actions, all_statements
from tests.infra.template import Resources, listed, of_type, role_of, walk

KEPT_AT_MOST = 14
"""Days that a deleted key may live on in a backup; the privacy notice says so."""

REASON = "# reason for *:"


def too_wide(found: Resources) -> Iterator[str]:
    """Actions with a wildcard, anywhere."""
    yield from (f"{name}: {action} has a wildcard" for name, action in all_actions(found) if "*" in action)


def unexplained(lines: list[str]) -> Iterator[str]:
    """Resources of `*` without a reason on the statement."""
    for number, line in enumerate(lines):
        if line.strip() in {'Resource: "*"', 'Resource: ["*"]'} and REASON not in "".join(lines[number - 3 : number]):
            yield f"line {number + 1}: every resource, and no reason"


def passes_roles_freely(found: Resources) -> Iterator[str]:
    """iam:PassRole without the service it may be passed to."""
    for name, resource in found.items():
        for statement in all_statements(resource):
            if "iam:PassRole" in listed(statement["Action"]):
                condition = statement.get("Condition", {}).get("StringEquals", {})
                if "iam:PassedToService" not in condition or statement["Resource"] == "*":
                    yield f"{name}: passes roles to anybody"


NAMED_IN_IT = {"lambda.amazonaws.com", "backup.amazonaws.com"}
"""Services that take a role only where a function or a plan names it."""


def led_astray(found: Resources) -> Iterator[str]:
    """Services that may act for us without being asked by a thing of ours (the "confused deputy")."""
    for name, resource in found.items():
        for statement in all_statements(resource):
            service = (statement.get("Principal") or {}) if statement["Effect"] == "Allow" else {}
            asked_by = [key for part in statement.get("Condition", {}).values() for key in part]
            if service and service["Service"] not in NAMED_IN_IT and "aws:SourceArn" not in asked_by:
                yield f"{name}: {service['Service']} acts for anybody"
    for name, permission in of_type(found, "AWS::Lambda::Permission").items():
        if "SourceArn" not in permission:
            yield f"{name}: {permission['Principal']} calls for anybody"


def shared_roles(found: Resources, functions: tuple[str, ...]) -> Iterator[str]:
    """Functions that have a role in common."""
    roles = [role_of(found, function) for function in functions]
    yield from (f"{role} is shared" for role in sorted(set(roles)) if roles.count(role) > 1)


def unencrypted(found: Resources) -> Iterator[str]:
    """Stores without encryption at rest."""
    for name, bucket in of_type(found, "AWS::S3::Bucket").items():
        if "BucketEncryption" not in bucket:
            yield f"{name} is not encrypted"
    for name, table in of_type(found, "AWS::DynamoDB::Table").items():
        if table.get("SSESpecification") != {"SSEEnabled": True}:
            yield f"{name} is not encrypted"
    for name, queue in of_type(found, "AWS::SQS::Queue").items():
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"


def public(found: Resources) -> Iterator[str]:
    """Buckets that could be opened, and buckets that answer without TLS."""
    locks = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    guarded = {policy["Bucket"]["Ref"] for policy in of_type(found, "AWS::S3::BucketPolicy").values() if tls(policy)}
    for name, bucket in of_type(found, "AWS::S3::Bucket").items():
        block = bucket.get("PublicAccessBlockConfiguration", {})
        yield from (f"{name} has no {lock}" for lock in locks if block.get(lock) is not True)
        if name not in guarded:
            yield f"{name} answers without TLS"


def tls(policy: Mapping[str, Any]) -> bool:
    """Whether a bucket's policy denies requests in the clear."""
    clear = {"Bool": {"aws:SecureTransport": "false"}}
    said = policy["PolicyDocument"]["Statement"]
    return any(statement["Effect"] == "Deny" and statement.get("Condition") == clear for statement in said)


def without_dead_letters(found: Resources) -> Iterator[str]:
    """Ways by which something reaches a function later, and may be lost without a trace."""
    queues = of_type(found, "AWS::SQS::Queue")
    for name, mapping in of_type(found, "AWS::Lambda::EventSourceMapping").items():
        queue = queues.get(mapping["EventSourceArn"]["Fn::GetAtt"][0], {})
        if "OnFailure" not in mapping.get("DestinationConfig", {}) and "RedrivePolicy" not in queue:
            yield f"{name} has no dead letters"
    watched = watched_rules(found)
    for name, rule in of_type(found, "AWS::Events::Rule").items():
        yield from (f"{name} {gap}" for target in rule["Targets"] for gap in gaps(target, watched=name in watched))
    for name, schedule in of_type(found, "AWS::Scheduler::Schedule").items():
        yield from (f"{name} {gap}" for gap in gaps(schedule["Target"]))
    kept = {
        config["FunctionName"]["Ref"]: config for config in of_type(found, "AWS::Lambda::EventInvokeConfig").values()
    }
    for function in asynchronous(found):
        config = kept.get(function, {})
        if "MaximumRetryAttempts" not in config or "OnFailure" not in config.get("DestinationConfig", {}):
            yield f"{function} has no dead letters"


def watched_rules(found: Resources) -> set[str]:
    """Rules with an alarm for what they could not hand over."""
    return {
        dimension["Value"]["Ref"]
        for node in walk(of_type(found, "AWS::CloudWatch::Alarm"))
        if isinstance(node, dict) and node.get("MetricName") == "FailedInvocations"
        for dimension in node["Dimensions"]
    }


def whole(found: Resources) -> Iterator[str]:
    """Rules that hand on, or put with the dead letters, a report of SES as it came: it quotes whom it is about."""
    for name, rule in of_type(found, "AWS::Events::Rule").items():
        if rule["EventPattern"]["source"] != ["aws.s3"]:
            yield from (f"{name} hands on all of it" for t in rule["Targets"] if "InputTransformer" not in t)
            yield from (f"{name} puts all of it aside" for t in rule["Targets"] if "DeadLetterConfig" in t)


def impatient(found: Resources) -> Iterator[str]:
    """Queues whose messages come again while a function still has them, or are given up after a few tries."""
    for mapping in of_type(found, "AWS::Lambda::EventSourceMapping").values():
        name = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        if queue := of_type(found, "AWS::SQS::Queue").get(name):
            if queue["VisibilityTimeout"] < 6 * found[mapping["FunctionName"]["Ref"]]["Properties"]["Timeout"]:
                yield f"{name} hands out again what is still at work"
            if queue.get("RedrivePolicy", {}).get("maxReceiveCount", 0) < 5:
                yield f"{name} gives up too soon"


def gaps(target: Mapping[str, Any], *, watched: bool = False) -> Iterator[str]:
    """What a target of a rule or a schedule lacks."""
    if "DeadLetterConfig" not in target and not watched:
        yield "has no dead letters"
    if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= target.get("RetryPolicy", {}).keys():
        yield "leaves retries to chance"


def asynchronous(found: Resources) -> set[str]:
    """Functions that nobody waits for: all but those behind the API and the stream."""
    awaited = {
        node["Fn::GetAtt"][0]
        for integration in of_type(found, "AWS::ApiGatewayV2::Integration").values()
        for node in walk(integration)
        if isinstance(node, dict) and "Fn::GetAtt" in node
    }
    awaited |= {m["FunctionName"]["Ref"] for m in of_type(found, "AWS::Lambda::EventSourceMapping").values()}
    return set(of_type(found, "AWS::Lambda::Function")) - awaited


WATCHED = {"ApproximateNumberOfMessagesVisible": 0, "ApproximateAgeOfOldestMessage": 900}
"""At which figure somebody is told: any dead letter, and seconds that something waits for a function."""


def unwatched(found: Resources) -> Iterator[str]:
    """Queues that fill up without anybody being told."""
    emptied = {m["EventSourceArn"]["Fn::GetAtt"][0] for m in of_type(found, "AWS::Lambda::EventSourceMapping").values()}
    watched = {
        (alarm["MetricName"], dimension["Value"]["Fn::GetAtt"][0])
        for alarm in of_type(found, "AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "AWS/SQS" and alarm["Threshold"] <= WATCHED[alarm["MetricName"]]
        for dimension in alarm["Dimensions"]
    }
    for queue in sorted(of_type(found, "AWS::SQS::Queue")):
        figure = "ApproximateAgeOfOldestMessage" if queue in emptied else "ApproximateNumberOfMessagesVisible"
        if (figure, queue) not in watched:
            yield f"{queue} has no alarm"


def forgetful(found: Resources) -> Iterator[str]:
    """Ways to lose every lead at once, or to keep what was erased."""
    keys, plan = found["KeysTable"], found["KeyBackupPlan"]["Properties"]["BackupPlan"]
    if keys["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]:
        yield "KeysTable can be taken back in time: erased keys would be there again"
    for name in ("LeadsTable", "KeysTable"):
        if found[name]["Properties"].get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted by a slip"
    for name in ("LeadsTable", "KeysTable", "CountersTable", "BundleBucket", "KeyBackups"):
        if (found[name].get("DeletionPolicy"), found[name].get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name} goes with the stack"
    if not found["LeadsTable"]["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]:
        yield "LeadsTable cannot be taken back in time"
    # AWS Backup deletes within eight hours after the last day, so that day has to be one earlier.
    days = [rule["Lifecycle"]["DeleteAfterDays"] + 1 for rule in plan["BackupPlanRule"]]
    days.append(found["KeyBackups"]["Properties"]["LockConfiguration"]["MaxRetentionDays"])
    yield from (f"keys live on for {number} days" for number in days if number > KEPT_AT_MOST)


def logs_without_end(found: Resources) -> Iterator[str]:
    """Functions without a log group of their own, and groups that are kept for ever."""
    groups = of_type(found, "AWS::Logs::LogGroup")
    yield from (f"{name} is kept for ever" for name, group in groups.items() if "RetentionInDays" not in group)
    for name, function in of_type(found, "AWS::Lambda::Function").items():
        if function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref") not in groups:
            yield f"{name} logs into a group that Lambda makes, and keeps for ever"


def tracked(found: Resources) -> Iterator[str]:
    """Anything that would put a pixel or another link into a mail."""
    for name, mails in of_type(found, "AWS::SES::ConfigurationSet").items():
        if "TrackingOptions" in mails:
            yield f"{name} rewrites links"
    for name, reports in of_type(found, "AWS::SES::ConfigurationSetEventDestination").items():
        events = {"open", "click"} & set(reports["EventDestination"]["MatchingEventTypes"])
        yield from (f"{name} asks for {event}" for event in sorted(events))
