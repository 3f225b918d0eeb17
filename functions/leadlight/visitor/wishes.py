"""A lead wants more again: follow-ups, news, a call, the pace that was promised. Its own mailbox has to say yes first.

A mailed link may have been forwarded, and a browser may be shared, so neither raises anything by itself: the wish is
noted, a fresh mail goes to the lead's address, and only the button behind that mail's link counts. What it says yes to
stands on the page word by word, and with its hash on the timeline: that touch is the receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from leadlight.decide import decide, the_lead
from leadlight.errors import BadToken
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, CallWish, Purpose
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.calls import with_call
from leadlight.rules.next_action import reminder
from leadlight.rules.preferences import lowered_by, may_return, returned, with_purpose
from leadlight.rules.stop import promised_until
from leadlight.rules.waiting import CALL, reminders
from leadlight.speed import begun
from leadlight.tokens import TokenUse
from leadlight.views import gate_view
from leadlight.visitor.agreeing import comes_with_form, followed
from leadlight.visitor.outlook import Outlook, day_in_words, outlook_of
from leadlight.visitor.talk import QUALITY_OF_TALK
from leadlight.words import N_, words_of

SAME_TAP = timedelta(minutes=1)
WISHES_PER_DAY, WISHES_PER_MONTH = 3, 10
"""So many mails may one lead's wishes cause; nobody outside learns when it is one too many.

Whoever was forwarded a mail can press these buttons, for years.
"""

RATING_WORDS = N_("You may rate me automatically, by points for what I read and for what I told about my company.")
PACE_WORDS = N_("Write to me as often as promised, not only once in two weeks.")


class Wish(StrEnum):
    """What can be raised; the first three are purposes. `RATING` lifts an objection to being rated."""

    FOLLOW_UP = "follow-up"
    PHONE = "phone"
    NEWS = "news"
    PACE = "pace"
    RATING = "rating"


OWN_WORDS = {Wish.PACE: PACE_WORDS, Wish.RATING: RATING_WORDS}
"""Wishes that are no purposes, and what they say yes to."""

LOWERED_BY = {TouchKind.UNSUBSCRIBED: (Wish.FOLLOW_UP, Wish.NEWS), TouchKind.COMPLAINED: tuple(Wish)}
"""What a later touch takes out of the hands of an older wish."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the mailed link of a wish asks. Without words there is nothing (left) to say yes to."""

    words: tuple[str, ...]
    lead: Lead


def wish(services: Services, lead_id: str, generation: str, wishes: Collection[Wish], *, how: str) -> None:
    """Notes the wish and has its mail sent, if it is one that can be granted. The same tap twice is one wish."""
    bundle = open_bundle(services.files)
    lead = the_lead(services, lead_id, generation)
    wanted = tuple(_grantable(outlook_of(services, bundle, lead), wishes))
    if not wanted or _same_tap(services, lead, wanted) or not _within_budget(services, lead):
        return
    wish_id = services.token()

    def wished(lead: Lead) -> Change | None:
        if _same_tap(services, lead, wanted):  # the other of two at the same moment
            return None
        now = services.clock.now()
        outlook = outlook_of(services, bundle, lead)
        words = "\n".join(words for one in wanted for words in _words(services, bundle, outlook, one))
        touch = Touch(
            f"wished/{wish_id}", lead.id, TouchKind.PREFERRED, now,
            facts={
                "did": "wished", "purposes": " ".join(wanted), "how": how, "words": words,
                "sha256": hashlib.sha256(words.encode()).hexdigest(),
                "wording": " ".join(_wordings(outlook, wanted)),
            },
        )  # fmt: skip
        ask = Due(lead.id, lead.generation, DueKind.MAIL, f"raise/{touch.id}", now)
        return Change(lead=lead, touches=(touch,), due=(ask,))

    decide(services, lead_id, generation, wished)


def what_it_asks(services: Services, token: str) -> Request:
    """What stands behind the mailed link; changes nothing. Raises `BadToken`, `ExpiredToken`."""
    facts = services.tokens.read(TokenUse.CONSENT, token)
    lead = the_lead(services, facts["lead"], facts["gen"])
    touches = services.store.touches(lead.id)
    wished = _wished(touches, facts["wish"])
    granted = _granted(lead, touches, wished, services.clock.now())
    return Request(tuple(wished.facts["words"].split("\n")) if granted else (), lead)


def agree(services: Services, token: str) -> tuple[Lead, bool]:
    """Stores the yes, with its receipt, and plans what follows from it. Says whether it holds, now or by a tap before.

    Each link has one effect; what was lowered after the wish stays lowered. Raises `BadToken`, `ExpiredToken`.
    """
    facts = services.tokens.read(TokenUse.CONSENT, token)
    bundle = open_bundle(services.files)

    def yes(lead: Lead) -> Change | None:
        touches = services.store.touches(lead.id)
        wished = _wished(touches, facts["wish"])
        granted = _granted(lead, touches, wished, services.clock.now())
        return _yes(services, bundle, lead, wished, granted) if granted else None

    lead = decide(services, facts["lead"], facts["gen"], yes)
    return lead, _holds(services.store.touches(lead.id), _receipt_id(facts["wish"]))


def _yes(services: Services, bundle: Bundle, lead: Lead, wished: Touch, granted: Sequence[Wish]) -> Change:
    now = services.clock.now()
    receipt = replace(
        wished, id=_receipt_id(wished.id), at=now,
        facts={**wished.facts, "did": "agreed", "purposes": " ".join(granted), "how": "mail", "wish": wished.id},
    )  # fmt: skip
    touches, tell = [receipt], []
    over: tuple[str, ...] = ()
    if Wish.PACE in granted:
        lead = replace(lead, at_most=None)
    if Wish.RATING in granted:
        lead = replace(lead, unscored=False)
    if Wish.NEWS in granted:
        lead = replace(lead, purposes=with_purpose(lead, Purpose.NEWS))
    if Wish.FOLLOW_UP in granted and comes_with_form(wished):
        lead, unbegun = followed(services, bundle, lead, wished, now)
        touches += unbegun
    elif Wish.FOLLOW_UP in granted:
        sequences = {e.version: bundle.sequence_version(e.version) for e in may_return(lead, now)}
        taken = {entry.key for entry in services.store.ledger(lead.id) if entry.state is not LedgerState.RELEASED}
        lead = returned(lead, sequences, taken, now)
    if Wish.PHONE in granted:
        lead = with_call(lead, CallWish(CallKind.NOW))
        touches.append(call_touch(lead, CallKind.NOW, f"call.wanted/{wished.id}", now))
        told = Due(lead.id, lead.generation, DueKind.MAIL, f"notify/{touches[-1].id}", now)
        tell = [told, reminder(lead, touches[-1].id, bundle.team.hours, now)]
        over = reminders(services.store.due_of(lead.id), CALL)
    planned = replanned(bundle, lead, now)
    change = Change(
        lead=planned.lead,
        touches=(*touches, *planned.touches),
        undue=(*planned.undue, *over),
        due=(*planned.due, *tell),
    )
    return begun(services, bundle, change, before=lead)


def call_touch(lead: Lead, kind: CallKind, touch_id: str, now: datetime) -> Touch:
    """The lead's own word on calls, as the rep is told of it."""
    facts = {"confirmed": "yes", "call": kind, "at": ""}
    quality = 0 if kind is CallKind.NO else QUALITY_OF_TALK
    return Touch(touch_id, lead.id, TouchKind.CALL_WANTED, now, quality=quality, facts=facts)


def _grantable(outlook: Outlook, wishes: Collection[Wish]) -> Iterator[Wish]:
    """Those that there is something to say yes to, in their order."""
    for one in Wish:
        if one in OWN_WORDS:
            can = _is_lowered(outlook.lead, one)
        else:
            agreed = outlook.agreement(Purpose(one))
            can = agreed is not None and agreed.can_be_raised
        if one in wishes and can:
            yield one


def _is_lowered(lead: Lead, one: Wish) -> bool:
    """Whether a wish that is no purpose has something to lift."""
    return lead.unscored if one is Wish.RATING else lead.at_most is not None


def _granted(lead: Lead, touches: Sequence[Touch], wished: Touch, now: datetime) -> tuple[Wish, ...]:
    """What of the wish can still be granted: nothing twice, and nothing that was lowered again since."""
    later = touches[touches.index(wished) + 1 :]
    if any(touch.id == _receipt_id(wished.id) for touch in later):
        return ()
    lowered = {one for touch in later for one in _lowered(touch)}
    wanted = [Wish(name) for name in wished.facts["purposes"].split()]
    return tuple(one for one in wanted if one not in lowered and _is_open(lead, one, wished, now))


def _holds(touches: Sequence[Touch], receipt_id: str) -> bool:
    """Whether a yes was stored, and nothing of it was lowered since."""
    receipt = next((touch for touch in touches if touch.id == receipt_id), None)
    if receipt is None:
        return False
    lowered = {one for touch in touches[touches.index(receipt) :] for one in _lowered(touch)}
    return not lowered & {Wish(name) for name in receipt.facts["purposes"].split()}


def _is_open(lead: Lead, one: Wish, wished: Touch, now: datetime) -> bool:
    if one in OWN_WORDS:
        return _is_lowered(lead, one)
    if one is Wish.FOLLOW_UP and comes_with_form(wished):
        return True
    return bool(may_return(lead, now)) if one is Wish.FOLLOW_UP else Purpose(one) not in lead.purposes


def _lowered(touch: Touch) -> tuple[Wish, ...]:
    """What this touch took back."""
    return tuple(Wish(name) for name in lowered_by(touch)) or LOWERED_BY.get(touch.kind, ())


def _wished(touches: Sequence[Touch], wish_id: str) -> Touch:
    found = next((touch for touch in touches if touch.id == wish_id), None)
    if found is None:
        raise BadToken
    return found


def _receipt_id(wish_id: str) -> str:
    return wish_id.replace("wished/", "agreed/", 1)


def _words(services: Services, bundle: Bundle, outlook: Outlook, one: Wish) -> Iterator[str]:
    """The exact words of one wish, and for follow-ups what is left of each promise; in the lead's language."""
    language = outlook.lead.language
    if one in OWN_WORDS:
        yield words_of(language).gettext(OWN_WORDS[one])
        return
    agreed = outlook.agreement(Purpose(one))
    yield " ".join(agreed.words.split()) if agreed else ""
    if one is Wish.FOLLOW_UP:
        for enrolment in may_return(outlook.lead, services.clock.now()):
            left = enrolment.promise.mails - enrolment.mails_sent
            title = gate_view(services, bundle, enrolment.gate, language).title
            until = day_in_words(promised_until(enrolment), outlook.zone, language)
            follows = words_of(language).ngettext(
                "What follows: at most {left} mail of {of} about “{title}”, until {until}.",
                "What follows: at most {left} mails of {of} about “{title}”, until {until}.",
                left,
            )
            yield follows.format(left=left, of=enrolment.promise.mails, title=title, until=until)


def _wordings(outlook: Outlook, wishes: Collection[Wish]) -> Iterator[str]:
    """The hashes of the objects in the bundle that these words come from."""
    found = (outlook.agreement(Purpose(one)) for one in wishes if one not in OWN_WORDS)
    return iter(dict.fromkeys(agreed.wording for agreed in found if agreed and agreed.wording))


def _same_tap(services: Services, lead: Lead, wanted: Sequence[Wish]) -> bool:
    touches = services.store.touches(lead.id)
    last = next((t for t in reversed(touches) if t.kind is TouchKind.PREFERRED), None)
    same = last is not None and last.facts.get("did") == "wished" and last.facts["purposes"] == " ".join(wanted)
    return same and last is not None and services.clock.now() - last.at < SAME_TAP


def _within_budget(services: Services, lead: Lead) -> bool:
    if not services.settings.budgets:
        return True
    now = services.clock.now()
    day = Budget(f"wishes/{lead.id}/{now:%Y-%m-%d}", WISHES_PER_DAY, now + timedelta(days=2))
    month = Budget(f"wishes/{lead.id}/{now:%Y-%m}", WISHES_PER_MONTH, now + timedelta(days=32))
    return services.store.count(day) and services.store.count(month)
