"""What the command line says to somebody who begins: its own summaries, and what to do first."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from leadlight.cli import main


@pytest.mark.parametrize("group", [(), ("leads",)])
def test_no_summary_of_a_command_is_cut_short_on_eighty_columns(group: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*group, "--help"], env={"COLUMNS": "80"}).output

    assert "Commands:" in said
    assert "..." not in said.partition("Commands:")[2]


@pytest.mark.parametrize(("published", "todo"), [(True, "Start the server once."), (False, "Name the folder of the")])
def test_where_nobody_has_come_yet_it_says_what_to_do(tmp_path: Path, published: bool, todo: str) -> None:
    if published:
        (tmp_path / "bundle").mkdir()

    said = CliRunner().invoke(main, ["leads", "list", "--data", str(tmp_path)])

    assert said.exit_code == 2
    assert f"There are no leads in {tmp_path} yet. {todo}" in said.output
