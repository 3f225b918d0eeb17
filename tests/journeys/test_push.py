"""A push to a bare repository publishes what `leadlight serve` serves, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.journeys.mortal import PAGE
from tests.journeys.push import SOURCES, Marketer, Reader, ask, serving

from leadlight.cli import main
from leadlight.errors import BadPlaybook, Leak
from leadlight.model.site import Manifest
from leadlight.publish.local import KEPT, adopt, hook, republish
from leadlight.wiring.local import Place

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("push")]  # its story is told once

OPENED = PAGE.format(unlock="form")
NEW = {
    "docs/opened.md": OPENED.replace("Open.", "Open, and newer."),
    "docs/fresh.md": OPENED.replace("A tale", "A fresh tale").replace("Rest.", "The fresh half."),
}
MISTAKE = {"docs/opened.md": OPENED.replace("Open.", "Newest.").replace("unlock: form", "unlcok: form")}


@dataclass(frozen=True)
class Story:
    """Three pushes under a reader's eyes: a new gate, a mistake, and another branch."""

    port: int
    place: Place
    reader: Reader
    published: str
    refused: str
    elsewhere: str

    def page(self) -> str:
        return ask(self.port, "GET", "/opened/")[1]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("push it")  # with a blank: paths are quoted
    data = root / "data"
    marketer = Marketer.of(root, data)
    marketer.push(SOURCES)
    with serving(data) as port:
        reader = Reader(port, "/opened/")
        with reader.reading():
            published = marketer.push(NEW)
            refused = marketer.push(MISTAKE)
            elsewhere = marketer.push({"docs/opened.md": OPENED}, to="draft")
        yield Story(port, Place(data, data / "bundle", ""), reader, published, refused, elsewhere)


def test_a_server_that_starts_again_after_a_bad_push_finds_what_was_published(story: Story) -> None:
    page = story.place.data / "work" / "docs" / "opened.md"

    assert page.read_text() == NEW["docs/opened.md"]


def test_readers_meet_the_old_page_or_the_new_one_and_nothing_else(story: Story) -> None:
    kinds = [(status, "newer" in text) for status, text in story.reader.seen if "Open" in text]

    assert len(kinds) == len(story.reader.seen) > 20
    assert [kind for kind, _ in groupby(kinds)] == [(200, False), (200, True)]


def test_a_new_gate_opens_at_once(story: Story) -> None:
    form = {"gate": "fresh", "email": "ada@northwind.example", "consent": True}

    status, text = ask(story.port, "POST", "/api/access", msgspec.json.encode(form).decode())

    assert (status, msgspec.json.decode(text)["status"]) == (200, "open")


def test_the_pusher_hears_what_is_new(story: Story) -> None:
    assert "remote: New: fresh." in story.published


def test_a_mistake_is_shown_to_the_pusher_with_file_and_line(story: Story) -> None:
    assert "remote: docs/opened.md:2: " in story.refused
    assert "unlock" in story.refused
    assert "Nothing was published" in story.refused


def test_a_mistake_changes_nothing(story: Story) -> None:
    assert "newer" in story.page()


def test_another_branch_is_not_published(story: Story) -> None:
    assert "Published" not in story.elsewhere
    assert "newer" in story.page()


def test_a_site_keeps_the_address_that_it_has(story: Story) -> None:
    assert manifest_of(story.place).site_url == "https://tiny.example/"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A project on disk; gives its mkdocs.yml."""
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "mkdocs.yml"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    data = tmp_path / "data"
    return Place(data, data / "bundle", "http://127.0.0.1:8000")


def manifest_of(place: Place) -> Manifest:
    return msgspec.json.decode((place.bundle / "manifest.json").read_bytes(), type=Manifest)


def everything(place: Place) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in place.data.rglob("*") if path.is_file()}


def test_a_leak_changes_nothing_and_names_the_page(sources: Path, place: Place) -> None:
    republish(sources, place)
    before = everything(place)
    (sources.parent / "leak.py").write_text(
        "def on_post_page(output, page, config):\n    return output + '<p>A secret sentence of seven long words.</p>'\n"
    )
    sources.write_text(SOURCES["mkdocs.yml"] + "hooks: [leak.py]\n")
    page = sources.parent / "docs" / "opened.md"
    page.write_text(OPENED.replace("Rest.", "A secret sentence of seven long words."))

    with pytest.raises(Leak) as caught:
        republish(sources, place)

    assert "site/index.html" in {leak.file for leak in caught.value.leaks}
    assert everything(place) == before


def test_a_first_publication_that_fails_leaves_nothing_nor_what_a_killed_one_left(sources: Path, place: Place) -> None:
    (place.data / ".staging-dead" / "bundle").mkdir(parents=True)
    sources.with_name("docs").joinpath("opened.md").write_text(MISTAKE["docs/opened.md"])

    with pytest.raises(BadPlaybook):
        republish(sources, place)

    assert [path.name for path in place.data.iterdir()] == ["publish.lock"]


def test_words_that_leads_agreed_to_are_named_for_ever(sources: Path, place: Place) -> None:
    republish(sources, place)
    agreed = manifest_of(place).wordings
    form = sources.parent / "docs" / "playbook" / "forms" / "tale.yml"
    form.write_text(form.read_text().replace("We mail you a link.", "You get a link by mail."))

    republish(sources, place)

    assert agreed.items() < manifest_of(place).wordings.items()


def test_only_the_last_releases_are_kept(sources: Path, place: Place) -> None:
    releases = [place.data / "releases" / f"2020010{day}T000000000000-old" for day in range(1, KEPT + 3)]
    for release in releases:
        release.mkdir(parents=True)

    newest = republish(sources, place).release

    assert sorted((place.data / "releases").iterdir()) == [*releases[-KEPT:], newest]
    assert (place.data / "site").resolve() == newest


def test_a_site_in_a_plain_folder_becomes_the_first_release(place: Place) -> None:
    (place.data / "site").mkdir(parents=True)
    (place.data / "site" / "index.html").write_text("found")

    adopt(place)

    assert (place.data / "site").is_symlink()
    assert (place.data / "site" / "index.html").read_text() == "found"


def test_the_hook_names_the_folder_whatever_it_is_called(tmp_path: Path) -> None:
    script = hook(tmp_path / "Rita's data", leadlight=Path("/opt/leadlight"))

    assert "data='" in script
    assert "@" not in script


def test_the_hook_is_written_where_there_is_no_site_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(main, ["deploy", "--data", "data", "--hook"])

    assert (done.exit_code, done.output.startswith("#!/bin/sh\n")) == (0, True)
    assert str(tmp_path / "data") in done.output


def test_a_folder_without_a_site_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(main, ["deploy", "--data", "data"])

    assert (done.exit_code, "there is no mkdocs.yml" in done.output) == (2, True)
