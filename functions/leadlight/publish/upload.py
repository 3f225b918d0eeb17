"""How do a site and its bundle get into their buckets, so that nobody meets half of it? Called by `deploy`, `destroy`.

Only what changed goes up, in this order: objects of the bundle (nobody knows their names yet), assets, pages, and last
of all the manifest, which makes the rest true. What the site has no more is taken away after that. From the bundle
nothing is ever taken: leads in flight need what they were promised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.model.site import Manifest
from leadlight.publish.account import Account, Refused
from leadlight.publish.objects import MANIFEST, Object

AT_ONCE = 8
_BATCH = 1000
"""Keys that S3 deletes in one request."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A bucket and what it is to hold. `headers`, by key: what each object was served with after the last deploy; None
    means that nobody knows, so that everything goes up again."""

    bucket: str
    objects: tuple[Object, ...]
    headers: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Upload:
    """What one bucket got: keys that went up, keys that were taken away, how many were there already."""

    put: tuple[str, ...]
    removed: tuple[str, ...]
    same: int


def artefacts(account: Account) -> str:
    """The bucket for packages and templates of all stacks here; made if it is not there. Raises `Refused`."""
    name = f"leadlight-{account.number}-{account.region}-artefacts"
    s3 = account.client("s3")
    if is_ours(s3, name, account.number):
        return name
    where = {} if account.region == "us-east-1" else {"LocationConstraint": account.region}
    s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    encrypted = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encrypted)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_tls_only(name)))
    return name


def put_artefact(account: Account, bucket: str, key: str, data: bytes) -> str:
    """Stores bytes whose hash is in the key, once; gives the key."""
    s3 = account.client("s3")
    if not _has(s3, bucket, key):
        s3.put_object(Bucket=bucket, Key=key, Body=data, ExpectedBucketOwner=account.number)
    return key


def publish(s3: Any, *, site: Shelf, bundle: Shelf, tell: Tell = lambda _: None) -> tuple[Upload, Upload]:
    """Brings both buckets up to date, in the order above; gives what the site's and the bundle's got."""
    before = _listing(s3, site.bucket)
    site_new, bundle_new = _changed(site, before), _changed(bundle, _listing(s3, bundle.bucket))
    manifest = [each for each in bundle_new if each.key == MANIFEST]
    _put_all(s3, bundle.bucket, [each for each in bundle_new if each.key != MANIFEST], tell)
    for _, alike in groupby(site_new, key=lambda each: each.cache):
        _put_all(s3, site.bucket, list(alike), tell)
    _put_all(s3, bundle.bucket, manifest, tell)
    gone = tuple(sorted(before.keys() - {each.key for each in site.objects}))
    _remove(s3, site.bucket, gone)
    return (
        Upload(tuple(each.key for each in site_new), gone, len(site.objects) - len(site_new)),
        Upload(tuple(each.key for each in bundle_new), (), len(bundle.objects) - len(bundle_new)),
    )


def carry_wordings(s3: Any, bucket: str, folder: Path) -> None:
    """Puts the deployed manifest and its wordings into an empty folder: a build there goes on naming those."""
    found = read(s3, bucket, MANIFEST)
    if found is None:
        return
    for path in msgspec.json.decode(found, type=Manifest).wordings.values():
        if (words := read(s3, bucket, path)) is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(words)
    (folder / MANIFEST).write_bytes(found)


def empty(s3: Any, bucket: str) -> None:
    """Deletes every version of everything in a bucket, for good."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for kind in ("Versions", "DeleteMarkers")
            for each in page.get(kind, ())
        ]
        if found:
            _delete(s3, bucket, found)


def _put_all(s3: Any, bucket: str, objects: list[Object], tell: Tell) -> None:
    """All of them, some at once; what comes after them waits until all are there."""

    def put(each: Object) -> None:
        s3.put_object(
            Bucket=bucket,
            Key=each.key,
            Body=each.path.read_bytes(),
            ContentType=each.type,
            CacheControl=each.cache,
            Metadata={"sha256": each.sha256},
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number, _ in enumerate(pool.map(put, objects), 1):
            tell(f"{bucket}: {number} of {len(objects)} …")


def _changed(shelf: Shelf, there: Mapping[str, str]) -> list[Object]:
    """What the bucket has not got, or got with other headers."""
    known = shelf.headers or {}
    return [each for each in shelf.objects if there.get(each.key) != each.md5 or known.get(each.key) != each.headers]


def _listing(s3: Any, bucket: str) -> dict[str, str]:
    """ETag of each object: the MD5 of its bytes, as long as S3 holds the key it is encrypted with."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {each["Key"]: each["ETag"].strip('"') for page in pages for each in page.get("Contents", ())}


def _remove(s3: Any, bucket: str, keys: tuple[str, ...]) -> None:
    for start in range(0, len(keys), _BATCH):
        _delete(s3, bucket, [{"Key": key} for key in keys[start : start + _BATCH]])


def _delete(s3: Any, bucket: str, found: list[dict[str, str]]) -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
    if errors := answer.get("Errors"):
        raise Refused(f"{bucket}: {errors[0]['Key']} could not be deleted: {errors[0].get('Message', '')}")


def read(s3: Any, bucket: str, key: str) -> bytes | None:
    try:
        return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise


def _has(s3: Any, bucket: str, key: str) -> bool:
    found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", ())
    return any(each["Key"] == key for each in found)


def is_ours(s3: Any, bucket: str, owner: str) -> bool:
    """Whether it is there. Raises `Refused` if somebody else has taken the name."""
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"404", "NoSuchBucket"}:
            return False
        if code in {"403", "AccessDenied"}:
            message = (
                f"The bucket {bucket} belongs to another account, or the role in use may not see it (s3:ListBucket)."
            )
            raise Refused(message, code=code, action="s3:ListBucket") from error
        raise
    return True


def _tls_only(bucket: str) -> dict[str, object]:
    """Nobody reads or writes it in the clear."""
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
