"""The generated parts of `content/project/reference.md`. `python -m tests.docs` renews them, test_docs.py compares.

Names, types, defaults and statuses come from the code. Where the code has no words for a reader, the last column of
a table is written by hand, in the page itself, and kept; a new row says `?` there until somebody explains it.
"""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import click

from leadlight import errors
from leadlight import settings as deployed
from leadlight.cli import main as command_line
from leadlight.gate.config import LeadlightConfig
from leadlight.handlers.http import STATUS
from leadlight.local import schema
from leadlight.model.sequence import Wait
from leadlight.playbook import context, criteria, shapes, terms
from leadlight.tokens import LIFE

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "functions" / "leadlight"
REFERENCE = ROOT / "content" / "project" / "reference.md"

PART = re.compile(r"<!-- generated: (?P<name>[\w ]+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)
UNEXPLAINED = "?"
WIDTH = 80  # characters that the page shows beside its margins

Kept = Mapping[str, str]
"""The last cell of each row as it stands in the page, by the first."""


def renewed(text: str) -> str:
    """The page with each generated part as the code has it now."""

    def part(found: re.Match[str]) -> str:
        kind, _, what = found["name"].partition(" ")
        return f"<!-- generated: {found['name']} -->\n\n{PARTS[kind](what, kept(found['body']))}\n\n<!-- end -->"

    return PART.sub(part, text)


def kept(body: str) -> Kept:
    """What somebody wrote by hand."""
    rows = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("|")]
    return {row[0]: row[-1] for row in rows[2:]}


def table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Rows as Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(*texts: object) -> str:
    """Each as code, with commas between."""
    return ", ".join(f"`{text}`" for text in texts)


# --- the command line


def commands(_: str, __: Kept) -> str:
    """Click's own help, for every command."""
    found = list(said_by(command_line, "leadlight"))
    return "\n\n".join(f"### `{path}`\n\n```text\n{text}\n```" for path, text in found)


def said_by(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """The help of a command, then of those within it."""
    yield path, command.get_help(click.Context(command, info_name=path, terminal_width=WIDTH))
    for name, within in command.commands.items() if isinstance(command, click.Group) else ():
        yield from said_by(within, f"{path} {name}")


# --- what marketers write

SAID = {
    "_line": "one line of text",
    "_address": "mail address",
    "_web": "web address",
    "_zone": "time zone, such as `Europe/Warsaw`",
    "_field_name": "name of lower-case letters, digits and `_`",
    "_gate_id": "words with `/` between",
    "_clock_time": 'time in quotes, such as `"09:00"`',
    "_named": "name, or the keys of a company",
    "wait_of": "span, such as `2 days` or `1 business day`",
    "percent_of": "percentage, such as `35%`",
    "meter_of": "such as `2/month`",
    "chapters_of": "list: times with titles, such as `4:30 Where it broke`",
    "days_of": "days, such as `mon-fri` or `mon, wed`",
    "window_of": "`any`, `working-hours`, or days and hours, such as `tue-thu 10:00-12:00`",
    "stale_of": "span, or `never`",
    "caps_of": "such as `2/week`, or a list of such",
    "endings": "list: " + code(*terms.ENDINGS),
    "country_code": "country, such as `GB`",
    "currency_code": "currency, such as `EUR`",
    "amount": "number of 0 or more",
    "words_of": "text, or one for each language: `{en: …, pl: …}`",
    "choices_of": "list: text, or `answer: text` lines",
    "calendar_span": "span, such as `14 days` or `3 weeks`",
    "keeping_span": "days or years, such as `30 days` or `2 years`",
    "points_of": "number, below 0 for what speaks against a lead",
    "spelled_out": "keys below",
    "territory": "country, such as `GB` or `Poland`",
    "capacity_of": "number from 0 to 20",
    "away_of": "list: day, or days such as `2026-12-21 to 2026-12-31`",
    "clocks_of": "span for all, `off`, or `call`, `hot` and `other` with a span or `off` each",
    "quiet_of": 'hours in quotes, such as `"20:00-08:00"` or `"sat, sun 00:00-24:00"`, or `off`',
    "digest_of": 'time in quotes, such as `"08:00"`, or `off`',
}
"""How a value looks that is read by the function of that name."""

PLAIN = {str: "text", int: "number", bool: "`true` or `false`"}
RANGE = "{ge} to {le}"


def shape(name: str, said: Kept) -> str:
    """The keys of one kind of file, or of one part of it."""
    kind = getattr(shapes, name, None) or getattr(criteria, name)
    hints = get_type_hints(kind, include_extras=True)

    def rows() -> Iterator[tuple[str, ...]]:
        for key, info in kind.__pydantic_fields__.items():
            named = code(info.alias or key)
            default = "required" if info.is_required() else default_of(info.get_default(call_default_factory=True))
            yield named, type_of(hints[key]), default, said.get(named, UNEXPLAINED)

    return table(("Key", "Value", "Default", "Meaning"), rows())


def type_of(hint: Any) -> str:
    """A type as a marketer would say it."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return annotated(parts[0], parts[1:])
    if origin in {Union, UnionType}:
        return " or ".join(type_of(part) for part in parts if part is not type(None))
    if origin is tuple:
        return f"list: {type_of(parts[0])}"
    if origin is dict:
        return f"{type_of(parts[0])}, each with {type_of(parts[1])}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return code(*(choice.value for choice in hint))
    return "keys below" if is_dataclass(hint) else PLAIN.get(hint, hint.__name__)


def annotated(base: Any, notes: tuple[Any, ...]) -> str:
    """The same, where a function or a range narrows the type."""
    for note in notes:
        if (reader := getattr(note, "func", None)) is not None and reader.__name__ in SAID:
            return SAID[reader.__name__]
        bounds = {
            name: getattr(limit, name)
            for limit in getattr(note, "metadata", ())
            for name in ("ge", "le")
            if hasattr(limit, name)
        }
        if len(bounds) == 2:
            return RANGE.format(**bounds)
    return type_of(base)


def default_of(value: object) -> str:
    """A default as it would be written."""
    match value:
        case None | "" | ():
            return "none"
        case dict() if not value:
            return "none"
        case bool():
            text = str(value).lower()
        case (0, 1, 2, 3, 4):
            text = "mon-fri"
        case time():
            text = f'"{value:%H:%M}"'
        case timedelta():
            text = f"{value.days} days"
        case tuple() if all(isinstance(each, Enum) for each in value):
            text = f"[{', '.join(value)}]"
        case Enum():
            text = str(value.value)
        case str() | int() | float() | Wait():
            text = str(value)
        case _:
            return "as below"
    return code(text)


def options(_: str, said: Kept) -> str:
    """The options of the MkDocs plugin."""

    def rows() -> Iterator[tuple[str, ...]]:
        for name, option in LeadlightConfig()._schema:
            yield code(name), default_of(option.default), said.get(code(name), UNEXPLAINED)

    return table(("Option", "Default", "Meaning"), rows())


def names(_: str, __: Kept) -> str:
    """Which names exist in which mail."""
    mails = {"a step": context.STEP, **{code(name): known for name, known in context.MESSAGES.items()}}
    views = {name: view for known in mails.values() for name, view in known.items() if is_dataclass(view)}
    has = ((code(name), code(*(field.name for field in fields(view)))) for name, view in views.items())
    by_mail = table(("Mail", "Names"), ((mail, code(*known)) for mail, known in mails.items()))
    return f"{by_mail}\n\n{table(('Name', 'Has'), has)}"


# --- what is served

ADDRESSES = {
    "/api/content/.+": "/api/content/<gate>",
    "/api/form/.+": "/api/form/<gate>",
    "/api/files/.+": "/api/files/<gate>/<name>",
    ".*_full": "<page>_full",
}
"""Patterns as a reader would say them."""


def routes(who: str, said: Kept) -> str:
    """The addresses of one handler, in its order, with what its functions say of themselves."""
    file = f"on_{who}_request.py" if who in {"visitor", "rep"} else f"on_{who}.py"
    found = developer_routes() if who == "dev" else handled(SOURCE / "handlers" / file)
    rows = ((code(route), does or said.get(code(route), UNEXPLAINED)) for route, does in found)
    return table(("Route", "Does"), rows)


def handled(path: Path) -> Iterator[tuple[str, str]]:
    """Method and address, and the first line of the docstring, of each route in that file."""
    functions = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))
    for node in functions:
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute):
                address = ast.literal_eval(mark.args[0])
                shown = ADDRESSES[address] if re.search(r"[.*+]", address) else address
                yield f"{mark.func.attr.upper()} {shown}", (ast.get_docstring(node) or "").partition("\n")[0]


def developer_routes() -> Iterator[tuple[str, str]]:
    """The addresses that only a demo has."""
    for path, methods in re.findall(
        r'Route\("([^"]+)", \w+(?:, methods=\["(\w+)"\])?\)', (SOURCE / "demo.py").read_text()
    ):
        yield f"{methods or 'GET'} {path.replace('{', '<').replace('}', '>')}", ""


def tokens(_: str, said: Kept) -> str:
    """What is signed, and how long it lives."""
    rows = ((code(use), span(life), said.get(code(use), UNEXPLAINED)) for use, life in LIFE.items())
    return table(("Purpose", "Lives", "Carried by"), rows)


def span(life: timedelta) -> str:
    """A life in days, or in minutes where it is shorter."""
    count, unit = (life.days, "day") if life.days else (life.seconds // 60, "minute")
    return f"{count} {unit}{'s' * (count != 1)}"


def answers(_: str, __: Kept) -> str:
    """What each error means, and the status it is answered with."""
    branches = {errors.LeadlightError, errors.VisitorCanFix, errors.OperatorMustFix, errors.TryAgain}
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.LeadlightError)
    ]
    rows = (
        (code(kind.__name__), status_of(kind), str(kind.__doc__).partition("\n")[0])
        for kind in kinds
        if kind not in branches
    )
    return table(("Error", "Status", "What happened"), rows)


def status_of(kind: type[errors.LeadlightError]) -> str:
    """The nearest class with a status decides. Without its phrase, which differs between releases of Python."""
    nearest = (STATUS[base] for base in kind.__mro__ if base in STATUS)
    return str(next(nearest, HTTPStatus.INTERNAL_SERVER_ERROR).value)


# --- what an operator meets


def settings(_: str, said: Kept) -> str:
    """The environment variables of a function, in the order in which they are read; then the names of its things."""
    text = (SOURCE / "settings.py").read_text()
    read = re.findall(r'(need\(env, |get\(|_whole\(env, )"(LEADLIGHT_\w+)"(?:, "?([^")]*)"?)?', text)

    def rows() -> Iterator[tuple[str, ...]]:
        for how, name, found in read:
            value = str(getattr(deployed, found)) if how.startswith("_whole") else found
            default = f"required, such as {code(value)}" if how.startswith("need") else default_of(value)
            yield code(name), default, said.get(code(name), UNEXPLAINED)
        for field, name in deployed.VARIABLES.items():
            default = "required" if field in deployed.NEEDED else "none"
            yield code(name), default, said.get(code(name), UNEXPLAINED)

    return table(("Variable", "Default", "Meaning"), rows())


def secrets(_: str, said: Kept) -> str:
    """The parameters below the prefix, that `leadlight deploy` makes."""
    found = (deployed.TOKEN_KEYS, deployed.LEAD_KEY, deployed.ORIGIN_SECRETS)
    return table(("Parameter", "Meaning"), ((code(name), said.get(code(name), UNEXPLAINED)) for name in found))


def tables(what: str, said: Kept) -> str:
    """The tables of one SQLite file, after all migrations."""
    db = sqlite3.connect(":memory:")
    for script in getattr(schema, what):
        db.executescript(script)
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid")

    def rows() -> Iterator[tuple[str, ...]]:
        for (name,) in found.fetchall():
            columns = [column[1] for column in db.execute(f"PRAGMA table_info({name})")]
            yield code(name), code(*columns), said.get(code(name), UNEXPLAINED)

    made = table(("Table", "Columns", "Holds"), rows())
    db.close()
    return made


PARTS: Mapping[str, Callable[[str, Kept], str]] = {
    part.__name__: part
    for part in (commands, shape, options, names, routes, tokens, answers, settings, secrets, tables)
}

if __name__ == "__main__":
    REFERENCE.write_text(renewed(REFERENCE.read_text("utf-8")), "utf-8")
