"""A link that is too old says until when it worked, and sends a fresh one: to the same address, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.control import path_of, press, words
from tests.journeys.test_erasing import gone
from tests.world import ANNA, MAIL, REP_ADDRESS, SETTINGS, Answer, World
from tests.world_sale import offered, shared

from leadlight.withheld import release_all

BOTH = pytest.mark.grounds("local", "prompt")


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


def asked(world: World) -> str:
    """The link of a form that nobody has confirmed."""
    world.browser().ask_for(name="Anna", about="Zanzibar")
    world.settle()
    return path_of(world.mail(ANNA, "Your link").link("/confirm"))


def confirmed(world: World) -> str:
    """The way back of a reader."""
    world.confirmed()
    return path_of(world.mail(ANNA, "way back").link("/confirm"))


def wished(world: World) -> str:
    world.confirmed()
    press(world, "purposes", news="yes")
    return path_of(world.mail(ANNA, "One tap").link("/preferences"))


def unanswered(world: World) -> str:
    return path_of(offered(world))


def shown(world: World, link: str) -> Answer:
    return world.browser("192.0.2.9").get(link, accept="text/html")


def wants(world: World, link: str) -> Answer:
    """Whoever holds the link presses its button; then everything that follows happens."""
    answer = world.browser("192.0.2.9").submit(link, fresh="yes")
    world.settle()
    return answer


KINDS = {"asked": (asked, 15), "confirmed": (confirmed, 15), "wished": (wished, 15), "unanswered": (unanswered, 61)}
OF_EACH = pytest.mark.parametrize(("begin", "days"), KINDS.values(), ids=KINDS)


@BOTH
@OF_EACH
def test_a_link_too_old_brings_a_fresh_one_to_its_own_mailbox(
    world: World, begin: Callable[[World], str], days: int
) -> None:
    old = begin(world)
    world.jump(f"{days} days")
    world.settle()
    had = len(world.mails())
    page, before = shown(world, old), world.dump()
    world.browser("192.0.2.9").head(old)
    assert (page.status, world.dump()) == (410, before)
    assert "It worked until" in page.text
    assert "Zanzibar" not in page.text
    assert wants(world, old).status == 200

    (mail,) = world.mails()[had:]
    fresh = path_of(mail.link(old.partition("?")[0]))
    assert (mail.to, mail.message["List-Unsubscribe"]) == (ANNA, None) or "Anna" in mail.to
    assert shown(world, fresh).status == 200


@OF_EACH
def test_the_button_pressed_again_sends_no_second_mail(world: World, begin: Callable[[World], str], days: int) -> None:
    old = begin(world)
    world.jump(f"{days} days")
    world.settle()
    had = len(world.mails())

    answers = {words(wants(world, old)) for _ in range(3)}
    world.jump("1 minute")
    answers.add(words(wants(world, old)))

    assert len(answers) == 1
    assert len(world.mails()) == had + 1


def test_the_fresh_link_confirms_what_the_old_one_would_have(world: World) -> None:
    old = asked(world)
    world.jump("15 days")
    wants(world, old)

    browser = world.browser()
    assert browser.submit(path_of(world.mail(ANNA, "Your link").link("/confirm"))).status == 303

    assert browser.get(f"/api/content/{MAIL}").status == 200
    assert world.lead().confirmed_at


def test_who_has_left_gets_their_way_back_and_nothing_else(world: World) -> None:
    old = confirmed(world)
    press(world, "stop")
    world.jump("15 days")
    world.settle()
    had = len(world.mails())

    wants(world, old)
    world.advance("20 days")

    assert [mail.subject for mail in world.mails()[had:] if ANNA in mail.to] == ["Mail guide: here is your way back"]


def test_old_links_cause_no_more_mails_than_a_form_does(world: World) -> None:
    old = asked(world)
    world.jump("15 days")
    had = len(world.subjects(ANNA))
    for _ in range(12):
        assert wants(world, old).status == 200
        world.jump("15 minutes")
        world.settle()

    assert len(world.subjects(ANNA)) - had == SETTINGS.address_limit


@BOTH
def test_behind_an_open_breaker_a_fresh_link_waits_to_be_let_out(world: World) -> None:
    old = asked(world)
    world.jump("15 days")
    world.serve(replace(world.services, settings=replace(SETTINGS, hour_limit=0)))
    had = len(world.subjects(ANNA))
    answer = wants(world, old)
    held = len(world.subjects(ANNA))
    let_out = release_all(world.services, gate=MAIL)
    world.advance("1 hour")

    assert (answer.status, held, let_out) == (200, had, 1)
    assert len(world.subjects(ANNA)) == had + 1
    assert shown(world, path_of(world.mail(ANNA, "Your link").link("/confirm"))).status == 200


def test_what_was_erased_brings_no_mail_and_leads_to_the_form(world: World) -> None:
    old = asked(world)
    gone(world)
    had = len(world.mails())

    pages = [shown(world, old), wants(world, old)]
    world.jump("15 days")
    pages += [shown(world, old), wants(world, old)]

    assert {page.status for page in pages} == {410}
    assert all("nothing of it is kept" in page.text and 'href="/guides/mail/#leadlight"' in page.text for page in pages)
    assert len(world.mails()) == had
    assert world.services.store.lead(world.id_of()) is None


def test_a_form_that_is_kept_no_more_says_so(world: World) -> None:
    reader = world.confirmed(name="Anna")
    world.browser("203.0.113.9").ask_for(name="Somebody else")
    world.settle()
    other = path_of(world.mail(ANNA, "Your link").link("/confirm"))
    for _ in range(62):
        world.jump("1 day")
        world.settle()
    had = len(world.mails())

    assert (shown(world, other).status, wants(world, other).status) == (410, 410)
    assert len(world.mails()) == had
    assert reader.get(f"/api/content/{MAIL}").status == 200


def test_a_link_to_the_desk_can_be_had_afresh_by_its_own(world: World) -> None:
    world.browser().submit("/sign-in", email=REP_ADDRESS)
    world.settle()
    old = path_of(world.mail(REP_ADDRESS, "desk").link("/sign-in"))
    world.jump("2 hours")
    page = shown(world, old)
    token = old.partition("=")[2]
    answer = world.browser().submit("/sign-in", enter=token, fresh="yes")
    world.settle()

    assert page.status == 410
    assert "It worked until 05 January 2026, 10:30." in page.text
    assert answer.location == "/sign-in?asked=1"
    assert len([mail for mail in world.mails(REP_ADDRESS) if "desk" in mail.subject]) == 2


def test_a_reps_old_link_says_until_when_it_worked(world: World) -> None:
    world.confirmed()
    old = path_of(world.briefing())
    world.jump("8 days")

    assert "this one until Monday 12 January 2026" in shown(world, old).text


def test_digits_that_come_too_late_say_so_and_can_be_had_again(world: World) -> None:
    tab = world.browser()
    tab.ask_for()
    world.settle()
    world.jump("20 minutes")
    late = tab.submit("/api/code", gate=MAIL, code=world.mail(ANNA, "Your link").code)
    again = tab.submit("/api/code", gate=MAIL, fresh="yes")
    world.settle()
    world.jump("10 minutes")
    world.settle()
    opened = tab.submit("/api/code", gate=MAIL, code=world.mail(ANNA, "Your link").code)

    assert (late.status, again.status, opened.status) == (422, 200, 303)
    assert "15 minutes are over" in late.text
    assert 'name="fresh"' in late.text
    assert len(world.subjects(ANNA)) == 2


def test_a_tab_learns_nothing_of_whether_a_mail_went_out(world: World) -> None:
    world.confirmed()
    world.lift_budgets()
    known, new = world.browser(), world.browser()
    known.ask_for()
    new.ask_for(address="new@example.com")  # nothing is sent yet

    for minutes in (0, 20):
        world.jump(f"{minutes} minutes")
        one, other = (tab.post("/api/code", gate=MAIL, code="000000").json for tab in (known, new))
        assert one == other
