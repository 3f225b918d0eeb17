"""Where does it say that? YAML and front matter as plain data, with the line of each key. Build only."""

from __future__ import annotations

import io
import pathlib
import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from leadlight.errors import BadPlaybook, Problem

Path = tuple[str | int, ...]
"""Keys and positions from the top of a file to one value."""

_FRONT = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
"""As MkDocs finds it, but also at the very end of a file."""


@dataclass(frozen=True, slots=True)
class Written:
    """Plain data (dict, list, str, int, float, bool, None, date) and where it stands."""

    file: str
    data: object
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of that value, else of what is nearest around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def problem(self, path: Path, message: str) -> Problem:
        """Something wrong with that value."""
        return Problem(self.file, self.line(path), message)


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file: its front matter as text, and the rest. Lines are 1-based."""

    front: str
    body: str
    body_line: int


def value_at(written: Written, path: Path) -> Any:
    """The value at that path. Raises `LookupError` or `TypeError` where there is none."""
    value: Any = written.data
    for step in path:
        value = value[step]
    return value


def without(written: Written, paths: Collection[Path]) -> Written:
    """The same without these values; what follows one in a list moves up, and keeps its line."""
    left = replace(written, data=deepcopy(written.data))
    for path in sorted(paths, reverse=True):  # what is within another goes first, and so does the last of a list
        del value_at(left, path[:-1])[path[-1]]
        if isinstance(path[-1], int):
            left = replace(left, lines=dict(_moved_up(left.lines, path[:-1], path[-1])))
    return left


def _moved_up(lines: Mapping[Path, int], place: Path, gone: int) -> Iterator[tuple[Path, int]]:
    for path, line in lines.items():
        at = path[len(place)] if path[: len(place)] == place and len(path) > len(place) else None
        if not isinstance(at, int) or at < gone:
            yield path, line
        elif at > gone:
            yield (*place, at - 1, *path[len(place) + 1 :]), line


def text_of(path: pathlib.Path, *, file: str | None = None) -> str:
    """The text of a file, without a byte order mark. Raises `BadPlaybook` where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPlaybook([Problem(file or str(path), 0, "this file is not UTF-8; save it as UTF-8")]) from error


def split_front(text: str) -> Page:
    """The two parts of a Markdown file; an empty front where there is none."""
    match = _FRONT.match(text)
    if match is None:
        return Page("", text, 1)
    return Page(match["front"], text[match.end() :], text.count("\n", 0, match.end()) + 1)


def read_yaml(text: str, *, file: str, first_line: int = 1) -> Written:
    """The data of one document. Raises `BadPlaybook` where it is no YAML or says a key twice."""
    lines: dict[Path, int] = {(): first_line}
    try:
        data = YAML(typ="rt", pure=True).load(io.StringIO(text))
    except DuplicateKeyError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        raise BadPlaybook([Problem(file, line, "this key is there twice; keep one")]) from error
    except MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        what = error.problem or "this cannot be read"
        message = f"this is not valid YAML ({what}); look at the indentation, colons and quotes here"
        raise BadPlaybook([Problem(file, line, message)]) from error
    except (YAMLError, ValueError) as error:  # a ValueError for dates such as 2026-13-45
        raise BadPlaybook([Problem(file, first_line, f"this is not valid YAML: {error}")]) from error
    try:
        return Written(file, _plain(data, (), lines, first_line), lines)
    except RecursionError as error:
        raise BadPlaybook([Problem(file, first_line, "something in here contains itself; write it out")]) from error


def _plain(node: object, path: Path, lines: dict[Path, int], first_line: int) -> object:
    if isinstance(node, CommentedMap | CommentedSeq):
        for key, place in (node.lc.data or {}).items():  # nothing for merged keys and tagged lists
            lines[(*path, key if isinstance(node, CommentedSeq) else str(key))] = first_line + place[0]
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value, (*path, str(key)), lines, first_line) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value, (*path, index), lines, first_line) for index, value in enumerate(node)]
    if isinstance(node, TaggedScalar):
        return str(node.value)
    if isinstance(node, bool) or node is None:
        return node
    for simple in (int, float, str):
        if isinstance(node, simple):
            return simple(node)
    return node
