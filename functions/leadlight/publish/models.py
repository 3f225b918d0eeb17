"""What does botocore have to know of AWS for our calls? Called by `package`.

botocore describes each service in a file, and reads it whole when a client is made: a megabyte for S3, of which we
call three operations. Reading less is the greatest part of what a function's start can be spared. What is left are the
operations that our code names, what they refer to, and no documentation.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from botocore import xform_name  # type: ignore[import-untyped]  # it ships no types

DATA = ("botocore", "data")
GENERAL = frozenset({"endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json"})
"""What botocore reads whatever the service."""

BY_ITSELF = frozenset({"head_bucket", "create_session"})
"""What botocore's S3 client calls of its own accord, after a redirect or for another kind of bucket."""

Model = dict[str, Any]  # botocore's own format; only the parts named below are looked at


def needed(files: Iterable[str], words: frozenset[str]) -> Iterator[str]:
    """The files, of botocore's data only what is about the newest version of services named in `words`."""
    files = tuple(files)
    newest: dict[str, str] = {}
    for parts in (PurePosixPath(name).parts for name in files):
        if len(parts) > 4 and parts[:2] == DATA:
            newest[parts[2]] = max(newest.get(parts[2], ""), parts[3])
    return (name for name in files if _is_needed(PurePosixPath(name).parts, newest, words))


def _is_needed(parts: tuple[str, ...], newest: Mapping[str, str], words: frozenset[str]) -> bool:
    if parts[:2] != DATA:
        return True
    if len(parts) == 3:
        return parts[2] in GENERAL
    return parts[2] in words and newest.get(parts[2]) == parts[3] and not parts[-1].startswith("examples")


def slim(folder: Path, words: frozenset[str]) -> None:
    """Leaves out of botocore's data below `folder` what is not named in `words`. The same in, the same bytes out."""
    data = folder.joinpath(*DATA)
    prefixes = set()
    for path in sorted(data.glob("*/*/service-2.json.gz")):
        model = slimmed(msgspec.json.decode(gzip.decompress(path.read_bytes())), words)
        prefixes.add(model["metadata"]["endpointPrefix"])
        path.write_bytes(gzip.compress(msgspec.json.encode(model, order="deterministic"), mtime=0))
    endpoints = data / "endpoints.json"
    if endpoints.exists():
        known: Model = msgspec.json.decode(endpoints.read_bytes())
        for partition in known["partitions"]:
            partition["services"] = {name: it for name, it in partition["services"].items() if name in prefixes}
        endpoints.write_bytes(msgspec.json.encode(known))


def slimmed(model: Model, words: frozenset[str]) -> Model:
    """A service with the operations named in `words`, and the shapes that these refer to."""
    called = {
        name: operation
        for name, operation in model["operations"].items()
        if xform_name(name) in words or xform_name(name) in BY_ITSELF
    }
    shapes: Model = {}
    waiting = set(_shapes_in(called))
    while waiting:
        name = waiting.pop()
        shapes[name] = model["shapes"][name]
        waiting |= set(_shapes_in(shapes[name])) - shapes.keys()
    kept = {name: shape for name, shape in model["shapes"].items() if name in shapes}  # in the order they had
    return {**model, "operations": _without_words(called), "shapes": _without_words(kept)}


def _shapes_in(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _shapes_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _shapes_in(value)


def _without_words(node: Any) -> Any:
    """Without documentation. A member may have that name too; then it is no text."""
    if isinstance(node, dict):
        return {
            key: _without_words(value)
            for key, value in node.items()
            if not (key == "documentation" and isinstance(value, str))
        }
    return [_without_words(value) for value in node] if isinstance(node, list) else node
