"""A visitor talks back: asks a question, says whether to call, or leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.decide import Erased, decide
from leadlight.errors import BadFields, TooMany
from leadlight.lifecycle import grown
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import CallKind, CallWish, GateId, Purpose
from leadlight.model.team import Hours
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import capture_of
from leadlight.rules.calls import with_call
from leadlight.rules.form import CALL_PHONE, many_lines, read_call, read_field
from leadlight.rules.next_action import reminder
from leadlight.rules.places import region_of
from leadlight.rules.stop import WITHDRAWN, stopped, taken_back
from leadlight.rules.waiting import CALL, QUESTION, reminders
from leadlight.speed import begun
from leadlight.tokens import TokenUse
from leadlight.vault import seal
from leadlight.visitor.passes import Reader, reader_of
from leadlight.words import N_

QUALITY_OF_TALK = 4
SAID_PER_DAY = 10
SAME_TAP = timedelta(minutes=1)


def ask(services: Services, cookies: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Passes a question on to the rep and returns the page it was asked on. Raises `NotOpen`, `BadFields`."""
    gate = values.get("gate", "")
    page = open_bundle(services.files).gate(gate, values.get("lang", "")).page
    reader = reader_of(services, cookies, gate)
    try:
        text = many_lines(values.get("question", ""))
    except ValueError as error:
        raise BadFields({"question": error.args[0]}) from error
    if not text:
        raise BadFields({"question": N_("What would you like to know?")})
    _say(services, reader, TouchKind.ASKED, {"text": text})
    return page


def want_call(services: Services, cookies: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Stores the word on calls, tells the rep, returns the page. Raises `NotOpen`, `BadFields`."""
    bundle = open_bundle(services.files)
    gate = values.get("gate", "")
    page = bundle.gate(gate, values.get("lang", "")).page
    reader = reader_of(services, cookies, gate)
    wish, phone = _wish(values, bundle.team.hours, services.clock.now())
    _say(services, reader, TouchKind.CALL_WANTED, {"phone": phone} if phone else {}, wish)
    return page


def unsubscribe(services: Services, token: str) -> None:
    """Ends all follow-ups at once, and says so on the timeline; from a mail about a new page, the news alone.

    Twice is once. Raises `BadToken`, `Erased`.
    """
    facts = way_out(services, token)
    ends = _no_news if facts.get("of") == "news" else leave
    ends(services, facts["lead"], facts["gen"])


def way_out(services: Services, token: str) -> Mapping[str, str]:
    """What such a link says. It is never too old: nobody has to look for a newer mail to get no more of them.

    Raises `BadToken`.
    """
    return services.tokens.read(TokenUse.UNSUBSCRIBE, token, even_expired=True)


def _no_news(services: Services, lead_id: str, generation: str) -> None:
    """Takes back the consent to news; what is planned of it already is left out when its time comes."""

    def lower(lead: Lead) -> Change | None:
        if Purpose.NEWS not in lead.purposes:
            return None
        facts = {"did": "lowered", "purposes": Purpose.NEWS.value, "how": "token"}
        touch = Touch(f"preferred/{services.token()}", lead.id, TouchKind.PREFERRED, services.clock.now(), facts=facts)
        return Change(taken_back(lead, (Purpose.NEWS,)), touches=(touch,))

    decide(services, lead_id, generation, lower)


def leave(services: Services, lead_id: str, generation: str) -> None:
    """The same for whoever may say so for that lead. Raises `Erased` when there is no such lead (any more)."""
    bundle = open_bundle(services.files)

    def left(lead: Lead) -> Change | None:
        if any(stop.reason is StopReason.UNSUBSCRIBED for stop in lead.stops):
            return None
        now = services.clock.now()
        planned = replanned(bundle, stopped(taken_back(lead, WITHDRAWN), StopReason.UNSUBSCRIBED, now), now)
        touch = Touch(f"unsubscribed/{services.token()}", lead.id, TouchKind.UNSUBSCRIBED, now)
        return Change(lead=planned.lead, touches=(touch, *planned.touches), undue=planned.undue, due=planned.due)

    decide(services, lead_id, generation, left)


def _wish(values: Mapping[str, str], hours: Hours, now: datetime) -> tuple[CallWish, str]:
    wrong: dict[str, str] = {}
    wish, phone = None, ""
    try:
        wish = read_call(values, zone=hours.zone, now=now)
    except ValueError as error:
        wrong["call"] = error.args[0]
    try:
        phone = read_field(CALL_PHONE, values.get("phone", ""), region=region_of(hours))
    except ValueError as error:
        wrong["phone"] = error.args[0]
    if wish is None or wrong:
        raise BadFields(wrong or {"call": N_("Please choose now, a time, or no call.")})
    return wish, phone


def _say(
    services: Services, reader: Reader, kind: TouchKind, private: Mapping[str, str], wish: CallWish | None = None
) -> None:
    """Stores what was said and has the rep told. From a gate pass it is marked unconfirmed and binds nothing."""
    bundle = open_bundle(services.files)
    hours, key = bundle.team.hours, services.keys.fresh()
    touch_id = f"{kind.value}/{services.token()}"

    _within_budget(services, reader)

    def said(lead: Lead) -> Change | None:
        now = services.clock.now()
        touch = _said(reader, kind, touch_id, wish, now)
        known = services.store.touches(lead.id) if wish is not None or reader.confirmed else ()
        if wish is not None and not private and _same_tap(known, touch):
            return None
        if private:
            sealed = seal(private, key_id=key.id, secret=key.secret, owner=lead.id)
            touch = replace(touch, sealed=sealed)
        tell = Due(lead.id, lead.generation, DueKind.MAIL, f"notify/{touch_id}", now)
        after = with_call(lead, wish) if wish is not None and reader.confirmed else lead
        stored = services.store.due_of(lead.id) if reader.confirmed else ()
        reminded = wish is None and reminders(stored, QUESTION)  # of a question before this one
        rows = [to_answer(after, touch, wish, hours, now)] if reader.confirmed and _asks(wish) and not reminded else []
        over = reminders(stored, CALL) if wish is not None else ()  # the newest word counts
        change = Change(lead=after, touches=(touch,), undue=over, due=(tell, *rows), keys=(key,) if private else ())
        if reader.confirmed:
            return grown(services, bundle, change, before=lead, touches=known)
        return change if lead.confirmed_at else begun(services, bundle, change, before=lead)

    decide(services, reader.lead_id, _generation_of(services, reader), said)


def _generation_of(services: Services, reader: Reader) -> str:
    """Which of the lead's lives the pass is of: a gate pass, that of its form. Raises `Erased` for a past one."""
    lead = services.store.lead(reader.lead_id) if reader.capture else None
    if lead is None or reader.capture is None:
        return reader.generation
    if capture_of(services, lead, reader.capture) is None:
        raise Erased(reader.gate)
    return str(lead.generation)


def _asks(wish: CallWish | None) -> bool:
    """Whether somebody has to act: a question, or a wish to be called."""
    return wish is None or wish.kind is not CallKind.NO


def to_answer(lead: Lead, touch: Touch, wish: CallWish | None, hours: Hours, now: datetime) -> Due:
    """What reminds the rep: of a call when its time has come, of everything else on the next working day."""
    row = reminder(lead, touch.id, hours, now)
    return replace(row, at=max(wish.at, now)) if wish and wish.at else row


def _within_budget(services: Services, reader: Reader) -> None:
    """So many words a day from one pass, so that no browser can bury a rep. Raises `TooMany`."""
    if not services.settings.budgets:
        return
    now = services.clock.now()
    who = reader.capture or reader.lead_id
    if not services.store.count(Budget(f"said/{who}/{now:%Y-%m-%d}", SAID_PER_DAY, now + timedelta(days=2))):
        raise TooMany(int((now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()))


def _same_tap(touches: tuple[Touch, ...], touch: Touch) -> bool:
    """Whether the last word on calls is the same, from the same pass, a moment ago: a second tap, no second wish."""
    last = next((t for t in reversed(touches) if t.kind is touch.kind), None)
    return last is not None and last.facts == touch.facts and touch.at - last.at < SAME_TAP


def _said(reader: Reader, kind: TouchKind, touch_id: str, wish: CallWish | None, now: datetime) -> Touch:
    at = wish.at.isoformat() if wish and wish.at else ""
    facts = {
        "confirmed": "yes" if reader.confirmed else "no",
        **({"capture": reader.capture} if reader.capture else {}),
        **({"call": wish.kind, "at": at} if wish else {}),
    }
    return Touch(
        id=touch_id,
        lead_id=reader.lead_id,
        kind=kind,
        at=now,
        encounter=Encounter.PERSON if wish is None else None,  # a wish for a call is no meeting yet
        quality=QUALITY_OF_TALK if reader.confirmed and _asks(wish) else 0,
        gate=GateId(reader.gate),
        facts=facts,
    )
