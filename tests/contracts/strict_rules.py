"""What DynamoDB demands of names, values and expressions, as far as moto lets it pass. Used by `strict`.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Value = Mapping[str, Any]
Item = Mapping[str, Value]
Request = Mapping[str, Any]

RESERVED = frozenset(Path(__file__).with_name("reserved_words.txt").read_text().split())
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html"""

NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
WORD = re.compile(r"(?<![:#\w])[A-Za-z_]\w*")
PLACEHOLDER = re.compile(r"[:#]\w+")
GRAMMAR = frozenset(["SET", "ADD", "REMOVE", "DELETE", "AND", "OR", "NOT", "IN", "BETWEEN"])
FUNCTIONS = frozenset(
    [
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "if_not_exists",
        "list_append",
        "size",
    ]
)
EXPRESSIONS = tuple(f"{kind}Expression" for kind in ("Condition", "Update", "KeyCondition", "Filter", "Projection"))

DIGITS, LARGEST, SMALLEST = 38, Decimal("9.9999999999999999999999999999999999999e125"), Decimal("1e-130")
DEPTH = 32
EXPRESSION_BYTES = 4096


class NotOnAws(AssertionError):
    """AWS would refuse this request as it stands: whoever made it has to change."""


def demand(holds: object, why: str) -> None:
    """Refuses a request for a reason."""
    if not holds:
        raise NotOnAws(why)


def check_name(name: str) -> None:
    """Of a table or an index."""
    demand(NAME.fullmatch(name), f"{name!r} is no name of a table or index")


def check_item(item: Item) -> None:
    """Names and values of an item's attributes."""
    for name, value in item.items():
        demand(name, "an attribute without a name")
        check_value(value)


def check_value(value: Value, depth: int = 1) -> None:
    """Exactly one type, and content of that type."""
    demand(len(value) == 1, f"a value has one type, not {list(value)}")
    demand(depth <= DEPTH, "nested too deeply")
    ((kind, content),) = value.items()
    demand(kind in CONTENTS, f"there is no type {kind}")
    demand(isinstance(content, CONTENTS[kind]), f"{kind} does not hold {type(content).__name__}")
    if kind == "N":
        check_number(content)
    elif kind in {"SS", "NS", "BS"}:
        check_set(kind, content)
    elif kind in {"L", "M"}:
        for part in content.values() if kind == "M" else content:
            check_value(part, depth + 1)


CONTENTS: Mapping[str, type | tuple[type, ...]] = {
    "S": str, "N": str, "B": bytes, "BOOL": bool, "NULL": bool,
    "SS": (list, tuple), "NS": (list, tuple), "BS": (list, tuple), "L": (list, tuple), "M": dict,
}  # fmt: skip


def check_set(kind: str, content: list[Any]) -> None:
    """Not empty, nothing twice, of one type."""
    demand(content, "a set is never empty")
    demand(len(set(content)) == len(content), "nothing is in a set twice")
    for part in content:
        check_value({kind[0]: part})


def check_number(digits: str) -> None:
    """38 significant digits, within DynamoDB's range."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise NotOnAws(f"{digits!r} is no number") from None
    demand(number.is_finite(), f"{digits!r} is no number")
    significant = "".join(map(str, number.as_tuple().digits)).strip("0")
    demand(len(significant) <= DIGITS, f"more than {DIGITS} digits")
    demand(not number or SMALLEST <= abs(number) <= LARGEST, f"{digits} is out of range")


def check_expressions(request: Request) -> None:
    """No reserved word stands bare; what is used is given, what is given is used."""
    expressions = [request[name] for name in EXPRESSIONS if name in request]
    for expression in expressions:
        demand(expression.strip(), "an empty expression")
        demand(len(expression.encode()) <= EXPRESSION_BYTES, "an expression of more than 4 KB")
        for word in bare_names(expression):
            demand(word.upper() not in RESERVED, f"{word} is a reserved word")
    used = {name for expression in expressions for name in PLACEHOLDER.findall(expression)}
    given: set[str] = set()
    for kind in ("Names", "Values"):
        if (part := request.get(f"ExpressionAttribute{kind}")) is not None:
            demand(part, f"ExpressionAttribute{kind} is there and empty")
            given |= set(part)
    demand(used <= given, f"not given: {sorted(used - given)}")
    demand(given <= used, f"not used: {sorted(given - used)}")
    for value in request.get("ExpressionAttributeValues", {}).values():
        check_value(value)


def bare_names(expression: str) -> Iterator[str]:
    """Attribute names that stand in an expression as they are."""
    for found in WORD.finditer(expression):
        word = found.group()
        is_call = word in FUNCTIONS and expression[found.end() :].lstrip().startswith("(")
        if not is_call and word.upper() not in GRAMMAR:
            yield word


def set_names(expression: str) -> set[str]:
    """The attributes that an update writes."""
    parts = re.split(r"\b(?:SET|ADD|REMOVE|DELETE)\b", expression)
    return {part.split()[0].split("=")[0].strip() for parts_of in parts for part in parts_of.split(",") if part.strip()}
