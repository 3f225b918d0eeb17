"""The command line's own summaries."""

import pytest
from click.testing import CliRunner

from leadlight.cli import main


@pytest.mark.parametrize("group", [(), ("leads",)])
def test_no_summary_of_a_command_is_cut_short_on_eighty_columns(group: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*group, "--help"], env={"COLUMNS": "80"}).output

    assert "Commands:" in said
    assert "..." not in said.partition("Commands:")[2]
