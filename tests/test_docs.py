"""The manual is true: what it names is there, its examples pass, its tables are those of the code."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from tests import docs
from tests.docs import REFERENCE, ROOT, SOURCE

from leadlight.cli import main as command_line
from leadlight.playbook.front import read_gate
from leadlight.playbook.source import load, unknown_names

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "infra/README.md")),
    *sorted((ROOT / "content" / "project").glob("*.md")),
]
BASES = (ROOT, SOURCE, ROOT / "content", ROOT / "content" / "playbook")
"""What paths in the manual may be relative to."""

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"\.?[\w*-][\w.*/-]*(?:/|\.(?:py|md|yml|toml|html|js|css|sh|lock|json|db))\Z")
ROUTE = re.compile(r"(?:(GET|POST|HEAD) )?(/(?:api|rep|confirm|unsubscribe|preferences|sign|_dev)[\w/<>-]*)(?:\?.*)?\Z")


@cache
def text_at(path: Path) -> str:
    """The text of a file, read once for all rules."""
    return path.read_text("utf-8")


def on_pages(rule: Callable[[Path], Iterable[str]]) -> list[str]:
    """What a rule finds on any page of the manual, each with the page it stands on."""
    return [f"{page.relative_to(ROOT)}: {stray}" for page in PAGES for stray in rule(page)]


def spans(page: Path) -> list[str]:
    """What stands in code type within the text."""
    return SPAN.findall(FENCE.sub("", text_at(page)))


def lines(page: Path) -> list[str]:
    """Everything that could be a command: code within the text, and lines of shell blocks."""
    fences = [match for match in FENCE.finditer(text_at(page)) if match["info"] in {"sh", "text", "ini"}]
    return [*spans(page), *(line.strip() for match in fences for line in match["body"].splitlines())]


def exists(name: str) -> bool:
    """Whether a path of the manual is there: in the repository, or, for files of an installation, in the code."""
    if any(any(base.glob(name.rstrip("/"))) for base in BASES):
        return True
    own = name.rstrip("/").rpartition("/")[2]
    return any(f'"{own}"' in text_at(path) for path in SOURCE.rglob("*.py"))


# --- what is named is there

MADE = "../openapi.json"
"""Lies in the site alone, where each build puts it."""


def test_each_file_that_is_named_exists() -> None:
    sample = re.findall(r'title="content/([^"]+)"', text_at(REFERENCE))

    def missing(page: Path) -> list[str]:
        named = {span for span in spans(page) if FILE.fullmatch(span) and "NN-" not in span}
        return [name for name in sorted(named) if not exists(name) and f"tutorials/{name}" not in sample]

    assert on_pages(missing) == []


def test_each_module_that_is_named_exists() -> None:
    name = re.compile(r"\b((?:leadlight|tests)(?:\.[a-z_]+)+)$")

    def missing(page: Path) -> list[str]:
        named = {match[1] for line in lines(page) if (match := name.search(line))}
        return [name for name in sorted(named) if find_spec(name) is None]

    assert on_pages(missing) == []


def test_each_link_within_the_repository_leads_somewhere() -> None:
    def astray(page: Path) -> list[str]:
        targets = [link.partition("#")[0] for link in LINK.findall(text_at(page)) if "://" not in link]
        return [name for name in targets if name not in {"", MADE} and not (page.parent / name).exists()]

    assert on_pages(astray) == []


def test_each_make_target_exists() -> None:
    own = SOURCE / "publish" / "start" / "Makefile"  # that of a site of one's own
    targets = set(re.findall(r"^([a-z]+):", text_at(ROOT / "Makefile") + text_at(own), re.MULTILINE))

    def unknown(page: Path) -> set[str]:
        return {match[1] for line in lines(page) if (match := re.match(r"make ([a-z]+)", line))} - targets

    assert on_pages(unknown) == []


def test_each_command_and_its_options_exist() -> None:
    def unknown(page: Path) -> list[str]:
        used = [match[1] for line in lines(page) if (match := re.search(r"(?:^|/)leadlight ((?:[a-z]|--).*)", line))]
        return [line for line in used if not understood(shlex.split(line))]

    assert on_pages(unknown) == []


def understood(words: list[str]) -> bool:
    """Whether the command line knows the command, and each option of it."""
    command: click.Command = command_line
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return False
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return {word for word in words if word.startswith("--")} <= known | {"--help"}


def test_each_route_exists() -> None:
    rows = re.findall(r"^\| `(GET|POST) ([^`]+)` \|", renewed(), re.MULTILINE)

    def unknown(page: Path) -> list[str]:
        named = [match for span in spans(page) if (match := ROUTE.fullmatch(span))]
        return [m[0] for m in named if not any(m[2] == path and m[1] in {None, "HEAD", how} for how, path in rows)]

    assert on_pages(unknown) == []


@cache
def renewed() -> str:
    """The reference as the code would have it now."""
    return docs.renewed(text_at(REFERENCE))


def test_each_test_that_is_named_exists() -> None:
    text = "".join(text_at(path) for path in (ROOT / "tests").rglob("*.py"))
    tests = set(re.findall(r"def (test_\w+)\(", text))

    assert on_pages(lambda page: sorted(set(re.findall(r"`(test_\w+)`", text_at(page))) - tests)) == []


def test_each_page_of_the_manual_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")

    assert [
        page.name for page in PAGES if page.parent.name == "project" and f"project/{page.name}" not in navigation
    ] == []


# --- what is shown works


def test_the_readme_begins_with_two_commands_that_do_everything() -> None:
    first = FENCE.search((ROOT / "README.md").read_text("utf-8"))

    assert first is not None
    assert first["body"].split("\n") == ["make demo", "make test", ""]


def samples() -> Iterator[tuple[str, str]]:
    """The files shown in the reference, by the path in their title."""
    for match in FENCE.finditer(REFERENCE.read_text("utf-8")):
        if title := re.search(r'title="([^"]+)"', match["info"]):
            yield title[1], match["body"]


def test_the_examples_together_are_a_playbook_without_a_problem(tmp_path: Path) -> None:
    for name, text in samples():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "content/downloads").mkdir()
    (tmp_path / "content/downloads/zero-trust.pdf").touch()

    playbook = load(tmp_path / "content/playbook", language="en")
    gate = read_gate(tmp_path / "content/tutorials/zero-trust.md", "tutorials/zero-trust.md")

    assert gate is not None
    assert gate.id == "tutorials/zero-trust"
    assert unknown_names(gate, playbook) == ()


def modules() -> list[str]:
    """Every module of the product that can be imported without a side effect."""
    paths = (path.relative_to(SOURCE.parent).with_suffix("") for path in SOURCE.rglob("*.py"))
    names = (".".join(path.parts).removesuffix(".__init__") for path in paths if path.name != "__main__")
    return sorted(name for name in names if ">>> " in text_of(name))


def text_of(module: str) -> str:
    """The source of a module."""
    path = SOURCE.parent.joinpath(*module.split("."))
    own = path.with_suffix(".py")  # a folder of that name may lie beside it
    return (own if own.is_file() else path / "__init__.py").read_text("utf-8")


@pytest.mark.parametrize("module", modules())
def test_the_examples_in_docstrings_run(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))

    assert tried > 0
    assert failed == 0


# --- what is made from the code is current


def test_the_reference_is_that_of_the_code() -> None:
    assert renewed() == text_at(REFERENCE), "run `python -m tests.docs` and explain what is new"


def test_everything_in_the_reference_is_explained() -> None:
    unexplained = re.findall(r"^\| (`[^`]+`).*\| \?? ?\|$", REFERENCE.read_text("utf-8"), re.MULTILINE)

    assert unexplained == []


# --- nothing of anybody's own stands in the repository

PRIVATE = {
    "the path of somebody's machine": re.compile(r"(?<![\w.}])/(?:home|Users|work|mnt)/[\w.-]+"),
    "the address of a package index": re.compile(r"https?://[^\s\"'<>)]*/simple\b|(?<!-)--(?:extra-)?index-url\b"),
    "a number of a tracker": re.compile(r"\b(?:[Ii]ssue|[Tt]icket) #?\d+\b"),
}


@pytest.mark.parametrize("what", PRIVATE)
def test_the_repository_names_nothing_private(what: str) -> None:
    assert [f"{path.name}: {found[0]}" for path in written() if (found := PRIVATE[what].search(text_at(path)))] == []


@cache
def written() -> list[Path]:
    """The files that people write."""
    folders = [ROOT / name for name in ("content", "functions", "infra", "tests", ".ci", ".github")]
    paths = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    made = {".pdf", ".mp3", ".pyc", ".mo", ".png", ".webp"}
    return [path for path in paths if path.suffix not in made and path.is_file()]


def test_no_figure_waits_to_be_filled_in() -> None:
    assert on_pages(lambda page: re.findall(r"\b[A-Z]{3,}_(?:SECONDS|FIGURES)\b", text_at(page))) == []
