"""What does infra/template.yaml create, and what does it ask for? Called by `plan` and `deploy`; knows no AWS.

The text stays as it is, comments included; only the places of the functions' packages are put in.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from leadlight.errors import OperatorMustFix
from leadlight.publish.shipped import infra_folder

HERE = Path("infra/template.yaml")
"""Where it lies in a repository; a wheel brings its own copy."""

_CODE = re.compile(r"(?P<key>CodeUri:\s+)(?P<quote>['\"]?)(?:\.\./)?dist/(?P<name>\w+)\.zip(?P=quote)")

TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"
_NAMED_BY = {TABLE: "TableName", BUCKET: "BucketName"}
_PSEUDO = re.compile(r"\$\{AWS::(\w+)\}")


@dataclass(frozen=True, slots=True)
class Made:
    """A resource of the template. `version` is a hash of what it says; comments and order do not count."""

    type: str
    version: str


@dataclass(frozen=True, slots=True)
class Lasting:
    """What a stack leaves behind, and what it is called in the account."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A parameter of the template. `default` is None where a value is needed; a secret one is never shown."""

    default: str | None
    secret: bool
    description: str


@dataclass(frozen=True, slots=True)
class Template:
    """The template's text, and what stands in it."""

    text: str

    def resources(self, parameters: Mapping[str, str]) -> dict[str, Made]:
        """What it makes with those values of its parameters, by logical id."""
        conditions = self._read.get("Conditions", {})
        return {
            name: Made(each["Type"], _hash(each))
            for name, each in self._read["Resources"].items()
            if "Condition" not in each or _holds(conditions[each["Condition"]], parameters)
        }

    @property
    def parameters(self) -> dict[str, Asked]:
        """What it asks for."""
        found = self._read.get("Parameters", {})
        return {
            name: Asked(
                default=str(each["Default"]) if "Default" in each else None,
                secret=bool(each.get("NoEcho")),
                description=str(each.get("Description", "")),
            )
            for name, each in found.items()
        }

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the packages that it runs: `on_due`, …"""
        return tuple(sorted({found["name"] for found in _CODE.finditer(self.text)}))

    def lasting(self, **known: str) -> dict[str, Lasting]:
        """Tables and buckets that outlive their stack under names of their own, by logical id.

        `known` is what names are made of: StackName, AccountId, Region.
        """
        found = {}
        for logical_id, each in self._read["Resources"].items():
            told = each.get("Properties", {}).get(_NAMED_BY.get(each["Type"], ""))
            if told and each.get("DeletionPolicy") == "Retain":
                text = told["!Sub"] if isinstance(told, dict) else told
                found[logical_id] = Lasting(each["Type"], _PSEUDO.sub(lambda name: known[name[1]], text))
        return found

    def with_code(self, places: Mapping[str, str]) -> str:
        """The text with each package at its place, `s3://bucket/key`."""
        return _CODE.sub(lambda found: f"{found['key']}{places[found['name']]}", self.text)

    @property
    def _read(self) -> Any:
        return _parsed(self.text)


def read_template() -> Template:
    """The repository's own template, else the one that came with the product. Raises `OperatorMustFix`."""
    path = HERE if HERE.is_file() else infra_folder() / HERE.name
    if not path.is_file():
        raise OperatorMustFix(f"There is no {HERE}. Install leadlight from its wheel, or work in its repository.")
    return Template(path.read_text("utf-8"))


@lru_cache(maxsize=4)
def _parsed(text: str) -> Any:
    """It takes a while, and nobody changes what comes out."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # only who deploys needs it

    return _plain(YAML(typ="rt").load(text))


def _plain(node: Any) -> Any:
    """YAML as dictionaries, lists and texts; `!Sub x` becomes {"!Sub": "x"}."""
    tag = getattr(getattr(node, "tag", None), "value", None)
    if hasattr(node, "items"):
        plain: Any = {str(key): _plain(value) for key, value in node.items()}
    elif isinstance(node, list):
        plain = [_plain(value) for value in node]
    else:
        plain = getattr(node, "value", node) if tag else node
    return {tag: plain} if tag and tag.startswith("!") else plain


def _holds(condition: Mapping[str, Any], parameters: Mapping[str, str]) -> bool:
    """Whether a condition of the template is true. Of what CloudFormation knows, it knows what the template uses."""
    ((function, given),) = condition.items()
    if function == "!Not":
        return not _holds(given[0], parameters)
    if function == "!Equals":
        one, other = (parameters[each["!Ref"]] if isinstance(each, dict) else each for each in given)
        return str(one) == str(other)
    raise OperatorMustFix(f"{HERE}: a condition uses {function}, which a plan cannot judge.")


def _hash(thing: Any) -> str:
    return hashlib.sha256(json.dumps(thing, sort_keys=True, default=str).encode()).hexdigest()[:12]
