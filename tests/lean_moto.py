"""moto, spared what it does over and over though nobody looks at it: half of a journey's time. Imported for its effect.

What it answers stays the same. A transaction is still undone as a whole: items are copied as before, and what is never
changed in place (the records on a stream, the description of a table) is shared with the copy.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import moto.core.responses
from botocore.loaders import JSONFileLoader
from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.core.utils import MISSING, get_value
from moto.dynamodb.models.table import Table

from leadlight.aws.session import QuickFiles


def _copied(table: Table, memo: dict[int, Any]) -> Table:
    """What a transaction keeps to come back to: moto copies every record that the stream ever had."""
    twin = copy.copy(table)
    twin.items = copy.deepcopy(table.items, memo)
    if table.stream_shard:
        twin.stream_shard = copy.copy(table.stream_shard)
        twin.stream_shard.items = list(table.stream_shard.items)
        twin.stream_shard.table = twin
    return twin


def _picked(picker: AttributePicker, context: AttributePickerContext) -> Any:
    """A member of an answer, under one of the names that it may have. Those of a plain dictionary follow from its
    shape alone: moto finds them out anew for each member of each item."""
    if type(context.obj) is not dict or picker.response_transformers or context.shape is None:
        return _thorough(picker, context)
    known = vars(context.shape).setdefault("_known_names", {})
    name = (context.key, type(picker))
    if name not in known:
        known[name] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    return next((found for key in known[name] if (found := get_value(context.obj, key)) is not MISSING), None)


@cache
def _read(path: str) -> Any:
    return QuickFiles().load_file(path)


def _loaded(_: JSONFileLoader, file_path: str) -> Any:
    """What botocore describes AWS with, read once: moto has a session for this and a session for that."""
    return _read(file_path)


_thorough = AttributePicker.__call__
AttributePicker.__call__ = _picked  # type: ignore[method-assign]  # the same, remembered
JSONFileLoader.load_file = _loaded
moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
Table.__deepcopy__ = _copied  # type: ignore[attr-defined]  # it has none of its own
