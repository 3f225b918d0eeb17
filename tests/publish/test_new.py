"""A site of one's own, as a new user begins it: the manual's own commands, the wheel, a mail server of this machine."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement
from tests.contracts.smtp import Server, smtp_server
from tests.ports import free_port

from leadlight.cli import main

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "content" / "project" / "a-site-of-your-own.md"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
YAML = 'yaml title="content/playbook/team.yml"'
ENDLESS = ("make demo", "make serve")
PATIENCE = 60  # seconds; ends as soon as there is something to see


def blocks(kind: str) -> list[str]:
    """The manual's blocks of that kind, in order."""
    return [match["body"] for match in FENCE.finditer(MANUAL.read_text("utf-8")) if match["info"] == kind]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def parts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel says that it needs, and nothing else, as this environment has it: pip finds it installed there.

    To fetch and unpack sixty parts of others takes half a minute; what is tried is ours, from its own wheel.
    """
    folder = tmp_path_factory.mktemp("parts")
    for part in needed_by(wheel):
        tops = {file.parts[0] for file in part.files or ()} - {"..", "__pycache__"}
        for top in tops - {path.name for path in folder.iterdir()}:
            (folder / top).symlink_to(str(part.locate_file(top)))
    return folder


def needed_by(wheel: Path) -> Iterator[metadata.Distribution]:
    """The installed distributions of others that `leadlight[site,local]` needs, and that these need."""
    (ours,) = wheel.glob("*.whl")
    (about,) = (path for path in zipfile.Path(ours).iterdir() if path.name.endswith(".dist-info"))
    waiting: list[tuple[metadata.Distribution, set[str]]] = [(metadata.PathDistribution(about), {"site", "local"})]
    known = set[str]()
    while waiting:
        part, extras = waiting.pop()
        for wish in map(Requirement, part.requires or ()):
            asked = not wish.marker or any(wish.marker.evaluate({"extra": extra}) for extra in ("", *extras))
            if asked and str(wish) not in known:
                known.add(str(wish))
                yield (found := metadata.distribution(wish.name))
                waiting.append((found, wish.extras))


@pytest.fixture
def carrier() -> Iterator[Server]:
    with smtp_server() as server:
        yield server


class User:
    """Somebody in a folder of their own who types what the manual says."""

    def __init__(self, folder: Path, **environment: str) -> None:
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("LEADLIGHT", "MAKE"))}
        self.folder, self.environment = folder, {**mine, "PYTHONWARNINGS": "", **environment}

    def types(self, line: str) -> None:
        done = subprocess.run(
            line, shell=True, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def starts(self, line: str) -> subprocess.Popen[bytes]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(
            line, shell=True, cwd=self.folder, env=self.environment, start_new_session=True, **quiet
        )  # type: ignore[call-overload]  # as named


def seen(url: str) -> None:
    """Waits until the address answers."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, f"{url} does not answer"
        time.sleep(0.1)


def mail_to(carrier: Server, address: str) -> tuple[str, str]:
    """The first mail to that address: its subject and its text."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for kept in carrier.accepted:
            content = kept.content if isinstance(kept.content, bytes) else (kept.content or "").encode()
            message = email.message_from_bytes(content, policy=email.policy.default)
            if address in str(message["To"]):
                body = message.get_body(("plain",))
                assert body is not None
                return str(message["Subject"]), body.get_content()
        time.sleep(0.1)
    pytest.fail(f"no mail to {address}")


def visit(site: str, carrier: Server) -> None:
    """The first visitor leaves an address, and presses the button of the mail."""
    asked = {"gate": "guides/first-guide", "email": "first@reader.example", "first_name": "Fiona", "consent": True}
    assert httpx.post(f"{site}/api/access", json=asked).status_code == 202
    _, text = mail_to(carrier, "first@reader.example")
    link = re.search(r"http://\S+/confirm\?token=\S+", text)
    assert link, text
    assert httpx.post(link[0]).status_code == 303


@pytest.mark.slow
def test_the_manual_leads_from_an_empty_folder_to_the_first_lead_and_the_reps_mail(
    tmp_path: Path, wheel: Path, parts: Path, carrier: Server
) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    pip = {"PIP_FIND_LINKS": str(wheel), "PIP_NO_INDEX": "1", "PIP_NO_COMPILE": "1"}
    user = User(tmp_path, PORT=str(port), PYTHONPATH=str(parts), **pip)
    mine = {"https://www.example.com": site, re.search(r'"(smtp:[^"]+)"', blocks("sh")[-1])[1]: f"smtp://{carrier.url}"}  # type: ignore[index]  # the manual has one
    begin, look, live = blocks("sh")

    for line in typed(begin, {" ../leadlight": f" {next(wheel.glob('*.whl'))}"}):  # the clone, built before
        user.types(line)
    (tmp_path / "content/playbook/team.yml").write_text(*blocks(YAML), "utf-8")
    for line in typed(look, {}):
        user.types(line)
    for line in typed(live, mine):
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            user.environment[name] = value.strip('"')
    server = user.starts("make serve")
    try:
        seen(f"{site}/api/health")
        visit(site, carrier)
        subject, text = mail_to(carrier, "nora@lamps.example")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)

    assert len([*tmp_path.glob(".venv/lib/*/site-packages/leadlight/__init__.py")]) == 1
    assert "Fiona" in subject
    assert "first@reader.example" in text


def typed(block: str, instead: Mapping[str, str]) -> list[str]:
    """The lines that end by themselves, with the user's own address and mail server."""
    for ours, theirs in instead.items():
        assert ours in block
        block = block.replace(ours, theirs)
    return [line for line in block.splitlines() if line not in ENDLESS]


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: Mine\n", "utf-8")

    answer = CliRunner().invoke(main, ["new", str(tmp_path), "--solo"])

    assert answer.exit_code == 1
    assert "mkdocs.yml would be written over" in answer.output
    assert [path.name for path in tmp_path.iterdir()] == ["mkdocs.yml"]


@pytest.mark.parametrize(("kind", "people"), [(("--solo",), 1), ((), 3)])
def test_a_new_site_has_no_mistakes_and_only_its_people_to_be_named(
    tmp_path: Path, kind: tuple[str, ...], people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    CliRunner().invoke(main, ["new", str(tmp_path / "lamps"), *kind], catch_exceptions=False)
    monkeypatch.chdir(tmp_path / "lamps")

    answer = CliRunner().invoke(main, ["check"], catch_exceptions=False)

    assert answer.exit_code == 0
    assert answer.stdout.startswith("No mistakes: 1 gate, ")
    assert len(answer.stderr.splitlines()) == answer.stderr.count("nobody reads mail to `") == people


def test_a_team_gets_the_workflows_that_publish_and_one_person_does_not(tmp_path: Path) -> None:
    for kind in ((), ("--solo",)):
        CliRunner().invoke(main, ["new", str(tmp_path / f"site{len(kind)}"), *kind], catch_exceptions=False)

    flows = [sorted(path.name for path in (tmp_path / name).glob(".github/workflows/*")) for name in ("site0", "site1")]
    assert flows == [["deploy.yml", "preview.yml"], ["check.yml"]]
