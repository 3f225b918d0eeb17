"""Is the account itself fit for Leadlight: who asks, when, what may be sent and run? Called by `doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import (  # type: ignore[import-untyped]  # it ships no types
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own name, for what never got through
    HTTPClientError,
)

from leadlight.publish.doctor_finding import Account, Chart, Finding, code_of, fail, ok, warn

SKEW = 60
"""Seconds that a clock may be wrong. AWS refuses signatures that are five minutes old."""

NARROW = 50
"""Functions at once. New accounts have 10, and a visitor who finds all busy is turned away."""


def who(account: Account, chart: Chart) -> bool:
    """Whether AWS knows us at all; notes that and whether our clock is right."""
    try:
        answer = account.client("sts").get_caller_identity()
    except ClientError as error:
        chart.note("clock", clock(error.response, account.now))
        what = f"AWS does not accept these credentials: {code_of(error)}."
        chart.findings.append(fail("credentials", what, "Sign in again (`aws sso login`), or renew the access key."))
        return False
    except (ConnectionError, HTTPClientError) as error:
        remedy = "Look at the network and the region's name, then ask again."
        chart.findings.append(fail("credentials", f"AWS cannot be reached: {error}", remedy))
        return False
    except BotoCoreError as error:
        what = f"There are no credentials that AWS could look at: {error}"
        remedy = "Sign in with `aws sso login`, or set AWS_PROFILE to a profile that has credentials."
        chart.findings.append(fail("credentials", what, remedy))
        return False
    chart.findings.append(ok("credentials", f"Account {answer['Account']}, as {answer['Arn']}."))
    chart.note("clock", clock(answer, account.now))
    return True


def clock(answer: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    """Our time beside the `Date` of an answer."""
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if date is None:
        return
    skew = round((now - parsedate_to_datetime(date)).total_seconds())
    if abs(skew) <= SKEW:
        yield ok("clock", f"This machine's clock is within {SKEW} seconds of AWS's.")
    else:
        what = f"This machine's clock is {abs(skew)} seconds {'ahead' if skew > 0 else 'behind'}."
        yield warn("clock", what, "Let it follow a time server, for example `timedatectl set-ntp true`.")


def sending(account: Account) -> Iterator[Finding]:
    """Whether SES sends for this account: to everybody, at all, and how much more today."""
    answer = account.client("sesv2").get_account()
    if answer.get("ProductionAccessEnabled"):
        yield ok("sandbox", f"SES in {account.region} sends to everybody.")
    else:
        yield fail(
            "sandbox",
            f"SES in {account.region} is a sandbox: it sends to verified addresses only, 200 mails a day.",
            "In the SES console of that region, choose Account dashboard, Request production access. Say that mails "
            "go to people who asked on your site and confirmed; an answer takes about a day.",
        )
    status = answer.get("EnforcementStatus", "HEALTHY")
    if not answer.get("SendingEnabled"):
        yield fail("sending", "Sending is switched off for this account.", "Run `aws sesv2 put-account-sending-"
                   "attributes --sending-enabled`; if SES has paused you, answer the mail it sent first.")  # fmt: skip
    elif status == "HEALTHY":
        yield ok("sending", "Sending is on, and SES has no complaint about this account.")
    else:
        tell = fail if status == "SHUTDOWN" else warn
        remedy = "Open the account dashboard of SES, read why (bounces or complaints), mend that and answer the case."
        yield tell("sending", f"SES has this account under review: {status}.", remedy)
    yield _quota(answer.get("SendQuota", {}))


def _quota(quota: Mapping[str, float]) -> Finding:
    """-1 in a day means without limit."""
    most, sent, rate = (quota.get(name, 0) for name in ("Max24HourSend", "SentLast24Hours", "MaxSendRate"))
    what = f"{sent:.0f} of {most:.0f} mails in the last 24 hours, at most {rate:g} a second."
    remedy = "Ask for more in Service Quotas, Amazon SES, “Sending quota” and “Sending rate”."
    if most < 0 or sent < 0.8 * most:
        return ok("quota", what)
    return fail("quota", what, remedy) if sent >= most else warn("quota", what, remedy)


def concurrency(account: Account) -> Iterator[Finding]:
    """How many functions run at once, all that this account has taken together."""
    limits = account.client("lambda").get_account_settings()["AccountLimit"]
    most, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    what = f"{free} of {most} functions may run at once without a reservation."
    if free >= NARROW:
        yield ok("concurrency", what)
    else:
        yield warn("concurrency", what, "Ask for 1000 in Service Quotas, AWS Lambda, “Concurrent executions”; "
                   "it costs nothing and takes about a day.")  # fmt: skip
