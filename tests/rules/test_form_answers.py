"""A whole form: every answer is read, every mistake is named beside its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.rules.examples import DAY, MONDAY, lead

from leadlight.errors import BadFields
from leadlight.model.criteria import Criteria
from leadlight.model.lead import Temperature
from leadlight.model.person import CallKind, CallWish, Intent, Purpose
from leadlight.model.site import ConsentMode, Field, FieldType, Gate, Unlock
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.calls import with_call
from leadlight.rules.form import (
    AHEAD,
    DISPOSABLE,
    PAST,
    TEXT,
    Answers,
    is_yes,
    many_lines,
    read_answers,
    read_call,
    read_field,
)
from leadlight.rules.warmth import temperature

FIELDS = (Field("email", FieldType.EMAIL), Field("name", required=True), Field("about", FieldType.TEXTAREA))
GOOD = {"email": " anna@example.com ", "name": " Anna ", "consent": "on"}


GATE = Gate("a/", "A", Unlock.EMAIL, (), FIELDS, ConsentMode.REQUIRED, "hash", 9, 9, 1, "", "")


def read(mode: ConsentMode = ConsentMode.REQUIRED, **values: str) -> Answers:
    return read_answers(replace(GATE, consent=mode), {**GOOD, **values}, zone="Europe/Warsaw", now=MONDAY)


def wrong(**values: str) -> dict[str, str]:
    with pytest.raises(BadFields) as refusal:
        read(**values)
    return dict(refusal.value.fields)


def test_a_whole_form_is_read_without_its_empty_answers() -> None:
    given = read(about="a\r\nb", phone="+44 20 7946 0123", call="2026-01-06T14:30", intent="ready", news="1")

    fields = {"phone": "+44 20 7946 0123", "name": "Anna", "about": "a\nb"}
    wish = CallWish(CallKind.AT, datetime(2026, 1, 6, 13, 30, tzinfo=UTC))
    assert given == Answers("anna@example.com", fields, True, True, wish, Intent.READY)


def test_what_nobody_asked_for_is_left_out() -> None:
    assert read(ConsentMode.OPTIONAL, consent="", shoe="44") == Answers(
        "anna@example.com", {"name": "Anna"}, False, False, None, None
    )


def test_a_throw_away_address_is_a_mistake_where_the_gate_takes_none() -> None:
    thrown = {**GOOD, "email": "anna@mailinator.com"}

    assert read(email=thrown["email"]).email == thrown["email"]
    with pytest.raises(BadFields) as refusal:
        read_answers(replace(GATE, disposable=False), thrown, zone="UTC", now=MONDAY)
    assert refusal.value.fields == {"email": DISPOSABLE}
    assert read_answers(replace(GATE, disposable=False), GOOD, zone="UTC", now=MONDAY).email == "anna@example.com"


def test_every_mistake_is_named_beside_its_field() -> None:
    found = wrong(email="anna", name=" ", call="soon", intent="huge", consent="", phone="none")

    assert list(found) == ["email", "phone", "name", "call", "intent", "consent"]
    assert found["name"] == "Please fill this in."
    assert found["intent"] == "Please choose one of exploring, evaluating, ready."
    assert found["consent"].startswith("This page is offered in exchange for these mails. Tick the box")


@pytest.mark.parametrize(("text", "ticked"), [("True", True), ("yes", True), ("on", True), ("0", False), (None, False)])
def test_a_box_is_ticked_by_what_browsers_send(text: str | None, ticked: bool) -> None:
    assert is_yes(text) is ticked


def test_free_text_keeps_its_lines_and_a_line_has_none() -> None:
    assert read_field(Field("about", FieldType.TEXTAREA), " a\nb\tc ") == "a\nb\tc"
    with pytest.raises(ValueError, match=r"^Please write this on one line, without control characters\.$"):
        read_field(Field("name"), "a\nb")


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_free_text_has_no_control_characters(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Please write plain text here, without control characters\.$"):
        many_lines(text)


def test_free_text_may_be_as_long_as_it_says() -> None:
    assert many_lines("x" * TEXT)
    with pytest.raises(ValueError, match=rf"^Please shorten this to {TEXT} characters\.$"):
        many_lines("x" * (TEXT + 1))


@pytest.mark.parametrize(("off", "taken"), [(-PAST, True), (AHEAD, True), (-2 * PAST, False), (AHEAD + DAY, False)])
def test_a_call_is_wanted_from_about_now_for_some_years(off: timedelta, taken: bool) -> None:
    text = (MONDAY + off).isoformat()

    if taken:
        assert read_call({"call": text}, zone="UTC", now=MONDAY) == CallWish(CallKind.AT, MONDAY + off)
    else:
        with pytest.raises(ValueError, match="This time is over, or years away"):
            read_call({"call": text}, zone="UTC", now=MONDAY)


def test_a_time_with_an_offset_means_that_offset() -> None:
    found = read_call({"call": "2026-01-06T14:30+05:45"}, zone="Europe/Warsaw", now=MONDAY)

    assert found == CallWish(CallKind.AT, datetime(2026, 1, 6, 8, 45, tzinfo=UTC))


def test_a_wish_for_a_call_is_kept_with_the_agreement_to_be_called() -> None:
    wish = CallWish(CallKind.NOW)

    after = with_call(lead(), wish)

    assert (after.call, Purpose.PHONE in after.purposes) == (wish, True)


@pytest.mark.parametrize("facts", [{"from": "other"}, {"call": "no"}, {"confirmed": "no"}])
def test_what_others_said_or_what_was_refused_makes_nobody_hot(facts: dict[str, str]) -> None:
    said = Touch("t", lead().id, TouchKind.REPLIED, MONDAY, facts=facts)

    assert temperature(lead(), [said], Criteria(), MONDAY) is Temperature.COLD


def test_seven_points_are_enough_to_warm() -> None:
    assert (
        temperature(lead(), [Touch("t", lead().id, TouchKind.READ, MONDAY, quality=7)], Criteria(), MONDAY)
        is Temperature.WARM
    )


def test_a_form_without_an_address_is_told_so() -> None:
    with pytest.raises(BadFields) as refusal:
        read_answers(GATE, {"name": "Anna", "consent": "on"}, zone="UTC", now=MONDAY)

    assert refusal.value.fields == {"email": "Please give an address that we can write to."}
