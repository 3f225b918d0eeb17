"""What did the doctor find, and what helps? Made by the other `doctor_*` modules, printed by the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # it ships no types
from dns.exception import DNSException
from dns.resolver import Resolver

T = TypeVar("T")

PERMISSIONS = {
    "DescribeStacks": "cloudformation:DescribeStacks",
    "ListStackResources": "cloudformation:ListStackResources",
    "GetFunctionConfiguration": "lambda:GetFunctionConfiguration",
    "GetAccountSettings": "lambda:GetAccountSettings",
    "DescribeTable": "dynamodb:DescribeTable",
    "DescribeContinuousBackups": "dynamodb:DescribeContinuousBackups",
    "GetParameters": "ssm:GetParameters",
    "GetObject": "s3:GetObject",
    "ListSubscriptionsByTopic": "sns:ListSubscriptionsByTopic",
    "DescribeAlarms": "cloudwatch:DescribeAlarms",
    "GetAccount": "ses:GetAccount",
    "GetEmailIdentity": "ses:GetEmailIdentity",
    "DescribeActiveReceiptRuleSet": "ses:DescribeActiveReceiptRuleSet",
}
"""All that the doctor may ask of an account, by operation; it changes nothing. Who one is, anybody may ask."""

_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"}
_NAMED = re.compile(r"not authorized to perform: ([\w-]+:\w+)")


class State(StrEnum):
    """`FAIL` keeps something from working, `WARN` will one day or works less well, `UNKNOWN` could not be asked."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` is what to do, in a sentence or two; empty where nothing is to be done."""

    check: str
    state: State
    what: str
    remedy: str = ""


def ok(check: str, what: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, what)


def warn(check: str, what: str, remedy: str) -> Finding:
    """It works, but not as it should."""
    return Finding(check, State.WARN, what, remedy)


def fail(check: str, what: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, State.FAIL, what, remedy)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the doctor asks: AWS in one region, and DNS. `client` gives the botocore client of a service."""

    client: Callable[[str], Any]
    region: str
    resolver: Resolver
    now: datetime


@dataclass(slots=True)
class Chart:
    """Collects findings. A question that nobody answers becomes a finding itself, and hides no other."""

    findings: list[Finding] = field(default_factory=list)

    def note(self, check: str, found: Iterable[Finding]) -> None:
        """Writes down what an examination yields, up to where it is refused."""
        self.ask(check, lambda: self.findings.extend(found))

    def ask(self, check: str, question: Callable[[], T]) -> T | None:
        """The answer; None where it was refused."""
        try:
            return question()
        except ClientError as error:
            self.findings.append(_refused(check, error))
        except BotoCoreError as error:
            self._unknown(check, f"AWS did not answer: {error}", "Look at the network between here and AWS; try again.")
        except DNSException as error:
            remedy = "Look at the name servers of this machine and of the domain, then try again."
            self._unknown(check, f"DNS did not answer: {error}", remedy)
        return None

    def _unknown(self, check: str, what: str, remedy: str) -> None:
        self.findings.append(Finding(check, State.UNKNOWN, what, remedy))


def code_of(error: ClientError) -> str:
    """AWS's own name for what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _refused(check: str, error: ClientError) -> Finding:
    message = str(error.response.get("Error", {}).get("Message", ""))
    if code_of(error) in _DENIED:
        named = _NAMED.search(message)
        action = named[1] if named else PERMISSIONS.get(error.operation_name, error.operation_name)
        what = f"This is not known: whoever asks lacks the permission {action}."
        return Finding(check, State.UNKNOWN, what, f"Allow {action} in that person's or role's policy, and ask again.")
    what = f"AWS answered {error.operation_name} with {code_of(error)}: {message}"
    return Finding(check, State.UNKNOWN, what, "Try again in a minute; if it stays so, look up that code.")
