"""What will follow, in numbers and in words? Shown in the form, stored with the consent, and kept.

Called by the build for each gate, and wherever the promise is repeated to the person it was given to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from leadlight.model.person import Promise, Purpose
from leadlight.model.sequence import Channel, OpenHours, Sequence, Wait, WaitUnit, Window
from leadlight.model.site import Form
from leadlight.model.team import Hours
from leadlight.rules.cadence import after, within
from leadlight.words import ENGLISH, words_of

YEARS = range(2026, 2031)
"""Years to try starts in where a country's holidays count: they fall on other weekdays each year. Else the first one
does, or with holidays of the team's own, the years of those."""

ANY_DAY = date(2026, 1, 5)
"""To count hours of the clock on."""

WEEKS_FROM = 14
"""From so many days on, a reader is told weeks."""

Pace = tuple[tuple[Wait, Window | OpenHours], ...]
"""All that the time of a plan depends on: the waits and windows of its steps."""


def promise_of(
    sequence: Sequence | None, form: Form, *, hours: Hours, sequences: Mapping[str, Sequence] | None = None
) -> Promise:
    """The most that a lead of this form and sequence will get. `sequences` by name: those that follow are counted in.

    `mails` counts all mailed steps, though some may be skipped. `days` is the longest the plan can take from the
    unlock to the last step, weekends and holidays included, whenever it begins; from 14 days on in whole weeks, since
    that is what the reader was told.
    A form that does not ask for follow-ups promises none: nobody could have agreed to them.

    It is computed by the team's hours, before anybody knows where the reader lives. Another zone shifts a plan of
    mails, but does not stretch it; another country may have more holidays in a row, and caps or a second sequence may
    put a mail off. Where a step would so come later than promised, the promise wins: the step falls out.
    """
    if sequence is None or Purpose.FOLLOW_UP not in form.wording:
        return Promise(mails=0, days=0, channels=(), purpose="", sequence=None, version=None)
    return own_promise(sequence, hours=hours, sequences=sequences)


def own_promise(sequence: Sequence, *, hours: Hours, sequences: Mapping[str, Sequence] | None = None) -> Promise:
    """The same by the sequence alone: what one that a sale begins keeps to, though no form has shown it."""
    steps = [step for each in chain(sequence, sequences or {}) for step in each.steps]
    channels = {step.channel for step in steps}
    return Promise(
        mails=sum(step.channel is Channel.MAIL for step in steps),
        days=_told(longest(tuple((step.wait, step.window) for step in steps), hours)),
        channels=(*(["mail"] if Channel.MAIL in channels else []), *(["call"] if Channel.REP in channels else [])),
        purpose=sequence.purpose,
        sequence=sequence.name,
        version=sequence.version,
    )


def chain(sequence: Sequence, sequences: Mapping[str, Sequence]) -> tuple[Sequence, ...]:
    """It and all that follow by `then`, as far as they are among `sequences` (by name)."""
    found = [sequence]
    while (coming := sequences.get(found[-1].then or "")) and coming not in found:
        found.append(coming)
    return tuple(found)


def in_words(promise: Promise, *, language: str = ENGLISH) -> str:
    """The promise as half a sentence: `4 mails in 3 weeks, no call unless you ask`.

    Languages that we cannot say it in get English.
    """
    _ = words_of(language).gettext
    if not promise.channels:
        return _("no follow-up, just this one mail")
    call = _("and a call from a person") if "call" in promise.channels else _("no call unless you ask")
    return _("{mails}, {call}").format(mails=mails_in_words(promise, language=language), call=call)


def mails_in_words(promise: Promise, *, language: str = ENGLISH) -> str:
    """How many mails in which time: `4 mails in 3 weeks`."""
    words = words_of(language)
    count, weeks = _span(promise)
    in_weeks = words.ngettext("in {count} week", "in {count} weeks", count)
    span = in_weeks if weeks else words.ngettext("in {count} day", "in {count} days", count)
    mails = (
        words.ngettext("{count} mail", "{count} mails", promise.mails) if promise.mails else words.gettext("no mails")
    )
    return f"{mails.format(count=promise.mails)} {span.format(count=count)}"


@lru_cache(maxsize=256)
def longest(pace: Pace, hours: Hours) -> int:
    """Days from the unlock to the last step in the worst case: begun at the worst hours of every day of some years.

    Remembered: the gates of a site share few sequences.
    """
    own = [date.fromisoformat(day).year for day in hours.holidays]
    first, last = min(own, default=YEARS[0]), max(own, default=YEARS[0])
    if hours.country:
        first, last = min(first, YEARS[0]), max(last, YEARS[-1])
    zone, worst, span = ZoneInfo(hours.zone), _worst_hours(pace, hours), timedelta()
    for ordinal in range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1):
        for hour in worst:
            start = datetime.combine(date.fromordinal(ordinal), hour, zone).astimezone(UTC)
            span = max(span, _span_from(start, pace, hours))
    return math.ceil(span / timedelta(days=1) - 1e-9)


def _worst_hours(pace: Pace, hours: Hours) -> tuple[time, ...]:
    """The hours to begin at that make a step come due just as its window shuts: any later start waits shorter.

    Also those an hour beside them where hours are waited, which the clock may put forward or back meanwhile.
    """
    waited = accumulate(_clockwise(wait) for wait, _ in pace)
    found = {time(0)}
    for (_, window), gone in zip(pace, waited, strict=True):
        if window is not Window.ANY:
            shuts = window.end if isinstance(window, OpenHours) else hours.end
            beside = (-1, 0, 1) if gone else (0,)
            found |= {(datetime.combine(ANY_DAY, shuts) - gone + timedelta(hours=n)).time() for n in beside}
    return tuple(sorted(found))


def _clockwise(wait: Wait) -> timedelta:
    """How far a wait moves the hands of a clock."""
    match wait.unit:
        case WaitUnit.MINUTES:
            return timedelta(minutes=wait.count) % timedelta(days=1)
        case WaitUnit.HOURS:
            return timedelta(hours=wait.count) % timedelta(days=1)
        case _:
            return timedelta()


def _span_from(start: datetime, pace: Pace, hours: Hours) -> timedelta:
    at = start
    for wait, window in pace:
        at = within(window, after(wait, at, hours), hours)
    return at - start


def _told(days: int) -> int:
    """As many as the words will say. Rounded up: a promise may be kept early, never late."""
    return 7 * math.ceil(days / 7) if days >= WEEKS_FROM else max(days, 1)


def _span(promise: Promise) -> tuple[int, bool]:
    """The number, and whether it counts weeks; also for promises that were given before days were told as weeks."""
    days = _told(promise.days)
    return (days // 7, True) if days >= WEEKS_FROM else (days, False)
