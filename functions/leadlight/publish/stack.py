"""How does a CloudFormation stack become what the template says? Called by `deploy` and `destroy`.

Always by a change set: it is the only way for a template with a transform, and a failed one has touched nothing. The
same call again goes on where the last one stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.publish.account import Refused

CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
PAUSE = 3.0
"""Seconds between two looks at a stack that is changing."""

_NOTHING_NEW = ("didn't contain changes", "No updates are to be performed")
_ONLY_ASKED = "REVIEW_IN_PROGRESS"  # a change set for a stack that was never made
_AGAIN = "Its first deploy failed. Run `leadlight destroy --stack {name}`, then deploy again."
_STUCK = {
    "ROLLBACK_COMPLETE": _AGAIN,
    "ROLLBACK_FAILED": _AGAIN,
    "CREATE_FAILED": _AGAIN,
    "DELETE_FAILED": "Run `leadlight destroy --stack {name}` again; it says what could not be deleted.",
    "UPDATE_ROLLBACK_FAILED": "Run `aws cloudformation continue-update-rollback --stack-name {name}`, then try again.",
}
"""States from which no change set leads on, and the way out of each."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of a stack, as it is called in the account."""

    logical_id: str
    type: str
    physical_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it is now. Secret `parameters` read `****`."""

    id: str
    name: str
    status: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stacks:
    """The stacks of one account and region. `pause` waits between two looks, `tell` hears what is going on."""

    client: Any
    tell: Tell = field(default=lambda _: None)
    pause: Callable[[float], None] = time.sleep

    def find(self, name: str) -> Stack | None:
        """The stack of that name (or id), if anything was ever made of it."""
        stack = self._look(name)
        return None if stack and stack.status == _ONLY_ASKED else stack

    def _look(self, name: str) -> Stack | None:
        try:
            found = self.client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return Stack(
            id=found["StackId"],
            name=found["StackName"],
            status=found["StackStatus"],
            outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())},
            parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", ())},
        )

    def ready(self, name: str) -> Stack | None:
        """The stack, if it can be changed; None if it is to be made. Raises `Refused` for a state without a way on."""
        stack = self.find(name)
        if stack is None or stack.status == "DELETE_COMPLETE":
            return None
        if advice := _STUCK.get(stack.status):
            message = f"The stack {name} is in {stack.status}. {advice.format(name=name)}"
            raise Refused(message, code=stack.status)
        if stack.status.endswith("_IN_PROGRESS"):
            message = f"The stack {name} is in {stack.status}: somebody is at it. Wait until that is done."
            raise Refused(message, code=stack.status)
        return stack

    def put(self, name: str, template_url: str, parameters: Mapping[str, str | None], *, adopt: bool = False) -> Stack:
        """Makes or changes the stack, and waits. A parameter that is None keeps the value it has.

        `adopt` takes over tables and buckets of the template's names that are there already.
        Raises `Refused` with CloudFormation's reason.
        """
        there = self.ready(name)
        change = f"leadlight-{token_hex(6)}"
        self.client.create_change_set(
            StackName=name,
            ChangeSetName=change,
            ChangeSetType="UPDATE" if there else "CREATE",
            TemplateURL=template_url,
            Parameters=_parameters(parameters, there),
            Capabilities=list(CAPABILITIES),
            Tags=[{"Key": "leadlight", "Value": name}],
            **({"ImportExistingResources": True} if adopt else {}),
        )
        if self._accepted(name, change):
            before = self._newest_event(name)
            self.client.execute_change_set(StackName=name, ChangeSetName=change)
            self._settled(name, before)
        made = self.find(name)
        if made is None:
            raise Refused(f"The stack {name} is gone. Somebody has deleted it meanwhile; run it again.")
        return made

    def delete(self, stack: Stack) -> tuple[Resource, ...]:
        """Deletes the stack and gives what was kept. Raises `Refused` with what stands in the way."""
        self.client.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)
        before = self._newest_event(stack.id)
        self.client.delete_stack(StackName=stack.name)
        self._settled(stack.id, before)
        return tuple(each for each in self.resources(stack.id) if each.status == "DELETE_SKIPPED")

    def protect(self, name: str) -> None:
        """From now on nobody deletes it by a slip; `destroy` lifts that."""
        self.client.update_termination_protection(StackName=name, EnableTerminationProtection=True)

    def resources(self, name: str) -> Iterator[Resource]:
        """All that belongs to the stack, deleted stacks by their id."""
        for page in self.client.get_paginator("list_stack_resources").paginate(StackName=name):
            for each in page["StackResourceSummaries"]:
                physical = each.get("PhysicalResourceId", "")
                yield Resource(each["LogicalResourceId"], each["ResourceType"], physical, each["ResourceStatus"])

    def _accepted(self, name: str, change: str) -> bool:
        """Waits for the change set; False if there is nothing to change."""
        while True:
            found = self.client.describe_change_set(StackName=name, ChangeSetName=change)
            if found["Status"] == "CREATE_COMPLETE":
                return True
            if found["Status"] == "FAILED":
                why = found.get("StatusReason", "")
                if any(words in why for words in _NOTHING_NEW):
                    self.client.delete_change_set(StackName=name, ChangeSetName=change)
                    return False
                raise Refused(f"CloudFormation does not take the template: {why}", code="FAILED")
            self.pause(PAUSE)

    def _settled(self, name: str, before: str) -> None:
        """Waits until something has happened and nothing changes any more. Raises `Refused` if it did not go well."""
        while True:
            stack = self._look(name)
            if stack is None:
                return
            if not stack.status.endswith("_IN_PROGRESS") and self._newest_event(name) != before:
                break
            self.tell(f"{stack.name}: {stack.status.replace('_', ' ').lower()} …")
            self.pause(PAUSE)
        if "ROLLBACK" in stack.status or stack.status.endswith("FAILED"):
            raise Refused(self._failure(stack, before), code=stack.status)

    def _newest_event(self, name: str) -> str:
        events = self.client.describe_stack_events(StackName=name)["StackEvents"]
        return str(events[0]["EventId"]) if events else ""

    def _failure(self, stack: Stack, before: str) -> str:
        """The first thing that failed since then, in CloudFormation's words."""
        failed: list[str] = []
        for page in self.client.get_paginator("describe_stack_events").paginate(StackName=stack.id):
            for event in page["StackEvents"]:  # the newest come first
                if event["EventId"] == before:
                    break
                why = event.get("ResourceStatusReason", "")
                if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in why:
                    failed.append(f"{event['LogicalResourceId']}: {why}")
            else:
                continue
            break
        first = failed[-1] if failed else "its events say no more"
        return f"The stack {stack.name} ended in {stack.status}. {first}"


def _parameters(wanted: Mapping[str, str | None], there: Stack | None) -> Sequence[Mapping[str, object]]:
    """As CloudFormation wants them. One without a value is left to the stack, or to the template's default."""
    known = there.parameters if there else {}
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in wanted.items() if value is not None]
    kept = [
        {"ParameterKey": name, "UsePreviousValue": True}
        for name, value in wanted.items()
        if value is None and name in known
    ]
    return [*given, *kept]
