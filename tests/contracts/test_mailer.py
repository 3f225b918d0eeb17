"""The contract of `leadlight.ports.Mailer`, and the mailers that fulfil it."""

import mailbox
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from tests.contracts.examples import NOW
from tests.contracts.smtp import Server, certificate, smtp_server

from leadlight.errors import MissingSetting, NotSent, SendUnclear
from leadlight.local.mailer import MaildirMailer, MemoryMailer
from leadlight.local.smtp import SmtpMailer
from leadlight.ports import Mailer

TAG = "d7ck6sugazentadm3qkptbduwy/1/step/zero-trust@a1b2c3/02-company"
Received = Callable[[], list[bytes]]


def mail(subject: str = "Dzień dobry, Łukasz", *to: str) -> EmailMessage:
    """A mail with both parts, words beyond ASCII, and a line that is only a dot."""
    message = EmailMessage()
    message["From"] = "Anna Kowalska <anna@company.example>"
    message["To"] = ", ".join(to or ("visitor@example.com",))
    message["Subject"] = subject
    message["Message-ID"] = "<1@company.example>"
    message.set_content("Zażółć\n.\ngęślą jaźń\n", cte="8bit")
    message.add_alternative("<p>Zażółć</p>\n", subtype="html")
    return message


def with_a_long_header() -> EmailMessage:
    """A mail whose way out is longer than any line that a policy would leave alone."""
    message = EmailMessage(policy=SMTP.clone(refold_source="none"))
    message["From"], message["To"], message["Subject"] = "rep@example.com", "anna@example.com", "A plan"
    message.set_raw("List-Unsubscribe", f"<https://example.com/unsubscribe?token={'x' * 180}>")
    message.set_content("Hello\n")
    return message


def with_a_file() -> EmailMessage:
    """A mail with a file of every byte there is."""
    message = mail("The file")
    message.add_attachment(bytes(range(256)) * 9, maintype="application", subtype="pdf", filename="Żółw.pdf")
    return message


MAILS = {
    "plain": lambda: mail("Hello"),
    "a long header": with_a_long_header,
    "beyond ASCII": lambda: mail("Zażółć gęślą jaźń " * 9, '"Łukasz Żak" <lukasz@example.com>'),
    "a file": with_a_file,
}


class MailerContract:
    can_tell = True
    """Whether the carrier has evidence. SMTP has none: an accepted mail leaves no trace that we may ask for."""

    reports = False
    """Whether the carrier reports later on what it took."""

    @pytest.fixture
    def mailer(self) -> Mailer:
        raise NotImplementedError

    @pytest.fixture
    def received(self) -> Received:
        """The bytes of what arrived."""
        raise NotImplementedError

    def test_a_mail_arrives_as_it_was_written(self, mailer: Mailer, received: Received) -> None:
        mailer.send(mail(), tag=TAG)

        (data,) = received()
        arrived = message_from_bytes(data, policy=default)
        assert arrived["Subject"] == "Dzień dobry, Łukasz"
        assert arrived.get_body(("plain",)).get_content().replace("\r\n", "\n") == "Zażółć\n.\ngęślą jaźń\n"

    def test_lines_end_as_mail_lines_do(self, mailer: Mailer, received: Received) -> None:
        mailer.send(mail(), tag=TAG)

        (data,) = received()
        assert data.count(b"\n") == data.count(b"\r\n") > 10

    def test_a_long_way_out_stays_one_line_that_mail_clients_can_follow(
        self, mailer: Mailer, received: Received
    ) -> None:
        mailer.send(with_a_long_header(), tag=TAG)

        (data,) = received()
        assert f"List-Unsubscribe: <https://example.com/unsubscribe?token={'x' * 180}>\r\n".encode() in data

    @pytest.mark.parametrize("kind", MAILS)
    def test_whoever_carries_a_mail_carries_the_bytes_that_a_maildir_gets(
        self, tmp_path: Path, mailer: Mailer, received: Received, kind: str
    ) -> None:
        message = MAILS[kind]()
        mailer.send(message, tag=TAG)
        name = MaildirMailer(tmp_path / "beside", lambda: NOW).send(message, tag=TAG)

        assert received() == [(tmp_path / "beside" / "new" / name).read_bytes()]

    def test_whoever_parks_a_mail_is_told_whether_word_may_come(self, mailer: Mailer) -> None:
        assert mailer.reports_later is self.reports

    def test_the_carrier_names_what_it_took(self, mailer: Mailer) -> None:
        assert mailer.send(mail(), tag=TAG)

    def test_whoever_tells_what_was_sent_takes_each_tag_once(self, mailer: Mailer, received: Received) -> None:
        names = {mailer.send(mail(), tag=TAG), mailer.send(mail(), tag=TAG)}

        assert len(received()) == (1 if self.can_tell else 2)
        assert not self.can_tell or len(names) == 1

    def test_another_tag_is_another_mail(self, mailer: Mailer, received: Received) -> None:
        mailer.send(mail(), tag=TAG)
        mailer.send(mail(), tag=TAG + "x")

        assert len(received()) == 2

    def test_evidence_is_for_this_tag_only(self, mailer: Mailer) -> None:
        before = mailer.was_sent(TAG)
        mailer.send(mail(), tag=TAG)

        expected = (False, True, False) if self.can_tell else (None, None, None)
        assert (before, mailer.was_sent(TAG), mailer.was_sent(TAG + "x")) == expected


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer(lambda: NOW)

    @pytest.fixture
    def received(self, mailer: MemoryMailer) -> Received:
        return lambda: [mail.data for mail in mailer.carried]


class TestSilentMemoryMailer(TestMemoryMailer):
    can_tell = False

    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer(lambda: NOW, tells=False)


class TestMaildirMailer(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> Mailer:
        return MaildirMailer(tmp_path / "mail", lambda: NOW)

    @pytest.fixture
    def received(self, tmp_path: Path) -> Received:
        return lambda: [path.read_bytes() for path in (tmp_path / "mail" / "new").iterdir()]

    def test_any_mail_reader_can_open_it(self, tmp_path: Path, mailer: Mailer) -> None:
        name = mailer.send(mail("Hello"), tag=TAG)

        box = mailbox.Maildir(tmp_path / "mail", create=False)
        assert box.keys() == [name]
        assert box[name]["Subject"] == "Hello"
        assert name.startswith(f"{int(NOW.timestamp())}.")

    def test_a_mail_that_was_read_is_still_evidence(self, tmp_path: Path, mailer: Mailer) -> None:
        name = mailer.send(mail(), tag=TAG)
        (tmp_path / "mail" / "new" / name).rename(tmp_path / "mail" / "cur" / f"{name}:2,S")

        assert mailer.was_sent(TAG)

    def test_a_mail_half_written_is_no_evidence(self, tmp_path: Path, mailer: Mailer) -> None:
        name = mailer.send(mail(), tag=TAG)
        (tmp_path / "mail" / "new" / name).rename(tmp_path / "mail" / "tmp" / name)

        assert mailer.was_sent(TAG) is False

    def test_a_worker_asleep_between_looking_and_sending_sends_nothing_beside_another(
        self, tmp_path: Path, mailer: Mailer, received: Received
    ) -> None:
        meanwhile: list[str] = []

        def asleep() -> datetime:
            meanwhile.append(mailer.send(mail("The second"), tag=TAG))
            return NOW

        name = MaildirMailer(tmp_path / "mail", asleep).send(mail("The first"), tag=TAG)

        (data,) = received()
        assert b"The second" in data
        assert [name] == meanwhile

    def test_two_workers_at_the_same_moment_send_one_mail(self, tmp_path: Path, received: Received) -> None:
        mailers = [MaildirMailer(tmp_path / "mail", lambda: NOW) for _ in range(2)]
        start = threading.Barrier(2)

        def work(mailer: MaildirMailer) -> list[str]:
            start.wait()
            return [mailer.send(mail(), tag=f"{TAG}{number}") for number in range(50)]

        with ThreadPoolExecutor(2) as threads:
            one, other = threads.map(work, mailers)

        assert one == other
        assert len(received()) == len(list((tmp_path / "mail" / "tags").iterdir())) == 50

    def test_whoever_comes_after_a_worker_that_died_finishes_its_mail(
        self, tmp_path: Path, mailer: Mailer, received: Received
    ) -> None:
        name = mailer.send(mail("The first"), tag=TAG)
        (tmp_path / "mail" / "new" / name).rename(tmp_path / "mail" / "tmp" / name)

        again = mailer.send(mail("The second"), tag=TAG)

        (data,) = received()
        assert b"The first" in data
        assert (again, mailer.was_sent(TAG)) == (name, True)

    @pytest.mark.parametrize("folder", ["cur", "away"])
    def test_a_mail_that_its_reader_has_moved_is_not_sent_again(
        self, tmp_path: Path, mailer: Mailer, received: Received, folder: str
    ) -> None:
        (tmp_path / "mail" / "away").mkdir()
        name = mailer.send(mail(), tag=TAG)
        (tmp_path / "mail" / "new" / name).rename(tmp_path / "mail" / folder / f"{name}:2,S")

        assert mailer.send(mail(), tag=TAG) == name
        assert received() == []

    def test_nobody_knows_of_a_mail_that_its_reader_has_removed(self, tmp_path: Path, mailer: Mailer) -> None:
        name = mailer.send(mail(), tag=TAG)
        (tmp_path / "mail" / "new" / name).unlink()

        assert mailer.was_sent(TAG) is None

    def test_a_mailbox_that_is_gone_takes_no_mail(self, tmp_path: Path, mailer: Mailer) -> None:
        (tmp_path / "mail" / "tmp").rmdir()

        with pytest.raises(NotSent):
            mailer.send(mail(), tag=TAG)

    def test_a_mail_that_cannot_be_moved_is_unclear(self, tmp_path: Path, mailer: Mailer) -> None:
        (tmp_path / "mail" / "new").rmdir()

        with pytest.raises(SendUnclear):
            mailer.send(mail(), tag=TAG)


class TestSmtpMailer(MailerContract):
    can_tell = False

    @pytest.fixture
    def server(self) -> Iterator[Server]:
        with smtp_server() as server:
            yield server

    @pytest.fixture
    def mailer(self, server: Server) -> Mailer:
        return SmtpMailer(f"smtp://{server.url}", timeout=30)

    @pytest.fixture
    def received(self, server: Server) -> Received:
        return lambda: [bytes(envelope.content or b"") for envelope in server.accepted]

    def test_everyone_addressed_gets_it_under_our_name(self, server: Server, mailer: Mailer) -> None:
        message = mail("Hello", "One <one@example.com>", '"Two, Inc." <two@example.com>')
        message["Cc"] = "three@example.com"

        assert mailer.send(message, tag=TAG) == "<1@company.example>"
        (envelope,) = server.accepted
        assert envelope.mail_from == "anna@company.example"
        assert envelope.rcpt_tos == ["one@example.com", "two@example.com", "three@example.com"]

    def test_without_an_id_of_its_own_the_servers_answer_names_the_mail(self, mailer: Mailer) -> None:
        message = mail()
        del message["Message-ID"]

        assert mailer.send(message, tag=TAG) == "queued as 4711"

    @pytest.mark.parametrize(
        ("refused", "answer"),
        [
            ("MAIL", "550 no"),
            ("visitor@example.com", "451 later"),
            ("visitor@example.com", "550 unknown"),
            ("DATA", "452 full"),
            ("DATA", "554 spam"),
        ],
    )
    def test_a_refused_mail_is_certainly_not_sent(
        self, server: Server, mailer: Mailer, refused: str, answer: str
    ) -> None:
        server.answers[refused] = answer

        with pytest.raises(NotSent, match=answer[:3]):
            mailer.send(mail(), tag=TAG)

        assert server.accepted == []

    def test_one_refused_recipient_refuses_the_mail_for_all(self, server: Server, mailer: Mailer) -> None:
        server.answers["two@example.com"] = "550 unknown"

        with pytest.raises(NotSent):
            mailer.send(mail("Hello", "one@example.com", "two@example.com"), tag=TAG)

        assert server.accepted == []

    def test_a_connection_lost_after_data_leaves_it_unclear_and_is_not_tried_again(
        self, server: Server, mailer: Mailer
    ) -> None:
        server.after_data = "drop"

        with pytest.raises(SendUnclear):
            mailer.send(mail(), tag=TAG)

        assert len(server.accepted) == 1

    def test_a_server_silent_after_data_leaves_it_unclear(self, server: Server) -> None:
        server.after_data = "hang"

        with pytest.raises(SendUnclear):
            SmtpMailer(f"smtp://{server.url}", timeout=1).send(mail(), tag=TAG)

    def test_a_server_that_is_not_there_took_nothing(self) -> None:
        with smtp_server() as server:
            url = server.url

        with pytest.raises(NotSent):
            SmtpMailer(f"smtp://{url}", timeout=1).send(mail(), tag=TAG)

    def test_an_address_that_the_server_cannot_spell_is_not_sent(self, server: Server, mailer: Mailer) -> None:
        with pytest.raises(NotSent):
            mailer.send(mail("Hello", "zażółć@example.com"), tag=TAG)

        assert server.accepted == []

    def test_errors_name_no_one(self, server: Server, mailer: Mailer) -> None:
        server.answers["visitor@example.com"] = "550 visitor@example.com unknown"

        with pytest.raises(NotSent) as refused:
            mailer.send(mail(), tag=TAG)

        assert "visitor" not in str(refused.value)

    def test_user_and_password_of_the_address_are_used(self, server: Server) -> None:
        SmtpMailer(f"smtp://anna%40x:p%40ss@{server.url}", timeout=30).send(mail(), tag=TAG)

        assert server.logins == [(b"anna@x", b"p@ss", False)]

    def test_a_wrong_password_sends_nothing(self, server: Server) -> None:
        with pytest.raises(NotSent):
            SmtpMailer(f"smtp://anna:wrong@{server.url}", timeout=30).send(mail(), tag=TAG)

        assert server.accepted == []


def test_starttls_encrypts_before_the_password(tmp_path: Path) -> None:
    server_tls, client_tls = certificate(tmp_path)
    with smtp_server(tls=server_tls) as server:
        SmtpMailer(f"smtp://anna:p%40ss@{server.url}?starttls", timeout=30, tls=client_tls).send(mail(), tag=TAG)

        assert server.logins == [(b"anna", b"p@ss", True)]
        assert len(server.accepted) == 1


def test_a_server_with_a_certificate_nobody_vouches_for_gets_no_mail(tmp_path: Path) -> None:
    server_tls, _ = certificate(tmp_path)
    with smtp_server(tls=server_tls) as server:
        with pytest.raises(NotSent):
            SmtpMailer(f"smtp://{server.url}?starttls", timeout=30).send(mail(), tag=TAG)

        assert server.accepted == []


def test_a_server_without_starttls_gets_no_mail_that_wants_it() -> None:
    with smtp_server() as server:
        with pytest.raises(NotSent):
            SmtpMailer(f"smtp://{server.url}?starttls", timeout=30).send(mail(), tag=TAG)

        assert server.accepted == []


@pytest.mark.parametrize("url", ["", "mail.example.com:25", "http://mail.example.com", "smtp://", "smtp://host:nan"])
def test_an_address_that_is_none_of_smtp_says_how_one_looks(url: str) -> None:
    with pytest.raises(MissingSetting, match="smtp://user:password@"):
        SmtpMailer(url, tls=ssl.create_default_context())
