"""Told to stop, a server leaves whole databases: no log of SQLite beside them that a restored copy would meet."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from tests.ports import free_port
from tests.world import ANNA, MAIL

from leadlight.cli import main
from leadlight.wiring.local import Place, damages, let_go, local

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # seconds; ends as soon as it answers


@pytest.fixture
def data(tmp_path: Path, world_bundle: Path) -> Path:
    """The folder of an installation that was published, and never served."""
    shutil.copytree(world_bundle, tmp_path / "bundle")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("Home")
    return tmp_path


def left_behind(data: Path, command: str, told: signal.Signals) -> list[str]:
    """The databases' files after a server took a form and was told to stop."""
    port = free_port()
    leadlight = str(Path(sys.executable).with_name("leadlight"))
    words = [leadlight, command, "--no-build", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        end = time.monotonic() + PATIENCE
        while server.poll() is None and not is_listening(port) and time.monotonic() < end:
            time.sleep(0.05)
        try:
            form = {"gate": MAIL, "email": ANNA, "consent": True}
            assert httpx.post(f"http://127.0.0.1:{port}/api/access", json=form).status_code == 202
            assert (data / "leads.db-wal").stat().st_size
        finally:
            server.send_signal(told)
            server.wait(PATIENCE)
    return sorted(path.name for path in data.glob("*.db*"))


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(("command", "told"), [("serve", signal.SIGTERM), ("demo", signal.SIGINT)])
def test_a_server_that_is_told_to_stop_leaves_no_log_beside_its_databases(
    data: Path, command: str, told: signal.Signals
) -> None:
    assert left_behind(data, command, told) == ["keys.db", "leads.db"]


def test_a_command_lets_go_of_the_databases_when_it_ends(data: Path) -> None:
    let_go(local(Place(data, data / "bundle", "http://127.0.0.1")))

    said = CliRunner().invoke(main, ["leads", "resume", "--after-restore", "--data", str(data)])

    assert said.exit_code == 0
    assert sorted(path.name for path in data.glob("*.db*")) == ["keys.db", "leads.db"]


def test_the_manuals_restore_brings_back_the_copy_though_a_killed_server_left_its_log(
    data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    killed = tmp_path_factory.mktemp("killed")
    live = local(Place(data, data / "bundle", "http://127.0.0.1"))
    live.store.set_note("copied", "yes")
    (killed / "backup").mkdir()
    for name in ("leads.db", "keys.db"):
        with closing(sqlite3.connect(data / name)) as one, closing(sqlite3.connect(killed / "backup" / name)) as copy:
            one.backup(copy)
    live.store.set_note("later", "yes")
    shutil.copytree(data, killed / "data")  # as it lies there while the server lives, and after `kill -9`
    let_go(live)

    for line in restoring():
        subprocess.run(line, shell=True, cwd=killed, check=True)

    after = local(Place(killed / "data", killed / "data" / "bundle", "http://127.0.0.1"))
    found = after.store.note("copied"), after.store.note("later"), damages(killed / "data")
    let_go(after)
    assert found == ("yes", None, {})


def restoring() -> list[str]:
    """What the operators' page has somebody type who lost leads and keys; saying that all is in place comes behind."""
    page = (ROOT / "content/project/for-operators.md").read_text("utf-8").split("Leads and keys were lost:")[1]
    return page.split("```sh\n")[1].split("```")[0].splitlines()[:-1]
