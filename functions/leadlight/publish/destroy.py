"""How does an installation on AWS end, and what stays of it? Called by `leadlight destroy`.

The stack goes; tables and the bundle stay, protected, since leads are worth more than the machine around them. Only
with data goes everything, the secrets included, and nobody can bring that back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.publish import secrets, upload
from leadlight.publish.account import Account, Refused, spoken
from leadlight.publish.stack import Resource, Stacks, Tell
from leadlight.publish.template import BUCKET, TABLE, Lasting, read_template


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What is left of a stack: `kept` things, `deleted` data (names), `secrets` that were forgotten (names)."""

    stack: str
    kept: tuple[Resource, ...]
    deleted: tuple[str, ...]
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Destroy:
    """The end of one stack. `pause` waits between two looks at it."""

    account: Account
    stack: str
    tell: Tell = lambda _: None
    pause: Callable[[float], None] = time.sleep

    def run(self, *, with_data: bool) -> Destroyed:
        """Deletes the stack, with data what it keeps, too. Raises `Refused`; what is gone by then stays gone."""
        with spoken():
            kept = self._stack()
            kept = (*kept, *self._left_over(kept))
            if not with_data:
                return Destroyed(self.stack, kept, (), ())
            gone = tuple(each for each in kept if self._delete(each))
            forgotten = secrets.forget(self.account.client("ssm"), self.stack)
            rest = tuple(each for each in kept if each not in gone)
            return Destroyed(self.stack, rest, tuple(each.physical_id for each in gone), forgotten)

    def _stack(self) -> tuple[Resource, ...]:
        """Deletes the stack, if it is there, and gives what it kept."""
        stacks = Stacks(self.account.client("cloudformation"), self.tell, self.pause)
        there = stacks.find(self.stack)
        if there is None:
            return ()
        if there.status.endswith("_IN_PROGRESS"):
            message = f"The stack {self.stack} is in {there.status}: somebody is at it. Wait until that is done."
            raise Refused(message, code=there.status)
        for each in stacks.resources(there.id):
            if each.logical_id == "SiteBucket" and each.physical_id:  # made by a build at any time, so not kept
                self._empty(each.physical_id)
        return stacks.delete(there)

    def _left_over(self, known: tuple[Resource, ...]) -> tuple[Resource, ...]:
        """What has the stack's names and no stack any more: of an earlier end, or a failed beginning."""
        names = {each.physical_id for each in known}
        return tuple(
            Resource(logical_id, each.type, each.name, "DELETE_SKIPPED")
            for logical_id, each in left_behind(self.account, self.stack).items()
            if each.name not in names
        )

    def _delete(self, kept: Resource) -> bool:
        """Deletes one thing for good; False for a kind that a person has to look at."""
        self.tell(f"Deleting {kept.physical_id} …")
        if kept.type == TABLE:
            _delete_table(self.account.client("dynamodb"), kept.physical_id)
        elif kept.type == BUCKET:
            self._empty(kept.physical_id)
            self.account.client("s3").delete_bucket(Bucket=kept.physical_id)
        return kept.type in {TABLE, BUCKET}

    def _empty(self, bucket: str) -> None:
        """Nothing to do if somebody has deleted it already."""
        try:
            upload.empty(self.account.client("s3"), bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise


def left_behind(account: Account, stack: str) -> dict[str, Lasting]:
    """The tables and buckets of that stack's names that are there, by logical id. Raises `Refused`."""
    named = read_template().lasting(StackName=stack, AccountId=account.number, Region=account.region)
    return {logical_id: each for logical_id, each in named.items() if _is_there(account, each)}


def _is_there(account: Account, each: Lasting) -> bool:
    if each.type == BUCKET:
        return upload.is_ours(account.client("s3"), each.name, account.number)
    dynamo = account.client("dynamodb")
    try:
        dynamo.describe_table(TableName=each.name)
    except dynamo.exceptions.ResourceNotFoundException:
        return False
    return True


def _delete_table(dynamo: Any, name: str) -> None:
    """Takes its protection off first; while that is being done, it cannot be deleted."""
    if dynamo.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
        dynamo.update_table(TableName=name, DeletionProtectionEnabled=False)
        dynamo.get_waiter("table_exists").wait(TableName=name)
    dynamo.delete_table(TableName=name)
