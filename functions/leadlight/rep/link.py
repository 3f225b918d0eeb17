"""Who opens a rep's mailed link, and in which browser? A link opens one lead, for seven days.

The first POST binds the link to that browser; a forwarded mail shows nothing to others after that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadlight.decide import decide, the_lead
from leadlight.errors import BadToken, ExpiredToken
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.team import Person
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.routing import owner_of
from leadlight.rules.whose import may_end
from leadlight.tokens import LIFE, TokenUse

BROWSER = "leadlight_rep"


@dataclass(frozen=True, slots=True)
class Visit:
    """A rep who opened a mailed link in a browser that may use it. `browser` is the id in that browser's cookie."""

    lead: Lead
    rep: str
    token_id: str
    browser: str
    bound: bool

    @property
    def life(self) -> timedelta:
        """How long the browser's cookie lives."""
        return LIFE[TokenUse.REP_BROWSER]


class Elsewhere(BadToken):
    """This link is bound to another browser, or too old `since` then; a fresh one can be mailed to that rep."""

    def __init__(self, *, since: datetime | None = None) -> None:
        self.since = since
        why = "This link is older than seven days." if since else "This link was used in another browser."
        super().__init__(f"{why} We can mail you a fresh one.")


def visit(services: Services, token: str, cookies: Mapping[str, str]) -> Visit:
    """Who opens which lead; changes nothing. Raises `BadToken`, `Elsewhere`."""
    try:
        facts = services.tokens.read(TokenUse.REP, token)
    except ExpiredToken as error:
        raise Elsewhere(since=error.expired_at) from error
    lead = the_lead(services, facts["lead"], facts["gen"])
    _check_team(services, facts["rep"])
    browser = _browser(services, cookies)
    touch_id = f"signed-in/{facts['id']}"
    first = next((t for t in services.store.touches(lead.id) if t.id == touch_id), None)
    if first is not None and first.facts["browser"] != _fingerprint(browser):
        raise Elsewhere
    return Visit(lead, facts["rep"], facts["id"], browser or services.token(16), first is not None)


def gone_to(services: Services, opened: Visit) -> Person | None:
    """Who has the lead now, where it is theirs no more whose link this is; None where they may go on reading.

    A manager's links go on, and so do those of a lead that is nobody's in the team.
    """
    team = open_bundle(services.files).team
    return None if may_end(opened.lead, opened.rep, team) else owner_of(opened.lead, team)


def bind(services: Services, opened: Visit) -> None:
    """From now on the link works in this browser only. Raises `Elsewhere` if another one was faster."""
    if opened.bound:
        return
    touch = Touch(
        id=f"signed-in/{opened.token_id}",
        lead_id=opened.lead.id,
        kind=TouchKind.SIGNED_IN,
        at=services.clock.now(),
        by=opened.rep,
        facts={"browser": _fingerprint(opened.browser)},
    )
    if not services.store.append(touch):
        stored = next(t for t in services.store.touches(opened.lead.id) if t.id == touch.id)
        if stored.facts["browser"] != touch.facts["browser"]:
            raise Elsewhere


def send_fresh_link(services: Services, token: str) -> None:
    """Mails the rep of that link, however old, a fresh one; at most five a day. Raises `BadToken`."""
    facts = services.tokens.read(TokenUse.REP, token, even_expired=True)
    _check_team(services, facts["rep"])
    now = services.clock.now()
    budget = Budget(f"relink/{facts['lead']}/{facts['rep']}/{now:%Y-%m-%d}", 5, now + timedelta(days=2))
    if not services.store.count(budget):
        return

    def tell(lead: Lead) -> Change:
        ref = f"relink/{facts['rep']}/{services.token()}"
        return Change(lead=lead, due=(Due(lead.id, lead.generation, DueKind.MAIL, ref, now),))

    decide(services, facts["lead"], facts["gen"], tell)


def _check_team(services: Services, rep: str) -> None:
    if rep not in {person.id for person in open_bundle(services.files).team.people}:
        raise BadToken("This link belongs to somebody who is no longer in the team.")


def _browser(services: Services, cookies: Mapping[str, str]) -> str:
    try:
        return services.tokens.read(TokenUse.REP_BROWSER, cookies.get(BROWSER, ""))["id"]
    except (BadToken, KeyError):
        return ""


def _fingerprint(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()[:32]
