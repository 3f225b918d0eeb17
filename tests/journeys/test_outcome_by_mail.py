"""A rep answers the mail about a lead in a line. It is logged as a tap would be; what was understood is mailed back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.journeys.test_replies import arrive, receive
from tests.world import MANAGER_ADDRESS, REP_ADDRESS, SETTINGS, Mail, World

from leadlight.handlers import on_mail_event
from leadlight.local.inbox import MaildirInbox
from leadlight.model.lead import Stage
from leadlight.model.touch import Objective, TouchKind
from leadlight.profile import sealed_fields
from leadlight.rep.by_mail import PER_DAY

BOTH = pytest.mark.grounds("local", "prompt")


@pytest.fixture
def post(world: World, tmp_path: Path) -> Path:
    """Where mail for us comes in; Anna has opened a page, and Rita was told."""
    inbox = tmp_path / "post"
    settings = replace(SETTINGS, inbound_domain="in.glass.example")
    world.serve(replace(world.services, inbox=MaildirInbox(inbox), settings=settings))
    world.confirmed(name="Anna")
    return inbox / "new"


def line(world: World, text: str, *, sender: str = REP_ADDRESS, to: str = "", **headers: str) -> EmailMessage:
    """What the rep's mail program makes of an answer to the newest mail about the lead."""
    told = world.mail(REP_ADDRESS, "opened").message
    message = EmailMessage()
    message["From"] = f"Rita Rep <{sender}>"
    message["To"] = to or str(told["Reply-To"])
    message["Message-ID"] = f"<{secrets.token_hex(8)}@glass.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"{text}\n\nOn Mon, 5 Jan 2026 at 10:00, Glass & Co wrote:\n> won 99999\n")
    return message


def said(world: World, post: Path, text: str, **headers: str) -> Mail:
    """The mail that comes back for that line."""
    receive(world, post, line(world, text, **headers))
    world.settle()
    return world.mails(REP_ADDRESS)[-1]


def test_the_mail_to_a_rep_can_be_answered_in_a_line(world: World, post: Path) -> None:
    mail = world.mail(REP_ADDRESS, "opened")
    address = mail.message["Reply-To"].addresses[0]

    assert address.username.startswith("note+")
    assert len(address.username) <= 64
    assert "Answer it in a line" in " ".join(mail.text.split())


def test_without_a_domain_for_it_nothing_is_said_of_a_line(world: World) -> None:
    world.confirmed()
    mail = world.mail(REP_ADDRESS, "opened")

    assert mail.message["Reply-To"] is None
    assert "in a line" not in " ".join(mail.text.split())


@BOTH
def test_a_line_is_logged_and_shown_back(world: World, post: Path) -> None:
    back = said(world, post, "reached, Tuesday, Marzipan")

    (outcome,) = world.touches(TouchKind.OUTCOME)
    assert (outcome.by, outcome.objective, outcome.facts["achieved"]) == ("rita", Objective.START, "yes")
    assert outcome.facts["next_at"] == "2026-01-06T09:00:00+00:00"
    assert sealed_fields(world.services, outcome)["text"] == "Marzipan"
    assert back.subject == "Noted: Anna"
    assert "Start a conversation: achieved" in back.text
    assert "Next step: Tue 6 January, 09:00" in back.text
    assert "Not understood, and kept as a note:\n\n> Marzipan" in back.text
    assert "Marzipan" not in repr(world.dump())


def test_the_link_in_what_comes_back_changes_it(world: World, post: Path) -> None:
    rep = world.browser()
    link = said(world, post, "not reached").link("/rep/outcome")

    assert "Start a conversation: not reached" in rep.get(link, accept="text/html").text
    named = link.partition("&outcome=")[2].partition("&")[0]
    assert rep.submit(link.partition("&outcome")[0], outcome=named, note="Away till May").status == 303
    assert len(world.touches(TouchKind.OUTCOME)) == 1


@pytest.mark.parametrize(("text", "stage"), [("won 12000", Stage.CUSTOMER), ("lost to Acme Corp", Stage.LOST)])
def test_a_line_may_end_the_deal(world: World, post: Path, text: str, stage: Stage) -> None:
    said(world, post, text)

    assert world.lead().stage is stage
    assert "Acme Corp" not in repr(world.dump())


def test_what_is_quoted_below_is_not_read(world: World, post: Path) -> None:
    said(world, post, "not reached")

    assert world.lead().stage is Stage.LEAD


def test_a_line_without_a_result_is_a_note_and_no_contact(world: World, post: Path) -> None:
    back = said(world, post, "will think about it")

    (note,) = world.touches(TouchKind.NOTED)
    assert world.touches(TouchKind.OUTCOME) == []
    assert sealed_fields(world.services, note)["text"] == "will think about it"
    assert back.subject == "Not understood: Anna"
    assert back.link("/rep/outcome")


def test_a_next_step_alone_holds_the_plan_until_then(world: World, post: Path) -> None:
    said(world, post, "call back 14:30 tomorrow")
    world.advance("2 days")

    assert world.follow_ups() == []
    assert world.mail(REP_ADDRESS, "Today: your next step with Anna")


def test_a_line_after_a_tap_adds_to_it(world: World, post: Path) -> None:
    world.log(world.browser(), achieved="yes", objective="start")

    said(world, post, "Thursday 11:00")

    (note,) = world.touches(TouchKind.NOTED)
    assert note.facts["outcome"] == world.touches(TouchKind.OUTCOME)[0].id
    assert world.lead().hold is not None


def test_a_line_for_those_who_write_is_about_the_page_that_they_came_for(world: World, post: Path) -> None:
    back = said(world, post, "not reached, feedback on the page: they look for prices, first of all")

    (told,) = world.touches(TouchKind.FEEDBACK)
    assert (told.facts["aim"], told.gate) == ("page:guides/mail", "guides/mail")
    assert sealed_fields(world.services, told)["text"] == "they look for prices, first of all"
    assert "Your line goes to those who write" in back.text


def test_a_line_that_no_form_would_take_is_kept_whole_as_a_note(world: World, post: Path) -> None:
    text = "achieved, feedback on the product: " + "too slow " * 40

    back = said(world, post, text)

    (note,) = world.touches(TouchKind.NOTED)
    assert sealed_fields(world.services, note)["text"].startswith("achieved, feedback on the product: too slow")
    assert (world.touches(TouchKind.OUTCOME), world.touches(TouchKind.FEEDBACK)) == ([], [])
    assert back.subject == "Not understood: Anna"


@BOTH
def test_the_same_mail_again_is_one_outcome(world: World, post: Path) -> None:
    message = line(world, "reached")
    receive(world, post, message)
    receive(world, post, message)
    world.settle()

    assert len(world.touches(TouchKind.OUTCOME)) == 1
    assert len([subject for subject in world.subjects(REP_ADDRESS) if subject.startswith("Noted")]) == 1


@pytest.mark.parametrize("sender", [MANAGER_ADDRESS, "anna.nowak@example.com", "rita@evil.example", ""])
def test_a_line_by_somebody_else_changes_nothing(world: World, post: Path, sender: str) -> None:
    before = world.dump()

    receive(world, post, line(world, "won 12000", sender=sender))

    assert world.dump() == before


@pytest.mark.parametrize("name", ["rita", "mark"])
def test_a_forged_address_changes_nothing(world: World, post: Path, name: str) -> None:
    stranger = type(world.services.tokens)(["f" * 32], world.clock.now)
    before = world.dump()

    token = stranger.sign_note(world.id_of(), 1, name)
    receive(world, post, line(world, "won 12000", to=f"note+{token}@in.glass.example"))

    assert world.dump() == before
    assert list(world.services.inbox.waiting()) == []


def test_the_address_of_an_answer_takes_no_line(world: World, post: Path) -> None:
    token = world.services.tokens.sign_short(world.id_of(), 1)

    receive(world, post, line(world, "won 12000", to=f"note+{token}@in.glass.example"))

    assert world.touches(TouchKind.OUTCOME) == []


@pytest.mark.parametrize("header", [{"Auto_Submitted": "auto-replied"}, {"Return_Path": "<>"}])
def test_a_vacation_notice_logs_nothing(world: World, post: Path, header: dict[str, str]) -> None:
    before = world.dump()

    receive(world, post, line(world, "not reached", **header))

    assert world.dump() == before


def test_a_line_that_comes_after_a_month_is_answered_with_a_fresh_link(world: World, post: Path) -> None:
    message = line(world, "reached")
    world.jump("31 days")
    receive(world, post, message)
    world.settle()

    back = world.mail(REP_ADDRESS, "Not understood")
    assert "more than a month old" in back.text
    assert world.touches(TouchKind.OUTCOME) == []


def test_no_loop_of_lines_buries_anybody(world: World, post: Path) -> None:
    for _ in range(PER_DAY + 2):
        arrive(post, line(world, "not reached"))
    on_mail_event.take_in(world.services)

    assert len(world.touches(TouchKind.OUTCOME)) == PER_DAY
