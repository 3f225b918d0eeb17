"""What a visitor reads is said in the visitor's language, and every catalogue says all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.words import as_po, files, missing, read_by_the_system, renewed
from tests.words import said as said_in

from leadlight.words import counted, in_language, said

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
    wrong = [message.id for message in renewed(path) for _ in message.check()]

    assert wrong == []


def test_a_language_without_a_catalogue_reads_english() -> None:
    assert in_language(said("At most {most} characters.", most=254), "tlh") == "At most 254 characters."


def test_a_language_that_is_no_name_reads_no_file() -> None:
    assert in_language(counted("{count} day", "{count} days", 2), "../../etc") == "2 days"
