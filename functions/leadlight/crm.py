"""Who else goes on with a lead? The operator's own CRM, if an address is set: it gets each lead that a rep has.

Called where a rep takes a lead or writes down an outcome, and by `on_due`. A hand-over may repeat and never vanishes:
a row stands for it until it was taken, later and later. Personal fields go along, since it is the operator's own
system; each hand-over is a touch, so that the lead's own export tells of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import msgspec

from leadlight.decide import decide
from leadlight.errors import NotGiven, Restored
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.profile import RESERVED, Profile, outside_of
from leadlight.restore import mark_for
from leadlight.rules.routing import owner_of
from leadlight.views import SHOWN, call_in_words, lead_view, titles_read

EVENT = "lead.handed_over"
ROW = "crm/"
LONGEST = timedelta(days=1)
"""How far apart tries become at most."""


def rows_for(services: Services, lead: Lead, touch: Touch) -> tuple[Due, ...]:
    """The row that hands the lead over after that take-over or outcome; none where there is no CRM."""
    if services.crm is None:
        return ()
    return (Due(lead.id, lead.generation, DueKind.MAIL, f"{ROW}{touch.id}", touch.at),)


def hand_over(services: Services, due: Due) -> None:
    """Gives the CRM the lead as it is now. Raises `NotGiven` once the next try is set, `Restored` while all is held."""
    dossier = services.store.dossier(due)
    if dossier is None or not due.stands_as(dossier.due):
        return
    lead = dossier.lead
    if mark_for(services, dossier)[1]:
        raise Restored
    cause, tries = cause_of(due)
    touch = next((touch for touch in services.store.touches(lead.id) if touch.id == cause), None)
    if services.crm is None or touch is None or not _may_be_given(lead, due):
        services.store.commit(Change(lead, undue=(due.key,)))
        return
    try:
        services.crm.give(_name(lead, cause), _told(services, lead, touch))
    except NotGiven:
        wait = min(LONGEST, timedelta(minutes=2 ** min(tries, 12)))
        again = replace(due, ref=f"{ROW}{cause}~{tries + 1}", at=services.clock.now() + wait)
        services.store.commit(Change(lead, undue=(due.key,), due=(again,)))
        raise
    _note(services, due, cause)


def cause_of(due: Due) -> tuple[str, int]:
    """The touch that a row hands the lead over for, and how often that was tried before."""
    cause, _, tries = due.ref.removeprefix(ROW).partition("~")
    return cause, int(tries or 0)


def _may_be_given(lead: Lead, due: Due) -> bool:
    erased = any(stop.reason is StopReason.ERASED for stop in lead.stops)
    return lead.generation == due.generation and not erased


def _note(services: Services, due: Due, cause: str) -> None:
    """It was taken: on the timeline once, however often it was given."""
    touch_id, now = f"given/{cause}", services.clock.now()

    def given(lead: Lead) -> Change:
        told = any(touch.id == touch_id for touch in services.store.touches(lead.id))
        touch = Touch(touch_id, lead.id, TouchKind.GIVEN_TO_CRM, now, facts={"cause": cause})
        return Change(lead, touches=() if told else (touch,), undue=(due.key,))

    decide(services, due.lead_id, str(due.generation), given)


def _name(lead: Lead, cause: str) -> str:
    """By this a receiver knows a repetition; it tells nothing by itself."""
    return hashlib.sha256(f"{lead.id}/{lead.generation}/{ROW}{cause}".encode()).hexdigest()[:32]


def _told(services: Services, lead: Lead, touch: Touch) -> str:
    """What the CRM gets. The fields are named as in `content/project/other-ways-in.md`."""
    bundle = open_bundle(services.files)
    lead, profile = outside_of(services, lead)
    data = {**_person(lead, profile), **_state(bundle, lead), "because": _because(touch)}
    data["read"] = titles_read(bundle, services.store.touches(lead.id), confirmed=lead.confirmed_at is not None)
    return msgspec.json.encode({"type": EVENT, "timestamp": touch.at, "data": data}).decode()


def _person(lead: Lead, profile: Profile) -> dict[str, object]:
    """Who it is. Whoever does not want calls has no phone here either."""
    seen = lead_view(lead, profile)
    names = {name: profile.fields.get(name, "") for name in ("first_name", "last_name")}
    answers = {n: v for n, v in profile.answers.items() if n not in SHOWN | RESERVED}
    return {
        "lead": lead.id,
        "email": seen.email,
        "name": seen.name,
        **names,
        "company": seen.company,
        "phone": seen.phone,
        "country": lead.country or seen.country,
        "language": lead.language,
        "answers": answers,
    }


def _state(bundle: Bundle, lead: Lead) -> dict[str, object]:
    owner = owner_of(lead, bundle.team)
    return {
        "owner": {"id": owner.id, "name": owner.name, "email": owner.email},
        "confirmed": lead.confirmed_at is not None,  # else nobody knows whether the address is theirs
        "stage": lead.stage,
        "intent": lead.intent,
        "authority": lead.authority,
        "value": lead.value,
        "source": lead.source,
        "call": call_in_words(lead.call),
        "purposes": lead.purposes,  # what the person has agreed to; a CRM that mails them has to heed it
        "stops": [stop.reason for stop in lead.stops],
    }


def _because(touch: Touch) -> dict[str, object]:
    """Which take-over or outcome; no note of the rep's, which is for colleagues."""
    told = ("achieved", "why_not", "next_at", "stage", "value")
    facts = {name: touch.facts[name] for name in told if touch.facts.get(name)}
    return {"what": touch.kind, "at": touch.at, "by": touch.by, "objective": touch.objective, **facts}
