"""What follows when a mail of ours came back? Asked by the ledger, for one refused at once, and by `returns`.

One that cannot reach its lead stops the lead; one that cannot reach a rep is the manager's to know.
"""

from __future__ import annotations

from datetime import datetime

from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.mail_events import BOUNCED, due_key, is_to_lead
from leadlight.rules.standing import Sort
from leadlight.rules.stop import stopped_anew

LAST_WORD = f"{DueKind.MAIL}/manager/"
"""How the due keys of mails to the manager begin. One that comes back tells nobody by mail: it would only go on."""


def came_back(services: Services, lead: Lead, touch: Touch, *, final: bool, at: datetime | None = None) -> Change:
    """The lead with that touch. `final`: no later mail to this address would arrive, as was known `at` that time."""
    what = touch.facts["what"]
    if not final:
        return Change(lead=lead, touches=(touch,))
    if touch.facts["to"] == "lead":
        return stopping(services, stopped_anew(lead, StopReason.BOUNCED, at or touch.at), touch)
    if what.startswith(LAST_WORD):
        return Change(lead=lead, touches=(touch,))
    tell = Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{touch.id}", touch.at)
    return Change(lead=lead, touches=(touch,), due=(tell,))


def stopping(services: Services, lead: Lead, touch: Touch) -> Change:
    """What a stopped lead's plan comes to, with the touch that has stopped it."""
    planned = replanned(open_bundle(services.files), lead, services.clock.now())
    return Change(lead=planned.lead, touches=(touch, *planned.touches), undue=planned.undue, due=planned.due)


def refusal(lead: Lead, ledger_key: str, at: datetime, why: str) -> Touch:
    """The fact that a carrier did not even take the mail, because of the address."""
    return Touch(
        id=f"{BOUNCED}{ledger_key}/refused",
        lead_id=lead.id,
        kind=TouchKind.BOUNCED,
        at=at,
        facts={
            "what": due_key(ledger_key),
            "reason": why,
            "sort": Sort.HARD,
            "to": "lead" if is_to_lead(ledger_key) else "team",
        },
    )
