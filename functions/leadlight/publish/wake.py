"""How does an operator ask something of an installation on AWS? Called by `leadlight leads … --stack`.

By waking the function that the clock wakes, which does it by its own role: whoever asks needs
cloudformation:DescribeStackResource and lambda:InvokeFunction, and no right to a table, a key or a secret. Always by a
call that waits for its answer: another kind would put what is asked, an address perhaps, into a queue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.config import Config  # type: ignore[import-untyped]  # it ships no types

from leadlight.publish.account import Account, Refused, spoken

FUNCTION = "OnTick"
PATIENT = Config(read_timeout=150, retries={"total_max_attempts": 1})
"""Longer than the function may take. Not tried again by itself: the person at the keyboard sees what came of it."""


def wake(account: Account, stack: str, event: Mapping[str, Any], *, word: str) -> Mapping[str, Any]:
    """What the function says under that word. Raises `Refused`, with what to do."""
    with spoken():
        asked = {"StackName": stack, "LogicalResourceId": FUNCTION}
        found = account.client("cloudformation").describe_stack_resource(**asked)["StackResourceDetail"]
        client = account.session.client("lambda", region_name=account.region, config=PATIENT)
        reply = client.invoke(FunctionName=found["PhysicalResourceId"], Payload=json.dumps(event).encode())
        told = json.loads(reply["Payload"].read())
    if reply.get("FunctionError"):
        raise Refused(f"That failed. The log /leadlight/{stack}/on_tick says why; it is safe to run this again.")
    if word not in told:
        raise Refused(f"{stack} runs a release that does not know this yet. Run `leadlight deploy --stack {stack}`.")
    if problem := told[word].get("problem"):
        raise Refused(problem)
    return dict(told[word])
