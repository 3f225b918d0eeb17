"""What does a function need? Follows its imports, those within functions too. Called by `package`.

Only Leadlight's own modules are read; of other packages it is enough to know which are imported. Imports for the type
checker alone do not count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OURS = "leadlight"
ABOUT_AWS = f"{OURS}.aws."


@dataclass(frozen=True, slots=True)
class Needs:
    """`modules` by their names, `files` of ours that these read (relative to the source root), `foreign` top-level
    names. `words` are the texts and attributes in modules about AWS: services and operations are named by these."""

    modules: tuple[str, ...]
    files: tuple[Path, ...]
    foreign: frozenset[str]
    words: frozenset[str]


def functions(root: Path) -> tuple[str, ...]:
    """The names of Lambda's functions: one module each in `entry`."""
    return tuple(sorted(path.stem for path in (root / OURS / "entry").glob("on_*.py")))


def needs_of(entry: str, root: Path) -> Needs:
    """Everything that the module `entry` may ever import. `root` is the folder that has `leadlight`."""
    texts: dict[str, str] = {}
    foreign: set[str] = set()
    words: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        path = None if name in texts else source_of(name, root)
        if path is None:
            continue
        texts[name] = path.read_text(encoding="utf-8")
        tree, names = _read(texts[name])
        waiting.extend(_parents(name))
        others = {found.split(".")[0] for found in names} - {OURS}
        waiting.extend(found for found in names if found.split(".")[0] == OURS)
        foreign |= others
        if "botocore" in others or name.startswith(ABOUT_AWS):
            words |= set(_words(tree))
    reading = {name: _read(text)[0] for name, text in texts.items() if "__file__" in text}
    files = {path for name, tree in reading.items() for path in _read_by(tree, name, root)}
    return Needs(
        modules=tuple(sorted(texts)),
        files=tuple(sorted(path.relative_to(root) for path in files)),
        foreign=frozenset(foreign),
        words=frozenset(words),
    )


@cache
def _read(text: str) -> tuple[ast.Module, tuple[str, ...]]:
    """A module's code and what it imports, by its text: functions share most of their modules."""
    tree = ast.parse(text)
    return tree, tuple(dict.fromkeys(imported(tree)))


def source_of(name: str, root: Path) -> Path | None:
    """The file of a module or package; None if the name is neither."""
    path = root.joinpath(*name.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.exists():
            return candidate
    return None


def is_standard(name: str) -> bool:
    """Whether it comes with Python."""
    return name in sys.stdlib_module_names


def imported(tree: ast.Module) -> Iterator[str]:
    """Each module that may be imported at some time; `from a import b` may mean `a` or `a.b`."""
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those for the type checker."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        yield child
        yield from _run(child)


def _parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _read_by(tree: ast.Module, name: str, root: Path) -> Iterator[Path]:
    """What a module names beside itself by `Path(__file__)`: that file, or all that is no code in that folder."""
    here = source_of(name, root)
    for path in _paths(tree, here) if here else ():
        if path.is_file() and path != here:
            yield path
        elif path.is_dir() and not (path / "__init__.py").exists():
            yield from (found for found in path.rglob("*") if found.is_file())


def _paths(node: ast.AST, here: Path) -> Iterator[Path]:
    """The paths that whole expressions stand for, not their parts."""
    for child in ast.iter_child_nodes(node):
        if path := _path(child, here):
            yield path
        else:
            yield from _paths(child, here)


def _path(node: ast.AST, here: Path) -> Path | None:
    """The path that an expression of `Path(__file__)`, `parent`, `with_name` and `/` stands for."""
    match node:
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Name(id="__file__")]):
            return here
        case ast.Attribute(value=inner, attr="parent"):
            found = _path(inner, here)
            return found.parent if found else None
        case ast.Call(func=ast.Attribute(value=inner, attr="with_name"), args=[ast.Constant(value=str(part))]):
            found = _path(inner, here)
            return found.with_name(part) if found else None
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=str(part))):
            found = _path(left, here)
            return found / part if found else None
    return None
