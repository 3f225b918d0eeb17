"""What lies in the queue of mail events after something happened? By the template's own rules, as EventBridge does it.

A pattern is matched as moto does it; a template is filled as EventBridge's guide says
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from moto.events.models import EventPattern
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).parents[1] / "infra" / "template.yaml"

Event = Mapping[str, Any]


@cache
def rules() -> Mapping[str, Mapping[str, Any]]:
    """The rules that put something on that queue, by their names in the template."""
    found = yaml_parse(TEMPLATE.read_text("utf-8"))["Resources"]
    every = {name: r["Properties"] for name, r in found.items() if r["Type"] == "AWS::Events::Rule"}
    queue = {"Fn::GetAtt": ["MailEventQueue", "Arn"]}
    return {name: rule for name, rule in every.items() if [t["Arn"] for t in rule["Targets"]] == [queue]}


def woken(happened: Event, *, ours: str = "leadlight-prod") -> list[str]:
    """Which rules an event wakes. `ours` stands for what CloudFormation calls our configuration set and our bucket."""
    return [name for name, rule in rules().items() if lets_through(_named(rule["EventPattern"], ours), happened)]


def queued(happened: Event, *, ours: str = "leadlight-prod") -> list[str]:
    """The bodies of the messages that lie in the queue then."""
    (targets,) = zip(*(rules()[name]["Targets"] for name in woken(happened, ours=ours)), strict=True)
    return [_filled(target.get("InputTransformer"), happened) for target in targets]


def handed_over(bodies: Sequence[str]) -> dict[str, Any]:
    """What Lambda gives the function of them, named m0, m1 and so on."""
    return {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def lets_through(pattern: Event, happened: Event) -> bool:
    """As EventBridge and Lambda's filters decide, which read the same patterns."""
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(_merged(happened)))


def _named(pattern: Event, ours: str) -> Event:
    text = json.dumps(pattern).replace('{"Ref": "ConfigurationSet"}', json.dumps(ours))
    return dict(json.loads(text.replace('{"Ref": "InboundBucket"}', json.dumps(ours))))


def _merged(node: Any) -> Any:
    """An array of objects as the object of arrays that EventBridge takes it for."""
    match node:
        case dict():
            return {name: _merged(part) for name, part in node.items()}
        case [dict(), *_]:
            names = dict.fromkeys(name for part in node for name in part)
            return {name: [_merged(part[name]) for part in node if name in part] for name in names}
        case _:
            return node


def _filled(transformer: Event | None, happened: Event) -> str:
    """What goes to the target. A path that leads nowhere is an error here: nobody says what EventBridge makes of it."""
    if transformer is None:
        return json.dumps(happened)
    found = {name: json.dumps(_at(path, happened)) for name, path in transformer["InputPathsMap"].items()}
    text = re.sub(r"<(\w+)>", lambda match: found[match[1]], transformer["InputTemplate"])
    return json.dumps(json.loads(text))


def _at(path: str, node: Any) -> Any:
    for step in _steps(path):
        node = node[step]
    return node


def _steps(path: str) -> Iterator[str | int]:
    for part in path.removeprefix("$.").split("."):
        name, _, index = part.removesuffix("]").partition("[")
        yield name
        if index:
            yield int(index)
