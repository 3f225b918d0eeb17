"""moto's DynamoDB, spared what it does over and over in one call. Imported by `tests.lean_moto`, for its effect.

A transaction is still undone as a whole, an expression still read and held against the item by moto's own rules: but
read once for all calls with the same words, and only what a transaction names is kept to come back to.
"""

from __future__ import annotations

import copy
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Expression, Node, UpdateExpressionFunction
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import ExpressionAttributeResolvingProcessor

WORDS = frozenset({"S", "N"})
"""The types of DynamoDB that are text on the wire and nothing else."""

MANY = 1000
LARGEST = 405_000  # bytes, where moto draws the line
BRANCH = (Node,)
PREPARED = (ExpressionAttributeResolvingProcessor,)
"""Which of moto's checks wants to hear of each branch beforehand."""

Key = dict[str, Any]


class Kept:
    """What one transaction keeps of the tables, for the case that it is undone."""

    def __init__(self, writes: list[dict[str, Any]]) -> None:
        parts = [part for write in writes for part in write.values()]
        self.named: list[tuple[str, Key]] = [(part["TableName"], part.get("Key") or part["Item"]) for part in parts]
        self.tables: dict[str, Table] = {}


_transaction: ContextVar[Kept | None] = ContextVar("transaction", default=None)


def _transacted(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    token = _transaction.set(Kept(transact_items))
    try:
        _transacted_thoroughly(backend, transact_items)
    finally:
        _transaction.reset(token)


def _table_copied(table: Table, memo: dict[int, Any]) -> Table:
    """What a transaction comes back to. moto copies the whole table with all records that its stream ever had, and
    does so for each part of the transaction; what the transaction does not name it cannot change."""
    kept = _transaction.get()
    if kept is None:
        return _with_items(table, copy.deepcopy(table.items, memo))
    if table.name not in kept.tables:
        kept.tables[table.name] = _with_items(table, copy.copy(table.items))
        for key in (key for name, key in kept.named if name == table.name and table.hash_key_attr in key):
            _keep(table, kept.tables[table.name].items, key, memo)
    return kept.tables[table.name]


def _keep(table: Table, items: dict[DynamoType, Any], key: Key, memo: dict[int, Any]) -> None:
    """Puts a copy of that item into the place of the item, and a copy of what holds it in the place of that."""
    hash_key = DynamoType(key[table.hash_key_attr])
    if hash_key not in items:
        return
    if not table.range_key_attr:
        items[hash_key] = copy.deepcopy(items[hash_key], memo)
        return
    if items[hash_key] is table.items[hash_key]:
        items[hash_key] = dict(items[hash_key])
    group, range_key = items[hash_key], DynamoType(key[table.range_key_attr])
    if range_key in group:
        group[range_key] = copy.deepcopy(group[range_key], memo)


def _with_items(table: Table, items: Any) -> Table:
    """The same table with these items; what is never changed in place is shared."""
    twin = copy.copy(table)
    twin.items = items
    if table.stream_shard:
        twin.stream_shard = copy.copy(table.stream_shard)
        twin.stream_shard.items = list(table.stream_shard.items)
        twin.stream_shard.table = twin
    return twin


def _item_copied(item: Item, memo: dict[int, Any]) -> Item:
    """Texts, numbers and keys are shared: they are put in each other's place, never changed."""
    twin = copy.copy(item)
    twin.attrs = LimitedSizeDict()
    for name, value in item.attrs.items():
        dict.__setitem__(twin.attrs, name, value if value.type in WORDS else copy.deepcopy(value, memo))
    return twin


def _cast(value: DynamoType) -> Any:
    """What is compared: a text is itself."""
    return value.value if value.type == "S" else _cast_thoroughly.__get__(value)


def _size(value: DynamoType) -> int:
    return len(value.value.encode()) if value.type == "S" else int(_size_thoroughly(value))


def _all_items(table: Table) -> list[Item]:
    """Sorted by their keys, each of which is looked at once."""
    if not table.range_key_attr:
        return list(_all_thoroughly(table))
    items = [item for group in table.items.values() for item in group.values()]
    return sorted(items, key=lambda item: (item.hash_key.cast_value, item.range_key.cast_value))


def _condition(parser: ConditionExpressionParser) -> Any:
    """A condition as a tree, which nobody changes: moto reads the same words three times for one write."""
    asked = (parser.condition_expression, parser.expression_attribute_names, parser.expression_attribute_values)
    known = _conditions.get(repr(asked))
    if known is None:
        if len(_conditions) > MANY:
            _conditions.clear()
        tree = _condition_thoroughly(parser)
        known = _conditions[repr(asked)] = (tree, parser.expr_attr_names_found, parser.expr_attr_values_found)
    tree, names, values = known
    parser.expr_attr_names_found, parser.expr_attr_values_found = list(names), list(values)
    return tree


_conditions: dict[str, Any] = {}


def _node_copied(node: Node, memo: dict[int, Any]) -> Node:
    """A branch of an expression, with all that is below it: whoever checks it changes his own."""
    twin: Node = copy.copy(node)
    if isinstance(node.children, list):
        twin.children = [copy.deepcopy(child, memo) if isinstance(child, Node) else child for child in node.children]
        for child in twin.children:
            if isinstance(child, Node):
                child.parent = twin
    return twin


def _traversed(traverser: DepthFirstTraverser, node: Node) -> Any:
    """Each branch, from the leaves on. moto asks each for its class, which is slow for abstract ones, and again."""
    acts = traverser._processing_map()
    kinds = tuple(acts)
    prepare = traverser.pre_processing_of_child if type(traverser) in PREPARED else None

    def visited(node: Any, place: int) -> Any:
        parent = node.parent
        for at, child in enumerate(node.children or ()):
            if prepare:
                prepare(node, at)
            if _kind(type(child), BRANCH):
                visited(child, at)
        if (kind := _kind(type(node), kinds)) is not None:
            node = acts[kind](node)
            node.parent = parent
            if parent:
                parent.children[place] = node
        return node

    return visited(node, -1)


@lru_cache(MANY)
def _kind(kind: type, known: tuple[type, ...]) -> type | None:
    """Which of these a branch is, if any."""
    return next((each for each in known if issubclass(kind, each)), None)


def _clauses(node: Node, kinds: list[type]) -> list[Node]:
    """What of these kinds is in an expression, in order."""
    found: list[Node] = []
    for child in node.children or ():
        if type(child) in kinds:
            found.append(child)
        elif _kind(type(child), (Expression, UpdateExpressionFunction)):
            found.extend(_clauses(child, kinds))
    return found


def _item_made(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """A new item, weighed once: moto weighs all that it has again with each attribute."""
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    dict.update(item.attrs, {name: DynamoType(value) for name, value in attrs.items()})
    if item.size() > LARGEST:
        raise ItemSizeTooLarge


_transacted_thoroughly = DynamoDBBackend.transact_write_items
_cast_thoroughly: Any = DynamoType.cast_value
_size_thoroughly = DynamoType.size
_all_thoroughly = Table.all_items
_condition_thoroughly = ConditionExpressionParser.parse

DynamoDBBackend.transact_write_items = _transacted  # type: ignore[method-assign]  # the same, with less to undo
Table.__deepcopy__ = _table_copied  # type: ignore[attr-defined]  # it has none of its own
Item.__deepcopy__ = _item_copied  # type: ignore[method-assign]  # it copies texts
DynamoType.cast_value = property(_cast)  # type: ignore[method-assign,assignment]  # the same, remembered
DynamoType.size = _size  # type: ignore[method-assign]  # the same, sooner
Table.all_items = _all_items  # type: ignore[method-assign,assignment]  # the same, sooner
ConditionExpressionParser.parse = _condition  # type: ignore[method-assign]  # the same, remembered
UpdateExpressionParser.make = staticmethod(lru_cache(MANY)(UpdateExpressionParser.make))
Node.__deepcopy__ = _node_copied
Node.find_clauses = _clauses
DepthFirstTraverser.traverse = _traversed
Item.__init__ = _item_made  # type: ignore[method-assign]  # the same, weighed once
