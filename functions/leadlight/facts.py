"""Another system says that something happened: a meeting was booked, a trial used, a deal won or lost.

Called by `handlers.on_fact`. The sender signs (Standard Webhooks); the same fact twice counts once, by its id. Whether
the address is known, the sender does not learn.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from leadlight.decide import decide
from leadlight.errors import BadSignature, MissingSetting, UnknownHook
from leadlight.lifecycle import grown, met
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Hold, Lead, Stage
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.fact import Fact, FactName
from leadlight.rules.notices import NOTIFY, tell_at
from leadlight.rules.outcome import hold_until
from leadlight.rules.routing import owner_of
from leadlight.rules.speed import claims
from leadlight.rules.waiting import ends_of_holds, reminders, tasks
from leadlight.rules.warmth import suggested_objective
from leadlight.vault import lead_id, seal

TOLERANCE = timedelta(minutes=5)
"""How old a signature may be, or ahead of our clock; what the specification's libraries take."""

TOUCH = "fact/"
"""Begins the id of each touch that another system has caused, and of what it has set for the rep."""

QUALITY = {FactName.BOOKING: 4, FactName.TRIAL_USED: 4}
"""An agreed meeting and a trial that was used are experiences; that a deal was won or lost is none by itself."""

MEETS = {FactName.BOOKING: Encounter.PERSON, FactName.TRIAL_USED: Encounter.PRODUCT}
STAGES = {FactName.CRM_WON: Stage.CUSTOMER, FactName.CRM_LOST: Stage.LOST}
PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What Standard Webhooks puts into the headers of a request."""

    id: str
    timestamp: str
    signatures: str


def known_name(services: Services, name: str) -> FactName:
    """The fact of that name. Raises `UnknownHook`, also where no secret is set: then nobody can tell us anything."""
    if name not in set(FactName) or not services.settings.hook_secrets:
        raise UnknownHook
    return FactName(name)


def check(services: Services, signed: Signed, body: bytes) -> None:
    """Raises `BadSignature` for what nobody with our secret has signed within five minutes."""
    from standardwebhooks import Webhook  # noqa: PLC0415  # most starts of the function do without
    from standardwebhooks.webhooks import EmptyWebhookSecretError  # noqa: PLC0415  # the same

    at = _time_of(signed.timestamp)
    if not signed.id or at is None or abs(services.clock.now() - at) > TOLERANCE:
        raise BadSignature
    try:
        text = body.decode()
        ours = [Webhook(secret).sign(signed.id, at, text).encode() for secret in services.settings.hook_secrets]
    except UnicodeDecodeError as error:
        raise BadSignature from error
    except (EmptyWebhookSecretError, binascii.Error) as error:
        raise MissingSetting("LEADLIGHT_HOOK_SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") from error
    theirs = [signature.encode() for signature in signed.signatures.split(" ")]
    if not any(hmac.compare_digest(one, other) for one in ours for other in theirs):
        raise BadSignature


def receive(services: Services, fact: Fact, fact_id: str) -> None:
    """Stores the fact with what follows from it. Of nobody we know it is forgotten; a second time changes nothing."""
    found = services.store.lead(LeadId(fact.lead) if fact.lead else lead_id(fact.email, services.settings.lead_key))
    if found is None:
        return
    bundle = open_bundle(services.files)
    key = services.keys.fresh() if fact.text else None
    touch = _touch(found, fact, fact_id, services.clock.now())
    if key:
        touch = replace(touch, sealed=seal({"text": fact.text}, key_id=key.id, secret=key.secret, owner=found.id))

    def told(lead: Lead) -> Change | None:
        touches = services.store.touches(lead.id)
        if any(known.id == touch.id for known in touches):
            return None
        change = _following(services, bundle, lead, fact, touch)
        change = replace(change, keys=(key,) if key else ())
        change = grown(services, bundle, change, before=lead, touches=touches, fit=met)
        return _unhurried(change) if fact.name is FactName.BOOKING else change

    decide(services, found.id, str(found.generation), told)


def _touch(lead: Lead, fact: Fact, fact_id: str, now: datetime) -> Touch:
    facts = {
        "name": fact.name,
        **({"at": fact.at.isoformat()} if fact.at else {}),
        **({"value": fact.value} if fact.value else {}),
        **({"why": fact.why} if fact.why else {}),
        **({"renewal_at": fact.renewal_at} if fact.renewal_at else {}),
        **({"stage": STAGES[fact.name]} if fact.name in STAGES else {}),
    }
    plain = fact_id if PLAIN_ID.fullmatch(fact_id) else hashlib.sha256(fact_id.encode()).hexdigest()[:32]
    return Touch(
        f"{TOUCH}{plain}", lead.id, TouchKind.FACT, now, MEETS.get(fact.name),
        quality=QUALITY.get(fact.name, 0), facts=facts,
    )  # fmt: skip


def _following(services: Services, bundle: Bundle, lead: Lead, fact: Fact, touch: Touch) -> Change:
    """What the fact changes beside the stage, which `lifecycle` sees to."""
    rows = services.store.due_of(lead.id)
    match fact.name:
        case FactName.BOOKING:
            return _booked(bundle, lead, touch, fact.at or touch.at, rows)
        case FactName.CRM_WON | FactName.CRM_LOST:
            free = replace(lead, hold=None)
            planned = replanned(bundle, free, touch.at)
            done = (*ends_of_holds(rows), *claims(rows), *(tasks(rows) if fact.name is FactName.CRM_LOST else ()))
            touches = (touch, *planned.touches)
            return Change(planned.lead, touches, planned.due, undue=(*done, *planned.undue))
        case FactName.TRIAL_USED:
            planned = replanned(bundle, lead, touch.at)
            return Change(planned.lead, (touch, *planned.touches), planned.due, planned.undue)


def _booked(bundle: Bundle, lead: Lead, touch: Touch, at: datetime, rows: tuple[Due, ...]) -> Change:
    """The meeting stands in the place of an earlier one: the plan waits for it, its rep hears of it now and then.

    A call that they have asked for themselves moves to that time. Else their word on calls stays what it is: whoever
    books for an address need not be its owner, and no words were shown.
    """
    rep, now = owner_of(lead, bundle.team), touch.at
    asked = lead.call is not None and lead.call.kind is not CallKind.NO
    agreed = replace(lead, owner=rep.id, call=CallWish(CallKind.AT, at) if asked else lead.call)
    hears = tell_at(rep, bundle.team, wants_call_now=False, now=now)
    told = [Due(lead.id, lead.generation, DueKind.MAIL, f"{NOTIFY}{touch.id}", hears)]
    if at > now:
        until = hold_until(at, bundle.team)
        agreed = replace(agreed, hold=Hold(rep.id, suggested_objective(lead), now, until))
        told += [
            Due(lead.id, lead.generation, DueKind.TASK, touch.id, at),
            Due(lead.id, lead.generation, DueKind.HOLD, touch.id, until),
        ]
    planned = replanned(bundle, agreed, now)
    over = (*ends_of_holds(rows), *claims(rows), *reminders(rows, TOUCH)) if at > now else claims(rows)
    return Change(planned.lead, (touch, *planned.touches), (*planned.due, *told), (*over, *planned.undue))


def _unhurried(change: Change) -> Change:
    """Without a clock that would pass the lead on: its rep has an appointment, and the hold has an end."""
    return replace(change, due=tuple(row for row in change.due if row.kind is not DueKind.CLAIM))


def _time_of(timestamp: str) -> datetime | None:
    """Seconds since 1970, as a header tells them."""
    plain = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 10
    return datetime.fromtimestamp(int(timestamp), UTC) if plain else None
