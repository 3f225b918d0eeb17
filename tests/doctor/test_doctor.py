"""The doctor finds each thing that is wrong with an account or an installation in it, and says what helps."""

from __future__ import annotations

import socket
from dataclasses import replace

import botocore.session
import msgspec
import pytest
from botocore.config import Config
from tests.patient import ACCOUNT, LIMITS, STACK, TEAM, Clients, Patient

from leadlight.model.site import MANIFEST_SCHEMA
from leadlight.publish.doctor import State, examine
from leadlight.publish.doctor_finding import PERMISSIONS

HEALTHY = [
    "region", "credentials", "clock", "stack", "LeadsTable protected", "LeadsTable history", "KeysTable protected",
    "KeysTable history", "secret token-keys", "secret lead-key", "secret origin-secrets", "bundle", "alarms", "ringing",
    "concurrency", "sandbox", "sending", "quota", "identity", "dmarc", "dkim", "mail-from", "spf", "alignment",
    "inbound", "inbound identity", "receipt",
]  # fmt: skip
"""All checks, in the order in which one would mend them. Each has its other side below or in test_doctor_mail.py."""


def quota(**values: float) -> dict[str, object]:
    return {**ACCOUNT, "SendQuota": {"Max24HourSend": 1000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0, **values}}


def test_a_healthy_account_is_told_so_check_by_check(patient: Patient) -> None:
    found = patient.examine()

    assert list(found) == HEALTHY
    assert {each.state for each in found.values()} == {State.OK}
    assert {each.remedy for each in found.values()} == {""}


def test_a_region_without_ses_fails_and_others_are_named(patient: Patient) -> None:
    found = patient.examine(region="mars-north-1")["region"]

    assert found.state is State.FAIL
    assert "eu-central-1" in found.remedy


def test_without_a_region_nothing_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    (found,) = examine()

    assert (found.check, found.state) == ("region", State.FAIL)


def test_credentials_that_aws_refuses_fail(patient: Patient) -> None:
    patient.refuses("GetCallerIdentity", "ExpiredToken")

    found = patient.examine()

    assert found["credentials"].state is State.FAIL
    assert "aws sso login" in found["credentials"].remedy
    assert "stack" not in found


def test_no_credentials_at_all_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = botocore.session.Session()

    found = examine(region="eu-west-1", connect=session.create_client)

    assert [(each.check, each.state) for each in found] == [("region", State.OK), ("credentials", State.FAIL)]


def test_a_profile_that_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    (found,) = examine(region="eu-west-1")

    assert (found.check, found.state) == ("credentials", State.FAIL)
    assert "nobody" in found.what


def test_an_aws_that_cannot_be_reached_is_no_matter_of_credentials(clients: Clients) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"
    away = clients.session.create_client(
        "sts", region_name="eu-west-1", endpoint_url=nobody, config=Config(retries={"total_max_attempts": 1})
    )

    found = examine(region="eu-west-1", connect=lambda *_, **__: away)[-1]

    assert found.state is State.FAIL
    assert found.what.startswith("AWS cannot be reached")


@pytest.mark.parametrize(("hours", "word"), [(1, "ahead"), (-1, "behind")])
def test_a_clock_that_is_wrong_is_warned_of(patient: Patient, hours: int, word: str) -> None:
    found = patient.examine(hours=hours)["clock"]

    assert found.state is State.WARN
    assert word in found.what


def test_a_stack_that_is_not_there_is_no_failure_of_the_account(patient: Patient) -> None:
    found = patient.examine(stack="other")

    assert found["stack"].state is State.WARN
    assert "secret lead-key" not in found
    assert found["sandbox"].state is State.OK


def test_before_the_first_deployment_a_sender_may_be_named(patient: Patient) -> None:
    unnamed = patient.examine(stack="other")
    named = patient.examine(stack="other", mail_from="me@glass.example", inbound_domain="reply.glass.example")

    assert unnamed["identity"].state is State.WARN
    assert "me@glass.example" in named["identity"].what
    assert {"spf", "dkim", "dmarc", "inbound"} <= named.keys()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", State.WARN),
        ("UPDATE_IN_PROGRESS", State.WARN),
        ("ROLLBACK_COMPLETE", State.FAIL),
        ("UPDATE_ROLLBACK_FAILED", State.FAIL),
    ],
)
def test_a_stack_that_did_not_come_to_rest_well_is_shown(patient: Patient, status: str, state: State) -> None:
    stack = patient.client("cloudformation").describe_stacks(StackName="glass")["Stacks"][0]
    patient.says("cloudformation", "DescribeStacks", {"Stacks": [{**stack, "StackStatus": status}]})

    found = patient.examine()["stack"]

    assert found.state is state
    assert status in found.what or "undone" in found.what


@pytest.mark.parametrize(("domain", "state"), [("glass.example", State.OK), ("other.example", State.FAIL)])
def test_a_sender_that_no_function_may_send_from_is_named(patient: Patient, domain: str, state: State) -> None:
    stack = patient.client("cloudformation").describe_stacks(StackName="glass")["Stacks"][0]
    told = [{"OutputKey": "MailDomain", "OutputValue": domain}]
    patient.says("cloudformation", "DescribeStacks", {"Stacks": [{**stack, "Outputs": told}]})

    found = patient.examine()["senders"]

    assert found.state is state
    assert domain in found.what


@pytest.mark.parametrize("table", ["LeadsTable", "KeysTable"])
def test_a_table_that_a_slip_may_delete_fails(patient: Patient, table: str) -> None:
    name = patient.names[table]
    patient.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)

    found = patient.examine()[f"{table} protected"]

    assert found.state is State.FAIL
    assert f"--table-name {name} --deletion-protection-enabled" in found.remedy


def test_leads_that_cannot_be_brought_back_fail(patient: Patient) -> None:
    patient.history("LeadsTable", on=False)

    found = patient.examine()["LeadsTable history"]

    assert found.state is State.FAIL
    assert "PointInTimeRecoveryEnabled=true" in found.remedy


def test_keys_that_could_be_brought_back_fail(patient: Patient) -> None:
    patient.history("KeysTable", on=True)

    found = patient.examine()["KeysTable history"]

    assert found.state is State.FAIL
    assert "PointInTimeRecoveryEnabled=false" in found.remedy


@pytest.mark.parametrize("name", ["token-keys", "lead-key", "origin-secrets"])
def test_a_secret_that_is_missing_fails(patient: Patient, name: str) -> None:
    patient.client("ssm").delete_parameter(Name=f"/leadlight/glass/{name}")

    found = patient.examine()[f"secret {name}"]

    assert found.state is State.FAIL
    assert f"/leadlight/glass/{name}" in found.what


@pytest.mark.parametrize("name", ["token-keys", "origin-secrets"])
def test_a_secret_that_is_short_fails_and_is_not_shown(patient: Patient, name: str) -> None:
    patient.secret(name, f"{'x' * 64},hunter2")

    found = patient.examine()[f"secret {name}"]

    assert found.state is State.FAIL
    assert "hunter2" not in found.what + found.remedy


def test_a_lead_key_that_is_not_hexadecimal_fails(patient: Patient) -> None:
    patient.secret("lead-key", "z" * 64)

    assert patient.examine()["secret lead-key"].state is State.FAIL


def test_a_secret_that_lies_open_fails(patient: Patient) -> None:
    patient.client("ssm").delete_parameter(Name="/leadlight/glass/lead-key")
    patient.secret("lead-key", "0f" * 32, "String")

    assert patient.examine()["secret lead-key"].state is State.FAIL


def test_no_secret_is_ever_shown(patient: Patient) -> None:
    shown = msgspec.json.encode(list(patient.examine().values())).decode()

    assert not any(secret in shown for secret in ("a" * 32, "b" * 32, "0f" * 16, "c" * 32))


def test_an_empty_bundle_bucket_fails(patient: Patient) -> None:
    patient.client("s3").delete_object(Bucket=patient.names["BundleBucket"], Key="manifest.json")

    found = patient.examine()["bundle"]

    assert found.state is State.FAIL
    assert "leadlight deploy" in found.remedy


def test_a_damaged_manifest_fails(patient: Patient) -> None:
    patient.client("s3").put_object(Bucket=patient.names["BundleBucket"], Key="manifest.json", Body=b"{")

    assert patient.examine()["bundle"].state is State.FAIL


def test_a_bundle_of_another_schema_is_warned_of(patient: Patient) -> None:
    patient.publish(schema=MANIFEST_SCHEMA + 1)

    assert patient.examine()["bundle"].state is State.WARN


def test_a_breaker_that_is_open_is_warned_of(patient: Patient) -> None:
    cloudwatch = patient.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=f"{STACK}-breaker",
        AlarmDescription="Too many",
        MetricName="MailWithheld",
        Namespace=STACK,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=f"{STACK}-breaker", StateValue="ALARM", StateReason="a test")

    found = patient.examine()["ringing"]

    assert (found.state, found.what) == (State.WARN, f"{STACK}-breaker: Too many")


def test_alarms_that_nobody_hears_fail(patient: Patient) -> None:
    patient.says("sns", "ListSubscriptionsByTopic", {"Subscriptions": []})

    found = patient.examine()["alarms"]

    assert found.state is State.FAIL
    assert "AlarmEmail" in found.remedy


def test_alarms_that_nobody_has_confirmed_fail(patient: Patient) -> None:
    pending = {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "Endpoint": "ops@glass.example"}
    patient.says("sns", "ListSubscriptionsByTopic", {"Subscriptions": [pending]})

    found = patient.examine()["alarms"]

    assert found.state is State.FAIL
    assert "Subscription Confirmation" in found.remedy


def test_too_few_functions_at_once_are_warned_of(patient: Patient) -> None:
    few = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
    patient.says("lambda", "GetAccountSettings", {**LIMITS, "AccountLimit": few})

    found = patient.examine()["concurrency"]

    assert found.state is State.WARN
    assert "Concurrent executions" in found.remedy


def test_a_sandbox_fails(patient: Patient) -> None:
    patient.says("sesv2", "GetAccount", {**ACCOUNT, "ProductionAccessEnabled": False})

    found = patient.examine()["sandbox"]

    assert found.state is State.FAIL
    assert "Request production access" in found.remedy


@pytest.mark.parametrize(("status", "state"), [("PROBATION", State.WARN), ("SHUTDOWN", State.FAIL)])
def test_an_account_that_ses_watches_is_shown(patient: Patient, status: str, state: State) -> None:
    patient.says("sesv2", "GetAccount", {**ACCOUNT, "EnforcementStatus": status})

    assert patient.examine()["sending"].state is state


def test_sending_that_is_switched_off_fails(patient: Patient) -> None:
    patient.says("sesv2", "GetAccount", {**ACCOUNT, "SendingEnabled": False})

    assert patient.examine()["sending"].state is State.FAIL


@pytest.mark.parametrize(("sent", "state"), [(799, State.OK), (800, State.WARN), (1000, State.FAIL)])
def test_a_day_that_is_nearly_used_up_is_shown(patient: Patient, sent: float, state: State) -> None:
    patient.says("sesv2", "GetAccount", quota(SentLast24Hours=float(sent)))

    assert patient.examine()["quota"].state is state


def test_an_account_without_a_limit_is_never_used_up(patient: Patient) -> None:
    patient.says("sesv2", "GetAccount", quota(Max24HourSend=-1.0, SentLast24Hours=9e6))

    assert patient.examine()["quota"].state is State.OK


def test_everybody_who_signs_mails_is_looked_at(patient: Patient) -> None:
    patient.publish(replace(TEAM, people=(replace(TEAM.people[0], email="rita@other.example"),)))

    found = patient.examine()["identity"]

    assert found.state is State.FAIL
    assert "rita@other.example" in found.what


REFUSALS = [
    ("DescribeStacks", "stack"),
    ("GetFunctionConfiguration", "functions"),
    ("GetAccountSettings", "concurrency"),
    ("DescribeTable", "LeadsTable protected"),
    ("DescribeContinuousBackups", "KeysTable history"),
    ("GetParameters", "secrets"),
    ("GetObject", "bundle"),
    ("ListSubscriptionsByTopic", "alarms"),
    ("DescribeAlarms", "ringing"),
    ("GetAccount", "sending"),
    ("GetEmailIdentity", "identity"),
    ("DescribeActiveReceiptRuleSet", "receipt"),
]


@pytest.mark.parametrize(("operation", "check"), REFUSALS)
def test_what_may_not_be_asked_is_unknown_and_names_the_permission(
    patient: Patient, operation: str, check: str
) -> None:
    patient.refuses(operation)

    found = patient.examine()

    assert found[check].state is State.UNKNOWN
    assert PERMISSIONS[operation] in found[check].remedy


def test_one_refusal_hides_nothing_else(patient: Patient) -> None:
    patient.refuses("GetAccount")

    found = patient.examine()

    assert set(HEALTHY) - set(found) == {"sandbox", "quota"}
    assert {each.state for each in found.values()} == {State.OK, State.UNKNOWN}


def test_the_permission_that_aws_names_itself_is_the_one_shown(patient: Patient) -> None:
    patient.refuses("GetParameters", message="User: x is not authorized to perform: kms:Decrypt on resource: y")

    assert "kms:Decrypt" in patient.examine()["secrets"].remedy


def test_what_aws_cannot_answer_now_is_unknown(patient: Patient) -> None:
    patient.refuses("GetAccount", "TooManyRequestsException")

    found = patient.examine()["sending"]

    assert found.state is State.UNKNOWN
    assert "TooManyRequestsException" in found.what


def test_every_permission_of_the_doctor_belongs_to_a_real_operation() -> None:
    session = botocore.session.get_session()
    services = ("cloudformation", "lambda", "dynamodb", "ssm", "s3", "sns", "sesv2", "ses", "cloudwatch")
    known = {name for service in services for name in session.get_service_model(service).operation_names}

    assert PERMISSIONS.keys() <= known
    assert {operation for operation, _ in REFUSALS} == PERMISSIONS.keys() - {"ListStackResources"}
