"""How does a text of the playbook become one mail? Called by whoever mails: welcome, follow-ups, notifications.

One message is multipart/alternative: plain text that reads well, and quiet HTML in one column with the same words.
Nothing in it tells us that it was opened: no image, no pixel, and links stay as they were written.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import quoprimime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import TYPE_CHECKING

from leadlight.model.sequence import Step, Words
from leadlight.model.site import Message, Theme
from leadlight.model.team import Company
from leadlight.playbook.context import Context
from leadlight.playbook.expressions import clean
from leadlight.playbook.palette import readable
from leadlight.playbook.plain import wrapped
from leadlight.playbook.prose import Prose, one_line, prose

if TYPE_CHECKING:
    from jinja2 import Template

_ASCII = SMTP.clone(refold_source="none")
_WIDE = SMTPUTF8.clone(refold_source="none", cte_type="8bit")
"""Python would fold a long address in List-Unsubscribe into encoded words, which no mail client can follow."""

LIGHT, DARK = "#ffffff", "#17181c"
"""The paper of a mail by day and by night; `mail.html` says the same."""

BOUNDARY = "=_leadlight"
"""What parts a mail: the same in all, as `=_` stands nowhere in quoted-printable words (RFC 2045 § 6.7)."""

LINE, WIDTH = 76, 78
"""How long a line may be before Python folds it: that of a header, its name included, and that of a body."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as people see them."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands below each mail: who writes, why the reader gets it, and links (words, address), such as the stop."""

    company: Company
    why: str = ""
    links: tuple[tuple[str, str], ...] = ()


def compose(
    texts: Message | Step | Words,
    context: Context,
    *,
    sender: Mailbox,
    to: Mailbox,
    message_id: str,
    date: datetime,
    footer: Footer,
    theme: Theme = Theme(),  # noqa: B008 frozen
    reply_to: Mailbox | None = None,
    headers: Mapping[str, str] | None = None,
    language: str = "en",
) -> EmailMessage:
    """The finished message, the same for the same arguments. Send its `as_bytes()` as they are.

    `message_id` is without angle brackets, `date` aware. `headers` are added as given, such as `List-Unsubscribe`.
    Raises `BadPlaybook` where a template cannot be filled in.
    """
    subject = one_line(texts.subject, context)
    written = prose(texts.body, context)
    boxes = {"From": sender, "To": to, "Reply-To": reply_to}
    addresses = {name: _address(box) for name, box in boxes.items() if box is not None}
    plain = all(address.addr_spec.isascii() for address in addresses.values())
    policy = _ASCII if plain else _WIDE
    message = EmailMessage(policy=policy)
    for name, address in addresses.items():
        message.set_raw(name, f"{_name(address, name)}<{address.addr_spec}>")
    message.set_raw("Subject", _words(subject, "Subject"))
    message.set_raw("Date", format_datetime(date))
    message.set_raw("Message-ID", f"<{_token(message_id)}>")
    for name, value in (headers or {}).items():
        _add(message, name, value)
    _fill(message, _text(written, footer), _html(written, footer, theme, subject, language))
    return message


def _address(box: Mailbox) -> Address:
    local, _, domain = _token(box.address).rpartition("@")
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):  # then it stays as it is, and the carrier refuses it
            domain = domain.encode("idna").decode("ascii")
    return Address(display_name=" ".join(clean(box.name).split()), username=local, domain=domain)


def _name(address: Address, header: str) -> str:
    """What stands before an address: nothing, or the name and a space."""
    if not address.display_name:
        return ""
    if _is_plain(address.display_name):
        return formataddr((address.display_name, "")).removesuffix("<>")
    return _words(address.display_name, header) + " "


def _words(text: str, header: str) -> str:
    """Text as it stands in a header, in encoded words (RFC 2047) where it needs them.

    Python's own policies would take what a visitor typed as `=?utf-8?q?=0A…?=` for an encoded word and let its line
    break out, and would lose spaces between words where a long line folds.
    """
    plain = _is_plain(text)
    if plain and len(header) + len(": ") + len(text) <= LINE:
        return text
    return Header(text, "us-ascii" if plain else "utf-8", header_name=header).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _token(text: str) -> str:
    """Without anything that could end a header or an address."""
    return "".join(char for char in clean(text) if not char.isspace() and char not in "<>")


def _add(message: EmailMessage, name: str, value: str) -> None:
    line = " ".join(clean(value).split())
    if line.isascii():
        message.set_raw(name, line)
    else:
        message[name] = line


def _fill(message: EmailMessage, text: str, html: str) -> None:
    """The same words twice (multipart/alternative, RFC 2046 § 5.1.4), as `set_content` and `add_alternative` would.

    Those parse each header that they set, several times, which takes longer than all the rest of a mail.
    """
    shown = _part("html", html, message)
    shown.set_raw("MIME-Version", "1.0")
    message.set_raw("MIME-Version", "1.0")
    message.set_raw("Content-Type", _known("Content-Type", f'multipart/alternative; boundary="{BOUNDARY}"'))
    message.set_payload([_part("plain", text, message), shown])


def _part(subtype: str, words: str, whole: EmailMessage) -> EmailMessage:
    part = EmailMessage(whole.policy)
    part.set_raw("Content-Type", _known("Content-Type", f'text/{subtype}; charset="utf-8"'))
    part.set_raw("Content-Transfer-Encoding", "quoted-printable")
    lines = b"\n".join(words.encode().splitlines()) + b"\n"
    part.set_payload(quoprimime.body_encode(lines.decode("latin-1"), WIDTH))
    return part


@functools.cache
def _known(name: str, value: str) -> str:
    """One of the few headers that are in every mail, parsed once: it knows its name, and never changes."""
    header: str = SMTP.header_factory(name, value)
    return header


def _text(written: Prose, footer: Footer) -> str:
    company = ", ".join(part for part in (footer.company.name, _in_one_line(footer.company.postal)) if part)
    links = [f"{words}: {address}" for words, address in footer.links]
    lines = [wrapped(line) for line in (company, footer.why, *links) if line]
    return "\n".join([written.text, "-- ", *lines]) + "\n" if lines else written.text


def _html(written: Prose, footer: Footer, theme: Theme, subject: str, language: str) -> str:
    import css_inline  # noqa: PLC0415 not needed to answer a submit
    from markupsafe import Markup  # noqa: PLC0415 the same

    primary = readable(theme.primary, on=LIGHT, fallback=Theme().primary)
    page = _shell().render(
        content=Markup(written.html),  # noqa: S704 cleaned by nh3 a moment ago
        footer=footer,
        postal=_in_one_line(footer.company.postal),
        subject=subject,
        language=language,
        link=primary,
        link_dark=readable(theme.primary, on=DARK, fallback=Theme().primary),
        button=primary,
        button_text=readable(theme.primary_text, on=primary, fallback=Theme().primary_text),
    )
    return css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)


def _in_one_line(postal: str) -> str:
    return ", ".join(line.strip().rstrip(",") for line in postal.splitlines() if line.strip())


@functools.cache
def _shell() -> Template:
    from jinja2 import Environment  # noqa: PLC0415 not needed to answer a submit

    source = (Path(__file__).parent / "playbook" / "mail.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(source)
