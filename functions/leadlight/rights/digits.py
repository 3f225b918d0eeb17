"""The digits by which somebody shows that a mailbox is theirs, before they see or erase what is kept of them.

A link to the page stands in many mails, and mails get forwarded; so the link alone shows nothing. Mailed by `code`
beside this, checked by `visitor.my_data`.
"""

from __future__ import annotations

from datetime import timedelta

from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.lead import Lead
from leadlight.ports import Services
from leadlight.vault import six_digits

MY_DATA = "my-data/"
"""Begins the ref of the mail; the name of what was asked follows."""

DIGITS_LIFE = timedelta(minutes=10)
"""How long after their mail they can be typed. Shorter than those of a form: what they open is all that we keep."""


def row_of(services: Services, lead: Lead, ask: str) -> Due:
    """What has the digits mailed, at once."""
    return Due(lead.id, lead.generation, DueKind.MAIL, f"{MY_DATA}{ask}", services.clock.now())


def code_of(services: Services, ask: str) -> str:
    """The digits: derived, so a repeated mail carries the same ones and nothing is stored."""
    return six_digits(f"{MY_DATA}{ask}", services.settings.token_keys[0])


def is_alive(services: Services, lead: Lead, ask: str) -> bool:
    """Whether the mail with the digits went out, and not long ago. Before it did, there are none."""
    key = row_of(services, lead, ask).ledger_key
    sent = (e.at for e in services.store.ledger(lead.id) if e.key == key and e.state is LedgerState.SENT)
    return any(services.clock.now() <= at + DIGITS_LIFE for at in sent)
