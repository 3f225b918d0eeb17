"""Does this template use only what there is? Walks it against the declared types, then tries it. Build only.

The walk finds names and attribute chains that do not exist, in branches too that a trial would not enter; the trial
finds what only shows when it runs (`gate.files[0]` of a page without files).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from traceback import walk_tb
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes

from leadlight.playbook.context import Context, Names
from leadlight.playbook.expressions import FAILURES, render, sandbox, tightened
from leadlight.playbook.findings import nearest

_LANGUAGE = ("true", "false", "none", "True", "False", "None", "loop")
_FOREIGN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Macro)
_BLOCKS = ("if", "for", "with", "filter")
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)")
_SUITS = {str: "a text", int: "a number", float: "a number", bool: "a yes or no"}


def template_problems(text: str, names: Names) -> list[tuple[int, str]]:
    """What is wrong, each with its 1-based line within `text`."""
    environment, text = sandbox(), tightened(text)
    try:
        tree = environment.parse(text)
        compiled = environment.from_string(text)
    except TemplateSyntaxError as error:
        return [_unclosed(environment, text, error) or (error.lineno, f"this is not valid Jinja: {error.message}")]
    walk = _Walk(known={**names}, filters=environment.filters, tests=environment.tests)
    walk.children(tree)
    if walk.problems:
        return sorted(set(walk.problems))
    return list(_trial(compiled.render, names))[:1]


def _unclosed(environment: Environment, text: str, error: TemplateSyntaxError) -> tuple[int, str] | None:
    """The innermost block that is still open where the text ends; Jinja names the line of whatever came last."""
    if "Unexpected end of template" not in str(error.message):
        return None
    begun, before = list[tuple[int, str]](), ""
    for line, kind, value in environment.lex(text):
        if kind == "name" and before == "block_begin":
            if value in _BLOCKS:
                begun.append((line, value))
            elif value.startswith("end") and begun:
                begun.pop()
        before = kind if kind != "whitespace" else before
    if not begun:
        return None
    line, block = begun[-1]
    return line, f"this `{{% {block} %}}` is never closed: write `{{% end{block} %}}` where it ends"


def expression_problems(expression: str, names: Names) -> list[str]:
    """What is wrong with one expression, such as an `only_if`."""
    if "{{" in expression or "{%" in expression:
        return ["write the condition without braces, such as `lead.temperature != 'hot'`"]
    environment = sandbox()
    try:
        compiled = environment.compile_expression(expression, undefined_to_none=False)
    except TemplateSyntaxError as error:
        hint = "; to compare, write `==`" if _ASSIGNS.search(expression) else ""
        return [f"this is not a valid condition: {error.message}{hint}"]
    found = [message for _, message in template_problems("{{ (" + expression + ") }}", names)]
    return found or [message for _, message in _trial(lambda context: bool(compiled(**context)), names)][:1]


def compared_with(name: str, expression: str) -> tuple[str, ...]:
    """The words that a valid expression looks for in the list of that name: `'a' in read or 'b' not in read`."""
    tree = sandbox().parse("{{ (" + expression + ") }}")
    found = [
        comparison.expr.value
        for comparison in tree.find_all(nodes.Compare)
        for operand in comparison.ops
        if isinstance(operand.expr, nodes.Name) and operand.expr.name == name
        if isinstance(comparison.expr, nodes.Const) and isinstance(comparison.expr.value, str)
    ]
    return tuple(found)


def said_of(text: str, names: Names) -> str:
    """What a valid template says in one line to somebody who told nothing but an address."""
    lead = {name: kind for name, kind in names.items() if name == "lead"}
    return " ".join(render(text, {**_sample(names, told=True), **_sample(lead, told=False)}).split())


def _trial(run: Any, names: Names) -> Iterator[tuple[int, str]]:
    """Runs it for a lead who told everything and for one who told nothing but an address."""
    for told in (True, False):
        try:
            run(_sample(names, told=told))
        except (TemplateError, *FAILURES) as error:
            where = "where everything is known" if told else "where little is known (no name, no files)"
            yield _line_of(error), f"this fails {where}: {str(error).rstrip('.')}; ask first, with `if` or `or`"


def _line_of(error: BaseException) -> int:
    """Where in the template it came to that: Jinja puts the template's lines into the traceback."""
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else 1


def _sample(names: Names, *, told: bool) -> Context:
    return {name: _value(kind, told=told) for name, kind in names.items()}


@cache
def _value(kind: Any, *, told: bool) -> object:
    """Made once: all of these are frozen, and each text of a playbook is tried with them."""
    kind = _without_none(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: _value(hint, told=told) for name, hint in _hints(kind).items()})
    if get_origin(kind) is tuple:
        inner = [argument for argument in get_args(kind) if argument is not ...]
        filled = tuple(_value(argument, told=told) for argument in inner)
        return filled if told or ... not in get_args(kind) else ()
    if issubclass(kind, StrEnum):
        return next(iter(kind))
    return {str: "x" if told else "", int: 3 if told else 0, float: 3.5 if told else 0.0, bool: told}[kind]


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in {Union, UnionType}:
        return next(argument for argument in get_args(kind) if argument is not type(None))
    return kind


class _Walk:
    """Goes through a template, keeping what each name in scope is. A type of None means: anything."""

    def __init__(self, *, known: Mapping[str, Any], filters: Mapping[str, Any], tests: Mapping[str, Any]) -> None:
        self.problems: list[tuple[int, str]] = []
        self._known = dict(known)
        self._filters, self._tests = filters, tests

    def children(self, node: nodes.Node) -> None:
        for child in node.iter_child_nodes():
            self.visit(child)

    def visit(self, node: nodes.Node) -> Any:
        """Looks at a node and all below it; returns the type of its value, if known."""
        match node:
            case nodes.Name():
                return self._name(node)
            case nodes.Getattr():
                return self._attribute(node, self.visit(node.node), node.attr)
            case nodes.Getitem():
                return self._item(node)
            case nodes.Const():
                return type(node.value)
            case nodes.For():
                self._loop(node)
            case nodes.Assign():
                self._bind(node.target, self.visit(node.node))
            case nodes.Compare():
                self._comparison(node)
            case nodes.Filter() | nodes.Test():
                self._check_helper(node)
                self.children(node)
            case _:
                if isinstance(node, _FOREIGN):
                    self._add(node, "a mail stands by itself: no include, import, extends or macro")
                self.children(node)
        return None

    def _add(self, node: nodes.Node, message: str) -> None:
        self.problems.append((node.lineno, message))

    def _name(self, node: nodes.Name) -> Any:
        if node.ctx == "store":
            self._known[node.name] = None
        elif node.name not in self._known and node.name not in _LANGUAGE:
            self._add(node, f"there is no `{node.name}` here{nearest(node.name, self._known)}")
        return self._known.get(node.name)

    def _attribute(self, node: nodes.Node, kind: Any, name: str) -> Any:
        kind = _without_none(kind)
        if dataclasses.is_dataclass(kind):
            hints = _hints(kind)  # type: ignore[arg-type]  # a class or a record can be hashed
            if name not in hints:
                owner = next((key for key, value in self._known.items() if value is kind), "it")
                self._add(node, f"{owner} has no {name}{nearest(name, hints)}")
            return hints.get(name)
        if kind is not None and not (isinstance(kind, type) and hasattr(kind, name)):
            self._add(node, f"{_SUITS.get(kind, 'a list')} has no {name}")
        return None

    def _item(self, node: nodes.Getitem) -> Any:
        kind = _without_none(self.visit(node.node))
        self.visit(node.arg)
        if dataclasses.is_dataclass(kind) and isinstance(node.arg, nodes.Const):
            return self._attribute(node, kind, str(node.arg.value))
        return _element(kind)

    def _loop(self, node: nodes.For) -> None:
        kind = _without_none(self.visit(node.iter))
        if dataclasses.is_dataclass(kind) or kind in {str, int, float, bool}:
            self._add(node, "`for` needs a list, such as `gate.files`")
        outer = dict(self._known)
        self._bind(node.target, _element(kind))
        self._known["loop"] = None
        for part in (node.test, *node.body, *node.else_):
            if part is not None:
                self.visit(part)
        self._known = outer

    def _bind(self, target: nodes.Node, kind: Any) -> None:
        if isinstance(target, nodes.Name):
            self._known[target.name] = kind
        elif isinstance(target, nodes.Tuple):
            parts = get_args(kind) if get_origin(kind) is tuple else ()
            for index, inner in enumerate(target.items):
                self._bind(inner, parts[index] if index < len(parts) else None)

    def _comparison(self, node: nodes.Compare) -> None:
        """`lead.temperature == 'hoot'` would never be true, and nobody would notice."""
        kind = _without_none(self.visit(node.expr))
        for operand in node.ops:
            self.visit(operand.expr)
            values = operand.expr.items if isinstance(operand.expr, nodes.Tuple | nodes.List) else [operand.expr]
            words = [value.value for value in values if isinstance(value, nodes.Const)]
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                for word in words:
                    if isinstance(word, str) and word not in list(kind):
                        self._add(node, f"{kind.__name__.lower()} is never `{word}`{nearest(word, list(kind))}")

    def _check_helper(self, node: nodes.Filter | nodes.Test) -> None:
        known, sort = (self._filters, "filter") if isinstance(node, nodes.Filter) else (self._tests, "test")
        if node.name not in known:
            self._add(node, f"there is no {sort} `{node.name}`{nearest(node.name, known)}")


def _element(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is tuple else None
