"""What will follow, in numbers and in words? Shown in the form, stored with the consent, and kept.

Called by the build for each gate, and wherever the promise is repeated to the person it was given to.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

from leadlight.model.person import Promise, Purpose
from leadlight.model.sequence import Channel, Sequence
from leadlight.model.site import Form, Hours
from leadlight.rules.cadence import after, within

YEAR = 2026
"""A year to try starts in; with holidays, the year of the first one."""


def promise_of(sequence: Sequence | None, form: Form, *, hours: Hours) -> Promise:
    """The most that a lead of this form and sequence will get.

    `mails` counts all mailed steps, though some may be skipped. `days` is the longest the sequence can take from the
    unlock to the last step, weekends and holidays included, whenever it begins.
    A form that does not ask for follow-ups promises none: nobody could have agreed to them.
    """
    if sequence is None or Purpose.FOLLOW_UP not in form.wording:
        return Promise(mails=0, days=0, channels=(), purpose="", sequence=None, version=None)
    channels = {step.channel for step in sequence.steps}
    return Promise(
        mails=sum(step.channel is Channel.MAIL for step in sequence.steps),
        days=longest(sequence, hours),
        channels=(*(["mail"] if Channel.MAIL in channels else []), *(["call"] if Channel.REP in channels else [])),
        purpose=sequence.purpose,
        sequence=sequence.name,
        version=sequence.version,
    )


def in_words(promise: Promise, *, language: str = "en") -> str:
    """The promise as half a sentence: `4 mails in 3 weeks, no call unless you ask`.

    Languages that we cannot say it in get English.
    """
    say = _german if language.startswith("de") else _english
    return say(promise)


def longest(sequence: Sequence, hours: Hours) -> int:
    """Days from the unlock to the last step in the worst case: every hour of a year is tried as a start."""
    year = min((date.fromisoformat(day).year for day in hours.holidays), default=YEAR)
    starts = (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(366 * 24))
    return max(math.ceil(_span_from(start, sequence, hours) / timedelta(days=1) - 1e-9) for start in starts)


def _span_from(start: datetime, sequence: Sequence, hours: Hours) -> timedelta:
    at = start
    for step in sequence.steps:
        at = within(step.window, after(step.wait, at, hours), hours)
    return at - start


def _span(promise: Promise) -> tuple[int, bool]:
    """The number, and whether it counts weeks. Rounded up: a promise may be kept early, never late."""
    if promise.days >= 14:
        return math.ceil(promise.days / 7), True
    return max(promise.days, 1), False


def _english(promise: Promise) -> str:
    if not promise.channels:
        return "no follow-up, just this one mail"
    count, weeks = _span(promise)
    unit = ("weeks" if weeks else "days") if count > 1 else "day"
    mails = f"{promise.mails} mail{'' if promise.mails == 1 else 's'}" if promise.mails else "no mails"
    call = "and a call from a person" if "call" in promise.channels else "no call unless you ask"
    return f"{mails} in {count} {unit}, {call}"


def _german(promise: Promise) -> str:
    if not promise.channels:
        return "keine weiteren Mails, nur diese eine"
    count, weeks = _span(promise)
    unit = ("Wochen" if weeks else "Tagen") if count > 1 else "Tag"
    mails = f"{promise.mails} Mail{'' if promise.mails == 1 else 's'}" if promise.mails else "keine Mails"
    call = "und ein Anruf von einem Menschen" if "call" in promise.channels else "kein Anruf, außer Sie bitten darum"
    return f"{mails} in {count} {unit}, {call}"
