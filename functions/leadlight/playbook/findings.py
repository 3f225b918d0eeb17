"""What is wrong, and what to write instead? Turns data into a shape, or into every problem at once. Build only."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from leadlight.errors import BadPlaybook, Problem
from leadlight.playbook.written import Path, Written, value_at, without

T = TypeVar("T")

ROUNDS = 3
"""So often is something left out: a value, then the entry that needs it, then the list that needs an entry."""


@dataclass(frozen=True, slots=True)
class Rest(Generic[T]):
    """What could be read, where that stands, and the lines of what could not and of what is around that."""

    shape: T
    written: Written
    near: frozenset[int]


def shaped(shape: type[T], written: Written, path: Path = ()) -> T:
    """The data at `path` as `shape` (a pydantic dataclass). Raises `BadPlaybook` with all that is wrong."""
    data = value_at(written, path)
    try:
        validated: T = _adapter(shape).validate_python({} if data is None else data)  # type: ignore[arg-type]  # a class can be hashed
    except ValidationError as invalid:
        errors = [error for error in invalid.errors(include_url=False) if not _follows(error)]
        problems = [_problem(error, shape, written, path) for error in errors]
        raise BadPlaybook(problems) from invalid
    return validated


def judged(shape: type[T], written: Written, judge: Callable[[T, Written], Iterable[Problem]], path: Path = ()) -> T:
    """The same, once `judge` finds nothing wrong with it either. Raises `BadPlaybook` with all that is wrong.

    Where something cannot be read, the rest is judged all the same, but for what stands around it: that may only be
    wrong because of it.
    """
    try:
        validated = shaped(shape, written, path)
    except BadPlaybook as bad:
        rest = rest_of(shape, written, path)
        found = judge(rest.shape, rest.written) if rest else ()
        raise BadPlaybook([*bad.problems, *(each for each in found if rest and each.line not in rest.near)]) from bad
    if problems := list(judge(validated, written)):
        raise BadPlaybook(problems)
    return validated


def rest_of(shape: type[T], written: Written, path: Path = ()) -> Rest[T] | None:
    """The data at `path` without what cannot be read of it; None where what is left is no such shape.

    Of a list the whole entry is left out that has something unreadable in it.
    """
    near: set[int] = set()
    left = written
    for _ in range(ROUNDS):
        try:
            return Rest(_adapter(shape).validate_python(value_at(left, path) or {}), left, frozenset(near))  # type: ignore[arg-type]  # a class can be hashed
        except ValidationError as invalid:
            wrong = {_cut(left, (*path, *_followed(error["loc"], shape)[0])) for error in invalid.errors()}
        if any(len(each) <= len(path) for each in wrong):
            return None
        near |= {left.line(each[:end]) for each in wrong for end in range(len(path) + 1, len(each) + 1)}
        left = without(left, wrong)
    return None


def gather(problems: list[Problem], read: Callable[[], T]) -> T | None:
    """What `read` gives, or None after adding its problems: so that one run finds everything."""
    try:
        return read()
    except BadPlaybook as bad:
        problems.extend(bad.problems)
        return None


def nearest(wrong: str, right: Iterable[str]) -> str:
    """`; did you mean x?`, or the whole choice where nothing is near."""
    choices = list(right)
    lowered = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(wrong.lower(), lowered, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{lowered[near[0]]}`?"
    return "; there is " + listed(choices) if choices else ""


def listed(words: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    ticked = [f"`{word}`" for word in words]
    return ticked[0] if len(ticked) == 1 else f"{', '.join(ticked[:-1])} or {ticked[-1]}"


def keys_of(shape: Any) -> dict[str, FieldInfo]:
    """The keys that may be written for a shape, as they are written."""
    fields: dict[str, FieldInfo] = getattr(shape, "__pydantic_fields__", {})
    return {field.alias or name: field for name, field in fields.items()}


@functools.cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    """Made once: that takes longer than all that it will ever read."""
    return TypeAdapter(shape)


def _follows(error: ErrorDetails) -> bool:
    """Whether it is told only because of another: a list is too short when its one entry is wrong."""
    return error["type"] == "too_short" and bool(error["input"])


def _cut(written: Written, path: Path) -> Path:
    """What to leave out because of an error there: the entry of the innermost list, else what is there of the path."""
    while path and not _is_there(written, path):
        path = path[:-1]
    entries = [end for end in range(1, len(path) + 1) if isinstance(path[end - 1], int)]
    return path[: entries[-1]] if entries else path


def _is_there(written: Written, path: Path) -> bool:
    try:
        value_at(written, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _problem(error: ErrorDetails, shape: Any, written: Written, base: Path) -> Problem:
    path, holder = _followed(error["loc"], shape)
    key = next((part for part in reversed((*base, *path)) if isinstance(part, str)), "this file")
    return written.problem((*base, *path), _message(error, key, keys_of(holder)))


def _followed(location: tuple[int | str, ...], shape: Any) -> tuple[Path, Any]:
    """The path without pydantic's own marks of unions, and the shape that holds its last key."""
    path: Path = ()
    holder = shape
    for part in location:
        keys = keys_of(shape)
        if isinstance(part, int):
            path = (*path, part)
            continue
        holder = shape
        path = (*path, part)
        if part in keys:
            shape = _shape_in(keys[part].annotation)
    return path, holder


def _shape_in(annotation: Any) -> Any:
    """The shape inside `list[Shape]`, `Shape | None` …"""
    if keys_of(annotation):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _shape_in(argument))), None)


def _message(error: ErrorDetails, key: str, keys: Mapping[str, FieldInfo]) -> str:
    given = error["input"]
    match error["type"]:
        case "unexpected_keyword_argument":
            message = f"unknown key `{key}`{nearest(key, keys)}"
        case "missing" | "too_short":
            hint = keys[key].description if key in keys else None
            message = f"`{key}` is missing" + (f": {hint}" if hint else "")
        case "enum":
            choices = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
            near = nearest(str(given), choices)
            rest = f" It can be {listed(choices)}." if near.endswith("?") else ""
            message = f"`{key}` cannot be `{given}`{near}{rest}"
        case "value_error":
            message = f"`{key}`: {error['ctx']['error']}"
        case "bool_parsing" | "bool_type":
            message = f"`{key}` can be `yes` or `no`, not {given!r}"
        case "less_than_equal" | "greater_than_equal":
            most = error["ctx"].get("le")
            bound = f"{most} at most" if most is not None else f"{error['ctx']['ge']} at least"
            message = f"`{key}` cannot be {given}; write a number of {bound}"
        case kind:
            message = _of_another_kind(kind, key, given) or f"`{key}`: {error['msg'][0].lower()}{error['msg'][1:]}"
    return message


def _of_another_kind(kind: str, key: str, given: object) -> str | None:
    """What to write where something else stands: a text, lines, a list, a whole number, a day."""
    match kind:
        case "string_type":
            return f"`{key}` must be text; put {given!r} in quotes"
        case "dataclass_type" | "dict_type":
            lines = "`name: value` lines"
            return f"write {lines}" if key == "this file" else f"`{key}` must be {lines}, indented below it"
        case "tuple_type":
            return f"`{key}` must be a list: write `[{given}]`"
        case "int_parsing" | "int_from_float" | "int_type":
            return f"`{key}` must be a whole number, not {given!r}"
        case _ if kind.startswith(("date_", "datetime_")):
            return f"`{key}`: write a day such as 2026-12-24, not `{given}`"
    return None
