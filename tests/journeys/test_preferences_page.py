"""The page of preferences: what it shows and hides, who may press, and what a tap does twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.journeys.control import as_shown, dates, link, page, press, shown_dates, words
from tests.world import ANNA, DAY, MONDAY, World

from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind


def test_what_has_come_is_counted_off(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    assert "First" not in page(world)
    assert "2 of 3 mails are left" in page(world, link(world, "First"))


def test_a_forwarded_mail_reveals_nothing_that_was_typed(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acmeworks", phone="+44 20 7946 0999", about="Zanzibar")
    html = world.browser().get(link(world)).text

    assert not [word for word in (ANNA, "Anna", "Nowak", "Acmeworks", "7946 0999", "Zanzibar") if word in html]


def test_the_words_agreed_to_are_shown_with_their_day(world: World) -> None:
    world.confirmed(news=True)
    shown = page(world)

    assert "“You may write to me about it.”, since Monday 5 January 2026" in shown
    assert "“Tell me what is new.”, since Monday 5 January 2026" in shown


def test_a_wish_to_be_called_now_is_not_on_its_way_for_days(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")
    world.advance("2 days")
    shown = page(world)

    assert "You asked us to call you as soon as we can." in shown
    assert "on its way" not in shown


def test_opening_the_page_changes_nothing(world: World) -> None:
    reader = world.confirmed()
    world.advance("1 day")
    before = world.dump()

    for _ in range(3):
        for browser, where in ((world.browser(), link(world, "First")), (reader, "/preferences")):
            assert browser.get(where, accept="text/html").status == 200
            assert browser.head(where).status == 200
    world.settle()

    assert world.dump() == before


def test_the_browser_that_confirmed_needs_no_link(world: World) -> None:
    reader = world.confirmed()

    assert "First: hello" in words(reader.get("/preferences"))
    assert reader.submit("/preferences", do="pause", span="2 weeks").status == 200
    assert world.lead().pause is not None
    assert world.browser().get("/preferences", accept="text/html").status == 403


def test_the_pages_headers_keep_the_token_between_us(world: World) -> None:
    world.confirmed()
    answer = world.browser().get(link(world))

    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("private, no-store", "no-referrer")


def test_another_site_cannot_press_for_the_browser_that_confirmed(world: World) -> None:
    reader = world.confirmed()
    before = world.dump()
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example"}

    for where in ("/preferences", link(world)):
        assert reader.send("POST", where, b"do=stop", headers).status == 403
    assert reader.send("POST", "/preferences", b"do=stop", {**headers, "origin": "null"}).status == 403

    assert world.dump() == before


def test_the_link_opens_no_page_and_no_other_link_shows_the_plan(world: World) -> None:
    world.confirmed()
    token = link(world).partition("=")[2]

    assert world.browser().get(f"/unsubscribe?token={token}").status == 403
    assert world.browser().get(f"/confirm?token={token}").status == 403
    stop = world.mail(ANNA, "Your link").link("/confirm").partition("=")[2]
    assert world.browser().get(f"/preferences?token={stop}").status == 403


def test_a_link_in_an_old_mail_still_works(world: World) -> None:
    world.confirmed()
    old = link(world)
    world.advance("500 days")  # after that they have been kept for long enough

    assert "Nothing more is planned." in page(world, old)
    assert press(world, "stop", old).status == 200


def test_a_lead_may_end_its_own_pause(world: World) -> None:
    world.confirmed()
    before = page(world)
    press(world, "pause", span="3 months")

    shown = words(press(world, "resume"))

    assert "It goes on" in shown
    assert shown_dates(shown) == shown_dates(before)
    assert world.lead().pause is None
    world.advance("1 day")
    assert world.follow_ups() == ["First: hello"]


def test_no_calls_binds_the_rep_and_leaves_the_mails_alone(world: World) -> None:
    world.confirmed()

    shown = words(press(world, "no-calls"))

    assert "Nobody calls you: you have asked for that." in shown
    assert world.lead().call.kind is CallKind.NO
    assert Purpose.FOLLOW_UP in world.lead().purposes


@pytest.mark.parametrize("do", ["pause", "fewer", "stop", "purposes", "no-calls"])
def test_the_same_tap_twice_is_one(world: World, do: str) -> None:
    world.confirmed()
    press(world, do, span="2 weeks")
    before = world.dump()

    press(world, do, span="2 weeks")

    assert world.dump() == before


def test_a_button_that_we_do_not_have_does_nothing(world: World) -> None:
    world.confirmed()
    before = world.dump()

    assert world.browser().submit(link(world), do="more").status == 422
    assert world.browser().submit(link(world), do="pause", span="1 hour").status == 422
    assert world.dump() == before


def test_what_cannot_be_done_leads_back_to_the_page_with_its_token(world: World) -> None:
    reader = world.confirmed()
    by_link = world.browser().submit(link(world), do="more").text
    by_pass = reader.submit("/preferences", do="more").text

    assert f'href="{link(world)}"' in by_link
    assert 'href="/preferences"' in by_pass
    for page_ in (by_link, by_pass):
        assert "Please use one of the buttons on the page." in page_
        assert "start afresh" not in page_


def test_a_link_that_is_too_old_says_where_a_newer_one_is(world: World) -> None:
    world.confirmed()
    old = link(world)
    for _ in range(3):
        world.jump("700 days")
    answer = world.browser().get(old, accept="text/html")

    assert answer.status == 410
    assert "Open the link in a newer mail." in answer.text
    assert "It worked until Saturday 4 January 2031." in answer.text
    assert "form again" not in answer.text


def test_the_page_shows_the_plan_as_it_will_be(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    shown = page(world)

    world.advance("60 days")

    went_out = [as_shown(at) for at in dates(world)]
    planned = shown_dates(shown)
    assert [planned[0], planned[1], planned[3]] == went_out
    assert "“First: hello”, a mail from Rita Rep" in shown
    assert "Rita Rep may get in touch in person" in shown
    assert "3 of 3 mails are left, until" in shown
    assert "Third" not in shown  # what the rep calls a task is not meant for the lead


def test_a_pause_is_stored_with_the_row_that_ends_it(world: World) -> None:
    world.confirmed()
    press(world, "pause", span="2 weeks")

    lead = world.lead()
    (hold,) = [due for due in world.services.store.due_of(lead.id) if due.kind is DueKind.HOLD]
    assert lead.pause.until == hold.at == MONDAY + 14 * DAY
    assert world.touches(TouchKind.PAUSED)[0].facts["by"] == "lead"


def test_stopping_is_unsubscribing(world: World) -> None:
    world.confirmed(news=True)
    world.advance("1 day")

    shown = words(press(world, "stop", link(world, "First")))
    world.advance("60 days")

    assert "You have stopped these mails: nothing more comes by itself." in shown
    assert world.follow_ups() == ["First: hello"]
    assert [stop.reason for stop in world.lead().stops] == [StopReason.UNSUBSCRIBED]
    assert world.lead().purposes == (Purpose.CONTENT,)
    assert len(world.touches(TouchKind.UNSUBSCRIBED)) == 1


def test_fewer_puts_mails_off_and_leaves_none_out_while_its_promise_lasts(world: World) -> None:
    world.confirmed()
    lead = world.lead()
    (enrolment,) = lead.enrolments
    long = replace(enrolment, promise=replace(enrolment.promise, days=60))
    world.services.store.commit(Change(lead=replace(lead, enrolments=(long,))))

    planned = shown_dates(words(press(world, "fewer")))
    world.advance("60 days")

    assert [as_shown(at) for at in dates(world)] == [planned[0], planned[1], planned[3]]
    assert all(later - earlier >= 14 * DAY for earlier, later in pairwise(dates(world)))
