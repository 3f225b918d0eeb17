"""A lead is in control: it pauses the plan, gets fewer mails, stops them, takes purposes back, objects to points.

A mailed token, or the pass of a confirmed browser, may only lower: see `wishes` for the way up. Everything counts in
the transaction that stores it, due rows included, so the page can say what is true now. The same tap twice is one.

Ending a pause early is the one way on that needs no mail. A pause gives nothing back: all that it delays was agreed
to, would come by itself at a date that was shown, and cannot come to more than was promised. Who holds the token could
have set that pause, too. It holds for the lead's own pause only; a colleague's stands beside it and is theirs to end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadlight import links
from leadlight.decide import decide, the_lead
from leadlight.errors import BadFields, BadToken, TooMany
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import Touch, TouchKind
from leadlight.pausing import pause_lead, resume_lead
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.form import is_yes
from leadlight.rules.preferences import FEWER, months_later, without
from leadlight.rules.speed import claims
from leadlight.rules.stop import LEAD, pause_of, paused, why_quiet
from leadlight.rules.waiting import CALL, reminders
from leadlight.tokens import TokenUse
from leadlight.visitor import wishes
from leadlight.visitor.outlook import RAISABLE, Outlook, days_to_pause, outlook_of, zone_of
from leadlight.visitor.passes import LEAD_PASS
from leadlight.visitor.talk import leave
from leadlight.visitor.wishes import Wish, call_touch
from leadlight.words import N_, said

SPANS: Mapping[str, Callable[[datetime], datetime]] = {
    N_("2 weeks"): lambda now: now + timedelta(weeks=2),
    N_("1 month"): lambda now: months_later(now, 1),
    N_("3 months"): lambda now: months_later(now, 3),
}
"""For how long one may pause, by the words on the button."""


PAUSES_PER_DAY = 20
"""So often may one lead's plan be paused or go on in a day: a link that was forwarded fills no timeline. Whatever else
is less of it may always be had."""


class Did(StrEnum):
    """What a post came to; the page says it in words."""

    PAUSED = "paused"
    RESUMED = "resumed"
    STILL_QUIET = "still-quiet"
    FEWER = "fewer"
    UNRATED = "unrated"
    STOPPED = "stopped"
    LOWERED = "lowered"
    NO_CALLS = "no-calls"
    ASKED = "asked"
    AGREED = "agreed"
    TOO_LATE = "too-late"
    LOWERED_AND_ASKED = "lowered-and-asked"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose preferences they are. `token` is empty where the browser's own lead pass says so."""

    lead_id: str
    generation: str
    token: str = ""

    @property
    def how(self) -> str:
        """By what it came."""
        return "token" if self.token else "pass"


def visit_of(services: Services, cookies: Mapping[str, str], token: str) -> Visit:
    """Who asks: the token if there is one, else the lead pass. Raises `BadToken`, `ExpiredToken`."""
    if token:
        facts = services.tokens.read(TokenUse.PREFERENCES, token)
        return Visit(facts["lead"], facts["gen"], token)
    try:
        facts = services.tokens.read(TokenUse.LEAD_PASS, cookies.get(LEAD_PASS, ""))
    except BadToken as error:
        raise BadToken(N_("Open this page by the link in one of our mails: it says whose plan to show.")) from error
    return Visit(facts["lead"], facts["gen"])


def look(services: Services, visit: Visit) -> Outlook:
    """What is ahead and what was agreed; changes nothing. Raises `BadToken`."""
    lead = the_lead(services, visit.lead_id, visit.generation)
    return outlook_of(services, open_bundle(services.files), lead)


def set_preferences(services: Services, visit: Visit, values: Mapping[str, str]) -> Did:
    """Does what the pressed button says. Raises `BadFields` for a button that we do not have, `BadToken`, `TooMany`."""
    button = BUTTONS.get(values.get("do", ""))
    if button is None:
        raise BadFields({"do": N_("Please use one of the buttons on the page.")})
    return button(services, visit, values)


def agree(services: Services, token: str) -> tuple[Visit, Did]:
    """The button behind a wish's mail, and whose it was. Raises `BadToken`, `ExpiredToken`."""
    lead, counts = wishes.agree(services, token)
    visit = Visit(lead.id, str(lead.generation), links.preferences_token(services, lead))
    return visit, Did.AGREED if counts else Did.TOO_LATE


def _pause(services: Services, visit: Visit, values: Mapping[str, str]) -> Did:
    """Nothing goes out until then. A colleague's pause stands beside it; the same one again, to the day, is one."""
    lead = the_lead(services, visit.lead_id, visit.generation)
    until = _pause_end(services, lead, values)
    if lead.stops:
        return Did.NOTHING
    if paused(lead, LEAD, until, services.clock.now()) == lead:
        return Did.PAUSED
    _not_too_often(services, lead)
    pause_lead(services, lead, until=until, by=LEAD)
    return Did.PAUSED


def _pause_end(services: Services, lead: Lead, values: Mapping[str, str]) -> datetime:
    """When the pause that was asked for is over: after a span, or as the chosen day begins where the lead is."""
    now = services.clock.now()
    if values.get("span") in SPANS:
        return SPANS[values["span"]](now)
    if "until" not in values:
        raise BadFields({"span": N_("Please use one of the buttons on the page.")})
    zone = zone_of(open_bundle(services.files), lead)
    first, last = days_to_pause(now, zone)
    try:
        day = date.fromisoformat(values["until"].strip())
    except ValueError:
        day = date.min
    if not first <= day <= last:
        raise BadFields({"until": said("Choose a day from {first} to {last}.", first=f"{first}", last=f"{last}")})
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def _resume(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """Ends the lead's own pause now."""
    before = the_lead(services, visit.lead_id, visit.generation)
    if pause_of(before, LEAD) is None:
        return Did.NOTHING
    _not_too_often(services, before)
    after = resume_lead(services, before, by=LEAD)
    return Did.STILL_QUIET if why_quiet(after) else Did.RESUMED


def _not_too_often(services: Services, lead: Lead) -> None:
    """Raises `TooMany`."""
    now = services.clock.now()
    day = Budget(f"pauses/{lead.id}/{now:%Y-%m-%d}", PAUSES_PER_DAY, now + timedelta(days=2))
    if services.settings.budgets and not services.store.count(day):
        raise TooMany(int((now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()))


def _fewer(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """At most one mail in two weeks, within the span that was promised."""
    bundle = open_bundle(services.files)

    def fewer(lead: Lead) -> Change | None:
        if lead.at_most == FEWER:
            return None
        now = services.clock.now()
        planned = replanned(bundle, replace(lead, at_most=FEWER), now)
        touch = _lowered(services, visit, lead, (Wish.PACE,), now)
        return Change(planned.lead, (touch, *planned.touches), undue=planned.undue, due=planned.due)

    decide(services, visit.lead_id, visit.generation, fewer)
    return Did.FEWER


def _as_promised(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """The pace that was promised again: that is more, so it takes a mail."""
    wishes.wish(services, visit.lead_id, visit.generation, [Wish.PACE], how=visit.how)
    return Did.ASKED


def _unrated(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """No more points, from now on: an objection needs no reason (Art. 21 GDPR), and nothing else changes for it."""

    def unrated(lead: Lead) -> Change | None:
        if lead.unscored:
            return None
        touch = _lowered(services, visit, lead, (Wish.RATING,), services.clock.now())
        return Change(replace(lead, unscored=True), (touch,))

    decide(services, visit.lead_id, visit.generation, unrated)
    return Did.UNRATED


def _rated(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """Points again: only the lead's own mailbox may lift its objection."""
    wishes.wish(services, visit.lead_id, visit.generation, [Wish.RATING], how=visit.how)
    return Did.ASKED


def _stop(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """The same as unsubscribing."""
    leave(services, visit.lead_id, visit.generation)
    return Did.STOPPED


def _no_calls(services: Services, visit: Visit, _: Mapping[str, str]) -> Did:
    """Also where none was asked for: then nobody even thinks of one."""
    _lower(services, visit, {Purpose.PHONE})
    return Did.NO_CALLS


def _purposes(services: Services, visit: Visit, values: Mapping[str, str]) -> Did:
    """Unticked boxes count at once; newly ticked ones are asked for by mail."""
    ticked = [purpose for purpose in RAISABLE if is_yes(values.get(purpose))]
    before = the_lead(services, visit.lead_id, visit.generation).purposes
    gone = {purpose for purpose in RAISABLE if purpose in before and purpose not in ticked}
    more = [Wish(purpose) for purpose in ticked if purpose not in before]
    if gone:
        _lower(services, visit, gone)
    if more:
        wishes.wish(services, visit.lead_id, visit.generation, more, how=visit.how)
    return {
        (True, True): Did.LOWERED_AND_ASKED,
        (True, False): Did.LOWERED,
        (False, True): Did.ASKED,
        (False, False): Did.NOTHING,
    }[bool(gone), bool(more)]


def _lower(services: Services, visit: Visit, gone: Collection[Purpose]) -> None:
    """Takes purposes back, with everything that was planned for them. The rep hears that no call is wanted."""
    bundle = open_bundle(services.files)

    def lower(lead: Lead) -> Change | None:
        refused = lead.call is not None and lead.call.kind is CallKind.NO
        less = tuple(p for p in RAISABLE if p in gone and (p in lead.purposes or (p is Purpose.PHONE and not refused)))
        if not less:
            return None
        now = services.clock.now()
        touches = [_lowered(services, visit, lead, [Wish(purpose) for purpose in less], now)]
        tell: list[Due] = []
        over: tuple[str, ...] = ()
        if Purpose.PHONE in less:
            touches.append(call_touch(lead, CallKind.NO, f"call.wanted/{services.token()}", now))
            tell = [Due(lead.id, lead.generation, DueKind.MAIL, f"notify/{touches[-1].id}", now)]
            rows = services.store.due_of(lead.id)
            over = (*reminders(rows, CALL), *claims(rows))
        planned = replanned(bundle, without(lead, less), now)
        undue = (*planned.undue, *over)
        return Change(planned.lead, (*touches, *planned.touches), undue=undue, due=(*planned.due, *tell))

    decide(services, visit.lead_id, visit.generation, lower)


def _lowered(services: Services, visit: Visit, lead: Lead, what: Collection[Wish], now: datetime) -> Touch:
    facts = {"did": "lowered", "purposes": " ".join(what), "how": visit.how}
    return Touch(f"preferred/{services.token()}", lead.id, TouchKind.PREFERRED, now, facts=facts)


BUTTONS: Mapping[str, Callable[[Services, Visit, Mapping[str, str]], Did]] = {
    "pause": _pause,
    "resume": _resume,
    "fewer": _fewer,
    "as-promised": _as_promised,
    "not-rated": _unrated,
    "rated": _rated,
    "stop": _stop,
    "no-calls": _no_calls,
    "purposes": _purposes,
}
"""What each button of the page says in `do`."""
