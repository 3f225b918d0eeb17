"""Every mail that we ship, in each language: it reads well as text, says why it came, and lets go with one click."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from tests.shipped import LEAD, Shipped, shipped
from tests.spam import PROGRAM, boxed_badly, scores_of
from tests.world import ANNA, World

from leadlight import links
from leadlight.model.lead import StopReason
from leadlight.model.person import Purpose
from leadlight.ports import Services

BOTH = pytest.mark.grounds("local", "prompt")
LIST_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id")
LONGEST, CLIPPED, SHORT = 78, 102_000, 500
"""Characters of a line of text (RFC 5322 § 2.1.1), bytes from which Gmail cuts a mail off, characters of a link."""

LINK = re.compile(r"https://[^\s<>\"]+")
HREF = re.compile(r'href="([^"]+)"')
LEFT_OVER = re.compile(
    r"\{[{%:]|[%}]\}|</?(?:p|a|b|br|code|div|em|h\d|li|ol|pre|span|strong|ul)\b"
    r"|&(?:amp|nbsp|lt|gt|#\d+);|None\b|\n{4}|[ \t]\n(?<!-- \n)"
)
"""What no text part may show: templates, markup, entities, holes, spaces at an end."""


@pytest.fixture(scope="module")
def mails(world_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shipped, ...]:
    world = World(tmp_path_factory.mktemp("shipped"), world_bundle)
    try:
        return tuple(shipped(world))
    finally:
        world.close()


def wrong(mails: tuple[Shipped, ...], is_wrong: Callable[[Shipped], object]) -> list[str]:
    """The names of those that are, so that one run shows all."""
    return [mail.name for mail in mails if is_wrong(mail)]


def test_all_mails_are_looked_at_in_each_language_that_they_have(mails: tuple[Shipped, ...]) -> None:
    names = {mail.name for mail in mails}

    assert {"confirm.en", "confirm.pl", "paused.en", "first-guide/01-which-line.en"} <= names
    assert len([name for name in names if name.endswith(".pl")]) >= 10
    assert len(names) == len(mails) > 50


def test_the_text_part_reads_well(mails: tuple[Shipped, ...]) -> None:
    assert wrong(mails, lambda mail: LEFT_OVER.search(mail.text)) == []
    assert wrong(mails, lambda mail: any(len(line) > LONGEST for line in LINK.sub("", mail.text).splitlines())) == []
    assert wrong(mails, lambda mail: len(mail.text.partition("\n-- \n")[0].split()) < 20) == []


def test_a_link_in_a_text_stands_alone_so_that_no_program_breaks_it(mails: tuple[Shipped, ...]) -> None:
    assert wrong(mails, lambda mail: re.search(r"https://\S+[ ].|\S[ ]https://\S{60}", mail.text)) == []


def test_every_footer_says_who_writes_from_where_and_why(mails: tuple[Shipped, ...]) -> None:
    def has_no_footer(mail: Shipped) -> bool:
        who, _, why = mail.text.rpartition("\n-- \n")[2].partition("\n")
        return who != "Glass & Co, 1 Lead Lane, London" or len(why.split()) < 5

    assert wrong(mails, has_no_footer) == []
    assert wrong(mails, lambda mail: "1 Lead Lane, London" not in mail.html) == []


def test_who_subscribed_gets_out_with_one_click_and_nobody_else_is_told_of_a_list(mails: tuple[Shipped, ...]) -> None:
    listed = [mail for mail in mails if mail.listed]

    assert wrong(mails, lambda mail: [name in mail.message for name in LIST_HEADERS] != [mail.listed] * 3) == []
    assert {mail.message["List-Unsubscribe-Post"] for mail in listed} == {"List-Unsubscribe=One-Click"}
    assert all(mail.message["List-Unsubscribe"].startswith("<https://") for mail in listed)
    assert all(mail.message["List-Unsubscribe"].strip("<>") in mail.text for mail in listed)
    assert wrong(mails, lambda mail: "Precedence" in mail.message) == []


def test_no_machine_answers_any_of_them(mails: tuple[Shipped, ...]) -> None:
    assert wrong(mails, lambda mail: mail.message["Auto-Submitted"] != "auto-generated") == []


def test_a_list_keeps_its_name_over_steps_and_languages(mails: tuple[Shipped, ...]) -> None:
    ids = {mail.name.partition("/")[0]: mail.message["List-Id"] for mail in mails if mail.listed}
    every = {(mail.name.partition("/")[0], mail.message["List-Id"]) for mail in mails if mail.listed}

    assert len(every - {("news.en", ids["news.en"]), ("news.pl", ids["news.pl"])}) == len(ids) - 2
    assert ids["first-five-minutes"] == '"Glass & Co" <first-five-minutes.glass.example>'
    assert ids["news.en"] == ids["news.pl"]


def test_no_mail_is_cut_off_watches_its_reader_or_leads_elsewhere_than_it_says(mails: tuple[Shipped, ...]) -> None:
    def leads_elsewhere(mail: Shipped) -> bool:
        shown = {unescape(link) for link in HREF.findall(mail.html) if link.startswith("http")}
        return not shown <= set(LINK.findall(mail.text))

    assert wrong(mails, lambda mail: len(mail.message.as_bytes()) >= CLIPPED) == []
    assert wrong(mails, lambda mail: re.search(r"<img|<script|<link|<iframe|url\(|src=", mail.html)) == []
    assert wrong(mails, leads_elsewhere) == []


def every_link(services: Services) -> Iterator[str]:
    """The longest of each kind: long names of sequences, steps and people."""
    ref = f"{'a-long-name-of-a-sequence' * 2}@{'0' * 32}/20260105T100000/{'01-a-long-name-of-a-step' * 2}"
    person, touch = "somebody-with-a-long-name", f"confirmed/{'0' * 32}"
    yield links.unsubscribe(services, LEAD)
    yield links.no_news(services, LEAD)
    yield links.preferences(services, LEAD)
    yield links.consent(services, LEAD, touch)
    yield links.answer(services, LEAD, "satisfaction", ref, "declined")
    yield links.briefing(services, LEAD, person, cause=touch)


def test_no_link_is_longer_than_a_mail_program_can_bear(world: World, mails: tuple[Shipped, ...]) -> None:
    world.browser().ask_for(address=f"{'a' * 60}@{'b' * 60}.example.com", name="N" * 100)
    world.settle()

    assert [link for link in every_link(world.services) if len(link) >= SHORT] == []
    assert [link for mail in world.mails() for link in mail.links if len(link) >= SHORT] == []
    assert wrong(mails, lambda mail: any(len(link) >= SHORT for link in LINK.findall(mail.text))) == []


BOUNDARY = "----one"
BODIES = {
    "urlencoded": ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
    "multipart": (
        f"multipart/form-data; boundary={BOUNDARY}",
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
        f"--{BOUNDARY}--\r\n".encode(),
    ),
    "nothing": ("application/x-www-form-urlencoded", b""),
}
"""How a mailbox provider may post it (RFC 8058 § 3.1 names the first two)."""


@pytest.mark.parametrize("kind", BODIES)
@BOTH
def test_one_click_works_without_cookie_or_page_however_it_is_posted(world: World, kind: str) -> None:
    world.confirmed()
    world.advance("1 day")
    stop = str(world.mail(ANNA, "First").message["List-Unsubscribe"]).strip("<>")
    named, body = BODIES[kind]

    looked = world.browser().get(stop)
    before = world.lead().stops
    answer = world.browser().send("POST", stop, body, {"content-type": named})

    assert (looked.status, before) == (200, ())
    assert (answer.status, answer.cookies) == (200, ())
    assert [stop.reason for stop in world.lead().stops] == [StopReason.UNSUBSCRIBED]


def test_one_click_on_news_ends_news_alone(world: World) -> None:
    world.confirmed(news=True)
    stop = links.no_news(world.services, world.lead())

    answer = world.browser().send("POST", stop, BODIES["multipart"][1], {"content-type": BODIES["multipart"][0]})

    assert answer.status == 200
    assert world.lead().purposes == (Purpose.CONTENT, Purpose.FOLLOW_UP)


@pytest.mark.skipif(PROGRAM is None, reason="spamassassin is not here: `apt-get install spamassassin` (Debian) gets it")
def test_spamassassin_takes_none_of_them_for_spam(mails: tuple[Shipped, ...]) -> None:
    scores = scores_of([*(mail.message for mail in mails), boxed_badly(mails[0].message)])

    assert [(mail.name, score) for mail, score in zip(mails, scores, strict=False) if score.points >= 1] == []
    assert scores[-1].points >= 1, "it would find one"
