"""Somebody of the team comes in by a mailed link: asks for it at the door, and presses its button.

The mail is about no lead, so no lead's ledger guards it. What is asked for is a note for each person of the team, and
the tick mails what the notes say (`rep.sign_in_mail`): it may repeat, and does not vanish while the link would work.
So an address of the team costs the very same writes as any other, and nobody learns from the door who works here.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from leadlight.errors import BadFields, BadToken, TooMany
from leadlight.model.exchange import Budget
from leadlight.model.team import Person
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rep.session import ASKED, NEWEST, member
from leadlight.rules.form import read_address
from leadlight.tokens import LIFE, TokenUse
from leadlight.vault import normal_address

NOBODY = "nobody"
"""Whom the note names where the address is not of the team. No person's id has a `/` before it, so it is nobody's."""

LINKS_PER_DAY = 10
LINKS_PER_HOUR = 20
ASKED_PER_HOUR = 30
"""So many links for one address from one network a day, and for one address an hour, which nobody outside learns of; so
many questions from one network an hour. Who asks again and again for somebody else keeps them out for an hour at most.
"""


def ask_for_link(services: Services, address: str, *, network: str) -> None:
    """Has a link mailed to that address if it is one of the team. Raises `BadFields`, `TooMany`.

    `network` is the sender's address cut to /24 or /64. Everything but the name in the note is the same for each.
    """
    try:
        known_as = normal_address(read_address(address))
    except ValueError as error:
        raise BadFields({"email": str(error)}) from error
    now = services.clock.now()
    _within_budget(services, network, now)
    if not _has_links_left(services, known_as, network, now):
        return
    people = open_bundle(services.files).team.people
    found = [person for person in people if normal_address(person.email) == known_as]
    name = f"{ASKED}{found[0].id}" if found else f"{NEWEST}-{NOBODY}"
    services.store.set_note(name, f"{now.isoformat()} {services.token()}")
    services.store.raise_note(NEWEST, now.isoformat())


def who_asks(services: Services, token: str) -> Person:
    """Whom the link lets in; changes nothing. Raises `BadToken`, `ExpiredToken`, `Used`."""
    facts = services.tokens.read(TokenUse.SIGN_IN, token)
    person = member(open_bundle(services.files).team, facts["person"])
    if person is None:
        raise BadToken("This link belongs to somebody who is no longer in the team.")
    if services.store.counted([_use(facts["id"])]):
        raise Used
    return person


def enter(services: Services, token: str) -> Person:
    """The link's one use. Raises `BadToken`, `ExpiredToken`, `Used`."""
    person = who_asks(services, token)
    link = services.tokens.read(TokenUse.SIGN_IN, token)["id"]
    if not services.store.count(Budget(_use(link), 1, services.clock.now() + 2 * LIFE[TokenUse.SIGN_IN])):
        raise Used
    return person


def send_afresh(services: Services, token: str, *, network: str) -> None:
    """Has whose link that is mailed another one, however old or used it is. Raises `BadToken`, `TooMany`."""
    facts = services.tokens.read(TokenUse.SIGN_IN, token, even_expired=True)
    person = member(open_bundle(services.files).team, facts["person"])
    if person is None:
        raise BadToken("This link belongs to somebody who is no longer in the team.")
    ask_for_link(services, person.email, network=network)


class Used(BadToken):
    """A link to the desk works once."""

    def __init__(self) -> None:
        super().__init__("This link was used already, and it works once. Ask for a new one.")


def _use(link: str) -> str:
    """What counts that link's one use."""
    return f"sign-in-link/{link}"


def _within_budget(services: Services, network: str, now: datetime) -> None:
    if not services.settings.budgets:
        return
    window = now.replace(minute=0, second=0, microsecond=0)
    over = window + timedelta(hours=1)
    budget = Budget(f"door/{_hashed(services, network)}/{window:%Y-%m-%dT%H}", ASKED_PER_HOUR, over)
    if not services.store.count(budget):
        raise TooMany(max(1, int((over - now).total_seconds())))


def _has_links_left(services: Services, address: str, network: str, now: datetime) -> bool:
    if not services.settings.budgets:
        return True
    kept = now + timedelta(days=2)
    here = f"door-address/{_hashed(services, f'{address} {network}')}/{now:%Y-%m-%d}"
    anywhere = f"door-address/{_hashed(services, address)}/{now:%Y-%m-%dT%H}"
    budgets = (Budget(here, LINKS_PER_DAY, kept), Budget(anywhere, LINKS_PER_HOUR, kept))
    return all(services.store.count(budget) for budget in budgets)


def _hashed(services: Services, text: str) -> str:
    return hashlib.sha256(services.settings.lead_key + text.encode()).hexdigest()[:20]
