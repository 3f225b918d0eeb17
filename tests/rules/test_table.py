"""What a supplier's file says, row by row, however it was saved."""

from __future__ import annotations

import io

import pytest

from leadlight.errors import BadList
from leadlight.rules.cells import as_meant, neutral
from leadlight.rules.supplied import read_person
from leadlight.rules.table import LONGEST, Row, columns, rows_of


def rows(data: str | bytes) -> list[Row]:
    """The rows of a file with these bytes."""
    raw = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(rows_of(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_in_the_first_row(separator: str) -> None:
    (row,) = rows(separator.join(("email", "name")) + "\n" + separator.join(("a@b.example", "Anna")) + "\n")

    assert row == Row(2, {"email": "a@b.example", "name": "Anna"})


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_end_of_line_is_one(ends: str) -> None:
    assert [row.number for row in rows(ends.join(("email", "a@b.example", "", "c@d.example")))] == [2, 4]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert rows(b"\xef\xbb\xbfemail\na@b.example")[0].values == {"email": "a@b.example"}


def test_a_cell_may_hold_lines_and_separators_in_quotes() -> None:
    (row,) = rows('email,notes\na@b.example,"one, two\nthree ""four"""\n')

    assert row.values["notes"] == 'one, two\nthree "four"'


def test_a_row_that_is_not_utf8_is_named_and_spoils_no_other() -> None:
    found = rows(b"email,name\na@b.example,Andr\xe9\nc@d.example,Zo\xc3\xab\n")

    assert [(row.number, bool(row.problem)) for row in found] == [(2, True), (3, False)]
    assert "CSV UTF-8" in found[0].problem


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_file_in_another_encoding_says_how_to_save_it(encoding: str) -> None:
    with pytest.raises(BadList, match="CSV UTF-8"):
        rows("email,größe\na@b.example,1\n".encode(encoding))


def test_a_row_with_too_many_cells_is_named() -> None:
    found = rows("email,name\na@b.example,Nowak, Anna\nc@d.example,Zoe,,\n")

    assert found[0].problem == "The row has 3 cells, the first row 2. Is a separator in a cell without quotes?"
    assert found[1].values["name"] == "Zoe"


def test_a_quote_that_is_never_closed_does_not_swallow_the_file() -> None:
    line = "x" * 1000 + "\n"
    found = rows('email,name\na@b.example,"Anna\n' + line * (LONGEST // 1000 + 10) + 'c@d.example,"Zoe"\n')

    assert "closing quote" in found[0].problem
    assert found[-1].values["email"] == "c@d.example"


def test_a_file_without_any_end_of_line_is_read_in_parts() -> None:
    with pytest.raises(BadList):
        rows("x" * (3 * LONGEST))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["E-Mail", "First Name", "COMPANY"], ("email", "first_name", "company")),
        (["email", "Mail", "Größe (m²)"], ("email", "mail", "größe_m²")),
        (["mail", "Phone number", "phone", ""], ("email", "phone_number", "phone")),
    ],
)
def test_names_of_columns_are_found_however_they_are_written(header: list[str], names: tuple[str, ...]) -> None:
    assert columns(header) == names


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ([], "The list is empty"),
        (["", " "], "The list is empty"),
        (["name", "Contact mail"], "Is it `Contact mail`? Rename that to `email`."),
        (["name", "emial"], "Is it `emial`?"),
        (["email|name"], "no column `email`"),
        (["email", "", "name"], "Column 2 has no name"),
        (["email", "Name", "name"], "Columns 2 and 3 are both called `name`"),
        (["email", "network"], "means something else here"),
    ],
)
def test_a_header_that_is_not_clear_says_what_to_do(header: list[str], said: str) -> None:
    with pytest.raises(BadList) as wrong:
        columns(header)

    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "=cmd|'/C'!A0@x"}, "email"),
        ({"email": "a@b.example", "phone": "call me"}, "phone"),
        ({"email": "a@b.example", "country": "Narnia"}, "country"),
        ({"email": "a@b.example", "language": "English"}, "language"),
        ({"email": "a@b.example", "name": "a\0b"}, "name"),
        ({"email": "a@b.example", "budget": "x" * 255}, "budget"),
        ({"email": "a@b.example", "notes": "x" * 2001}, "notes"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(values: dict[str, str], field: str) -> None:
    assert list(read_person(values)[1]) == [field]


def test_a_person_is_read_with_country_and_language_by_their_codes() -> None:
    person, wrong = read_person({"email": " a@b.example ", "country": "de", "language": "pl_PL", "name": "", "n": "1"})

    assert not wrong
    assert (person.email, person.country, person.language) == ("a@b.example", "DE", "pl")
    assert person.fields == {"country": "de", "n": "1"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula_and_each_is_read_back_as_it_was(text: str) -> None:
    assert neutral(text) == "'" + text
    assert as_meant(neutral(text)) == text


@pytest.mark.parametrize("text", ["", "Anna", "a=1", "12", "'t Hooft", "O'Neil"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text == as_meant(text)
