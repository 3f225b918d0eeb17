"""Mails: they say the same in HTML and as text, carry nobody's markup, and cannot be turned against anyone."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlight.errors import BadPlaybook
from leadlight.messages import Footer, Mailbox, compose
from leadlight.model.person import Intent
from leadlight.model.site import Message, Theme
from leadlight.model.team import Company
from leadlight.playbook.briefed import BarView, BriefingView, ObjectionView, RepLinks
from leadlight.playbook.context import CompanyView, Context, GateView, LeadView, RepView
from leadlight.playbook.palette import contrast, readable, rgb
from leadlight.playbook.plain import plain_text
from leadlight.playbook.prose import prose
from leadlight.playbook.source import load

BUILT_IN = load(Path("no-playbook"), language="en").messages
LINK = "https://www.example.com/confirm?token=" + "aB3_-." * 25
READER: Context = {
    "lead": LeadView("Anna", "Anna Nowak", "anna@example.com", "Acme", "+48 601 234 567", intent=Intent.READY),
    "gate": GateView("Zero trust & you", "https://www.example.com/zt/", 9, ("zt.pdf",)),
    "rep": RepView("Jan Kowalski", "Jan", "jan@example.com"),
    "company": CompanyView("Leadlight Ltd", "Street 1\n00-001 Warsaw"),
    "link": LINK,
}
BRIEF = BriefingView(
    who="Anna Nowak",
    email="anna@example.com",
    company="Acme",
    phone="+48 601 234 567",
    dial="+48601234567",
    confirmed=False,
    call="Wants a call at once.",
    state="cold, lead, ready",
    read=("Seven touch points",),
    said=(("Asked at 10:00", "Does it work with two VPNs?\nWe have them."),),
    needs=("To sleep at night.",),
    objections=(ObjectionView("We have one", "Keep it.\nAsk back: why?"),),
    bars=(BarView("Person", 3, 7, "███░░░░"),),
    answers=(("Team size", "11-50"),),
    score="3 points",
    reasons=("+3 met the person once, today",),
    aim="Start a conversation",
    opening="Which of the two is the older one?",
    clock="Goes to Ola at 14:15 unless you take it",
)
NOTIFY: Context = {
    **READER,
    "brief": BRIEF,
    "go": RepLinks(LINK, LINK, LINK, LINK, LINK, ""),
    "causes": (),
    "headline": "",
    "call": "Wants a call at once.",
    "confirmed": False,
    "reason": "CALL NOW: Anna Nowak, Acme",
    "read": ("Seven touch points",),
    "answers": (("Team size", "11-50"),),
    "question": "Does it work with two VPNs?\nWe have them.",
    "opening": "Which of the two is the older one?",
}


def mail(texts: Message, context: Context, **other: Any) -> EmailMessage:
    given: dict[str, Any] = {
        "sender": Mailbox("Jan Kowalski", "jan@example.com"),
        "to": Mailbox("", "anna@example.com"),
        "message_id": "one@example.com",
        "date": datetime(2026, 1, 5, 9, tzinfo=UTC),
        "footer": Footer(Company("Leadlight Ltd", "Street 1"), "You asked for it.", (("Stop these mails", LINK),)),
    }
    message = compose(texts, context, **{**given, **other})
    return message_from_bytes(
        message.as_bytes(), _class=EmailMessage, policy=policy.default
    )  # as a mail client reads it


def said(body: str, context: Context = READER, *, subject: str = "Hi", **other: Any) -> EmailMessage:
    return mail(Message("x", subject, body), context, **other)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


EVIL = [
    "[x](http://evil)",
    "<img src=//evil>",
    "**b** `c`",
    "<script>alert(1)</script>",
    "# h\n\n- l",
    "&lt;b&gt; &amp;",
    "a_b_c*",
]


@pytest.mark.parametrize("typed", EVIL)
def test_what_a_person_typed_stays_those_characters(typed: str) -> None:
    message = said("Hello {{ lead.name }}, [see]({{ link }})", {**READER, "lead": LeadView(name=typed)})
    inner = html_of(message).partition('<div class="mail"')[2].partition('<div class="foot"')[0]

    assert set(re.findall(r"<(\w+)", inner)) <= {"p", "a", "br"}
    assert re.findall(r'href="([^"]*)"', inner) == [LINK]
    assert "".join(typed.split()) in "".join(text_of(message).split())


def test_a_value_cannot_forge_the_mark_of_another() -> None:
    body = "{{ lead.name }} {{ lead.company }}"
    forged = "\ue0001:0\ue001 \ue000{0}:0\ue001"

    assert prose(body, {"lead": LeadView(name=forged, company="Acme")}).text == "1:0 {0}:0 Acme\n"


def test_values_kept_in_a_set_block_arrive_whole() -> None:
    body = "{% set who %}{{ lead.name }} of {{ lead.company }}{% endset %}Dear {{ who }}"

    assert prose(body, {"lead": LeadView(name="<A>", company="B&B")}).text == "Dear <A> of B&B\n"


def test_a_value_is_no_scheme_for_a_script() -> None:
    found = prose("[x]({{ lead.company }})", {"lead": LeadView(company="javascript:alert(1)")}).html

    assert "href" not in found


def test_marketers_cannot_slip_in_pictures_or_styles() -> None:
    body = '<img src="https://x/p.gif">![p](https://x/p.gif)<p style="x" onclick="y">Hi</p>{: onclick=z }'

    assert "<img" not in (page := html_of(said(body)))
    assert not re.search(r"<[^>]*(onclick|p\.gif)", page)


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: b@evil.example", "a\nBcc: b@evil.example", "a\0b", "a\u2028Bcc: b@evil.example"]
)
def test_no_value_can_add_a_header(evil: str) -> None:
    message = said(
        "Hi",
        {**READER, "lead": LeadView(name=evil)},
        subject="{{ lead.name }}",
        to=Mailbox(evil, "anna@example.com"),
        reply_to=Mailbox(evil, "jan@example.com"),
        headers={"List-Id": evil},
        message_id=evil,
    )

    assert message["Bcc"] is None
    assert message["To"].addresses[0].addr_spec == "anna@example.com"


def test_what_looks_like_an_encoded_word_is_text_and_ends_no_header() -> None:
    evil = "=?utf-8?q?a=0ABcc:_b=40evil.example?="
    lead = LeadView(name=evil)
    message = said("Hi", {**READER, "lead": lead}, subject="{{ lead.name }}", to=Mailbox(evil, "a@example.com"))

    assert message["Bcc"] is None
    assert message["Subject"] == evil


def test_a_long_subject_keeps_the_spaces_between_its_words() -> None:
    subject = "Your turn with anna.nowak@example.com about “Mail guide”, “Grüße” and “Zażółć” today"

    assert said("Hi", subject=subject)["Subject"] == subject


@settings(max_examples=40, deadline=None)
@given(name=st.text(max_size=40), local=st.text(min_size=1, max_size=20), subject=st.text(max_size=60))
def test_whatever_was_typed_the_mail_is_one_mail_to_one_person(name: str, local: str, subject: str) -> None:
    box = Mailbox(name, f"{local}@example.com")
    context = {**READER, "lead": LeadView(name=name, company=subject)}
    message = said("{{ lead.name }}", context, subject="Re: {{ lead.company }}", to=box, reply_to=box)

    names = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]

    assert message.keys() == names


def test_an_address_of_another_script_is_kept() -> None:
    ascii_local = said("Hi", to=Mailbox("Jörg, der Müller", "jm@münchen.example"))["To"].addresses[0]

    assert (ascii_local.display_name, ascii_local.addr_spec) == ("Jörg, der Müller", "jm@xn--mnchen-3ya.example")
    assert "jörg@xn--mnchen-3ya.example".encode() in said("Hi", to=Mailbox("", "jörg@münchen.example")).as_bytes()


def test_one_click_headers_stay_in_one_line() -> None:
    address = f"<https://www.example.com/unsubscribe?token={'x_-' * 80}>"
    headers = {"List-Unsubscribe": address, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    raw = compose(
        Message("x", "Hi", "Hi"),
        READER,
        sender=Mailbox("Jan", "jan@example.com"),
        to=Mailbox("", "anna@example.com"),
        message_id="one@example.com",
        date=datetime(2026, 1, 5, tzinfo=UTC),
        footer=Footer(Company("")),
        headers=headers,
    ).as_bytes()

    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_the_head_says_who_when_and_where_to_answer() -> None:
    message = said("Hi", subject="Hello {{ lead.first_name }}", reply_to=Mailbox("Jan", "reply+1@in.example.com"))

    assert str(message["From"]) == "Jan Kowalski <jan@example.com>"
    assert str(message["Reply-To"]) == "Jan <reply+1@in.example.com>"
    assert (message["Subject"], message["Message-ID"]) == ("Hello Anna", "<one@example.com>")
    assert message["Date"].datetime == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert message.get_content_type() == "multipart/alternative"


def test_the_parts_are_those_that_python_would_make() -> None:
    """We put them together ourselves, which is quicker."""
    body = "Dzień dobry = hello\r\n\n" + "a long line " * 20 + "\n\n.\n\nFrom here \n"
    ours = compose(
        Message("x", "Hi", body), READER, sender=Mailbox("Żaneta", "z@example.com"), to=Mailbox("", "anna@example.com"),
        message_id="one@example.com", date=datetime(2026, 1, 5, 9, tzinfo=UTC), footer=Footer(Company("Łódź & Co")),
    )  # fmt: skip
    theirs = EmailMessage(ours.policy)
    for name, value in ours._headers[:-2]:  # as they stand
        theirs.set_raw(name, value)
    plain, shown = [str(part.get_content()) for part in ours.iter_parts()]
    theirs.set_content(plain, cte="quoted-printable")
    theirs.add_alternative(shown, subtype="html", cte="quoted-printable")
    theirs.set_boundary(str(ours.get_boundary()))

    assert ours.as_bytes() == theirs.as_bytes()


def test_nobody_can_write_what_parts_a_mail() -> None:
    written = said("One\n\n\\--=_leadlight\n\n\\--=_leadlight--\n\nTwo", subject="--=_leadlight--")
    message = message_from_bytes(written.as_bytes(), policy=policy.default)

    assert [part.get_content_subtype() for part in message.iter_parts()] == ["plain", "html"]
    assert all(str(part.get_content()).count("--=_leadlight") >= 2 for part in message.iter_parts())


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert said("Hi {{ lead.name }}").as_bytes() == said("Hi {{ lead.name }}").as_bytes()


@pytest.mark.parametrize("name", ["confirm", "delivery", "notify", "manager"])
def test_built_in_mails_hold_the_same_facts_twice(name: str) -> None:
    message = mail(
        BUILT_IN[name],
        {
            **NOTIFY,
            "code": "482913",
            "does": "opens",
            "agreed": ("You may write to me.", "What follows: 2 mails in 1 week."),
        },
    )
    shown = plain_text(html_of(message).partition("<body")[2].partition(">")[2])

    assert LINK in text_of(message)
    assert html_of(message).count(LINK) >= 2
    assert set(re.findall(r"[\w']+", text_of(message))) == set(re.findall(r"[\w']+", shown))


def test_the_confirmation_gives_button_and_digits() -> None:
    context: Context = {
        "gate": READER["gate"],
        "company": READER["company"],
        "link": LINK,
        "code": "482913",
        "does": "opens",
        "agreed": ("You may write to me.", "What follows: 2 mails in 1 week."),
    }
    message = mail(BUILT_IN["confirm"], context)

    assert message["Subject"] == "Your link to “Zero trust & you”"
    assert "\n482913\n" in text_of(message)
    assert "If this was not you, do nothing." in text_of(message)
    assert f'href="{LINK}"' in html_of(message)


def test_the_rep_sees_the_call_first_and_all_that_is_known() -> None:
    message = mail(BUILT_IN["notify"], NOTIFY, footer=Footer(Company("")))

    assert message["Subject"] == "CALL NOW: Anna Nowak, Acme (unconfirmed)"
    assert 'href="tel:+48601234567"' in html_of(message)
    for fact in ("UNCONFIRMED", "Anna Nowak, Acme", "anna@example.com", "ready", "11-50", "> Does it", "Seven touch"):
        assert fact in text_of(message)


def test_a_confirmed_lead_who_told_nothing_makes_a_short_notification() -> None:
    brief = BriefingView(who="a@example.com", email="a@example.com", aim="Start a conversation", score="0 points")
    message = mail(BUILT_IN["notify"], {**NOTIFY, "brief": brief}, footer=Footer(Company("")))

    assert "UNCONFIRMED" not in text_of(message)
    assert text_of(message).startswith("a@example.com\n\nTake over:")
    assert "May object" not in text_of(message)


def test_the_footer_names_company_reason_and_the_way_out() -> None:
    message = said("Hi")

    assert text_of(message).endswith(f"-- \nLeadlight Ltd, Street 1\nYou asked for it.\nStop these mails:\n{LINK}\n")
    assert f'<a href="{LINK}"' in html_of(message)


def test_dark_paper_and_the_marketers_colour_survive_inlining() -> None:
    page = html_of(said("[Go]({{ link }}){ .button }", theme=Theme(primary="#aa0044")))

    assert "@media (prefers-color-scheme: dark)" in page
    assert re.search(r'class="button"[^>]*background: #aa0044', page)
    assert "http-equiv" not in page
    assert not re.search(r"<(img|table|script|link)\b|url\(", page)


def test_a_colour_that_is_no_colour_does_no_harm() -> None:
    page = html_of(said("[Go]({{ link }})", theme=Theme(primary="red;} body{display:none", primary_text="x")))

    assert "display:none" not in page
    assert Theme().primary in page


@pytest.mark.parametrize("paper", ["#ffffff", "#17181c", "#ffeb3b"])
@pytest.mark.parametrize("colour", ["#ffeb3b", "#4051b5", "#000", "#ffffff", "#808080"])
def test_every_colour_becomes_readable(colour: str, paper: str) -> None:
    found, on = rgb(readable(colour, on=paper, fallback="#000000")), rgb(paper)

    assert found is not None
    assert on is not None
    assert contrast(found, on) >= 4.5


def test_the_text_part_reads_well() -> None:
    body = (
        "# Title\n\nSee [the page](https://x.example/a) first, then [book](https://x.example/b).\n\n"
        "1. one\n2. two "
        + "words " * 20
        + "\n\n- a\n    - b\n- c\n\n> quoted\n\nBest,  \nJan\n\n[Go](https://x.example/c)"
    )
    text = prose(body, {}).text

    assert text.startswith("Title\n=====\n\nSee the page <https://x.example/a> first, then book")
    assert "\n\n1. one\n2. two words" in text
    assert "\n   words" in text
    assert "\n\n- a\n  - b\n- c\n\n> quoted\n\nBest,\nJan\n\nGo: https://x.example/c\n" in text
    assert max(map(len, text.splitlines())) <= 76


def test_links_are_never_rewritten() -> None:
    address = "https://shop.example/a?b=1&c=%C3%A9&utm=x_y*z#frag"

    assert f'href="{address.replace("&", "&amp;")}"' in html_of(said(f"[Go]({address})"))
    assert address in text_of(said(f"[Go]({address})"))
    assert address in text_of(said("[Go]({{ link }})", {"link": address}))


def test_a_template_that_fails_names_what_is_wrong() -> None:
    with pytest.raises(BadPlaybook, match="frist_name"):
        said("{{ lead.frist_name }}")
