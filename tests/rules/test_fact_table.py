"""What another system says, field by field: on Monday 5 January 2026, at ten."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.rules.examples import HOUR, MONDAY

from leadlight.errors import BadFields, BadRequest
from leadlight.rules.fact import Fact, FactName, read_fact

ANNA = "anna@acme.example"
LEAD = "abcdefghijklmnopqrstuvwxyz"
SAY_WHOM = "Say of whom: `email`, a whole address, or `lead`, the id that we gave out."
NO_ID = "This is no id of a lead: 26 letters and digits, as we gave it out."
OFFSET = "Give the time with its offset, such as 2026-01-05T14:30:00+01:00."
TOO_FAR = "This is more than five years from now. Give the time of the meeting."
FIVE_YEARS = timedelta(days=5 * 365)


def told(data: object, name: FactName = FactName.CRM_WON) -> Fact:
    return read_fact(name, json.dumps({"type": name, "data": data}).encode(), now=MONDAY)


def test_a_fact_holds_all_that_was_said() -> None:
    data = {"email": " Anna@Acme.example ", "at": "2026-01-05T10:00:00+01:00", "value": 4800.5, "why": "no-budget"}
    rest = {"to": "Globex", "note": "Call again.\nIn May.", "renewal_at": "2026-12-31", "deal": {"id": 7}, "won": True}

    fact = told(data | rest)

    assert fact == Fact(
        FactName.CRM_WON,
        "",
        "Anna@acme.example",
        MONDAY - HOUR,
        "4800.5",
        "no-budget",
        "Globex\nCall again.\nIn May.",
        "2026-12-31",
    )


def test_a_fact_may_say_no_more_than_of_whom() -> None:
    assert told({"lead": LEAD, "email": "not read"}) == Fact(FactName.CRM_WON, lead=LEAD)
    assert told({"email": ANNA}) == Fact(FactName.CRM_WON, email=ANNA)
    assert told({"lead": LEAD, "note": ["x"], "value": None, "why": True}) == Fact(FactName.CRM_WON, lead=LEAD)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_answered_with_how_it_looks(body: bytes) -> None:
    with pytest.raises(BadRequest, match=r"^This is not JSON\. Send JSON such as") as wrong:
        read_fact(FactName.BOOKING, body, now=MONDAY)

    assert str(wrong.value).endswith('Send JSON such as {"type": "booking", "data": {"email": "…"}}.')


@pytest.mark.parametrize("body", ["[]", "7", "{}", '{"type": "booking"}', '{"type": "booking", "data": []}'])
def test_json_without_data_is_answered_with_how_it_looks(body: str) -> None:
    with pytest.raises(BadRequest, match=r"^There is no `data` in it\. Send JSON such as"):
        read_fact(FactName.BOOKING, body.encode(), now=MONDAY)


@pytest.mark.parametrize("body", ['{"type": "crm.won", "data": {}}', '{"data": {}}'])
def test_each_address_takes_one_kind_of_fact(body: str) -> None:
    with pytest.raises(BadFields) as wrong:
        read_fact(FactName.BOOKING, body.encode(), now=MONDAY)

    said = "This address takes `booking`; each kind of fact has an address of its own."
    assert wrong.value.fields == {"type": said}


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({}, "email", SAY_WHOM),
        ({"email": "anna"}, "email", SAY_WHOM),
        ({"email": True}, "email", SAY_WHOM),
        ({"lead": "anna", "email": ANNA}, "lead", NO_ID),
        ({"lead": LEAD + "a"}, "lead", NO_ID),
        ({"lead": LEAD, "at": "soon"}, "at", OFFSET),
        ({"lead": LEAD, "at": "2026-01-05T10:00:00"}, "at", OFFSET),
        ({"lead": LEAD, "at": (MONDAY + FIVE_YEARS + HOUR).isoformat()}, "at", TOO_FAR),
        ({"lead": LEAD, "at": (MONDAY - FIVE_YEARS - HOUR).isoformat()}, "at", TOO_FAR),
        ({"lead": LEAD, "at": "0001-01-01T00:00:00+14:00"}, "at", TOO_FAR),
        ({"lead": LEAD, "why": "No budget!"}, "why",
         "Give a short id, such as price or no-budget; words for the rep go into `note`."),
        ({"lead": LEAD, "value": "4,800"}, "value",
         "Give a plain number, such as 4800 or 4800.50, in the team's currency."),
        ({"lead": LEAD, "value": -1}, "value",
         "Give a plain number, such as 4800 or 4800.50, in the team's currency."),
        ({"lead": LEAD, "renewal_at": "31.12.2026"}, "renewal_at", "Give the day of the renewal, such as 2026-12-31."),
        ({"lead": LEAD, "to": "a\0b"}, "to", "Please write plain text here, without control characters."),
        ({"lead": LEAD, "note": "a\0b"}, "note", "Please write plain text here, without control characters."),
    ],
)  # fmt: skip
def test_a_field_to_mend_is_named_with_what_to_write(data: dict[str, object], field: str, said: str) -> None:
    with pytest.raises(BadFields) as wrong:
        told(data)

    assert wrong.value.fields == {field: said}


def test_all_fields_to_mend_are_named_at_once() -> None:
    with pytest.raises(BadFields) as wrong:
        told({"at": "x", "why": "?", "value": "x", "note": "\0", "renewal_at": "x"})

    assert set(wrong.value.fields) == {"email", "at", "why", "value", "note", "renewal_at"}


def test_a_booking_needs_its_time() -> None:
    with pytest.raises(BadFields) as missing:
        told({"lead": LEAD}, FactName.BOOKING)
    with pytest.raises(BadFields) as unread:
        told({"lead": LEAD, "at": "noon"}, FactName.BOOKING)

    assert missing.value.fields == {"at": "Say when the meeting is, such as 2026-01-05T14:30:00+01:00."}
    assert unread.value.fields == {"at": OFFSET}
    assert told({"lead": LEAD, "at": "2026-01-06T10:00:00Z"}, FactName.BOOKING).at == MONDAY + 24 * HOUR


@pytest.mark.parametrize("apart", [FIVE_YEARS, -FIVE_YEARS])
def test_five_years_from_now_is_still_a_time(apart: timedelta) -> None:
    assert told({"lead": LEAD, "at": (MONDAY + apart).isoformat()}).at == MONDAY + apart
