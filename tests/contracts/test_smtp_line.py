"""What only SMTP can do to a mail: a connection that is kept, servers that misbehave, and whom a refusal is about."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.contracts.smtp import Server, smtp_server
from tests.contracts.test_mailer import TAG, mail

from leadlight.errors import NotSent, Refused, SendUnclear
from leadlight.local import smtp
from leadlight.local.smtp import MAILS, SmtpMailer

READER = "visitor@example.com"


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def mailer(server: Server) -> Iterator[SmtpMailer]:
    mailer = SmtpMailer(f"smtp://{server.url}", timeout=30)
    yield mailer
    mailer.close()


@pytest.fixture
def hasty(server: Server) -> Iterator[SmtpMailer]:
    """A mailer that waits for no answer for long, and yet for one that a busy machine gives late."""
    mailer = SmtpMailer(f"smtp://{server.url}", timeout=1)
    yield mailer
    mailer.close()


def test_mails_go_out_over_one_connection(server: Server, mailer: SmtpMailer) -> None:
    for _ in range(5):
        mailer.send(mail(), tag=TAG)

    assert (len(server.accepted), len(set(server.lines))) == (5, 1)


def test_threads_take_turns_on_it(server: Server, mailer: SmtpMailer) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: mailer.send(mail(f"No {n}"), tag=TAG), range(40)))

    assert (len(server.accepted), server.offered, len(set(server.lines))) == (40, 40, 1)


def test_a_connection_that_died_meanwhile_is_made_anew_and_each_mail_sent_once(
    server: Server, mailer: SmtpMailer
) -> None:
    mailer.send(mail(), tag=TAG)
    server.hang_up()
    mailer.send(mail(), tag=TAG)

    assert (len(server.accepted), server.offered, len(set(server.lines))) == (2, 2, 2)


def test_a_connection_that_was_idle_for_long_is_not_trusted(server: Server) -> None:
    mailer = SmtpMailer(f"smtp://{server.url}", timeout=30, idle=0)
    for _ in range(2):
        mailer.send(mail(), tag=TAG)
    mailer.close()

    assert len(set(server.lines)) == 2


def test_no_connection_carries_mails_without_end(server: Server, mailer: SmtpMailer) -> None:
    for _ in range(MAILS + 1):
        mailer.send(mail(), tag=TAG)

    assert len(set(server.lines)) == 2


def test_a_refused_mail_does_not_cost_the_connection(server: Server, mailer: SmtpMailer) -> None:
    server.answers[READER] = "451 later"
    with pytest.raises(NotSent):
        mailer.send(mail(), tag=TAG)
    mailer.send(mail("Hello", "other@example.com"), tag=TAG)

    assert server.accepted[0].rcpt_tos == ["other@example.com"]
    assert len(set(server.lines)) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_server_silent_before_data_has_certainly_no_mail(server: Server, hasty: SmtpMailer, command: str) -> None:
    server.silent_at = command

    with pytest.raises(NotSent):
        hasty.send(mail(), tag=TAG)

    assert server.offered == 0


@pytest.mark.parametrize("after", ["drop", "hang"])
def test_what_was_unclear_is_asked_for_once_and_the_next_mail_gets_a_line_of_its_own(
    server: Server, hasty: SmtpMailer, after: str
) -> None:
    hasty.send(mail("before"), tag=TAG)
    server.after_data = after
    with pytest.raises(SendUnclear):
        hasty.send(mail("unclear"), tag=TAG)
    server.after_data = "answer"
    hasty.send(mail("after"), tag=TAG)

    assert (server.offered, len(set(server.lines))) == (3, 2)


def test_a_server_that_is_too_slow_for_a_lease_gets_no_mail(
    server: Server, mailer: SmtpMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SLOW", -1.0)

    with pytest.raises(NotSent, match="slow"):
        mailer.send(mail(), tag=TAG)

    assert server.offered == 0


@pytest.mark.parametrize("answer", ["354 go on", "999 what", "hello"])
def test_an_answer_that_means_nothing_leaves_it_unclear(server: Server, mailer: SmtpMailer, answer: str) -> None:
    server.answers["DATA"] = answer

    with pytest.raises(SendUnclear):
        mailer.send(mail(), tag=TAG)


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (READER, "550 5.1.1 <visitor@example.com>: Recipient address rejected: User unknown"),
        (READER, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
        (READER, "550 5.4.1 Recipient address rejected: Access denied. [AS(201806281)]"),
        (READER, "550 5.2.1 The email account that you tried to reach is inactive"),
        (READER, "556 5.1.10 Domain does not accept mail (nullMX)"),
        (READER, "550 No such user here"),
        (READER, "551 User not local"),
        (READER, "553 mailbox name not allowed"),
        ("DATA", "554 5.1.1 no such mailbox"),
    ],
)
def test_an_address_that_no_mailbox_has_is_refused_for_good(
    server: Server, mailer: SmtpMailer, at: str, answer: str
) -> None:
    server.answers[at] = answer

    with pytest.raises(Refused, match=answer[:3]):
        mailer.send(mail(), tag=TAG)


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("MAIL", "550 5.1.8 Bad sender's domain"),
        ("MAIL", "550 no such user"),
        (READER, "450 4.2.1 busy"),
        (READER, "451 greylisted"),
        (READER, "452 4.2.2 over quota"),
        (READER, "550 5.7.1 Service unavailable; client host blocked using zen.example"),
        (READER, "550 5.1.8 sender rejected"),
        (READER, "550 relay not permitted"),
        (READER, "550 Administrative prohibition"),
        (READER, "550 mailbox full"),
        (READER, "552 5.2.2 mailbox full"),
        (READER, "530 5.7.0 Authentication required"),
        (READER, "554 5.7.1 Relay access denied"),
        (READER, "503 bad sequence"),
        ("DATA", "550 not today"),
        ("DATA", "550 5.7.26 unauthenticated sender"),
        ("DATA", "552 5.3.4 message too big"),
        ("DATA", "554 transaction failed"),
    ],
)
def test_what_is_said_of_us_or_of_the_message_gives_nobody_up(
    server: Server, mailer: SmtpMailer, at: str, answer: str
) -> None:
    server.answers[at] = answer

    with pytest.raises(NotSent, match=answer[:3]) as refused:
        mailer.send(mail(), tag=TAG)

    assert not isinstance(refused.value, Refused)


def test_what_does_not_arrive_comes_back_to_its_own_address_which_stands_nowhere_in_it(
    server: Server, mailer: SmtpMailer
) -> None:
    message = mail()
    message["Return-Path"] = "<bounce+lead-1-token@in.company.example>"
    mailer.send(message, tag=TAG)
    mailer.send(mail(), tag=TAG)

    assert [envelope.mail_from for envelope in server.accepted] == [
        "bounce+lead-1-token@in.company.example",
        "anna@company.example",
    ]
    assert b"bounce+" not in (server.accepted[0].content or b"")
