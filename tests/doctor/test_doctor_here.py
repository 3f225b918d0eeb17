"""The doctor finds what is wrong with an installation in a folder, and the command tells it by its exit code."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.patient import name_server

from leadlight.cli import main
from leadlight.model.site import Manifest
from leadlight.publish.doctor_finding import Finding, State
from leadlight.publish.doctor_here import ENOUGH, LITTLE, WAITING, examine_here
from leadlight.wiring.local import Place, local


@pytest.fixture
def data(tmp_path: Path, world_bundle: Path) -> Path:
    """An installation that has served before."""
    folder = tmp_path / "data"
    shutil.copytree(world_bundle, folder / "bundle")
    services = local(Place(folder, folder / "bundle", "http://127.0.0.1:8000"))
    services.store.close()
    services.keys.close()
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("Home")
    return folder


OURS = {
    ("glass.example.", "TXT"): ['"v=spf1 a:mail.glass.example ~all"'],
    ("s1._domainkey.glass.example.", "TXT"): ['"v=DKIM1; k=rsa; p=MIGfMA0GCSq"'],
    ("_dmarc.glass.example.", "TXT"): ['"v=DMARC1; p=none; rua=mailto:dmarc@glass.example"'],
}


def examined(data: Path, *, smtp: str | None = None, free: int = ENOUGH) -> dict[str, Finding]:
    with name_server(OURS) as resolver:
        found = examine_here(data, smtp=smtp, dkim_selector="s1", resolver=resolver, free=lambda _: free)
    return {each.check: each for each in found}


@contextmanager
def greeting(words: bytes) -> Iterator[str]:
    """A server that says that to the first who comes; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            guest, _ = server.accept()
            with guest:
                guest.sendall(words)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}"
        thread.join(timeout=5)


def test_a_healthy_folder_is_told_so_check_by_check(data: Path) -> None:
    with greeting(b"220 mail.example ESMTP\r\n") as url:
        found = examined(data, smtp=url)

    mail = ["smtp", "spf", "dkim", "dmarc", "alignment"]
    assert list(found) == ["bundle", "site", "keys", "databases", "modes", *mail, "inbox", "disk"]
    assert {each.state for each in found.values()} == {State.OK}


def test_a_folder_that_is_not_there_fails(tmp_path: Path) -> None:
    assert examined(tmp_path / "none")["data"].state is State.FAIL


def test_a_folder_without_leads_needs_no_keys(data: Path) -> None:
    (data / "leads.db").unlink()
    (data / "keys.db").unlink()

    assert examined(data)["keys"].state is State.OK


def test_a_missing_manifest_fails(data: Path) -> None:
    (data / "bundle" / "manifest.json").unlink()

    assert examined(data)["bundle"].state is State.FAIL


def test_a_damaged_manifest_fails(data: Path) -> None:
    (data / "bundle" / "manifest.json").write_text("{")

    assert examined(data)["bundle"].state is State.FAIL


def test_a_missing_half_fails_and_is_named(data: Path) -> None:
    manifest = msgspec.json.decode((data / "bundle" / "manifest.json").read_bytes(), type=Manifest)
    half = next(iter(manifest.gates.values())).half
    (data / "bundle" / half).unlink()

    found = examined(data)["bundle"]

    assert found.state is State.FAIL
    assert half in found.what


def test_a_missing_site_fails(data: Path) -> None:
    (data / "site" / "index.html").unlink()

    assert examined(data)["site"].state is State.FAIL


def test_leads_without_their_keys_fail(data: Path) -> None:
    (data / "keys.db").unlink()

    assert examined(data)["keys"].state is State.FAIL


@pytest.mark.parametrize("name", ["secrets.json", "leads.db", "keys.db"])
def test_what_others_may_read_fails(data: Path, name: str) -> None:
    (data / name).chmod(0o640)

    found = examined(data)["modes"]

    assert found.state is State.FAIL
    assert f"chmod 600 {data / name}" in found.remedy


def test_a_mail_server_that_is_away_fails(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    found = examined(data, smtp=f"smtp://127.0.0.1:{port}")["smtp"]

    assert found.state is State.FAIL
    assert str(port) in found.what


def test_a_server_that_is_no_mail_server_fails(data: Path) -> None:
    with greeting(b"HTTP/1.1 400 Bad Request\r\n") as url:
        found = examined(data, smtp=url)["smtp"]

    assert found.state is State.FAIL
    assert "HTTP/1.1" in found.what


def test_mails_that_no_server_takes_are_warned_of_with_how_many_lie_there(data: Path) -> None:
    (data / "mail" / "new" / "1.optin").write_text("")

    found = examined(data)["mail"]

    assert found.state is State.WARN
    assert "1 lie there now" in found.what
    assert "LEADLIGHT_SMTP" in found.remedy


def test_a_mail_server_named_in_the_environment_is_looked_at(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLIGHT_SMTP", "smtp://127.0.0.1:1")

    done = CliRunner().invoke(main, ["doctor", "--data", str(data), "--json"])

    found = {each.check: each.state for each in msgspec.json.decode(done.stdout, type=list[Finding])}
    assert "mail" not in found
    assert found["smtp"] is State.FAIL


@pytest.mark.parametrize("words", [b"no database at all", b"\x5a" * 4096])
def test_a_damaged_database_fails_and_the_command_says_how_to_put_it_back(data: Path, words: bytes) -> None:
    path = data / "leads.db"
    whole = path.read_bytes()
    path.write_bytes(words if len(words) < 4096 else whole[:8192] + 4 * words + whole[8192 + 4 * 4096 :])

    done = CliRunner().invoke(main, ["doctor", "--data", str(data)])

    assert done.exit_code == 1
    assert f"problem  databases              SQLite says of {path}: “" in done.stdout
    assert "“Restore”" in done.stdout
    assert "-wal" in done.stdout


def test_a_command_on_a_damaged_database_says_what_helps_not_to_try_again(data: Path) -> None:
    (data / "keys.db").write_bytes(b"no database at all")

    done = CliRunner().invoke(main, ["leads", "list", "--data", str(data)])

    assert isinstance(done.exception, SystemExit)
    assert "A database is damaged" in done.output


def test_the_password_of_the_mail_server_is_not_shown(data: Path) -> None:
    with greeting(b"554 go away\r\n") as url:
        found = examined(data, smtp=url.replace("smtp://", "smtp://ada:hunter2@"))["smtp"]

    assert "hunter2" not in found.what + found.remedy


def test_replies_that_nobody_takes_in_are_warned_of(data: Path) -> None:
    for number in range(WAITING + 1):
        (data / "inbox" / "new" / f"reply-{number}").write_text("")

    assert examined(data)["inbox"].state is State.WARN


@pytest.mark.parametrize(("free", "state"), [(ENOUGH - 1, State.WARN), (LITTLE - 1, State.FAIL)])
def test_a_disk_that_fills_up_is_shown(data: Path, free: int, state: State) -> None:
    assert examined(data, free=free)["disk"].state is state


def test_the_command_ends_with_1_when_something_fails(data: Path) -> None:
    (data / "keys.db").unlink()

    done = CliRunner().invoke(main, ["doctor", "--data", str(data), "--json"])

    found = {each.check: each.state for each in msgspec.json.decode(done.stdout, type=list[Finding])}
    assert done.exit_code == 1
    assert found["keys"] is State.FAIL


def test_the_command_says_what_helps(data: Path) -> None:
    (data / "secrets.json").chmod(0o644)

    done = CliRunner().invoke(main, ["doctor", "--data", str(data)])

    assert f"chmod 600 {data / 'secrets.json'}" in done.stdout
