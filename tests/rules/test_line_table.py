"""What a rep's one line says, row by row: Monday 5 January 2026, eleven o'clock in Warsaw."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlight.rules.line import Terms, understood

NOW = datetime(2026, 1, 5, 11, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
TERMS = Terms(NOW, time(9), "EUR", {"too-dear": "It costs too much", "no-developers": "Nobody here knows git"})

REACHED = {"achieved": "yes", "objective": "start"}
WON = {"achieved": "yes", "objective": "close", "stage": "customer"}


def at(day: str, clock: str = "09:00") -> dict[str, str]:
    return {"next_at": f"{day}T{clock}:00+01:00"}


UNDERSTOOD = {
    "reached": REACHED,
    "Reached them.": REACHED,
    "I spoke to her": REACHED,
    "met him": {**REACHED, "channel": "meeting"},
    "achieved": {"achieved": "yes"},
    "advanced": {"achieved": "yes", "objective": "advance"},
    "advance, achieved, next step Tuesday": {"achieved": "yes", "objective": "advance", **at("2026-01-06")},
    "not reached": {"why_not": "not-reached"},
    "couldn\N{RIGHT SINGLE QUOTATION MARK}t reach him": {"why_not": "not-reached"},
    "no answer, voicemail": {"why_not": "not-reached"},
    "wrong time": {"why_not": "wrong-time"},
    "busy; tuesday next week": {"why_not": "wrong-time", **at("2026-01-13")},
    "the wrong person": {"why_not": "wrong-person"},
    "not interested": {"why_not": "no-need"},
    "objection": {"why_not": "objection"},
    "objection: too dear": {"why_not": "objection", "objections": "too-dear"},
    "objections too-dear and nobody here knows git": {"why_not": "objection", "objections": "too-dear,no-developers"},
    "reached, objection: it costs too much": {"why_not": "objection", "objections": "too-dear"},
    "achieved, too dear": {"achieved": "yes", "objections": "too-dear"},
    "lost": {"why_not": "lost"},
    "lost to Acme": {"why_not": "lost", "lost_to": "Acme"},
    "won": WON,
    "won 12000": {**WON, "value": "12000"},
    "sold for 12,000.50 EUR": {**WON, "value": "12000.5"},
    "reached, won €12k": {**WON, "value": "12000"},
    "opportunity 8000": {"stage": "opportunity", "value": "8000"},
    "worth 900": {"value": "900"},
    "€ 900": {"value": "900"},
    "she decides": {"authority": "decides"},
    "influences the decision": {"authority": "influences"},
    "uses it": {"authority": "uses"},
    "no say": {"authority": "none"},
    "20 min": {"minutes": "20"},
    "2 hours": {"minutes": "120"},
    "by phone": {"channel": "call"},
    "unhappy": {"satisfaction": "no"},
    "reached and call back tomorrow": {**REACHED, **at("2026-01-06"), "next": "Call back"},
    "objection: too dear, call back 14:30 tomorrow": {
        "why_not": "objection", "objections": "too-dear", **at("2026-01-06", "14:30"), "next": "Call back",
    },
    "Tuesday, 14:30": at("2026-01-06", "14:30"),
    "note: has two kids, likes tea": {"note": "has two kids, likes tea"},
    "achieved, feedback on the page: too long, they say": {
        "achieved": "yes", "feedback": "too long, they say", "feedback_aim": "page",
    },
    "feedback on the product: too slow": {"feedback": "too slow", "feedback_aim": "product"},
    "reached\nTuesday": {**REACHED, **at("2026-01-06")},
    "We talked": REACHED,
    "I talked with them": REACHED,
    "reached, spoke to him": REACHED,
    "start, reached": REACHED,
    "had a meeting": {**REACHED, "channel": "meeting"},
    "it worked": {"achieved": "yes"},
    "RELATE": {"objective": "relate"},
    "nobody answered": {"why_not": "not-reached"},
    "left a message": {"why_not": "not-reached"},
    "reached, not now": {"why_not": "wrong-time"},
    "not the right person": {"why_not": "wrong-person"},
    "disqualified": {"why_not": "no-need"},
    "lost it to Acme & Sons": {"why_not": "lost", "lost_to": "Acme & Sons"},
    "Opportunity": {"stage": "opportunity"},
    "WON: 900": {**WON, "value": "900"},
    "sold worth 900": {**WON, "value": "900"},
    "value: 900": {"value": "900"},
    "900 eur": {"value": "900"},
    "eur 900, won": {**WON, "value": "900"},
    "decision-maker": {"authority": "decides"},
    "they influence it": {"authority": "influences"},
    "she has no authority": {"authority": "none"},
    "5 mins": {"minutes": "5"},
    "1h": {"minutes": "60"},
    "on the phone": {"channel": "call"},
    "in person": {"channel": "meeting"},
    "by e-mail": {"channel": "mail"},
    "happy": {"satisfaction": "yes"},
    "dissatisfied": {"satisfaction": "no"},
    "too dear": {"objections": "too-dear"},
    "too dear and no developers": {"objections": "too-dear,no-developers"},
    "reached, too dear, too-dear": {**REACHED, "objections": "too-dear"},
    "objection too dear / no developers": {"why_not": "objection", "objections": "too-dear,no-developers"},
    "not interested, objections: too dear & no developers": {
        "why_not": "no-need", "objections": "too-dear,no-developers",
    },
    "reached and then won 900": {**WON, "value": "900"},
    "reached AND won 900": {**WON, "value": "900"},
    "  Reached!  ": REACHED,
    "reached ,, Tuesday": {**REACHED, **at("2026-01-06")},
    "phone her, tomorrow": {**at("2026-01-06"), "next": "Phone her"},
    "Tuesday 10, call her back": {**at("2026-01-06", "10:00"), "next": "Call her back"},
    "next step: a demo on Tuesday at 10": {**at("2026-01-06", "10:00"), "next": "A demo"},
    "agreed by them, tomorrow, 10:00": {**at("2026-01-06", "10:00"), "next": "Agreed them"},
    "Note:  two\nkids": {"note": "two kids"},
    "feedback on this page: it is\ntoo long": {"feedback": "it is too long", "feedback_aim": "page"},
    "achieved\n\nHe likes tea.\n\nShe does not.": {
        "achieved": "yes", "note": "He likes tea.\n\nShe does not.",
    },
    "note: tea\n\nAnd cake.": {"note": "tea\nAnd cake."},
    "": {},
}  # fmt: skip

MOMENTS = {
    "tomorrow": at("2026-01-06"),
    "day after tomorrow": at("2026-01-07"),
    "today at 4pm": at("2026-01-05", "16:00"),
    "16:00": at("2026-01-05", "16:00"),
    "tue 10": at("2026-01-06", "10:00"),
    "Monday": at("2026-01-12"),
    "next Tuesday": at("2026-01-13"),
    "this Friday": at("2026-01-09"),
    "Thursday at noon": at("2026-01-08", "12:00"),
    "in 2 days": at("2026-01-07"),
    "in two weeks": at("2026-01-19"),
    "in a month": at("2026-02-05"),
    "in 3 hours": at("2026-01-05", "14:00"),
    "2026-01-13 14:30": at("2026-01-13", "14:30"),
    "13 January": at("2026-01-13"),
    "Jan 13th 2pm": at("2026-01-13", "14:00"),
    "13.1.": at("2026-01-13"),
    "Jan. 13": at("2026-01-13"),  # the dot of a month ends nothing
    "Sept. 9": {"next_at": "2026-09-09T09:00:00+02:00"},
    "13. Jan. 10:00": at("2026-01-13", "10:00"),
    "Tue. 10:00": at("2026-01-06", "10:00"),
    "2 jan": {"next_at": "2027-01-02T09:00:00+01:00"},
}

UNCLEAR = [
    "SSO", "yes", "will think about it", "Tuesday is bad", "not Tuesday", "next week", "today", "10", "tuesday at 3",
    "9:00", "3/4", "31 February", "tomorrow 25:00", "won 12.000", "won $12000", "won the lottery", "objection: colour",
    "feedback: too long", "call me", "the day before tomorrow", "in 2 blue moons", "half past two",
    "1 January 2999", "yesterday", "5 January 10:59", "won the EUR 9", "1.5 h", "1000 min", "objection: too dear and x",
    "reached and SSO", "met their boss", "she decided", "lost to", "EUR", "call me maybe tomorrow",
]  # fmt: skip


@pytest.mark.parametrize("text", [*UNDERSTOOD, *MOMENTS])
def test_a_line_means_what_it_says(text: str) -> None:
    line = understood(text, TERMS)

    assert line.values == {**UNDERSTOOD, **MOMENTS}[text]
    assert line.unclear == ()


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_unclear_is_kept_as_the_note_and_nothing_is_guessed(text: str) -> None:
    line = understood(text, TERMS)

    assert line.values == {"note": text}
    assert line.unclear == (text,)


@pytest.mark.parametrize(
    ("text", "unclear", "left"),
    [
        ("reached, not reached", ("reached", "not reached"), {}),
        ("achieved, lost", ("achieved", "lost"), {}),
        ("won, opportunity", ("won", "opportunity"), {}),
        ("reached, Tuesday, Thursday", ("Tuesday", "Thursday"), REACHED),
        ("close, reached", ("reached",), {"objective": "close"}),
        ("not reached, objection: too dear", ("not reached", "objection: too dear"), {}),
        ("20 min, 30 min, no need", ("20 min", "30 min"), {"why_not": "no-need"}),
        ("won 900, worth 800", ("won 900", "worth 800"), {}),
        ("met him, by phone", ("met him", "by phone"), {}),
        ("not reached, met him, decides", ("not reached", "met him"), {"authority": "decides"}),
        ("achieved, wrong time", ("achieved", "wrong time"), {}),
        ("advance, reached, SSO", ("SSO", "reached"), {"objective": "advance"}),
    ],
)
def test_what_contradicts_itself_is_not_taken(text: str, unclear: tuple[str, ...], left: dict[str, str]) -> None:
    line = understood(text, TERMS)

    assert line.unclear == unclear
    assert line.values == {**left, "note": ", ".join(unclear)}


def test_what_is_understood_and_what_is_not_stand_apart() -> None:
    line = understood("reached, Tuesday, SSO", TERMS)

    assert line.values == {**REACHED, **at("2026-01-06"), "note": "SSO"}
    assert line.unclear == ("SSO",)
    assert line.has_result


def test_what_follows_the_first_paragraph_is_a_note() -> None:
    line = understood("not reached\n\nHis assistant says that won 12000 is out of the question.", TERMS)

    assert line.values["why_not"] == "not-reached"
    assert "stage" not in line.values
    assert line.unclear == ()


def test_more_than_a_dozen_clauses_are_no_line() -> None:
    line = understood(", ".join(["decides"] * 12 + ["20 min", "20 min"]), TERMS)

    assert line.values == {"authority": "decides", "note": "20 min"}
    assert line.unclear == ("20 min",)
    assert not line.has_result


def test_a_note_is_cut_where_the_form_would_take_no_more() -> None:
    line = understood("lost\n\n" + "x" * 3000, TERMS)

    assert line.values == {"why_not": "lost", "note": "x" * 1800}
    assert line.has_result


def test_what_is_unclear_stands_before_what_follows() -> None:
    line = understood("SSO. Reached\n\nMore.", TERMS)

    assert line.values == {**REACHED, "note": "SSO\nMore."}


def test_a_day_begins_with_the_work_of_who_wrote() -> None:
    early = Terms(NOW, time(7, 30))

    assert understood("tomorrow", early).values["next_at"] == "2026-01-06T07:30:00+01:00"


def test_a_day_in_summer_has_the_clock_of_summer() -> None:
    assert understood("1 July", TERMS).values["next_at"] == "2026-07-01T09:00:00+02:00"


WORDS = st.sampled_from([
    "reached", "not", "won", "lost", "to", "objection:", "too", "dear", "tuesday", "in", "2", "days", "at", "14:30",
    "12000", "EUR", ",", ";", "\n", "and", "note:", "29", "feb", "999", "months", "call", "back", "'", "-",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS | st.text(max_size=5), max_size=15))
def test_whatever_is_written_there_is_an_answer_that_loses_nothing(words: list[str]) -> None:
    line = understood(" ".join(words), TERMS)

    assert all(part in line.values["note"] for part in line.unclear)
    assert datetime.fromisoformat(line.values.get("next_at", "2999-01-01T00:00:00+00:00")) > NOW
