"""S3's calls, with types and with our errors. Called by `files` and `inbox` beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.errors import LeadlightError, StoreBusy

Reply = Mapping[str, Any]  # whatever botocore made of the answer; goes no further than this folder

LONGEST = 1024  # bytes of a key
ABSENT = {"NoSuchKey", "NoSuchBucket", "NotFound", "404"}
DENIED = {"AccessDenied", "403"}
FORBIDDEN = (
    "S3 says AccessDenied: the function's role needs s3:GetObject for the objects, and s3:ListBucket for the bucket, "
    "without which a missing object looks like a forbidden one."
)


class Client(Protocol):
    """The part of botocore's `s3` client that we use."""

    def get_object(self, **request: object) -> Reply: ...
    def delete_object(self, **request: object) -> Reply: ...
    def list_objects_v2(self, **request: object) -> Reply: ...
    def generate_presigned_url(self, method: str, /, **request: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Object:
    """One object as it was. `tag` (its ETag) changes with the data."""

    data: bytes
    tag: str


def fetched(
    client: Client, bucket: str, key: str, *, missing: Callable[[str], LeadlightError], unless: str = ""
) -> Object | None:
    """The object; None if its tag is still `unless`. Raises what `missing` makes of what to do, and `StoreBusy`."""
    request = {"Bucket": bucket, "Key": key} | ({"IfNoneMatch": unless} if unless else {})
    with translated():
        try:
            reply = client.get_object(**request)
            return Object(reply["Body"].read(), reply["ETag"])
        except ClientError as error:
            code = code_of(error)
            if code in {"304", "NotModified"}:
                return None
            if code in ABSENT:
                raise missing("") from error
            if code in DENIED:
                raise missing(FORBIDDEN) from error
            raise


@contextmanager
def translated() -> Iterator[None]:
    """AWS's errors as ours: throttled, timed out or refused, the store did not answer."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        reason = code_of(error) if isinstance(error, ClientError) else type(error).__name__
        raise StoreBusy(f"S3: {reason}. Try again; if it stays, look at the alarms.") from error


def code_of(error: ClientError) -> str:
    """The error's name on AWS."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def is_key(path: str) -> bool:
    """Whether that may be asked for. HTTP clients resolve `..` in an address on the way: such a key leads elsewhere."""
    return 0 < len(path.encode()) <= LONGEST and "\0" not in path and not {"", ".", ".."} & set(path.split("/"))
