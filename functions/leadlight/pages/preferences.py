"""What a lead sees of its own plan, and the buttons to have less of it. Facts in, a whole page out.

Quiet on purpose: first what comes, then less of it, then what was agreed to. Without a script; what acts is a button
that posts. Nothing here names the reader: the link to it stands in mails, and mails get forwarded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leadlight.model.lead import StopReason
from leadlight.model.person import CallKind, Purpose
from leadlight.pages.frame import page
from leadlight.rules.steps import open_enrolments
from leadlight.rules.stop import AGREED, LEAD, pause_of
from leadlight.views import call_promise
from leadlight.visitor.outlook import RAISABLE, Agreed, Coming, Left, Outlook, day_in_words
from leadlight.visitor.preferences import SPANS, Did

SAID: Mapping[Did, str] = {
    Did.PAUSED: "Paused. Below is what comes afterwards.",
    Did.RESUMED: "It goes on. The dates below have moved.",
    Did.STILL_QUIET: "Your own pause is over. Nothing goes out yet, though: below is why.",
    Did.FEWER: "From now on you get at most one mail in two weeks.",
    Did.STOPPED: "Done. No more mails.",
    Did.LOWERED: "Done. What you unticked is taken back.",
    Did.NO_CALLS: "Noted. Nobody calls you.",
    Did.ASKED: "Look into your mail: it has a button that says yes. Until you press it, nothing changes.",
    Did.LOWERED_AND_ASKED: "What you unticked is taken back. For what you ticked, look into your mail: it has a button"
    " that says yes.",
    Did.AGREED: "Thank you. It is so again.",
    Did.TOO_LATE: "This link no longer counts: something was changed here after it was asked for.",
    Did.NOTHING: "All is as you wanted it already.",
}
"""What a tap came to."""

STOPPED = {
    StopReason.UNSUBSCRIBED: "You have stopped these mails: nothing more comes by itself. What you opened stays open.",
    StopReason.REPLIED: "You have written to us, so nothing goes out by itself until {answers} has answered.",
    StopReason.BOUNCED: "Our mails came back from your mailbox, so we have stopped.",
    StopReason.COMPLAINED: "Your mail provider was told that our mails are spam, so we have stopped for good.",
}
OTHERWISE_STOPPED = "Nothing more comes by itself."

NAMES = {
    Purpose.FOLLOW_UP: "Follow-ups to what I opened",
    Purpose.PHONE: "A call",
    Purpose.NEWS: "News",
    Purpose.CONTENT: "The page itself",
}
"""What a purpose is called beside its box."""


@dataclass(frozen=True, slots=True)
class Line:
    """A step ahead, in words. `machine` is the moment for programs (HTML's `datetime`)."""

    machine: str
    when: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Box:
    """A purpose that can be ticked or unticked, or only be read."""

    name: str
    label: str
    words: str
    since: str
    ticked: bool
    can_change: bool


def preferences(shell: str, outlook: Outlook, *, token: str, did: Did | None = None) -> str:
    """The plan that is still ahead, and the buttons. They post to `/preferences`."""
    lead = outlook.lead
    running = not lead.stops and bool(outlook.coming)
    return page(
        shell, "preferences.html", heading="What is still to come",
        token=token,
        said=SAID[did] if did else "",
        state=_state(outlook),
        lines=[_line(coming, outlook.zone) for coming in outlook.coming],
        promises=[_promise(left, outlook.zone) for left in outlook.left],
        zone=outlook.zone.replace("_", " "),
        answers=outlook.answers,
        company=outlook.company,
        spans=tuple(SPANS) if running else (),
        paused=pause_of(lead, LEAD) is not None,
        can_have_fewer=running and lead.at_most is None,
        fewer=lead.at_most is not None,
        can_stop=not lead.stops and (running or Purpose.FOLLOW_UP in lead.purposes or Purpose.NEWS in lead.purposes),
        boxes=[_box(agreed, outlook.zone) for agreed in outlook.agreed],
        can_save=any(_can_change(agreed) for agreed in outlook.agreed),
        call=_calls(outlook),
        can_refuse=Purpose.PHONE not in lead.purposes and not _refused(outlook),
        stopped=bool(lead.stops),
        pages=outlook.pages,
    )  # fmt: skip


def consent(shell: str, *, words: Sequence[str], token: str, back: str) -> str:
    """What the mail of a wish opens: the exact words, and one button that posts `token` to `/preferences`."""
    heading = "One tap, and it is so again" if words else "Nothing to say yes to"
    return page(shell, "consent.html", heading=heading, words=words, token=token, back=back)


def _state(outlook: Outlook) -> str:
    """Why it pauses, that it is over, or what follows: one sentence above the list."""
    lead = outlook.lead
    if lead.stops:
        said = STOPPED.get(lead.stops[-1].reason, OTHERWISE_STOPPED)
        return said.format(answers=outlook.answers.name)
    open_ = open_enrolments(lead)
    if Purpose.FOLLOW_UP not in lead.purposes and lead.enrolments and not any(e.basis == AGREED for e in open_):
        return "You have taken back your yes to follow-ups, so none are sent."
    waits = _wait(outlook)
    if any(enrolment.held for enrolment in open_):
        waits = f"{outlook.answers.name} gets in touch with you first. {waits}".strip()
    if not outlook.coming:
        return waits or "Nothing more is planned."
    if waits:
        return f"{waits} Then it goes on by itself, unless you say otherwise:"
    return f"This is all that {outlook.company} still sends you by itself:"


def _wait(outlook: Outlook) -> str:
    lead, zone = outlook.lead, outlook.zone
    if lead.hold:
        name = outlook.answers.name
        return (
            f"{name} looks after this in person now, so nothing goes out by itself until {_day(lead.hold.until, zone)}."
        )
    return " ".join(
        f"{f'{name} has' if name else 'You have'} paused this until {_day(until, zone)}."
        for name, until in outlook.paused
    )


def _line(coming: Coming, zone: str) -> Line:
    local = coming.at.astimezone(ZoneInfo(zone))
    what = f"a mail from {coming.who}" if coming.mailed else f"{coming.who} may get in touch in person"
    said = f"“{coming.subject}”, {what}" if coming.subject else what[:1].upper() + what[1:]
    note = "only if it still fits" if coming.perhaps else ""
    return Line(local.isoformat(timespec="minutes"), f"{_day(coming.at, zone)}, {local:%H:%M}", said, note)


def _promise(left: Left, zone: str) -> str:
    mails = f"{left.mails} of {left.of} mails {'is' if left.mails == 1 else 'are'} left"
    since = f"Promised when you opened “{left.title}”" if left.title else "Since you bought from us"
    return f"{since}: {mails}, until {_day(left.until, zone)} at the latest."


def _box(agreed: Agreed, zone: str) -> Box:
    since = f", since {_day(agreed.at, zone)}" if agreed.at and agreed.holds else ""
    return Box(agreed.purpose, NAMES[agreed.purpose], agreed.words, since, agreed.holds, _can_change(agreed))


def _can_change(agreed: Agreed) -> bool:
    return agreed.can_be_raised or (agreed.holds and agreed.purpose in RAISABLE)


def _calls(outlook: Outlook) -> str:
    if _refused(outlook):
        return "Nobody calls you: you have asked for that."
    perhaps = any(not coming.mailed for coming in outlook.coming)
    otherwise = "A call may be part of what is still to come." if perhaps else "Nobody calls you unless you ask."
    return call_promise(outlook.lead.call) or otherwise


def _refused(outlook: Outlook) -> bool:
    return outlook.lead.call is not None and outlook.lead.call.kind is CallKind.NO


def _day(at: datetime, zone: str) -> str:
    return day_in_words(at, zone)
