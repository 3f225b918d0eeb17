"""What a form says, word for word, and how far its limits reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from leadlight.model.site import Field, FieldType
from leadlight.rules.form import LINE, many_lines, one_line, read_address, read_call, read_field

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
NO_ADDRESS = "Please give an address that we can write to."
MISTYPED = "This does not look like a whole address. Is there a letter missing, or a dot?"
PLAIN = "We can only write to addresses with plain letters before the @. Do you have another one?"
WHEN = "Please give the time of the call as in 2026-01-05T14:30, or choose now or no."

call = partial(read_call, zone="UTC", now=NOW)


def complaint(read: Callable[[], object]) -> str:
    with pytest.raises(ValueError, match=r"\.|\?") as refusal:
        read()
    return str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", NO_ADDRESS), ("a\nb@example.com", NO_ADDRESS), ("anna", MISTYPED), ("=?x?=@example.com", MISTYPED),
        ("jörg@example.com", PLAIN), ("a@jörg@example.com", PLAIN),
        ("a" * 255, f"Please shorten this to {LINE} characters."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_address_is_said_in_a_sentence(text: str, said: str) -> None:
    assert complaint(lambda: read_address(text)) == said


def test_an_address_at_an_encoded_word_is_mistyped_wherever_the_word_stands() -> None:
    assert complaint(lambda: read_address("a=?b@example.com")) == MISTYPED


def test_whether_a_domain_takes_mail_is_not_looked_up() -> None:
    assert read_address("Anna@EXAMPLE.com") == "Anna@example.com"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (Field("x", required=True), " ", "Please fill this in."),
        (Field("x"), "a\nb", "Please write this on one line, without control characters."),
        (Field("x", FieldType.PHONE), "me", "Please write the number with digits, such as +44 20 7946 0123."),
        (Field("x", FieldType.CHOICE, choices=("a",)), "b", "Please choose one of the offered answers."),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_in_a_sentence(field: Field, text: str, said: str) -> None:
    assert complaint(lambda: read_field(field, text)) == said


@pytest.mark.parametrize("kind", [FieldType.PHONE, FieldType.CHOICE, FieldType.TEXT, FieldType.TEXTAREA])
def test_what_need_not_be_answered_may_be_left_empty(kind: FieldType) -> None:
    assert read_field(Field("x", kind, choices=("a",)), "  ") == ""


def test_an_answer_that_is_offered_is_taken() -> None:
    assert read_field(Field("x", FieldType.CHOICE, choices=("a", "b")), " b ") == "b"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"call": "at"}, "Please say when a call suits you."),
        ({"call": "at", "call_at": " "}, "Please say when a call suits you."),
        ({"call": "soon"}, WHEN),
        ({"call": "AT"}, WHEN),
        ({"call": "2025-12-31T10:00"}, "This time is over, or years away. Please choose another one."),
    ],
)
def test_what_is_wrong_with_a_wish_for_a_call_is_said_in_a_sentence(values: dict[str, str], said: str) -> None:
    assert complaint(lambda: call(values)) == said


@pytest.mark.parametrize("values", [{}, {"call": ""}, {"call": " "}, {"call_at": "2026-01-06T10:00"}])
def test_who_says_nothing_of_a_call_wishes_none(values: dict[str, str]) -> None:
    assert call(values) is None


@pytest.mark.parametrize("odd", ["\0", "\ud800", "\u2028", "\u2029", "\n"])
def test_no_odd_character_gets_into_a_line(odd: str) -> None:
    assert complaint(lambda: one_line(f"a{odd}b", "Odd.")) == "Odd."


def test_a_line_may_be_as_long_as_it_says() -> None:
    assert one_line(f" {'x' * LINE} ", "Odd.") == "x" * LINE
    assert complaint(lambda: one_line("x" * (LINE + 1), "Odd.")) == f"Please shorten this to {LINE} characters."


def test_free_text_keeps_breaks_of_any_kind_as_plain_ones() -> None:
    assert many_lines(" a\r\nb\n\nc\td\r\n ") == "a\nb\n\nc\td"
