"""From the calls that a function's code makes to the actions that its role needs, and what is wrong with a role."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from tests.infra.reach import SECRETS, Symbol, body_of, calls, module, needs, reached, uses
from tests.infra.template import Resources, listed, role_of, statements

SERVICES = {
    "backup": ("backup",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "events": ("events",),
    "iam": ("iam",),
    "lambda": ("lambda",),
    "logs": ("logs",),
    "s3": ("s3",),
    "scheduler": ("scheduler",),
    "ses": ("sesv2", "ses"),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "sts": ("sts",),
}
"""Which of botocore's services stand behind the prefix of an action."""

WITHOUT_OPERATION = {
    "backup:CopyIntoBackupVault": "AWS Backup asks for it when it writes into a vault",
    "dynamodb:ConditionCheckItem": "a part of TransactWriteItems",
    "dynamodb:StartAwsBackupJob": "AWS Backup asks for it; DynamoDB has no such call",
    "iam:PassRole": "asked for by CreateSchedule",
    "lambda:InvokeFunction": "the permission behind Invoke",
    "s3:ListBucket": "the permission behind ListObjectsV2",
}
"""Actions that are no operation of their service, and what they are."""

BY_OPERATION = {
    ("dynamodb", "transact_write_items"): (),  # by its parts, below
    ("dynamodb", "put_item"): (),  # by the `Write` that leads there
    ("dynamodb", "update_item"): (),
    ("s3", "get_object"): ("s3:GetObject", "s3:ListBucket"),  # else a missing object looks like a forbidden one
    ("s3", "list_objects_v2"): ("s3:ListBucket",),
    ("scheduler", "create_schedule"): ("scheduler:CreateSchedule", "iam:PassRole"),
    ("sesv2", "send_email"): ("ses:SendEmail", "ses:SendRawEmail"),  # a mail of our own making is asked for both
}
"""Where the action is not called like the operation."""

BY_WRITE = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
"""Parts of a transaction, and single writes, as `Write` names them."""

CLIENT_OF = {
    "leadlight.aws.bus": "events",
    "leadlight.aws.dynamo": "dynamodb",
    "leadlight.aws.mailer": "sesv2",
    "leadlight.aws.parameters": "ssm",
    "leadlight.aws.scheduler": "scheduler",
}
"""Which client a module speaks to; the others there make no calls, or speak to S3."""

Grant = tuple[str, str]
"""An action, and for stores the resource that it is for: `LeadsTable`, `LeadsTable/index/due`, `BundleBucket` …"""

ANYWHERE = ""

TABLES = {"leads": "LeadsTable", "counters": "CountersTable", "keys": "KeysTable"}
BUCKETS = {"files": "BundleBucket", "inbox": "InboundBucket"}
"""Whoever reads may also list: to others S3 calls a missing object a forbidden one."""

BY_LAMBDA: dict[str, set[Grant]] = {
    "OnChange": {
        ("dynamodb:DescribeStream", "LeadsTable"),
        ("dynamodb:GetRecords", "LeadsTable"),
        ("dynamodb:GetShardIterator", "LeadsTable"),
        ("dynamodb:ListStreams", ANYWHERE),
        ("sqs:SendMessage", ANYWHERE),
    },
    "OnDue": {("sqs:SendMessage", ANYWHERE)},
    "OnTick": {("sqs:SendMessage", ANYWHERE)},
    "OnMailEvent": {
        ("sqs:DeleteMessage", ANYWHERE),
        ("sqs:GetQueueAttributes", ANYWHERE),
        ("sqs:ReceiveMessage", ANYWHERE),
    },
}
"""What Lambda itself does in a function's name: reads the stream or the queue, and writes dead letters."""

FOR_ALL: set[Grant] = {
    ("logs:CreateLogStream", ANYWHERE),
    ("logs:PutLogEvents", ANYWHERE),
}


@cache
def operations(service: str) -> frozenset[str]:
    """The names of a service's operations, from botocore's own model."""
    names = botocore.session.get_session().get_service_model(service).operation_names
    return frozenset(names)


@cache
def methods(service: str) -> Mapping[str, str]:
    """Operation by the name of the client's method."""
    return {xform_name(name): name for name in operations(service)}


@cache
def needed(function: str) -> frozenset[Grant]:
    """Everything that the code of this function comes to need."""
    entry = "on" + "".join(f"_{c.lower()}" if c.isupper() else c for c in function[2:])
    found = reached({SECRETS}, within="leadlight.aws")
    own = {(action, ANYWHERE) for symbol, nodes in found.items() for action in asked(symbol[0], nodes)}
    used = needs(f"leadlight.entry.{entry}").methods
    own |= {grant for port, method in used for grant in behind(port, method)}
    # `commit` can write keys, and there are none to write for code that never asks for a fresh one.
    writes = {("keys", "fresh"), ("keys", "raise_note")}
    unused = set() if writes & used else {("dynamodb:PutItem", "KeysTable")}
    own |= {("s3:ListBucket", BUCKETS[port]) for port, method in used if port in BUCKETS and method == "read"}
    return frozenset(own - unused | FOR_ALL | BY_LAMBDA.get(function, set()))


@cache
def behind(port: str, method: str) -> frozenset[Grant]:
    """What one method of a port needs: for all functions that call it the same."""
    found = calls((port, method)).items()
    each = (stored(s, nodes) if port in {"store", "keys"} else elsewhere(port, s, nodes) for s, nodes in found)
    return frozenset().union(*each)


def elsewhere(port: str, symbol: Symbol, nodes: list[ast.AST]) -> set[Grant]:
    """What a piece of the other adapters asks for."""
    return {(action, BUCKETS.get(port, ANYWHERE)) for action in asked(symbol[0], nodes)}


def stored(symbol: Symbol, nodes: list[ast.AST]) -> set[Grant]:
    """What a piece of the store asks for: its own `Write`s, and what it calls of `Dynamo`, on the tables it names."""
    text = "\n".join(ast.unparse(node) for node in [*nodes, *helpers(symbol, nodes)])
    named = {TABLES[name] for name in re.findall(r"names\.(\w+)", text) if name in TABLES}
    tables = {"KeysTable"} if symbol[0] == "leadlight.aws.keys" else named
    indexes = [name.lower() for name in re.findall(r"\b([A-Z]+)_INDEX\b", text)]
    places = {f"{table}/index/{name}" for table in tables for name in indexes} if indexes else tables
    called = [f"Dynamo.{name}" for name in re.findall(r"self\._db\.(\w+)", text)]
    below = reached({("leadlight.aws.dynamo", name) for name in called}, within="leadlight.aws.dynamo")
    nodes_below = [node for found in below.values() for node in found]
    own = {BY_WRITE[kind] for node in nodes for kind in writes(node)} | asked("leadlight.aws.dynamo", nodes_below)
    return set() if symbol[0] == "leadlight.aws.dynamo" else {(action, place) for action in own for place in places}


def helpers(symbol: Symbol, nodes: list[ast.AST]) -> Iterator[ast.AST]:
    """The functions of `items` that say where lies what a method reads. One that makes a `Write` speaks for itself."""
    where = module(symbol[0])
    used = {found for node in nodes if where for found in uses(where, symbol[1], node)}
    for name, function in sorted(found for found in used if found[0] == "leadlight.aws.items"):
        items = module(name)
        bodies = body_of(items, function) if items else []
        yield from (body for body in bodies if not any(writes(body)))


def writes(node: ast.AST) -> Iterator[str]:
    """The kinds of `Write` that it makes."""
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Name(id="Write"), args=[_, ast.Constant(value=str(kind)), *_]):
                yield kind


def asked(module: str, nodes: list[ast.AST]) -> set[str]:
    """The actions behind the methods of a client that some source names."""
    service = CLIENT_OF.get(module, "s3")
    prefix = "ses" if service == "sesv2" else service
    found: set[str] = set()
    for part in (part for node in nodes for part in ast.walk(node)):
        match part:
            case ast.Call(func=ast.Attribute(attr="generate_presigned_url"), args=[ast.Constant(value=str(name)), *_]):
                found.add(f"s3:{methods('s3')[name]}")
            case ast.Attribute(attr=name) if name in methods(service):
                found.update(BY_OPERATION.get((service, name), (f"{prefix}:{methods(service)[name]}",)))
    return found


def granted(role: Mapping[str, Any]) -> set[Grant]:
    """What a role may do, and for stores with which."""
    return {
        (action, place_of(resource) if action.startswith(("dynamodb:", "s3:")) else ANYWHERE)
        for statement in statements(role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def place_of(resource: Any) -> str:
    """The logical id in an ARN, and which index of it, if it is of one."""
    if isinstance(resource, str):
        return ANYWHERE
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    inside: str = resource["Fn::Sub"]
    index = inside.rpartition("/index/")[2] if "/index/" in inside else ""
    return inside.removeprefix("${").partition(".")[0] + (f"/index/{index}" if index else "")


def problems_with_roles(found: Resources, functions: tuple[str, ...]) -> list[str]:
    """What is granted and not needed, needed and not granted, or unreal."""
    wrong = []
    for function in functions:
        given, wanted = granted(found[role_of(found, function)]["Properties"]), needed(function)
        wrong += [f"{function}: {' on '.join(grant)} is granted and not used" for grant in sorted(given - wanted)]
        wrong += [f"{function}: {' on '.join(grant)} is used and not granted" for grant in sorted(wanted - given)]
    return wrong + unreal(found)


def unreal(found: Resources) -> list[str]:
    """Actions that no service knows, in roles and in policies of resources."""
    return [f"{name}: there is no {action}" for name, action in all_actions(found) if not real(action)]


def real(action: str) -> bool:
    """Whether a service has that operation, or we know why not."""
    prefix, _, name = action.partition(":")
    services = SERVICES.get(prefix, ())
    return action in WITHOUT_OPERATION or any(name in operations(service) for service in services)


def all_actions(found: Resources) -> Iterator[tuple[str, str]]:
    """Every action anywhere in the template, with the resource it stands in."""
    for name, resource in found.items():
        for statement in all_statements(resource):
            yield from ((name, action) for action in listed(statement["Action"]))


def all_statements(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Statements of a role, of who may take it, and of a resource's own policy."""
    properties = resource.get("Properties", {})
    yield from statements(properties)
    for document in ("AssumeRolePolicyDocument", "PolicyDocument"):
        yield from listed(properties.get(document, {}).get("Statement", []))
