"""Whose lead is it? Same facts, same answer. Asked by `assignment` once, and by whatever shows or uses the owner."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache, partial
from math import gcd
from zoneinfo import ZoneInfo

from leadlight.model.lead import Lead
from leadlight.model.person import GateId
from leadlight.model.sequence import Profile
from leadlight.model.site import Gate
from leadlight.model.team import Person, Team
from leadlight.rules.attendance import begins_work, hours_of

FINEST = 20
"""Capacities are counted in twentieths: nobody means more by them, and the round stays short."""

LONG_AWAY = timedelta(days=7)
"""Who is not back within that does not keep a lead: a long weekend is no reason to change hands, a holiday is."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a lead decides who fits. `about` are the page it opened and its topics."""

    language: str
    country: str | None = None
    size: str = ""
    about: tuple[str, ...] = ()
    profile: Profile | None = None  # that of what it came for; None: the team's


def owner_of(lead: Lead, team: Team) -> Person:
    """Who has it already, else somebody who speaks the language, spread evenly and for ever the same."""
    if lead.owner is not None:
        return team.person(lead.owner)
    people, _ = _by_language(_reps(team), Facts(lead.language), managers=_managers(team, lead.language))
    return people[zlib.crc32(lead.id.encode()) % len(people)]


def facts_of(lead: Lead, *, size: str = "", gate_id: GateId | None = None, gate: Gate | None = None) -> Facts:
    """The facts of that lead; `size` is its answer to the form's field of that name."""
    about = ((gate_id,) if gate_id else ()) + (gate.topics if gate else ())
    return Facts(lead.language, lead.country, size, about, gate.profile if gate else None)


def member(team: Team, person_id: str | None) -> Person | None:
    """The person of that id, if they are in the team (still)."""
    return next((person for person in team.people if person.id == person_id), None)


def keeps(person: Person, team: Team, now: datetime) -> bool:
    """Whether somebody who has a lead goes on with it: not if they stay away for long."""
    back = begins_work(person, team, now)
    return back is not None and back - now <= LONG_AWAY


def known_size(size: str, team: Team) -> str:
    """The size as the team says it, if anybody takes leads by it; else nothing, as it decides nothing."""
    sizes = (known for person in team.people for known in person.sizes)
    return next((known for known in sizes if _same(known, size)), "")


def pool(facts: Facts, team: Team, now: datetime, *, at_once: bool = True) -> tuple[tuple[Person, ...], str]:
    """Those of the team who take turns at such a lead now, and why these, in words. Never nobody.

    Firms wait for whoever knows them; who decides at home is answered by whoever is there first and speaks their
    language. A country that nobody covers, or that nobody knows, keeps nobody from those who speak their language.
    Without `at_once` nobody waits: who is off work just now takes their turn as well.
    """
    people, said = _there(_reps(team), team, now), list[str]()
    language = partial(_by_language, managers=_there(_managers(team, facts.language), team, now))
    soonest = (partial(_soonest, team=team, now=now),) if at_once else ()
    covered = any(facts.country in person.territories for person in people)
    first = (_by_territory, language) if covered else (language, _by_territory)
    order = (*first, _by_size, _by_product, *soonest)
    if (facts.profile or team.profile) is Profile.B2C:
        order = (language, *soonest, _by_territory, _by_size, _by_product)
    for narrow in order:
        people, why = narrow(people, facts)
        said += [why] if why else []
    return people, "; ".join(said)


def turn_of(people: Sequence[Person], number: int) -> Person:
    """Whose turn the one of that number is, from 0. After any number of turns nobody is a whole turn off their share.

    >>> ola, sam = (Person(name, name, "", capacity=share) for name, share in (("ola", 2.0), ("sam", 1.0)))
    >>> [turn_of([ola, sam], number).id for number in range(6)]
    ['ola', 'sam', 'ola', 'ola', 'sam', 'ola']
    """
    round_of_turns = _round(tuple(_parts(person) for person in people))
    return people[round_of_turns[number % len(round_of_turns)]]


def _reps(team: Team) -> tuple[Person, ...]:
    """Who takes leads: who has capacity and does not manage the others; if there is nobody such, whoever there is."""
    able = tuple(person for person in team.people if person.capacity > 0)
    return tuple(person for person in able if not person.manager) or able or team.people


def _managers(team: Team, language: str) -> tuple[Person, ...]:
    """Who manages, and speaks a language that nobody else does."""
    able = [person for person in team.people if person.capacity > 0 and language in person.languages]
    return tuple(able) if all(person.manager for person in able) else ()


def _there(people: tuple[Person, ...], team: Team, now: datetime) -> tuple[Person, ...]:
    """Those who are not away for long; all of them where everybody is."""
    return tuple(person for person in people if keeps(person, team, now)) or people


Narrowed = tuple[tuple[Person, ...], str]


def _by_territory(people: tuple[Person, ...], facts: Facts) -> Narrowed:
    country = facts.country or ""
    return _narrowed(
        people,
        lambda person: person.territories,
        lambda person: country in person.territories,
        yes=f"covers {country}",
        no=f"nobody covers {country}" if country else "no country is known",
    )


def _by_language(people: tuple[Person, ...], facts: Facts, *, managers: tuple[Person, ...]) -> Narrowed:
    """Those who speak it, else a manager who does, else all of them."""
    speaking = tuple(person for person in people if facts.language in person.languages) or managers
    if not speaking:
        return people, f"nobody of them speaks {facts.language}"
    return speaking, "" if speaking == people else f"speaks {facts.language}"


def _by_size(people: tuple[Person, ...], facts: Facts) -> Narrowed:
    return _narrowed(
        people,
        lambda person: person.sizes,
        lambda person: any(_same(size, facts.size) for size in person.sizes),
        yes="takes companies of that size",
        no="nobody of them takes that size" if facts.size else "no size is known",
    )


def _by_product(people: tuple[Person, ...], facts: Facts) -> Narrowed:
    return _narrowed(
        people,
        lambda person: person.products,
        lambda person: any(_is_about(product, facts.about) for product in person.products),
        yes="knows what it is about",
        no="nobody of them is named for what it is about",
    )


def _narrowed(
    people: tuple[Person, ...],
    named: Callable[[Person], tuple[str, ...]],
    fits: Callable[[Person], bool],
    *,
    yes: str,
    no: str,
) -> Narrowed:
    """Those who fit, else those who leave it open, else all of them. No words where nobody names anything."""
    if not any(named(person) for person in people):
        return people, ""
    if chosen := tuple(person for person in people if fits(person)):
        return chosen, yes
    return tuple(person for person in people if not named(person)) or people, no


def _is_about(product: str, about: tuple[str, ...]) -> bool:
    return product in about or (product.endswith("/") and any(name.startswith(product) for name in about))


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _soonest(people: tuple[Person, ...], _: Facts, *, team: Team, now: datetime) -> Narrowed:
    """Those at work, else those who are back first; all of them where nobody ever is."""
    if len(people) == 1:
        return people, ""
    begins: Mapping[str, datetime | None] = {person.id: begins_work(person, team, now) for person in people}
    known = [at for at in begins.values() if at is not None]
    if not known:
        return people, "nobody of them is ever at work"
    first = min(known)
    soonest = tuple(person for person in people if begins[person.id] == first)
    if first <= now:
        return soonest, "at work now" if len(soonest) < len(people) else ""
    at = first.astimezone(ZoneInfo(hours_of(soonest[0], team).zone))
    return soonest, f"nobody is at work; back first, {at:%d %b %H:%M}"


def _parts(person: Person) -> int:
    return max(1, round(person.capacity * FINEST))


@lru_cache(maxsize=512)
def _round(parts: tuple[int, ...]) -> tuple[int, ...]:
    """One whole round of turns, as places in `parts`: the quota method of Balinski and Young (1975).

    Of those who are behind their share, the turn is that of whoever would be least ahead after it.
    """
    whole, given = sum(parts), [0] * len(parts)
    turns: list[int] = []
    for count in range(1, whole // gcd(*parts) + 1):
        behind = [place for place, part in enumerate(parts) if given[place] * whole < count * part]
        place = min(behind, key=lambda place: (Fraction(given[place] + 1, parts[place]), parts[place], place))
        given[place] += 1
        turns.append(place)
    return tuple(turns)
