"""The manual has a page for each kind of reader. Each command on it runs, each file shown is read by what reads it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from tests import screenshots
from tests.ports import free_port
from tests.world import ANNA

from leadlight.cli import main
from leadlight.playbook.front import read_gate
from leadlight.playbook.roster import read_team
from leadlight.playbook.source import load, unknown_names
from leadlight.publish.begin import begin
from leadlight.wiring.local import Place, local

MANUAL = Path(__file__).parents[1] / "content" / "project"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(\.\./assets/screens/(?P<name>[\w-]+)\.webp\)")
PAGES = ("for-visitors.md", "for-marketers.md", "reps.md", "for-operators.md")
ELSEWHERE = ("python3 -m venv", ".venv/bin/pip")
"""Installing is tried by who begins a site with nothing: `tests/publish/test_new.py`."""

PATIENCE = 60  # seconds; ends as soon as there is something to see
LISTS = {"fair.csv": f"email,name\n{ANNA},Anna Nowak\n", "old-tool.csv": "Email Address\nsomebody@example.com\n"}


def blocks(page: str, kind: str) -> list[tuple[str, str]]:
    """The blocks of that kind, each with its title."""
    found = [match for match in FENCE.finditer((MANUAL / page).read_text("utf-8")) if match["info"].startswith(kind)]
    titles = [re.search(r'title="([^"]+)"', match["info"]) for match in found]
    return [(title[1] if title else "", match["body"]) for title, match in zip(titles, found, strict=True)]


def files_of(page: str, folder: Path) -> None:
    """Writes each file that the page shows."""
    for name, text in [*blocks(page, "markdown"), *blocks(page, "yaml")]:
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")


class Reader:
    """Somebody in a site of their own who types what the page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def types(self, line: str) -> str:
        """What it says; it has to end well."""
        words = shlex.split(line)
        if words[0] == "leadlight":
            done = CliRunner().invoke(main, words[1:])
            assert done.exit_code == 0, f"{line}\n{done.output}"
            return done.output
        run = subprocess.run(line, shell=True, cwd=self.folder, capture_output=True, text=True, check=False)
        assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"
        return run.stdout

    def serves(self, line: str) -> None:
        """Starts what does not end by itself, waits for its first answer, and ends it."""
        port = free_port()
        words = [*shlex.split(line)[1:], "--port", str(port)]
        entry = "from leadlight.cli import main; main()"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen([sys.executable, "-c", entry, *words], cwd=self.folder, **quiet)  # type: ignore[call-overload]  # as named
        try:
            end = time.monotonic() + PATIENCE
            while not _answers(f"http://127.0.0.1:{port}/") and server.poll() is None and time.monotonic() < end:
                threading.Event().wait(0.1)
            assert server.poll() is None
            assert time.monotonic() < end
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A new site in a repository with somewhere to push to, an installation that nobody has visited, and two lists."""
    site = tmp_path / "site"
    begin(site, name="Northgate Doors", solo=False)
    (site / ".gitignore").write_text("data\nbackup\nsite\nbundle\ndist\n*.csv\n", "utf-8")
    for name, text in LISTS.items():
        (site / name).write_text(text, "utf-8")
    local(Place(site / "data", site / "data" / "bundle", "http://127.0.0.1")).store.close()
    monkeypatch.chdir(site)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Nora")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "nora@example.com")
    somebody = Reader(site)
    somebody.types("git init -q --bare ../origin.git && git init -q -b main && git remote add origin ../origin.git")
    somebody.types("git add . && git commit -q -m Begin")
    yield somebody
    os.chdir(tmp_path)


def lines() -> Iterator[str]:
    """Every line that the pages have somebody type, once: the operator publishes before the marketer reads a report."""
    pages = sorted(PAGES, key="for-operators.md".__ne__)
    typed = [line for page in pages for _, block in blocks(page, "sh") for line in block.splitlines()]
    return (line for line in dict.fromkeys(typed) if not line.startswith(ELSEWHERE))


# --- each page does what it says


@pytest.mark.slow
def test_every_line_that_the_pages_have_somebody_type_does_its_work(reader: Reader) -> None:
    files_of("for-marketers.md", reader.folder)

    for line in lines():
        (reader.serves if line.startswith("leadlight serve") else reader.types)(line)

    assert (reader.folder / "backup" / "keys.db").exists()
    assert "winter-doors" in reader.types("git ls-remote --heads origin")


def test_the_marketers_files_are_a_playbook_without_a_problem(tmp_path: Path) -> None:
    begin(tmp_path, name="Northgate Doors", solo=False)
    files_of("for-marketers.md", tmp_path)

    playbook = load(tmp_path / "content/playbook", language="en")
    gate = read_gate(tmp_path / "content/guides/winter-doors.md", "guides/winter-doors.md")

    assert gate is not None
    assert unknown_names(gate, playbook) == ()
    assert [warning.message for warning in playbook.warnings if "winter-doors" in warning.file] == []


@pytest.mark.parametrize("number", range(2))
def test_what_the_reps_page_shows_of_the_team_file_is_read_by_it(number: int, tmp_path: Path) -> None:
    _, shown = blocks("reps.md", "yaml")[number]
    team = "company: {name: Example}\npeople: [{name: Maya, email: maya@example.com}]\n"
    path = tmp_path / "team.yml"
    path.write_text(team + shown, "utf-8")

    assert read_team(path, language="en").people[0].name == "Maya"


@pytest.mark.parametrize("page", PAGES)
def test_each_shown_file_with_a_name_belongs_to_a_page_that_is_tried(page: str) -> None:
    titled = [name for kind in ("markdown", "yaml") for name, _ in blocks(page, kind) if name]

    assert not titled or page == "for-marketers.md"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_stands_in_the_group_for_people(page: str) -> None:
    navigation = (MANUAL.parents[1] / "mkdocs.yml").read_text("utf-8")

    group = navigation.split("- For …:\n")[1].split("\n      - ")[0]

    assert f"project/{page}" in group


# --- its pictures


def shown() -> dict[str, str]:
    """The pictures that the manual shows, with what they say to whoever cannot see them."""
    pages = MANUAL.glob("*.md")
    return {match["name"]: match["alt"] for page in pages for match in PICTURE.finditer(page.read_text("utf-8"))}


def test_each_picture_that_is_shown_is_one_that_make_screenshots_takes() -> None:
    assert set(shown()) == set(screenshots.NAMES)
    assert {path.stem for path in screenshots.SCREENS.iterdir()} == set(screenshots.NAMES)


def test_each_picture_says_in_words_what_it_shows() -> None:
    assert [name for name, alt in shown().items() if len(alt.split()) < 6] == []


@pytest.mark.parametrize("name", screenshots.NAMES)
def test_no_picture_is_larger_than_a_page_may_carry(name: str) -> None:
    data = (screenshots.SCREENS / f"{name}.webp").read_bytes()

    assert data[8:12] == b"WEBP"
    assert len(data) <= screenshots.AT_MOST
