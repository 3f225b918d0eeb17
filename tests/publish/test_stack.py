"""What CloudFormation is asked, and what a person is told when it does not go well."""

import pytest
from tests.publish.account import STACK, Cloud

from leadlight.publish.account import Refused
from leadlight.publish.stack import Stacks

URL = "https://bucket.s3.eu-west-1.amazonaws.com/www/template-1.yaml"


def stacks(aws: Cloud, told: list[str] | None = None) -> Stacks:
    tell = told.append if told is not None else lambda _: None
    return Stacks(aws.account.client("cloudformation"), tell=tell, pause=lambda _: None)


def test_a_new_stack_is_made_by_a_change_set_with_what_the_template_needs(aws: Cloud) -> None:
    stacks(aws).put(STACK, URL, {"MailFrom": "hello@example.com", "Waf": None})

    sent = aws.asked("CreateChangeSet")[0]
    assert (sent["ChangeSetType"], sent["TemplateURL"]) == ("CREATE", URL)
    assert sent["Capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    assert sent["Parameters"] == [{"ParameterKey": "MailFrom", "ParameterValue": "hello@example.com"}]
    assert aws.asked("ExecuteChangeSet")[0]["ChangeSetName"] == sent["ChangeSetName"]


def test_what_is_not_said_stays_as_it_is(aws: Cloud) -> None:
    aws.stacks.status, aws.stacks.parameters = "CREATE_COMPLETE", {"Waf": "yes"}

    stacks(aws).put(STACK, URL, {"MailFrom": "hello@example.com", "Waf": None, "New": None})

    sent = aws.asked("CreateChangeSet")[0]
    assert sent["ChangeSetType"] == "UPDATE"
    assert sent["Parameters"][1:] == [{"ParameterKey": "Waf", "UsePreviousValue": True}]


@pytest.mark.parametrize("adopt", [True, False])
def test_tables_that_are_there_are_taken_over_only_when_told(aws: Cloud, *, adopt: bool) -> None:
    stacks(aws).put(STACK, URL, {}, adopt=adopt)

    assert aws.asked("CreateChangeSet")[0].get("ImportExistingResources", False) is adopt


@pytest.mark.parametrize(
    "why", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_a_deploy_that_changes_nothing_is_no_error(aws: Cloud, why: str) -> None:
    aws.stacks.status, aws.stacks.refusal = "UPDATE_COMPLETE", why

    stacks(aws).put(STACK, URL, {})

    assert aws.asked("ExecuteChangeSet") == []
    assert len(aws.asked("DeleteChangeSet")) == 1


def test_a_template_that_is_not_taken_says_why(aws: Cloud) -> None:
    aws.stacks.refusal = "A site with its own domain needs CertificateArn"

    with pytest.raises(Refused, match="needs CertificateArn"):
        stacks(aws).put(STACK, URL, {})


def test_a_failure_names_the_first_thing_that_failed(aws: Cloud) -> None:
    aws.stacks.script = ["CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]
    aws.stacks.reasons = [("Distribution", "The certificate is not in us-east-1"), ("Api", "creation cancelled")]

    with pytest.raises(Refused, match=r"ROLLBACK_COMPLETE\. Distribution: The certificate"):
        stacks(aws).put(STACK, URL, {})


def test_a_failure_of_an_earlier_deploy_is_not_blamed(aws: Cloud) -> None:
    aws.stacks.status = "CREATE_COMPLETE"
    aws.stacks._happens("Old", "CREATE_FAILED", "long ago")
    aws.stacks.script = ["UPDATE_ROLLBACK_COMPLETE"]
    aws.stacks.reasons = [("OnDue", "today")]

    with pytest.raises(Refused, match="OnDue: today"):
        stacks(aws).put(STACK, URL, {})


def test_waiting_tells_how_it_goes(aws: Cloud) -> None:
    told: list[str] = []
    aws.stacks.script = ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]

    stacks(aws, told).put(STACK, URL, {})

    assert set(told) == {"www: create in progress …"}


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("ROLLBACK_COMPLETE", "leadlight destroy --stack www"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name www"),
        ("UPDATE_IN_PROGRESS", "Wait until that is done"),
    ],
)
def test_a_stack_that_cannot_be_changed_says_what_helps(aws: Cloud, status: str, advice: str) -> None:
    aws.stacks.status = status

    with pytest.raises(Refused, match=advice):
        stacks(aws).put(STACK, URL, {})

    assert aws.asked("CreateChangeSet") == []


def test_a_change_set_that_nobody_executed_does_not_count_as_a_stack(aws: Cloud) -> None:
    aws.stacks.status = "REVIEW_IN_PROGRESS"

    assert stacks(aws).ready(STACK) is None
