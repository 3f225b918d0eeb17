"""A sequence of another tool becomes steps that the playbook reads, or is told of row by row."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from leadlight.cli import main
from leadlight.errors import BadList
from leadlight.playbook.roster import built_in_team
from leadlight.playbook.source import load
from leadlight.playbook.transferred import LAYOUT, Transferred, transferred
from leadlight.rules.table import rows_of

HEADER = "Subject Line,Delay,Type,Encounter,Objective,Body\n"
GOOD = HEADER + (
    'Two readings?,1,email,person,start,"Hi *|FNAME|*,\n\nwould you send me two readings?"\n'
    "How an owner did it: twice,4 business days,Email,company,advance,Hello {{ contact.firstname }}\n"
    "Ring them,1 week,Call,person,close,Ask %FIRSTNAME% about the readings\n"
)


def read(text: str) -> Transferred:
    return transferred(rows_of(io.StringIO(text), LAYOUT), built_in_team("en"))


def wrong(row: str) -> tuple[int, str, str]:
    """The one thing to mend in a table with that row."""
    (problem,) = read(HEADER + row).problems
    return problem


def run(folder: Path, text: str, *words: str) -> Result:
    (folder / "mkdocs.yml").write_text("site_name: Lamps\ndocs_dir: content\nplugins: [leadlight]\n", "utf-8")
    (folder / "content").mkdir(exist_ok=True)
    (folder / "old.csv").write_text(text, "utf-8")
    config = str(folder / "mkdocs.yml")
    return CliRunner().invoke(main, ["import-sequence", str(folder / "old.csv"), "--name", "old", "-f", config, *words])


def test_each_row_becomes_a_step_that_the_playbook_reads(tmp_path: Path) -> None:
    said = run(tmp_path, GOOD, "--purpose", "helping you to find the leak", "--yes")

    sequence = load(tmp_path / "content/playbook", language="en").sequences["old"]
    assert said.exit_code == 0, said.output
    assert sequence.purpose == "helping you to find the leak"
    assert [step.slug for step in sequence.steps] == ["01-two-readings", "02-how-an-owner-did-it", "03-ring-them"]
    assert [str(step.wait) for step in sequence.steps] == ["1 day", "4 business days", "1 week"]
    assert [step.channel for step in sequence.steps] == ["mail", "mail", "rep"]


def test_the_old_tools_marks_become_our_names() -> None:
    texts = list(read(GOOD).files.values())

    assert all("{{ lead.first_name or 'there' }}" in text for text in texts)
    assert not any("FNAME" in text or "contact." in text or "%" in text for text in texts)


def test_without_yes_nothing_is_written_and_the_files_are_named(tmp_path: Path) -> None:
    said = run(tmp_path, GOOD)

    assert "3 steps would go to" in said.output
    assert "02-how-an-owner-did-it.md" in said.output
    assert not (tmp_path / "content/playbook").exists()


def test_a_sequence_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    mine = tmp_path / "content/playbook/sequences/old/01-mine.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")

    said = run(tmp_path, GOOD, "--yes")

    assert said.exit_code == 1
    assert [path.name for path in mine.parent.iterdir()] == ["01-mine.md"]


@pytest.mark.parametrize(
    ("row", "column", "part"),
    [
        ("Hello,1,email,person,,Hi", "objective", "progress"),
        ("Hello,1,email,,start,Hi", "encounter", "meeting"),
        (",1,email,person,start,Hi", "subject", "first"),
        ("Hello,,email,person,start,Hi", "wait", "2 days"),
        ("Hello,2 fortnights,email,person,start,Hi", "wait", "fortnights"),
        ("Hello,1,pigeon,person,start,Hi", "channel", "pigeon"),
        ("Hello,1,email,person,start,", "body", "no text"),
        ("Hello,1,email,person,start,<p>Hi</p>", "body", "HTML"),
        ("Hello,1,email,person,start,Bye *|UNSUB|*", "body", "its own way out"),
        ("Hello,1,email,person,start,Dear *|MERGE7|*", "body", "as it is"),
        ("Hello,1,email,person,start,{{ deal.amount }}", "body", "deal"),
    ],
)
def test_each_mistake_is_named_with_its_row_and_column(row: str, column: str, part: str) -> None:
    number, where, what = wrong(row)

    assert (number, where) == (2, column)
    assert part in what


def test_nothing_is_written_while_a_row_is_to_be_mended(tmp_path: Path) -> None:
    said = run(tmp_path, GOOD + "Hello,1,email,person,,Hi\n", "--yes", "--json")

    told = msgspec.json.decode(said.stdout)
    assert said.exit_code == 1
    assert (told["written"], told["problems"][0]["row"]) == (False, 5)
    assert not (tmp_path / "content/playbook").exists()


def test_a_table_without_subjects_is_refused_as_a_whole() -> None:
    with pytest.raises(BadList, match="Is it `Subjects`"):
        read("Subjects,Delay\nHello,1\n")


def test_a_column_that_a_step_does_not_have_is_named() -> None:
    assert read("Subject,Open rate\nHello,41 %\n").unread == ("open_rate",)
