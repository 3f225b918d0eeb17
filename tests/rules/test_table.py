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

    said = "A letter is not UTF-8. Save the list as “CSV UTF-8”, or type this row anew."
    assert found == [Row(2, problem=said), Row(3, {"email": "c@d.example", "name": "Zoë"})]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_file_in_another_encoding_says_how_to_save_it(encoding: str) -> None:
    with pytest.raises(BadList, match="CSV UTF-8"):
        rows("email,größe\na@b.example,1\n".encode(encoding))


@pytest.mark.parametrize(
    "data",
    [b"email,na\xffme\na@b.example,x", b"email,na\0me\na@b.example,x", b'email,"first\nna\xffme"\na@b.example,x'],
)
def test_a_header_that_is_no_text_says_where_to_save_it_anew(data: bytes) -> None:
    with pytest.raises(BadList) as wrong:
        rows(data)

    assert str(wrong.value) == (
        "This is not UTF-8. Save the list as “CSV UTF-8” (in Excel: Save as, CSV UTF-8; in LibreOffice: Save as, "
        "Edit filter settings, Unicode UTF-8)."
    )


def test_a_quote_that_is_never_closed_in_the_first_row_says_so() -> None:
    with pytest.raises(BadList) as wrong:
        rows('email,"name\n' + ("x" * 1000 + "\n") * (LONGEST // 1000 + 10))

    assert str(wrong.value) == "The first row has a cell of more than 128 KB. Is a closing quote missing?"


def test_an_empty_file_is_an_empty_list() -> None:
    with pytest.raises(BadList, match="The list is empty"):
        rows("")


def test_a_row_that_ends_early_says_nothing_of_the_rest() -> None:
    assert rows("email,name,city\na@b.example,Anna\n ,\n,,Rome\n") == [
        Row(2, {"email": "a@b.example", "name": "Anna"}), Row(4, {"email": "", "name": "", "city": "Rome"}),
    ]  # fmt: skip


def test_the_separator_that_is_there_most_often_is_it() -> None:
    (row,) = rows("email;name;city, country\na@b.example;Anna;Rome, Italy\n")

    assert row.values["city_country"] == "Rome, Italy"


def test_a_row_with_too_many_cells_is_named() -> None:
    found = rows("email,name\na@b.example,Nowak, Anna\nc@d.example,Zoe,,\n")

    said = "The row has 3 cells, the first row 2. Is a separator in a cell without quotes?"
    assert found[0] == Row(2, problem=said)
    assert found[1].values["name"] == "Zoe"


def test_a_quote_that_is_never_closed_does_not_swallow_the_file() -> None:
    line = "x" * 1000 + "\n"
    found = rows('email,name\na@b.example,"Anna\n' + line * (LONGEST // 1000 + 10) + 'c@d.example,"Zoe"\n')

    assert found[0] == Row(2, problem="A cell has more than 128 KB. Is a closing quote missing?")
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
        (["Mail", "E-Mail", "note", "comments"], ("email", "e_mail", "notes", "comments")),
        (["E-Mail", "x" * 40, " ", "  "], ("email", "x" * 40)),
    ],
)
def test_names_of_columns_are_found_however_they_are_written(header: list[str], names: tuple[str, ...]) -> None:
    assert columns(header) == names


NO_EMAIL = "There is no column `email`; the first row names "
NO_NAME = "Column 2 has no name, or a longer one than 40 characters. Give it a short one."
OURS = "which means something else here. Rename or drop it."


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ([], "The list is empty. Its first row names the columns: email, name, company, phone …"),
        (["", " "], "The list is empty. Its first row names the columns: email, name, company, phone …"),
        (["name", " Contact mail"], f"{NO_EMAIL}`name`, `Contact mail`. Is it `Contact mail`? Rename that to `email`."),
        (["name", "emial "], f"{NO_EMAIL}`name`, `emial`. Is it `emial`? Rename that to `email`."),
        (["name", "city"], f"{NO_EMAIL}`name`, `city`."),
        (["email|name"], f"{NO_EMAIL}`email|name`. Is it `email|name`? Rename that to `email`."),
        (["a|b"], f"{NO_EMAIL}`a|b`. Is the separator a comma, a semicolon or a tab?"),
        (["x" * 40, "n" * 40], f"{NO_EMAIL}`{'x' * 40}`, `{'n' * 40}`."),
        (["email", "", "name"], NO_NAME),
        (["email", "x" * 41], NO_NAME),
        (["email", "Name", "name"], "Columns 2 and 3 are both called `name`. Rename or drop one."),
        (["name", "email", "Name"], "Columns 1 and 3 are both called `name`. Rename or drop one."),
        (["email", "network"], f"Column 2 is called `network`, {OURS}"),
        (["email", "name", "ID"], f"Column 3 is called `id`, {OURS}"),
    ],
)
def test_a_header_that_is_not_clear_says_what_to_do(header: list[str], said: str) -> None:
    with pytest.raises(BadList) as wrong:
        columns(header)

    assert str(wrong.value) == said


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"email": ""}, "email", "There is no address. Fill it in, or drop the row."),
        ({"name": "Anna"}, "email", "There is no address. Fill it in, or drop the row."),
        ({"email": "a@b"}, "email", "This does not look like a whole address. Is there a letter missing, or a dot?"),
        ({"email": "=cmd|'/C'!A0@x"}, "email", None),
        ({"email": "a@b.example", "phone": "call me"}, "phone", None),
        ({"email": "a@b.example", "country": "Narnia"}, "country",
         "Which country is this? Write its English name, or two letters such as DE."),
        ({"email": "a@b.example", "country": "ZZ"}, "country", None),
        ({"email": "a@b.example", "language": "English"}, "language",
         "Write the language as two letters, such as en or pl."),
        ({"email": "a@b.example", "name": "a\0b"}, "name", None),
        ({"email": "a@b.example", "budget": "x" * 255}, "budget", None),
        ({"email": "a@b.example", "notes": "x" * 2001}, "notes", "Please shorten this to 2000 characters."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_taken_is_named(values: dict[str, str], field: str, said: str | None) -> None:
    wrong = read_person(values)[1]

    assert list(wrong) == [field]
    assert said in {wrong[field], None}


@pytest.mark.parametrize(
    ("told", "country", "language"),
    [
        ({"country": "Poland", "language": "EN"}, "PL", "en"),
        ({"country": "gb", "language": "en-GB"}, "GB", "en"),
        ({}, None, ""),
    ],
)
def test_country_and_language_are_read_as_they_are_written(
    told: dict[str, str], country: str | None, language: str
) -> None:
    person, wrong = read_person({"email": "a@b.example", **told})

    assert not wrong
    assert (person.country, person.language) == (country, language)


def test_what_a_spreadsheet_has_marked_is_read_as_it_was_meant() -> None:
    cells = {"email": "a@b.example", "phone": "'+48 22 123 45 67", "notes": " one\n two ", "name": " '=Anna "}

    person, wrong = read_person(cells)

    assert not wrong
    assert person.fields == {"phone": "+48 22 123 45 67", "notes": "one\n two", "name": "=Anna"}


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
