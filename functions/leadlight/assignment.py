"""Whose lead is it from now on? Asked within each decision after which somebody of the team has to act for a lead.

At the first confirmation, at the first notification of somebody who confirmed nothing, when a rep or an import adds
a lead. Asking again changes nothing, unless the rep has left or is away for long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadlight.model.lead import Lead
from leadlight.model.person import CompanyId, GateId
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.rules.company import company_domain
from leadlight.rules.routing import facts_of, keeps, member, pool, turn_of
from leadlight.vault import company_id

FIRST_COLLEAGUES = 20
"""So many of a company are looked at for its rep: each of them has one, unless the team has changed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who it is, and why, in words about the team and never about the person."""

    person: Person
    why: str


def company_of(services: Services, address: str) -> CompanyId | None:
    """The company behind a mail address; None for free mail."""
    domain = company_domain(address)
    return company_id(domain, services.settings.lead_key) if domain else None


def assigned(
    services: Services,
    bundle: Bundle,
    lead: Lead,
    *,
    fields: Mapping[str, str],
    gate: GateId | None,
    now: datetime,
    at_once: bool = True,
) -> tuple[Lead, tuple[Touch, ...]]:
    """The lead with its owner and its company, and the touch that says why, where the owner is new.

    `fields` are what is known of the person, `email` and `size` above all; `gate` is what the lead came for. Takes a
    turn where there is a choice, so ask it within the decision that stores the answer. Without `at_once` it does not
    matter who is at work just now: the lead is for another day.
    """
    team = bundle.team
    lead = replace(lead, company=lead.company or company_of(services, fields.get("email", "")))
    before = member(team, lead.owner)
    if before and (keeps(before, team, now) or len(team.people) == 1):
        return lead, ()
    if len(team.people) == 1:
        return replace(lead, owner=team.people[0].id), ()
    choice = _colleagues_rep(services, lead, team, now) or _next_in_turn(
        services, bundle, lead, fields, gate, now, at_once=at_once
    )
    if choice.person.id == lead.owner:
        return lead, ()
    touch = _routed(lead, replace(choice, why=_since(lead, before) + choice.why), now)
    return replace(lead, owner=choice.person.id), (touch,)


def _colleagues_rep(services: Services, lead: Lead, team: Team, now: datetime) -> Choice | None:
    """Who has the first of its colleagues that somebody has, and is there."""
    if lead.company is None:
        return None
    colleagues = services.store.at_company(lead.company, limit=FIRST_COLLEAGUES)
    reps = (member(team, colleague.owner) for colleague in colleagues)
    found = next((rep for rep in reps if rep and keeps(rep, team, now)), None)
    return Choice(found, "has a colleague of the same company") if found else None


def _next_in_turn(
    services: Services,
    bundle: Bundle,
    lead: Lead,
    fields: Mapping[str, str],
    gate: GateId | None,
    now: datetime,
    *,
    at_once: bool,
) -> Choice:
    """Who of those that fit is next. Where only one does, no turn is taken."""
    found = bundle.manifest.gates.get(gate) if gate else None
    facts = facts_of(lead, size=fields.get("size", ""), gate_id=gate, gate=found)
    people, why = pool(facts, bundle.team, now, at_once=at_once)
    if len(people) == 1:
        return Choice(people[0], f"{why}; nobody else takes such leads" if why else "nobody else takes leads")
    number = services.store.turn("route/" + ",".join(person.id for person in people))
    turn = f"next of {len(people)} in turn"
    return Choice(turn_of(people, number), f"{why}; {turn}" if why else turn)


def _since(lead: Lead, before: Person | None) -> str:
    """Why it does not stay where it was."""
    if lead.owner is None:
        return ""
    return "the rep before is away for long; " if before else "the rep before has left; "


def _routed(lead: Lead, choice: Choice, now: datetime) -> Touch:
    """One a revision, so that a decision repeated after a lost answer makes the same one."""
    facts = {"why": choice.why, **({"from": lead.owner} if lead.owner else {})}
    name = f"{TouchKind.ROUTED}/{lead.generation}.{lead.revision}"
    return Touch(name, lead.id, TouchKind.ROUTED, now, by=choice.person.id, facts=facts)
