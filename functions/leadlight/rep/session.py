"""Who of the team sits at this browser? A cookie says so, for a week, after a mailed link and its button.

Asked on every page of the desk. The team is read anew each time: who is no longer in `team.yml` is out at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from leadlight.errors import BadToken
from leadlight.model.exchange import SIGNED_OUT, Budget
from leadlight.model.lead import Lead
from leadlight.model.team import Person, Team
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.link import Visit
from leadlight.tokens import LIFE, TokenUse

SESSION = "leadlight_desk"

NEWEST, ASKED = "sign-in", "sign-in/"
"""The note that says when a link was last asked for at all, and what begins the note of one person."""

OVER = "session-over/"
"""Begins the counter of one session in whose place another one has come."""


def signed_in(services: Services, cookies: Mapping[str, str]) -> Person | None:
    """The person whose session this is; None without one, or with one that is over."""
    try:
        facts = services.tokens.read(TokenUse.SESSION, cookies.get(SESSION, ""))
        person = member(open_bundle(services.files).team, facts["person"])
        name, since = facts["id"], datetime.fromisoformat(facts["at"])
    except (BadToken, KeyError, ValueError):
        return None
    if person is None or services.store.counted([f"{OVER}{name}"]):
        return None
    left = services.store.note(f"{SIGNED_OUT}{person.id}")
    return None if left and since <= datetime.fromisoformat(left) else person


def member(team: Team, person_id: str) -> Person | None:
    """The person of that id, if they are still in the team."""
    return next((person for person in team.people if person.id == person_id), None)


def session_of(services: Services, person: Person) -> str:
    """What the cookie of somebody holds who has just come in."""
    facts = {"person": person.id, "id": services.token(), "at": services.clock.now().isoformat()}
    return services.tokens.sign(TokenUse.SESSION, facts)


def end_here(services: Services, cookies: Mapping[str, str]) -> None:
    """The session that this browser has had is over, whoever kept a copy of its cookie. Those of others go on."""
    with suppress(BadToken):
        name = services.tokens.read(TokenUse.SESSION, cookies.get(SESSION, ""))["id"]
        services.store.count(Budget(f"{OVER}{name}", 1, services.clock.now() + LIFE[TokenUse.SESSION]))


def sign_out(services: Services, cookies: Mapping[str, str]) -> Person | None:
    """Ends every session of this person, and says whose. Twice is once, and the second time nobody's."""
    person = signed_in(services, cookies)
    if person is not None:
        services.store.raise_note(f"{SIGNED_OUT}{person.id}", services.clock.now().isoformat())
    return person


def end_all(services: Services, person_id: str | None) -> tuple[str, ...]:
    """Ends every session of that person, or of everybody. Returns whose, by their ids; none where there is no such."""
    people = [person.id for person in open_bundle(services.files).team.people if person_id in {None, person.id}]
    for name in people:
        services.store.raise_note(f"{SIGNED_OUT}{name}", services.clock.now().isoformat())
    return tuple(people)


def visit_of(person: Person, lead: Lead) -> Visit:
    """The session as a visit to one lead, for whatever a mailed link could do, too."""
    return Visit(lead, person.id, token_id="", browser="", bound=True)
