"""The digits by which somebody shows that a mailbox is theirs, before they see or erase what is kept of them.

A link to the page stands in many mails, and mails get forwarded; so the link alone shows nothing. Mailed by
`handlers.on_due`, checked by `visitor.my_data`.
"""

from __future__ import annotations

from leadlight import letter
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import known_of
from leadlight.rules.stop import why_no_mail
from leadlight.vault import CODE_LIFE, six_digits
from leadlight.views import company_view

MY_DATA = "my-data/"
"""Begins the ref of the mail; the name of what was asked follows."""


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
    return any(services.clock.now() <= at + CODE_LIFE for at in sent)


def send_code(services: Services, due: Due) -> Done | None:
    """Mails the digits to the lead's own address. Says nothing that anybody typed."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        if why := why_no_mail(lead, asked_at=due.at):
            skipped = Done(due, LedgerState.SKIPPED, services.clock.now(), why)
            return Instead(why, Change(lead=lead, touches=(touch_of(skipped),)))
        context: dict[str, object] = {
            "company": company_view(services, bundle.team),
            "code": code_of(services, due.ref.removeprefix(MY_DATA)),
            "minutes": int(CODE_LIFE.total_seconds()) // 60,
        }
        to = known_of(services, lead).address
        return Ready(letter.message(services, bundle, "my-data", context, to=("", to), due=due, language=lead.language))

    def conclude(lead: Lead, done: Done) -> Change:
        return Change(lead=lead, touches=(touch_of(done),))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)
