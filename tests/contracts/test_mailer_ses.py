"""The contract of `leadlight.ports.Mailer` on SES, and what only SES can do to a mail."""

import base64
import re
import traceback
from collections.abc import Iterator
from email.parser import Parser
from email.policy import default
from typing import Any

import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses import ses_backends
from tests.contracts.account import connected
from tests.contracts.cloud import REGION
from tests.contracts.ses import Server, ses_server
from tests.contracts.test_mailer import TAG, MailerContract, Received, mail

from leadlight.aws.mailer import LARGEST, REMEDIES, SesMailer, tags_of
from leadlight.errors import NotSent, Refused, SendUnclear
from leadlight.mime import digest, wire_bytes
from leadlight.ports import Mailer
from leadlight.rules.mail_events import mail_tag
from leadlight.wiring.aws import ONCE

SET = "leadlight"
REFUSALS = [
    (400, "BadRequestException"),
    (400, "Throttling"),
    (403, "SignatureDoesNotMatch"),
    *((429 if code.startswith("TooMany") else 403 if code.startswith("Access") else 400, code) for code in REMEDIES),
]


class TestSesMailer(MailerContract):
    can_tell = False
    reports = True

    @pytest.fixture(scope="class")
    def client(self) -> Iterator[Any]:
        with mock_aws():
            client = connected("sesv2", ONCE)
            for domain in ("company.example", "example.com"):
                client.create_email_identity(EmailIdentity=domain)
            client.create_configuration_set(ConfigurationSetName=SET)
            yield client

    @pytest.fixture
    def mailer(self, client: Any) -> Mailer:
        return SesMailer(lambda: client, configuration_set=SET)

    @pytest.fixture
    def received(self, client: Any) -> Received:
        sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        before = len(sent)
        return lambda: [message.raw_data.encode() for message in sent[before:]]

    def test_an_address_that_was_not_verified_sends_nothing(self, mailer: Mailer, received: Received) -> None:
        message = mail()
        message.replace_header("From", "rep@elsewhere.example")

        with pytest.raises(NotSent, match="sandbox"):
            mailer.send(message, tag=TAG)

        assert received() == []


@pytest.fixture
def server() -> Iterator[Server]:
    with ses_server() as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[Any]:
    client = connected("sesv2", ONCE, url=server.url)
    yield client
    client.close()


@pytest.fixture
def mailer(client: Any) -> Mailer:
    return SesMailer(lambda: client, configuration_set=SET)


@pytest.fixture
def tries(client: Any) -> list[str]:
    """One line for each request that botocore signs: its own retries would show."""
    tries: list[str] = []
    client.meta.events.register("before-sign", lambda operation_name, **_: tries.append(operation_name))
    return tries


class Raises:
    """A client whose calls never become a request, or never an answer."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send_email(self, **_: object) -> dict[str, str]:
        raise self._error

    def close(self) -> None:
        """Nothing is open."""


def test_the_request_names_recipients_set_and_tags_and_holds_the_mails_own_bytes(
    server: Server, mailer: Mailer
) -> None:
    message = mail("Hello", "One <one@example.com>", '"Two, Inc." <two@example.com>')
    message["Cc"] = "three@example.com"

    assert mailer.send(message, tag=TAG) == "0102-accepted"
    lead, _, ledger_key = TAG.partition("/")
    assert server.requests == [
        {
            "FromEmailAddress": "Anna Kowalska <anna@company.example>",
            "Destination": {"ToAddresses": ["one@example.com", "two@example.com", "three@example.com"]},
            "Content": {"Raw": {"Data": base64.b64encode(wire_bytes(message)).decode()}},
            "ConfigurationSetName": SET,
            "EmailTags": [{"Name": "lead", "Value": lead}, {"Name": "touch", "Value": digest(ledger_key)}],
        }
    ]


def test_the_senders_name_goes_along_whatever_letters_it_has(server: Server, mailer: Mailer) -> None:
    message = mail()
    message.replace_header("From", '"Żak, Łukasz" <lukasz@company.example>')
    mailer.send(message, tag=TAG)

    (sender,) = (request["FromEmailAddress"] for request in server.requests)
    assert sender.isascii()
    assert Parser(policy=default).parsestr(f"From: {sender}")["From"] == '"Żak, Łukasz" <lukasz@company.example>'


@pytest.mark.parametrize(("sender", "to"), [("żółć@company.example", "a@b.example"), ("a@b.example", "a@żółć.example")])
def test_an_address_that_ses_cannot_spell_is_not_sent(server: Server, mailer: Mailer, sender: str, to: str) -> None:
    message = mail("Hello", to)
    message.replace_header("From", f"Anna <{sender}>")

    with pytest.raises(NotSent, match="beyond ASCII") as refused:
        mailer.send(message, tag=TAG)

    assert isinstance(refused.value, Refused) is sender.isascii()  # else it is our own address that is in the way

    assert server.requests == []


@given(ledger_key=st.text(min_size=1))
def test_every_ledger_key_becomes_a_tag_that_ses_takes(ledger_key: str) -> None:
    tags = tags_of(f"d7ck6sugazentadm3qkptbduwy/{ledger_key}")

    assert set(tags) == {"lead", "touch"}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value) for value in tags.values())


def test_what_ses_reports_by_its_tags_is_found_in_the_ledger_by_them() -> None:
    assert tags_of(TAG)["touch"] == mail_tag("1/step/zero-trust@a1b2c3/02-company")


@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_what_ses_refuses_is_certainly_not_sent_nor_tried_again(
    server: Server, mailer: Mailer, tries: list[str], status: int, code: str
) -> None:
    server.refuse(status, code)

    with pytest.raises(NotSent, match=code):
        mailer.send(mail(), tag=TAG)

    assert len(server.requests) == len(tries) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalServiceErrorException"),
        (502, ""),
        (503, "ServiceUnavailable"),
        (504, ""),
        (408, "RequestTimeoutException"),
        (400, "RequestAbortedException"),
    ],
)
def test_a_failure_of_ses_itself_is_unclear_and_not_tried_again(
    server: Server, mailer: Mailer, tries: list[str], status: int, code: str
) -> None:
    server.refuse(status, code)

    with pytest.raises(SendUnclear):
        mailer.send(mail(), tag=TAG)

    assert len(server.requests) == len(tries) == 1


@pytest.mark.parametrize("mood", ["drop", "break off"])
def test_a_connection_lost_after_the_mail_was_handed_over_is_unclear_and_not_tried_again(
    server: Server, mailer: Mailer, tries: list[str], mood: str
) -> None:
    server.mood = mood

    with pytest.raises(SendUnclear):
        mailer.send(mail(), tag=TAG)

    assert len(server.requests) == len(tries) == 1


def test_silence_after_the_mail_was_handed_over_is_unclear_and_not_tried_again(server: Server) -> None:
    server.mood = "hang"
    client = connected("sesv2", ONCE.merge(Config(read_timeout=1)), url=server.url)

    with pytest.raises(SendUnclear, match="ReadTimeout"):
        SesMailer(lambda: client, configuration_set=SET).send(mail(), tag=TAG)

    client.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", ["", "{}", "<html>welcome</html>", '{"MessageId": ""}'])
def test_an_answer_without_an_id_is_unclear(server: Server, mailer: Mailer, body: str) -> None:
    server.body = body

    with pytest.raises(SendUnclear):
        mailer.send(mail(), tag=TAG)


def test_an_endpoint_that_is_not_there_took_nothing() -> None:
    with ses_server() as server:
        url = server.url
    client = connected("sesv2", ONCE, url=url)

    with pytest.raises(NotSent, match="EndpointConnectionError"):
        SesMailer(lambda: client, configuration_set=SET).send(mail(), tag=TAG)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ConnectTimeoutError(endpoint_url="https://email"),
        exceptions.ProxyConnectionError(proxy_url="https://proxy"),
        exceptions.NoCredentialsError(),
        exceptions.CredentialRetrievalError(provider="role", error_msg="gone"),
        exceptions.ParamValidationError(report="visitor@example.com"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_never_left_is_not_sent(error: Exception) -> None:
    with pytest.raises(NotSent, match=type(error).__name__):
        SesMailer(lambda: Raises(error), configuration_set=SET).send(mail(), tag=TAG)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ReadTimeoutError(endpoint_url="https://email"),
        exceptions.ConnectionClosedError(endpoint_url="https://email"),
        exceptions.SSLError(endpoint_url="https://email", error="eof"),
        exceptions.HTTPClientError(error="whatever"),
        ResponseParserError("no JSON"),
        exceptions.ClientError({}, "SendEmail"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_have_arrived_is_unclear(error: Exception) -> None:
    with pytest.raises(SendUnclear):
        SesMailer(lambda: Raises(error), configuration_set=SET).send(mail(), tag=TAG)


def test_a_client_that_cannot_be_made_sends_nothing() -> None:
    def connect() -> Any:
        raise exceptions.NoRegionError

    with pytest.raises(NotSent, match="NoRegionError"):
        SesMailer(connect, configuration_set=SET).send(mail(), tag=TAG)


def test_each_mail_gets_a_fresh_connection(server: Server, mailer: Mailer) -> None:
    mailer.send(mail(), tag=TAG)
    mailer.send(mail(), tag=TAG)

    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_mail_beyond_ten_megabytes_is_not_even_tried(server: Server, mailer: Mailer) -> None:
    message = mail()
    message.add_attachment(bytes(LARGEST * 3 // 4), maintype="application", subtype="pdf", filename="everything.pdf")

    with pytest.raises(NotSent, match="Link files instead"):
        mailer.send(message, tag=TAG)

    assert server.requests == []


def test_no_error_names_the_recipient_nor_does_its_traceback(server: Server, mailer: Mailer) -> None:
    server.refuse(400, "MessageRejected", "Email address is not verified: visitor@example.com")

    with pytest.raises(NotSent) as refused:
        mailer.send(mail(), tag=TAG)

    assert "visitor@" not in "".join(traceback.format_exception(refused.value))


def test_making_the_mailer_makes_no_client() -> None:
    def connect() -> Any:
        raise AssertionError

    assert SesMailer(connect, configuration_set=SET).was_sent(TAG) is None
