"""Who is the team? Reads `team.yml`. Build only; called by `source`."""

from __future__ import annotations

import contextlib
import pathlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.team import Company, Hours, Notices, Person, Team
from leadlight.playbook.findings import judged
from leadlight.playbook.shapes import OwnHoursShape, PersonShape, TeamShape
from leadlight.playbook.written import Written, read_yaml, text_of


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
    shape = judged(TeamShape, written, _problems)
    hours = _hours(shape)
    people = tuple(_person(person, language, _own_hours(person.hours, hours)) for person in shape.people)
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


def _problems(shape: TeamShape, written: Written) -> Iterator[Problem]:
    """What no value shows by itself."""
    if shape.country and shape.hours.country not in {"", shape.country}:
        message = f"`country` is `{shape.country}` here and `{shape.hours.country}` below `hours`; say it once"
        yield written.problem(("country",), message)
    team = _hours(shape)
    if team.start >= team.end:
        yield written.problem(("hours",), "`from` must be before `to`")
    for place, own in enumerate(person.hours for person in shape.people):
        hours = _own_hours(own, team)
        if own and hours and (own.start or own.end) and hours.start >= hours.end:
            yield written.problem(("people", place, "hours"), "`from` must be before `to`")
    if twice := [
        name for name, count in Counter(_id(each.id, each.name) for each in shape.people).items() if count > 1
    ]:
        yield written.problem(("people",), f"two people have the id `{twice[0]}`; give each an `id:` of their own")
    if not any(person.capacity for person in shape.people):
        yield written.problem(("people",), "nobody would get a lead: give somebody a `capacity` above 0")


def _hours(shape: TeamShape) -> Hours:
    return Hours(
        zone=shape.hours.zone,
        days=shape.hours.days,
        start=shape.hours.start,
        end=shape.hours.end,
        holidays=_dates(shape.holidays),
        country=shape.country or shape.hours.country,
    )


def _own_hours(shape: OwnHoursShape | None, team: Hours) -> Hours | None:
    """A person's hours. In another country the team's holidays are not theirs, unless they say so."""
    if shape is None:
        return None
    elsewhere = shape.country is not None and shape.country != team.country
    own = _dates(shape.holidays) if shape.holidays is not None else None
    return Hours(
        zone=shape.zone or team.zone,
        days=shape.days or team.days,
        start=team.start if shape.start is None else shape.start,
        end=team.end if shape.end is None else shape.end,
        holidays=own if own is not None else () if elsewhere else team.holidays,
        country=team.country if shape.country is None else shape.country,
    )


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
