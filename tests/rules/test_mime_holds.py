"""Is a mail about this person? By address, number or name, however the mail is written."""

from __future__ import annotations

import itertools
from email.message import EmailMessage

import pytest

from leadlight.mime import holds, is_to, wire_bytes


def mail(text: str = "Hello", *, to: str = "rep@example.com", html: str = "", cte: str = "quoted-printable") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@example.com", to, "Today"
    message.set_content(text, cte=cte)
    if html:
        message.add_alternative(html, subtype="html", cte="base64")
    return wire_bytes(message)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (mail(to='"Łukasz Żak" <luk@example.com>'), "Łukasz Żak"),
        (mail("Zadzwoń do: Łukasz\nŻak", cte="base64"), "łukasz żak"),
        (mail(html="<p>Call O&#39;Neil &amp; sons</p>"), "O'Neil & sons"),
        (mail("a link: /?to=dan@example.com", cte="7bit"), "dan@example.com"),
        (mail("ANNA.NOWAK@Example.COM wrote"), "anna.nowak@example.com"),
        (mail("write to: ...anna@example.com."), "anna@example.com"),
        (mail("-anna@example.com- or 'anna@example.com'"), "anna@example.com"),
        (mail("+48 (22) 555-01-23"), "+48225550123"),
        (mail("tel. 48225550123."), "+48 22 555 01 23"),
        (mail(to="reply+abcdefgh-1-xyz@in.example"), "abcdefgh"),
        (b"Content-Type: text/plain; charset=nonsense\r\n\r\nanna@example.com", "anna@example.com"),
        (b"From: =?utf-8?q?broken\r\nTo: <<>,;:\r\n\r\n anna@example.com \xff", "anna@example.com"),
    ],
    ids=itertools.count(),  # what is made anew at each start, such as a boundary, is no name
)
def test_who_is_named_is_found(raw: bytes, word: str) -> None:
    assert holds(raw, ["nobody@example.com", word])


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (mail("Li Wuhan"), "Li Wu"),
        (mail("joanna@example.com"), "anna@example.com"),
        (mail(to="jo.anna@example.com"), "anna@example.com"),
        (mail(to="jo+anna@example.com"), "anna@example.com"),
        (mail(to="anna@example.com.au"), "anna@example.com"),
        (mail("5550123456"), "555012345"),
        (mail("in 12345 days"), "12345678"),
        (mail("anything"), " "),
    ],
    ids=itertools.count(),  # what is made anew at each start, such as a boundary, is no name
)
def test_who_is_not_named_is_not_found(raw: bytes, word: str) -> None:
    assert not holds(raw, [word])


def test_whom_it_is_to_is_told_by_its_recipients_alone() -> None:
    raw = mail("to anna@example.com", to="Rita <rita@example.com>, Mark <MARK@example.com>")

    assert is_to(raw, ["mark@example.com"])
    assert not is_to(raw, ["anna@example.com", "desk@example.com", ""])
