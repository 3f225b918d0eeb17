"""Handing mail over to Amazon SES. Fulfils `leadlight.ports.Mailer`; chosen in `leadlight.wiring.aws`.

The client never tries again by itself: what may have been accepted is for the ledger to judge. So each error is one of
two: SES certainly took nothing (`NotSent`), or nobody knows (`SendUnclear`). None of SES's own refusals is about the
recipient: it accepts a mail to any address, one on its suppression list too, and reports the bounce later.

Two things SES does to a mail, whatever we write: it puts its own `Message-ID` and `Date` into the header, and it puts
the request's `FromEmailAddress` over `From`. So that stands there with the sender's name, which would be lost else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any, Protocol

from botocore.exceptions import (  # type: ignore[import-untyped]  # it ships no types
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]  # the same

from leadlight.errors import NotSent, Refused, SendUnclear
from leadlight.mime import digest, recipients_of, wire_bytes
from leadlight.model.exchange import About

LARGEST = 10 * 2**20
"""Bytes. SES takes 40 MB, but many mailboxes take no more than ten, and our mails carry links, not files."""

NEVER_LEFT = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
)
"""What botocore raises before the first byte of the request is on its way."""

BROKEN_OFF = {"RequestAbortedException", "RequestTimeoutException", "RequestTimeout"}
"""Answers of the 400s that nevertheless leave the mail's fate open: the reply was given up, not the request refused."""

REMEDIES: Mapping[str, str] = {
    "AccessDeniedException": "The function's role needs ses:SendEmail for this identity and configuration set.",
    "AccountSuspendedException": "AWS has suspended sending for good; only AWS Support can lift that.",
    "LimitExceededException": "The account's quota is used up. Ask `leadlight doctor`.",
    "MailFromDomainNotVerifiedException": "The MAIL FROM domain's DNS records are gone. Ask `leadlight doctor`.",
    "MessageRejected": "In the sandbox SES mails to verified addresses only. Ask `leadlight doctor`.",
    "NotFoundException": "The configuration set or the identity is gone. Run `leadlight deploy`.",
    "SendingPausedException": "Sending is paused for the account or the configuration set. Ask `leadlight doctor`.",
    "TooManyRequestsException": "More mails a second than the account may send. It goes out later.",
}
"""SES's refusals (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html), and what to do."""


class Client(Protocol):
    """The part of botocore's `sesv2` client that we use."""

    def send_email(self, **request: object) -> Mapping[str, Any]: ...
    def close(self) -> None: ...


class SesMailer:
    """`ports.Mailer` on AWS. `connect` gives botocore's client for `sesv2`, always the same one.

    The client must be made with `total_max_attempts=1`.
    """

    reports_later = True

    def __init__(self, connect: Callable[[], Client], *, configuration_set: str) -> None:
        self._connect, self._configuration_set = connect, configuration_set

    def send(self, message: EmailMessage, *, tag: str) -> str:
        """The id is SES's own; its events carry it, and the tags that say which lead and which ledger entry it was.

        Over a fresh connection each: one that slept with a frozen Lambda environment may be dead, and a mail written
        to a dead connection would be unclear without need.
        """
        sender, recipients, data = named_sender_of(message), recipients_of(message), wire_bytes(message)
        if not all(address.isascii() for address in (sender, *recipients)):
            refusal = Refused if sender.isascii() and len(recipients) == 1 else NotSent
            raise refusal("An address has letters beyond ASCII, which SES does not take (RFC 6531).")
        if len(data) > LARGEST:
            raise NotSent(f"The mail has {len(data) >> 20} MB, at most {LARGEST >> 20} are sent. Link files instead.")
        with translated():
            client = self._connect()
            client.close()
            reply = client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": recipients},
                Content={"Raw": {"Data": data}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": name, "Value": value} for name, value in tags_of(tag).items()],
            )
        if not reply.get("MessageId"):
            raise SendUnclear("SES answered without the id of a mail.")
        return str(reply["MessageId"])

    def was_sent(self, tag: str) -> bool | None:  # noqa: ARG002 - there is nobody to ask
        """None, always: SES has no question for it. Its Send event says so later, by the message tags."""
        return None

    def erase(self, tags: Collection[str], about: About) -> None:
        """Nothing to do: SES keeps no mail that it has sent."""


def tags_of(tag: str) -> dict[str, str]:
    """The message tags of `<lead id>/<ledger key>`, in letters that SES allows (A-Z a-z 0-9 _ -, 256 at most)."""
    lead, _, ledger_key = tag.partition("/")
    return {"lead": lead, "touch": digest(ledger_key)}


def named_sender_of(message: EmailMessage) -> str:
    """The first address of `From` with its name, the name as encoded words where it needs them (RFC 2047)."""
    address = message["From"].addresses[0]
    return formataddr((address.display_name, address.addr_spec)) if address.addr_spec.isascii() else address.addr_spec


@contextmanager
def translated() -> Iterator[None]:
    """AWS's errors as ours. Without their cause: SES quotes addresses in its messages, and logs must not."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if refused(error, code):
            raise NotSent(f"SES: {code}. {REMEDIES.get(code, '')}".rstrip()) from None
        raise SendUnclear(f"SES failed with {code} after it had the mail.") from None
    except NEVER_LEFT as error:
        raise NotSent(f"SES was not reached: {type(error).__name__}") from None
    except (BotoCoreError, ResponseParserError) as error:
        raise SendUnclear(f"SES did not answer: {type(error).__name__}") from None


def refused(error: ClientError, code: str) -> bool:
    """Whether SES said no, which is an answer of the 400s. One of the 500s may come after the mail was queued."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return 400 <= status < 500 and status != 408 and code not in BROKEN_OFF
