"""What AWS refuses, in words for the person who can do something about it."""

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from leadlight.publish.account import Account, Refused, spoken


def refused(code: str, message: str = "") -> str:
    with pytest.raises(Refused) as caught, spoken():
        raise ClientError({"Error": {"Code": code, "Message": message}}, "CreateChangeSet")
    return str(caught.value)


def test_a_missing_permission_is_named() -> None:
    said = refused("AccessDenied", "User: arn:… is not authorized to perform: iam:PassRole on resource: arn:…")

    assert "may not do iam:PassRole" in said


def test_a_missing_permission_that_aws_does_not_name_is_that_of_the_operation() -> None:
    assert "may not do CreateChangeSet" in refused("AccessDeniedException")


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_credentials_that_are_over_ask_to_sign_in(code: str) -> None:
    assert "aws sso login" in refused(code)


def test_being_too_fast_asks_to_run_it_again() -> None:
    assert "Run it again in a minute" in refused("ThrottlingException")


def test_anything_else_is_told_in_the_words_of_aws() -> None:
    assert refused("LimitExceeded", "200 stacks are enough") == "AWS refused CreateChangeSet: 200 stacks are enough"


@pytest.mark.parametrize(
    ("raised", "advice"),
    [
        (exceptions.NoCredentialsError(), "aws sso login"),
        (exceptions.ProfileNotFound(profile="x"), "AWS_PROFILE"),
        (exceptions.UnauthorizedSSOTokenError(), "aws sso login"),
        (exceptions.NoRegionError(), "--region"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "network"),
        (exceptions.ConnectTimeoutError(endpoint_url="https://x"), "network"),
    ],
)
def test_what_keeps_us_from_asking_at_all_says_what_helps(raised: Exception, advice: str) -> None:
    with pytest.raises(Refused, match=advice), spoken():
        raise raised


def test_without_a_region_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(Refused, match="--region"):
        Account(session=boto3.Session())
