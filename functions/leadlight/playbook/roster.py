"""Who is the team? Reads `team.yml`. Build only; called by `source`."""

from __future__ import annotations

import contextlib
import pathlib
import re
from collections import Counter
from dataclasses import replace
from datetime import date

from leadlight.errors import BadPlaybook
from leadlight.model.site import Company, Hours, Notices, Person, Team
from leadlight.playbook.findings import shaped
from leadlight.playbook.shapes import OwnHoursShape, PersonShape, TeamShape
from leadlight.playbook.written import Path, Written, read_yaml, text_of


def built_in_team(language: str) -> Team:
    """Somebody who answers while there is no `team.yml`: enough for a look, not for a launch."""
    person = Person(id="team", name="The team", email="team@localhost", languages=(language,), manager=True)
    return Team(company=Company(name="", email="team@localhost"), people=(person,))


def stand_in(path: pathlib.Path, language: str) -> Team:
    """The built-in team along with everybody whom a `team.yml` that cannot be read names: for the rest of a check."""
    team = built_in_team(language)
    told: object = ()
    with contextlib.suppress(BadPlaybook):
        data = read_yaml(text_of(path), file=str(path)).data
        told = data.get("people", []) if isinstance(data, dict) else []
    names = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    people = tuple(Person(id=_id(each.get("id"), str(each.get("name", ""))), name="", email="") for each in names)
    return replace(team, people=(*team.people, *people))


def read_team(path: pathlib.Path, *, language: str) -> Team:
    """The team of that file, or the built-in one where there is none. Raises `BadPlaybook`."""
    if not path.exists():
        return built_in_team(language)
    written = read_yaml(text_of(path), file=str(path))
    shape = shaped(TeamShape, written)
    hours = _hours(shape, written)
    people = tuple(
        _person(person, language, _own_hours(person.hours, hours, written, ("people", index, "hours")))
        for index, person in enumerate(shape.people)
    )
    if twice := [name for name, count in Counter(person.id for person in people).items() if count > 1]:
        message = f"two people have the id `{twice[0]}`; give each an `id:` of their own"
        raise BadPlaybook([written.problem(("people",), message)])
    if not any(person.capacity for person in people):
        message = "nobody would get a lead: give somebody a `capacity` above 0"
        raise BadPlaybook([written.problem(("people",), message)])
    company = Company(shape.company.name, shape.company.postal.strip(), shape.company.email or people[0].email)
    return Team(
        company=company,
        people=people,
        hours=hours,
        hold=shape.hold,
        at_most=shape.at_most,
        profile=shape.profile,
        clocks=shape.escalate,
        notices=Notices(shape.notices.quiet, shape.notices.call_breaks_quiet, shape.notices.digest),
    )


def _hours(shape: TeamShape, written: Written) -> Hours:
    if shape.country and shape.hours.country not in {"", shape.country}:
        message = f"`country` is `{shape.country}` here and `{shape.hours.country}` below `hours`; say it once"
        raise BadPlaybook([written.problem(("country",), message)])
    hours = Hours(
        zone=shape.hours.zone,
        days=shape.hours.days,
        start=shape.hours.start,
        end=shape.hours.end,
        holidays=_dates(shape.holidays),
        country=shape.country or shape.hours.country,
    )
    return _in_order(hours, written, ("hours",))


def _own_hours(shape: OwnHoursShape | None, team: Hours, written: Written, where: Path) -> Hours | None:
    """A person's hours. In another country the team's holidays are not theirs, unless they say so."""
    if shape is None:
        return None
    elsewhere = shape.country is not None and shape.country != team.country
    own = _dates(shape.holidays) if shape.holidays is not None else None
    hours = Hours(
        zone=shape.zone or team.zone,
        days=shape.days or team.days,
        start=team.start if shape.start is None else shape.start,
        end=team.end if shape.end is None else shape.end,
        holidays=own if own is not None else () if elsewhere else team.holidays,
        country=team.country if shape.country is None else shape.country,
    )
    return _in_order(hours, written, where)


def _in_order(hours: Hours, written: Written, where: Path) -> Hours:
    if hours.start >= hours.end:
        raise BadPlaybook([written.problem(where, "`from` must be before `to`")])
    return hours


def _dates(days: tuple[date, ...]) -> tuple[str, ...]:
    return tuple(sorted(day.isoformat() for day in days))


def _person(shape: PersonShape, language: str, hours: Hours | None) -> Person:
    return Person(
        id=_id(shape.id, shape.name),
        name=shape.name,
        email=shape.email,
        phone=shape.phone,
        title=shape.title,
        languages=shape.languages or (language,),
        booking=shape.booking,
        manager=shape.manager,
        marketer=shape.marketer,
        territories=shape.territories,
        products=shape.products,
        sizes=shape.sizes,
        capacity=shape.capacity,
        hours=hours,
        away=shape.away,
    )


def _id(given: str | None, name: str) -> str:
    return given or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "person"
