"""What did the visitor write? Text in, typed answers or a kind word per field out. Called by `visitor`.

Which answers are required depends on the form alone, never on whether the address is known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from leadlight.errors import BadFields
from leadlight.model.person import CallKind, CallWish, Intent
from leadlight.model.site import ConsentMode, Field, FieldType, Gate

V = TypeVar("V")
R = TypeVar("R")

LINE = 254  # characters; the longest address there can be (RFC 5321 § 4.5.3.1.3)
TEXT = 2000  # characters of free text
PAST = timedelta(days=1)  # a clock or a zone may be off; a day later it is a slip
AHEAD = timedelta(days=5 * 366)  # beyond that it is a slip, too
YES = frozenset({"true", "1", "on", "yes"})

TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the direction of what follows, also of our own words behind a name. Phones put some around
numbers that they fill in, so they are left out and not complained of."""

PHONE = re.compile(r"\+?\(?[0-9][0-9 ()./-]{4,30}[0-9]")

CALL_PHONE = Field(name="phone", type=FieldType.PHONE, label="Phone")
"""Asked for beside every wish for a call, whether the form lists it or not."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A form that can be accepted. `fields` are the non-empty answers by name, the address not among them."""

    email: str
    fields: Mapping[str, str]
    consent: bool
    news: bool
    call: CallWish | None
    intent: Intent | None


def read_answers(gate: Gate, values: Mapping[str, str], *, zone: str, now: datetime) -> Answers:
    """The answers. `zone` is what a time without an offset means. Raises `BadFields` naming every field to mend."""
    wrong: dict[str, str] = {}

    email = _noting(wrong, "email", read_address, values.get("email", ""), "")
    asked = {field.name: field for field in (CALL_PHONE, *gate.fields) if field.name != "email"}
    fields = {
        name: _noting(wrong, name, partial(read_field, field), values.get(name, ""), "")
        for name, field in asked.items()
    }
    call = _noting(wrong, "call", partial(read_call, zone=zone, now=now), values, None)
    intent = _noting(wrong, "intent", read_intent, values.get("intent", ""), None)
    consent = is_yes(values.get("consent"))
    if gate.consent is ConsentMode.REQUIRED and not consent:
        wrong["consent"] = "This page is offered in exchange for these mails. Tick the box, or leave the page as it is."
    if wrong:
        raise BadFields(wrong)
    return Answers(email, {n: v for n, v in fields.items() if v}, consent, is_yes(values.get("news")), call, intent)


def _noting(wrong: dict[str, str], name: str, read: Callable[[V], R], value: V, otherwise: R) -> R:
    try:
        return read(value)
    except ValueError as error:
        wrong[name] = str(error)
        return otherwise


def is_yes(value: str | None) -> bool:
    """Whether a box is ticked."""
    return (value or "").lower() in YES


def read_address(text: str) -> str:
    """The address as written, checked for its syntax (RFC 5321). Raises ValueError with what to do.

    Other scripts may stand behind the @ only (IDNA). Before it they would take SMTPUTF8 (RFC 6531), which SES and most
    mail servers lack: such a mail would be tried again and again, and its owner wait for it in vain.
    """
    # Imported late: it costs more than the rest of a submit's imports together.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 see the line above

    address = one_line(text, "Please give an address that we can write to.")
    if not address:
        raise ValueError("Please give an address that we can write to.")
    mistyped = "This does not look like a whole address. Is there a letter missing, or a dot?"
    if "=?" in address:  # a mail program could take it for an encoded word (RFC 2047) and find a line break in it
        raise ValueError(mistyped)
    if not address.rpartition("@")[0].isascii():
        raise ValueError("We can only write to addresses with plain letters before the @. Do you have another one?")
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(mistyped) from error


def read_field(field: Field, text: str) -> str:
    """One answer, trimmed. Raises ValueError with what to do."""
    if field.type is FieldType.TEXTAREA:
        value = many_lines(text)
    else:
        value = one_line(text, "Please write this on one line, without control characters.")
    if field.required and not value:
        raise ValueError("Please fill this in.")
    if value and field.type is FieldType.PHONE and not PHONE.fullmatch(value):
        raise ValueError("Please write the number with digits, such as +44 20 7946 0123.")
    if value and field.type is FieldType.CHOICE and value not in field.choices:
        raise ValueError("Please choose one of the offered answers.")
    return value


def read_call(values: Mapping[str, str], *, zone: str, now: datetime) -> CallWish | None:
    """`now`, `no` or an ISO time (`call=at` with `call_at` from a form without script). Raises ValueError."""
    text = values.get("call", "").strip()
    if text == "at":
        text = values.get("call_at", "").strip()
        if not text:
            raise ValueError("Please say when a call suits you.")
    if not text:
        return None
    if text in {CallKind.NOW, CallKind.NO}:
        return CallWish(CallKind(text))
    try:
        at = datetime.fromisoformat(text)
        aware = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
        wish = CallWish(CallKind.AT, aware.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError("Please give the time of the call as in 2026-01-05T14:30, or choose now or no.") from error
    if not now - PAST <= aware <= now + AHEAD:
        raise ValueError("This time is over, or years away. Please choose another one.")
    return wish


def read_intent(text: str) -> Intent | None:
    """Where the visitor stands. Raises ValueError."""
    if not text:
        return None
    try:
        return Intent(text)
    except ValueError as error:
        raise ValueError(f"Please choose one of {', '.join(Intent)}.") from error


def one_line(text: str, complaint: str) -> str:
    """The text, trimmed. Raises ValueError for line breaks, control characters and what is too long."""
    value = text.translate(TURNS).strip()
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in value):
        raise ValueError(complaint)
    if len(value) > LINE:
        raise ValueError(f"Please shorten this to {LINE} characters.")
    return value


def many_lines(text: str) -> str:
    """Free text, trimmed, with line breaks kept. Raises ValueError for control characters and what is too long."""
    value = text.translate(TURNS).strip().replace("\r\n", "\n")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in value):
        raise ValueError("Please write plain text here, without control characters.")
    if len(value) > TEXT:
        raise ValueError(f"Please shorten this to {TEXT} characters.")
    return value
