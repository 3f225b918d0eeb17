"""What will follow, in numbers and in words? Shown in the form, stored with the consent, and kept.

Called by the build for each gate, and wherever the promise is repeated to the person it was given to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from leadlight.model.person import Promise, Purpose
from leadlight.model.sequence import Channel, Sequence, Wait, WaitUnit
from leadlight.model.site import Form

_DAYS: Mapping[WaitUnit, float] = {
    WaitUnit.MINUTES: 1 / 1440,
    WaitUnit.HOURS: 1 / 24,
    WaitUnit.DAYS: 1,
    WaitUnit.BUSINESS_DAYS: 7 / 5,  # in days of the calendar, which is what a reader counts
    WaitUnit.WEEKS: 7,
}


def promise_of(sequence: Sequence | None, form: Form) -> Promise:
    """The most that a lead of this form and sequence will get.

    `mails` counts all mailed steps, though some may be skipped; `days` go from the unlock to the last step, rounded up.
    A form that does not ask for follow-ups promises none: nobody could have agreed to them.
    """
    if sequence is None or Purpose.FOLLOW_UP not in form.wording:
        return Promise(mails=0, days=0, channels=(), purpose="", sequence=None, version=None)
    channels = {step.channel for step in sequence.steps}
    return Promise(
        mails=sum(step.channel is Channel.MAIL for step in sequence.steps),
        days=math.ceil(sum(_days(step.wait) for step in sequence.steps) - 1e-9),
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


def _days(wait: Wait) -> float:
    return wait.count * _DAYS[wait.unit]


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
