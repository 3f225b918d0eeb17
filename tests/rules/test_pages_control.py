"""The page of preferences: deaf to what people typed, honest in each state, with only the buttons that do something."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from tests.rules.examples import DAY, MONDAY, lead

from leadlight.model.lead import Hold, Lead, Pause, Stop, StopReason
from leadlight.model.person import CallKind, CallWish, Purpose
from leadlight.model.team import Person
from leadlight.model.touch import Objective
from leadlight.pages import preferences as control
from leadlight.rules.preferences import FEWER
from leadlight.visitor.outlook import Agreed, Coming, Left, Outlook
from leadlight.visitor.preferences import Did

EVIL = "<script>alert('x')</script>\" onload=\"y"
RITA = Person("rita", "Rita Rep", "rita@glass.example", title="Sales")
AGREED = Agreed(Purpose.FOLLOW_UP, "You may write.", "w1", MONDAY, holds=True, can_be_raised=False)
MAIL = Coming(MONDAY + DAY, "Rita Rep", mailed=True, subject="First")
LEFT = Left("Guide", 1, 3, MONDAY + 9 * DAY)
OUTLOOK = Outlook(lead(), "Asia/Kathmandu", (MAIL,), (LEFT,), (AGREED,), RITA, "Glass & Co", (), (("Guide", "/g/"),))
NAMES = {"lead": "", "rita": "Rita Rep"}
QUIET = {
    "taken over": (lead(hold=Hold("rita", Objective.START, MONDAY, MONDAY + DAY)), "Rita Rep looks after this"),
    "paused": (
        lead(pauses=(Pause("lead", MONDAY, MONDAY + DAY),)),
        "You have paused this until Tuesday 6 January 2026",
    ),
    "paused by us": (lead(pauses=(Pause("rita", MONDAY, MONDAY + DAY),)), "Rita Rep has paused this until Tuesday"),
    "unsubscribed": (lead(stops=(Stop(StopReason.UNSUBSCRIBED, MONDAY),)), "You have stopped these mails"),
    "answered": (lead(stops=(Stop(StopReason.REPLIED, MONDAY),)), "until Rita Rep has answered"),
    "bounced": (lead(stops=(Stop(StopReason.BOUNCED, MONDAY),)), "came back from your mailbox"),
    "complained": (lead(stops=(Stop(StopReason.COMPLAINED, MONDAY),)), "stopped for good"),
    "disqualified": (lead(stops=(Stop(StopReason.DISQUALIFIED, MONDAY),)), "Nothing more comes by itself."),
}


def drawn(of: Lead | None = None, *, did: Did | None = None, **other: object) -> str:
    outlook = replace(OUTLOOK, lead=of or OUTLOOK.lead, **other)  # type: ignore[arg-type]  # its own fields, by name
    return control.preferences("", outlook, token="t", did=did)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def buttons(html: str) -> list[str]:
    return re.findall(r'name="do" value="([\w-]+)"', html)


def test_dates_are_those_of_the_leads_own_zone() -> None:
    assert "Tuesday 6 January 2026, 15:45 “First”, a mail from Rita Rep" in words(drawn())
    assert '<time datetime="2026-01-06T15:45+05:45">' in drawn()


def test_what_is_left_of_a_promise_is_said_in_numbers() -> None:
    assert "Promised when you opened “Guide”: 1 of 3 mails is left, until Wednesday 14 January 2026" in words(drawn())


@pytest.mark.parametrize("state", QUIET)
def test_why_nothing_goes_out_is_said(state: str) -> None:
    of, said = QUIET[state]

    assert said in words(drawn(of, paused=tuple((NAMES[pause.by], pause.until) for pause in of.pauses)))


def test_each_pause_that_stands_is_named_and_the_leads_own_can_be_ended() -> None:
    both = (("Rita Rep", MONDAY + 7 * DAY), ("", MONDAY + DAY))
    html = drawn(lead(pauses=(*QUIET["paused"][0].pauses, *QUIET["paused by us"][0].pauses)), paused=both)

    assert "Rita Rep has paused this until Monday 12 January 2026. You have paused this until Tuesday" in words(html)
    assert buttons(html)[:2] == ["resume", "pause"]


def test_nothing_that_was_typed_becomes_markup() -> None:
    mail = replace(MAIL, subject=EVIL)
    html = drawn(coming=(mail,), left=(replace(LEFT, title=EVIL),), agreed=(replace(AGREED, words=EVIL),))

    assert EVIL not in html
    assert "<script" not in html


def test_every_button_posts_and_there_are_no_more_than_do_something() -> None:
    assert buttons(drawn()) == ["pause", "fewer", "stop", "purposes", "no-calls", "not-rated"]
    assert buttons(drawn(lead(at_most=FEWER))) == ["pause", "as-promised", "stop", "purposes", "no-calls", "not-rated"]
    assert buttons(drawn(QUIET["paused"][0]))[0] == "resume"
    assert buttons(drawn(QUIET["paused by us"][0]))[0] == "pause"
    assert buttons(drawn(QUIET["unsubscribed"][0], coming=())) == ["purposes", "no-calls", "not-rated"]
    assert drawn().count('<form method="post" action="/preferences?token=t">') == 6
    assert buttons(drawn(lead(unscored=True)))[-1] == "rated"


def test_who_refused_calls_is_not_asked_again() -> None:
    html = drawn(lead(call=CallWish(CallKind.NO)))

    assert "Nobody calls you: you have asked for that." in words(html)
    assert "no-calls" not in buttons(html)


@pytest.mark.parametrize("did", Did)
def test_each_tap_is_answered_in_words(did: Did) -> None:
    html = drawn(did=did)

    assert f'role="status"><strong>{control.SAID[did]}' in html


def test_a_wish_without_words_offers_no_button() -> None:
    asked = control.consent("", words=("You may write.",), token="t", back="b")
    over = control.consent("", words=(), token="t", back="b")

    assert "<button>Yes, I want this</button>" in asked
    assert "<button" not in over
    assert "/preferences?token=b" in over
