"""What a lead has taken back stays so, whichever older link or form comes after it."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.control import YES, link, press, say_yes
from tests.world import ANNA, FORM, MAIL, REP_ADDRESS, REPS, SETTINGS, World

from leadlight.handlers import on_mail_event
from leadlight.local.inbox import MaildirInbox
from leadlight.model.due import DueKind
from leadlight.model.person import Purpose
from leadlight.pausing import resume_lead
from leadlight.visitor.wishes import Wish, wish

BOTH = pytest.mark.grounds("local", "tick")


@BOTH
def test_p14_a_form_without_follow_ups_of_its_own_brings_no_older_ones_back(world: World) -> None:
    world.confirmed()
    press(world, "purposes")
    world.jump("1 minute")

    world.confirmed(REPS)
    world.advance("30 days")

    assert Purpose.FOLLOW_UP in world.lead().purposes
    assert world.follow_ups() == []


@BOTH
def test_p14_coming_back_twice_sends_no_mail_twice(world: World) -> None:
    world.confirmed()
    press(world, "stop")
    world.jump("1 minute")
    world.confirmed()
    press(world, "stop")
    press(world, "purposes", **{"follow-up": "yes"})

    assert world.mail(ANNA, YES).text.count("What follows") == 1
    say_yes(world)
    world.advance("40 days")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_an_answer_before_the_stop_brings_nothing_back_after_it(world: World, tmp_path: Path) -> None:
    inbox = MaildirInbox(tmp_path / "post")
    world.serve(replace(world.services, inbox=inbox, settings=replace(SETTINGS, inbound_domain="in.glass.example")))
    world.confirmed()
    to = world.mail(ANNA, "way back").message["Reply-To"].addresses[0].addr_spec
    (tmp_path / "post" / "new" / "one").write_text(f"From: {ANNA}\nTo: {to}\nMessage-ID: <1@example.com>\n\nHello.\n")
    on_mail_event.take_in(world.services)
    press(world, "stop")
    world.confirmed(REPS)

    resume_lead(world.services, world.lead(), by="rita")
    world.advance("40 days")

    assert world.follow_ups() == []


@BOTH
def test_a_form_sent_before_the_tick_went_does_not_bring_it_back(world: World) -> None:
    world.confirmed()
    reader = world.browser()
    reader.ask_for(FORM)
    world.settle()
    world.jump("1 minute")
    press(world, "purposes")

    older = world.mail(ANNA, "Form guide").link("/confirm")
    shown = reader.get(older).text
    reader.post(older)

    assert "You may write to me about it." not in shown
    assert world.lead().purposes == (Purpose.CONTENT,)


def test_nobody_is_reminded_of_a_call_that_the_page_has_refused(world: World) -> None:
    reader = world.confirmed()
    reader.post("/api/call", gate=MAIL, call="now", phone="+44 20 7946 0999")
    press(world, "no-calls")

    world.advance("1 week")

    assert not [subject for subject in world.subjects(REP_ADDRESS) if "Still open" in subject]


def test_nobody_is_reminded_of_a_call_that_a_later_form_has_refused(world: World) -> None:
    world.confirmed().post("/api/call", gate=MAIL, call="now", phone="+44 20 7946 0999")
    world.jump("1 minute")
    world.confirmed(FORM, call="no")

    world.advance("1 week")

    assert not [subject for subject in world.subjects(REP_ADDRESS) if "Still open" in subject]


def test_a_call_that_the_mailbox_wanted_is_reminded_of(world: World) -> None:
    world.confirmed()
    press(world, "purposes", phone="yes", **{"follow-up": "yes"})
    say_yes(world)

    tasks = [row.ref for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.TASK]
    world.advance("1 day")

    assert len(tasks) == 1
    assert "CALL NOW: Still open" in world.mail(REP_ADDRESS, "Still open").subject


def test_many_questions_are_reminded_of_as_one(world: World) -> None:
    reader = world.confirmed()
    for _ in range(5):
        reader.post("/api/question", gate=MAIL, question=secrets.token_hex(4))

    world.advance("1 day")

    assert len([subject for subject in world.subjects(REP_ADDRESS) if "Still open" in subject]) == 1


def test_p7_two_taps_at_the_same_moment_are_one_mail(world: World) -> None:
    world.confirmed()
    lead = world.lead()

    def tap(_: int) -> None:
        wish(world.services, lead.id, str(lead.generation), [Wish.PHONE], how="token")

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(tap, range(4)))
    world.settle()

    assert world.subjects(ANNA).count(YES) == 1


def test_p7_a_forwarded_link_fills_no_mailbox_day_after_day(world: World) -> None:
    world.confirmed()
    for _ in range(12):
        press(world, "purposes", phone="yes", **{"follow-up": "yes"})
        world.jump("8 hours")

    assert world.subjects(ANNA).count(YES) == 10


def test_a_forwarded_link_fills_no_timeline_and_stopping_is_always_possible(world: World) -> None:
    world.confirmed()
    where = link(world)
    answers = [world.browser().submit(where, do="pause", span=("2 weeks", "1 month")[n % 2]).status for n in range(23)]

    assert answers == [200] * 20 + [429, 200, 429]  # what is so already needs no change
    assert press(world, "stop", where).status == 200
    assert len(world.services.store.touches(world.id_of())) < 40
