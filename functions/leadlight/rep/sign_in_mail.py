"""Who of the team waits for a link to the desk? Asked by the tick, which mails it.

A note stands until its mail is out, so a carrier that is away for a while delays a link and loses none. A crash right
after sending mails the same link again: it lets in once all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage

from leadlight import letter
from leadlight.errors import NotSent, SendUnclear
from leadlight.model.exchange import Budget
from leadlight.model.team import Person
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep.session import ASKED, NEWEST
from leadlight.tokens import LIFE, TokenUse
from leadlight.views import company_view, rep_view

LINK_LIFE = LIFE[TokenUse.SIGN_IN]


def send_links(services: Services) -> int:
    """Mails each link that was asked for within its life and is not out yet. Returns how many went out."""
    now = services.clock.now()
    newest = services.store.note(NEWEST)
    if not newest or not _fresh(datetime.fromisoformat(newest), now):
        return 0
    bundle = open_bundle(services.files)
    return sum(_sent(services, bundle, person, now) for person in bundle.team.people)


def _sent(services: Services, bundle: Bundle, person: Person, now: datetime) -> bool:
    """Whether this person's link went out just now."""
    asked_at, _, link = (services.store.note(f"{ASKED}{person.id}") or "").partition(" ")
    if not asked_at or not _fresh(datetime.fromisoformat(asked_at), now):
        return False
    once_a_minute = Budget(f"sign-in-mail/{link}/{now:%Y-%m-%dT%H:%M}", 1, now + timedelta(hours=1))
    if not services.store.count(once_a_minute):
        return False
    try:
        services.mailer.send(_mail(services, bundle, person, link), tag=f"team/sign-in/{link}")
    except (NotSent, SendUnclear):  # the note stands: the tick tries again, a minute later
        return False
    services.store.set_note(f"{ASKED}{person.id}", "")
    return True


def _mail(services: Services, bundle: Bundle, person: Person, link: str) -> EmailMessage:
    token = services.tokens.sign(TokenUse.SIGN_IN, {"person": person.id, "id": link})
    context: dict[str, object] = {
        "rep": rep_view(person),
        "company": company_view(services, bundle.team),
        "link": f"{services.settings.site_url}/sign-in?token={token}",
        "minutes": int(LINK_LIFE.total_seconds()) // 60,
    }
    return letter.to_team(services, bundle, "desk-link", context, to=person, about=f"sign-in/{link}")


def _fresh(asked_at: datetime, now: datetime) -> bool:
    return now - asked_at <= LINK_LIFE
