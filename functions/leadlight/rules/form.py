"""What did the visitor write? Text in, typed answers or a kind word per field out. Called by `visitor`.

Which answers are required depends on the form and on the visitor's own pass, never on whether an address is known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from leadlight.errors import BadFields
from leadlight.model.person import CallKind, CallWish, Intent
from leadlight.model.site import ConsentMode, Field, FieldType, Gate
from leadlight.rules.asking import Asked, must_agree
from leadlight.rules.disposable import is_disposable
from leadlight.rules.phone import read_phone
from leadlight.rules.places import country_named
from leadlight.words import N_, said

V = TypeVar("V")
R = TypeVar("R")

LINE = 254  # characters; the longest address there can be (RFC 5321 § 4.5.3.1.3)
TEXT = 2000  # characters of free text
PAST = timedelta(minutes=15)  # a clock may be off, or the form lay open; a call for longer ago is a slip
AHEAD = timedelta(days=5 * 366)  # beyond that it is a slip, too
DISPOSABLE = N_("That address is good for minutes only. Please give one at which you read mail next week as well.")
EXCHANGE = N_("This page is offered in exchange for these mails. Tick the box, or leave the page as it is.")
YES = frozenset({"true", "1", "on", "yes"})

TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the direction of what follows, also of our own words behind a name. Phones put some around
numbers that they fill in, so they are left out and not complained of."""

BETWEEN = ", "
"""Stands between several answers to one question; no choice of such a question holds it."""

CALL_PHONE = Field(name="phone", type=FieldType.PHONE, label="Phone")
"""Asked for beside every wish for a call, whether the form lists it or not."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A form that can be accepted. `fields` are the non-empty answers by name, the address not among them.

    A form that a pass sent has no address.
    """

    email: str
    fields: Mapping[str, str]
    consent: bool
    news: bool
    call: CallWish | None
    intent: Intent | None


def read_answers(
    gate: Gate,
    values: Mapping[str, str],
    *,
    zone: str,
    now: datetime,
    region: str | None = None,
    asked: Asked | None = None,
) -> Answers:
    """The answers. `zone` is what a time without an offset means, `region` the country whose numbers are written short.

    `asked` is what a lead with a pass is asked, None of a stranger. Raises `BadFields` naming every field to mend.
    """
    wrong: dict[str, str] = {}

    email = "" if asked else _noting(wrong, "email", read_address, values.get("email", ""), "")
    if email and not gate.disposable and is_disposable(email):
        wrong["email"] = DISPOSABLE
    region = _country_in(gate, values) or region
    fields = {
        field.name: _noting(
            wrong, field.name, partial(read_field, field, region=region), values.get(field.name, ""), ""
        )
        for field in _to_read(gate, asked)
    }
    call = _noting(wrong, "call", partial(read_call, zone=zone, now=now), values, None)
    intent = _noting(wrong, "intent", read_intent, values.get("intent", ""), None)
    consent = is_yes(values.get("consent"))
    if (must_agree(gate, asked) if asked else gate.consent is ConsentMode.REQUIRED) and not consent:
        wrong["consent"] = EXCHANGE
    if wrong:
        raise BadFields(wrong, {field.name: field.label for field in gate.fields})
    return Answers(email, {n: v for n, v in fields.items() if v}, consent, is_yes(values.get("news")), call, intent)


def _to_read(gate: Gate, asked: Asked | None) -> list[Field]:
    """The questions whose answers count. Of a lead with a pass only those are required that it is asked just now."""
    fields = {field.name: field for field in (CALL_PHONE, *gate.fields) if field.name != "email"}
    if asked is None or asked.known is None:
        return list(fields.values())
    open_ones = (field for field in fields.values() if field.name not in asked.known)
    return [replace(field, required=field.required and field.name in asked.fields) for field in open_ones]


def _country_in(gate: Gate, values: Mapping[str, str]) -> str | None:
    """The country that the form says."""
    names = ("country", *(field.name for field in gate.fields if field.type is FieldType.COUNTRY))
    return next((found for name in names if (found := country_named(values.get(name, "")))), None)


def _noting(wrong: dict[str, str], name: str, read: Callable[[V], R], value: V, otherwise: R) -> R:
    try:
        return read(value)
    except ValueError as error:
        wrong[name] = error.args[0]
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

    address = one_line(text, N_("Please give an address that we can write to."))
    if not address:
        raise ValueError(N_("Please give an address that we can write to."))
    mistyped = N_("This does not look like a whole address. Is there a letter missing, or a dot?")
    if "=?" in address:  # a mail program could take it for an encoded word (RFC 2047) and find a line break in it
        raise ValueError(mistyped)
    if not address.rpartition("@")[0].isascii():
        raise ValueError(N_("We can only write to addresses with plain letters before the @. Do you have another one?"))
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(mistyped) from error


def read_field(field: Field, text: str, *, region: str | None = None) -> str:
    """One answer, trimmed; several with `, ` between. Raises ValueError with what to do."""
    if field.type is FieldType.HIDDEN:
        return _untyped(text)
    if field.type in {FieldType.TEXTAREA, FieldType.MULTI_CHOICE}:
        value = many_lines(text)
    else:
        value = one_line(text, N_("Please write this on one line, without control characters."))
    if not value:
        if field.required:
            raise ValueError(N_("Please fill this in."))
        return value
    return _read_as(field, value, region)


def _read_as(field: Field, value: str, region: str | None) -> str:
    """What was answered, as its type keeps it."""
    match field.type:
        case FieldType.PHONE:
            return read_phone(value, region)
        case FieldType.CHOICE:
            return _chosen(field, [value])
        case FieldType.MULTI_CHOICE:
            return _chosen(field, value.split(BETWEEN))
        case FieldType.COUNTRY:
            found = country_named(value)
            if found is None or (field.choices and found not in field.choices):
                raise ValueError(N_("Please choose one of the countries in the list."))
            return found
    return value


def _chosen(field: Field, values: Sequence[str]) -> str:
    """Those answers, each once, in the order in which they are offered."""
    if not set(values) <= set(field.choices):
        raise ValueError(N_("Please choose one of the offered answers."))
    return BETWEEN.join(choice for choice in field.choices if choice in values)


def _untyped(text: str) -> str:
    """What a page sent along by itself: nobody could mend it, so what is odd is left out."""
    try:
        return one_line(text, "")
    except ValueError:
        return ""


def read_call(values: Mapping[str, str], *, zone: str, now: datetime) -> CallWish | None:
    """`now`, `no` or an ISO time (`call=at` with `call_at` from a form without script). Raises ValueError."""
    text = values.get("call", "").strip()
    if text == "at":
        text = values.get("call_at", "").strip()
        if not text:
            raise ValueError(N_("Please say when a call suits you."))
    if not text:
        return None
    if text in {CallKind.NOW, CallKind.NO}:
        return CallWish(CallKind(text))
    try:
        at = datetime.fromisoformat(text)
        aware = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
        wish = CallWish(CallKind.AT, aware.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError(N_("Please give the time of the call as in 2026-01-05T14:30, or choose now or no.")) from error
    if not now - PAST <= aware <= now + AHEAD:
        raise ValueError(N_("This time is over, or years away. Please choose another one."))
    return wish


def read_intent(text: str) -> Intent | None:
    """Where the visitor stands. Raises ValueError."""
    if not text:
        return None
    try:
        return Intent(text)
    except ValueError as error:
        raise ValueError(said("Please choose one of {known}.", known=", ".join(Intent))) from error


def one_line(text: str, complaint: str) -> str:
    """The text, trimmed. Raises ValueError for line breaks, control characters and what is too long."""
    value = text.translate(TURNS).strip()
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in value):
        raise ValueError(complaint)
    if len(value) > LINE:
        raise ValueError(said("Please shorten this to {most} characters.", most=LINE))
    return value


def many_lines(text: str) -> str:
    """Free text, trimmed, with line breaks kept. Raises ValueError for control characters and what is too long."""
    value = text.translate(TURNS).strip().replace("\r\n", "\n")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in value):
        raise ValueError(N_("Please write plain text here, without control characters."))
    if len(value) > TEXT:
        raise ValueError(said("Please shorten this to {most} characters.", most=TEXT))
    return value
