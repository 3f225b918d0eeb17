"""What `check` says about a team that does not fit its site."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.playbooks import read

from leadlight.playbook.coverage import uncovered
from leadlight.playbook.front import read_gate

SIZED = """\
wording: {content: We mail you a link.}
fields: [{name: size, type: choice, choices: [1-50, 51-500]}]
"""
ANN, BOB = "name: Ann Lee, email: ann@acme.example", "name: Bob Ray, email: bob@acme.example"


def said(
    folder: Path, ann: str, bob: str = "", *, form: str = SIZED, languages: tuple[str, ...] = ("en",)
) -> list[str]:
    """What is said about a team of two, with one gate about calls."""
    more = [f", {words}" if words else "" for words in (ann, bob)]
    text = f"company: {{name: Acme, postal: 1 Lane}}\npeople:\n  - {{{ANN}{more[0]}}}\n  - {{{BOB}{more[1]}}}\n"
    playbook = read(folder / "playbook", {"team.yml": text, "forms/long.yml": form})
    page = folder / "guides.md"
    page.write_text("---\ngate:\n  topics: [calls]\n---\n# A\n\n<!-- more -->\n\nB\n")
    gate = read_gate(page, "guides/sso.md")
    assert gate is not None
    path = folder / "playbook" / "team.yml"
    found = uncovered(path, playbook.team, gates=[gate], forms=playbook.forms, languages=languages)
    return [f"{problem.line}: {problem.message}" for problem in found]


def test_a_team_that_fits_hears_nothing(tmp_path: Path) -> None:
    assert said(tmp_path, "products: [calls, guides/, guides/sso], sizes: [1-50], territories: [PL]") == []


@pytest.mark.parametrize(
    ("ann", "message"),
    [
        ("products: [cals]", "3: no gate has the id or the topic `cals`; did you mean `calls`?"),
        ("products: [tutorials/]", "3: no gate has the id or the topic `tutorials/`; there is `calls` or `guides/sso`"),
        ("sizes: [1-5000]", "3: no form offers the size `1-5000`; did you mean `51-500`?"),
    ],
)
def test_what_nobody_can_ever_ask_for_is_said(tmp_path: Path, ann: str, message: str) -> None:
    assert said(tmp_path, ann) == [message]


def test_sizes_that_no_form_asks_for_are_said_once(tmp_path: Path) -> None:
    found = said(tmp_path, "sizes: [1-50, 51-500]", form="wording: {content: We mail you a link.}\n")

    assert found == ["3: no form has a field called `size`, so no lead will ever say one"]


def test_a_language_of_the_site_that_nobody_speaks_is_said(tmp_path: Path) -> None:
    (found,) = said(tmp_path, "languages: [en]", "languages: [pl], capacity: 0", languages=("en", "pl"))

    assert found.startswith("2: the site speaks `pl`, and nobody who takes leads does")


def test_a_team_with_territories_only_hears_of_everybody_else(tmp_path: Path) -> None:
    (found,) = said(tmp_path, "territories: [PL]", "territories: [DE]")

    assert found.startswith("2: everybody has territories, so a lead from elsewhere goes to anybody")


def test_without_a_file_there_is_nothing_to_say(tmp_path: Path) -> None:
    playbook = read(tmp_path, {})

    assert list(uncovered(tmp_path / "team.yml", playbook.team, gates=[], forms={}, languages=["pl"])) == []
