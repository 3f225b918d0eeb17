"""The manual's page on kinds of gates: its pieces together are a site without a mistake, and each does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadlight.gate.check import check_sources
from leadlight.gate.config import options_of, read_config, site_of
from leadlight.gate.gather import Gathered, gather

MANUAL = Path(__file__).parents[2] / "content" / "project" / "gates.md"
PIECE = re.compile(r'^```\w+ title="content/(?P<name>[^"]+)"\n(?P<body>.*?)^```', re.MULTILINE | re.DOTALL)
CONFIG = "site_name: Doors\nplugins: [leadlight]\nexclude_docs: /playbook/\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manual")
    pieces = {f"docs/{found['name']}": found["body"] for found in PIECE.finditer(MANUAL.read_text("utf-8"))}
    files = dict.fromkeys(f"docs/{name}" for name in re.findall(r"downloads/[\w.-]+", "".join(pieces.values())))
    for name, text in {"mkdocs.yml": CONFIG, **pieces, **dict.fromkeys(files, "made up")}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def gathered(site: Path) -> Gathered:
    config = read_config(site / "mkdocs.yml")
    return gather(site_of(config, options_of(config)))


def test_the_pieces_are_a_site_without_a_mistake(site: Path) -> None:
    assert check_sources(site / "mkdocs.yml").gates == 9


def test_each_piece_is_of_the_kind_that_it_stands_for(site: Path) -> None:
    found = gathered(site)
    kinds = {page.src_uri: str(page.front.kind) for page in found.pages if page.front}

    assert {name: kind for name, kind in kinds.items() if kind != "page"} == {
        "guides/talk.md": "audio",
        "trial.md": "sample",
        "soon.md": "waitlist",
    }
    assert [list(found.paths), list(found.recordings)] == [["doors"], ["welcome.md"]]
    assert [page.src_uri for page in found.pages if page.announce] == ["news.md"]
    assert [page.src_uri for page in found.pages if page.front and page.front.meter] == ["guides/sensors.md"]
