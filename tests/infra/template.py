"""The template as AWS would get it: read, transformed by SAM's own translator, and looked at in a few ways."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

PATH = Path(__file__).parents[2] / "infra" / "template.yaml"

FUNCTIONS = ("OnVisitorRequest", "OnRepRequest", "OnChange", "OnDue", "OnTick", "OnMailEvent")

Node = Any
Resources = dict[str, dict[str, Any]]


@cache
def _parsed() -> dict[str, Any]:
    document: dict[str, Any] = yaml_parse(PATH.read_text("utf-8"))
    return document


def parsed() -> dict[str, Any]:
    """The file, with `!Ref` and its like as dictionaries; a fresh copy."""
    return copy.deepcopy(_parsed())


@cache
def _plain() -> str:
    document = parsed()
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"  # what a deployment puts there
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    return json.dumps(translator.translate(document, parameter_values={}))


def plain() -> dict[str, Any]:
    """Plain CloudFormation, a fresh copy."""
    document: dict[str, Any] = json.loads(_plain())
    return document


def resources() -> Resources:
    """The resources of the transformed template."""
    found: Resources = plain()["Resources"]
    return found


def of_type(found: Resources, *types: str) -> dict[str, dict[str, Any]]:
    """Properties of the resources of these types, by logical id."""
    return {name: r.get("Properties", {}) for name, r in found.items() if r["Type"] in types}


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def listed(node: Node) -> list[Node]:
    """CloudFormation takes one thing or a list of them."""
    return node if isinstance(node, list) else [node]


def statements(role: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a role may do, both ways of each condition included."""
    for policy in role.get("Policies", ()):
        for statement in listed(policy["PolicyDocument"]["Statement"]):
            if "Fn::If" in statement:
                yield from (way for way in statement["Fn::If"][1:] if "Effect" in way)
            else:
                yield statement


def role_of(found: Resources, function: str) -> str:
    """The logical id of a function's role."""
    name: str = found[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    return name


def variables(found: Resources, function: str) -> dict[str, Any]:
    """The environment of a function."""
    named: dict[str, Any] = found[function]["Properties"]["Environment"]["Variables"]
    return named


def broken(found: Resources, change: str, to: str) -> Resources:
    """The same with one text replaced throughout; for tests of the tests."""
    text = json.dumps(found)
    assert change in text
    changed: Resources = json.loads(text.replace(change, to))
    return changed


def copied(found: Resources) -> Resources:
    """A copy to break."""
    return copy.deepcopy(found)


def lines() -> list[str]:
    """The file's lines, comments included."""
    return PATH.read_text("utf-8").splitlines()
