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
from leadlight.publish.template import read_template

_TABLE, _BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"


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
        """Tables under the stack's names that no stack has any more: of an earlier end, or a failed beginning."""
        names = {each.physical_id for each in known}
        found = read_template().tables(self.stack).items()
        return tuple(
            Resource(logical_id, _TABLE, name, "DELETE_SKIPPED")
            for logical_id, name in found
            if name not in names and table_exists(self.account.client("dynamodb"), name)
        )

    def _delete(self, kept: Resource) -> bool:
        """Deletes one thing for good; False for a kind that a person has to look at."""
        self.tell(f"Deleting {kept.physical_id} …")
        if kept.type == _TABLE:
            dynamo = self.account.client("dynamodb")
            dynamo.update_table(TableName=kept.physical_id, DeletionProtectionEnabled=False)
            dynamo.delete_table(TableName=kept.physical_id)
        elif kept.type == _BUCKET:
            self._empty(kept.physical_id)
            self.account.client("s3").delete_bucket(Bucket=kept.physical_id)
        return kept.type in {_TABLE, _BUCKET}

    def _empty(self, bucket: str) -> None:
        """Nothing to do if somebody has deleted it already."""
        try:
            upload.empty(self.account.client("s3"), bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise


def table_exists(dynamo: Any, name: str) -> bool:
    """Whether there is a table of that name here."""
    try:
        dynamo.describe_table(TableName=name)
    except dynamo.exceptions.ResourceNotFoundException:
        return False
    return True
