"""Who stands in one row of a supplier's list? Text in, fields of a person or a kind word per field out.

Called by `imports`. A row with anything to mend is not taken: whoever mends it runs the import again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from leadlight.model.site import Field, FieldType
from leadlight.rules.cells import as_meant
from leadlight.rules.form import many_lines, read_address, read_field
from leadlight.rules.places import country_named

LANGUAGE = re.compile(r"([A-Za-z]{2})([-_][A-Za-z]{2,4})?")
PHONE = Field(name="phone", type=FieldType.PHONE)
LINE = Field(name="line")


@dataclass(frozen=True, slots=True)
class Person:
    """`fields` are the other columns that say something, notes and answers included."""

    email: str
    fields: Mapping[str, str]
    country: str | None
    language: str


def read_person(values: Mapping[str, str]) -> tuple[Person, Mapping[str, str]]:
    """The person, and what to mend, field by field: with anything to mend the person counts for nothing."""
    wrong: dict[str, str] = {}
    told = {name: as_meant(text.strip()) for name, text in values.items()}
    fields = {name: _noting(wrong, name, reader_of(name), text) for name, text in told.items() if text}
    email = fields.pop("email", "")
    if not email:
        wrong.setdefault("email", "There is no address. Fill it in, or drop the row.")
    country, language = _country(fields, wrong), _language(fields, wrong)
    return Person(email, {n: v for n, v in fields.items() if v}, country, language), wrong


def reader_of(name: str) -> Callable[[str], str]:
    """What reads that column."""
    match name:
        case "email":
            return read_address
        case "phone":
            return partial(read_field, PHONE)
        case "notes":
            return many_lines
        case _:
            return partial(read_field, LINE)


def _country(fields: dict[str, str], wrong: dict[str, str]) -> str | None:
    text = fields.get("country", "")
    found = country_named(text.upper() if len(text) == 2 else text) if text else None
    if text and found is None:
        wrong["country"] = "Which country is this? Write its English name, or two letters such as DE."
    return found


def _language(fields: dict[str, str], wrong: dict[str, str]) -> str:
    text = fields.pop("language", "")
    found = LANGUAGE.fullmatch(text)
    if text and not found:
        wrong["language"] = "Write the language as two letters, such as en or pl."
    return found[1].lower() if found else ""


def _noting(wrong: dict[str, str], name: str, read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except ValueError as error:
        wrong[name] = str(error)
        return ""
