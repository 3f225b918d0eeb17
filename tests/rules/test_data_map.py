"""The map of what we keep of people: nothing that is stored is missing in it, and what it promises is in the export."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from leadlight.model.data_map import DATA_MAP
from leadlight.model.exchange import Budget, Change, Dossier, FeedRecord, SealingKey
from leadlight.model.figures import Figures
from leadlight.ports import Keys, Services, Store

CARRIES = {Change, Dossier, FeedRecord}
"""What only takes other things to a store or from it."""

SAYS_NOTHING = {"files", "clock", "tokens", "settings", "request", "random", "take_mail"}
"""Parts that nothing personal is handed to."""


def within(annotation: Any) -> Iterator[type]:
    """The dataclasses that an annotation names, and those inside them."""
    for part in typing.get_args(annotation):
        yield from within(part)
    if is_dataclass(annotation) and isinstance(annotation, type):
        yield annotation
        hints = typing.get_type_hints(annotation)
        for field in fields(annotation):
            yield from within(hints[field.name])


def taken(port: type) -> set[type]:
    """What its methods take and give."""
    methods = [getattr(port, name) for name in vars(port) if not name.startswith("_")]
    hints = [typing.get_type_hints(method) for method in methods if callable(method)]
    return {found for each in hints for hint in each.values() for found in within(hint)}


def test_everything_that_a_store_takes_is_on_the_map() -> None:
    mapped = {kind for row in DATA_MAP for kind in row.holds}

    kept = (taken(Store) | taken(Keys)) - CARRIES

    assert kept == mapped
    assert {Figures, Budget, SealingKey} <= kept


def test_every_part_that_may_hold_something_has_a_row() -> None:
    named = {row.port for row in DATA_MAP}

    assert named == set(Services.__dataclass_fields__) - SAYS_NOTHING


def test_what_is_not_in_the_export_says_why() -> None:
    for row in DATA_MAP:
        assert bool(row.part) is (row.exported == "in full"), row.name


def test_every_row_says_what_why_how_long_and_what_becomes_of_it() -> None:
    for row in DATA_MAP:
        assert all((row.what, row.why, row.until, row.erased)), row.name
