"""More again: asked for on the page, granted in the lead's own mailbox, and never beyond what was promised."""

from __future__ import annotations

from tests.journeys.control import YES, dates, page, path_of, press, say_yes, shown_dates, words
from tests.world import ANNA, DAY, FORM, MAIL, MONDAY, REP_ADDRESS, World

from leadlight.model.lead import StopReason
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind
from leadlight.rules.preferences import FEWER


def test_the_mail_of_a_wish_opens_a_page_that_changes_nothing(world: World) -> None:
    world.confirmed()
    press(world, "stop")
    press(world, "purposes", **{"follow-up": "yes"})
    mailed = world.mail(ANNA, YES)
    before = world.dump()

    shown = page(world, path_of(mailed.link("/preferences")))

    assert "You may write to me about it." in shown
    assert "at most 3 mails of 3 about “Mail guide”, until" in shown
    assert world.dump() == before
    assert not mailed.message["List-Unsubscribe"]


def test_the_receipt_holds_words_hash_day_and_how(world: World) -> None:
    world.confirmed(FORM)
    press(world, "purposes", news="yes", **{"follow-up": "yes"})

    say_yes(world)

    receipt = world.touches(TouchKind.PREFERRED)[-1]
    (capture,) = world.services.store.captures(world.id_of())
    assert receipt.facts["did"] == "agreed"
    assert receipt.facts["words"] == "Tell me what is new."
    assert len(receipt.facts["sha256"]) == 64
    assert (receipt.facts["wording"], receipt.facts["how"], receipt.at) == (capture.consent.wording, "mail", MONDAY)
    assert Purpose.NEWS in world.lead().purposes
    assert "“Tell me what is new.”, since Monday 5 January 2026" in page(world)


def test_what_was_never_promised_cannot_be_raised(world: World) -> None:
    world.confirmed(FORM, consent=False)
    before = world.dump()

    press(world, "purposes", **{"follow-up": "yes"})
    press(world, "as-promised")

    assert world.dump() == before


def test_a_promise_that_is_over_cannot_be_raised(world: World) -> None:
    world.confirmed()
    press(world, "stop")
    world.advance("60 days")

    shown = words(press(world, "purposes", **{"follow-up": "yes"}))

    assert YES not in world.subjects(ANNA)
    assert "open a page and send its form again: Mail guide" in shown


def test_a_link_has_one_effect_and_what_was_lowered_since_stays_lowered(world: World) -> None:
    world.confirmed()
    press(world, "stop")
    press(world, "purposes", **{"follow-up": "yes"})
    say_yes(world)
    press(world, "stop")

    shown = words(say_yes(world))
    world.advance("60 days")

    assert "Thank you" not in shown
    assert [stop.reason for stop in world.lead().stops] == [StopReason.UNSUBSCRIBED]
    assert world.follow_ups() == []


def test_changing_ones_mind_before_the_button_counts(world: World) -> None:
    world.confirmed()
    press(world, "purposes", **{"follow-up": "yes", "news": "yes"})
    press(world, "stop")

    assert "This link no longer counts" in words(say_yes(world))
    assert world.lead().purposes == (Purpose.CONTENT,)


def test_a_call_is_wanted_once_the_mailbox_says_so(world: World) -> None:
    world.confirmed()
    press(world, "purposes", phone="yes", **{"follow-up": "yes"})
    assert world.lead().call is None

    say_yes(world)

    assert world.lead().call.kind is CallKind.NOW
    assert world.mail(REP_ADDRESS, "CALL NOW")


def test_the_promised_pace_comes_back_by_mail_only(world: World) -> None:
    world.confirmed()
    before = page(world)
    press(world, "fewer")
    press(world, "as-promised")
    assert world.lead().at_most == FEWER

    shown = words(say_yes(world))

    assert world.lead().at_most is None
    assert shown_dates(shown) == shown_dates(before)


def test_the_link_of_a_wish_lives_for_two_weeks(world: World) -> None:
    world.confirmed()
    press(world, "purposes", news="yes", **{"follow-up": "yes"})
    mailed = path_of(world.mail(ANNA, YES).link("/preferences"))
    world.advance("15 days")

    assert world.browser().get(mailed).status == 410
    assert world.browser().submit(mailed).status == 410
    assert Purpose.NEWS not in world.lead().purposes


def test_wishes_cannot_fill_a_mailbox_and_nobody_learns_when_it_is_one_too_many(world: World) -> None:
    world.confirmed()
    answers = []
    for _ in range(6):
        answers.append(press(world, "purposes", news="yes", **{"follow-up": "yes"}).text)
        world.advance("2 minutes")

    assert world.subjects(ANNA).count(YES) == 3
    assert len(set(answers)) == 1


def test_a_second_tap_on_a_wish_is_no_second_mail(world: World) -> None:
    world.confirmed()
    for _ in range(2):
        press(world, "purposes", news="yes", **{"follow-up": "yes"})

    assert world.subjects(ANNA).count(YES) == 1


def test_the_mail_of_a_wish_says_nothing_that_anybody_typed(world: World) -> None:
    world.confirmed(MAIL, name="Buyviagra", company="Evilcorp", about="spamsite")
    press(world, "purposes", news="yes", **{"follow-up": "yes"})
    mail = world.mail(ANNA, YES)

    whole = mail.message.as_string() + mail.text + mail.html
    assert not [word for word in ("Buyviagra", "Evilcorp", "spamsite") if word in whole]


def test_the_browser_that_confirmed_asks_its_mailbox_too(world: World) -> None:
    reader = world.confirmed()
    reader.submit("/preferences", do="purposes")
    reader.submit("/preferences", do="purposes", **{"follow-up": "yes"})
    world.settle()

    assert world.lead().purposes == (Purpose.CONTENT,)
    say_yes(world)
    assert world.lead().purposes == (Purpose.CONTENT, Purpose.FOLLOW_UP)


def test_who_comes_back_gets_what_was_left_of_the_promise_and_no_more(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    press(world, "stop")
    press(world, "purposes", **{"follow-up": "yes"})

    say_yes(world)
    world.advance("90 days")

    assert world.follow_ups()[:2] == ["First: hello", "Second"]
    assert len(world.follow_ups()) == len(set(world.follow_ups())) <= 3
    assert dates(world)[-1] <= MONDAY + world.lead().enrolments[0].promise.days * DAY
