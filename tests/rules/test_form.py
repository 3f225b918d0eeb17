"""What a visitor wrote: what is taken, what is not, and what is said then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.model.person import CallKind, Intent
from leadlight.model.site import Field, FieldType
from leadlight.rules.form import many_lines, one_line, read_address, read_call, read_field, read_intent

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
ODD = ["Anna\r\nBcc: b@example.com", "a\nb", "a\0b", "a\x1bb", "a\u2028b", "\ud800", "x" * 255]


@pytest.mark.parametrize("text", ["anna@example.com", "Anna.Nowak+x@EXAMPLE.com", "a@münchen.de", "a@例え.jp"])
def test_an_address_at_a_domain_of_any_script_is_taken(text: str) -> None:
    assert "@" in read_address(f" {text} ")


@pytest.mark.parametrize(
    "text", ["", "a@b", "anna", "anna@", "@example.com", "a b@example.com", "=?x?=@example.com", *ODD]
)
def test_what_is_no_address_says_what_to_do(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|shorten"):
        read_address(text)


@pytest.mark.parametrize("text", ["jörg@example.com", "用户@example.com"])
def test_an_address_that_no_carrier_takes_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(ValueError, match="plain letters before the @"):
        read_address(text)


def test_what_would_turn_the_words_behind_a_name_is_left_out() -> None:
    phone = Field(name="phone", type=FieldType.PHONE, label="Phone")

    assert one_line("\u2066Anna\u202e gnp\u2069", "complaint") == "Anna gnp"
    assert many_lines("\u202eone\ntwo") == "one\ntwo"
    assert read_field(phone, "\u202a+44 20 7946 0999\u202c") == "+44 20 7946 0999"


@pytest.mark.parametrize("text", ODD)
def test_a_line_has_no_control_characters(text: str) -> None:
    with pytest.raises(ValueError, match=r"complaint|shorten"):
        one_line(text, "complaint")


@given(st.text(max_size=300))
def test_what_is_taken_as_one_line_is_one_printable_line(text: str) -> None:
    try:
        line = one_line(text, "no")
    except ValueError:
        return

    assert len(line.splitlines()) <= 1
    assert "\0" not in line


def test_free_text_keeps_its_lines() -> None:
    assert many_lines("a\r\n\tb\n") == "a\n\tb"


@pytest.mark.parametrize(
    ("kind", "text"),
    [(FieldType.PHONE, "call me"), (FieldType.PHONE, "1"), (FieldType.CHOICE, "king"), (FieldType.TEXT, "")],
)
def test_an_answer_of_another_kind_is_refused(kind: FieldType, text: str) -> None:
    with pytest.raises(ValueError, match="Please"):
        read_field(Field("x", kind, required=True, choices=("buyer",)), text)


@pytest.mark.parametrize("number", ["+44 20 7946 0123", "(020) 7946-0123", "020/79460123"])
def test_phone_numbers_are_taken_as_people_write_them(number: str) -> None:
    assert read_field(Field("phone", FieldType.PHONE), number) == number


@pytest.mark.parametrize(
    ("call", "kind"),
    [("now", CallKind.NOW), ("no", CallKind.NO), ("2026-01-07T14:30", CallKind.AT), (" now ", CallKind.NOW)],
)
def test_a_wish_for_a_call_is_now_no_or_a_time(call: str, kind: CallKind) -> None:
    wish = read_call({"call": call}, zone="UTC", now=NOW)

    assert wish is not None
    assert wish.kind is kind


def test_a_time_without_an_offset_is_the_teams() -> None:
    wish = read_call({"call": "at", "call_at": "2026-07-07T14:30"}, zone="Europe/London", now=NOW)

    assert wish is not None
    assert wish.at is not None
    assert f"{wish.at:%H:%M}" == "13:30"


@pytest.mark.parametrize(
    "call",
    [
        "soon",
        "at",
        "2026-13-01",
        "2025-12-31T10:00",
        "2126-01-01T10:00",
        "9999-12-31T23:59-12:00",
        "0001-01-01T00:00+14:00",
        "\0",
    ],
)
def test_a_time_that_is_none_is_refused(call: str) -> None:
    with pytest.raises(ValueError, match="Please"):
        read_call({"call": call}, zone="UTC", now=NOW)


def test_intent_is_one_of_three_words() -> None:
    assert read_intent("ready") is Intent.READY
    with pytest.raises(ValueError, match="exploring"):
        read_intent("sure")
