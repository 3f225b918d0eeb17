"""Does the manager know that follow-ups wait? One mail for each pause, sent by the tick; repeated only after a crash.

It is about no lead, so it has no due row: a note says of which pause the manager was told last.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from leadlight import letter
from leadlight.errors import MissingBundle, NotSent, Refused, SendUnclear
from leadlight.model.exchange import Budget
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context
from leadlight.ports import Services
from leadlight.reputation import last_paused
from leadlight.rules.attendance import hours_of
from leadlight.rules.mail_events import TEAM
from leadlight.rules.reputation import Paused
from leadlight.views import company_view, rep_view

TOLD = "sending/told"
"""The note that names the pause which the manager was told of last."""

AGAIN = timedelta(minutes=10)


def tell_manager(services: Services) -> Paused | None:
    """Mails the manager of a pause that nobody has told them of; returns it if the mail went out just now."""
    paused, now = last_paused(services), services.clock.now()
    if paused is None or paused.until <= now or services.store.note(TOLD) == _name(paused):
        return None
    slot = f"{now:%Y-%m-%dT%H}/{now.minute // 10}"
    if not services.store.count(Budget(f"{TOLD}/{_name(paused)}/{slot}", 1, now + 2 * AGAIN)):
        return None  # somebody is at it
    try:
        message = _mail(services, open_bundle(services.files), paused)
        services.mailer.send(message, tag=f"{TEAM}/1/paused/{_name(paused)}")
    except (MissingBundle, NotSent, SendUnclear) as error:
        if not isinstance(error, Refused):
            return None
    services.store.set_note(TOLD, _name(paused))
    return paused


def _mail(services: Services, bundle: Bundle, paused: Paused) -> EmailMessage:
    manager = bundle.team.manager
    zone = hours_of(manager, bundle.team).zone
    context: Context = {
        "rep": rep_view(manager),
        "company": company_view(services, bundle.team),
        "why": paused.why,
        "until": _said(paused.until, zone),
    }
    return letter.to_team(services, bundle, "paused", context, to=manager, about=f"paused/{_name(paused)}")


def _name(paused: Paused) -> str:
    return paused.since.isoformat()


def _said(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
