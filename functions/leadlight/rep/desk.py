"""What does somebody of the team see at the desk, and whose leads may they open? Asked by every page of the desk.

A rep sees the leads that are theirs, a manager all. Profiles are sealed: only those that are shown are opened, and a
search opens those that it goes through. Both are bounded, and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.errors import LostKey, UnknownLead
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, CompanyId, LeadId
from leadlight.model.team import Person, Team
from leadlight.model.touch import TouchKind
from leadlight.ports import Services
from leadlight.profile import Profile
from leadlight.rules.turns import ORDER, Turn, Urgency, turn_of
from leadlight.rules.waiting import wants_call
from leadlight.vault import unseal

LOOKED_AT = 200
"""Of one person's leads, the latest so many are gone through for the desk: each costs two reads."""

SHOWN = 50
"""So many of one urgency are listed."""

NOBODY = Profile({})

SEARCHED = 500
"""So many profiles are opened for one search, the latest leads first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the desk."""

    lead: Lead
    turn: Turn
    profile: Profile


@dataclass(frozen=True, slots=True)
class Desk:
    """The leads of one person by urgency; `counts` is how many there are of each, `leads` of all."""

    whose: Person
    entries: dict[Urgency, tuple[Entry, ...]]
    counts: dict[Urgency, int]
    leads: int
    passed_over: int  # older leads that were not gone through


def desk_of(services: Services, team: Team, whose: Person, *, look_at: int = LOOKED_AT, show: int = SHOWN) -> Desk:
    """That person's leads by next action, most urgent first; the latest `look_at`, `show` of each urgency."""
    leads = latest(services.store.owned(whose.id))
    now = services.clock.now()
    tonight = end_of_day(now, zone_of(whose, team))
    turns = [(lead, _turn(services, lead, now, tonight)) for lead in leads[:look_at]]
    turns.sort(key=lambda pair: (not wants_call(pair[0]), pair[1].at or now, pair[0].id))  # a wished call goes first
    by_urgency = {urgency: [pair for pair in turns if pair[1].urgency is urgency] for urgency in ORDER}
    shown = {urgency: found[:show] for urgency, found in by_urgency.items()}
    profiles = profiles_of(services, [lead for found in shown.values() for lead, _ in found])
    return Desk(
        whose,
        {u: tuple(Entry(lead, turn, profiles[lead.id]) for lead, turn in found) for u, found in shown.items()},
        {urgency: len(found) for urgency, found in by_urgency.items()},
        len(leads),
        max(0, len(leads) - look_at),
    )


def lead_for(services: Services, person: Person, lead_id: str) -> Lead:
    """The lead, if that person may see it. Raises `UnknownLead`, the same for what is not there and not theirs."""
    lead = services.store.lead(LeadId(lead_id))
    if lead is None or not may_see(person, lead):
        raise UnknownLead
    return lead


def may_see(person: Person, lead: Lead) -> bool:
    """Whether a lead is open to that person: a rep's own, a manager's all."""
    return person.manager or lead.owner == person.id


def colleagues_at(services: Services, person: Person, company: str) -> tuple[Lead, ...]:
    """All leads of a company that the person has one lead of, or manages. Raises `UnknownLead`."""
    leads = services.store.at_company(CompanyId(company))
    if not any(may_see(person, lead) for lead in leads):
        raise UnknownLead
    return leads


def last_contact(services: Services, lead: Lead) -> datetime:
    """When something last went to and fro: not what was only planned, left out or told to our own people."""
    ours = {TouchKind.NOTIFIED, TouchKind.SKIPPED, TouchKind.ROUTED, TouchKind.ESCALATED, TouchKind.HEATED}
    found = [touch.at for touch in services.store.touches(lead.id) if touch.kind not in ours]
    return max(found, default=lead.created_at)


def found(services: Services, whose: Sequence[Person], query: str) -> tuple[list[tuple[Lead, Profile]], bool]:
    """Leads of these people whose name, company or address holds every word; and whether all were gone through."""
    words = query.casefold().split()
    newest = latest(lead for person in whose for lead in services.store.owned(person.id))
    looked_at = newest[:SEARCHED]
    profiles = profiles_of(services, looked_at)
    fitting = [(lead, profiles[lead.id]) for lead in looked_at if _fits(profiles[lead.id], words)]
    return fitting[:SHOWN], len(newest) <= SEARCHED


def latest(leads: Iterable[Lead]) -> list[Lead]:
    """Those first that something happened to last; who confirmed nothing, as a whole list does not, comes after."""

    def rank(lead: Lead) -> tuple[bool, datetime, LeadId]:
        return lead.confirmed_at is not None or lead.hold is not None, _latest(lead), lead.id

    return sorted(leads, key=rank, reverse=True)


def profiles_of(services: Services, leads: Sequence[Lead]) -> dict[LeadId, Profile]:
    """Who they are, as far as it is known; nobody where the keys are gone. The keys of all come in one read."""
    captures = {lead.id: _told(services, lead) for lead in leads}
    secrets = services.keys.secrets([c.sealed.key_id for told in captures.values() for c in told])
    profiles: dict[LeadId, Profile] = {}
    for lead_id, told in captures.items():
        fields: dict[str, str] = {}
        for capture in told:
            try:
                opened = unseal(capture.sealed, secrets=secrets, owner=lead_id)
            except LostKey:
                continue
            fields.update({name: value for name, value in opened.items() if value})
        profiles[lead_id] = Profile(fields)
    return profiles


def zone_of(person: Person, team: Team) -> ZoneInfo:
    """Where that person works."""
    return ZoneInfo((person.hours or team.hours).zone)


def end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When today ends there."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)


def _told(services: Services, lead: Lead) -> list[Capture]:
    """The confirmed captures, else the latest one, which nobody has confirmed."""
    captures = services.store.captures(lead.id)
    return [c for c in captures if c.id in lead.confirmed] or list(captures[-1:])


def _turn(services: Services, lead: Lead, now: datetime, tonight: datetime) -> Turn:
    rows, touches = services.store.due_of(lead.id), services.store.touches(lead.id)
    return turn_of(lead, rows, touches, now=now, tonight=tonight)


def _fits(profile: Profile, words: Sequence[str]) -> bool:
    text = " ".join((profile.name, profile.fields.get("company", ""), profile.address)).casefold()
    return all(word in text for word in words)


def _latest(lead: Lead) -> datetime:
    known = (lead.confirmed_at, lead.stage_at, lead.hot_since, lead.hold.since if lead.hold else None)
    return max([lead.created_at, *(at for at in known if at), *(e.last_at for e in lead.enrolments)])
