"""An account for the doctor to look at, healthy until a test breaks one thing, and a DNS server that it asks.

moto plays AWS. What moto has not (SES `GetAccount`, Lambda `GetAccountSettings`), knows by half (`GetEmailIdentity`) or
never does (refuse, leave a subscription pending) is answered here at botocore's own edge, in shapes of its own model.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote

import botocore.session
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import msgspec
import tests.lean_moto  # noqa: F401  # for its effect
from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel
from botocore.validate import validate_parameters
from dns.resolver import Resolver

from leadlight.model.person import GateId
from leadlight.model.site import MANIFEST_SCHEMA, Gate, Manifest, Theme
from leadlight.model.team import Company, Person, Team
from leadlight.publish.doctor import Finding, examine

REGION, STACK = "eu-west-1", "glass"
FUNCTION = {"Runtime": "python3.13", "Handler": "index.it", "Code": {"ZipFile": "def it(event, context): pass"}}
INBOUND = "reply.glass.example"
VARIABLES = {
    "LEADLIGHT_PARAMETERS": "/leadlight/glass",
    "LEADLIGHT_MAIL_FROM": "hello@glass.example",
    "LEADLIGHT_INBOUND_DOMAIN": INBOUND,
}
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "DeletionProtectionEnabled": True,
}
TEMPLATE = {
    "Resources": {
        "LeadsTable": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE},
        "KeysTable": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE},
        "BundleBucket": {"Type": "AWS::S3::Bucket"},
        "InboundBucket": {"Type": "AWS::S3::Bucket"},
        "AlarmTopic": {"Type": "AWS::SNS::Topic"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
        "OnDue": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                **FUNCTION,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Environment": {"Variables": VARIABLES},
            },
        },
    }
}
SECRETS = {"token-keys": f"{'a' * 64},{'b' * 64}", "lead-key": "0f" * 32, "origin-secrets": "c" * 64}
TEAM = Team(Company("Glass & Co", email="hello@glass.example"), (Person("rita", "Rita Rep", "rita@glass.example"),))
ACCOUNT = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 120.0},
}
IDENTITY = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS", "Tokens": ["tok1", "tok2", "tok3"]},
    "MailFromAttributes": {
        "MailFromDomain": "bounce.glass.example",
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    },
}
LIMITS = {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 990}}
ZONE = {
    ("bounce.glass.example.", "MX"): ["10 feedback-smtp.eu-west-1.amazonses.com."],
    ("bounce.glass.example.", "TXT"): ['"v=spf1 include:amazonses.com ~all"'],
    ("_dmarc.glass.example.", "TXT"): ['"v=DMARC1; p=none; " "rua=mailto:dmarc@glass.example"', '"something else"'],
    (f"{INBOUND}.", "MX"): ["10 inbound-smtp.eu-west-1.amazonaws.com."],
}


Answer = tuple[AWSResponse, Mapping[str, Any]]


class Clients:
    """botocore's clients, made once: that takes longer than all that a test does with them."""

    def __init__(self) -> None:
        self.session = botocore.session.get_session()
        self.session.set_credentials("testing", "testing")
        self.get = cache(lambda service: self._watched(self.session.create_client(service, region_name=REGION)))
        self.answers: dict[str, Callable[[Mapping[str, Any]], Answer]] = {}

    def _watched(self, client: Any) -> Any:
        client.meta.events.register("before-call", self._instead)
        return client

    def _instead(self, model: OperationModel, params: Mapping[str, Any], **_: object) -> Answer | None:
        answer = self.answers.get(model.name)
        return answer(params) if answer else None


class Patient:
    """One account, in moto's hands."""

    def __init__(self, clients: Clients, resolver: Resolver, zone: dict[tuple[str, str], list[str]]) -> None:
        self.client, self._answers = clients.get, clients.answers
        self._answers.clear()
        self.resolver, self.zone = resolver, zone
        self._identities: dict[str, Mapping[str, object]] = {}
        self.names = self._stack()
        self.says("sesv2", "GetAccount", ACCOUNT)
        self.says("lambda", "GetAccountSettings", LIMITS)
        self._answers["GetEmailIdentity"] = self._identity
        self.knows("glass.example", IDENTITY)

    def examine(
        self, *, stack: str = STACK, region: str | None = REGION, hours: float = 0, **told: str
    ) -> dict[str, Finding]:
        """Each finding by its check; `hours` is how far our clock is ahead."""
        now = datetime.now(UTC) + timedelta(hours=hours)
        connect = lambda service, **_: self.client(service)  # noqa: E731  # it drops what only a new client needs
        found = examine(stack, region=region, connect=connect, resolver=self.resolver, now=now, **told)
        return {each.check: each for each in found}

    def has_made(self, logical_id: str, kind: str, physical_id: str) -> None:
        """One thing more in the stack: moto's CloudFormation skips what it does not know."""
        made = self.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        more = {**made[0], "LogicalResourceId": logical_id, "PhysicalResourceId": physical_id, "ResourceType": kind}
        self.says("cloudformation", "ListStackResources", {"StackResourceSummaries": [*made, more]})

    def says(self, service: str, operation: str, answer: Mapping[str, object]) -> None:
        """From now on AWS answers that operation so."""
        validate_parameters(answer, self.client(service).meta.service_model.operation_model(operation).output_shape)
        self._answers[operation] = lambda _: _good(answer)

    def refuses(self, operation: str, code: str = "AccessDeniedException", message: str = "no") -> None:
        """From now on AWS refuses that operation."""
        self._answers[operation] = lambda _: _bad(code, message)

    def knows(self, name: str, identity: Mapping[str, object] | None) -> None:
        """What SES answers about a domain or an address; None: it knows nothing of it."""
        if identity is None:
            self._identities.pop(name, None)
            return
        shapes = self.client("sesv2").meta.service_model
        validate_parameters(identity, shapes.operation_model("GetEmailIdentity").output_shape)
        self._identities[name] = identity

    def names_sender(self, address: str) -> None:
        """The functions that mail are told another sender, who is all the team."""
        self._told(LEADLIGHT_MAIL_FROM=address)
        self.publish(Team(Company("Glass & Co"), (Person("rita", "Rita Rep", address),)))

    def names_inbound(self, domain: str) -> None:
        """The functions that mail are told another inbound domain."""
        self._told(LEADLIGHT_INBOUND_DOMAIN=domain)

    def _told(self, **variables: str) -> None:
        name = self.names["OnDue"]
        environment = {"Variables": VARIABLES | variables}
        self.client("lambda").update_function_configuration(FunctionName=name, Environment=environment)

    def publish(self, team: Team = TEAM, *, schema: int = MANIFEST_SCHEMA) -> None:
        """A bundle without any gate."""
        gates: dict[GateId, Gate] = {}
        manifest = Manifest(
            schema,
            "v" * 32,
            "Glass",
            "https://glass.example/",
            "en",
            Theme(),
            gates,
            {},
            {},
            "team.json",
            "m.json",
            "s",
        )
        for key, thing in (("manifest.json", manifest), ("team.json", team)):
            self.client("s3").put_object(Bucket=self.names["BundleBucket"], Key=key, Body=msgspec.json.encode(thing))

    def secret(self, name: str, value: str, kind: str = "SecureString") -> None:
        """Another value for one of the secrets."""
        self.client("ssm").put_parameter(Name=f"/leadlight/glass/{name}", Value=value, Type=kind, Overwrite=True)

    def _identity(self, params: Mapping[str, Any]) -> Answer:
        found = self._identities.get(unquote(params["url_path"].rpartition("/")[2]))
        return _good(found) if found else _bad("NotFoundException", "There is no such identity.")

    def _stack(self) -> dict[str, str]:
        formation = self.client("cloudformation")
        formation.create_stack(StackName=STACK, TemplateBody=msgspec.json.encode(TEMPLATE).decode())
        made = formation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        self.names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}
        self.history("LeadsTable", on=True)
        for name, value in SECRETS.items():
            self.secret(name, value)
        topic = self.names["AlarmTopic"]
        self.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@glass.example")
        self.receives([INBOUND])
        self.publish()
        return self.names

    def history(self, table: str, *, on: bool) -> None:
        """Point-in-time recovery of a table."""
        self.client("dynamodb").update_continuous_backups(
            TableName=self.names[table], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
        )

    def receives(self, recipients: list[str], name: str = "replies") -> None:
        """A set of receipt rules, the active one."""
        ses = self.client("ses")
        ses.create_receipt_rule_set(RuleSetName=name)
        actions = [{"S3Action": {"BucketName": self.names["InboundBucket"]}}]
        rule = {"Name": "store", "Enabled": True, "Recipients": recipients, "Actions": actions}
        ses.create_receipt_rule(RuleSetName=name, Rule=rule)
        ses.set_active_receipt_rule_set(RuleSetName=name)


def _good(answer: Mapping[str, Any]) -> Answer:
    return AWSResponse("", 200, {}, None), answer


def _bad(code: str, message: str) -> Answer:
    parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return AWSResponse("", 400, {}, None), parsed


@contextmanager
def name_server(zone: Mapping[tuple[str, str], list[str]]) -> Iterator[Resolver]:
    """A real DNS server on the loopback, and a resolver that asks it. A record `broken` gives SERVFAIL."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server, zone), daemon=True)
        thread.start()
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], server.getsockname()[1], 30.0
        try:
            yield resolver
        finally:
            server.sendto(b"", server.getsockname())  # an empty packet ends it
            thread.join(timeout=5)


def _serve(server: socket.socket, zone: Mapping[tuple[str, str], list[str]]) -> None:
    while (packet := server.recvfrom(4096))[0]:
        query = dns.message.from_wire(packet[0])
        asked = query.question[0]
        name, kind = asked.name.to_text().lower(), dns.rdatatype.to_text(asked.rdtype)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        records = zone.get((name, kind), [])
        if "broken" in records:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            answer.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, records))
        elif not any(name == known for known, _ in zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), packet[1])
