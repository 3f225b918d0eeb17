"""Which AWS account and region are meant, and what does a refusal of AWS mean for the person at the keyboard?

Called by `deploy` and `destroy`. botocore's errors stop here: each becomes one that says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import boto3  # type: ignore[import-untyped]  # it ships no types
from botocore import exceptions as aws  # type: ignore[import-untyped]  # the same

from leadlight.errors import OperatorMustFix

_NO_CREDENTIALS = (
    aws.NoCredentialsError,
    aws.PartialCredentialsError,
    aws.CredentialRetrievalError,
    aws.ProfileNotFound,
    aws.TokenRetrievalError,
    aws.SSOError,
)
_STALE = {
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "403"}
_BUSY = {"Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown", "TooManyRequestsException"}
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")

SIGN_IN = (
    "Sign in first: `aws sso login` or `aws configure`, and name the profile in AWS_PROFILE if it is not the default."
)


class Refused(OperatorMustFix):
    """AWS said no. `code` is its own word for it, `action` what was asked, where it is known."""

    def __init__(self, message: str, *, code: str = "", action: str = "") -> None:
        self.code, self.action = code, action
        super().__init__(message)


class Account:
    """The account that the credentials at hand belong to, in one region. Raises `Refused` without a region."""

    def __init__(self, region: str | None = None, session: boto3.Session | None = None) -> None:
        with spoken():
            self.session = session or boto3.Session(region_name=region)
        chosen = region or self.session.region_name
        if not chosen:
            raise Refused("No region is named. Add one, for example --region eu-central-1.")
        self.region: str = chosen
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """One client per service."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, region_name=self.region)
        return self._clients[service]

    @cached_property
    def number(self) -> str:
        """The twelve digits of the account."""
        return str(self.client("sts").get_caller_identity()["Account"])


@contextmanager
def spoken() -> Iterator[None]:
    """Turns what botocore raises into `Refused`, in words."""
    try:
        yield
    except aws.ClientError as error:
        raise _in_words(error) from error
    except _NO_CREDENTIALS as error:
        raise Refused(f"AWS does not know who is asking. {SIGN_IN}", code=type(error).__name__) from error
    except aws.NoRegionError as error:
        raise Refused("No region is named. Add one, for example --region eu-central-1.") from error
    except (aws.HTTPClientError, aws.ConnectionError) as error:
        raise Refused("AWS cannot be reached. Look at the network and the region's name, then run it again.") from error


def _in_words(error: Any) -> Refused:
    """What to do about an answer of AWS."""
    said = error.response.get("Error", {})
    code, message = said.get("Code", ""), said.get("Message", "")
    operation = error.operation_name
    if code in _STALE:
        return Refused(f"These credentials are over or wrong ({code}). {SIGN_IN}", code=code)
    if code in _DENIED:
        named = _ACTION.search(message)
        action = named[1] if named else operation
        what = f"The role in use may not do {action}. Allow it (infra/github-oidc.yaml lists all that a deploy needs)."
        return Refused(what, code=code, action=action)
    if code in _BUSY:
        return Refused("AWS asks to slow down. Run it again in a minute; it goes on where it stopped.", code=code)
    return Refused(f"AWS refused {operation}: {message or code}", code=code, action=operation)
