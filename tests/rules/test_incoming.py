"""What a mail says that came in, however it was made."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlight.incoming import LARGEST, SAID, read

QUOTED = "On Mon, 5 Jan 2026 at 10:00, Rita Rep <rita@glass.example> wrote:\n> Hello Anna,\n> how is it going?\n"


def mail(text: str = "Yes, please.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Anna Nowak <anna.nowak@example.com>"
    message["To"] = "Rita Rep <reply+abcdef-1-ghijkl@in.glass.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes, please.\n", "Yes, please."),
        (f"Thursday at ten.\n\nAnna\n\n{QUOTED}", "Thursday at ten.\n\nAnna"),
        (
            "Ja, gerne.\n\nAm Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Rita Rep <rita@glass.example>:\n> Hallo\n",
            "Ja, gerne.",
        ),
        (
            "Fine.\n\n-----Original Message-----\nFrom: Rita Rep <rita@glass.example>\nSent: Monday\n\nHello Anna",
            "Fine.",
        ),
        (QUOTED, QUOTED.strip()),  # nothing of one's own: better all of it than nothing
    ],
)
def test_what_was_written_is_told_from_what_it_answers(text: str, own: str) -> None:
    assert read(mail(text).as_bytes()).text == own


def test_html_alone_is_read_as_text() -> None:
    message = mail()
    message.set_content(
        "<style>p {color: red}</style><div>Yes, <b>please</b>.</div><div>5 &lt; 6 &amp; 7</div>"
        "<blockquote>Hello Anna</blockquote><script>alert(1)</script>",
        subtype="html",
    )

    text = read(message.as_bytes()).text

    assert text.startswith("Yes, please.\n5 < 6 & 7")
    assert "color" not in text
    assert "alert" not in text


def test_plain_text_is_preferred_and_attachments_are_named_only() -> None:
    message = mail("See the plan.")
    message.add_alternative("<p>See the <b>plan</b>, in HTML.</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plän.pdf")
    message.add_attachment("secret notes", filename="notes.txt")

    found = read(message.as_bytes())

    assert found.text == "See the plan."
    assert found.attachments == ("plän.pdf", "notes.txt")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("To", "REPLY+ABCDEF-1-GHIJKL@IN.GLASS.EXAMPLE"),
        ("Cc", "rita@glass.example, reply+abcdef-1-ghijkl@in.glass.example"),
        ("Delivered-To", "reply+abcdef-1-ghijkl@in.glass.example"),
        (
            "Received",
            "from a.example by inbound-smtp.eu-west-1.amazonaws.com for reply+abcdef-1-ghijkl@in.glass.example",
        ),
    ],
)
def test_the_token_is_found_wherever_the_address_stands(header: str, value: str) -> None:
    raw = f"From: anna@example.com\r\n{header}: {value}\r\n\r\nHi\r\n".encode()

    assert [token.lower() for token in read(raw).tokens] == ["abcdef-1-ghijkl"]


def test_an_address_of_return_is_told_from_one_of_answers() -> None:
    found = read(b"To: Reply+abcdefgh@in.glass.example\r\nDelivered-To: Bounce+ijklmnop@in.glass.example\r\n\r\nHi\r\n")

    assert (found.tokens, found.returns) == (("abcdefgh",), ("ijklmnop",))


def test_a_token_in_the_text_addresses_nobody() -> None:
    raw = b"From: anna@example.com\r\nTo: x@in.glass.example\r\n\r\nreply+abcdef-1-ghijkl@in.glass.example\r\n"

    assert read(raw).tokens == ()


def test_a_mail_that_is_delivered_twice_is_the_same_one() -> None:
    first = mail(Message_ID="<1@example.com>", Received="by one")
    second = mail(Message_ID="<1@example.com>", Received="by two")

    assert read(first.as_bytes()).id == read(second.as_bytes()).id != read(mail(Message_ID="<2@x>").as_bytes()).id


def test_it_knows_which_mails_are_answered() -> None:
    answer = mail(In_Reply_To="<b-2@eu-west-1.amazonses.com>", References="<a-1@x> <b-2@eu-west-1.amazonses.com>")

    assert read(answer.as_bytes()).answers == {"a-1", "b-2"}


def test_the_text_is_bounded_and_read_within_a_moment() -> None:
    began = time.process_time()
    for text in ("word " * 300_000, "On " * 100_000, "a" + "\n" * 300_000 + "b", "a" + " " * 300_000 + "b"):
        assert len(read(mail(text).as_bytes()).text) <= SAID

    assert time.process_time() - began < 20


def test_of_a_huge_mail_the_beginning_is_read() -> None:
    raw = mail("Yes, please.").as_bytes() + b"x" * (LARGEST + 1)

    assert read(raw).text.startswith("Yes, please.")


NESTS = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))

BOMBS = {
    "parts within parts": NESTS + b"\r\nhi",
    "parts within parts, and a long text": NESTS[:3000] + b"\r\n" + b"x\r\n" * 2_000_000,
    "mails within mails": b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"hi",
    "comments within comments": b"From: " + b"(" * 2**20 + b"\r\n\r\nhi",
    "a file with a long name": b'Content-Disposition: inline; filename="'
    + b"=?utf-8?q?a?= " * 200_000
    + b'"\r\n\r\nhi',
    "parameters": b"Content-Type: text/plain;" + b" a=b;" * 200_000 + b"\r\n\r\nhi",
    "headers": b"X: y\r\n" * 1_000_000 + b"\r\nhi",
    "one name again and again": b"Received: y\r\n" * 700_000 + b"\r\nhi",
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 300_000,
    "lists within lists": b"Content-Type: text/html\r\n\r\n" + b"<ul><li>" * 30_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_mail_keeps_us_busy_and_its_address_is_read_anyway(bomb: str) -> None:
    began = time.process_time()

    found = read(b"To: reply+abcdef-1-ghijkl@in.glass.example\r\n" + BOMBS[bomb])

    assert found.tokens == ("abcdef-1-ghijkl",)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe",
        b"From: \xff\xfe <\x00>\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xff",
        b'From: a@x\r\nContent-Type: text/plain; charset="\xe4"\r\n\r\nhi',
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: text/plain; name*=x''%ff\r\nContent-Disposition: attachment; filename*0*=utf-9'a'%\r\n\r\nx",
        b'Content-Disposition: attachment; filename="=?utf-8?b?////?="\r\n\r\nx',
        b"Content-Transfer-Encoding: base64\r\n\r\n====",
    ],
)
def test_whatever_comes_in_is_read_somehow(raw: bytes) -> None:
    assert read(raw).tokens == ()


LINES = st.sampled_from(
    [b"From: ", b"To: ", b"Content-Type: multipart/mixed; boundary=", b"Content-Type: text/html; charset=", b"--",
     b"\r\n", b"\r\n\r\n", b"=?utf-8?q?=0A?=", b"<a@b>", b"filename*=",
     b"Content-Disposition: attachment; ", b";", b"x"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(LINES, st.binary(max_size=6)), max_size=40).map(b"".join))
def test_no_mail_is_so_broken_that_it_cannot_be_laid_aside(raw: bytes) -> None:
    assert len(read(raw).id) == 32
