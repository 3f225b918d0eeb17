"""Mistakes that would open more than was meant: a build refuses them, and the check tells of them without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leadlight.errors import Problem
from leadlight.gate.check import look_over

Problems = Callable[..., tuple[Problem, ...]]
Told = Callable[[dict[str, str]], list[tuple[str, int, str]]]

PAGE = "---\n{gate}\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\nClosed words that nobody else may read.\n"
PLAIN = "# Plain\n\nOpen.\n\n<!-- more -->\n\nWords below the mark of that page.\n"
WORDING = "wording: {content: The page., follow-up: And mails.}\n"
MODES = {"asks": "required", "takes": "optional"}
CONFIG = {"plugins": ["leadlight"], "exclude_docs": "/playbook/"}


def page(gate: str, more: str = "") -> str:
    return PAGE.format(gate=f"gate: {{{gate}}}") + more


@pytest.fixture
def told(problems: Problems, tmp_path: Path) -> Told:
    """What a build refuses, by file, line and words. The check has to say the same."""

    def tell(files: dict[str, str]) -> list[tuple[str, int, str]]:
        refused = problems(files, **CONFIG)
        checked = look_over(tmp_path / "mkdocs.yml").problems
        assert set(checked) == set(refused)
        return sorted((p.file.partition("docs/")[2], p.line, p.message) for p in refused)

    return tell


@pytest.mark.parametrize(
    ("own", "polish", "said"),
    [
        ("unlock: rep", "unlock: form", "`unlock: form` here, `unlock: rep` in rep.md"),
        ("kind: sample, trial: 'https://a.example/'", "kind: page, trial: ''", "`kind: page` here, `kind: sample`"),
        ("unlock: form", "meter: 2/month", "`meter: 2/month` here, no `meter` in rep.md"),
        ("disposable: refuse", "disposable: accept", "`disposable: accept` here, `disposable: refuse` in rep.md"),
        ("form: asks", "form: takes", "`takes` has `consent: optional`, `asks` of rep.md has `required`"),
    ],
)
def test_a_translation_that_opens_otherwise_than_its_page_is_refused(
    own: str, polish: str, said: str, told: Told
) -> None:
    forms = {f"playbook/forms/{name}.yml": f"consent: {mode}\n{WORDING}" for name, mode in MODES.items()}

    file, line, message = told({**forms, "rep.md": page(own), "rep.pl.md": page(polish)})[0]

    assert (file, line, message[: len(said)]) == ("rep.pl.md", 2, said)


def test_a_page_elsewhere_that_shares_a_gate_opens_as_that_gate_does(told: Told) -> None:
    ((file, _, message),) = told({"rep.md": page("unlock: rep"), "polish/rep.pl.md": page("id: rep")})

    assert file == "polish/rep.pl.md"
    assert message.startswith("`unlock: email` here, `unlock: rep` in rep.md")


def test_a_translation_opens_as_its_page_where_it_says_nothing(told: Told) -> None:
    files = {"rep.md": page("unlock: rep, topics: [a]"), "rep.pl.md": page("topics: [b]")}

    assert told(files) == []


@pytest.mark.parametrize(
    ("gate", "more", "line"), [("files: [{}guide.svg]", "", 2), ("", "\n![A picture]({}guide.svg)\n", 2)]
)
def test_one_name_for_other_contents_in_another_language_is_refused(
    gate: str, more: str, line: int, told: Told
) -> None:
    pages = {f"mail{end}.md": page(gate.format(to), more.format(to)) for end, to in {"": "", ".pl": "pl/"}.items()}

    found = told({**pages, "guide.svg": "English", "pl/guide.svg": "Polish"})

    said = "`pl/guide.svg` has the name of `guide.svg` in mail.md, and readers would get that; rename one"
    assert found == [("mail.pl.md", line, said)]


def test_a_copy_may_have_the_same_name_in_another_language(told: Told) -> None:
    files = {"mail.md": page("files: [a.pdf]"), "mail.pl.md": page("files: [pl/a.pdf]")}

    assert told({**files, "a.pdf": "One", "pl/a.pdf": "One"}) == []


@pytest.mark.parametrize("name", [".gate.yaml", "gate.yml", ".gates.yml", "_Gate.yml", ".gate", ".gate.yml.txt"])
def test_a_folders_gate_by_a_wrong_name_is_refused(name: str, told: Told) -> None:
    ((file, _, message),) = told({f"library/{name}": "form: short\n", "library/deep/page.md": PLAIN})

    assert file == f"library/{name}"
    assert message.startswith("call it `.gate.yml`; as it stands, it gates nothing")


def test_other_files_beside_pages_are_no_gates(told: Told) -> None:
    files = {"library/page.md": PLAIN, "library/rates.yml": "a: 1\n", "library/gate.png": "", "downloads/gate.yml": ""}

    assert told(files) == []


@pytest.mark.parametrize("name", ["index.md", "deep/README.md", "index.pl.md"])
def test_an_index_with_a_mark_in_a_gated_folder_is_refused(name: str, told: Told) -> None:
    ((file, line, message),) = told({"library/.gate.yml": "form: short\n", f"library/{name}": PLAIN})

    assert (file, line) == (f"library/{name}", 5)
    assert message.startswith("this whole page is public, also below <!-- more -->: library/.gate.yml does not")


def test_a_page_taken_out_of_its_folders_gate_with_a_mark_is_told_of(told: Told, tmp_path: Path) -> None:
    assert told({"library/.gate.yml": "", "library/page.md": f"---\ngate: false\n---\n{PLAIN}"}) == []

    (warning,) = [one for one in look_over(tmp_path / "mkdocs.yml").warnings if "library" in one.file]
    assert (warning.line, "all of it is public, also below" in warning.message) == (8, True)


def test_an_open_page_may_have_a_mark_where_no_gate_is_near(told: Told) -> None:
    assert told({"news/index.md": PLAIN, "news/page.md": PLAIN, "library/.gate.yml": "form: short\n"}) == []


def test_a_waitlist_with_a_mark_is_refused(told: Told) -> None:
    message = "a waitlist has nothing to withhold yet: take the mark out, or the kind"

    assert told({"soon.md": page("kind: waitlist")}) == [("soon.md", 8, message)]
