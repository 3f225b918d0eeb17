"""What a visitor reads is said in the visitor's language, and every catalogue says all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.words import as_po, files, missing, named_otherwise, read, read_by_the_system, renewed
from tests.words import said as said_in

from leadlight.errors import ExpiredToken, TooMany
from leadlight.model.person import Promise
from leadlight.playbook.promise import in_words
from leadlight.words import counted, day, in_language, said

CATALOGUES = [pytest.param(path, id=path.parts[-3]) for path in files()]


@pytest.mark.parametrize("path", CATALOGUES)
def test_every_text_for_visitors_is_translated(path: Path) -> None:
    catalogue = renewed(path)

    assert [message.id for message in missing(catalogue)] == []


@pytest.mark.parametrize("path", CATALOGUES)
def test_what_the_system_reads_is_what_people_wrote(path: Path) -> None:
    catalogue = renewed(path)

    assert path.read_bytes() == as_po(catalogue), "run `python -m tests.words`"
    assert read_by_the_system(path) == said_in(catalogue), "run `python -m tests.words`"


@pytest.mark.parametrize("path", CATALOGUES)
def test_a_translation_names_what_its_text_names(path: Path) -> None:
    assert [wrong for message in read(path) if message.id for wrong in named_otherwise(message)] == []


def test_a_language_without_a_catalogue_reads_english() -> None:
    assert in_language(said("At most {most} characters.", most=254), "tlh") == "At most 254 characters."


def test_a_language_that_is_no_name_reads_no_file() -> None:
    assert in_language(counted("{count} day", "{count} days", 2), "../../etc") == "2 days"


@pytest.mark.parametrize(
    ("mails", "days", "said"),
    [
        (1, 1, "1 wiadomość w ciągu 1 dnia, telefon tylko na Twoją prośbę"),
        (4, 5, "4 wiadomości w ciągu 5 dni, telefon tylko na Twoją prośbę"),
        (5, 21, "5 wiadomości w ciągu 3 tygodni, telefon tylko na Twoją prośbę"),
        (22, 161, "22 wiadomości w ciągu 23 tygodni, telefon tylko na Twoją prośbę"),
    ],
)
def test_a_promise_counts_as_the_language_does(mails: int, days: int, said: str) -> None:
    promise = Promise(mails, days, ("mail",), "", "course", "v1")

    assert in_words(promise, language="pl") == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "za 2 minuty"), (5, "za 5 minut"), (22, "za 22 minuty"), (120, "za 2 godziny"), (840, "za 14 godzin")],
)
def test_a_refusal_counts_as_the_language_does(count: int, said: str) -> None:
    words = in_language(TooMany(60 * count).args[0], "pl")

    assert words == f"To było dużo naraz. Spróbuj ponownie {said}."


def test_a_date_within_a_sentence_is_said_in_its_language() -> None:
    late = ExpiredToken(datetime(2026, 1, 8, 14, 30, tzinfo=UTC)).args[0]

    assert late.startswith("This link worked until 08 January 2026, 14:30 UTC.")
    assert in_language(late, "pl") == (
        "Ten link działał do 8 stycznia 2026, 14:30 UTC. Wyślij formularz jeszcze raz, a przyjdzie nowy."
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Thursday 8 January 2026"), ("pl", "czwartek, 8 stycznia 2026"), ("de", "Thursday 8 January 2026")],
)
def test_a_day_is_written_as_the_words_around_it(language: str, said: str) -> None:
    assert day(date(2026, 1, 8), language) == said
