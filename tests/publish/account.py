"""An AWS account without AWS: moto for what it can do, and a CloudFormation that does what it is scripted to.

moto makes half of our template at most, silently. So our requests to CloudFormation are checked by botocore against
its own description of the service, written down, and answered from here; the buckets, tables and the distribution
that such a stack has are moto's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import tests.lean_moto  # noqa: F401  # for its effect
from botocore import xform_name
from botocore.loaders import Loader
from moto import mock_aws

from leadlight.publish.account import Account

REGION = "eu-west-1"
STACK = "www"
_MODELS = Loader(include_default_search_paths=True)  # read once: they are large
_CONFIG: dict[str, Any] = {
    "CallerReference": "test",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {"Id": "s", "DomainName": "www-site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        ],
    },
    "DefaultCacheBehavior": {"TargetOriginId": "s", "ViewerProtocolPolicy": "https-only"},
}


class CloudFormation:
    """One stack. `script` holds the states that it goes through once a change set is executed or it is deleted."""

    def __init__(self) -> None:
        self.status = ""
        self.script: list[str] = []
        self._ahead: list[str] = []
        self.refusal = ""  # why a change set fails
        self.reasons: list[tuple[str, str]] = []  # what events say, oldest first
        self.outputs: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        self.resources: list[tuple[str, str, str, str]] = []
        self._events = count(1)
        self.events: list[dict[str, str]] = []

    def answer(self, operation: str, sent: dict[str, Any]) -> dict[str, Any]:
        return getattr(self, f"_{xform_name(operation)}", lambda _: {})(sent)

    def _describe_stacks(self, sent: dict[str, Any]) -> dict[str, Any]:
        if not self.status:
            return {"Error": {"Code": "ValidationError", "Message": f"Stack {sent['StackName']} does not exist"}}
        status = self.status
        if self._ahead:
            self.status = self._ahead.pop(0)
        done = {"OutputKey": None} if status.endswith("_IN_PROGRESS") else self.outputs
        return {
            "Stacks": [
                {
                    "StackId": f"arn:aws:cloudformation:{REGION}:1:stack/{STACK}/1",
                    "StackName": STACK,
                    "StackStatus": status,
                    "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in done.items() if k and v],
                    "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in self.parameters.items()],
                }
            ]
        }

    def _create_change_set(self, sent: dict[str, Any]) -> dict[str, Any]:
        self.status = self.status or "REVIEW_IN_PROGRESS"
        self._happens(STACK, self.status, "")
        given = {each["ParameterKey"]: each.get("ParameterValue") for each in sent["Parameters"]}
        self.parameters |= {name: value for name, value in given.items() if value is not None}
        return {"Id": sent["ChangeSetName"], "StackId": STACK}

    def _describe_change_set(self, sent: dict[str, Any]) -> dict[str, Any]:
        if self.refusal:
            return {"Status": "FAILED", "StatusReason": self.refusal}
        return {"Status": "CREATE_COMPLETE"}

    def _execute_change_set(self, sent: dict[str, Any]) -> dict[str, Any]:
        new = self.status == "REVIEW_IN_PROGRESS"
        return self._moves("CREATE" if new else "UPDATE")

    def _delete_stack(self, sent: dict[str, Any]) -> dict[str, Any]:
        return self._moves("DELETE")

    def _moves(self, how: str) -> dict[str, Any]:
        self._ahead = [*(self.script or [f"{how}_COMPLETE"])]
        self.status = f"{how}_IN_PROGRESS"
        for name, reason in self.reasons:
            self._happens(name, "CREATE_FAILED", reason)
        self._happens(STACK, self.status, "")
        return {}

    def _happens(self, name: str, status: str, reason: str) -> None:
        event = {"EventId": str(next(self._events)), "LogicalResourceId": name, "ResourceStatus": status}
        self.events.insert(0, {**event, "ResourceStatusReason": reason})

    def _describe_stack_events(self, sent: dict[str, Any]) -> dict[str, Any]:
        return {"StackEvents": list(self.events)}

    def _list_stack_resources(self, sent: dict[str, Any]) -> dict[str, Any]:
        names = ("LogicalResourceId", "ResourceType", "PhysicalResourceId", "ResourceStatus")
        return {"StackResourceSummaries": [dict(zip(names, each, strict=True)) for each in self.resources]}


class Cloud:
    """The account, everything that was asked of it in order, and what it holds."""

    def __init__(self) -> None:
        self.session, self._quiet = _session(), _session()
        self._clients: dict[str, Any] = {}
        self.stacks = CloudFormation()
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._turn = threading.Lock()
        self.session.events.register("provide-client-params.*.*", self._note)
        self.session.events.register("before-call.cloudformation", self._answer)
        self.session.events.register("before-call.s3.PutBucketPolicy", _taken)  # moto would forbid all, even over TLS
        self.account = Account(REGION, self.session)

    def client(self, service: str) -> Any:
        """A client whose requests are not written down."""
        return self._clients.get(service) or self._clients.setdefault(service, self._quiet.client(service))

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """What was sent with each request of that name."""
        return [sent for name, sent in self.sent if name == operation]

    def furnish(self) -> None:
        """Makes what a stack of our template would have made, as far as a deploy touches it."""
        s3 = self.client("s3")
        for bucket in ("www-site", "www-bundle"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        made = self.client("cloudfront").create_distribution(DistributionConfig=_CONFIG)["Distribution"]
        self.stacks.outputs = {
            "SiteUrl": f"https://{made['DomainName']}",
            "DistributionDomain": made["DomainName"],
            "DistributionId": made["Id"],
            "SiteBucket": "www-site",
            "BundleBucket": "www-bundle",
            "MailDomain": "example.com",
            "BounceMx": "10 feedback-smtp.eu-west-1.amazonses.com",
            "Dkim1": "a._domainkey.example.com a.dkim.amazonses.com",
        }

    def keys(self, bucket: str) -> set[str]:
        """What a bucket holds."""
        return {each["Key"] for each in self.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())}

    def head(self, bucket: str, key: str) -> Any:
        """How an object is served."""
        return self.client("s3").head_object(Bucket=bucket, Key=key)

    def _note(self, params: dict[str, Any], model: Any, **_: object) -> None:
        with self._turn:
            self.sent.append((model.name, dict(params)))

    def _answer(self, model: Any, **_: object) -> tuple[Any, dict[str, Any]]:
        told = self.stacks.answer(model.name, self.sent[-1][1])
        return SimpleNamespace(status_code=400 if "Error" in told else 200), told


def _session() -> boto3.Session:
    base = botocore.session.get_session()
    base.register_component("data_loader", _MODELS)
    return boto3.Session("testing", "testing", region_name=REGION, botocore_session=base)


def _taken(**_: object) -> tuple[Any, dict[str, Any]]:
    return SimpleNamespace(status_code=204), {}


@contextmanager
def cloud() -> Iterator[Cloud]:
    """A fresh account."""
    with mock_aws():
        yield Cloud()
