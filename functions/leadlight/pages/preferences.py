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
from leadlight.rules.stop import AGREED, LEAD, WITHDRAWN, pause_of
from leadlight.views import call_promise
from leadlight.visitor.outlook import RAISABLE, Agreed, Coming, Left, Outlook, day_in_words
from leadlight.visitor.preferences import SPANS, Did
from leadlight.words import ENGLISH, N_, words_of

SAID: Mapping[Did, str] = {
    Did.PAUSED: N_("Paused. Below is what comes afterwards."),
    Did.RESUMED: N_("It goes on. The dates below have moved."),
    Did.STILL_QUIET: N_("Your own pause is over. Nothing goes out yet, though: below is why."),
    Did.FEWER: N_("From now on you get at most one mail in two weeks."),
    Did.UNRATED: N_("Done. You get no more points. Nothing else changes for you."),
    Did.STOPPED: N_("Done. No more mails."),
    Did.LOWERED: N_("Done. What you unticked is taken back."),
    Did.NO_CALLS: N_("Noted. Nobody calls you."),
    Did.ASKED: N_("Look into your mail: it has a button that says yes. Until you press it, nothing changes."),
    Did.LOWERED_AND_ASKED: N_(
        "What you unticked is taken back. For what you ticked, look into your mail: it has a button that says yes."
    ),
    Did.AGREED: N_("Thank you. It is so again."),
    Did.TOO_LATE: N_("This link no longer counts: something was changed here after it was asked for."),
    Did.NOTHING: N_("All is as you wanted it already."),
}
"""What a tap came to."""

STOPPED = {
    StopReason.UNSUBSCRIBED: N_(
        "You have stopped these mails: nothing more comes by itself. What you opened stays open."
    ),
    StopReason.REPLIED: N_("You have written to us, so nothing goes out by itself until {answers} has answered."),
    StopReason.BOUNCED: N_("Our mails came back from your mailbox, so we have stopped."),
    StopReason.COMPLAINED: N_("Your mail provider was told that our mails are spam, so we have stopped for good."),
}
OTHERWISE_STOPPED = N_("Nothing more comes by itself.")

NAMES = {
    Purpose.FOLLOW_UP: N_("Follow-ups to what I opened"),
    Purpose.PHONE: N_("A call"),
    Purpose.NEWS: N_("News"),
    Purpose.CONTENT: N_("The page itself"),
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
    lead, language = outlook.lead, outlook.lead.language
    _ = words_of(language).gettext
    running = not lead.stops and bool(outlook.coming)
    return page(
        shell, "preferences.html", heading=_("What is still to come"), language=language,
        token=token,
        said=_(SAID[did]) if did else "",
        state=_state(outlook),
        lines=[_line(coming, outlook) for coming in outlook.coming],
        promises=[_promise(left, outlook) for left in outlook.left],
        zone=outlook.zone.replace("_", " "),
        answers=outlook.answers,
        company=outlook.company,
        spans=tuple(SPANS) if running else (),
        paused=pause_of(lead, LEAD) is not None,
        days=outlook.days,
        rated=not lead.unscored,
        can_have_fewer=running and lead.at_most is None,
        fewer=lead.at_most is not None,
        can_stop=not lead.stops and (running or bool(lead.waits) or bool(WITHDRAWN & {*lead.purposes})),
        boxes=[_box(agreed, outlook) for agreed in outlook.agreed],
        can_save=any(_can_change(agreed) for agreed in outlook.agreed),
        call=_calls(outlook),
        can_refuse=Purpose.PHONE not in lead.purposes and not _refused(outlook),
        stopped=bool(lead.stops),
        pages=outlook.pages,
    )  # fmt: skip


def consent(shell: str, *, words: Sequence[str], token: str, back: str, language: str = ENGLISH) -> str:
    """What the mail of a wish opens: the exact words, and one button that posts `token` to `/preferences`."""
    _ = words_of(language).gettext
    heading = _("One tap, and it is so again") if words else _("Nothing to say yes to")
    return page(shell, "consent.html", heading=heading, language=language, words=words, token=token, back=back)


def _state(outlook: Outlook) -> str:
    """Why it pauses, that it is over, or what follows: one sentence above the list."""
    lead = outlook.lead
    _ = words_of(lead.language).gettext
    if lead.stops:
        said = _(STOPPED.get(lead.stops[-1].reason, OTHERWISE_STOPPED))
        return said.format(answers=outlook.answers.name)
    open_ = open_enrolments(lead)
    if Purpose.FOLLOW_UP not in lead.purposes and lead.enrolments and not any(e.basis == AGREED for e in open_):
        return _("You have taken back your yes to follow-ups, so none are sent.")
    waits = _wait(outlook)
    if any(enrolment.held for enrolment in open_):
        first = _("{name} gets in touch with you first.").format(name=outlook.answers.name)
        waits = f"{first} {waits}".strip()
    if not outlook.coming:
        return waits or _listed(outlook) or _("Nothing more is planned.")
    afterwards = _("Then it goes on by itself, unless you say otherwise:")
    if waits:
        return f"{waits} {afterwards}"
    return _("This is all that {company} still sends you by itself:").format(company=outlook.company)


def _listed(outlook: Outlook) -> str:
    """What they have asked to be told of."""
    _ = words_of(outlook.lead.language).gettext
    said = _("You are on the list for “{title}”: one mail comes, when it is there.")
    return " ".join(said.format(title=title) for title in outlook.waits)


def _wait(outlook: Outlook) -> str:
    lead = outlook.lead
    _ = words_of(lead.language).gettext
    if lead.hold:
        text = _("{name} looks after this in person now, so nothing goes out by itself until {day}.")
        return text.format(name=outlook.answers.name, day=_day(lead.hold.until, outlook))
    others, own = _("{name} has paused this until {day}."), _("You have paused this until {day}.")
    return " ".join(
        (others if name else own).format(name=name, day=_day(until, outlook)) for name, until in outlook.paused
    )


def _line(coming: Coming, outlook: Outlook) -> Line:
    local = coming.at.astimezone(ZoneInfo(outlook.zone))
    _ = words_of(outlook.lead.language).gettext
    mail, person = _("a mail from {who}"), _("{who} may get in touch in person")
    what = (mail if coming.mailed else person).format(who=coming.who)
    quoted = _("“{subject}”").format(subject=coming.subject)
    said = f"{quoted}, {what}" if coming.subject else what[:1].upper() + what[1:]
    note = _("only if it still fits") if coming.perhaps else ""
    return Line(local.isoformat(timespec="minutes"), f"{_day(coming.at, outlook)}, {local:%H:%M}", said, note)


def _promise(left: Left, outlook: Outlook) -> str:
    words = words_of(outlook.lead.language)
    since = (
        words.gettext("Promised when you opened “{title}”") if left.title else words.gettext("Since you bought from us")
    )
    rest = words.ngettext(
        "{mails} of {of} mails is left, until {day} at the latest.",
        "{mails} of {of} mails are left, until {day} at the latest.",
        left.mails,
    )
    said = [rest.format(mails=left.mails, of=left.of, day=_day(left.until, outlook))]
    if left.needless:
        needless = words.ngettext(
            "{count} of them is left out: after what you told us or did, or by its date, it no longer fits.",
            "{count} of them are left out: after what you told us or did, or by their date, they no longer fit.",
            left.needless,
        )
        said.append(needless.format(count=left.needless))
    if left.late:
        late = words.ngettext(
            "{count} of them is left out: it would come after that day.",
            "{count} of them are left out: they would come after that day.",
            left.late,
        )
        said.append(late.format(count=left.late))
    return f"{since.format(title=left.title)}: {' '.join(said)}"


def _box(agreed: Agreed, outlook: Outlook) -> Box:
    _ = words_of(outlook.lead.language).gettext
    held = agreed.at is not None and agreed.holds
    since = _(", since {day}").format(day=_day(agreed.at, outlook)) if agreed.at and held else ""
    return Box(agreed.purpose, _(NAMES[agreed.purpose]), agreed.words, since, agreed.holds, _can_change(agreed))


def _can_change(agreed: Agreed) -> bool:
    return agreed.can_be_raised or (agreed.holds and agreed.purpose in RAISABLE)


def _calls(outlook: Outlook) -> str:
    _ = words_of(outlook.lead.language).gettext
    if _refused(outlook):
        return _("Nobody calls you: you have asked for that.")
    if outlook.lead.call is not None and outlook.lead.call.kind is CallKind.NOW:
        # A mail says that the call is on its way; this page may be opened days later.
        return _("You asked us to call you as soon as we can.")
    perhaps = any(not coming.mailed for coming in outlook.coming)
    maybe, nobody = _("A call may be part of what is still to come."), _("Nobody calls you unless you ask.")
    return call_promise(outlook.lead.call, language=outlook.lead.language) or (maybe if perhaps else nobody)


def _refused(outlook: Outlook) -> bool:
    return outlook.lead.call is not None and outlook.lead.call.kind is CallKind.NO


def _day(at: datetime, outlook: Outlook) -> str:
    return day_in_words(at, outlook.zone, outlook.lead.language)
