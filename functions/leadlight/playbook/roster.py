"""Who is the team? Reads `team.yml`. Build only; called by `source`."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from leadlight.errors import BadPlaybook
from leadlight.model.site import Company, Hours, Person, Team
from leadlight.playbook.findings import shaped
from leadlight.playbook.shapes import PersonShape, TeamShape
from leadlight.playbook.written import read_yaml, text_of


def built_in_team(language: str) -> Team:
    """Somebody who answers while there is no `team.yml`: enough for a look, not for a launch."""
    person = Person(id="team", name="The team", email="team@localhost", languages=(language,), manager=True)
    return Team(company=Company(name="", email="team@localhost"), people=(person,))


def read_team(path: Path, *, language: str) -> Team:
    """The team of that file, or the built-in one where there is none. Raises `BadPlaybook`."""
    if not path.exists():
        return built_in_team(language)
    written = read_yaml(text_of(path), file=str(path))
    shape = shaped(TeamShape, written)
    people = tuple(_person(person, language) for person in shape.people)
    if twice := [name for name, count in Counter(person.id for person in people).items() if count > 1]:
        message = f"two people have the id `{twice[0]}`; give each an `id:` of their own"
        raise BadPlaybook([written.problem(("people",), message)])
    if shape.hours.start >= shape.hours.end:
        raise BadPlaybook([written.problem(("hours",), "`from` must be before `to`")])
    if shape.country and shape.hours.country not in {"", shape.country}:
        message = f"`country` is `{shape.country}` here and `{shape.hours.country}` below `hours`; say it once"
        raise BadPlaybook([written.problem(("country",), message)])
    hours = Hours(
        zone=shape.hours.zone,
        days=shape.hours.days,
        start=shape.hours.start,
        end=shape.hours.end,
        holidays=tuple(sorted(day.isoformat() for day in shape.holidays)),
        country=shape.country or shape.hours.country,
    )
    company = Company(shape.company.name, shape.company.postal.strip(), shape.company.email or people[0].email)
    return Team(
        company=company,
        people=people,
        hours=hours,
        hold=shape.hold,
        at_most=shape.at_most,
        profile=shape.profile,
    )


def _person(shape: PersonShape, language: str) -> Person:
    return Person(
        id=shape.id or re.sub(r"[^a-z0-9]+", "-", shape.name.lower()).strip("-") or "person",
        name=shape.name,
        email=shape.email,
        phone=shape.phone,
        title=shape.title,
        languages=shape.languages or (language,),
        booking=shape.booking,
        manager=shape.manager,
    )
