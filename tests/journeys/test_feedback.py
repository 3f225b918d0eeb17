"""One line of a rep's: how it reaches those who write, and how the rep hears what became of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.world import REP_ADDRESS, World
from tests.world_sale import compiled
from tests.world_site import FILES

from leadlight.cli import main
from leadlight.feedback import lines
from leadlight.gate.build import build_site
from leadlight.gate.history import feedback_done
from leadlight.model.site import FeedbackDone, Manifest
from leadlight.model.touch import TouchKind
from leadlight.playbook.write import BundleWriter

LINE = "They look for prices first"


@pytest.fixture(scope="module")
def sale_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("sale"), notices={"digest": "08:00"})


@pytest.fixture
def world_bundle(tmp_path: Path, sale_bundle: Path) -> Path:
    """One of its own, since a later build changes it."""
    return Path(shutil.copytree(sale_bundle, tmp_path / "built"))


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "content"
    folder.mkdir()
    git(folder, "init", "--quiet")
    yield folder
    shutil.rmtree(folder)


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def site(folder: Path) -> None:
    """What a marketer has in the repository."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def said(world: World, aim: str = "page:guides/mail") -> str:
    """The id of a line that a rep has left in an outcome."""
    world.confirmed(name="Anna")
    world.log(world.taken(), objective="start", achieved="yes", feedback=LINE, feedback_aim=aim)
    return world.touches(TouchKind.FEEDBACK)[0].facts["id"]


def published(world: World, *done: FeedbackDone) -> None:
    """A build that names these as taken up."""
    manifest = msgspec.json.decode((world.bundle / "manifest.json").read_bytes(), type=Manifest)
    version = "+".join(each.id for each in done)
    BundleWriter(world.bundle).manifest(replace(manifest, feedback_done=done, version=version))


def test_a_line_keeps_its_words_and_what_it_is_about(world: World) -> None:
    line = said(world)

    (found,) = lines(world.services)

    assert (found.id, found.text, found.by, found.done) == (line, LINE, "Rita Rep", False)
    assert (found.aim, found.about) == ("page:guides/mail", "the page “Mail guide”")


def test_a_commit_that_takes_up_a_line_tells_its_rep_once(world: World, repository: Path) -> None:
    line = said(world)
    site(repository)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", f"Show prices on the first page\n\nFeedback: {line}")

    manifest = build_site(repository / "mkdocs.yml", repository / "site", world.bundle).manifest
    world.settle()
    published(world, *manifest.feedback_done, FeedbackDone("F-ZZZZZZ", "1234567", "Of somebody else"))
    world.settle()

    assert world.subjects(REP_ADDRESS).count("Taken up: your line about the page “Mail guide”") == 1
    mail = world.mail(REP_ADDRESS, "Taken up")
    assert LINE in mail.text
    assert "Show prices on the first page" in mail.text
    assert lines(world.services)[0].done


def test_git_tells_only_what_stands_in_the_last_lines_of_a_commit(repository: Path) -> None:
    git(
        repository,
        "commit",
        "--allow-empty",
        "--quiet",
        "-m",
        "Talk about it\n\nFeedback: F-AAAAAA is on my list.\n\nMore.",
    )
    git(repository, "commit", "--allow-empty", "--quiet", "-m", "Do two\n\nFeedback: F-BBBBBB\nFeedback: f-cccccc")

    assert [(done.id, done.subject) for done in feedback_done(repository)] == [
        ("F-BBBBBB", "Do two"),
        ("F-CCCCCC", "Do two"),
    ]


def test_a_folder_without_git_tells_nothing(tmp_path: Path) -> None:
    assert feedback_done(tmp_path / "nowhere") == ()


def test_marketers_get_the_lines_once_a_week_by_what_they_are_about(world: World) -> None:
    said(world)
    world.advance("1 week")

    mails = [mail for mail in world.mails("mark") if "1 line from reps" in mail.subject]

    assert len(mails) == 1
    assert "About the page “Mail guide”" in mails[0].text
    assert LINE in mails[0].text


def test_the_command_lists_lines_with_their_ids(world: World) -> None:
    line = said(world, aim="product")
    shutil.copytree(world.bundle, world.data / "bundle")
    asked = ["feedback", "--data", str(world.data)]

    told = CliRunner().invoke(main, asked)
    of_late = CliRunner().invoke(main, [*asked, "--json", "--since", "2030-01-01"])

    assert f"{line}  2026-01-05  open" in told.output
    assert f"`Feedback: {line}`" in told.output
    assert msgspec.json.decode(of_late.output) == []
