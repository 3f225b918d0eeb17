"""What can the code of one function do in an account? Read from its source, without running it.

From an entry on, names are followed through functions, classes and module constants, as far as `ports`; then from the
methods of the ports that were met through `leadlight.aws` down to the calls of botocore's clients.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadlight import ports
from leadlight.settings import Cloud, Settings

SOURCE = Path(__file__).parents[2] / "functions"

BEHIND = {
    "store": ("leadlight.aws.store", "DynamoStore"),
    "keys": ("leadlight.aws.keys", "DynamoKeys"),
    "mailer": ("leadlight.aws.mailer", "SesMailer"),
    "files": ("leadlight.aws.files", "S3Files"),
    "scheduler": ("leadlight.aws.scheduler", "EventBridgeScheduler"),
    "bus": ("leadlight.aws.bus", "EventBridgeBus"),
    "inbox": ("leadlight.aws.inbox", "S3Inbox"),
}
"""Which class stands behind a port on AWS."""

METHODS = {name: {m for m in vars(getattr(ports, name.capitalize())) if not m.startswith("_")} for name in BEHIND}

SECRETS = ("leadlight.aws.parameters", "secrets_below")
"""What the wiring itself calls, for every function."""

Symbol = tuple[str, str]
"""A module, and a top-level name in it or `Class.method`."""


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: its top-level names, and what its imports stand for."""

    name: str
    symbols: dict[str, list[ast.AST]]
    imported: dict[str, str]


@cache
def module(name: str) -> Module | None:
    """The module, if it is ours."""
    path = SOURCE.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not name.startswith("leadlight") or not file.exists():
        return None
    tree = ast.parse(file.read_text("utf-8"))
    symbols: dict[str, list[ast.AST]] = {}
    for node in tree.body:
        for target in names_of(node):
            symbols.setdefault(target, []).append(node)
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return Module(name, symbols, imported)


def names_of(node: ast.stmt) -> Iterator[str]:
    """What a statement of a module defines. A route belongs to the router that it is registered with."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                    yield ast.unparse(decorator.func.value)
        case ast.Assign():
            yield from (name.id for t in node.targets for name in ast.walk(t) if isinstance(name, ast.Name))
        case ast.AnnAssign():
            yield ast.unparse(node.target)


def reached(roots: set[Symbol], *, within: str = "", without: tuple[str, ...] = ()) -> dict[Symbol, list[ast.AST]]:
    """Every symbol of ours that the roots may come to use, with its source."""
    found: dict[Symbol, list[ast.AST]] = {}
    waiting = list(roots)
    while waiting:
        symbol = waiting.pop()
        where = module(symbol[0])
        if symbol in found or where is None or not symbol[0].startswith(within) or symbol[0].startswith(without):
            continue
        nodes = body_of(where, symbol[1])
        found[symbol] = nodes
        waiting += [used for node in nodes for used in uses(where, symbol[1], node)]
    return found


def body_of(where: Module, name: str) -> list[ast.AST]:
    """The source of a symbol."""
    owner, _, method = name.partition(".")
    nodes = where.symbols.get(owner, [])
    if not method:
        return nodes
    return [part for node in nodes if isinstance(node, ast.ClassDef) for part in node.body if named(part, method)]


def named(node: ast.AST, name: str) -> bool:
    """Whether it is the function of that name."""
    return isinstance(node, ast.FunctionDef) and node.name == name


def uses(where: Module, within: str, node: ast.AST) -> Iterator[Symbol]:
    """The symbols that a piece of source names: its own module's, imported ones, and methods of its own parts."""
    owner = within.partition(".")[0] if "." in within else ""
    for part in names_in(node):
        match part:
            case ast.Name(id=name) if name in where.symbols:
                yield where.name, name
            case ast.Name(id=name) if name in where.imported:
                yield split(where.imported[name])
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if owner:
                yield where.name, f"{owner}.{name}"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr="_db"), attr=name):
                yield "leadlight.aws.dynamo", f"Dynamo.{name}"
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in where.imported:
                yield where.imported[name], attr


@cache
def names_in(node: ast.AST) -> tuple[ast.Name | ast.Attribute, ...]:
    """Every `x` and `x.y` in it, looked for once: functions share most of their code."""
    return tuple(part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))


def split(dotted: str) -> Symbol:
    """`leadlight.decide.decide` as a module and a name."""
    before, _, name = dotted.rpartition(".")
    return before, name


@dataclass(frozen=True, slots=True)
class Needs:
    """What a function's code comes to use: methods of ports, settings, and fields of `Cloud` behind those ports."""

    methods: frozenset[tuple[str, str]]
    settings: frozenset[str]

    @property
    def cloud(self) -> set[str]:
        """Fields of `Cloud` beside those that every function needs."""
        used = {port for port, _ in self.methods}
        parts = {
            "mailer": {"configuration_set"},
            "bus": {"event_bus"},
            "inbox": {"inbound_bucket"},
            "scheduler": {"schedule_group", "schedule_role", "schedule_target", "dead_letters"},
        }
        fields = {field for port in used for field in parts.get(port, set())}
        assert fields <= set(Cloud.__dataclass_fields__)
        return fields


@cache
def needs(entry: str) -> Needs:
    """By the entry's module name, such as `leadlight.entry.on_due`."""
    found = reached({(entry, "lambda_handler")}, without=("leadlight.wiring", "leadlight.aws", "leadlight.local"))
    chains = [(tail(n.value), n.attr) for nodes in found.values() for node in nodes for n in attributes(node)]
    return Needs(
        methods=frozenset((port, method) for port, method in chains if method in METHODS.get(port, ())),
        settings=frozenset(f for owner, f in chains if owner == "settings" and f in Settings.__dataclass_fields__),
    )


def attributes(node: ast.AST) -> Iterator[ast.Attribute]:
    """Every `x.y` in it."""
    return (part for part in names_in(node) if isinstance(part, ast.Attribute))


def tail(node: ast.expr) -> str:
    """`store` of `services.store`, of `self._store` and of `store`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.lstrip("_")
    return ""


@cache
def calls(method: tuple[str, str]) -> dict[Symbol, list[ast.AST]]:
    """The source in `leadlight.aws` that one method of a port comes to run."""
    port, name = method
    where, owner = BEHIND[port]
    return reached({(where, f"{owner}.{name}")}, within="leadlight.aws")
