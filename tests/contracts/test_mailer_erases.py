"""What a mailer that keeps copies deletes of them when somebody is erased; the others have nothing to delete."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from tests.contracts.examples import NOW
from tests.contracts.test_mailer import TAG, mail

from leadlight.local.mailer import MaildirMailer, MemoryMailer
from leadlight.model.exchange import About

ABOUT = About(("visitor@example.com",), ("łukasz  żak",), ("rep@company.example",))
Keeper = MaildirMailer | MemoryMailer


@pytest.fixture(params=["folder", "memory"])
def mailer(request: pytest.FixtureRequest, tmp_path: Path) -> Keeper:
    return MaildirMailer(tmp_path, lambda: NOW) if request.param == "folder" else MemoryMailer(lambda: NOW)


def subjects(mailer: Keeper, folder: Path) -> set[str]:
    if isinstance(mailer, MemoryMailer):
        return {mail.message["Subject"] for mail in mailer.carried}
    raw = [path.read_bytes() for name in ("new", "cur") for path in (folder / name).iterdir()]
    return {message_from_bytes(data, policy=default)["Subject"] for data in raw}


def test_mails_to_and_about_who_is_erased_go_and_a_namesakes_stay(mailer: Keeper, tmp_path: Path) -> None:
    mailer.send(mail("To them", "another@example.com"), tag=TAG)
    mailer.send(mail("To them as well"), tag="unknown")
    mailer.send(mail("About Łukasz Żak", "rep@company.example"), tag="digest/1")
    mailer.send(mail("About others", "rep@company.example"), tag="digest/2")
    mailer.send(mail("A namesake's", '"Łukasz Żak" <namesake@example.com>'), tag="other")

    for _ in range(2):
        mailer.erase([TAG, "never"], ABOUT)

    assert subjects(mailer, tmp_path) == {"About others", "A namesake's"}
    assert mailer.was_sent(TAG) is False


def test_a_mail_that_was_read_is_found_too(tmp_path: Path) -> None:
    mailer = MaildirMailer(tmp_path, lambda: NOW)
    name = mailer.send(mail("To them", "another@example.com"), tag=TAG)
    (tmp_path / "new" / name).rename(tmp_path / "cur" / f"{name}:2,S")

    mailer.erase([TAG], About(()))

    assert [path for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()] == []
