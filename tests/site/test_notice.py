"""A page that asks for the privacy notice has it once it is built, in the language of its own name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from leadlight.cli import main
from leadlight.errors import Problem

MARK = "<!-- leadlight: privacy -->"
GATED = "---\ngate: {form: short, teaser: 50}\n---\n# Guide\n\nOpen words.\n\n<!-- more -->\n\nKept words.\n"


def test_each_build_writes_the_notice_of_its_own_forms(
    tmp_path: Path, problems: Callable[..., tuple[Problem, ...]]
) -> None:
    pages = {"guide.md": GATED, "privacy.md": f"# Privacy\n\n{MARK}\n", "privacy.pl.md": f"# Prywatność\n\n{MARK}\n"}

    assert problems(pages) == ()
    english = (tmp_path / "site/privacy/index.html").read_text("utf-8")
    polish = (tmp_path / "site/privacy.pl/index.html").read_text("utf-8")
    assert "Who answers for your data</h2>" in english
    assert "The form “" in english
    assert "Kto odpowiada za Twoje dane</h2>" in polish
    assert MARK not in english + polish


def test_each_form_leads_to_the_notice_where_there_is_one(
    tmp_path: Path, problems: Callable[..., tuple[Problem, ...]]
) -> None:
    guide = tmp_path / "site/guide/index.html"
    problems({"guide.md": GATED})
    assert "What we do with your data" not in guide.read_text("utf-8")

    problems({"guide.md": GATED, "about-data.md": f"# Privacy\n\n{MARK}\n"})

    assert '<a href="/about-data/">What we do with your data</a>' in guide.read_text("utf-8")


def test_the_record_of_processing_is_printed_from_the_same_files(
    tmp_path: Path, problems: Callable[..., tuple[Problem, ...]]
) -> None:
    problems({"guide.md": GATED})
    said = CliRunner().invoke(main, ["plan", "--record", "--config-file", str(tmp_path / "mkdocs.yml")])

    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("# Record of processing activities: Tiny\n")
    assert "On: `guide`" in said.stdout
